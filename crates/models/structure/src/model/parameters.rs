use ::model::{Error, Result, parameters};
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};
use trade::{Economy, StageConvention};

/// The model's name in errors.
const MODEL: &str = "structure";

/// The names a study file may use.
pub(super) const NAMES: &[&str] = &[
    "groups",
    "level",
    "partners",
    "stage_convention",
    "regime_floor",
    "regime_runs",
];

/// What a study file may set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    /// Groups of products: `[groups] energy = { HS = ["27"], SITC3 = ["3"], COMPILER = ["coal"] }`.
    pub groups: BTreeMap<String, Group>,
    /// The number of digits of the codes that are added: `level = 2`; else the widest listed.
    pub level: Option<usize>,
    /// Partners whose own listing is reported beside the sum over partners.
    pub partners: Vec<Economy>,
    /// How BEC categories make stages: `stage_convention = "cepii"` or `"unsd-sna"`.
    pub stage_convention: StageConvention,
    /// The average share from which on a partner takes part in regimes: `regime_floor = 0.01`.
    pub regime_floor: f64,
    /// Starts of k-means: `regime_runs = 20`.
    pub regime_runs: usize,
}

/// The codes of a group by classification: `HS` for all its revisions, else `SITC3` and so on.
pub(super) type Group = BTreeMap<String, BTreeSet<String>>;

impl Parameters {
    /// Reads the parameters; what is not set has its default.
    pub fn read(table: &Table) -> Result<Self> {
        Ok(Parameters {
            groups: groups(table)?,
            level: match table.get("level") {
                None => None,
                Some(Value::Integer(n)) if (1..=10).contains(n) => Some(n.unsigned_abs() as usize),
                Some(other) => return Err(refused("level", "a number of digits from 1 to 10", other)),
            },
            partners: parameters::economies(MODEL, table, "partners")?,
            stage_convention: match table.get("stage_convention") {
                None => StageConvention::Cepii,
                Some(Value::String(word)) if word == "cepii" => StageConvention::Cepii,
                Some(Value::String(word)) if word == "unsd-sna" => StageConvention::UnsdSna,
                Some(other) => return Err(refused("stage_convention", "\"cepii\" or \"unsd-sna\"", other)),
            },
            regime_floor: match table.get("regime_floor") {
                None => 0.01,
                Some(Value::Float(floor)) if (0.0..1.0).contains(floor) => *floor,
                Some(other) => return Err(refused("regime_floor", "a share from 0 to 1, such as 0.01", other)),
            },
            regime_runs: match table.get("regime_runs") {
                None => 20,
                Some(Value::Integer(n)) if (1..=10_000).contains(n) => n.unsigned_abs() as usize,
                Some(other) => return Err(refused("regime_runs", "a number of starts from 1 to 10000", other)),
            },
        })
    }
}

fn groups(table: &Table) -> Result<BTreeMap<String, Group>> {
    const EXPECTED: &str = "a table of groups such as energy = { HS = [\"27\"], SITC3 = [\"3\"] }";
    let Some(value) = table.get("groups") else {
        return Ok(BTreeMap::new());
    };
    let list = value.as_table().ok_or_else(|| refused("groups", EXPECTED, value))?;
    let mut groups = BTreeMap::new();
    for (name, content) in list {
        let fits = !name.is_empty()
            && name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if !fits {
            return Err(refused("groups", "names in lower case, digits and `_`", name));
        }
        let content = content
            .as_table()
            .ok_or_else(|| refused(&format!("groups.{name}"), EXPECTED, content))?;
        groups.insert(name.clone(), group(name, content)?);
    }
    Ok(groups)
}

fn group(name: &str, content: &Table) -> Result<Group> {
    const CODES: &str = "a list of product codes as texts, such as [\"27\"]";
    let mut group = Group::new();
    for (classification, codes) in content {
        let place = format!("groups.{name}.{classification}");
        let known: trade::Classification = classification
            .parse()
            .map_err(|_| refused(&place, "HS, SITC1 to SITC4, ISIC3, BEC4 or COMPILER", classification))?;
        if known.is_hs() && classification != "HS" {
            return Err(refused(
                &place,
                "HS for all revisions of the Harmonized System",
                classification,
            ));
        }
        let list = codes.as_array().ok_or_else(|| refused(&place, CODES, codes))?;
        let mut set = BTreeSet::new();
        for code in list {
            let text = code.as_str().ok_or_else(|| refused(&place, CODES, code))?;
            trade::check_product(known, text).map_err(|_| refused(&place, "codes of this classification", text))?;
            set.insert(text.to_owned());
        }
        group.insert(classification.clone(), set);
    }
    Ok(group)
}

fn refused(parameter: &str, expected: &'static str, found: impl ToString) -> Error {
    Error::parameter(MODEL, parameter, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_table_is_read() {
        let text = "level = 2\npartners = ['CHN']\nstage_convention = 'unsd-sna'\nregime_floor = 0.05\n\
                    [groups]\nenergy = { HS = ['27'], SITC3 = ['3'], COMPILER = ['coal'] }";
        let read = Parameters::read(&text.parse().unwrap()).unwrap();
        assert_eq!((read.level, read.regime_floor, read.regime_runs), (Some(2), 0.05, 20));
        assert!(read.groups["energy"]["HS"].contains("27"));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, name) in [
            ("level = 0", "level"),
            ("partners = [1]", "partners"),
            ("stage_convention = 'other'", "stage_convention"),
            ("regime_floor = 2.0", "regime_floor"),
            ("groups = 'energy'", "groups"),
            ("[groups]\nEnergy = { HS = ['27'] }", "groups"),
            ("[groups]\nenergy = { HS2 = ['27'] }", "groups.energy.HS2"),
            ("[groups]\nenergy = { HS = [27] }", "groups.energy.HS"),
            ("[groups]\nenergy = { HS = ['7'] }", "groups.energy.HS"),
            ("[groups]\nenergy = { XYZ = ['27'] }", "groups.energy.XYZ"),
        ] {
            let error = Parameters::read(&text.parse().unwrap()).unwrap_err().to_string();
            assert!(error.contains(&format!("parameter `{name}`")), "{error}");
        }
    }
}
