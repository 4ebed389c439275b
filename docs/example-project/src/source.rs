//! A source: an agency's text becomes trade records, or one clear error.

use crate::goods;
use trade::{Economy, Flow, Period, Record, Usd};

/// Reads the bulletin: `year;direction;with;tariff;thousand dollars`, one figure a line.
///
/// # Errors
/// Names the line that cannot be read and what was expected.
pub fn read(text: &str) -> Result<Vec<Record>, String> {
    let mut records = Vec::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let refuse = |what: &str| format!("line {}: expected {what}, found `{line}`", number + 1);
        let fields: Vec<&str> = line.split(';').collect();
        let [year, direction, with, tariff, thousands] = fields[..] else {
            return Err(refuse("five fields between semicolons"));
        };
        let year = year.parse().ok().and_then(|year| Period::annual(year).ok());
        let period = year.ok_or_else(|| refuse("a year"))?;
        let flow = match direction {
            "out" => Flow::Export,
            "in" => Flow::Import,
            _ => return Err(refuse("`out` or `in`")),
        };
        let partner = Economy::new(with).map_err(|_| refuse("an economy's code"))?;
        // Money is exact: thousands with decimals become dollars without a detour over floating point.
        let value = Usd::in_units(thousands, 3).map_err(|_| refuse("thousands of dollars"))?;
        let valley = Economy::new("PRK").map_err(|e| e.to_string())?;
        let mut record = Record::new("Customs office of the valley", period, valley, partner, flow, value);
        record.product = goods::group(tariff).ok_or_else(|| refuse("a tariff code"))?.into();
        records.push(record);
    }
    Ok(records)
}
