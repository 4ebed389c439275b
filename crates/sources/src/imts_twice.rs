//! What the Monetary Fund's explorer says twice on a row: in names and in the code of the series, in a scale and in a
//! multiplier. Where the two differ, nobody can tell which of them holds.

use crate::cell::Cell;
use crate::header::{Column, Header};
use crate::labels::Labels;
use crate::quarantine::Bad;
use crate::sdmx::{Measure, measure, power};
use crate::table::Line;
use trade::{Economy, economies};

/// Country, indicator and counterpart of a series' code, such as `KOR.XG_FOB_USD.CHN.A`.
pub(crate) fn series_key(text: &str) -> Option<[&str; 3]> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts[..] {
        [country, indicator, counterpart, frequency]
            if frequency.len() == 1 && ![country, indicator, counterpart].contains(&"") =>
        {
            Some([country, indicator, counterpart])
        }
        _ => None,
    }
}

/// The columns that say how many dollars a figure is counted in.
pub(crate) fn scales(header: &Header) -> Vec<Column> {
    let names = ["UNIT_MULT", "SCALE.ID", "SCALE"];
    names.iter().filter_map(|name| header.column(name)).collect()
}

/// Refuses a row of which two columns say two powers of ten. An empty one says nothing.
pub(crate) fn check_scales(line: &Line<'_>, columns: &[Column]) -> Result<(), Bad> {
    let mut first: Option<(&Column, String, u32)> = None;
    for column in columns {
        let Some(cell) = line.optional(Some(column))? else {
            continue;
        };
        let power = power(&cell)?;
        match &first {
            Some((other, text, said)) if *said != power => {
                return Err(cell.bad(
                    format!("`{}` beside it says `{text}`, which are other units", other.name),
                    "find out which of the two holds, and leave the other column out",
                ));
            }
            Some(_) => {}
            None => first = Some((column, cell.text.to_owned(), power)),
        }
    }
    Ok(())
}

/// Refuses a row whose series is of another country, counterpart or indicator than its own columns name. What they name and
/// is not known says nothing.
pub(crate) fn check_series(
    line: &Line<'_>,
    key: [&str; 3],
    columns: [&Column; 3],
    year: i16,
    labels: &Labels,
) -> Result<(), Bad> {
    for (at, (said, column)) in key.into_iter().zip(columns).enumerate() {
        let Ok(Some(cell)) = line.optional(Some(column)) else {
            continue;
        };
        let differs = match at {
            _ if cell.text == said => false,
            1 => another_measure(said, &cell, column),
            _ => meant(said, year).is_some_and(|economy| match meant(cell.text, year) {
                Some(other) => other != economy && labels.contradict(other.as_str(), economy, year),
                None => labels.contradict(cell.text, economy, year),
            }),
        };
        if differs {
            return Err(cell.bad(
                format!("the code of the series says `{said}`"),
                "find out which of the two holds, and leave the other column out",
            ));
        }
    }
    Ok(())
}

/// Whom a code of the Fund's means.
fn meant(code: &str, year: i16) -> Option<Economy> {
    let own = economies().by_agency("imf", code, year).map(|info| info.code);
    own.or_else(|| {
        Economy::new(code)
            .ok()
            .filter(|economy| economies().get(*economy).is_some())
    })
}

fn another_measure(said: &str, cell: &Cell<'_>, column: &Column) -> bool {
    let both = measure(&Cell::new(said, column)).ok().zip(measure(cell).ok());
    match both {
        Some((Measure::Balance, Measure::Balance)) | None => false,
        Some((Measure::Flow(a, fob), Measure::Flow(b, cif))) => a != b || fob.zip(cif).is_some_and(|(x, y)| x != y),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, import};

    fn quarantined(csv: &str) -> Vec<(u64, String, String)> {
        let got = import(csv.as_bytes(), &Options::default()).unwrap();
        let told = |bad: crate::Quarantined| (bad.line, bad.column.unwrap_or_default(), bad.reason);
        got.quarantine.into_iter().map(told).collect()
    }

    #[test]
    fn a_scale_beside_another_multiplier_is_quarantined_with_both() {
        let csv = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,TIME_PERIOD,OBS_VALUE,SCALE,UNIT_MULT\n\
            JPN,MG_CIF_USD,DEU,2003,1,Units,6\nJPN,MG_CIF_USD,FRA,2003,1,Thousands,6\n\
            JPN,MG_CIF_USD,ITA,2003,1,Millions,6\nJPN,MG_CIF_USD,ESP,2003,1,,6\n";
        let told = quarantined(csv);
        assert_eq!(told.iter().map(|t| t.0).collect::<Vec<_>>(), [2, 3]);
        assert!(
            told[0].1 == "SCALE" && told[0].2.contains("`UNIT_MULT` beside it says `6`"),
            "{told:?}"
        );
    }

    #[test]
    fn the_code_of_a_series_is_compared_with_its_columns() {
        let row = |rest: &str| format!("JPN.MG_CIF_USD.DEU.A,{rest},Annual,Millions,1\n");
        let csv = "SERIES_CODE,COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,2003\n".to_owned()
            + &row("Japan,\"Imports of goods, Cost insurance freight (CIF), US dollar\",Germany")
            + &row("China,\"Imports of goods, Cost insurance freight (CIF), US dollar\",Germany")
            + &row("Japan,\"Exports of goods, Free on board (FOB), US dollar\",Germany")
            + &row("Japan,MG_CIF_USD,FRA")
            + &row("Japan,MG_CIF_USD,World")
            + &row("Japan,MG_FOB_USD,DEU");
        let told = quarantined(&csv);
        let places: Vec<_> = told.iter().map(|t| (t.0, t.1.as_str())).collect();
        let partner = "COUNTERPART_COUNTRY";
        assert_eq!(
            places,
            [
                (3, "COUNTRY"),
                (4, "INDICATOR"),
                (5, partner),
                (6, partner),
                (7, "INDICATOR")
            ]
        );
        let ids = "SERIES_CODE,COUNTRY.ID,INDICATOR.ID,COUNTERPART_COUNTRY.ID,SCALE,TIME_PERIOD,OBS_VALUE\n\
            JPN.MG_CIF_USD.DEU.A,JPN,MG_CIF_USD,FRA,Units,2003,1\n";
        assert_eq!(quarantined(ids).len(), 1);
    }
}
