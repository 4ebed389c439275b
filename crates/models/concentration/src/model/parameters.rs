use crate::convention::Universe;
use crate::coverage::Missing;
use model::{Error, Result, parameters};
use toml::{Table, Value};
use trade::Economy;

/// The model's name in errors.
const MODEL: &str = "concentration";

/// The names a study file may use.
pub(super) const NAMES: &[&str] = &["partners", "top", "regions", "missing", "universe"];

/// What a study file may set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    /// Partners whose share is always reported: `partners = ["CHN", "KOR"]`.
    pub partners: Vec<Economy>,
    /// How many of the largest partners are reported each year beside them: `top = 5`.
    pub top: usize,
    /// Regions of the reference table whose share is reported: `regions = ["Northern Africa"]`.
    pub regions: Vec<String>,
    /// Where trade lies that is not broken down: `missing = "elsewhere"` or `"anywhere"`.
    pub missing: Missing,
    /// The partners that count as members: `universe = "active"`, `"listed"` or a number.
    pub universe: Universe,
}

impl Parameters {
    /// Reads the parameters; what is not set has its default.
    pub fn read(table: &Table) -> Result<Self> {
        let regions = parameters::texts(
            MODEL,
            table,
            "regions",
            "a list of regions such as [\"Northern Africa\"]",
        )?;
        let known = |region: &str| trade::economies().iter().any(|e| e.region == Some(region));
        if let Some(unknown) = regions.iter().find(|region| !known(region)) {
            return Err(refused(
                "regions",
                "sub-regions of the UN's M49 standard, such as \"Northern Africa\"",
                unknown,
            ));
        }
        Ok(Parameters {
            partners: parameters::economies(MODEL, table, "partners")?,
            top: top(table)?,
            regions,
            missing: match table.get("missing") {
                None => Missing::Elsewhere,
                Some(Value::String(word)) if word == "elsewhere" => Missing::Elsewhere,
                Some(Value::String(word)) if word == "anywhere" => Missing::Anywhere,
                Some(other) => return Err(refused("missing", "\"elsewhere\" or \"anywhere\"", other)),
            },
            universe: match table.get("universe") {
                None => Universe::Active,
                Some(Value::String(word)) if word == "active" => Universe::Active,
                Some(Value::String(word)) if word == "listed" => Universe::Listed,
                Some(Value::Integer(n)) if *n > 0 => Universe::Stated(n.unsigned_abs()),
                Some(other) => {
                    return Err(refused(
                        "universe",
                        "\"active\", \"listed\" or a number of partners",
                        other,
                    ));
                }
            },
        })
    }
}

fn top(table: &Table) -> Result<usize> {
    match table.get("top") {
        None => Ok(5),
        Some(Value::Integer(n)) if (0..=1000).contains(n) => Ok(n.unsigned_abs() as usize),
        Some(other) => Err(refused("top", "a whole number from 0 to 1000", other)),
    }
}

fn refused(parameter: &str, expected: &'static str, found: impl ToString) -> Error {
    Error::parameter(MODEL, parameter, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_a_full_table() {
        let default = Parameters::read(&Table::new()).unwrap();
        assert_eq!(
            (default.top, default.missing, default.universe),
            (5, Missing::Elsewhere, Universe::Active)
        );
        let text = "partners = ['CHN']\ntop = 0\nregions = ['Northern Africa']\nmissing = 'anywhere'\nuniverse = 200";
        let full = Parameters::read(&text.parse().unwrap()).unwrap();
        assert_eq!(full.partners, [Economy::new("CHN").unwrap()]);
        assert_eq!(
            (full.top, full.missing, full.universe),
            (0, Missing::Anywhere, Universe::Stated(200))
        );
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, name) in [
            ("partners = ['China']", "partners"),
            ("partners = 'CHN'", "partners"),
            ("top = -1", "top"),
            ("regions = ['Atlantis']", "regions"),
            ("missing = 'nowhere'", "missing"),
            ("universe = 0", "universe"),
        ] {
            let error = Parameters::read(&text.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains(&format!("parameter `{name}`")), "{error}");
        }
    }
}
