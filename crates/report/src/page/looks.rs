//! One look for one thing: a scenario, a partner or a compiler has the same colour and sign in all charts of a page.

use super::{Block, Page};
use model::Chart;
use std::collections::{BTreeMap, BTreeSet};

/// How many colours there are; looks that are this far apart share one and differ in dashes, marker or hatch.
const COLOURS: usize = 8;

/// The look of each series by its name.
#[derive(Debug, Default)]
pub(crate) struct Looks(BTreeMap<String, usize>);

impl Looks {
    /// Gives every name of the page's charts a look: one that no name beside which it stands in any chart has, and
    /// among those the one that the fewest others have, so that names only share where colours run out.
    pub(crate) fn new(page: &Page) -> Looks {
        let charts: Vec<&Chart> = page
            .sections
            .iter()
            .flat_map(|section| &section.blocks)
            .filter_map(Block::chart)
            .collect();
        let mut looks = Looks::default();
        for name in charts.iter().flat_map(|chart| names(chart)) {
            if looks.0.contains_key(name) {
                continue;
            }
            let beside = charts.iter().filter(|chart| names(chart).any(|other| other == name));
            let taken: BTreeSet<usize> = beside
                .flat_map(|chart| names(chart))
                .filter_map(|other| looks.0.get(other).copied())
                .collect();
            let free = |look: &usize| !taken.contains(look);
            // `KOTRA, without KOR` is KOTRA, where KOTRA itself does not stand beside it.
            let stem = name.split_once(", ").and_then(|(stem, _)| looks.0.get(stem).copied());
            let shared = |look: &usize| looks.0.values().filter(|other| *other == look).count();
            let look = stem
                .filter(free)
                .or_else(|| (0..COLOURS).filter(free).min_by_key(shared));
            let look = look.or_else(|| (COLOURS..).find(free)).unwrap_or(0);
            looks.0.insert(name.to_owned(), look);
        }
        looks
    }

    /// The looks of a chart's series, in their order; of a chart in which a name comes twice, their places.
    pub(crate) fn of(&self, chart: &Chart) -> Vec<usize> {
        let looks: Vec<usize> = names(chart).filter_map(|name| self.0.get(name).copied()).collect();
        let apart: BTreeSet<&usize> = looks.iter().collect();
        if apart.len() == chart.series.len() {
            looks
        } else {
            (0..chart.series.len()).collect()
        }
    }
}

fn names(chart: &Chart) -> impl Iterator<Item = &str> {
    chart.series.iter().map(|series| series.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Section;
    use model::{Form, Series};

    fn chart(names: &[&str]) -> Chart {
        let mut chart = Chart::new("c", Form::Line, "");
        let series = |name: &&str| Series {
            name: (*name).to_owned(),
            points: Vec::new(),
            curve: false,
        };
        chart.series = names.iter().map(series).collect();
        chart
    }

    #[test]
    fn a_name_looks_the_same_in_every_chart_and_unlike_those_beside_it() {
        let many: Vec<String> = (0..13).map(|n| format!("compiler {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).chain(["KOTRA"]).collect();
        let charts = [
            chart(&["IMF", "KOTRA", "China"]),
            chart(&["China", "Brazil"]),
            chart(&["Brazil", "IMF"]),
            chart(&many),
            chart(&["KOTRA, without KOR", "compiler 1"]),
            chart(&["twice", "twice"]),
        ];
        let page = Page {
            sections: vec![Section {
                blocks: charts.clone().map(Block::Chart).to_vec(),
                ..Section::default()
            }],
            ..Page::default()
        };
        let looks = Looks::new(&page);
        let of = |at: usize| looks.of(&charts[at]);
        assert_eq!(of(0)[2], of(1)[0]);
        assert_eq!(of(1)[1], of(2)[0]);
        assert_eq!(of(0)[1], of(3)[13]);
        assert_eq!(of(0)[1], of(4)[0]);
        for chart in &charts {
            let looks = looks.of(chart);
            assert_eq!(looks.iter().collect::<BTreeSet<_>>().len(), looks.len(), "{looks:?}");
        }
        // Four names, eight colours: none is shared.
        assert_eq!(BTreeSet::from([of(0)[0], of(0)[1], of(0)[2], of(1)[1]]).len(), 4);
    }
}
