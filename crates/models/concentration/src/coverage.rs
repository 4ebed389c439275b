use crate::summation::sum;
use crate::undefined::Undefined;

/// Where the part of the total that is not broken down may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Missing {
    /// With items that are not listed: the listed figures are whole.
    #[default]
    Elsewhere,
    /// With any item, listed ones too: the listed figures may be too low.
    Anywhere,
}

impl Missing {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Missing::Elsewhere => "with items that are not listed",
            Missing::Anywhere => "with any item",
        }
    }
}

/// The lowest and the highest value that an index can take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// The lowest (a limit, where it takes ever more and ever smaller items).
    pub low: f64,
    /// The highest.
    pub high: f64,
}

/// Shares in a total of which a part is not broken down.
#[derive(Clone, Debug, PartialEq)]
pub struct Partial {
    known: Vec<f64>,
    coverage: f64,
    missing: Missing,
}

impl Partial {
    /// `known` are shares of the true total, each 0 to 1, adding to at most 1.
    ///
    /// Shares that were rounded may add to more: a sum up to `slack` above 1 is taken as 1,
    /// and the shares are scaled to it. Two shares rounded to whole per cents have a slack
    /// of 0.01, half a per cent each.
    ///
    /// # Errors
    /// [`Undefined`] for shares that are negative or not finite or add to more.
    pub fn new(known: &[f64], slack: f64, missing: Missing) -> Result<Self, Undefined> {
        for (at, &value) in known.iter().enumerate() {
            if !value.is_finite() {
                return Err(Undefined::NotFinite { item: at + 1, value });
            }
            if value < 0.0 {
                return Err(Undefined::Negative { item: at + 1, value });
            }
        }
        let mut known = known.to_vec();
        known.sort_by(|a, b| b.total_cmp(a));
        let coverage = sum(known.iter().copied());
        if coverage > 1.0 + slack.max(0.0) {
            return Err(Undefined::PartsExceedTotal {
                percent: 100.0 * coverage,
            });
        }
        if coverage > 1.0 {
            known.iter_mut().for_each(|share| *share /= coverage);
        }
        Ok(Partial {
            known,
            coverage: coverage.min(1.0),
            missing,
        })
    }

    /// The part of the total that is broken down, 0 to 1.
    pub fn coverage(&self) -> f64 {
        self.coverage
    }

    fn rest(&self) -> f64 {
        1.0 - self.coverage
    }

    fn largest(&self) -> f64 {
        self.known.first().copied().unwrap_or(0.0)
    }

    /// Bounds of the HHI, sharp in the sense of Manski 2003: some completion of the total comes as near to each as one likes. With coverage c and observed squares Q = Σ s² (that is c² times
    /// the HHI of the observed part):
    ///
    /// * low Q: the rest spread thin over many items;
    /// * high Q + (1-c)²: the rest with one unlisted item; with [`Missing::Anywhere`]
    ///   Q + (1-c)² + 2(1-c) s₁, all of it with the largest.
    pub fn herfindahl(&self) -> Bounds {
        let low = sum(self.known.iter().map(|s| s * s));
        let rest = self.rest();
        let high = match self.missing {
            Missing::Elsewhere => low + rest * rest,
            Missing::Anywhere => low + rest * rest + 2.0 * rest * self.largest(),
        };
        Bounds {
            low,
            high: high.min(1.0),
        }
    }

    /// Bounds of 1/HHI; `None` where nothing is known, so that there is no upper bound.
    pub fn effective_number_hhi(&self) -> Option<Bounds> {
        let hhi = self.herfindahl();
        (hhi.low > 0.0).then(|| Bounds {
            low: 1.0 / hhi.high,
            high: 1.0 / hhi.low,
        })
    }

