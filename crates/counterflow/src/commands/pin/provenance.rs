//! What people are told of a pin, as the part of `pin.toml` above the mark.

/// Who published figures, when and under which terms they were taken.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    pub name: String,
    pub title: String,
    pub compiler: String,
    pub release: String,
    pub retrieved: String,
    pub url: String,
    pub doi: Option<String>,
    pub licence: String,
    pub terms: String,
    pub citation: String,
    pub description: String,
    pub traps: Vec<String>,
}

impl Provenance {
    /// The text; the generated section is added to it.
    pub fn to_toml(&self) -> String {
        let mut fields = vec![
            ("name", &self.name),
            ("title", &self.title),
            ("compiler", &self.compiler),
            ("release", &self.release),
            ("retrieved", &self.retrieved),
            ("url", &self.url),
        ];
        fields.extend(self.doi.as_ref().map(|doi| ("doi", doi)));
        fields.extend([
            ("licence", &self.licence),
            ("terms", &self.terms),
            ("citation", &self.citation),
            ("description", &self.description),
        ]);
        let mut text = String::new();
        for (name, value) in fields {
            text.push_str(&format!("{name} = {}\n", toml::Value::String(value.clone())));
        }
        if !self.traps.is_empty() {
            text.push_str("traps = [\n");
            for trap in &self.traps {
                text.push_str(&format!("  {},\n", toml::Value::String(trap.clone())));
            }
            text.push_str("]\n");
        }
        text
    }
}

/// Whether a name can be a pin's: lower case, digits and `-`.
pub fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    !name.is_empty() && name.bytes().all(plain)
}
