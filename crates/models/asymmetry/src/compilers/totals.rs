use super::{Figures, Subject};
use std::collections::{BTreeMap, BTreeSet};
use trade::{Economy, EconomyKind, Flow, TOTAL, Usd, economies};

/// Adds what can be computed exactly from a compiler's own figures and was not published:
/// the total over the partners of compilers whose partners are complete (the world, and the
/// world less an economy where another compiler counts so), and two-way trade from exports and
/// imports.
pub(crate) fn with_totals(mut figures: Figures, complete: &[String]) -> Figures {
    let sums = sums_over_partners(&figures, complete);
    for (subject, compiler, value) in sums {
        figures.entry(subject).or_default().entry(compiler).or_insert(value);
    }
    let mut two_way = Vec::new();
    for (subject, exports) in figures.iter().filter(|(s, _)| s.flow == Flow::Export) {
        let Some(imports) = figures.get(&Subject {
            flow: Flow::Import,
            ..subject.clone()
        }) else {
            continue;
        };
        for (compiler, export) in exports {
            if let Some(import) = imports.get(compiler) {
                let subject = Subject {
                    flow: Flow::TwoWay,
                    ..subject.clone()
                };
                two_way.push((subject, compiler.clone(), *export + *import));
            }
        }
    }
    for (subject, compiler, value) in two_way {
        figures.entry(subject).or_default().entry(compiler).or_insert(value);
    }
    figures
}

fn sums_over_partners(figures: &Figures, complete: &[String]) -> Vec<(Subject, String, Usd)> {
    let worlds: BTreeSet<Economy> = figures
        .keys()
        .map(|s| s.partner)
        .filter(|p| p.is_world())
        .chain([Economy::WORLD])
        .collect();
    let mut sums: BTreeMap<(Subject, String), Usd> = BTreeMap::new();
    let parts = figures.iter().filter(|(s, _)| s.product == TOTAL && is_part(s.partner));
    for (subject, by_compiler) in parts {
        for (compiler, value) in by_compiler.iter().filter(|(c, _)| complete.contains(c)) {
            for world in worlds.iter().filter(|w| w.world_without() != Some(subject.partner)) {
                let total = Subject {
                    partner: *world,
                    ..subject.clone()
                };
                *sums.entry((total, compiler.clone())).or_default() += *value;
            }
        }
    }
    sums.into_iter()
        .map(|((subject, compiler), value)| (subject, compiler, value))
        .collect()
}

/// Whether a partner is a part of the world's total: an economy or an area not specified.
fn is_part(partner: Economy) -> bool {
    let group = economies()
        .get(partner)
        .is_some_and(|info| info.kind == EconomyKind::Group);
    !partner.is_world() && !group
}

#[cfg(test)]
mod tests {
    use crate::compilers::run;
    use crate::fixture::{input, record};
    use trade::Flow;

    #[test]
    fn a_complete_compiler_meets_one_that_leaves_an_economy_out() {
        let records = [
            record("COW", 2005, "PRK", Flow::Import, "CHN", 1200),
            record("COW", 2005, "PRK", Flow::Import, "KOR", 700),
            record("COW", 2005, "PRK", Flow::Export, "CHN", 500),
            record("KOTRA", 2005, "PRK", Flow::Import, "WLD-KOR", 2000),
            record("KOTRA", 2005, "PRK", Flow::Export, "WLD-KOR", 1000),
        ];
        let parameters = toml::Table::new();
        let output = run(&input(&records, &parameters), &["COW".to_owned()], &[]);
        let found: Vec<(String, f64)> = output
            .findings
            .iter()
            .filter(|f| f.measure == "compiler_low")
            .map(|f| {
                (
                    format!("{} {}", f.labels["flow"], f.labels["partner"]),
                    f.estimate().unwrap(),
                )
            })
            .collect();
        let expected = [
            ("export WLD-KOR", 500.0),
            ("import WLD-KOR", 1200.0),
            ("total WLD-KOR", 1700.0),
        ];
        assert_eq!(found, expected.map(|(what, value)| (what.to_owned(), value)));
        let alone = run(&input(&records, &parameters), &[], &[]);
        assert!(alone.findings.is_empty());
    }
}
