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
        let part = (0.0_f64.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.start + part * (self.end - self.start)
    }

    /// Whether zero is on the axis, away from its lower end.
    pub(crate) fn crosses_zero(&self) -> bool {
        self.scale != Scale::Log && self.low < 0.0 && self.high >= 0.0
    }
}

/// A value as it is spaced on its axis.
pub(crate) fn stretched(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Log => value.max(f64::MIN_POSITIVE).log10(),
        Scale::Root => value.abs().sqrt().copysign(value),
        Scale::Year | Scale::Linear | Scale::Share => value,
    }
}

/// The value of a place, the inverse of [`stretched`].
pub(crate) fn unstretched(scale: Scale, place: f64) -> f64 {
    match scale {
        Scale::Log => 10_f64.powf(place),
        Scale::Root => place * place.abs(),
        Scale::Year | Scale::Linear | Scale::Share => place,
    }
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
    fn an_axis_of_roots_has_a_zero_and_both_sides_of_it() {
        let axis = Axis::new(Scale::Root, (-1.0, 9.0), (0.0, 100.0), Vec::new());
        let places = [-1.0, 0.0, 1.0, 4.0, 9.0].map(|value| axis.at(value).round());
        assert_eq!(places, [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert!(axis.crosses_zero() && (axis.floor() - 25.0).abs() < 1e-9);
        for value in [-7.0, 0.0, 0.3] {
            assert!((unstretched(Scale::Root, stretched(Scale::Root, value)) - value).abs() < 1e-12);
        }
        // Bars that do not reach zero stand on the end that is nearest to it.
        let low = Axis::new(Scale::Root, (4.0, 9.0), (100.0, 0.0), Vec::new());
        assert!((low.floor() - 100.0).abs() < 1e-9);
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
