//! Fills the templates.

use super::claims::{Badge, ClaimsView};
use super::html::{Anchors, download, link, table};
use super::look::Look;
use super::looks::Looks;
use super::{Block, Fact, Link, Page, PinNote, ScenarioRow, Section, SummaryItem, Verdict};
use super::{claims, digest, figure};
use crate::svg::{escape, patterns};
use crate::{Error, Result};
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value};
use model::Cell;
use serde::Serialize;
use std::collections::BTreeMap;

const TEMPLATES: [(&str, &str); 5] = [
    ("page.html", include_str!("../../templates/page.html")),
    ("claims.html", include_str!("../../templates/claims.html")),
    ("data.html", include_str!("../../templates/data.html")),
    ("icons.html", include_str!("../../templates/icons.html")),
    ("evidence.html", include_str!("../../templates/evidence.html")),
];
const STYLE: &str = include_str!("../../templates/style.css");
const DARK: &str = include_str!("../../templates/dark.css");
const SCRIPT: &str = include_str!("../../templates/script.js");

/// The page as one HTML document: no network, no file beside it, complete without its script.
///
/// The same page gives the same text. Its content security policy admits its own style and
/// script, by their digests, and nothing else.
///
/// # Errors
/// [`Error::Cell`] and its like for a table whose rows do not fit its columns.
pub fn render_page(page: &Page) -> Result<String> {
    filled("page.html", Value::from(Serde(view(page)?)))
}

/// A page of evidence as one HTML document without a script.
pub(crate) fn render_evidence(view: &crate::study::evidence::EvidenceView) -> Result<String> {
    let style = style();
    let view = Value::from(Serde(view));
    let style_source = digest::source_expression(&style);
    filled("evidence.html", minijinja::context! { view, style, style_source })
}

fn filled(name: &'static str, view: Value) -> Result<String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in TEMPLATES {
        environment
            .add_template(name, source)
            .map_err(|source| Error::Template { template: name, source })?;
    }
    let template = environment.get_template(name);
    let text = template.and_then(|template| template.render(view));
    text.map_err(|source| Error::Template { template: name, source })
}

/// The style sheet. A file fetched with other line ends must still match its digest: browsers see LF.
fn style() -> String {
    STYLE.replace("/* dark */", DARK).replace("\r\n", "\n")
}

#[derive(Serialize)]
struct View<'p> {
    kicker: &'p str,
    title: &'p str,
    lede: Vec<String>,
    description: String,
    dateline: &'p str,
    byline: &'p str,
    limits: &'p [String],
    /// Whether numbers lead to files beside the page.
    traced: bool,
    notice: &'p str,
    /// Whether the printed page is shorter than the one on the screen.
    shortened: bool,
    style: String,
    script: String,
    style_source: String,
    script_source: String,
    patterns: String,
    contents: Vec<(String, String)>,
    summary: Vec<SummaryView<'p>>,
    claims: Option<ClaimsView>,
    sections: Vec<SectionView<'p>>,
    scenarios: Vec<ScenarioView<'p>>,
    pins: Vec<PinView<'p>>,
    glossary: &'p [(String, String)],
    /// The badges of the summary and of the claims, each with what it means.
    meanings: Vec<(Badge, &'static str)>,
    provenance: &'p [(String, String)],
}

#[derive(Serialize)]
struct SummaryView<'p> {
    badge: Option<Badge>,
    caution: &'p str,
    warning: &'p str,
    text: String,
    detail: String,
    how_sure: &'p str,
    would_change: &'p str,
    evidence: Vec<String>,
}

#[derive(Serialize)]
struct SectionView<'p> {
    anchor: String,
    title: &'p str,
    prose: Vec<String>,
    blocks: Vec<String>,
}

#[derive(Serialize)]
struct ScenarioView<'p> {
    name: &'p str,
    title: &'p str,
    description: &'p str,
    choices: &'p [(String, String)],
    span: &'p str,
}

#[derive(Serialize)]
struct PinView<'p> {
    anchor: String,
    title: &'p str,
    /// Its address, as a link; empty for none.
    url: String,
    citation: &'p str,
    traps: &'p [String],
    /// Name and value of what else is known, in order.
    facts: Vec<(&'static str, &'p str)>,
}

