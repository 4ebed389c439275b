//! What part of an economy's trade a dataset has, in words: a part must never be taken for the whole.

use super::template::Told;
use extract::{FEW_ECONOMIES, HS_CHAPTERS, Parties, Products, SITC_SECTIONS, World};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeSet;
use trade::{Economy, Flow, economies, product_name};

/// So many products are named; of more, their number is told.
const NAMED: usize = 3;

/// The products of a dataset that has neither rows for all of them together nor nearly all of them.
#[derive(Clone, Debug, Serialize)]
pub struct Goods {
    /// As a title says it: `mineral fuels, oils (HS 27)`.
    pub short: String,
    /// Why it is a part: `the dataset has 1 of the 97 chapters of the Harmonized System, ...`.
    pub why: String,
    /// What would be the whole.
    pub whole: String,
}

impl Goods {
    /// The part that the dataset has in the years that a study compares, that of the year with fewer products.
    pub fn of(world: &World, years: (i16, i16)) -> extract::Result<Option<Goods>> {
        let mut fewest: Option<Products> = None;
        for year in BTreeSet::from([years.0, years.1]) {
            let Some(found) = world.products(year)?.filter(|p| !p.nearly_all()) else {
                continue;
            };
            if fewest.as_ref().is_none_or(|f| found.groups.len() < f.groups.len()) {
                fewest = Some(found);
            }
        }
        Ok(fewest.as_ref().map(Goods::new))
    }

    /// The part of the products that a dataset with totals has beside them in a year, in words; `None` where it has nearly
    /// all, or none.
    pub fn beside_totals(world: &World, year: i16) -> extract::Result<Option<String>> {
        let found = world.products_beside_totals(year)?;
        Ok(found.filter(|p| !p.nearly_all()).map(|p| Goods::new(&p).why))
    }

    fn new(products: &Products) -> Goods {
        let count = products.groups.len();
        let (system, groups, sign) = match products.of {
            Some(HS_CHAPTERS) => ("the Harmonized System", "chapters", "HS"),
            Some(SITC_SECTIONS) => ("the Standard International Trade Classification", "sections", "SITC"),
            _ => ("", "products", ""),
        };
        let name = |code: &String| product_name(products.classification, code).map(|name| name.to_lowercase());
        let names: Option<Vec<String>> = products.groups.iter().map(name).collect();
        let codes: Vec<&str> = products.groups.iter().map(String::as_str).collect();
        let some = if products.few_codes() && count > 1 {
            format!("{} products of ", products.codes)
        } else {
            String::new()
        };
        let listed = |names: &[String]| match names {
            [one] => one.clone(),
            [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
            [] => String::new(),
        };
        let part = match products.of {
            Some(of) => format!("{some}{count} of the {of} {groups} of {system}"),
            None => format!("{count} products whose classification does not tell how many there are"),
        };
        let (short, why) = match names.filter(|_| count <= NAMED && some.is_empty()) {
            Some(names) => (
                format!("{} ({sign} {})", listed(&names), codes.join(", ")),
                format!("the dataset has {part}: {}", listed(&names)),
            ),
            None => (part.clone(), format!("the dataset has {part}")),
        };
        let whole = match products.of {
            Some(of) => format!("a dataset with totals, or with all {of} {groups} of {system}"),
            None => "a dataset with totals".to_owned(),
        };
        Goods { short, why, whole }
    }
}

/// What a telling lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Lack {
    /// Why it cannot tell.
    pub why: String,
    /// With what it could.
    pub decided_by: String,
}

