//! Which season of a cycle each time is.

use super::series::Series;
use crate::commands::times::Form;

/// Seasons of a series.
pub struct Seasons {
    /// How many a cycle has.
    pub period: u32,
    /// The season of each time, from 0.
    pub season: Vec<u32>,
    /// The cycle of each time.
    pub cycle: Vec<i64>,
    /// The length of a cycle in units of time.
    pub length: f64,
}

/// The seasons of a series; `None` where none were asked for and its times have none.
pub fn of(series: &Series, asked: Option<u32>) -> Option<Result<Seasons, String>> {
    let form = series.times.first()?.form;
    let period = asked.or_else(|| form.cycle())?;
    Some(numbered(series, form, period))
}

fn numbered(series: &Series, form: Form, period: u32) -> Result<Seasons, String> {
    let times = series.numbers();
    let start = times.first().copied().unwrap_or(0.0);
    // Steps are counted from January or the first quarter, or from the first of plain numbers.
    let (origin, step) = match form {
        Form::Month => (0.0, 1.0 / 12.0),
        Form::Quarter => (0.0, 0.25),
        Form::Day => return Err("days have no seasons here; give months, quarters or numbers as times".to_owned()),
        Form::Number if times.iter().all(|t| t.fract() == 0.0) => (start, 1.0),
        Form::Number => {
            let steps = times.windows(2).map(|w| w[1] - w[0]);
            (start, steps.fold(f64::INFINITY, f64::min))
        }
    };
    let mut season = Vec::with_capacity(times.len());
    let mut cycle = Vec::with_capacity(times.len());
    for (time, value) in series.times.iter().zip(&times) {
        let count = (value - origin) / step;
        if (count - count.round()).abs() > 1e-6 {
            return Err(format!(
                "the time {} is no whole number of steps from the first",
                time.text
            ));
        }
        let count = count.round() as i64;
        season.push(count.rem_euclid(i64::from(period)) as u32);
        cycle.push(count.div_euclid(i64::from(period)));
    }
    Ok(Seasons {
        period,
        season,
        cycle,
        length: f64::from(period) * step,
    })
}

impl Seasons {
    /// The series of each season over the cycles that have all of them, and the cycles' times.
    pub fn complete(&self, values: &[f64]) -> Result<(Vec<f64>, Vec<Vec<f64>>), String> {
        let period = self.period as usize;
        let mut columns = vec![Vec::new(); period];
        let mut times = Vec::new();
        let mut at = 0;
        while at < values.len() {
            let same = self.cycle[at..].iter().take_while(|c| **c == self.cycle[at]).count();
            if same == period {
                times.push(self.cycle[at] as f64 * self.length);
                for (season, value) in self.season[at..at + same].iter().zip(&values[at..at + same]) {
                    columns[*season as usize].push(*value);
                }
            }
            at += same;
        }
        if times.len() < 3 {
            return Err(format!(
                "only {} cycles have all {period} seasons, and 3 are needed",
                times.len()
            ));
        }
        Ok((times, columns))
    }
}
