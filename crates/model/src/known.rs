/// An answer that is known beforehand, and what the model computes.
///
/// `counterflow conformance` prints those of every model beside the published anchors.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownAnswer {
    /// What was computed from what.
    pub name: String,
    /// Where the answer stands.
    pub source: String,
    /// The known answer.
    pub known: f64,
    /// What the model computes, or why it refuses.
    pub computed: Result<f64, String>,
}

impl KnownAnswer {
    /// How near the computed answer must be, relative to the known one.
    pub const TOLERANCE: f64 = 1e-12;

    /// An answer and what was computed.
    pub fn new(name: &str, source: &str, known: f64, computed: Result<f64, String>) -> Self {
        KnownAnswer {
            name: name.to_owned(),
            source: source.to_owned(),
            known,
            computed,
        }
    }

    /// Whether the two agree.
    pub fn agrees(&self) -> bool {
        let near = |computed: f64| (computed - self.known).abs() <= Self::TOLERANCE * self.known.abs().max(1.0);
        self.computed.as_ref().is_ok_and(|&computed| near(computed))
    }
}

#[cfg(test)]
mod tests {
    use super::KnownAnswer;

    #[test]
    fn a_refused_or_wrong_answer_does_not_agree() {
        let answer = |computed| KnownAnswer::new("", "", 2.0, computed).agrees();
        assert!(answer(Ok(2.0)) && !answer(Ok(2.000001)) && !answer(Ok(f64::NAN)) && !answer(Err("no".to_owned())));
    }
}
