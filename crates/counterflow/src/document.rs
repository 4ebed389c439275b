//! JSON documents of several parts: values beside whole tables.

use crate::fail::Outcome;
use model::Table;
use report::Format;
use serde::Serialize;

/// A JSON object that is written field by field. Tables keep every digit of exact figures,
/// which a detour over `serde_json::Value` would round.
pub struct Document(Vec<String>);

impl Document {
    /// A document of a public format, such as `counterflow explain 1`.
    pub fn new(format: &str) -> Outcome<Self> {
        let mut document = Document(Vec::new());
        document.value("format", format)?;
        Ok(document)
    }

    /// Adds a field.
    pub fn value(&mut self, name: &str, value: impl Serialize) -> Outcome<()> {
        let text = serde_json::to_string_pretty(&value)?.replace('\n', "\n  ");
        self.0.push(format!("  {}: {text}", serde_json::to_string(name)?));
        Ok(())
    }

    /// Adds a table as an array of objects.
    pub fn table(&mut self, name: &str, table: &Table) -> Outcome<()> {
        let bytes = report::to_bytes(table, Format::Json)?;
        let text = String::from_utf8_lossy(&bytes).trim_end().replace('\n', "\n    ");
        let text = text
            .strip_suffix("    ]")
            .map_or(text.clone(), |body| format!("{body}  ]"));
        self.0.push(format!("  {}: {text}", serde_json::to_string(name)?));
        Ok(())
    }

    /// The text.
    pub fn text(&self) -> String {
        format!("{{\n{}\n}}\n", self.0.join(",\n"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Document;
    use model::{Kind, Table};

    #[test]
    fn parts_make_one_object_and_lose_no_digit() {
        let mut table = Table::new("t", "", &[("usd", Kind::Decimal, "")]);
        table.push(vec!["999999999999999.999".parse::<trade::Usd>().unwrap().into()]);
        let mut document = Document::new("counterflow test 1").unwrap();
        document.value("pair", serde_json::json!({ "a": 1 })).unwrap();
        document.table("rows", &table).unwrap();
        let text = document.text();
        assert!(text.contains("999999999999999.999"), "{text}");
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["pair"]["a"], 1);
        assert!(read["rows"].is_array());
    }
}
