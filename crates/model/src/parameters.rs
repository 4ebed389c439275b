//! Reading what models' parameters have in common.

use crate::{Error, Result};
use toml::Table;
use trade::Economy;

/// A parameter that is a list of texts; empty where it is not set.
///
/// # Errors
/// [`Error::Parameter`] of `model` where it is something else.
pub fn texts(model: &'static str, table: &Table, name: &str, expected: &'static str) -> Result<Vec<String>> {
    let Some(value) = table.get(name) else {
        return Ok(Vec::new());
    };
    let list = value
        .as_array()
        .ok_or_else(|| Error::parameter(model, name, expected, value))?;
    let text = |item: &toml::Value| {
        item.as_str()
            .map(str::to_owned)
            .ok_or_else(|| Error::parameter(model, name, expected, item))
    };
    list.iter().map(text).collect()
}

/// A parameter that is a list of economies' codes; empty where it is not set.
///
/// # Errors
/// [`Error::Parameter`] of `model` where it is something else.
pub fn economies(model: &'static str, table: &Table, name: &str) -> Result<Vec<Economy>> {
    const EXPECTED: &str = "a list of economies' codes such as [\"CHN\", \"KOR\"]";
    let codes = texts(model, table, name, EXPECTED)?;
    codes
        .iter()
        .map(|code| Economy::new(code).map_err(|_| Error::parameter(model, name, EXPECTED, code)))
        .collect()
}

impl Error {
    /// A parameter that makes no sense.
    pub fn parameter(model: &'static str, parameter: &str, expected: &'static str, found: impl ToString) -> Self {
        Error::Parameter {
            model,
            parameter: parameter.to_owned(),
            expected,
            found: found.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_others_are_named() {
        let table = |text: &str| text.parse::<Table>().unwrap();
        assert_eq!(
            economies("m", &table("p = ['CHN']"), "p").unwrap(),
            [Economy::new("CHN").unwrap()]
        );
        assert!(economies("m", &table(""), "p").unwrap().is_empty());
        for bad in ["p = 'CHN'", "p = [1]", "p = ['china']"] {
            let error = economies("m", &table(bad), "p").unwrap_err().to_string();
            assert!(
                error.contains("model `m`") && error.contains("parameter `p`"),
                "{error}"
            );
        }
    }
}
