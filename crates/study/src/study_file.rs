//! `study.toml` as it is written: pins, scenarios, models, claims, charts, sections.

use crate::draws::DrawsFile;
use crate::given::DATA;
use crate::report_file::{AboutFile, ChartFile, SectionFile, SummaryFile, WordFile};
use crate::{Error, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A study as its file describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyFile {
    /// The name, which is also the results' folder.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What the study asks, in a paragraph.
    pub description: String,
    /// What its figures do not contain, a sentence each; the report opens with them.
    #[serde(default)]
    pub leaves_out: Vec<String>,
    /// Who answers for it.
    #[serde(default)]
    pub about: AboutFile,
    /// The economy under study; scenarios tell flows from its side.
    pub economy: String,
    /// The seed of every random number.
    pub seed: u64,
    /// The scenarios.
    pub scenario: Vec<ScenarioFile>,
    /// Lists of records that a scenario may set aside.
    #[serde(default)]
    pub guard: Vec<GuardFile>,
    /// Parameters of the models, by model.
    #[serde(default)]
    pub model: BTreeMap<String, toml::Table>,
    /// Published statements, put as tests on findings.
    #[serde(default)]
    pub claim: Vec<ClaimFile>,
    /// Whether and how reports are drawn anew, to see what their errors do to the conclusions.
    pub draws: Option<DrawsFile>,
    /// Charts over findings of several scenarios.
    #[serde(default)]
    pub chart: Vec<ChartFile>,
    /// What the report opens with, the most important first.
    #[serde(default)]
    pub summary: Vec<SummaryFile>,
    /// The sections of the report.
    #[serde(default)]
    pub section: Vec<SectionFile>,
    /// Words of the study's own that its report explains, with what they mean.
    #[serde(default)]
    pub word: Vec<WordFile>,
}

/// A named set of choices.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioFile {
    /// The name, in lower case, digits and `-`.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What was chosen, and what that leaves out.
    pub description: String,
    /// What its figures rest on: scenarios of one source are variants of it, and claims count them once. Figures made of
    /// several sources name them all, `a + b`, and are no witness beside them. Left out, the scenario is a source of its
    /// own.
    pub source: Option<String>,
    /// Whose side the flows are told from.
    #[serde(default)]
    pub perspective: Perspective,
    /// Another economy than the study's, for comparison.
    pub economy: Option<String>,
    /// Whether the partners listed are all there are.
    #[serde(default)]
    pub partial: bool,
    /// The figures, in order of preference: a later layer fills what earlier ones leave open.
    pub layer: Vec<LayerFile>,
    /// Add the two-way trade with each partner where only its two directions are listed; in a
    /// scenario that lists every partner, a direction that is not listed is nil.
    #[serde(default)]
    pub derive_two_way: bool,
    /// Partners without whose figure a year's flow is not used: what is not known is not zero.
    #[serde(default)]
    pub requires: Vec<String>,
    /// Build the world row as the exact sum of these partners' rows (`WLD-KOR` and `KOR`),
    /// in the periods that have them all.
    #[serde(default)]
    pub world_from: Vec<String>,
    /// Restate a flow's c.i.f. values free on board, at this margin: value / (1 + margin).
    #[serde(default)]
    pub cif_margin: BTreeMap<String, String>,
    /// The guards that apply.
    #[serde(default)]
    pub guards: Vec<String>,
    /// The models that run on it.
    pub models: Vec<String>,
    /// Parameters that differ from the study's, by model.
    #[serde(default)]
    pub parameters: BTreeMap<String, toml::Table>,
}

/// Whose side the flows of a scenario are told from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Perspective {
    /// The study's economy: a partner's import from it becomes its export.
    #[default]
    Economy,
    /// The same, but all compilers' figures of one flow are kept side by side.
    AllCompilers,
    /// As published, for models of two-sided data.
    AsPublished,
}

/// Some records of one pin.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerFile {
    /// The pin; `data` is the dataset that the user gives.
    pub pin: String,
    /// The years that are taken.
    pub years: Option<[i16; 2]>,
    /// The values that are taken, by column: `partner = ["CHN"]`, `product = ["TOTAL"]`.
    #[serde(rename = "where", default)]
    pub only: BTreeMap<String, Vec<String>>,
    /// The values that are not, by column.
    #[serde(default)]
    pub except: BTreeMap<String, Vec<String>>,
    /// The length of product codes, beside totals; of the user's dataset, two digits where left out.
    pub digits: Option<u8>,
    /// Where one flow stands under several administrative bases: the order of preference.
    /// A basis that is not named is not taken; `""` is "none stated".
    #[serde(default)]
    pub basis: Vec<String>,
}

