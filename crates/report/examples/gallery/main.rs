//! Writes a page with every kind of block, from made-up data: `gallery OUT.html`.
//!
//! It is for looking at: in both themes, at several widths, on paper.

use model::{Band, Cell, Chart, Form, Kind, Mark, Point, Scale, Series, Table};
use report::page::{
    Block, ClaimRow, Claims, Fact, Link, Outcome, Page, PinNote, ScenarioRow, ScenarioVerdict, Section, SummaryItem,
    Verdict,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).unwrap_or_else(|| "gallery.html".to_owned());
    std::fs::write(path, report::render_page(&page())?)?;
    Ok(())
}

/// A number between 0 and 1 that looks random and is not.
fn noise(n: usize) -> f64 {
    ((n as f64 * 12.9898).sin() * 43758.5453).rem_euclid(1.0)
}

fn series(name: &str, xs: impl Iterator<Item = usize>, value: impl Fn(f64, usize) -> f64) -> Series {
    let points = xs.map(|x| Point::new(x as f64, value(x as f64, x))).collect();
    Series {
        name: name.to_owned(),
        points,
        curve: false,
    }
}

fn chart(id: &str, form: Form, title: &str, labels: (&str, &str), scales: (Scale, Scale), caption: &str) -> Chart {
    let mut chart = Chart::new(id, form, title);
    (chart.x_label, chart.y_label) = (labels.0.to_owned(), labels.1.to_owned());
    (chart.x_scale, chart.y_scale) = scales;
    chart.caption = caption.to_owned();
    chart
}

fn mark(at: f64, vertical: bool, label: &str) -> Mark {
    Mark {
        at,
        vertical,
        label: label.to_owned(),
    }
}

/// Lines that all end at the right edge, a band, marks.
fn shares() -> Chart {
    let title = "Ruritania's largest partner takes nine tenths of its exports";
    let caption = "Shares of each partner in all exports. Band: what incomplete coverage allows. Made-up data.";
    let mut chart = chart(
        "shares",
        Form::Line,
        title,
        ("Year", "Share of exports"),
        (Scale::Year, Scale::Share),
        caption,
    );
    let mut first = series("Strelsau, by customs", 1990..2024, |x, n| {
        0.92 / (1.0 + (-(x - 2004.0) / 5.0).exp()) + 0.04 * noise(n)
    });
    for p in first.points.iter_mut().skip(10) {
        p.band = p.y.map(|y| Band {
            low: (y - 0.07).max(0.0),
            high: (y + 0.05).min(1.0),
        });
    }
    chart.series = vec![
        first,
        series("Hentzau", 1990..2024, |x, n| {
            0.5 - 0.014 * (x - 1990.0) + 0.05 * noise(n + 50)
        }),
        series("Zenda and its dependencies", 1990..2024, |x, n| {
            0.3 / (1.0 + (x - 1990.0) / 6.0) + 0.03 * noise(n + 90)
        }),
        series("All others", 1990..2024, |_, n| 0.02 + 0.02 * noise(n + 7)),
    ];
    chart.marks = vec![
        mark(2006.0, true, "first sanctions"),
        mark(2009.0, true, "second round"),
        mark(2010.0, true, "embargo"),
        mark(2017.0, true, "sector bans"),
        mark(2020.0, true, "border closed"),
        mark(0.97, false, "as claimed: 97%"),
    ];
    chart
}

/// Lines that end in different years, with gaps and lone points.
fn compilers() -> Chart {
    let title = "Four compilers give four accounts of the same imports";
    let caption = "Imports of goods as each compiler gives them. A gap is a year without a figure. Made-up data.";
    let mut chart = chart(
        "compilers",
        Form::Line,
        title,
        ("Year", "Imports, USD"),
        (Scale::Year, Scale::Linear),
        caption,
    );
    chart.series = vec![
        series("Fund", (1990..2015).filter(|y| !(1997..=1998).contains(y)), |x, n| {
            1.2e9 + 1.4e8 * (x - 1990.0) + 3e8 * noise(n)
        }),
        series("Promotion agency", 1995..2024, |x, n| {
            9e8 + 9e7 * (x - 1995.0) + 4e8 * noise(n + 31)
        }),
        series("Neighbour's customs", (2000..2024).filter(|y| *y != 2012), |x, n| {
            2e8 + 1.1e8 * (x - 2000.0) + 2e8 * noise(n + 77)
        }),
        series("Almanac", [1996, 2003, 2004, 2008, 2016].into_iter(), |x, n| {
            2.2e9 + 6e7 * (x - 1996.0) + 6e8 * noise(n + 13)
        }),
    ];
    chart.marks = vec![mark(2017.0, true, "sanctions")];
    chart
}

