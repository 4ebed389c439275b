use super::element::px;
use model::{Chart, Form, Series};
use std::fmt::Write;

/// How many colours the stylesheet has.
const COLOURS: usize = 8;
/// How many looks differ in colour and marker together, and in colour and hatch, before they repeat.
pub(crate) const LOOKS: usize = 24;
const DASHES: [&str; 5] = ["", "7 3", "2 3", "10 3 2 3", "4 2"];

/// The look of what is left when everything else in a chart is named: a muted colour of its own and no hatch, so that
/// it stands behind the rest. No other look comes near its number.
pub(crate) const REST: usize = 1 << 20;

/// The class of a series: its colour.
pub(crate) fn class(series: usize) -> String {
    format!("s{}", colour(series))
}

/// The number of a look's colour.
pub(crate) const fn colour(look: usize) -> usize {
    if look == REST { COLOURS } else { look % COLOURS }
}

/// A look and those that differ from it in their dashes alone.
pub(crate) fn variant(look: usize) -> impl Iterator<Item = usize> {
    (0..DASHES.len()).map(move |n| look + n * LOOKS)
}

/// How the bands of a chart's series are told apart, by their number in the chart: their class, and their words.
const BANDS: [(&str, &str); 3] = [
    ("band", "filled"),
    ("band hatched", "hatched"),
    ("band outline", "dotted outline"),
];

/// The number of what is no interval around a value, but bounds between which a value lies that is not known.
pub(crate) const BOUNDS: usize = usize::MAX;

/// The attributes of the band that is so many in its chart.
pub(crate) fn band(number: usize, look: usize) -> String {
    if number == BOUNDS {
        return "class=\"band bounds\"".to_owned();
    }
    let class = BANDS[number % BANDS.len()].0;
    match number % BANDS.len() {
        1 => format!("class=\"{class}\" fill=\"url(#band-{})\"", colour(look)),
        _ => format!("class=\"{class}\""),
    }
}

/// What it looks like, in words.
pub(crate) fn band_words(number: usize) -> &'static str {
    if number == BOUNDS {
        return "bounds";
    }
    BANDS[number % BANDS.len()].1
}

/// The number of each series' band among the intervals of its chart, or [`BOUNDS`]; none for a series without one.
pub(crate) fn band_numbers(chart: &Chart) -> Vec<Option<usize>> {
    let mut bands = 0..;
    let number = |series: &Series| match series.points.iter().any(|p| p.band.is_some()) {
        true if series.points.iter().all(|p| p.y.is_none()) => Some(BOUNDS),
        true => bands.next(),
        false => None,
    };
    chart.series.iter().map(number).collect()
}

/// The dashes of a look's lines.
pub(crate) fn dashes(look: usize) -> &'static str {
    DASHES[(look + look / COLOURS) % DASHES.len()]
}

/// The attribute that dashes a series' line; the first series is drawn through.
pub(crate) fn dash(series: usize) -> String {
    match dashes(series) {
        "" => String::new(),
        dashes => format!(" stroke-dasharray=\"{dashes}\""),
    }
}

/// The attribute that hatches a series' bars; the first series is plain.
pub(crate) fn fill(series: usize) -> String {
    match hatch(series % LOOKS) {
        _ if series == REST => String::new(),
        "" => String::new(),
        _ => format!(" fill=\"url(#fill-{})\"", series % LOOKS),
    }
}

fn hatch(series: usize) -> &'static str {
    const HATCHES: [&str; 8] = [
        "",
        "M0 7L7 0M-1 1L1 -1M6 8L8 6",
        "M3.5 3h.01",
        "M0 0L7 7M6 -1L8 1M-1 6L1 8",
        "M0 3.5H7",
        "M3.5 0V7",
        "M0 0L7 7M0 7L7 0",
        "M0 3.5H7M3.5 0V7",
    ];
    HATCHES[(series + series / COLOURS) % HATCHES.len()]
}

/// The hatches, to stand once on a page.
pub(crate) fn patterns() -> String {
    let mut defs = String::new();
    for series in (0..LOOKS).filter(|&s| !hatch(s).is_empty()) {
        let _ = write!(
            defs,
            "<pattern id=\"fill-{series}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" class=\"{}\">\
             <rect width=\"7\" height=\"7\" class=\"ground\"/><path class=\"hatch\" d=\"{}\"/></pattern>",
            class(series),
            hatch(series)
        );
    }
    for colour in 0..=COLOURS {
        let _ = write!(
            defs,
            "<pattern id=\"band-{colour}\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" \
             patternTransform=\"rotate(45)\" class=\"s{colour}\"><path class=\"band-hatch\" d=\"M2.5 0V5\"/></pattern>"
        );
    }
    format!(
        "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\" focusable=\"false\"><defs>{defs}</defs></svg>"
    )
}

