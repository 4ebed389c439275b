//! A classification: the office's tariff codes as groups of goods. A table is data, not code.

const GROUPS: [(&str, &str); 3] = [("A", "coal"), ("B", "seafood"), ("C", "machinery")];

/// The group of a tariff code, by its first letter; `None` for a code that the table does not know.
pub fn group(tariff: &str) -> Option<&'static str> {
    GROUPS
        .iter()
        .find(|(prefix, _)| tariff.starts_with(prefix))
        .map(|(_, group)| *group)
}
