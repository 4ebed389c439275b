use super::*;
use crate::page::{ClaimRow, Claims, Outcome, ScenarioVerdict, Verdict, Words};
use model::{Cell, Chart, Form, Kind, Mark, Point, Scale, Series, Table};

/// A page whose every text is `text`.
fn page(text: &str) -> Page {
    let t = || text.to_owned();
    let words = || {
        let mut words = Words::from(text);
        words.evidence(text, text);
        words
    };
    let link = || {
        vec![
            Link { text: t(), href: t() },
            Link {
                text: t(),
                href: "#claims".to_owned(),
            },
        ]
    };
    let mut chart = Chart::new(text, Form::Line, text);
    (chart.caption, chart.x_label, chart.y_label, chart.x_scale) = (t(), t(), t(), Scale::Year);
    let points = vec![Point::new(2001.0, 1.0), Point::new(2002.0, 2.0)];
    chart.series = vec![
        Series {
            name: t(),
            points: points.clone(),
            curve: false,
        },
        Series {
            name: t(),
            points,
            curve: false,
        },
    ];
    chart.marks = [true, false]
        .map(|vertical| Mark {
            at: 2001.5,
            vertical,
            label: t(),
        })
        .to_vec();
    let mut table = Table::new(text, text, &[(text, Kind::Text, text), ("n", Kind::Number, text)]);
    table.push(vec![Cell::Text(t()), Cell::Number(0.5)]);
    let outcomes = [Outcome::Holds, Outcome::Fails, Outcome::Undecidable(t())];
    let verdicts = outcomes
        .into_iter()
        .map(|outcome| ScenarioVerdict {
            scenario: t(),
            outcome,
            numbers: t(),
            evidence: t(),
        })
        .collect();
    let claim = ClaimRow {
        id: t(),
        label: t(),
        text: t(),
        source: t(),
        source_url: t(),
        test: t(),
        overall: Verdict::DependsOnSource,
        caution: t(),
        verdicts,
        decided_by: t(),
        note: t(),
        evidence: link(),
    };
    let blocks = vec![
        Block::Chart(chart.clone()),
        Block::Folded(Box::new(Block::Chart(chart.clone()))),
        Block::Traced {
            chart,
            sources: vec![t(), t()],
            evidence: [((0, 2001.0_f64.to_bits()), t())].into(),
            noted: [(0, 2002.0_f64.to_bits())].into(),
        },
        Block::Table {
            table: table.clone(),
            rows_shown: 0,
            file: Some(t()),
            evidence: vec![t()],
        },
        Block::Table {
            table,
            rows_shown: 9,
            file: None,
            evidence: vec![t()],
        },
        Block::Facts(vec![Fact {
            label: t(),
            value: t(),
            note: t(),
        }]),
        Block::Prose(t()),
        Block::Heading(t()),
    ];
    Page {
        kicker: t(),
        title: t(),
        lede: words(),
        dateline: t(),
        notice: t(),
        byline: t(),
        limits: vec![t()],
        compilers: vec![(t(), t())],
        summary: vec![SummaryItem {
            verdict: Some(Verdict::Robust),
            caution: t(),
            warning: t(),
            text: words(),
            detail: words(),
            how_sure: t(),
            would_change: t(),
            evidence: link(),
            grounds: link(),
        }],
        claims: Claims {
            prose: vec![t()],
            rows: vec![claim],
        },
        sections: vec![Section {
            id: t(),
            title: t(),
            prose: vec![words()],
            blocks,
        }],
        scenarios: vec![ScenarioRow {
            name: t(),
            title: t(),
            description: t(),
            choices: vec![(t(), t())],
            span: t(),
        }],
        data_notes: vec![PinNote {
            name: t(),
            title: t(),
            url: t(),
            traps: vec![t()],
            sha256: t(),
            ..PinNote::default()
        }],
        glossary: vec![(t(), t())],
        provenance: vec![(t(), t())],
    }
}

const VOID: [&str; 3] = ["meta", "br", "input"];