/// Why a telling of the economy's trade in a year has only a part of a flow; `None` where it has (nearly) all, or a total
/// of its own that says what all is.
pub fn lacking(economy: Economy, told: &Told, flow: Flow, parties: &Parties, year: i16) -> Option<Lack> {
    let (reporters, partners, other_side) = match flow {
        Flow::Export => (&parties.exporters, &parties.destinations, &parties.importers),
        _ => (&parties.importers, &parties.origins, &parties.exporters),
    };
    let (word, of_partners) = match flow {
        Flow::Export => ("exports", "imports"),
        _ => ("imports", "exports"),
    };
    let few = |why: String| Lack {
        why,
        decided_by: "a dataset in which the other economies are too".to_owned(),
    };
    let own = |told: &Told| {
        let others = partners.iter().filter(|e| **e != economy).count();
        if !reporters.contains(&economy) {
            Some(Lack {
                why: format!("the dataset has no report of its {word} in {year}"),
                decided_by: format!("its report of {year}, or those of (nearly) all its partners"),
            })
        } else if others < FEW_ECONOMIES && !told.has_total {
            let whom = if flow == Flow::Export { "to" } else { "from" };
            Some(few(format!(
                "the dataset has {word} {whom} {} only",
                economies_of(partners, economy)
            )))
        } else {
            None
        }
    };
    let of_others = || {
        let others = other_side.iter().filter(|e| **e != economy).count();
        let why = match others {
            FEW_ECONOMIES.. => return None,
            0 => format!("the dataset has no {of_partners} of other economies in {year}"),
            _ => format!(
                "the dataset has {of_partners} of {} only",
                economies_of(other_side, economy)
            ),
        };
        Some(few(why))
    };
    match told.side() {
        super::template::Side::Own => own(told),
        super::template::Side::Partners => of_others(),
        super::template::Side::Either => own(told).and_then(|own| {
            let other = of_others()?;
            Some(if reporters.contains(&economy) { own } else { other })
        }),
    }
}

/// Economies other than one by name where they are few, else how many they are.
fn economies_of(all: &BTreeSet<Economy>, without: Economy) -> String {
    let some: Vec<Cow<'static, str>> = all
        .iter()
        .filter(|e| **e != without)
        .map(|e| {
            let info = economies().get(*e);
            info.map_or_else(|| e.to_string().into(), |info| info.in_prose())
        })
        .collect();
    match &some[..] {
        [one] => one.to_string(),
        [rest @ .., last] if some.len() <= NAMED => format!("{} and {last}", rest.join(", ")),
        _ => format!("{} economies", some.len()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use trade::Classification;

    fn products(groups: &[&str], codes: usize) -> Products {
        Products {
            classification: Classification::Hs(3),
            groups: groups.iter().map(|g| (*g).to_owned()).collect(),
            of: Some(HS_CHAPTERS),
            codes,
        }
    }

    #[test]
    fn a_part_is_named_by_its_chapters_or_their_number() {
        let one = Goods::new(&products(&["27"], 1));
        assert_eq!(one.short, "mineral fuels, oils (HS 27)");
        assert!(one.why.contains("1 of the 97 chapters"), "{}", one.why);
        let some = Goods::new(&products(&["27", "44", "71", "72"], 31));
        assert_eq!(
            some.short,
            "31 products of 4 of the 97 chapters of the Harmonized System"
        );
        assert!(some.whole.contains("all 97 chapters"));
    }

    #[test]
    fn few_economies_on_the_other_side_are_a_part_of_a_flow() {
        let code = |text: &str| Economy::new(text).unwrap();
        let (zaf, afg) = (code("ZAF"), code("AFG"));
        let many: BTreeSet<Economy> = economies().iter().map(|e| e.code).collect();
        let parties = Parties {
            exporters: BTreeSet::from([zaf, afg]),
            destinations: many.clone(),
            ..Parties::default()
        };
        let told = |flow| lacking(zaf, &Told::compiled(), flow, &parties, 2021);
        assert_eq!(told(Flow::Export), None);
        assert_eq!(
            told(Flow::Import).unwrap().why,
            "the dataset has exports of Afghanistan only"
        );
        let silent = lacking(zaf, &Told::own(zaf), Flow::Import, &parties, 2021).unwrap();
        assert!(silent.decided_by.contains("its report of 2021"), "{silent:?}");
        let world = Parties {
            exporters: many.clone(),
            importers: many.clone(),
            destinations: many.clone(),
            origins: many,
        };
        let [partners, _] = Told::partners(zaf);
        for told in [Told::own(zaf), partners, Told::reconciled("mean")] {
            assert_eq!(lacking(zaf, &told, Flow::Import, &world, 2021), None);
        }
    }
}
