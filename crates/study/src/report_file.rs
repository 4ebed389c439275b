//! The part of `study.toml` that says what the report shows: its summary, charts, sections, tables and words.

use crate::claim::{Judged, Overall};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Who answers for a study, and how far it is; each may be left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AboutFile {
    /// Who wrote it.
    #[serde(default)]
    pub author: String,
    /// Where to ask.
    #[serde(default)]
    pub contact: String,
    /// How far it is: a draft, reviewed by whom.
    #[serde(default)]
    pub status: String,
}

/// One point of the report's summary.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SummaryFile {
    /// The claim whose verdict stands beside it.
    pub claim: Option<String>,
    /// The verdict on the claim for which the sentences were written: where it is another, the report says so.
    pub written_for: Option<String>,
    /// The sentence; numbers come from findings.
    pub text: String,
    /// What stands behind it.
    #[serde(default)]
    pub detail: String,
    /// The section or chart with the evidence.
    #[serde(default)]
    pub evidence: String,
}

impl SummaryFile {
    /// The verdict on the claim, where it is not the one for which the sentences were written.
    pub fn outgrown_by(&self, claims: &[Judged]) -> Option<Overall> {
        let judged = claims.iter().find(|judged| Some(&judged.id) == self.claim.as_ref())?;
        let as_written = self.written_for.as_ref()? == judged.overall.words();
        (!as_written).then_some(judged.overall)
    }
}

/// A chart over findings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartFile {
    /// The name.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// What stands on the axes, what is left out.
    #[serde(default)]
    pub caption: String,
    /// The vertical axis, with its unit.
    pub y_label: String,
    /// How it is divided.
    #[serde(default)]
    pub y_scale: ChartScale,
    /// How series are drawn.
    #[serde(default)]
    pub form: ChartForm,
    /// What is drawn: one series for each entry.
    pub series: Vec<ChartSeriesFile>,
    /// Vertical lines: year and word.
    #[serde(default)]
    pub marks: Vec<(f64, String)>,
    /// Horizontal lines: value and word.
    #[serde(default)]
    pub lines: Vec<(f64, String)>,
}

/// `linear`, `log`, `share` or `root`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartScale {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal ratios.
    Log,
    /// Equal steps, in per cent.
    Share,
    /// By square roots, for ratios of which some are many times the others, and which may be below zero.
    Root,
}

/// `line`, `dots`, `bars` or `stacked`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChartForm {
    /// Lines over years.
    #[default]
    Line,
    /// Dots.
    Dots,
    /// Bars side by side.
    Bars,
    /// Bars on each other.
    Stacked,
}

/// One series of a chart: findings over years.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartSeriesFile {
    /// The name in the legend.
    pub name: String,
    /// The scenario.
    pub scenario: String,
    /// The measure.
    pub measure: String,
    /// Labels that the findings must have.
    #[serde(rename = "where", default)]
    pub labels: BTreeMap<String, String>,
}

/// A section of the report.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SectionFile {
    /// The anchor.
    pub id: String,
    /// The heading.
    pub title: String,
    /// Paragraphs; numbers come from findings through `{{ estimate(...) }}` and the like.
    #[serde(default)]
    pub text: Vec<String>,
    /// Charts, by name, the one that carries the finding first; a model's chart is `scenario/chart`.
    #[serde(default)]
    pub charts: Vec<String>,
    /// How many of them stand open. The others, and the tables, are folded behind their titles; where no chart
    /// stands open, the first table does.
    #[serde(default = "one")]
    pub lead: usize,
    /// Tables.
    #[serde(default)]
    pub tables: Vec<TableFile>,
}

fn one() -> usize {
    1
}

/// Some rows and columns of a table of the run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableFile {
    /// The table's name.
    pub name: String,
    /// The rows that are printed, by column; alternatives stand between `|`.
    #[serde(rename = "where", default)]
    pub only: BTreeMap<String, String>,
    /// Leave out rows in which this column is missing.
    pub present: Option<String>,
    /// Print the rows by this column, the largest number first; rows without one come last.
    pub largest_first: Option<String>,
    /// The columns that are printed; all where left out.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What it shows, where the table's own title does not say it.
    pub title: Option<String>,
    /// Headings for columns, where the table's own do not say it: `slope = "Change a year, USD"`.
    #[serde(default)]
    pub headings: BTreeMap<String, String>,
}

/// A word of the study's own and what it means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordFile {
    /// The word.
    pub word: String,
    /// What it means, in a sentence or two.
    pub means: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_outgrown_where_the_verdict_is_another() {
        let judged = |overall| {
            [Judged {
                id: "m".to_owned(),
                verdicts: Vec::new(),
                sources: Vec::new(),
                overall,
            }]
        };
        let item: SummaryFile =
            toml::from_str("claim = 'm'\nwritten_for = 'robust'\ntext = 'Exports collapsed.'").unwrap();
        assert_eq!(item.outgrown_by(&judged(Overall::Robust)), None);
        let now = Overall::DependsOnSource;
        assert_eq!(item.outgrown_by(&judged(now)), Some(now));
        let free: SummaryFile = toml::from_str("claim = 'm'\ntext = 'Exports fell.'").unwrap();
        assert_eq!(free.outgrown_by(&judged(now)), None);
    }
}