/// The tags of a document, in order; the content of style and script is passed over.
/// Panics where a tag is not closed in order.
fn tags(html: &str) -> Vec<String> {
    let mut open: Vec<String> = Vec::new();
    let mut seen = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        if tag.starts_with('!') {
            continue;
        }
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect();
        if tag.starts_with('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name.as_str()),
                "before {}",
                &rest[..rest.len().min(80)]
            );
            continue;
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        seen.push(tag.to_owned());
        if name == "style" || name == "script" {
            rest = &rest[rest.find(&format!("</{name}")).expect("it is closed")..];
        }
        if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new());
    seen
}

fn attribute<'t>(tag: &'t str, name: &str) -> Option<&'t str> {
    tag.split(&format!(" {name}=\"")[..]).nth(1)?.split('"').next()
}

#[test]
fn the_page_is_well_formed_and_every_anchor_is_there_once() {
    let html = render_page(&page("Plain words")).unwrap();
    let tags = tags(&html);
    let ids: Vec<&str> = tags.iter().filter_map(|t| attribute(t, "id")).collect();
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id is given twice");
    for reference in ["aria-labelledby", "aria-describedby"] {
        for id in tags.iter().filter_map(|t| attribute(t, reference)) {
            assert!(ids.contains(&id), "{reference} {id}");
        }
    }
    for target in tags
        .iter()
        .filter_map(|t| attribute(t, "href"))
        .filter_map(|h| h.strip_prefix('#'))
    {
        assert!(ids.contains(&target), "#{target}");
    }
}

#[test]
fn headings_descend_one_step_at_a_time() {
    let html = render_page(&page("Plain words")).unwrap();
    let levels: Vec<u32> = tags(&html)
        .iter()
        .filter_map(|t| t.strip_prefix('h')?.chars().next()?.to_digit(10))
        .collect();
    assert_eq!(levels.iter().filter(|&&l| l == 1).count(), 1);
    assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "{levels:?}");
}

#[test]
fn no_text_becomes_markup() {
    for evil in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onload='x",
        "{{ 7*7 }}",
        "javascript:alert(1)",
    ] {
        let html = render_page(&page(evil)).unwrap();
        let tags = tags(&html);
        assert_eq!(tags.iter().filter(|t| t.starts_with("script")).count(), 1);
        assert!(
            tags.iter().all(|t| !t.starts_with("img")
                && attribute(t, "onerror").is_none()
                && attribute(t, "onload").is_none())
        );
        assert!(
            tags.iter()
                .filter_map(|t| attribute(t, "href"))
                .all(|h| !h.trim().to_lowercase().starts_with("javascript"))
        );
    }
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    let mut page = page("Plain words");
    page.data_notes[0].url = "https://example.org/data".to_owned();
    let html = render_page(&page).unwrap();
    for tag in tags(&html) {
        assert!(attribute(&tag, "src").is_none(), "{tag}");
        assert!(
            !tag.starts_with("link") && !tag.starts_with("iframe") && !tag.starts_with("base"),
            "{tag}"
        );
        if tag.contains("://") {
            assert!(tag.starts_with("a class=\"away\" rel=\"noopener noreferrer\""), "{tag}");
        }
    }
    assert!(
        !STYLE.contains("url(") && !STYLE.contains("@import") && !SCRIPT.contains("://") && !SCRIPT.contains("fetch(")
    );
}

#[test]
fn the_policy_admits_exactly_the_style_and_the_script_of_the_page() {
    let html = render_page(&page("Plain words")).unwrap();
    for name in ["style", "script"] {
        let content = html
            .split(&format!("<{name}>"))
            .nth(1)
            .unwrap()
            .split(&format!("</{name}>"))
            .next()
            .unwrap();
        assert!(
            html.contains(&format!("{name}-src '{}'", digest::source_expression(content))),
            "{name}"
        );
    }
    assert!(!html.contains(" style=\"") && !html.contains("unsafe-"));
}

#[test]
fn an_empty_page_is_a_page_and_the_same_page_is_the_same_text() {
    tags(&render_page(&Page::default()).unwrap());
    assert_eq!(render_page(&page("x")).unwrap(), render_page(&page("x")).unwrap());
    let mut bad = page("x");
    bad.sections[0].blocks = vec![Block::Table {
        table: Table {
            rows: vec![vec![Cell::Missing; 3]],
            ..Table::new("t", "", &[("a", Kind::Text, "")])
        },
        rows_shown: 5,
        file: None,
        evidence: Vec::new(),
    }];
    assert!(matches!(render_page(&bad), Err(Error::Width { .. })));
}