    /// Bounds of CR-k.
    ///
    /// * low: the k largest known, the rest spread thin;
    /// * high: the k largest of the known and one unlisted item that has the whole rest;
    ///   with [`Missing::Anywhere`] the k largest known and the rest.
    pub fn concentration_ratio(&self, k: usize) -> Bounds {
        let largest = |shares: &[f64]| sum(shares.iter().take(k).copied());
        let low = largest(&self.known);
        let rest = self.rest();
        let high = match self.missing {
            _ if k == 0 => 0.0,
            Missing::Anywhere => low + rest,
            Missing::Elsewhere => {
                let mut all = self.known.clone();
                let place = all.partition_point(|&share| share >= rest);
                all.insert(place, rest);
                largest(&all)
            }
        };
        Bounds {
            low,
            high: high.min(1.0).max(low),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::close;

    /// Every way to give `rest` units, in whole units, to unlisted items (as partitions),
    /// or, with `onto`, to listed and unlisted ones.
    fn completions(known: &[u32], rest: u32, onto: bool) -> Vec<Vec<u32>> {
        fn partitions(rest: u32, most: u32) -> Vec<Vec<u32>> {
            if rest == 0 {
                return vec![Vec::new()];
            }
            let mut all = Vec::new();
            for first in 1..=rest.min(most) {
                for mut tail in partitions(rest - first, first) {
                    tail.push(first);
                    all.push(tail);
                }
            }
            all
        }
        fn raised(known: &[u32], rest: u32) -> Vec<(Vec<u32>, u32)> {
            let Some((&first, tail)) = known.split_first() else {
                return vec![(Vec::new(), rest)];
            };
            let mut all = Vec::new();
            for extra in 0..=rest {
                for (mut list, left) in raised(tail, rest - extra) {
                    list.push(first + extra);
                    all.push((list, left));
                }
            }
            all
        }
        let bases = if onto {
            raised(known, rest)
        } else {
            vec![(known.to_vec(), rest)]
        };
        let mut all = Vec::new();
        for (base, left) in bases {
            for mut part in partitions(left, left) {
                part.extend(&base);
                all.push(part);
            }
        }
        all
    }

    fn exact(list: &[u32], total: u32, k: usize) -> (f64, f64) {
        let mut shares: Vec<f64> = list.iter().map(|&v| f64::from(v) / f64::from(total)).collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        (shares.iter().map(|s| s * s).sum(), shares.iter().take(k).sum())
    }

    #[test]
    fn no_completion_leaves_the_bounds_and_the_upper_ones_are_reached() {
        for known in [vec![], vec![9], vec![3, 3], vec![5, 2, 1], vec![2, 2, 2, 2]] {
            for missing in [Missing::Elsewhere, Missing::Anywhere] {
                let total = 16_u32;
                let rest = total - known.iter().sum::<u32>();
                let shares: Vec<f64> = known.iter().map(|&v| f64::from(v) / f64::from(total)).collect();
                let partial = Partial::new(&shares, 0.0, missing).unwrap();
                let all = completions(&known, rest, missing == Missing::Anywhere);
                for k in [1, 3] {
                    let (hhi, cr) = (partial.herfindahl(), partial.concentration_ratio(k));
                    let found: Vec<(f64, f64)> = all.iter().map(|list| exact(list, total, k)).collect();
                    for &(h, c) in &found {
                        assert!(
                            h >= hhi.low - 1e-12 && h <= hhi.high + 1e-12,
                            "{known:?} {missing:?} {h} {hhi:?}"
                        );
                        assert!(
                            c >= cr.low - 1e-12 && c <= cr.high + 1e-12,
                            "{known:?} {missing:?} {k} {c} {cr:?}"
                        );
                    }
                    let most = |of: fn(&(f64, f64)) -> f64| found.iter().map(of).fold(0.0, f64::max);
                    close(most(|x| x.0), hhi.high, 1e-12);
                    close(most(|x| x.1), cr.high, 1e-12);
                }
            }
        }
    }

    #[test]
    fn the_lower_bounds_are_limits_of_thin_spreading() {
        let partial = Partial::new(&[0.4, 0.1], 0.0, Missing::Elsewhere).unwrap();
        let thin = 1_000_000;
        let mut shares = vec![0.4, 0.1];
        shares.extend(std::iter::repeat_n(0.5 / f64::from(thin), thin as usize));
        close(shares.iter().map(|s| s * s).sum(), partial.herfindahl().low, 1e-6);
        close(shares.iter().take(3).sum(), partial.concentration_ratio(3).low, 1e-6);
    }

    #[test]
    fn one_large_partner_is_known() {
        // 90% to one partner: the rest cannot matter much, unless it may be the same one.
        let elsewhere = Partial::new(&[0.9], 0.0, Missing::Elsewhere).unwrap();
        close(elsewhere.herfindahl().low, 0.81, 1e-15);
        close(elsewhere.herfindahl().high, 0.82, 1e-15);
        assert_eq!(elsewhere.concentration_ratio(1), Bounds { low: 0.9, high: 0.9 });
        let anywhere = Partial::new(&[0.9], 0.0, Missing::Anywhere).unwrap();
        close(anywhere.herfindahl().high, 1.0, 1e-15);
    }

    #[test]
    fn nothing_known_bounds_nothing() {
        let partial = Partial::new(&[], 0.0, Missing::Elsewhere).unwrap();
        assert_eq!(partial.herfindahl(), Bounds { low: 0.0, high: 1.0 });
        assert_eq!(partial.effective_number_hhi(), None);
        assert_eq!(partial.concentration_ratio(1), Bounds { low: 0.0, high: 1.0 });
    }

    #[test]
    fn parts_above_the_total_are_refused_and_rounding_is_not() {
        assert!(matches!(
            Partial::new(&[0.9, 0.2], 0.0, Missing::Elsewhere),
            Err(Undefined::PartsExceedTotal { .. })
        ));
        assert!(Partial::new(&[0.803, 0.2], 0.001, Missing::Elsewhere).is_err());
        let rounded = Partial::new(&[0.803, 0.2], 0.0055, Missing::Elsewhere).unwrap();
        assert_eq!(rounded.coverage(), 1.0);
        close(rounded.concentration_ratio(2).high, 1.0, 1e-15);
    }
}