fn view(page: &Page) -> Result<View<'_>> {
    let mut anchors = Anchors::default();
    // The page's own parts, and the claims, keep their names.
    for name in [
        "main",
        "limits",
        "summary",
        "claims",
        "scenarios",
        "data",
        "words",
        "provenance",
    ] {
        anchors.take(name);
    }
    for row in &page.claims.rows {
        anchors.take(&claims::anchor(&row.id));
    }
    let looks = Looks::new(page);
    let sections = page
        .sections
        .iter()
        .map(|s| section(s, &looks, &mut anchors))
        .collect::<Result<Vec<_>>>()?;
    let titled: Vec<(String, String)> = page
        .scenarios
        .iter()
        .map(|s| (s.name.clone(), s.title.clone()))
        .collect();
    let style = style();
    let script = SCRIPT.replace("\r\n", "\n");
    let mut view = View {
        kicker: &page.kicker,
        title: &page.title,
        lede: page.lede.paragraphs(),
        description: page.lede.text().split_whitespace().collect::<Vec<_>>().join(" "),
        dateline: &page.dateline,
        byline: &page.byline,
        limits: &page.limits,
        traced: page.lede.addresses().next().is_some() || page.summary.iter().any(|item| !item.grounds.is_empty()),
        notice: &page.notice,
        shortened: shortened(page),
        style_source: digest::source_expression(&style),
        script_source: digest::source_expression(&script),
        style,
        script,
        patterns: patterns(),
        contents: Vec::new(),
        summary: page.summary.iter().map(summary).collect(),
        claims: Some(claims::view(&page.claims, &titled)).filter(|_| !page.claims.rows.is_empty()),
        sections,
        scenarios: page.scenarios.iter().map(scenario).collect(),
        pins: page.data_notes.iter().map(|pin| pin_note(pin, &mut anchors)).collect(),
        glossary: &page.glossary,
        meanings: meanings(page),
        provenance: &page.provenance,
    };
    view.contents = contents(&view);
    Ok(view)
}

fn meanings(page: &Page) -> Vec<(Badge, &'static str)> {
    let there = |verdict: &Verdict| {
        let told = page.summary.iter().any(|item| item.verdict == Some(*verdict));
        told || (!page.summary.is_empty() && page.claims.rows.iter().any(|row| row.overall == *verdict))
    };
    let told = Verdict::ALL.into_iter().filter(there);
    told.map(|verdict| (Badge::of(verdict), verdict.meaning())).collect()
}

fn contents(view: &View<'_>) -> Vec<(String, String)> {
    let part = |there: bool, anchor: &str, words: &str| there.then(|| (anchor.to_owned(), words.to_owned()));
    let mut contents = Vec::new();
    contents.extend(part(!view.summary.is_empty(), "summary", "What we found"));
    contents.extend(part(view.claims.is_some(), "claims", "The claims, tested"));
    contents.extend(view.sections.iter().map(|s| (s.anchor.clone(), s.title.to_owned())));
    contents.extend(part(
        !view.scenarios.is_empty(),
        "scenarios",
        "The ways to count (scenarios)",
    ));
    contents.extend(part(!view.pins.is_empty(), "data", "Data and citations"));
    contents.extend(part(!view.glossary.is_empty(), "words", "Words used here"));
    contents.extend(part(
        !view.provenance.is_empty(),
        "provenance",
        "How this page was made",
    ));
    contents
}

fn summary(item: &SummaryItem) -> SummaryView<'_> {
    let evidence = item.evidence.iter().chain(&item.grounds).map(link).collect();
    SummaryView {
        badge: item.verdict.map(Badge::of),
        caution: &item.caution,
        warning: &item.warning,
        text: item.text.html(),
        detail: item.detail.html(),
        how_sure: &item.how_sure,
        would_change: &item.would_change,
        evidence,
    }
}

