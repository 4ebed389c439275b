use super::*;
use crate::svg::style::swatch;
use model::{Band, Mark};

const FORMS: [Form; 4] = [Form::Line, Form::Bars, Form::Stacked, Form::Dots];
const SCALES: [Scale; 4] = [Scale::Year, Scale::Linear, Scale::Log, Scale::Share];

fn series(name: &str, points: &[(f64, f64)]) -> Series {
    Series {
        name: name.to_owned(),
        points: points.iter().map(|&(x, y)| Point::new(x, y)).collect(),
        curve: false,
    }
}

fn chart(form: Form, all: Vec<Series>) -> Chart {
    let mut chart = Chart::new("c", form, "A chart");
    chart.series = all;
    chart
}

fn attribute<'s>(svg: &'s str, element: &str, name: &str) -> Vec<&'s str> {
    svg.split(&format!("<{element} ")[..])
        .skip(1)
        .filter_map(|rest| {
            rest.split('>')
                .next()?
                .split(&format!("{name}=\"")[..])
                .nth(1)?
                .split('"')
                .next()
        })
        .collect()
}

#[test]
fn a_missing_year_is_a_gap_in_the_line() {
    let mut whole = chart(
        Form::Line,
        vec![series(
            "a",
            &[(2001.0, 1.0), (2002.0, 2.0), (2003.0, 3.0), (2004.0, 1.0)],
        )],
    );
    whole.x_scale = Scale::Year;
    let mut broken = whole.clone();
    broken.series[0].points.remove(2);
    broken.series[0].points.insert(0, Point::new(2000.0, 1.0));
    let strokes = |chart: &Chart| {
        let svg = draw(chart, Dress::default(), Size::Wide).svg;
        svg.split("class=\"line\" d=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .matches('M')
            .count()
    };
    assert_eq!(strokes(&whole), 1);
    // 2000-2002, then 2004 alone, which is a marker and no stroke.
    assert_eq!(strokes(&broken), 1);
    assert_eq!(
        draw(&broken, Dress::default(), Size::Wide)
            .svg
            .matches("class=\"pt\"")
            .count(),
        4
    );
    broken.series[0].points.push(Point::new(2005.0, 2.0));
    assert_eq!(strokes(&broken), 2);
    let mut unknown = whole.clone();
    unknown.series[0].points[1].y = None;
    assert_eq!(strokes(&unknown), 1);
    unknown.series[0].points.push(Point::new(2005.0, 1.0));
    unknown.series[0].points.push(Point {
        x: 2006.0,
        y: None,
        band: None,
    });
    unknown.series[0]
        .points
        .extend([Point::new(2007.0, 1.0), Point::new(2008.0, 1.0)]);
    assert_eq!(strokes(&unknown), 2);
    // Two points twenty years apart are no line, where others come every year.
    let mut sparse = whole;
    sparse.series.insert(0, series("b", &[(1970.0, 1.0), (1990.0, 2.0)]));
    assert_eq!(
        draw(&sparse, Dress::default(), Size::Wide)
            .svg
            .matches("class=\"line\"")
            .count(),
        1
    );
    sparse.series.remove(1);
    assert_eq!(
        draw(&sparse, Dress::default(), Size::Wide)
            .svg
            .matches("class=\"line\"")
            .count(),
        1
    );
}

#[test]
fn stacks_reach_the_sum_of_their_parts() {
    let mut shares = chart(
        Form::Stacked,
        vec![series("a", &[(1.0, 0.25)]), series("b", &[(1.0, 0.75)])],
    );
    shares.y_scale = Scale::Share;
    let svg = draw(&shares, Dress::default(), Size::Wide).svg;
    let heights: Vec<f64> = attribute(&svg, "rect", "height")
        .iter()
        .map(|h| h.parse().unwrap())
        .collect();
    assert_eq!(heights, [75.0, 225.0]);
    let tops: Vec<f64> = attribute(&svg, "rect", "y")
        .iter()
        .map(|y| y.parse().unwrap())
        .collect();
    assert_eq!(tops[0] - tops[1], 225.0);
}

#[test]
fn money_is_in_billions_and_a_value_is_told_when_pointed_at() {
    let mut money = chart(Form::Line, vec![series("IMF", &[(2005.0, 2.27e9), (2006.0, 3e9)])]);
    (money.x_scale, money.y_label) = (Scale::Year, "Imports, USD".to_owned());
    let svg = draw(&money, Dress::default(), Size::Wide).svg;
    assert!(svg.contains(">Imports, billion USD</text>"));
    assert!(svg.contains("<title>IMF, 2005: 2.27 billion USD</title>"));
}

#[test]
fn neighbouring_bands_are_an_area_and_a_lone_one_a_whisker() {
    let mut bounds = chart(
        Form::Line,
        vec![series("hhi", &[(2001.0, 0.2), (2002.0, 0.3), (2005.0, 0.4)])],
    );
    bounds.x_scale = Scale::Year;
    for point in &mut bounds.series[0].points {
        point.band = Some(Band { low: 0.1, high: 0.5 });
    }
    let svg = draw(&bounds, Dress::default(), Size::Wide).svg;
    assert_eq!(
        (
            svg.matches("class=\"band\"").count(),
            svg.matches("class=\"whisker\"").count()
        ),
        (1, 1)
    );
    // Bounds of a value that is not known are drawn and signed otherwise than an interval around one.
    for point in &mut bounds.series[0].points {
        point.y = None;
    }
    let svg = draw(&bounds, Dress::default(), Size::Wide).svg;
    assert_eq!(
        (
            svg.matches("class=\"band bounds\"").count(),
            svg.matches("class=\"whisker bounds\"").count()
        ),
        (1, 1)
    );
    let sign = swatch(Form::Line, false, 0, band_numbers(&bounds)[0]);
    assert!(sign.contains("band bounds") && !sign.contains("line"), "{sign}");
}

#[test]
fn what_the_caption_speaks_of_is_drawn_last_and_joined_with_nothing_else() {
    let years: Vec<(f64, f64)> = (2001..2005).map(|year| (f64::from(year), 0.5)).collect();
    let mut chart = chart(Form::Line, vec![series("A", &years), series("B", &years)]);
    chart.x_scale = Scale::Year;
    let noted = BTreeSet::from([(0, 2002.0_f64.to_bits())]);
    let dress = Dress {
        noted: Some(&noted),
        ..Dress::default()
    };
    let svg = draw(&chart, dress, Size::Wide).svg;
    let hollow = svg.find("pt noted").unwrap();
    assert!(!svg[hollow..].contains("class=\"line\""), "{svg}");
    // 2001 stands alone, 2003 and 2004 are joined.
    let line = svg
        .split("class=\"line\" d=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_eq!((line.matches('M').count(), line.matches('L').count()), (1, 1), "{line}");
}

#[test]
fn every_text_is_escaped() {
    let evil = "</title><script>alert(1)</script>";
    for form in FORMS {
        let mut chart = chart(
            form,
            vec![
                series(evil, &[(1.0, 2.0), (2.0, 3.0)]),
                series(evil, &[(1.0, 1.0), (2.0, 2.0)]),
            ],
        );
        (chart.title, chart.x_label, chart.y_label) = (evil.to_owned(), evil.to_owned(), evil.to_owned());
        chart.marks = [true, false]
            .map(|vertical| Mark {
                at: 1.5,
                vertical,
                label: evil.to_owned(),
            })
            .to_vec();
        for size in [Size::Wide, Size::Narrow] {
            assert!(!draw(&chart, Dress::default(), size).svg.contains("<script"));
        }
    }
}

#[test]
fn hostile_charts_are_drawn_without_a_number_astray() {
    let long = "x".repeat(5000);
    let sets: Vec<Vec<Series>> = vec![
        vec![],
        vec![series("", &[])],
        vec![series("one", &[(3.0, 7.0)])],
        vec![
            series("equal", &[(1.0, 5.0), (2.0, 5.0), (3.0, 5.0)]),
            series("same x", &[(1.0, 1.0), (1.0, 2.0)]),
        ],
        vec![series("huge", &[(1e300, 1e308), (-1e308, -1e308), (0.0, 0.0)])],
        vec![series("tiny", &[(1e-300, 1e-310), (2e-300, 5e-324)])],
        vec![series(
            "nan",
            &[(f64::NAN, 1.0), (1.0, f64::NAN), (f64::INFINITY, f64::NEG_INFINITY)],
        )],
        vec![series(&long, &[(1.0, -3.0), (2.0, 4.0)]), series("", &[(2.0, 4.0)])],
        (0..20)
            .map(|s| series(&format!("series {s}"), &[(1.0, s as f64), (2.0, 20.0 - s as f64)]))
            .collect(),
        vec![Series {
            curve: true,
            ..series("curve", &[(1.0, 1.0), (2.0, 9.0)])
        }],
        vec![series(
            "crowd",
            &(0..400).map(|n| (f64::from(n), f64::from(n % 37))).collect::<Vec<_>>(),
        )],
    ];
    for set in sets {
        for form in FORMS {
            for (x_scale, y_scale) in SCALES.iter().flat_map(|&x| SCALES.map(|y| (x, y))) {
                let mut chart = chart(form, set.clone());
                (chart.x_scale, chart.y_scale) = (x_scale, y_scale);
                chart.marks = vec![
                    Mark {
                        at: 1.5,
                        vertical: true,
                        label: long.clone(),
                    },
                    Mark {
                        at: f64::NAN,
                        vertical: false,
                        label: "nowhere".to_owned(),
                    },
                ];
                for size in [Size::Wide, Size::Narrow] {
                    let svg = draw(&chart, Dress::default(), size).svg;
                    let body = svg.split("</desc>").nth(1).unwrap();
                    assert!(
                        !body.contains("NaN") && !body.contains("inf"),
                        "{form:?} {x_scale:?} {y_scale:?}"
                    );
                    assert_eq!(svg, draw(&chart, Dress::default(), size).svg);
                }
            }
        }
    }
}

#[test]
fn a_named_point_is_told_by_its_name() {
    for count in [1, 400] {
        let points: Vec<(f64, f64)> = (0..count).map(|x| (f64::from(x), 2.0)).collect();
        let mut named = chart(Form::Dots, vec![series("Flows", &points)]);
        named.names = vec![vec!["China to Japan".to_owned()]];
        let svg = draw(&named, Dress::default(), Size::Wide).svg;
        assert!(svg.contains("China to Japan, 0: 2"), "{svg}");
        assert_eq!(svg.contains("Flows, 1: 2"), count > 1);
    }
}
