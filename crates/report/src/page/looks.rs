//! One look for one thing: a source, a partner or a product has the same colour and sign in all charts of a page.

use super::{Block, Page};
use crate::svg::{LOOKS, REST, colour, dashes, variant};
use model::{Chart, OTHERS};
use std::collections::{BTreeMap, BTreeSet};

/// What a series stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// A source, by the name of the scenario that shows it.
    Source(String),
    /// Something else, by its name.
    Name(String),
}

/// The look of each thing that the page's charts show.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    given: BTreeMap<Shown, usize>,
    compilers: BTreeMap<String, String>,
}

impl Looks {
    /// Gives everything that the page's charts show a look. Sources come first, in the order of the study, and share
    /// theirs with nothing as long as looks last; then the rest, each with one that nothing beside it in any chart has.
    /// What stands side by side shares neither colour nor, where there are enough, dashes.
    pub(crate) fn new(page: &Page) -> Looks {
        let mut looks = Looks {
            given: BTreeMap::new(),
            compilers: page.compilers.iter().cloned().collect(),
        };
        let blocks = page.sections.iter().flat_map(|section| &section.blocks);
        let charts: Vec<(&Chart, &[String])> = blocks.filter_map(Block::chart_and_sources).collect();
        let told: Vec<Vec<Shown>> = charts
            .iter()
            .map(|(chart, sources)| looks.told(chart, sources))
            .collect();
        let mut order: Vec<&Shown> = Vec::new();
        let sources = page.scenarios.iter().map(|s| Shown::Source(s.name.clone()));
        let sources: Vec<Shown> = sources.filter(|s| told.iter().flatten().any(|t| t == s)).collect();
        for shown in sources.iter().chain(told.iter().flatten()) {
            if !order.contains(&shown) {
                order.push(shown);
            }
        }
        for shown in order {
            if *shown == Shown::Name(OTHERS.to_owned()) {
                looks.given.insert(shown.clone(), REST);
                continue;
            }
            let beside: BTreeSet<usize> = told
                .iter()
                .filter(|all| all.contains(shown))
                .flatten()
                .filter_map(|other| looks.given.get(other).copied())
                .collect();
            let look = looks.free(shown, &beside);
            looks.given.insert(shown.clone(), look);
        }
        looks
    }

    /// The look that suits best beside these.
    fn free(&self, shown: &Shown, beside: &BTreeSet<usize>) -> usize {
        let free = |look: &usize| !beside.contains(look);
        // `KOTRA, without KOR` is KOTRA; beside KOTRA itself it has the same colour and marker, and other dashes.
        if let Some(stem) = self.stem(shown)
            && let Some(look) = variant(stem).find(free)
        {
            return look;
        }
        let colours: BTreeSet<usize> = beside.iter().copied().map(colour).collect();
        let cost = |look: &usize| {
            let shared = self.given.values().filter(|other| *other == look).count();
            let dashed = beside.iter().filter(|other| dashes(**other) == dashes(*look)).count();
            let twin = |other: &&usize| colour(**other) == colour(*look) && dashes(**other) == dashes(*look);
            (
                colours.contains(&colour(*look)),
                beside.iter().filter(twin).count(),
                shared,
                dashed,
                *look,
            )
        };
        let best = (0..LOOKS).filter(free).min_by_key(cost);
        best.or_else(|| (LOOKS..).find(free)).unwrap_or(0)
    }

    /// The look of what a name is a variant of.
    fn stem(&self, shown: &Shown) -> Option<usize> {
        let Shown::Name(name) = shown else { return None };
        let ends = [" (", ", "].map(|end| name.split_once(end).map(|(stem, _)| stem));
        let stems = ends.into_iter().flatten();
        stems
            .map(|stem| self.named(stem))
            .find_map(|s| self.given.get(&s).copied())
    }

    /// What a name stands for.
    fn named(&self, name: &str) -> Shown {
        match self.compilers.get(name) {
            Some(source) => Shown::Source(source.clone()),
            None => Shown::Name(name.to_owned()),
        }
    }

    /// What each series of a chart stands for: its source, where no other series of the chart is taken from it.
    fn told(&self, chart: &Chart, sources: &[String]) -> Vec<Shown> {
        let series = chart.series.iter().enumerate();
        let told = series.map(|(at, series)| match sources.get(at) {
            Some(source) if sources.iter().filter(|other| *other == source).count() == 1 => {
                Shown::Source(source.clone())
            }
            _ => self.named(&series.name),
        });
        told.collect()
    }

