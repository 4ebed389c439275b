use super::groups::Amount;
use super::stages::Staged;
use ::model::{Chart, Form, Mark, Point, Scale, Series};
use std::collections::BTreeMap;
use trade::{Flow, Stage};

/// Values of a group over time, a series for each compiler, partner and, where names are
/// quoted, product.
pub(super) fn group_chart(group: &str, flow: Flow, amounts: &[&Amount<'_>]) -> Chart {
    let words = words(flow);
    let id = format!("commodity-{}-{flow}", group.replace('_', "-"));
    let title = format!("{}: {words} by compiler", sentence(&group.replace('_', " ")));
    let mut chart = Chart::new(&id, Form::Dots, &title);
    chart.caption =
        "Current US dollars, each compiler for itself. Quoted groups of one name differ between compilers, \
                     and narrower ones lie within wider ones: they are not to be added."
            .to_owned();
    chart.x_label = "year".to_owned();
    chart.y_label = "USD".to_owned();
    chart.x_scale = Scale::Year;
    let mut series: BTreeMap<String, BTreeMap<i16, f64>> = BTreeMap::new();
    for amount in amounts {
        let place = &amount.listing.place;
        let mut name = place.compiler.to_string();
        match &amount.product {
            Some(product) => name.push_str(&format!(", {}", product.replace('_', " "))),
            None => name.push_str(&format!(", {}", place.family)),
        }
        if !amount.listing.partner.is_world() {
            name.push_str(&format!(" ({})", amount.listing.partner));
        }
        if let Some(basis) = &place.basis {
            name.push_str(&format!(", {}", basis.replace('_', " ")));
        }
        if let Some(value) = amount.value {
            series
                .entry(name)
                .or_default()
                .insert(place.period.year(), value.to_f64());
        }
    }
    chart.series = series.into_iter().map(|(name, points)| line(name, points)).collect();
    chart
}

/// Stage shares of one listing's kind over time, on top of each other.
pub(super) fn stage_chart(id: &str, title: &str, years: &[&Staged<'_>]) -> Chart {
    let mut chart = Chart::new(id, Form::Stacked, title);
    chart.caption =
        "Share of each stage of production. Products that span several stages, and what is not broken down, \
                     are shown for themselves: a stage's true share may reach into them."
            .to_owned();
    chart.x_label = "year".to_owned();
    chart.y_label = "share".to_owned();
    (chart.x_scale, chart.y_scale) = (Scale::Year, Scale::Share);
    let mut push = |name: &str, of: &dyn Fn(&Staged<'_>) -> f64| {
        let points: BTreeMap<i16, f64> = years.iter().map(|s| (s.listing.place.period.year(), of(s))).collect();
        if points.values().any(|share| *share > 0.0) {
            chart.series.push(line(name.to_owned(), points));
        }
    };
    for stage in Stage::ALL {
        push(stage.as_str(), &|staged| {
            staged.certain.get(&stage).copied().unwrap_or(0.0)
        });
    }
    push("several stages", &|staged| staged.several);
    push("not broken down", &|staged| staged.rest);
    chart
}

/// Partner shares by year, on top of each other, with a line where a regime begins.
pub(super) fn regime_chart(shares: &BTreeMap<String, BTreeMap<i16, f64>>, regimes: &BTreeMap<i16, usize>) -> Chart {
    let mut chart = Chart::new("regimes", Form::Stacked, "Regimes of partners");
    chart.caption = "Mean of each partner's shares in exports and in imports. A line marks the first year of a run of \
                     years in one group (regime); equal numbers are the same group."
        .to_owned();
    chart.x_label = "year".to_owned();
    chart.y_label = "share, mean of both directions".to_owned();
    (chart.x_scale, chart.y_scale) = (Scale::Year, Scale::Share);
    chart.series = shares
        .iter()
        .map(|(name, points)| line(name.clone(), points.clone()))
        .collect();
    let mut before = None;
    for (year, regime) in regimes {
        if before != Some(regime) {
            chart.marks.push(Mark {
                // Between two bars.
                at: f64::from(*year) - 0.5,
                vertical: true,
                label: format!("regime {regime}"),
            });
        }
        before = Some(regime);
    }
    chart
}

pub(super) fn words(flow: Flow) -> &'static str {
    match flow {
        Flow::Export => "exports",
        Flow::Import => "imports",
        _ => "two-way trade",
    }
}

fn line(name: String, points: BTreeMap<i16, f64>) -> Series {
    let points = points
        .into_iter()
        .map(|(year, y)| Point::new(f64::from(year), y))
        .collect();
    Series {
        name,
        points,
        curve: false,
    }
}

/// The text with a capital letter at its head.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
