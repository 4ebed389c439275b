//! A scenario's figures by period, those it set aside below them, and their references.

use crate::number::grouped;
use crate::page::html::{anchor, cell};
use crate::page::look::Look;
use crate::study::readable::{named, without_shared};
use crate::study::tables::figures_table;
use crate::study::trace::anchor_of_period;
use crate::svg::escape;
use model::{Cell, Finding, Table};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use study::{ScenarioRun, StudyFile, StudyReference};
use trade::Record;

#[derive(Debug, Serialize)]
pub(super) struct PeriodView {
    pub(super) period: String,
    anchor: String,
    used: usize,
    set_aside: usize,
    /// The tables, escaped.
    html: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ReferenceView {
    anchor: String,
    pin: String,
    key: String,
    citation: String,
    url: String,
}

/// Columns that say nothing on the page of one scenario and one period.
const LEFT_OUT: [&str; 4] = ["scenario", "period", "pin", "url"];

/// Columns that stand where all rows say the same too.
const KEPT: [&str; 8] = [
    "scenario",
    "period",
    "pin",
    "url",
    "reference",
    "partner",
    "flow",
    "reason",
];

/// The figures of a period that are used, and those that are not, with the reason.
type OfPeriod<'r> = (Vec<&'r Record>, Vec<(&'r Record, &'r str)>);

/// The figures by period and the references that they name.
pub(super) fn figures(
    scenario: &ScenarioRun,
    references: &[StudyReference],
    study: &StudyFile,
) -> (Vec<PeriodView>, Vec<ReferenceView>) {
    let mut periods: BTreeMap<String, OfPeriod<'_>> = BTreeMap::new();
    for record in &scenario.figures.flows {
        periods.entry(record.period.to_string()).or_default().0.push(record);
    }
    for aside in &scenario.figures.set_aside {
        let entry = periods.entry(aside.record.period.to_string()).or_default();
        entry.1.push((&aside.record, &aside.reason));
    }
    let all = periods
        .values()
        .flat_map(|(used, aside)| used.iter().copied().chain(aside.iter().map(|(r, _)| *r)));
    let cited: BTreeSet<u32> = all.filter_map(|r| r.reference).collect();
    let view = |(period, (mut used, mut aside)): (String, OfPeriod<'_>)| {
        used.sort_by_key(|r| (r.flow.as_str(), std::cmp::Reverse(r.value)));
        aside.sort_by_key(|(r, _)| (r.flow.as_str(), std::cmp::Reverse(r.value)));
        let of_used = used.iter().map(|r| ("", *r, None));
        let of_aside = aside.iter().map(|(r, reason)| ("", *r, Some(*reason)));
        let mut html = String::new();
        let told = |title: &str, table: Table| {
            without_shared(
                named(
                    Table {
                        title: title.to_owned(),
                        ..table
                    },
                    study,
                ),
                &KEPT,
            )
        };
        if !used.is_empty() {
            rows(&mut html, &told("Used", figures_table("", "", of_used, references)));
        }
        if !aside.is_empty() {
            rows(
                &mut html,
                &told("Set aside", figures_table("", "", of_aside, references)),
            );
        }
        PeriodView {
            anchor: anchor_of_period(&period),
            used: used.len(),
            set_aside: aside.len(),
            html,
            period,
        }
    };
    let references = cited
        .iter()
        .filter_map(|&n| references.get(n as usize))
        .map(|r| ReferenceView {
            anchor: of_reference(&r.pin, &r.key),
            pin: r.pin.clone(),
            key: r.key.clone(),
            citation: r.citation.clone(),
            url: r.url.clone(),
        });
    let references = references.collect();
    (periods.into_iter().map(view).collect(), references)
}

/// The one published figure behind a finding that is a total or a partner's share, with who said it and where; nothing
/// for what is made of several, or by the program.
pub(super) fn source(finding: &Finding, scenario: &ScenarioRun, references: &[StudyReference]) -> String {
    let label = |name: &str| finding.labels.get(name).map(String::as_str);
    let flow = match finding.measure.as_str() {
        "exports" => "export",
        "imports" => "import",
        "total_trade" => "total",
        "partner_share" => label("flow").unwrap_or_default(),
        _ => return String::new(),
    };
    let partner = label("partner");
    let is_it = |record: &&Record| {
        let with = partner.map_or(record.partner.is_world(), |code| record.partner.as_str() == code);
        with && record.flow.as_str() == flow
            && &*record.product == trade::TOTAL
            && label("period").is_some_and(|period| record.period.to_string() == period)
    };
    let mut all = scenario.figures.flows.iter().filter(is_it);
    let (Some(record), None) = (all.next(), all.next()) else {
        return String::new();
    };
    let Some(reference) = record.reference.and_then(|at| references.get(at as usize)) else {
        return String::new();
    };
    let said = match (record.value, record.share_percent) {
        (Some(value), _) => format!("{} US dollars", grouped(&value.to_string())),
        (None, Some(share)) => format!("{share} per cent"),
        (None, None) => return String::new(),
    };
    let link = match reference.url.as_str() {
        "" => String::new(),
        url => format!(
            " <a class=\"away\" rel=\"noopener noreferrer\" href=\"{0}\">{0}</a>",
            escape(url)
        ),
    };
    format!(
        "Published figure: {} ({}). <a href=\"#{}\">{}</a>{link}",
        escape(&said),
        escape(&record.compiler),
        of_reference(&reference.pin, &reference.key),
        escape(&reference.citation)
    )
}

fn of_reference(pin: &str, key: &str) -> String {
    anchor(&format!("ref-{pin}-{key}"))
}

/// A table of figures without the columns that are empty, each row with a link to its reference. End tags
/// that HTML leaves to the reader are left out: there are tens of thousands of rows.
fn rows(html: &mut String, table: &Table) {
    let place = |name: &str| table.columns.iter().position(|c| c.name == name);
    let (pin, key) = (place("pin"), place("reference"));
    let says = |at: &usize| {
        let name = table.columns[*at].name.as_str();
        !LEFT_OUT.contains(&name) && table.rows.iter().any(|row| row[*at] != Cell::Missing)
    };
    let shown: Vec<usize> = (0..table.columns.len()).filter(says).collect();
    let caption = escape(&table.title);
    let _ = write!(html, "<table><caption>{caption}</caption><thead><tr>");
    for &at in &shown {
        let column = &table.columns[at];
        let class = if column.kind == model::Kind::Text {
            ""
        } else {
            " class=n"
        };
        let _ = write!(html, "<th scope=col{class}>{}", Look::exact(column).head());
    }
    html.push_str("<tbody>\n");
    for row in &table.rows {
        html.push_str("<tr>");
        for &at in &shown {
            let column = &table.columns[at];
            let words = cell(&row[at], column);
            let class = if column.kind == model::Kind::Text {
                ""
            } else {
                " class=n"
            };
            match (Some(at) == key, pin.map(|pin| &row[pin])) {
                (true, Some(Cell::Text(pin))) => {
                    let anchor = match &row[at] {
                        Cell::Text(key) => of_reference(pin, key),
                        _ => String::new(),
                    };
                    let _ = write!(html, "<td><a href=#{anchor}>{} {words}</a>", escape(pin));
                }
                _ => drop(write!(html, "<td{class}>{words}")),
            }
        }
        html.push('\n');
    }
    html.push_str("</table>");
}
