use super::element::px;
use model::Form;
use std::fmt::Write;

/// How many colours the stylesheet has.
const COLOURS: usize = 8;
/// How many fills are told apart by colour and hatch before they repeat.
const FILLS: usize = 24;
const DASHES: [&str; 5] = ["", "7 3", "2 3", "10 3 2 3", "4 2"];

/// The class of a series: its colour.
pub(crate) fn class(series: usize) -> String {
    format!("s{}", series % COLOURS)
}

/// The attribute that dashes a series' line; the first series is drawn through.
pub(crate) fn dash(series: usize) -> String {
    match DASHES[(series + series / COLOURS) % DASHES.len()] {
        "" => String::new(),
        dashes => format!(" stroke-dasharray=\"{dashes}\""),
    }
}

/// The attribute that hatches a series' bars; the first series is plain.
pub(crate) fn fill(series: usize) -> String {
    match hatch(series % FILLS) {
        "" => String::new(),
        _ => format!(" fill=\"url(#fill-{})\"", series % FILLS),
    }
}

fn hatch(series: usize) -> &'static str {
    const HATCHES: [&str; 5] = [
        "",
        "M0 7L7 0M-1 1L1 -1M6 8L8 6",
        "M3.5 3h.01",
        "M0 0L7 7M6 -1L8 1M-1 6L1 8",
        "M0 3.5H7",
    ];
    HATCHES[(series + series / COLOURS) % HATCHES.len()]
}

/// The hatches, to stand once on a page.
pub(crate) fn patterns() -> String {
    let mut defs = String::new();
    for series in (0..FILLS).filter(|&s| !hatch(s).is_empty()) {
        let _ = write!(
            defs,
            "<pattern id=\"fill-{series}\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" class=\"{}\">\
             <rect width=\"7\" height=\"7\" class=\"ground\"/><path class=\"hatch\" d=\"{}\"/></pattern>",
            class(series),
            hatch(series)
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
pub(crate) fn swatch(form: Form, curve: bool, series: usize) -> String {
    let sign = match form {
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
        "<svg class=\"swatch {}\" viewBox=\"0 0 28 14\" width=\"28\" height=\"14\" aria-hidden=\"true\" focusable=\"false\">{sign}</svg>",
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
}
