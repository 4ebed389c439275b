use super::lookup::name_key;
use super::{Coordinates, Economies, EconomyInfo, EconomyKind, NumericCode, Years};
use crate::Economy;
use std::collections::BTreeMap;

const ECONOMIES: &str = include_str!("../../tables/economies.txt");
const NAMES: &str = include_str!("../../tables/economy_names.txt");
const ARTICLES: &str = include_str!("../../tables/economy_articles.txt");
const BORDERS: &str = include_str!("../../tables/borders.txt");

impl Economies {
    /// Reads the four tables. A line that does not parse is left out and kept in
    /// `rejected`, which a test proves empty.
    pub(super) fn read() -> Economies {
        let mut rejected = Vec::new();
        let mut list: Vec<EconomyInfo> = lines(ECONOMIES)
            .filter_map(|l| keep(economy(l), l, &mut rejected))
            .collect();
        list.sort_by_key(|info| info.code);
        let by_code: BTreeMap<Economy, usize> = list.iter().enumerate().map(|(i, info)| (info.code, i)).collect();
        for line in lines(NAMES) {
            let at = line
                .split_once('|')
                .and_then(|(c, names)| Some((*by_code.get(&Economy::new(c).ok()?)?, names)));
            match at.and_then(|(i, names)| Some((list.get_mut(i)?, names))) {
                Some((info, names)) => info.aliases = names.split("; ").collect(),
                None => rejected.push(line.to_owned()),
            }
        }
        for line in lines(ARTICLES) {
            let at = Economy::new(line).ok().and_then(|code| by_code.get(&code).copied());
            match at.and_then(|i| list.get_mut(i)) {
                Some(info) => info.article = true,
                None => rejected.push(line.to_owned()),
            }
        }
        for line in lines(BORDERS) {
            match neighbours(line, &by_code).and_then(|(i, borders)| Some((list.get_mut(i)?, borders))) {
                Some((info, borders)) => info.borders = borders,
                None => rejected.push(line.to_owned()),
            }
        }
        let names = index(&list);
        Economies {
            list,
            by_code,
            names,
            rejected,
        }
    }
}

pub(super) fn lines(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

fn keep<T>(parsed: Option<T>, line: &str, rejected: &mut Vec<String>) -> Option<T> {
    if parsed.is_none() {
        rejected.push(line.to_owned());
    }
    parsed
}

fn economy(line: &'static str) -> Option<EconomyInfo> {
    let fields: Vec<&'static str> = line.split('|').collect();
    let [
        code,
        alpha2,
        kind,
        name,
        region,
        years,
        m49,
        cow,
        imf,
        landlocked,
        latitude,
        longitude,
        capital,
    ] = fields[..]
    else {
        return None;
    };
    let stated = |text: &'static str| (!text.is_empty()).then_some(text);
    Some(EconomyInfo {
        code: Economy::new(code).ok()?,
        alpha2: stated(alpha2),
        name: stated(name)?,
        article: false,
        aliases: Vec::new(),
        kind: kind_of(kind)?,
        region: stated(region),
        years: parse_years(years)?,
        m49: numbers(m49)?,
        cow: numbers(cow)?,
        imf: numbers(imf)?,
        landlocked: match landlocked {
            "" => None,
            "yes" => Some(true),
            "no" => Some(false),
            _ => return None,
        },
        capital: match (latitude, longitude) {
            ("", "") => None,
            _ => Some(Coordinates {
                latitude: latitude.parse().ok()?,
                longitude: longitude.parse().ok()?,
            }),
        },
        capital_name: stated(capital),
        borders: Vec::new(),
    })
}

fn kind_of(word: &str) -> Option<EconomyKind> {
    use EconomyKind::{Country, Former, Group, Territory, Unspecified};
    [Country, Former, Territory, Unspecified, Group]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

/// `1918..1992`, `1991..`, `..1990`, or nothing for always.
pub(super) fn parse_years(text: &str) -> Option<Years> {
    if text.is_empty() {
        return Some(Years::default());
    }
    let (first, last) = text.split_once("..")?;
    let end = |t: &str| {
        if t.is_empty() {
            Some(None)
        } else {
            t.parse().ok().map(Some)
        }
    };
    Some(Years {
        first: end(first)?,
        last: end(last)?,
    })
}

/// `276 280:..1990`.
fn numbers(text: &str) -> Option<Vec<NumericCode>> {
    text.split_whitespace()
        .map(|item| {
            let (code, years) = item.split_once(':').unwrap_or((item, ""));
            Some(NumericCode {
                code: code.parse().ok()?,
                years: parse_years(years)?,
            })
        })
        .collect()
}

fn neighbours(line: &str, by_code: &BTreeMap<Economy, usize>) -> Option<(usize, Vec<Economy>)> {
    let (code, list) = line.split_once(": ")?;
    let known = |text| Economy::new(text).ok().filter(|e| by_code.contains_key(e));
    let mut borders: Vec<Economy> = list.split(' ').map(known).collect::<Option<_>>()?;
    borders.sort();
    Some((*by_code.get(&known(code)?)?, borders))
}

/// Every name and alias by its key, each with the economies that bear it.
fn index(list: &[EconomyInfo]) -> BTreeMap<String, Vec<usize>> {
    let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, info) in list.iter().enumerate() {
        for name in std::iter::once(&info.name).chain(&info.aliases) {
            let bearers = names.entry(name_key(name)).or_default();
            if !bearers.contains(&i) {
                bearers.push(i);
            }
        }
    }
    names
}
