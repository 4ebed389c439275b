use crate::{Error, Result};
use std::collections::BTreeSet;
use store::Filter;
use trade::{Classification, Economy, Flow, Status, Valuation};

/// Reads conditions: `COLUMN = VALUE`, alternatives with `|`, years as `FROM..TO`. Several conditions on one column
/// narrow further. `economy` is whichever side of a record: two conditions on it give the trade of the two with each other.
///
/// # Errors
/// Refuses what is no condition, and a column or a value that no record can have: nothing would be summed, and it
/// would look like an answer.
///
/// ```
/// let filter = cube::filter(&["year = 1989..2008".to_owned(), "flow = export|import".to_owned()])?;
/// assert_eq!(filter.years, Some(1989..=2008));
/// assert!(cube::filter(&["flow = exprot".to_owned()]).is_err());
/// # Ok::<(), cube::Error>(())
/// ```
pub fn filter(conditions: &[String]) -> Result<Filter> {
    let mut filter = Filter::default();
    for condition in conditions {
        let wrong = |problem: &str| Error::Where {
            condition: condition.chars().take(200).collect(),
            problem: problem.to_owned(),
        };
        let (column, value) = condition
            .split_once('=')
            .ok_or_else(|| wrong("expected COLUMN = VALUE"))?;
        let (column, value) = (column.trim(), value.trim());
        if column == "year" {
            let (from, to) = value.split_once("..").unwrap_or((value, value));
            let years = from.trim().parse::<i16>().ok().zip(to.trim().parse::<i16>().ok());
            let years = years.filter(|(from, to)| from <= to);
            let (from, to) = years.ok_or_else(|| wrong("expected year = 2003 or year = 1989..2008"))?;
            let narrowed = filter
                .years
                .as_ref()
                .map_or((from, to), |y| (from.max(*y.start()), to.min(*y.end())));
            filter = filter.with_years(narrowed.0..=narrowed.1);
        } else if column == "economy" {
            let named = value.split('|').map(|one| one.trim().parse::<Economy>());
            let named = named.map(|known| known.map(|economy| economy.to_string()));
            let wanted: BTreeSet<String> = named
                .collect::<std::result::Result<_, _>>()
                .map_err(|e| wrong(&e.to_string()))?;
            filter = filter.with_economies(wanted);
        } else {
            let named = value.split('|').map(|one| as_stored(column, one.trim()));
            let wanted: BTreeSet<String> = named
                .collect::<std::result::Result<_, _>>()
                .map_err(|problem| wrong(&problem))?;
            let values = filter.any_of.entry(column.to_owned()).or_insert_with(|| wanted.clone());
            values.retain(|value| wanted.contains(value));
        }
    }
    Ok(filter)
}

/// The value as it stands in datasets, or what is wrong with it.
fn as_stored(column: &str, value: &str) -> std::result::Result<String, String> {
    let known = match column {
        "reporter" | "partner" => value.parse::<Economy>().map(|known| known.to_string()),
        "flow" => value.parse::<Flow>().map(|known| known.to_string()),
        "classification" => value.parse::<Classification>().map(|known| known.to_string()),
        "status" => value.parse::<Status>().map(|known| known.to_string()),
        "valuation" => value.parse::<Valuation>().map(|known| known.to_string()),
        "product" | "compiler" | "basis" | "quantity_unit" => Ok(value.to_owned()),
        _ => {
            return Err(
                "expected a condition on year, reporter, partner, economy (either of the two), flow, product, \
                        classification, compiler, basis, status, valuation or quantity_unit"
                    .to_owned(),
            );
        }
    };
    known.map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(conditions: &[&str]) -> Result<Filter> {
        filter(&conditions.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn values_are_kept_as_datasets_have_them() {
        let found = read(&["classification = H5|HS1992", "partner=PRK"]).unwrap();
        let values: Vec<&str> = found.any_of["classification"].iter().map(String::as_str).collect();
        assert_eq!(values, ["HS0", "HS5"]);
        let narrowed = read(&[
            "flow = export|import",
            "flow = import",
            "year = 2000..2005",
            "year = 2003",
        ])
        .unwrap();
        assert_eq!(narrowed.any_of["flow"].len(), 1);
        assert_eq!(narrowed.years, Some(2003..=2003));
        let both = read(&["economy = CHN", "economy = KOR | PRK", "economy = PRK | KOR"]).unwrap();
        let sets: Vec<Vec<&String>> = both.economies.iter().map(|set| set.iter().collect()).collect();
        assert_eq!(sets, [vec!["CHN"], vec!["KOR", "PRK"]]);
    }

    #[test]
    fn what_no_record_can_have_is_refused() {
        for bad in [
            "",
            "=",
            "year",
            "year = x",
            "year = 2008..1989",
            "year = 99999",
            "sector = 1",
            "flow = exprot",
            "economy = CHN|",
        ] {
            let error = read(&[bad]).unwrap_err().to_string();
            assert!(error.contains("expected") && error.contains(bad), "{error}");
        }
    }
}
