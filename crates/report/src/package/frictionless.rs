//! `datapackage.json`: the CSV files as tabular resources with their schemas, the others as plain ones.
//!
//! After the Data Package specification (Frictionless Data, 1.0): hashes as `sha256:...`, lengths in
//! bytes, one schema for each table.

use super::{Package, media_type};
use model::Kind;
use serde_json::{Value, json};

/// The columns of transcribed figures that hold numbers.
const NUMBERS: [&str; 5] = [
    "value_usd",
    "rounded_to_usd",
    "share_percent",
    "net_weight_kg",
    "quantity",
];

pub(super) fn describe(package: &Package<'_>) -> Value {
    let file = &package.study.file;
    let sources = package.run.pins.iter().map(|pin| {
        let about = &pin.about;
        json!({ "title": about.citation, "path": about.url })
    });
    let kinds = package.kinds();
    let results = package.results();
    let resources = package.files.iter().zip(&package.hashes).map(|(file, hash)| {
        let mut resource = json!({
            "name": name(&file.path),
            "path": file.path,
            "title": package.about(&file.path),
            "mediatype": media_type(&file.path),
            "bytes": file.bytes.len(),
            "hash": format!("sha256:{hash}"),
        });
        if file.path.ends_with(".csv") {
            let known = file.path.strip_prefix(&results).and_then(|path| kinds.get(path));
            resource["profile"] = json!("tabular-data-resource");
            resource["format"] = json!("csv");
            resource["encoding"] = json!("utf-8");
            resource["schema"] = schema(&file.bytes, known.map(Vec::as_slice));
        } else {
            // Not to be read as a table: only its length and hash are described.
            resource["type"] = json!("file");
        }
        resource
    });
    json!({
        "profile": "data-package",
        "name": file.id,
        "title": file.title,
        "version": package.provenance.version,
        "created": format!("{}T00:00:00Z", package.date),
        "sources": sources.collect::<Vec<_>>(),
        "licenses": [{
            "name": "other-attribution",
            "title": "Each dataset has the terms that its pin.toml states",
            "path": "README.md",
        }],
        "resources": resources.collect::<Vec<_>>(),
    })
}

/// A resource's name: lower case, digits, `.`, `_` and `-`.
fn name(path: &str) -> String {
    path.chars()
        .map(|c| match c {
            'a'..='z' | '0'..='9' | '.' | '_' | '-' => c,
            'A'..='Z' => c.to_ascii_lowercase(),
            _ => '-',
        })
        .collect()
}

fn schema(csv: &[u8], kinds: Option<&[Kind]>) -> Value {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv);
    let header = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let fields = header.iter().enumerate().map(|(at, column)| {
        let kind = match kinds.and_then(|kinds| kinds.get(at)) {
            Some(Kind::Text) => "string",
            Some(Kind::Integer) => "integer",
            Some(Kind::Number | Kind::Decimal) => "number",
            None if NUMBERS.contains(&column) => "number",
            None => "string",
        };
        json!({ "name": column, "type": kind })
    });
    json!({ "fields": fields.collect::<Vec<_>>(), "missingValues": [""] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_numbers_where_numbers_stand() {
        let schema = schema(b"period,value_usd,note\n2001,5,\"a,b\"\n", None);
        assert_eq!(schema["fields"][0], json!({ "name": "period", "type": "string" }));
        assert_eq!(schema["fields"][1], json!({ "name": "value_usd", "type": "number" }));
        assert_eq!(schema["fields"].as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn names_are_unique_to_their_paths_and_plain() {
        assert_eq!(name("datasets/cow-3/pin.toml"), "datasets-cow-3-pin.toml");
    }
}
