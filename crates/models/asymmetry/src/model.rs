use crate::{compilers, pairs};
use ::model::{Error, Input, Model, Output, Result};

/// The model: see the crate's documentation.
///
/// | Parameter | Default | Purpose |
/// |---|---|---|
/// | `mode` | `pairs` | `pairs`: exporters' against importers' reports; `compilers`: compilers' figures of the same flow |
/// | `partners` | all | `compilers` only: the partners, beside the world, that findings are given for; the table has all |
/// | `complete` | none | `compilers` only: the compilers whose partners add up to a total, which is then compared too |
#[derive(Clone, Copy, Debug, Default)]
pub struct Asymmetry;

impl Model for Asymmetry {
    fn id(&self) -> &'static str {
        "asymmetry"
    }

    fn title(&self) -> &'static str {
        "What two reports of one flow disagree about"
    }

    fn parameters(&self) -> &'static [&'static str] {
        &["mode", "complete", "partners"]
    }

    fn run(&self, input: &Input<'_>) -> Result<Output> {
        let refuse = |parameter: &str, expected, found: String| Error::Parameter {
            model: "asymmetry",
            parameter: parameter.to_owned(),
            expected,
            found,
        };
        let mode = match input.parameters.get("mode") {
            None => "pairs",
            Some(value) => value.as_str().unwrap_or_default(),
        };
        let names = |parameter: &str| match input.parameters.get(parameter) {
            None => Ok(Vec::new()),
            Some(value) => value
                .as_array()
                .and_then(|list| list.iter().map(|name| name.as_str().map(str::to_owned)).collect())
                .ok_or_else(|| refuse(parameter, "a list of names", value.to_string())),
        };
        let complete: Vec<String> = names("complete")?;
        let partners: Vec<String> = names("partners")?;
        match mode {
            "pairs" => Ok(pairs::run(input)),
            "compilers" => Ok(compilers::run(input, &complete, &partners)),
            _ => {
                let found = input
                    .parameters
                    .get("mode")
                    .map(ToString::to_string)
                    .unwrap_or_default();
                Err(refuse("mode", "`pairs` or `compilers`", found))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::input;

    #[test]
    fn another_mode_is_refused() {
        let parameters: toml::Table = "mode = \"both\"".parse().unwrap();
        let error = Asymmetry.run(&input(&[], &parameters)).unwrap_err().to_string();
        assert!(
            error.contains("`mode` is expected to be `pairs` or `compilers`"),
            "{error}"
        );
        let parameters: toml::Table = "complete = 3".parse().unwrap();
        assert!(Asymmetry.run(&input(&[], &parameters)).is_err());
    }

    #[test]
    fn no_flows_are_no_error() {
        let parameters = toml::Table::new();
        let output = Asymmetry.run(&input(&[], &parameters)).unwrap();
        assert!(output.findings.is_empty());
    }
}
