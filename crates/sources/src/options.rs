use crate::input::Limits;
use crate::source::Source;
use crate::tidy::TidyMap;
use serde::{Deserialize, Deserializer};

/// What the reader of a file knows and the file does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which source the file comes from; `None` to tell by the header.
    pub source: Option<Source>,
    /// The name of the input in messages.
    pub file: String,
    /// For a tidy table under other column names: which column is which.
    pub map: Option<TidyMap>,
    /// What holds for every row where the file has no column for it.
    pub defaults: Defaults,
    /// The keys that the column `reference` may name; a record holds the index into this
    /// list. Empty: the references are collected from the file in order of appearance.
    pub references: Vec<String>,
    /// Bounds on memory.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            source: None,
            map: None,
            file: "input".to_owned(),
            defaults: Defaults::default(),
            references: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// Values for columns that a file leaves out, as in the `[defaults]` of a `pin.toml`. A
/// column that is there wins, also where its cell is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Defaults {
    /// The period of every row.
    #[serde(deserialize_with = "text_or_number")]
    pub period: Option<String>,
    /// The reporter of every row, alpha-3.
    pub reporter: Option<String>,
    /// The partner of every row, alpha-3 or `WLD`.
    pub partner: Option<String>,
    /// The flow.
    pub flow: Option<String>,
    /// The product classification, such as `HS2`.
    pub classification: Option<String>,
    /// The product code; `TOTAL` if nothing is said.
    #[serde(deserialize_with = "text_or_number")]
    pub product: Option<String>,
    /// FOB or CIF.
    pub valuation: Option<String>,
    /// The unit to which values are rounded, in US dollars.
    #[serde(deserialize_with = "text_or_number")]
    pub rounded_to_usd: Option<String>,
    /// The unit of quantities.
    pub quantity_unit: Option<String>,
    /// How the figures came about; `quoted` if nothing is said.
    pub status: Option<String>,
    /// The administrative basis.
    pub basis: Option<String>,
    /// Who published the figures.
    pub compiler: Option<String>,
    /// The key of the reference.
    pub reference: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Number(i64),
}

fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(
        Option::<TextOrNumber>::deserialize(deserializer)?.map(|value| match value {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Number(number) => number.to_string(),
        }),
    )
}

impl Defaults {
    /// The default for a column of the tidy form, if there is one.
    pub(crate) fn get(&self, column: &str) -> Option<&str> {
        let value = match column {
            "period" => &self.period,
            "reporter" => &self.reporter,
            "partner" => &self.partner,
            "flow" => &self.flow,
            "classification" => &self.classification,
            "product" => &self.product,
            "valuation" => &self.valuation,
            "rounded_to_usd" => &self.rounded_to_usd,
            "quantity_unit" => &self.quantity_unit,
            "status" => &self.status,
            "basis" => &self.basis,
            "compiler" => &self.compiler,
            "reference" => &self.reference,
            _ => return None,
        };
        value.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_read_from_toml() {
        let defaults: Defaults = toml::from_str("period = 2003\nreporter = \"PRK\"\nrounded_to_usd = 1000000").unwrap();
        assert_eq!(defaults.get("period"), Some("2003"));
        assert_eq!(defaults.get("rounded_to_usd"), Some("1000000"));
        assert_eq!(defaults.get("flow"), None);
        assert!(toml::from_str::<Defaults>("reportre = \"PRK\"").is_err());
    }
}
