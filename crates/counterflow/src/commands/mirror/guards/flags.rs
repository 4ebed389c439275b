//! Flags and tests as documents tell them.

use mirror::guards::{Flag, Unjudged};
use model::{Kind, Table};
use serde::Serialize;
use trade::{Flow, Period};

/// One suspicion in output.
#[derive(Serialize)]
pub struct FlagJson {
    test: &'static str,
    economy: String,
    flow: &'static str,
    subject: String,
    periods: Vec<String>,
    statistic: f64,
    factor: f64,
    evidence: String,
}

/// What one test was asked, and how often it would be wrong.
#[derive(Serialize)]
pub struct TestJson {
    /// The guard.
    pub test: &'static str,
    /// What it judged.
    pub about: String,
    /// How many it could judge.
    pub judged: usize,
    /// How many it flagged.
    pub flagged: usize,
    /// The share of ordinary pairs that it would flag.
    pub false_positive_rate: Option<f64>,
    /// How many ordinary pairs there are.
    pub calibrated_on: Option<usize>,
    /// Why it could not judge.
    pub reason: Option<String>,
}

/// What the guards found.
#[derive(Default)]
pub struct Found {
    /// The suspicions.
    pub flags: Vec<FlagJson>,
    /// What was tested.
    pub tests: Vec<TestJson>,
}

impl Found {
    /// Adds a test's flags; `named` gives the subject, the economy and the flow of each.
    pub fn add(
        &mut self,
        test: &'static str,
        about: String,
        judged: usize,
        flags: Result<Vec<Flag>, Unjudged>,
        named: impl Fn(&Flag) -> (String, String, Flow),
    ) {
        let reason = flags.as_ref().err().map(ToString::to_string);
        let flags = flags.unwrap_or_default();
        // A test that could not judge says so only where it was asked for by name.
        if test == "code-swap" || !flags.is_empty() {
            self.tests.push(TestJson {
                test,
                about,
                judged,
                flagged: flags.len(),
                false_positive_rate: None,
                calibrated_on: None,
                reason,
            });
        }
        self.flags.extend(flags.into_iter().map(|flag| {
            let (subject, economy, flow) = named(&flag);
            FlagJson {
                test: flag.test.as_str(),
                economy,
                flow: flow.as_str(),
                subject,
                periods: flag.periods.iter().map(Period::to_string).collect(),
                statistic: flag.statistic,
                factor: flag.factor,
                evidence: flag.evidence,
            }
        }));
    }
}

/// The flags as a table.
pub fn table(flags: &[FlagJson]) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("test"),
        text("economy"),
        text("flow"),
        text("subject"),
        text("periods"),
        ("statistic", Kind::Number, ""),
        ("factor", Kind::Number, "ratio"),
        text("evidence"),
    ];
    let mut table = Table::new("flags", "What the guards flag", &columns);
    for flag in flags {
        table.push(vec![
            flag.test.into(),
            flag.economy.clone().into(),
            flag.flow.into(),
            flag.subject.clone().into(),
            flag.periods.join(" ").into(),
            flag.statistic.into(),
            flag.factor.into(),
            flag.evidence.clone().into(),
        ]);
    }
    table
}