fn section<'p>(section: &'p Section, looks: &Looks, anchors: &mut Anchors) -> Result<SectionView<'p>> {
    let anchor = anchors.take(if section.id.is_empty() {
        &section.title
    } else {
        &section.id
    });
    let blocks = section
        .blocks
        .iter()
        .map(|b| block(b, looks, anchors))
        .collect::<Result<Vec<_>>>()?;
    Ok(SectionView {
        anchor,
        title: &section.title,
        prose: section.prose.iter().map(|words| words.html()).collect(),
        blocks,
    })
}

fn block(block: &Block, looks: &Looks, anchors: &mut Anchors) -> Result<String> {
    Ok(match block {
        Block::Chart(chart) => figure::figure(chart, &figure::Traces::default(), looks, anchors)?,
        Block::Traced {
            chart,
            sources,
            evidence,
            noted,
        } => {
            let (evidence, noted) = (Some(evidence), Some(noted));
            let traces = figure::Traces {
                sources,
                evidence,
                noted,
            };
            figure::figure(chart, &traces, looks, anchors)?
        }
        Block::Table {
            table,
            rows_shown,
            file,
            evidence,
        } => table_block(table, (*rows_shown, evidence), file.as_deref(), anchors)?,
        Block::Folded(inner) => {
            let (kind, what) = match (inner.chart(), inner.as_ref()) {
                (Some(chart), _) => ("of-chart", format!("<b>Chart.</b> {}", escape(&chart.title))),
                (None, Block::Table { table, file, .. }) => {
                    let path = on_paper(file.as_deref());
                    ("of-table", format!("<b>Table.</b> {}{path}", escape(&table.title)))
                }
                (None, _) => ("", "More".to_owned()),
            };
            let shown = self::block(inner, looks, anchors)?;
            format!("<details class=\"fold {kind}\"><summary>{what}</summary>{shown}</details>")
        }
        Block::Facts(facts) => format!(
            "<dl class=\"facts\">{}</dl>",
            facts.iter().map(fact).collect::<String>()
        ),
        Block::Prose(text) => format!("<p>{}</p>", escape(text)),
        Block::Heading(text) => format!("<h3>{}</h3>", escape(text)),
    })
}

fn fact(fact: &Fact) -> String {
    let note = if fact.note.is_empty() {
        String::new()
    } else {
        format!("<dd class=\"note\">{}</dd>", escape(&fact.note))
    };
    let (label, value) = (escape(&fact.label), escape(&fact.value));
    format!("<div><dt>{label}</dt><dd class=\"value\">{value}</dd>{note}</div>")
}

fn table_block(
    whole: &model::Table,
    (rows_shown, evidence): (usize, &[String]),
    file: Option<&str>,
    anchors: &mut Anchors,
) -> Result<String> {
    let anchor = anchors.take(&whole.id);
    let all = whole.rows.len();
    let (rows, rule) = told_rows(whole, rows_shown);
    let (first, rest) = rows.split_at(rows_shown.min(rows.len()));
    // Made in any case: it checks the table.
    let carried = download(whole, "Download as CSV")?;
    let source = match file {
        Some(path) => link(&Link {
            text: "All columns and digits (CSV)".to_owned(),
            href: path.to_owned(),
        }),
        None => carried,
    };
    let grouped = by_scenario(whole);
    // Where no file beside the page has every digit, the page itself has them.
    let looks: Vec<Look> = match file {
        Some(_) => Look::all_to_read(whole),
        None => whole.columns.iter().map(Look::exact).collect(),
    };
    let leads = |row: usize, column: usize| match column == usize::from(grouped) {
        true => evidence.get(row).cloned().unwrap_or_default(),
        false => String::new(),
    };
    let part = |rows: &[usize], which: &str| {
        let label = escape(&format!("Table{which}: {}", whole.title));
        format!(
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{label}\">{}</div>",
            table(whole, rows, (&looks, grouped), &leads)
        )
    };
    let rest = if rest.is_empty() {
        String::new()
    } else {
        format!(
            "<details class=\"rest\"><summary>The other {} rows{}</summary>{}</details>",
            rest.len(),
            on_paper(file),
            part(rest, ", the other rows")
        )
    };
    let told = if rule.is_empty() {
        rule
    } else {
        format!("{rule} of {all} rows. ")
    };
    let tools = if told.is_empty() && source.is_empty() {
        String::new()
    } else {
        format!("<p class=\"tools\">{told}{source}</p>")
    };
    Ok(format!(
        "<div class=\"table\" id=\"{anchor}\">{}{rest}{tools}</div>",
        part(first, "")
    ))
}