impl LayerFile {
    /// The length of the product codes that are taken; `None` for any.
    pub(crate) fn digits(&self) -> Option<u8> {
        self.digits.or((self.pin == DATA).then_some(2))
    }
}

/// A named list of figures to set aside, each with its reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardFile {
    /// The name.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// What it rests on.
    pub reference: String,
    /// Partners whose figures are set aside, by code.
    #[serde(default)]
    pub drop: Vec<DropFile>,
    /// Also set aside what the partner-outlier test flags.
    #[serde(default)]
    pub partner_outliers: bool,
    /// Another guard whose list this one takes over.
    pub extends: Option<String>,
    /// A partner caught in one direction is not believed in the other.
    #[serde(default)]
    pub both_directions: bool,
}

/// One run of figures to set aside.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DropFile {
    /// The partner.
    pub partner: String,
    /// The flow, from the economy's side; both where left out.
    pub flow: Option<String>,
    /// The years; all where left out.
    pub years: Option<[i16; 2]>,
    /// Why.
    pub reason: String,
}

/// A paraphrase of a published statement, and what would show it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimFile {
    /// A short name.
    pub id: String,
    /// A few words to call it by; where left out, a short name stands for itself and a longer one is told as words.
    pub title: Option<String>,
    /// The statement, in our words.
    pub text: String,
    /// Who made it.
    pub source: String,
    /// How the statement was turned into tests, and what a reader might have chosen otherwise.
    pub reading: String,
    /// The scenarios it is judged under; every scenario of the study where left out.
    #[serde(default)]
    pub scenarios: Vec<String>,
    /// What would decide it where the pins do not.
    #[serde(default)]
    pub decided_by: String,
    /// The tests; the claim holds where all do.
    #[serde(default)]
    pub test: Vec<TestFile>,
}

/// One test on findings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestFile {
    /// What it says, for people.
    pub says: String,
    /// The findings' measure.
    pub measure: String,
    /// Labels that the findings must have.
    #[serde(rename = "where", default)]
    pub labels: BTreeMap<String, String>,
    /// The periods, first and last year.
    pub years: Option<[i16; 2]>,
    /// How several findings become one number.
    #[serde(default)]
    pub reduce: Reduce,
    /// Divide by the same reduction of these findings.
    pub over: Option<OverFile>,
    /// `>=`, `>`, `<=` or `<`.
    pub op: String,
    /// The threshold.
    pub value: f64,
    /// Judge the whole interval instead of the estimate.
    #[serde(default)]
    pub whole_interval: bool,
    /// The least number of findings for a verdict.
    #[serde(default = "one")]
    pub at_least: usize,
}

/// The findings in a test's denominator.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverFile {
    /// The scenario, if it is another.
    pub scenario: Option<String>,
    /// The measure.
    pub measure: String,
    /// Labels that the findings must have.
    #[serde(rename = "where", default)]
    pub labels: BTreeMap<String, String>,
    /// The periods, if others.
    pub years: Option<[i16; 2]>,
}

fn one() -> usize {
    1
}

/// How several findings become one number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reduce {
    /// There must be exactly one.
    #[default]
    Only,
    /// The arithmetic mean.
    Mean,
    /// The median.
    Median,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The sum.
    Sum,
    /// The one of the latest period.
    Latest,
    /// The latest less the earliest.
    Change,
    /// The share of findings above zero.
    SharePositive,
}

impl ClaimFile {
    /// What a reader knows it by.
    pub fn label(&self) -> String {
        match &self.title {
            Some(title) => title.clone(),
            None if self.id.chars().count() <= 3 => self.id.clone(),
            None => {
                let words = self.id.replace('-', " ");
                let mut letters = words.chars();
                let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
                first + letters.as_str()
            }
        }
    }
}

impl StudyFile {
    /// Reads a study file and checks what can be checked without data: names are unique, and
    /// what is referred to exists.
    ///
    /// # Errors
    /// Says what is wrong, where, and what was expected.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let refuse = |reason: String| Error::Study {
            path: path.to_owned(),
            reason,
        };
        let study: StudyFile = toml::from_str(text).map_err(|e| refuse(e.to_string().trim_end().to_owned()))?;
        crate::check::check(&study).map_err(refuse)?;
        Ok(study)
    }
}