#[test]
fn what_is_folded_stands_behind_its_title() {
    let html = render_page(&page("Plain words")).unwrap();
    let fold = "<details class=\"fold of-chart\"><summary><b>Chart.</b> Plain words</summary><figure class=\"chart\"";
    assert_eq!(html.matches(fold).count(), 1);
    assert!(!html.contains("Printed short"));
    // On paper a folded table is named with its file.
    let mut page = page("x");
    let (table, file) = (
        Table::new("t", "Trends", &[("a", Kind::Text, "")]),
        Some("tables/t.csv".to_owned()),
    );
    let evidence = Vec::new();
    page.sections[0].blocks = vec![Block::Folded(Box::new(Block::Table {
        table,
        rows_shown: 5,
        file,
        evidence,
    }))];
    let html = render_page(&page).unwrap();
    let fold =
        "<details class=\"fold of-table\"><summary><b>Table.</b> Trends<span class=\"paper\">: tables/t.csv</span>";
    assert!(html.contains(fold) && html.contains("Printed short"));
}

/// The relative luminance and contrast of WCAG 2.2.
fn contrast(a: &str, b: &str) -> f64 {
    let luminance = |hex: &str| {
        let channel = |at: usize| {
            let c = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_colour_of_text_has_the_contrast_of_wcag_aa_in_both_themes() {
    for theme in [STYLE, DARK] {
        let colour = |name: &str| {
            let at = theme.find(&format!("--{name}: #")).unwrap() + name.len() + 4;
            &theme[at..at + 7]
        };
        for name in [
            "ink", "soft", "accent", "link", "good", "mixed", "bad", "open", "s0", "s1", "s2", "s3", "s4", "s5", "s6",
            "s7",
        ] {
            let ratio = contrast(colour(name), colour("paper"));
            assert!(ratio >= 4.5, "{name} {ratio}");
        }
        assert!(contrast(colour("on-badge"), colour("good")) >= 4.5);
        // What is nobody's stands back, and is seen all the same.
        let rest = contrast(colour("s8"), colour("paper"));
        assert!((3.0..4.5).contains(&rest), "{rest}");
    }
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
}

#[test]
fn no_row_of_a_table_is_left_out_but_by_a_rule_that_is_told() {
    let page = |rows: i64| {
        let columns = [("year", Kind::Integer, ""), ("n", Kind::Integer, "")];
        let mut table = Table::new("t", "A table", &columns);
        for row in 0..rows {
            table.push(vec![Cell::Integer(2000 + row % 20), Cell::Integer(100_000 + row)]);
        }
        let table = Block::Table {
            table,
            rows_shown: 24,
            file: Some("tables/t.csv".to_owned()),
            evidence: Vec::new(),
        };
        let section = Section {
            blocks: vec![table],
            ..Section::default()
        };
        let page = Page {
            sections: vec![section],
            ..Page::default()
        };
        render_page(&page).unwrap()
    };
    let rows = |html: &str| html.matches("<th scope=\"row\"").count();
    let (short, long) = (page(24), page(60));
    assert_eq!((rows(&short), short.contains("class=\"rest\"")), (24, false));
    assert_eq!(rows(&long), 60);
    assert!(long.contains("<details class=\"rest\"><summary>The other 36 rows<span class=\"paper\">"));
    // A thousand rows over twenty years, fifty in each: eight years fit.
    let cut = page(1000);
    assert_eq!(rows(&cut), 400);
    assert!(cut.contains("2012 and later: 400 of 1000 rows. "));
    assert!(!cut.contains(">2011<") && cut.contains(">2012<"));
}

#[test]
fn a_claim_that_nothing_was_asked_about_has_no_verdict() {
    let mut page = page("x");
    let mut unasked = page.claims.rows[0].clone();
    unasked.id = "unasked".to_owned();
    unasked.verdicts.clear();
    unasked.overall = Verdict::NotTestable;
    page.claims.rows.push(unasked);
    let html = render_page(&page).unwrap();
    let claims = html.split("id=\"claims\"").nth(1).unwrap();
    let own = claims.split("<div id=\"claim-unasked\">").nth(1).unwrap();
    assert!(!own.split("</section>").next().unwrap().contains("not testable"));
    assert!(!html.contains("href=\"#claim-unasked\""));
}