/// The path of a series' marker: disc, square, triangle, diamond, cross or upturned triangle.
pub(crate) fn marker(series: usize, x: f64, y: f64, r: f64) -> String {
    let at = |dx: f64, dy: f64| format!("{} {}", px(x + dx * r), px(y + dy * r));
    match (series + 2 * (series / COLOURS)) % 6 {
        0 => {
            let (r, d) = (px(r), px(2.0 * r));
            format!("M{}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0Z", at(-1.0, 0.0))
        }
        1 => format!(
            "M{}L{}L{}L{}Z",
            at(-0.9, -0.9),
            at(0.9, -0.9),
            at(0.9, 0.9),
            at(-0.9, 0.9)
        ),
        2 => format!("M{}L{}L{}Z", at(0.0, -1.2), at(1.1, 0.8), at(-1.1, 0.8)),
        3 => format!(
            "M{}L{}L{}L{}Z",
            at(0.0, -1.3),
            at(1.3, 0.0),
            at(0.0, 1.3),
            at(-1.3, 0.0)
        ),
        4 => {
            let arms = [
                (-0.4, -1.2),
                (0.4, -1.2),
                (0.4, -0.4),
                (1.2, -0.4),
                (1.2, 0.4),
                (0.4, 0.4),
                (0.4, 1.2),
            ];
            let rest = [(-0.4, 1.2), (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4)];
            let corners: Vec<String> = arms.iter().chain(&rest).map(|&(dx, dy)| at(dx, dy)).collect();
            format!("M{}Z", corners.join("L"))
        }
        _ => format!("M{}L{}L{}Z", at(0.0, 1.2), at(1.1, -0.8), at(-1.1, -0.8)),
    }
}

/// A series' sign in the legend.
pub(crate) fn swatch(form: Form, curve: bool, series: usize, band_number: Option<usize>) -> String {
    let ground = match (form, band_number) {
        (Form::Line, Some(number)) => format!(
            "<rect x=\"1\" y=\"0.5\" width=\"26\" height=\"13\" {}/>",
            band(number, series)
        ),
        _ => String::new(),
    };
    let sign = match form {
        _ if band_number == Some(BOUNDS) => String::new(),
        Form::Bars | Form::Stacked => format!(
            "<rect class=\"bar\" x=\"5\" y=\"1\" width=\"18\" height=\"12\"{}/>",
            fill(series)
        ),
        Form::Dots if !curve => format!("<path class=\"pt\" d=\"{}\"/>", marker(series, 14.0, 7.0, 4.0)),
        Form::Line => format!(
            "<path class=\"line\" d=\"M0 7H28\"{}/><path class=\"pt\" d=\"{}\"/>",
            dash(series),
            marker(series, 14.0, 7.0, 3.2)
        ),
        Form::Dots => format!("<path class=\"line\" d=\"M0 7H28\"{}/>", dash(series)),
    };
    format!(
        "<svg class=\"swatch {}\" viewBox=\"0 0 28 14\" width=\"28\" height=\"14\" aria-hidden=\"true\" focusable=\"false\">{ground}{sign}</svg>",
        class(series)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn twenty_series_differ_in_colour_and_sign_together() {
        let lines: BTreeSet<(String, String)> = (0..20).map(|s| (class(s), dash(s))).collect();
        let bars: BTreeSet<(String, &str)> = (0..20).map(|s| (class(s), hatch(s))).collect();
        let dots: BTreeSet<(String, String)> = (0..20).map(|s| (class(s), marker(s, 0.0, 0.0, 3.0))).collect();
        assert_eq!((lines.len(), bars.len(), dots.len()), (20, 20, 20));
    }

    #[test]
    fn all_looks_differ_in_colour_and_marker_and_variants_in_dashes_alone() {
        let signs = |look: usize| (class(look), marker(look, 0.0, 0.0, 3.0));
        let all: BTreeSet<_> = (0..LOOKS).map(signs).collect();
        assert_eq!(all.len(), LOOKS);
        for look in 0..LOOKS {
            assert!(variant(look).all(|other| signs(other) == signs(look)), "{look}");
            let dashes: BTreeSet<String> = variant(look).map(dash).collect();
            assert_eq!(dashes.len(), DASHES.len(), "{look}");
        }
    }
}
