//! The words of the gallery.

use super::{ClaimRow, Claims, Link, Outcome, PinNote, ScenarioRow, ScenarioVerdict, SummaryItem, Verdict};

const SCENARIOS: [&str; 6] = [
    "fund",
    "fund-interregional",
    "agency",
    "customs-over-agency",
    "almanac",
    "fund-guarded",
];

fn link(text: &str, href: &str) -> Link {
    Link {
        text: text.to_owned(),
        href: href.to_owned(),
    }
}

pub(crate) fn summary() -> Vec<SummaryItem> {
    let item = |verdict, text: &str, detail: &str| SummaryItem {
        verdict,
        caution: String::new(),
        warning: String::new(),
        text: text.into(),
        detail: detail.into(),
        how_sure: "Of 4 ways to count, it holds under 3 and fails under 1.".to_owned(),
        would_change: "Ruritania's own reports.".to_owned(),
        evidence: vec![link("Chart", "#shares"), link("Claim a", "#claim-a")],
        grounds: vec![link("IMF-based", "evidence/imf.html#claim-a")],
    };
    vec![
        item(
            Some(Verdict::Robust),
            "Ruritania imports far more than it exports, by every source, in every year since 1990.",
            "Imports are 1.4 to 2.1 times exports (1990–2014; six scenarios).",
        ),
        item(
            Some(Verdict::DependsOnSource),
            "Whether the deficit has grown since 2000 depends on whether trade within the region is counted.",
            "Growth of the deficit 2000–2008: 6.1% a year with it (95% interval 2.0% to 10.3%), −0.4% without.",
        ),
        item(
            Some(Verdict::Contradicted),
            "The claim that 97 per cent of exports go to one partner fails wherever it can be tested.",
            "Highest share in any scenario: 93.1% (2019).",
        ),
        item(
            Some(Verdict::NotTestable),
            "Whether the basket diversified cannot be decided: no pinned source gives goods by partner.",
            "",
        ),
        item(
            None,
            "The four compilers' figures for 2008 differ by a factor of two and a half.",
            "",
        ),
    ]
}

pub(crate) fn claims() -> Claims {
    let claim = |id: &str, text: &str, overall, outcomes: &[Option<bool>; 6]| ClaimRow {
        id: id.to_owned(),
        label: id.to_owned(),
        text: text.to_owned(),
        source: "A. Hope, The Trade of Ruritania (1894), p. 12".to_owned(),
        source_url: "https://example.org/hope-1894".to_owned(),
        test: "imports / exports above 1.2 in at least nine of ten years".to_owned(),
        overall,
        caution: String::new(),
        verdicts: SCENARIOS
            .iter()
            .zip(outcomes)
            .take(if id == "d" { 4 } else { 6 })
            .map(|(name, outcome)| ScenarioVerdict {
                scenario: (*name).to_owned(),
                outcome: match outcome {
                    Some(true) => Outcome::Holds,
                    Some(false) => Outcome::Fails,
                    None => Outcome::Undecidable("no figures by partner before 1995".to_owned()),
                },
                evidence: String::new(),
                numbers: if outcome.is_some() {
                    "mean 0.84, needed at least 0.97".to_owned()
                } else {
                    String::new()
                },
            })
            .collect(),
        decided_by: if overall == Verdict::NotTestable {
            "customs figures by partner and product, 1992–2006".to_owned()
        } else {
            String::new()
        },
        note: String::new(),
        evidence: vec![link("Four compilers", "#compilers"), link("findings", "findings.csv")],
    };
    let (yes, no, open) = (Some(true), Some(false), None);
    Claims {
        prose: vec!["Six published statements, each put as a test on the numbers under each scenario. A claim is robust when every scenario that can tell agrees.".to_owned()],
        rows: vec![
            claim("a", "Imports much exceed exports", Verdict::Robust, &[yes; 6]),
            claim("b", "The deficit is chronic and has grown worse since 2000", Verdict::DependsOnSource, &[yes, no, yes, open, no, yes]),
            claim("c", "97 per cent of exports go to Strelsau", Verdict::Contradicted, &[no, no, open, no, no, no]),
            claim("d", "The export basket has diversified", Verdict::NotTestable, &[open; 6]),
            claim("e", "Energy, food and beverages remain a high share of imports", Verdict::DependsOnSource, &[yes, yes, no, open, open, no]),
            claim("f", "Exports fell sharply after the sanctions of 2017", Verdict::Robust, &[open, open, yes, yes, open, open]),
        ],
    }
}

pub(crate) fn scenarios() -> Vec<ScenarioRow> {
    let row = |name: &str, title: &str, description: &str| ScenarioRow {
        name: name.to_owned(),
        title: title.to_owned(),
        description: description.to_owned(),
        choices: vec![
            ("compiler".to_owned(), "Fund".to_owned()),
            (
                "valuation".to_owned(),
                "as published: exports FOB, imports CIF".to_owned(),
            ),
            ("guards".to_owned(), "none".to_owned()),
        ],
        span: "1990–2014".to_owned(),
    };
    vec![
        row(
            "fund",
            "The Fund alone",
            "The partners' reports as the Fund compiles them, without trade inside the region.",
        ),
        row(
            "fund-interregional",
            "The Fund and trade within the region",
            "The same, with the regional office's figures added on clearance basis.",
        ),
    ]
}

pub(crate) fn pins() -> Vec<PinNote> {
    vec![PinNote {
        name: "fund-dyads".to_owned(),
        title: "Dyadic trade, Fund edition".to_owned(),
        compiler: "The Fund".to_owned(),
        release: "4.0, retrieved 2026-11-20".to_owned(),
        citation: "Tarlenheim, F. von (1895). Dyadic trade of the Elphberg states. Journal of Invented Data 3, 1–20."
            .to_owned(),
        licence: "CC BY 4.0".to_owned(),
        url: "https://example.org/fund-dyads".to_owned(),
        extent: "1,204 rows, 1990–2014".to_owned(),
        traps: vec![
            "Millions of USD; a zero may mean that nothing was reported.".to_owned(),
            "1997 and 1998 are missing for Hentzau.".to_owned(),
        ],
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        logical_hash: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752".to_owned(),
    }]
}
