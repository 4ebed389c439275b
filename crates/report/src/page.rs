//! The report as one page of HTML that needs nothing from outside.
//!
//! The page is filled with plain data and knows nothing of any study. Every text is plain
//! text and is escaped; paragraphs are separate strings.

mod claims;
pub(crate) mod digest;
mod figure;
pub(crate) mod html;
pub(crate) mod look;
mod looks;
mod render;
mod words;

pub use figure::chart_table;
pub(crate) use render::render_evidence;
pub use render::render_page;
pub use words::Words;

use model::{Chart, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The whole report.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// A few words above the headline: the study's or the series' name.
    pub kicker: String,
    /// The headline.
    pub title: String,
    /// What the reader takes away, in two or three sentences under the headline.
    pub lede: Words,
    /// One line under the lede: who, what run, as of when.
    pub dateline: String,
    /// Who answers for it; empty for none.
    pub byline: String,
    /// What its figures do not contain, a sentence each; left out of the page where there are none.
    pub limits: Vec<String>,
    /// A warning above everything, such as that the data are made up; empty for none.
    pub notice: String,
    /// What was found, the most important first.
    pub summary: Vec<SummaryItem>,
    /// The claims put to the test; left out of the page where there are none.
    pub claims: Claims,
    /// The body.
    pub sections: Vec<Section>,
    /// Names of compilers whose figures a scenario shows as they are, each with that scenario: one source, one look.
    pub compilers: Vec<(String, String)>,
    /// What each scenario is; left out of the page where there are none.
    pub scenarios: Vec<ScenarioRow>,
    /// The data used, with their citations; left out of the page where there are none.
    pub data_notes: Vec<PinNote>,
    /// Words of the page and what they mean; left out of the page where there are none.
    pub glossary: Vec<(String, String)>,
    /// The run: program version, revision, seeds, hashes, as (name, value).
    pub provenance: Vec<(String, String)>,
}

/// One point of the summary.
#[derive(Clone, Debug, Default)]
pub struct SummaryItem {
    /// How sure it is, where it rests on a claim's verdict.
    pub verdict: Option<Verdict>,
    /// What the verdict does not say of itself, in a few words beside it; may be empty.
    pub caution: String,
    /// What must be known before the sentences are believed; may be empty.
    pub warning: String,
    /// The finding, one sentence.
    pub text: Words,
    /// What stands behind it: numbers, years, scenarios; may be empty.
    pub detail: Words,
    /// How many sources bear it out, and what the errors of reports leave of it; may be empty.
    pub how_sure: String,
    /// Which data would decide or overturn it; may be empty.
    pub would_change: String,
    /// Where on this page it is shown: its claim, charts and tables.
    pub evidence: Vec<Link>,
    /// The pages of evidence of the findings behind it; may be empty.
    pub grounds: Vec<Link>,
}

/// A link. `href` is `#id` of a section, chart, table or claim (`claim-` and its id) of the
/// page, a relative path of a file beside it, or a web address; anything else is printed
/// without a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The words.
    pub text: String,
    /// Where to.
    pub href: String,
}

/// A claim's verdict over all scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Holds under every scenario that can tell, and there are several.
    Robust,
    /// Holds under the only scenario that can tell: nothing is known of its sensitivity.
    OneSource,
    /// Holds under some sources and fails under others.
    DependsOnSource,
    /// Holds under some ways to count and fails under others, of one source too.
    DependsOnWay,
    /// Fails under several sources and holds under none.
    Contradicted,
    /// Fails under one source and holds under none.
    OneSourceAgainst,
    /// The figures at hand allow both answers.
    Undecided,
    /// No scenario has the figures.
    NotTestable,
}

impl Verdict {
    /// All of them, the firmest first.
    pub const ALL: [Verdict; 8] = [
        Verdict::Robust,
        Verdict::OneSource,
        Verdict::DependsOnSource,
        Verdict::DependsOnWay,
        Verdict::Contradicted,
        Verdict::OneSourceAgainst,
        Verdict::Undecided,
        Verdict::NotTestable,
    ];

    /// The words.
    pub const fn words(self) -> &'static str {
        match self {
            Verdict::Robust => "robust",
            Verdict::OneSource => "one source only",
            Verdict::DependsOnSource => "depends on the source",
            Verdict::DependsOnWay => "depends on how it is counted",
            Verdict::Contradicted => "contradicted",
            Verdict::OneSourceAgainst => "contradicted by one source",
            Verdict::Undecided => "undecided",
            Verdict::NotTestable => "not testable",
        }
    }

    /// What the words mean.
    pub const fn meaning(self) -> &'static str {
        match self {
            Verdict::Robust => {
                "holds under every source that has the figures, and there are several; whether errors in the reports could undo it is said beside it"
            }
            Verdict::OneSource => "holds under the only source that has the figures",
            Verdict::DependsOnSource => {
                "holds under some sources, and fails or is not shown under others; each says one thing however it is counted"
            }
            Verdict::DependsOnWay => {
                "holds under some ways to count, and fails or is not shown under others, of one source too"
            }
            Verdict::Contradicted => "holds under no source and fails under several",
            Verdict::OneSourceAgainst => "fails under one source and holds under none",
            Verdict::Undecided => "the figures at hand allow both answers",
            Verdict::NotTestable => "no source at hand has the figures",
        }
    }
}