    /// The looks of a chart's series, in their order; of a chart in which a thing comes twice, their places.
    pub(crate) fn of(&self, chart: &Chart, sources: &[String]) -> Vec<usize> {
        let told = self.told(chart, sources);
        let looks: Vec<usize> = told.iter().filter_map(|shown| self.given.get(shown).copied()).collect();
        let apart: BTreeSet<&usize> = looks.iter().collect();
        if apart.len() == chart.series.len() {
            looks
        } else {
            (0..chart.series.len()).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{ScenarioRow, Section};
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

    fn page(blocks: Vec<Block>) -> Page {
        Page {
            sections: vec![Section {
                blocks,
                ..Section::default()
            }],
            ..Page::default()
        }
    }

    #[test]
    fn a_name_looks_the_same_in_every_chart_and_unlike_those_beside_it() {
        let many: Vec<String> = (0..30).map(|n| format!("compiler {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).chain(["KOTRA"]).collect();
        let charts = [
            chart(&["IMF", "KOTRA", "China"]),
            chart(&["China", "Brazil"]),
            chart(&["Brazil", "IMF"]),
            chart(&many),
            chart(&["KOTRA, without KOR", "compiler 1"]),
            chart(&["twice", "twice"]),
        ];
        let looks = Looks::new(&page(charts.clone().map(Block::Chart).to_vec()));
        let of = |at: usize| looks.of(&charts[at], &[]);
        assert_eq!(of(0)[2], of(1)[0]);
        assert_eq!(of(1)[1], of(2)[0]);
        assert_eq!(of(0)[1], of(3)[30]);
        assert_eq!(of(0)[1], of(4)[0]);
        for chart in &charts {
            let looks = looks.of(chart, &[]);
            assert_eq!(looks.iter().collect::<BTreeSet<_>>().len(), looks.len(), "{looks:?}");
        }
        // Four names, eight colours: none is shared.
        assert_eq!(BTreeSet::from([of(0)[0], of(0)[1], of(0)[2], of(1)[1]]).len(), 4);
    }

    #[test]
    fn the_rest_is_muted_wherever_it_stands() {
        let charts = [chart(&["others", "China"]), chart(&["China", "India", "others"])];
        let looks = Looks::new(&page(charts.clone().map(Block::Chart).to_vec()));
        let [first, second] = charts.each_ref().map(|chart| looks.of(chart, &[]));
        assert_eq!((first[0], second[2]), (REST, REST));
        // It takes no colour from those that are somebody.
        assert_eq!((first[1], second[0], second[1]), (0, 0, 1));
        assert_eq!(colour(REST), 8);
    }

    #[test]
    fn a_source_looks_the_same_under_its_compilers_name() {
        let traced = |names: &[&str], sources: &[&str]| Block::Traced {
            chart: chart(names),
            sources: sources.iter().map(|s| (*s).to_owned()).collect(),
            evidence: BTreeMap::new(),
            noted: BTreeSet::new(),
        };
        let blocks = vec![
            traced(&["KOTRA's share", "IMF"], &["kotra", "imf"]),
            traced(&["food", "coal"], &["imf", "imf"]),
            Block::Chart(chart(&["COW", "KOTRA, without KOR", "KOTRA", "JETRO"])),
        ];
        let mut page = page(blocks);
        let scenario = |name: &str| ScenarioRow {
            name: name.to_owned(),
            ..ScenarioRow::default()
        };
        page.scenarios = ["imf", "kotra"].map(scenario).to_vec();
        page.compilers = [("COW", "imf"), ("KOTRA", "kotra")]
            .map(|(a, b)| (a.to_owned(), b.to_owned()))
            .to_vec();
        let looks = Looks::new(&page);
        let all: Vec<Vec<usize>> = page.sections[0]
            .blocks
            .iter()
            .filter_map(Block::chart_and_sources)
            .map(|(chart, sources)| looks.of(chart, sources))
            .collect();
        // In the order of the study.
        assert_eq!(all[0], [1, 0]);
        assert_eq!((all[2][0], all[2][2]), (0, 1));
        assert_eq!(colour(all[2][1]), colour(1));
        assert_ne!(all[2][1], 1);
        assert!(all[1].iter().all(|look| !all[0].contains(look)), "{all:?}");
    }
}
