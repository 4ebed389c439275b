use super::ticks::Tick;
use model::Scale;

/// An axis: values to places on the drawing.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    /// Its ticks.
    pub(crate) ticks: Vec<Tick>,
}

impl Axis {
    /// An axis on which `low` stands at `start` and `high` at `end`; `low < high`, and both
    /// are positive on a logarithmic one.
    pub(crate) fn new(scale: Scale, (low, high): (f64, f64), (start, end): (f64, f64), ticks: Vec<Tick>) -> Axis {
        Axis {
            scale,
            low: stretched(scale, low),
            high: stretched(scale, high),
            start,
            end,
            ticks,
        }
    }

    /// Where a value stands; a little off the ends at most.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let part = (stretched(self.scale, value) - self.low) / (self.high - self.low);
        self.start + part.clamp(-0.5, 1.5) * (self.end - self.start)
    }

    /// Where bars stand: zero where it is on the axis, else the end nearest to it.
    pub(crate) fn floor(&self) -> f64 {
        if self.scale == Scale::Log {
            return self.start;
        }
        self.at(0.0_f64.clamp(self.low, self.high))
    }

    /// Whether zero is on the axis, away from its lower end.
    pub(crate) fn crosses_zero(&self) -> bool {
        self.scale != Scale::Log && self.low < 0.0 && self.high >= 0.0
    }
}

/// A value as it is spaced on its axis.
pub(crate) fn stretched(scale: Scale, value: f64) -> f64 {
    if scale == Scale::Log {
        value.max(f64::MIN_POSITIVE).log10()
    } else {
        value
    }
}

/// The value of a place, the inverse of [`stretched`].
pub(crate) fn unstretched(scale: Scale, place: f64) -> f64 {
    if scale == Scale::Log { 10_f64.powf(place) } else { place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logarithmic_axis_spaces_ratios_evenly() {
        let axis = Axis::new(Scale::Log, (0.1, 10.0), (0.0, 100.0), Vec::new());
        assert!((axis.at(1.0) - 50.0).abs() < 1e-9);
        assert!(axis.at(0.0).is_finite());
        assert!(!axis.crosses_zero());
    }

    #[test]
    fn bars_stand_on_zero_or_on_the_nearest_end() {
        let up = |low, high| Axis::new(Scale::Linear, (low, high), (100.0, 0.0), Vec::new());
        assert_eq!(up(0.0, 10.0).floor(), 100.0);
        assert_eq!(up(-10.0, 10.0).floor(), 50.0);
        assert_eq!(up(-10.0, -5.0).floor(), 0.0);
        assert!(up(-10.0, 10.0).crosses_zero());
    }
}