/// Where the whole table is, for a reader of the printed page, which leaves out what is folded.
fn on_paper(file: Option<&str>) -> String {
    file.map(|path| format!("<span class=\"paper\">: {}</span>", escape(path)))
        .unwrap_or_default()
}

/// Whether there are tables that the printed page leaves out.
fn shortened(page: &Page) -> bool {
    let blocks = || page.sections.iter().flat_map(|section| &section.blocks);
    blocks().any(|block| matches!(block, Block::Folded(inner) if inner.chart().is_none()))
}

/// Whether a table's rows stand below their scenarios or claims: where that saves more rows than it takes.
fn by_scenario(table: &model::Table) -> bool {
    let first = table
        .columns
        .first()
        .is_some_and(|column| ["scenario", "claim"].contains(&column.name.as_str()));
    let runs = table.rows.chunk_by(|a, b| a.first() == b.first()).count();
    first && table.columns.len() > 1 && runs * 2 <= table.rows.len()
}

/// The most rows of a table that a page holds.
const MOST_ROWS: usize = 400;

/// The rows of a table that the page holds, and by which rule where these are not all: the latest years, as many as
/// fit whole; of a table without years, or with too many rows in the last, the first rows.
fn told_rows(table: &model::Table, rows_shown: usize) -> (Vec<usize>, String) {
    let all = table.rows.len();
    if all <= MOST_ROWS.max(rows_shown) {
        return ((0..all).collect(), String::new());
    }
    let dated = table
        .columns
        .iter()
        .position(|c| matches!(c.name.as_str(), "year" | "period"));
    let year = |row: usize| match &table.rows[row][dated?] {
        Cell::Integer(year) => Some(*year),
        Cell::Text(period) => period.get(..4)?.parse().ok(),
        _ => None,
    };
    let mut years: BTreeMap<i64, usize> = BTreeMap::new();
    for year in (0..all).filter_map(year) {
        *years.entry(year).or_default() += 1;
    }
    let mut sum = 0;
    let fitting = years.iter().rev().take_while(|(_, rows)| {
        sum += **rows;
        sum <= MOST_ROWS
    });
    match fitting.last() {
        Some((&from, _)) => {
            let rows: Vec<usize> = (0..all)
                .filter(|&row| year(row).is_some_and(|year| year >= from))
                .collect();
            let rule = format!("{from} and later: {}", rows.len());
            (rows, rule)
        }
        None => ((0..rows_shown).collect(), format!("The first {rows_shown}")),
    }
}

fn scenario(row: &ScenarioRow) -> ScenarioView<'_> {
    ScenarioView {
        name: &row.name,
        title: &row.title,
        description: &row.description,
        choices: &row.choices,
        span: &row.span,
    }
}

fn pin_note<'p>(pin: &'p PinNote, anchors: &mut Anchors) -> PinView<'p> {
    let title = if pin.title.is_empty() { &pin.name } else { &pin.title };
    let facts = [
        ("Compiled by", &pin.compiler),
        ("Release", &pin.release),
        ("Extent", &pin.extent),
        ("Licence", &pin.licence),
        ("Pinned as", &pin.name),
        ("SHA-256", &pin.sha256),
        ("Logical hash", &pin.logical_hash),
    ];
    PinView {
        anchor: anchors.take(&format!("pin-{}", pin.name)),
        title,
        url: link(&Link {
            text: String::new(),
            href: pin.url.clone(),
        }),
        citation: &pin.citation,
        traps: &pin.traps,
        facts: facts
            .into_iter()
            .filter(|f| !f.1.is_empty())
            .map(|(name, value)| (name, value.as_str()))
            .collect(),
    }
}
#[cfg(test)]
mod tests;
