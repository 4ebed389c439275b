//! The one list of models. A new model is a crate in `crates/models` and a line here.

use model::Model;

/// Every model, in the order in which a study runs them.
pub fn models() -> Vec<&'static dyn Model> {
    vec![
        &trend::Trend,
        &concentration::Concentration,
        &structure::Structure,
        &asymmetry::Asymmetry,
        &intra_industry::IntraIndustry,
    ]
}

#[cfg(test)]
mod tests {
    use super::models;
    use std::collections::BTreeSet;

    #[test]
    fn every_model_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = models().iter().map(|m| m.id()).collect();
        assert_eq!(names.len(), models().len());
        assert!(models().iter().all(|m| !m.title().is_empty()));
    }

    #[test]
    fn every_models_known_answers_agree() {
        for answer in models().iter().flat_map(|m| m.known_answers()) {
            assert!(answer.agrees(), "{answer:?}");
        }
    }
}