/// The claims of a study, put to the test.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// What the claims are and how they were tested.
    pub prose: Vec<String>,
    /// The claims.
    pub rows: Vec<ClaimRow>,
}

/// One claim.
#[derive(Clone, Debug)]
pub struct ClaimRow {
    /// Its short name: a letter or a word.
    pub id: String,
    /// What a reader knows it by: the short name where it is a letter, else a few words.
    pub label: String,
    /// The claim, paraphrased.
    pub text: String,
    /// Who made it, where.
    pub source: String,
    /// A web address of the source; empty for none.
    pub source_url: String,
    /// The test, in words: `deficit / exports between 0.8 and 1.2 in most years`.
    pub test: String,
    /// The verdict over all scenarios.
    pub overall: Verdict,
    /// What the verdict does not say of itself; may be empty.
    pub caution: String,
    /// The verdict of each scenario that was asked.
    pub verdicts: Vec<ScenarioVerdict>,
    /// Which pin would decide it, where the pins at hand do not; empty for none.
    pub decided_by: String,
    /// What a reader must know besides; may be empty.
    pub note: String,
    /// Where the numbers are shown.
    pub evidence: Vec<Link>,
}

/// The verdict of one scenario.
#[derive(Clone, Debug)]
pub struct ScenarioVerdict {
    /// The scenario's name, as in [`ScenarioRow::name`].
    pub scenario: String,
    /// The outcome.
    pub outcome: Outcome,
    /// The numbers behind it: `mean 0.84, needed at least 0.97`.
    pub numbers: String,
    /// Where the evidence is, as in [`Link::href`]; empty for none.
    pub evidence: String,
}

/// Whether a claim holds under a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It fails.
    Fails,
    /// The scenario has the figures, and they allow both answers; why.
    NotShown(String),
    /// The scenario does not have the figures, and why.
    Undecidable(String),
}

/// A part of the body.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Its anchor: lower case, digits and `-`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Its opening paragraphs.
    pub prose: Vec<Words>,
    /// What follows.
    pub blocks: Vec<Block>,
}

/// A block of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// A chart, with a table of its data behind it.
    Chart(Chart),
    /// A chart over several sources, whose points lead to their evidence.
    Traced {
        /// The chart.
        chart: Chart,
        /// What each series is taken from, such as a scenario's name: sources are shown and hidden in all charts at once.
        sources: Vec<String>,
        /// Where the evidence of a point is, by the number of its series and the bits of its x.
        evidence: BTreeMap<(usize, u64), String>,
        /// Points that the caption says something about, in the same way; they are drawn hollow.
        noted: BTreeSet<(usize, u64)>,
    },
    /// The first rows of a table.
    Table {
        /// The table.
        table: Table,
        /// How many rows are printed.
        rows_shown: usize,
        /// The path of the whole table beside the page, such as `tables/hhi.csv`; without
        /// one the page carries the whole table itself, as a download.
        file: Option<String>,
        /// Where the evidence of each row is; rows beyond the list have none.
        evidence: Vec<String>,
    },
    /// A few numbers to remember.
    Facts(Vec<Fact>),
    /// A chart or table behind its title: open on paper, and where a link leads into it.
    Folded(Box<Block>),
    /// A paragraph.
    Prose(String),
    /// A smaller heading.
    Heading(String),
}

impl Block {
    /// The chart that it shows, folded or not.
    pub(crate) fn chart(&self) -> Option<&Chart> {
        self.chart_and_sources().map(|(chart, _)| chart)
    }

    /// The same with what each series is taken from, where that is known.
    pub(crate) fn chart_and_sources(&self) -> Option<(&Chart, &[String])> {
        match self {
            Block::Chart(chart) => Some((chart, &[])),
            Block::Traced { chart, sources, .. } => Some((chart, sources)),
            Block::Folded(block) => block.chart_and_sources(),
            _ => None,
        }
    }
}

/// A number to remember.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// The number, with its unit.
    pub value: String,
    /// Year, scenario, interval; may be empty.
    pub note: String,
}

/// What a scenario is.
#[derive(Clone, Debug, Default)]
pub struct ScenarioRow {
    /// Its name in files and tables.
    pub name: String,
    /// Its name for people; may be empty.
    pub title: String,
    /// What it takes and leaves out, in a sentence or two.
    pub description: String,
    /// Its choices, as (name, value): compiler, add-ons, valuation, guards, rule.
    pub choices: Vec<(String, String)>,
    /// The years it covers, in words; may be empty.
    pub span: String,
}

/// A dataset that was used.
#[derive(Clone, Debug, Default)]
pub struct PinNote {
    /// Its name in files.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who compiled it.
    pub compiler: String,
    /// Which release, retrieved when.
    pub release: String,
    /// How to cite it.
    pub citation: String,
    /// Its licence and terms.
    pub licence: String,
    /// Its web address or DOI link; empty for none.
    pub url: String,
    /// How many rows, of which years, in words; may be empty.
    pub extent: String,
    /// What one must know not to be misled by it.
    pub traps: Vec<String>,
    /// The hash of its bytes.
    pub sha256: String,
    /// The hash of its values, unchanged when the file is written anew; may be empty.
    pub logical_hash: String,
}
