//! Which columns of a two-sided table are which: one report a row (tidy), or both in one row (wide).

use crate::fail::{Failure, Outcome};

/// Where the columns of a table stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Columns {
    /// One report a row.
    Tidy(Shared, Tidy),
    /// The two reports of one flow in one row.
    Wide(Shared, Wide),
}

/// The columns that both forms have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared {
    /// The year or period; from `--default` where there is none.
    pub period: Option<usize>,
    /// The product's code; everything together where there is none.
    pub product: Option<usize>,
    /// The product's classification.
    pub classification: Option<usize>,
}

/// The columns of a table with one report a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tidy {
    /// Who reports.
    pub reporter: usize,
    /// The other side.
    pub partner: usize,
    /// Export or import.
    pub flow: usize,
    /// US dollars.
    pub value: usize,
    /// Kilograms.
    pub weight: Option<usize>,
    /// FOB or CIF.
    pub valuation: Option<usize>,
    /// Reported, estimated, ...
    pub status: Option<usize>,
    /// Who published the figure.
    pub compiler: Option<usize>,
}

/// The columns of a table with both reports in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wide {
    /// The economy the goods leave.
    pub exporter: usize,
    /// The economy they enter.
    pub importer: usize,
    /// The exporter's report, US dollars.
    pub export: Option<usize>,
    /// The importer's report, US dollars.
    pub import: Option<usize>,
    /// Kilograms as the exporter reports them.
    pub export_weight: Option<usize>,
    /// Kilograms as the importer reports them.
    pub import_weight: Option<usize>,
}

const PERIOD: &[&str] = &["year", "period", "time", "t"];
const PRODUCT: &[&str] = &[
    "product",
    "product_code",
    "commodity",
    "commodity_code",
    "cmd",
    "cmd_code",
    "hs",
    "k",
];
const CLASSIFICATION: &[&str] = &["classification", "nomenclature"];
const EXPORT_WEIGHT: &[&str] = &["export_net_weight_kg", "export_net_weight", "export_weight"];
const IMPORT_WEIGHT: &[&str] = &["import_net_weight_kg", "import_net_weight", "import_weight"];
const VALUATION: &[&str] = &["valuation"];
const STATUS: &[&str] = &["status"];
const COMPILER: &[&str] = &["compiler", "source"];
const VALUE: &[&str] = &["value_usd", "value", "trade_value_usd", "trade_value", "v"];
const WEIGHT: &[&str] = &["net_weight_kg", "net_weight", "netweight", "netwgt", "weight_kg"];
const EXPORT: &[&str] = &[
    "export_fob",
    "export_value",
    "export_value_fob",
    "export",
    "exports",
    "export_usd",
    "x",
];
const IMPORT: &[&str] = &[
    "import_cif",
    "import_value",
    "import_value_cif",
    "import",
    "imports",
    "import_usd",
    "import_fob",
    "m",
];

impl Columns {
    /// The columns of a header; `None` where it is neither form.
    pub fn of(header: &[String]) -> Option<Columns> {
        let find = |names: &[&str]| {
            let mut at = names
                .iter()
                .filter_map(|name| header.iter().position(|h| plain(h) == *name));
            at.next()
        };
        let shared = Shared {
            period: find(PERIOD),
            product: find(PRODUCT),
            classification: find(CLASSIFICATION),
        };
        if let (Some(exporter), Some(importer)) = (find(&["exporter", "i"]), find(&["importer", "j"])) {
            let (export, import) = (find(EXPORT), find(IMPORT));
            if export.or(import).is_some() {
                let wide = Wide {
                    exporter,
                    importer,
                    export,
                    import,
                    export_weight: find(EXPORT_WEIGHT),
                    import_weight: find(IMPORT_WEIGHT),
                };
                return Some(Columns::Wide(shared, wide));
            }
        }
        let tidy = Tidy {
            reporter: find(&["reporter", "reporter_iso", "reporter_code"])?,
            partner: find(&["partner", "partner_iso", "partner_code"])?,
            flow: find(&["flow", "trade_flow", "flow_code"])?,
            value: find(VALUE)?,
            weight: find(WEIGHT),
            valuation: find(VALUATION),
            status: find(STATUS),
            compiler: find(COMPILER),
        };
        Some(Columns::Tidy(shared, tidy))
    }

