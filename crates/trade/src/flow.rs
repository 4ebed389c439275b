use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word as it stands in files and output.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self> {
                Self::ALL.iter().copied().find(|w| w.as_str() == text).ok_or_else(|| Error::Malformed {
                    what: $what,
                    expected: $expected,
                    found: text.to_owned(),
                })
            }
        }
    };
}

words!(
    /// The direction of a flow, seen from the reporter.
    Flow, "a flow", "export, import, re-export, re-import or total", {
        /// Goods leaving the reporter.
        Export = "export",
        /// Goods entering the reporter.
        Import = "import",
        /// Foreign goods leaving again; in Comtrade a part of exports, never added to them.
        ReExport = "re-export",
        /// Domestic goods coming back; in Comtrade a part of imports.
        ReImport = "re-import",
        /// Two-way trade, as compilers quote it. Never added to its two parts.
        TwoWay = "total",
    }
);

words!(
    /// How the border value was set.
    Valuation, "a valuation", "FOB or CIF", {
        /// Free on board: at the exporter's border.
        Fob = "FOB",
        /// Cost, insurance and freight: at the importer's border.
        Cif = "CIF",
    }
);

words!(
    /// How the compiler came by the figure.
    Status, "a status", "reported, mirrored, estimated, imputed or quoted", {
        /// The reporter's own declaration.
        Reported = "reported",
        /// Taken from the partner's report of the same flow.
        Mirrored = "mirrored",
        /// The compiler's estimate.
        Estimated = "estimated",
        /// Computed from another series by a fixed rule.
        Imputed = "imputed",
        /// Quoted from the compiler by somebody else, as a newspaper does.
        Quoted = "quoted",
    }
);

impl Flow {
    /// The same flow seen from the partner: an export is the partner's import.
    /// Two-way trade is its own mirror; re-exports and re-imports have none that is recorded.
    pub fn mirror(self) -> Option<Flow> {
        match self {
            Flow::Export => Some(Flow::Import),
            Flow::Import => Some(Flow::Export),
            Flow::TwoWay => Some(Flow::TwoWay),
            Flow::ReExport | Flow::ReImport => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_others_are_refused() {
        for &flow in Flow::ALL {
            assert_eq!(flow.as_str().parse::<Flow>().unwrap(), flow);
        }
        let error = "sideways".parse::<Flow>().unwrap_err().to_string();
        assert!(error.contains("re-export") && error.contains("sideways"), "{error}");
    }
}
