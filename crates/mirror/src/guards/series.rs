use crate::pairing::{Place, place_by_table};
use std::collections::BTreeMap;
use trade::{Economy, Flow, Period, Record, TOTAL};

/// The annual series of one economy's flow by partner, in US dollars, as the guards take them:
/// `reporter`'s records of `flow` in all products, partners that are economies, calendar years,
/// values given. Where a year has several figures of a partner, the largest stands.
pub fn partner_series(records: &[Record], reporter: Economy, flow: Flow) -> BTreeMap<Economy, Vec<(Period, f64)>> {
    let mut largest: BTreeMap<(Economy, Period), f64> = BTreeMap::new();
    for record in records {
        let asked = record.reporter == reporter && record.flow == flow && &*record.product == TOTAL;
        if !asked || !record.period.is_annual() || place_by_table(record.partner) != Place::Economy {
            continue;
        }
        if let Some(value) = record.value {
            let entry = largest
                .entry((record.partner, record.period))
                .or_insert(f64::NEG_INFINITY);
            *entry = entry.max(value.to_f64());
        }
    }
    let mut series: BTreeMap<Economy, Vec<(Period, f64)>> = BTreeMap::new();
    for ((partner, period), value) in largest {
        series.entry(partner).or_default().push((period, value));
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::record;

    #[test]
    fn one_figure_a_partner_and_year() {
        let records = [
            record(2004, "PRK", Flow::Import, "CHN", TOTAL, Some(5)),
            record(2003, "PRK", Flow::Import, "CHN", TOTAL, Some(3)),
            record(2003, "PRK", Flow::Import, "CHN", TOTAL, Some(4)),
            record(2003, "PRK", Flow::Import, "CHN", "27", Some(2)),
            record(2003, "PRK", Flow::Import, "WLD", TOTAL, Some(9)),
            record(2003, "PRK", Flow::Export, "CHN", TOTAL, Some(9)),
            record(2003, "PRK", Flow::Import, "RUS", TOTAL, None),
        ];
        let (prk, chn) = (Economy::new("PRK").unwrap(), Economy::new("CHN").unwrap());
        let found = partner_series(&records, prk, Flow::Import);
        let year = |y| Period::annual(y).unwrap();
        assert_eq!(
            found,
            BTreeMap::from([(chn, vec![(year(2003), 4.0), (year(2004), 5.0)])])
        );
    }
}