    /// The columns that a table may leave out, under all of their names, and where they stand.
    fn optional(&self) -> Vec<(&'static [&'static str], Option<usize>)> {
        let (Columns::Tidy(shared, _) | Columns::Wide(shared, _)) = self;
        let mut all = vec![
            (PERIOD, shared.period),
            (PRODUCT, shared.product),
            (CLASSIFICATION, shared.classification),
        ];
        match self {
            Columns::Tidy(_, tidy) => all.extend([
                (WEIGHT, tidy.weight),
                (VALUATION, tidy.valuation),
                (STATUS, tidy.status),
                (COMPILER, tidy.compiler),
            ]),
            Columns::Wide(_, wide) => all.extend([
                (EXPORT, wide.export),
                (IMPORT, wide.import),
                (EXPORT_WEIGHT, wide.export_weight),
                (IMPORT_WEIGHT, wide.import_weight),
            ]),
        }
        all
    }

    /// The names of the columns that are not read.
    pub fn unread(&self, header: &[String]) -> Vec<String> {
        let mut read: Vec<usize> = self.optional().iter().filter_map(|(_, at)| *at).collect();
        match self {
            Columns::Tidy(_, tidy) => read.extend([tidy.reporter, tidy.partner, tidy.flow, tidy.value]),
            Columns::Wide(_, wide) => read.extend([wide.exporter, wide.importer]),
        }
        let unread = header.iter().enumerate().filter(|(at, _)| !read.contains(at));
        unread.map(|(_, name)| name.clone()).collect()
    }

    /// What a column that is not read was most likely meant to be: one that the table does not have. Names of
    /// few letters are near to everything.
    pub fn meant(&self, name: &str) -> Option<&'static str> {
        let absent = self.optional().into_iter().filter(|(_, at)| at.is_none());
        let names = absent.flat_map(|(names, _)| names.iter().copied());
        trade::nearest(&plain(name), names.filter(|known| known.len() >= 5))
    }

    /// Refuses a table without a period, of which none was said either.
    pub fn with_period(self, said: bool, file: &str) -> Outcome<Columns> {
        let (Columns::Tidy(shared, _) | Columns::Wide(shared, _)) = &self;
        if shared.period.is_none() && !said {
            return Err(Failure::because(format!(
                "{file} has no column `year` or `period`; add one, or say it for every row with --default period=2024"
            )));
        }
        Ok(self)
    }
}

/// A column's name without case, blanks and dots: `Net Weight` is `net_weight`.
fn plain(name: &str) -> String {
    let name = name.trim().to_ascii_lowercase();
    name.chars()
        .map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn header(text: &str) -> Vec<String> {
        text.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn both_forms_are_known_by_their_columns() {
        let tidy = Columns::of(&header("Year,Reporter,Partner,Flow,product,value_usd,net weight")).unwrap();
        let Columns::Tidy(shared, tidy) = tidy else {
            panic!("wide")
        };
        assert_eq!(
            (shared.period, shared.product, tidy.value, tidy.weight),
            (Some(0), Some(4), 5, Some(6))
        );
        let wide = Columns::of(&header("year,exporter,importer,export_fob,import_cif")).unwrap();
        assert!(matches!(
            wide,
            Columns::Wide(
                _,
                Wide {
                    export: Some(3),
                    import: Some(4),
                    ..
                }
            )
        ));
        let slip = header("year,exporter,importer,export_fbo,import_cif,gdp");
        let columns = Columns::of(&slip).unwrap();
        assert_eq!(columns.unread(&slip), ["export_fbo", "gdp"]);
        assert_eq!(
            (columns.meant("export_fbo"), columns.meant("gdp")),
            (Some("export_fob"), None)
        );
        assert_eq!(Columns::of(&header("a,b,c")), None);
        let without = Columns::of(&header("reporter,partner,flow,value")).unwrap();
        assert!(without.clone().with_period(false, "f.csv").is_err() && without.with_period(true, "f.csv").is_ok());
    }
}
