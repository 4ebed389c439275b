use std::collections::BTreeSet;
use std::sync::Arc;
use trade::{Decimal3, Record, Usd};

/// One thing's figure as one compiler gave it, perhaps in several quotations.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figure {
    /// Values with the unit to which each was rounded.
    values: BTreeSet<(Usd, Usd)>,
    shares: BTreeSet<Decimal3>,
    quantities: BTreeSet<(Decimal3, Arc<str>)>,
}

/// What quotations of one figure say together.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said<T> {
    /// Nothing.
    Nothing,
    /// One figure.
    One(T),
    /// Figures that contradict each other, and how.
    Conflict(String),
}

impl<T> Said<T> {
    /// The figure, if it is one.
    pub fn one(self) -> Option<T> {
        match self {
            Said::One(figure) => Some(figure),
            Said::Nothing | Said::Conflict(_) => None,
        }
    }
}

impl Figure {
    /// Adds what a record says.
    pub fn add(&mut self, record: &Record) {
        self.values.extend(
            record
                .value
                .map(|value| (value, record.rounded_to.unwrap_or(Usd::ZERO))),
        );
        self.shares.extend(record.share_percent);
        self.quantities
            .extend(record.quantity.zip(record.quantity_unit.clone()));
    }

    /// The value. Of several the least rounded stands, if the others agree with it within
    /// half of what they were rounded to.
    pub fn value(&self) -> Said<Usd> {
        let Some((finest, _)) = self.values.iter().min_by_key(|(value, unit)| (*unit, *value)) else {
            return Said::Nothing;
        };
        let agrees = |(value, unit): &(Usd, Usd)| {
            2 * (*value - *finest).thousandths().unsigned_abs() <= unit.thousandths().unsigned_abs()
        };
        if self.values.iter().all(agrees) {
            return Said::One(*finest);
        }
        let values: Vec<String> = self.values.iter().map(|(value, _)| value.to_string()).collect();
        Said::Conflict(format!("the compiler is quoted with {} USD", values.join(" and ")))
    }

    /// The published share in per cent.
    pub fn share_percent(&self) -> Said<Decimal3> {
        match (self.shares.first(), self.shares.len()) {
            (None, _) => Said::Nothing,
            (Some(share), 1) => Said::One(*share),
            _ => {
                let shares: Vec<String> = self.shares.iter().map(ToString::to_string).collect();
                Said::Conflict(format!("the compiler is quoted with {} per cent", shares.join(" and ")))
            }
        }
    }

    /// The quantity and its unit.
    pub fn quantity(&self) -> Option<(Decimal3, Arc<str>)> {
        (self.quantities.len() == 1)
            .then(|| self.quantities.first().cloned())
            .flatten()
    }

    /// A figure that is this value.
    pub fn of_value(value: Usd) -> Self {
        Figure {
            values: BTreeSet::from([(value, Usd::ZERO)]),
            ..Figure::default()
        }
    }
}