fn concentration() -> Chart {
    let title = "Concentration has doubled, whatever the missing partners did";
    let caption = "Herfindahl-Hirschman index of export shares. Bands and whiskers are bounds. Made-up data.";
    let mut chart = chart(
        "hhi",
        Form::Line,
        title,
        ("Year", "Herfindahl-Hirschman index"),
        (Scale::Year, Scale::Linear),
        caption,
    );
    let mut full = series("Complete coverage", 1995..2010, |x, n| {
        0.2 + 0.012 * (x - 1995.0) + 0.04 * noise(n)
    });
    let mut part = series(
        "Bounds only",
        [2008, 2009, 2010, 2012, 2015, 2016, 2017].into_iter(),
        |_, _| 0.0,
    );
    for p in &mut part.points {
        let middle = 0.35 + 0.03 * (p.x - 2008.0);
        (p.y, p.band) = (
            None,
            Some(Band {
                low: middle - 0.08,
                high: middle + 0.06,
            }),
        );
    }
    full.points[3].y = None;
    chart.series = vec![full, part];
    chart
}

fn stacked() -> Chart {
    let title = "Coal and cloth made up two thirds of exports before the bans";
    let mut chart = chart(
        "basket",
        Form::Stacked,
        title,
        ("Year", "Share of exports"),
        (Scale::Year, Scale::Share),
        "Made-up data.",
    );
    let parts = [
        "Coal",
        "Textiles and clothing",
        "Seafood",
        "Ores and metals",
        "Everything else",
    ];
    let weight = |part: usize, year: usize| {
        0.3 + noise(part * 37 + year) + if part == 0 { (year as f64 - 2005.0) * 0.12 } else { 0.0 }
    };
    chart.series = (0..parts.len())
        .map(|part| {
            let all = move |year| (0..5).map(|p| weight(p, year)).sum::<f64>();
            series(parts[part], 2006..2018, move |_, year| weight(part, year) / all(year))
        })
        .collect();
    chart
}

fn balance() -> Chart {
    let title = "The balance turned, then turned back";
    let mut chart = chart(
        "balance",
        Form::Bars,
        title,
        ("Year", "Trade balance, USD"),
        (Scale::Year, Scale::Linear),
        "Made-up data.",
    );
    chart.series = vec![
        series("Fund", 2001..2013, |x, n| -8e8 + 1.5e8 * (x - 2001.0) + 5e8 * noise(n)),
        series("Promotion agency", 2001..2013, |x, n| {
            -9e8 + 1e8 * (x - 2001.0) + 5e8 * noise(n + 60)
        }),
    ];
    for p in &mut chart.series[1].points {
        p.band = p.y.map(|y| Band {
            low: y - 2e8,
            high: y + 2e8,
        });
    }
    chart
}

fn sections() -> Chart {
    let title = "Three years of the basket, section by section";
    let mut chart = chart(
        "sections",
        Form::Stacked,
        title,
        ("", "Exports, USD"),
        (Scale::Year, Scale::Linear),
        "SITC sections. Made-up data.",
    );
    let names = [
        "Food",
        "Crude materials",
        "Mineral fuels",
        "Chemicals",
        "Manufactures",
        "Machinery",
        "Other goods",
    ];
    chart.series = (0..7)
        .map(|s| {
            series(names[s], [1995, 2005, 2015].into_iter(), move |x, n| {
                (x - 1985.0) * 1e7 * (0.2 + noise(n + s * 11))
            })
        })
        .collect();
    chart
}

