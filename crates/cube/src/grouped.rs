//! Judging how the rows overlap, and the finished table of sums.

use crate::kernel::{Merged, Sums, Telling};
use crate::{Dimension, Error, Level, Query, Result};
use std::collections::{BTreeMap, BTreeSet};
use trade::{TOTAL, Usd};

/// A finished grouped sum, sorted by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grouped {
    /// The dimensions, in the order asked for.
    pub by: Vec<Dimension>,
    /// The groups.
    pub groups: Vec<Group>,
    /// Records that were left out because they are totals or parts of others, by what they are.
    pub set_aside: BTreeMap<String, u64>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// One value for each dimension.
    pub key: Vec<String>,
    /// The exact sum of values; `None` where no record has one.
    pub value: Option<Usd>,
    /// The exact sum of net weights in kilograms, over the records that have one; `None` where
    /// none has.
    pub net_weight_kg: Option<trade::Decimal3>,
    /// The number of records.
    pub records: u64,
    /// How many of them have no value; they are not counted as zero.
    pub records_without_value: u64,
}

impl Grouped {
    pub(crate) fn of(merged: Merged, query: &Query) -> Result<Self> {
        let mut set_aside = BTreeMap::new();
        let kept = keep(&merged, query, &mut set_aside)?;
        let mut sums: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
        for telling in &kept {
            for (key, part) in &merged.parts[telling] {
                let key = query.by.iter().enumerate().map(|(place, &dimension)| {
                    let text = merged.words[place].texts[key[place] as usize].as_str();
                    match (dimension, query.level) {
                        (Dimension::Product, Level::Digits(n)) => text.get(..n as usize).unwrap_or(text).to_owned(),
                        _ => text.to_owned(),
                    }
                });
                sums.entry(key.collect()).or_default().add(*part);
            }
        }
        let groups = sums.into_iter().map(|(key, sums)| Group {
            key,
            value: (sums.records > sums.without_value).then(|| Usd::from_thousandths(sums.value)),
            net_weight_kg: (sums.with_weight > 0).then(|| Usd::from_thousandths(sums.weight)),
            records: sums.records,
            records_without_value: sums.without_value,
        });
        Ok(Grouped {
            by: query.by.clone(),
            groups: groups.collect(),
            set_aside,
        })
    }

    /// The sum over all groups.
    pub fn total(&self) -> Usd {
        self.groups.iter().filter_map(|g| g.value).sum()
    }
}

/// The tellings that may be summed together, or why there are none.
fn keep(merged: &Merged, query: &Query, set_aside: &mut BTreeMap<String, u64>) -> Result<BTreeSet<Telling>> {
    let mut kept = merged.values(Telling::clone);
    let mut leave_out = |kept: &mut BTreeSet<Telling>, what: &str, out: &dyn Fn(&Telling) -> bool| {
        let dropped: Vec<Telling> = kept.iter().filter(|t| out(t)).cloned().collect();
        for telling in dropped {
            let records: u64 = merged.parts[&telling].values().map(|s| s.records).sum();
            *set_aside.entry(what.to_owned()).or_default() += records;
            kept.remove(&telling);
        }
    };
    // Parts of years are not years, and world rows are the sum of the others.
    if !query.by.contains(&Dimension::Period) {
        leave_out(&mut kept, "periods that are no calendar year", &|t| {
            t.period_months != 12
        });
    }
    if !query.settles(Dimension::Partner) && kept.iter().any(|t| !t.world_partner) {
        leave_out(&mut kept, "totals over partners beside their parts", &|t| {
            t.world_partner
        });
    }
    choose_level(&mut kept, query, &mut leave_out)?;

    refuse_overlap(&kept, query, Dimension::Flow, |t| t.flow.clone())?;
    refuse_overlap(&kept, query, Dimension::Compiler, |t| t.compiler.clone())?;
    refuse_overlap(&kept, query, Dimension::Basis, |t| t.basis.clone())?;
    Ok(kept)
}

type LeaveOut<'a> = dyn FnMut(&mut BTreeSet<Telling>, &str, &dyn Fn(&Telling) -> bool) + 'a;

fn choose_level(kept: &mut BTreeSet<Telling>, query: &Query, leave_out: &mut LeaveOut<'_>) -> Result<()> {
    if query.settles(Dimension::Product) && query.level == Level::AsStored && !query.by.contains(&Dimension::Product) {
        return Ok(()); // narrowed to one code
    }
    match query.level {
        Level::Total => leave_out(kept, "rows for single products", &|t| t.product_length != 0),
        Level::Digits(n) => {
            leave_out(kept, "totals over products beside their parts", &|t| {
                t.product_length < n as usize
            });
            let exact = kept.iter().any(|t| t.product_length == n as usize);
            let lengths: BTreeSet<usize> = kept.iter().map(|t| t.product_length).collect();
            let finest = lengths.last().copied().unwrap_or(0);
            let wanted = if exact { n as usize } else { finest };
            leave_out(kept, "rows at another product level", &|t| t.product_length != wanted);
        }
        Level::AsStored => {
            if query.by.contains(&Dimension::Product) {
                leave_out(kept, "totals over products beside their parts", &|t| {
                    t.product_length == 0
                });
            }
        }
    }
    let levels: BTreeSet<String> = kept.iter().map(level).collect();
    // Two classifications told apart by the grouping do not overlap; two levels of one do.
    let apart = query.by.contains(&Dimension::Classification);
    let clash = |c: &str| {
        kept.iter()
            .filter(|t| t.classification == c)
            .map(|t| t.product_length)
            .collect::<BTreeSet<_>>()
            .len()
            > 1
    };
    let overlap = if apart {
        kept.iter().any(|t| clash(&t.classification))
    } else {
        levels.len() > 1
    };
    // Rows for all products are the same under any classification.
    if overlap && !kept.iter().all(|t| t.product_length == 0) {
        return Err(Error::Overlap {
            dimension: "product",
            found: levels.into_iter().collect::<Vec<_>>().join(", "),
            advice: "say which with `--level total`, `--level hs2`, ... or narrow to one classification".to_owned(),
        });
    }
    Ok(())
}

fn level(telling: &Telling) -> String {
    match telling.product_length {
        0 => TOTAL.to_owned(),
        n => format!("{} with {n} characters", telling.classification),
    }
}

fn refuse_overlap(
    kept: &BTreeSet<Telling>,
    query: &Query,
    dimension: Dimension,
    of: impl Fn(&Telling) -> String,
) -> Result<()> {
    let values: BTreeSet<String> = kept.iter().map(of).collect();
    if values.len() < 2 || query.settles(dimension) {
        return Ok(());
    }
    let shown = |v: &String| {
        if v.is_empty() {
            "not stated".to_owned()
        } else {
            v.clone()
        }
    };
    Err(Error::Overlap {
        dimension: dimension.as_str(),
        found: values.iter().map(shown).collect::<Vec<_>>().join(", "),
        advice: format!("add `{dimension}` to --by or narrow to one with --where '{dimension} = ...'"),
    })
}
