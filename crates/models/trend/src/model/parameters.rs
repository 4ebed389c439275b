use ::model::{Error, Result};
use regress::{Covariance, Lag, NeweyWest};
use toml::{Table, Value};
use trade::Period;

/// The names a study file may use.
pub(super) const NAMES: &[&str] = &["spans", "break_years", "changes", "lag"];

/// What a study file may set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameters {
    /// First and last years of trends, besides the whole series: `spans = [[1989, 2008]]`.
    pub spans: Vec<(i16, i16)>,
    /// The last years of old regimes: `break_years = [2006]`.
    pub break_years: Vec<i16>,
    /// Pairs of years to compare: `changes = [[2016, 2019]]`.
    pub changes: Vec<(i16, i16)>,
    /// The Newey-West lag, where the rule is not to choose it: `lag = 3`.
    pub lag: Lag,
}

impl Parameters {
    /// Reads the parameters; what is not set is empty, or the rule for the lag.
    pub fn read(table: &Table) -> Result<Self> {
        Ok(Parameters {
            spans: pairs(table, "spans")?,
            break_years: break_years(table)?,
            changes: pairs(table, "changes")?,
            lag: match table.get("lag") {
                None => Lag::FourNinths,
                Some(Value::Integer(lag)) if (0..=1000).contains(lag) => Lag::Fixed(lag.unsigned_abs() as usize),
                Some(other) => return Err(refused("lag", "a whole number from 0 to 1000", other)),
            },
        })
    }

    /// Newey-West errors with Bartlett's window and the factor n/(n-k).
    pub fn covariance(&self) -> Covariance {
        Covariance::NeweyWest(NeweyWest {
            lag: self.lag,
            ..NeweyWest::default()
        })
    }
}

const YEARS: &str = "a list of years such as [2006, 2016]";
const PAIRS: &str = "a list of pairs of years, the earlier first, such as [[1989, 2008], [2000, 2009]]";

fn break_years(table: &Table) -> Result<Vec<i16>> {
    let values = list(table, "break_years", YEARS)?;
    let mut years: Vec<i16> = values
        .iter()
        .map(|v| year("break_years", YEARS, v))
        .collect::<Result<_>>()?;
    years.sort_unstable();
    years.dedup();
    Ok(years)
}

fn pairs(table: &Table, name: &'static str) -> Result<Vec<(i16, i16)>> {
    let pair = |value: &Value| match value.as_array().map(Vec::as_slice) {
        Some([first, last]) => {
            let years = (year(name, PAIRS, first)?, year(name, PAIRS, last)?);
            if years.0 < years.1 {
                Ok(years)
            } else {
                Err(refused(name, PAIRS, value))
            }
        }
        _ => Err(refused(name, PAIRS, value)),
    };
    let mut years: Vec<(i16, i16)> = list(table, name, PAIRS)?.iter().map(pair).collect::<Result<_>>()?;
    years.sort_unstable();
    years.dedup();
    Ok(years)
}

fn list<'a>(table: &'a Table, name: &'static str, expected: &'static str) -> Result<&'a [Value]> {
    match table.get(name) {
        None => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(other) => Err(refused(name, expected, other)),
    }
}

fn year(name: &'static str, expected: &'static str, value: &Value) -> Result<i16> {
    value
        .as_integer()
        .and_then(|y| i16::try_from(y).ok())
        .filter(|y| Period::YEARS.contains(y))
        .ok_or_else(|| refused(name, expected, value))
}

fn refused(parameter: &str, expected: &'static str, found: &Value) -> Error {
    Error::Parameter {
        model: "trend",
        parameter: parameter.to_owned(),
        expected,
        found: found.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Parameters> {
        Parameters::read(&text.parse().unwrap())
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let parameters = read("spans = [[2000, 2009], [1989, 2008]]\nbreak_years = [2006]").unwrap();
        assert_eq!(parameters.spans, [(1989, 2008), (2000, 2009)]);
        assert_eq!((parameters.break_years, parameters.lag), (vec![2006], Lag::FourNinths));
        for bad in [
            "spans = [[2008, 1989]]",
            "spans = [2008]",
            "break_years = 2006",
            "changes = [[1, 2]]",
            "lag = -1",
        ] {
            let error = read(bad).unwrap_err().to_string();
            assert!(error.contains("is expected to be"), "{error}");
        }
    }
}