fn ratios() -> Chart {
    let title = "Most importers report more than their partners do, as freight would have it";
    let mut chart = chart(
        "ratios",
        Form::Bars,
        title,
        ("Imports reported / exports reported", "Pairs of economies"),
        (Scale::Log, Scale::Linear),
        "Distribution over 1,560 pairs. Made-up data.",
    );
    let points = (0..41).map(|n| {
        let log = (n as f64 - 20.0) / 10.0;
        Point::new(
            10_f64.powf(log),
            (180.0 * (-(log - 0.06) * (log - 0.06) / 0.12).exp() + 6.0 * noise(n)).round(),
        )
    });
    chart.series = vec![Series {
        name: "Pairs".to_owned(),
        points: points.collect(),
        curve: false,
    }];
    chart.marks = vec![mark(1.0, true, "agreement"), mark(1.06, true, "median 1.06")];
    chart
}

fn cloud(count: usize, id: &str, title: &str) -> Chart {
    let labels = ("Distance between capitals, km", "Imports reported / exports reported");
    let mut chart = chart(
        id,
        Form::Dots,
        title,
        labels,
        (Scale::Log, Scale::Log),
        "Curve: fitted ratio with its 95% band. Made-up data.",
    );
    let spread = |n: usize| (noise(n) + noise(n + 5000) + noise(n + 9000) - 1.5) * 1.6;
    let points = (0..count).map(|n| {
        let km = 150.0 * 10_f64.powf(2.05 * noise(n + 400));
        Point::new(km, (0.02 * (km / 1000.0).ln() + spread(n)).exp())
    });
    let curve = (0..30).map(|n| {
        let km = 150.0 * 10_f64.powf(2.05 * n as f64 / 29.0);
        let y = (0.03 * (km / 1000.0).ln() + 0.04).exp();
        Point {
            x: km,
            y: Some(y),
            band: Some(Band {
                low: y * 0.93,
                high: y * 1.07,
            }),
        }
    });
    chart.series = vec![
        Series {
            name: "Pairs of economies".to_owned(),
            points: points.collect(),
            curve: false,
        },
        Series {
            name: "Fitted ratio".to_owned(),
            points: curve.collect(),
            curve: true,
        },
    ];
    chart.marks = vec![mark(1.0, false, "the two reports agree")];
    chart
}

fn groups() -> Chart {
    let title = "Sizes differ by four orders of magnitude";
    let mut chart = chart(
        "sizes",
        Form::Dots,
        title,
        ("Growth per year", "Imports, USD"),
        (Scale::Share, Scale::Log),
        "Made-up data.",
    );
    chart.series = ["Coast", "Inland", "Islands"]
        .iter()
        .enumerate()
        .map(|(g, name)| Series {
            name: (*name).to_owned(),
            points: (0..14)
                .map(|n| Point::new(0.3 * noise(n + g * 99) - 0.1, 1e6 * 10_f64.powf(4.0 * noise(n * 7 + g))))
                .collect(),
            curve: false,
        })
        .collect();
    chart
}

fn crowd() -> Chart {
    let title = "Twenty series at once can still be told apart, with patience";
    let mut chart = chart(
        "crowd",
        Form::Line,
        title,
        ("Year", "Index"),
        (Scale::Year, Scale::Linear),
        "Made-up data.",
    );
    chart.series = (0..20)
        .map(|s| {
            series(&format!("Region {}", s + 1), 2000..2021, move |x, n| {
                5.0 * s as f64 + 0.8 * (x - 2000.0) + 6.0 * noise(n + s * 61)
            })
        })
        .collect();
    chart.marks = (0..9)
        .map(|n| {
            mark(
                2001.0 + 2.0 * n as f64,
                true,
                &format!("event number {} of a long decade", n + 1),
            )
        })
        .collect();
    chart
}

