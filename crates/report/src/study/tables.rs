//! Tables about the run itself: what was claimed, used and set aside.

use model::{Cell, Kind, Table};
use study::{Run, Study, StudyReference};
use trade::Record;

/// The models' tables, and those about the run itself.
pub(crate) fn all(study: &Study, run: &Run) -> Vec<Table> {
    let own = [claims(study, run), figures(run), set_aside(run)];
    run.tables.iter().cloned().chain(own).collect()
}

/// Every claim under every scenario, with the numbers behind the verdict.
fn claims(study: &Study, run: &Run) -> Table {
    let text = |name| (name, Kind::Text, "");
    let columns = [
        text("claim"),
        text("text"),
        text("source"),
        text("overall"),
        text("scenario"),
        text("rests_on"),
        text("verdict"),
        text("numbers"),
        text("why_undecidable"),
        text("decided_by"),
    ];
    let mut table = Table::new("claims", "Claims, put to the test", &columns);
    for (file, judged) in study.file.claim.iter().zip(&run.claims) {
        for ((scenario, verdict, numbers), rests_on) in judged.verdicts.iter().zip(&judged.sources) {
            let decided_by = if file.decided_by.is_empty() {
                Cell::Missing
            } else {
                file.decided_by.as_str().into()
            };
            table.push(vec![
                file.id.as_str().into(),
                file.text.as_str().into(),
                file.source.as_str().into(),
                judged.overall.to_string().into(),
                scenario.as_str().into(),
                rests_on.as_str().into(),
                verdict.word().into(),
                numbers.join("; ").into(),
                verdict.why().into(),
                decided_by,
            ]);
        }
    }
    table
}

const FIGURE: [(&str, Kind, &str); 17] = [
    ("scenario", Kind::Text, ""),
    ("period", Kind::Text, ""),
    ("reporter", Kind::Text, ""),
    ("partner", Kind::Text, ""),
    ("flow", Kind::Text, ""),
    ("classification", Kind::Text, ""),
    ("product", Kind::Text, ""),
    ("value_usd", Kind::Decimal, "USD"),
    ("rounded_to_usd", Kind::Decimal, "USD"),
    ("share_percent", Kind::Decimal, "per cent"),
    ("valuation", Kind::Text, ""),
    ("status", Kind::Text, ""),
    ("basis", Kind::Text, ""),
    ("compiler", Kind::Text, ""),
    ("pin", Kind::Text, ""),
    ("reference", Kind::Text, ""),
    ("url", Kind::Text, ""),
];

fn figure(scenario: &str, record: &Record, references: &[StudyReference]) -> Vec<Cell> {
    let reference = record.reference.and_then(|n| references.get(n as usize));
    let text = |text: Option<&str>| -> Cell { text.filter(|t| !t.is_empty()).into() };
    vec![
        scenario.into(),
        record.period.to_string().into(),
        record.reporter.as_str().into(),
        record.partner.as_str().into(),
        record.flow.as_str().into(),
        record.classification.as_str().into(),
        (&*record.product).into(),
        record.value.into(),
        record.rounded_to.into(),
        record.share_percent.into(),
        text(record.valuation.map(|v| v.as_str())),
        record.status.as_str().into(),
        text(record.basis.as_deref()),
        (&*record.compiler).into(),
        text(reference.map(|r| r.pin.as_str())),
        text(reference.map(|r| r.key.as_str())),
        text(reference.map(|r| r.url.as_str())),
    ]
}

/// Figures with the scenario they belong to and their references; with a column `reason` where one is given.
pub fn figures_table<'a>(
    id: &str,
    title: &str,
    figures: impl Iterator<Item = (&'a str, &'a Record, Option<&'a str>)>,
    references: &[StudyReference],
) -> Table {
    let mut columns = FIGURE.to_vec();
    let mut figures = figures.peekable();
    let reasons = figures.peek().is_some_and(|(_, _, reason)| reason.is_some());
    if reasons {
        columns.push(("reason", Kind::Text, ""));
    }
    let mut table = Table::new(id, title, &columns).headed(&[
        ("value_usd", "Value"),
        ("rounded_to_usd", "Rounded to"),
        ("share_percent", "Share"),
        ("reason", "Why it is left out"),
    ]);
    for (scenario, record, reason) in figures {
        let mut row = figure(scenario, record, references);
        if reasons {
            row.push(reason.into());
        }
        table.push(row);
    }
    table
}

/// Every figure that a scenario uses, with its reference.
fn figures(run: &Run) -> Table {
    let all = run
        .scenarios
        .iter()
        .flat_map(|s| s.figures.flows.iter().map(|record| (s.id.as_str(), record, None)));
    figures_table(
        "figures",
        "The figures behind each scenario, with their references",
        all,
        &run.references,
    )
}

/// Every figure that a scenario set aside, and why.
fn set_aside(run: &Run) -> Table {
    let all = run.scenarios.iter().flat_map(|s| {
        let aside = s.figures.set_aside.iter();
        aside.map(|aside| (s.id.as_str(), &aside.record, Some(aside.reason.as_str())))
    });
    figures_table(
        "set-aside",
        "Figures that a scenario does not use, and why",
        all,
        &run.references,
    )
}
