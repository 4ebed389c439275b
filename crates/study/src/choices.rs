//! A scenario's choices in words, in the order in which they are applied.

use crate::study_file::{LayerFile, Perspective, ScenarioFile};

impl ScenarioFile {
    /// What its figures rest on.
    pub fn source(&self) -> &str {
        self.source.as_deref().unwrap_or(&self.id)
    }

    /// The choices as (name, value), in the order in which they are applied.
    pub fn choices(&self) -> Vec<(String, String)> {
        let mut choices = Vec::new();
        let mut say = |name: &str, value: String| choices.push((name.to_owned(), value));
        match self.perspective {
            Perspective::Economy => {}
            Perspective::AllCompilers => say("perspective", "every compiler's figure, side by side".to_owned()),
            Perspective::AsPublished => say("perspective", "as published, both sides' reports".to_owned()),
        }
        if let Some(economy) = &self.economy {
            say("economy", economy.clone());
        }
        let layers: Vec<String> = self.layer.iter().map(layer).collect();
        say("figures", layers.join(", then "));
        if self.partial {
            let what = "some partners beside a published total: concentration is bounded";
            say("coverage", what.to_owned());
        }
        for (flow, margin) in &self.cif_margin {
            let what = format!("c.i.f. {flow}s restated f.o.b. at a margin of {margin}");
            say("valuation", what);
        }
        if !self.guards.is_empty() {
            say("guards", self.guards.join(", "));
        }
        if self.derive_two_way {
            say(
                "two-way trade",
                "the sum of both directions where it is not published".to_owned(),
            );
        }
        if !self.requires.is_empty() {
            say(
                "requires",
                format!("a figure for trade with {}", self.requires.join(" and ")),
            );
        }
        if !self.world_from.is_empty() {
            say("total", self.world_from.join(" + "));
        }
        choices
    }
}

fn layer(layer: &LayerFile) -> String {
    let mut conditions = Vec::new();
    if let Some([from, to]) = layer.years {
        conditions.push(format!("{from} to {to}"));
    }
    for (column, values) in &layer.only {
        conditions.push(format!("{column} {}", values.join(" or ")));
    }
    for (column, values) in &layer.except {
        conditions.push(format!("without {column} {}", values.join(" or ")));
    }
    if !layer.basis.is_empty() {
        let names: Vec<&str> = layer
            .basis
            .iter()
            .map(|b| if b.is_empty() { "none stated" } else { b })
            .collect();
        conditions.push(format!("basis {}", names.join(" before ")));
    }
    if conditions.is_empty() {
        layer.pin.clone()
    } else {
        format!("{} ({})", layer.pin, conditions.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use crate::study_file::ScenarioFile;

    #[test]
    fn choices_are_told_in_the_order_in_which_they_are_applied() {
        let text = "id = 'a'\ntitle = ''\ndescription = ''\nmodels = []\nderive_two_way = true\nguards = ['g']\n\
                    cif_margin = { import = '0.06' }\n\
                    layer = [{ pin = 'p', years = [1990, 2009], except = { partner = ['KOR'] } }, { pin = 'q' }]";
        let scenario: ScenarioFile = toml::from_str(text).unwrap();
        let choices = scenario.choices();
        let names: Vec<&str> = choices.iter().map(|c| c.0.as_str()).collect();
        assert_eq!(names, ["figures", "valuation", "guards", "two-way trade"]);
        assert_eq!(choices[0].1, "p (1990 to 2009; without partner KOR), then q");
    }
}