fn one_table() -> Table {
    let columns = [
        ("partner", Kind::Text, ""),
        ("year", Kind::Integer, ""),
        ("imports", Kind::Decimal, "USD"),
        ("share", Kind::Number, "share"),
        ("gap_ratio", Kind::Number, "ratio"),
        ("p_value", Kind::Number, ""),
    ];
    let mut table = Table::new("partners", "The largest partners by imports", &columns);
    for (n, name) in ["Strelsau", "Hentzau", "Zenda and its dependencies", "Tarlenheim"]
        .iter()
        .cycle()
        .take(24)
        .enumerate()
    {
        let usd = trade::Usd::from_thousandths((noise(n) * 4e12) as i128);
        let gap = if n == 2 {
            Cell::Missing
        } else {
            Cell::from(noise(n + 3) * 3.0)
        };
        table.push(vec![
            (*name).into(),
            (2000 + n as i64 / 4).into(),
            usd.into(),
            noise(n + 9).into(),
            gap,
            10_f64.powf(-9.0 * noise(n + 5)).into(),
        ]);
    }
    table
}

mod gallery_text;
use gallery_text::{claims, pins, scenarios, summary};

fn page() -> Page {
    let facts = [
        ("Imports, 2008", "USD 2.7–6.7 billion", "four compilers"),
        ("First partner", "28–73%", "share of trade, 2008"),
        ("Deficit / exports", "0.84", "mean 1990–2008; 95% 0.7 to 1.0"),
    ];
    let facts = facts.map(|(label, value, note)| Fact {
        label: label.to_owned(),
        value: value.to_owned(),
        note: note.to_owned(),
    });
    let section = |id: &str, title: &str, prose: &str, blocks: Vec<Block>| Section {
        id: id.to_owned(),
        title: title.to_owned(),
        prose: vec![prose.into()],
        blocks,
    };
    let prose = "Every figure here is invented. The sentences are as long as a reader of a real report would meet them, so that the measure of the lines, the space around figures and the breaks on paper can be judged.";
    Page {
        byline: "Author: A. Hope.".to_owned(),
        limits: vec!["Smuggled goods: no customs office counts them.".to_owned()],
        compilers: Vec::new(),
        kicker: "Gallery of blocks".to_owned(),
        title: "What we know about Ruritania's trade, and what we cannot know".to_owned(),
        lede: "Four compilers disagree about almost everything except the direction. Two of the published claims survive every source; three depend on whom one asks.".into(),
        dateline: "counterflow 0.1.0 · made-up data · 4 scenarios, 6 claims".to_owned(),
        notice: "All data on this page are made up.".to_owned(),
        summary: summary(),
        claims: claims(),
        sections: vec![
            section("partners", "Who trades with Ruritania", prose, vec![Block::Facts(facts.to_vec()), Block::Chart(shares()), Block::Chart(concentration())]),
            section("size", "How much is traded", prose, vec![Block::Chart(compilers()), Block::Chart(balance()), Block::Table { table: one_table(), rows_shown: 8, file: None, evidence: Vec::new() }]),
            section("goods", "What is traded", prose, vec![Block::Chart(stacked()), Block::Chart(sections())]),
            section("mirror", "What both sides report", prose, vec![
                Block::Chart(ratios()),
                Block::Chart(cloud(220, "cloud", "Distance explains little of the gap between two reports")),
                Block::Chart(cloud(1500, "dense-cloud", "The same with fifteen hundred pairs")),
            ]),
            section("hard", "Hard cases", prose, vec![
                Block::Heading("Many, few and none".to_owned()),
                Block::Prose("The charts below are drawn to see whether they break.".to_owned()),
                Block::Chart(groups()),
                Block::Chart(crowd()),
                Block::Chart(Chart { series: Vec::new(), marks: Vec::new(), id: "none".to_owned(), title: "Nothing is known".to_owned(), ..shares() }),
            ]),
        ],
        scenarios: scenarios(),
        data_notes: pins(),
        glossary: vec![("guard".to_owned(), "What sets figures aside, with a reason.".to_owned())],
        provenance: [("program", "counterflow 0.1.0"), ("seed", "20261122"), ("run", "0f3c9a7b1e5d4c2a8b6f0e9d7c5b3a1f")].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec(),
    }
}
