use super::{Flag, Test, Unjudged, usd};
use std::collections::BTreeMap;
use trade::{Economy, Period};

/// One figure of a product: what a reporter books under a partner's name, one flow, one period.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductFlow {
    /// Who reports.
    pub reporter: Economy,
    /// Under whose name it is booked.
    pub partner: Economy,
    /// The product; all of one level, and no total.
    pub product: String,
    /// US dollars.
    pub value: f64,
}

/// When a reporter's trade with one partner counts as another's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeSwap {
    /// Only trade of at least this many US dollars is judged and calibrated on.
    pub min_value: f64,
    /// The fewest products in it.
    pub min_products: usize,
    /// The fewest other reporters whose trade makes a profile, where no references are named.
    pub min_others: usize,
    /// The share of ordinary pairs that may look as much like the other partner as this: the
    /// false-positive rate.
    pub max_false_positive: f64,
    /// The least likeness to the other's trade: what looks like neither is no swap.
    pub min_likeness: f64,
    /// How much of every profile is the world's, so that no product is impossible.
    pub smoothing: f64,
}

impl Default for CodeSwap {
    fn default() -> Self {
        CodeSwap {
            min_value: 1e6,
            min_products: 3,
            min_others: 3,
            max_false_positive: 0.01,
            min_likeness: 0.2,
            smoothing: 0.05,
        }
    }
}

/// How much a reporter's trade with one partner looks like trade with another.
#[derive(Clone, Debug, PartialEq)]
pub struct Resemblance {
    /// Σ_k s_k ln(q_k/p_k): the log-likelihood ratio per dollar, in nats. s is the reporter's
    /// profile with the partner, p the profile of all others' trade with that partner, q of all
    /// others' trade with the other. Above zero, the trade looks more like the other's.
    pub log_likelihood_ratio: f64,
    /// Σ_k min(s_k, p_k), 0 to 1: likeness to the partner's trade (Finger & Kreinin 1979).
    pub likeness_to_partner: f64,
    /// The same to the other's trade.
    pub likeness_to_other: f64,
    /// What is judged, US dollars.
    pub value: f64,
    /// The products that speak most for or against the other, largest first: (product, s, p, q).
    pub telling: Vec<(String, f64, f64, f64)>,
}

/// The code-swap test: is what a reporter books under one partner's name (North Korea) really
/// another's (South Korea)?
///
/// Built from every reporter's imports (or exports) by partner and product; profiles always leave
/// the judged reporter out. Calibrated on the same data: all other pairs of reporter and partner are
/// asked the same question about the same other economy, and the flag's `statistic` is the share of
/// them that look as much like it.
///
/// Where many reporters make the same mistake, all others' trade with the partner looks like the
/// other's too, and hides each of them. Then name reporters who know the partner, such as its
/// neighbours ([`SwapTest::with_references`]).
#[derive(Clone, Debug)]
pub struct SwapTest {
    rule: CodeSwap,
    references: BTreeMap<Economy, Vec<Economy>>,
    products: Vec<String>,
    /// (reporter, partner) to (product index, value).
    flows: BTreeMap<(Economy, Economy), Vec<(usize, f64)>>,
    /// Sums by product of what is booked under each partner's name, and how many reporters do.
    partners: BTreeMap<Economy, (Vec<f64>, usize)>,
    world: Vec<f64>,
}

impl SwapTest {
    /// Collects the profiles. Figures that are not positive and finite, and those of a reporter with
    /// itself, are left out; several figures of one product are added.
    pub fn new(rows: &[ProductFlow], rule: CodeSwap) -> Self {
        let usable = || {
            rows.iter()
                .filter(|r| r.value.is_finite() && r.value > 0.0 && r.reporter != r.partner)
        };
        let mut products: Vec<String> = usable().map(|r| r.product.clone()).collect();
        products.sort();
        products.dedup();
        let mut flows: BTreeMap<_, BTreeMap<usize, f64>> = BTreeMap::new();
        for row in usable() {
            if let Ok(product) = products.binary_search(&row.product) {
                *flows
                    .entry((row.reporter, row.partner))
                    .or_default()
                    .entry(product)
                    .or_default() += row.value;
            }
        }
        let mut partners: BTreeMap<Economy, (Vec<f64>, usize)> = BTreeMap::new();
        let mut world = vec![0.0; products.len()];
        for ((_, partner), profile) in &flows {
            let (sums, reporters) = partners
                .entry(*partner)
                .or_insert_with(|| (vec![0.0; products.len()], 0));
            *reporters += 1;
            for (&product, value) in profile {
                sums[product] += value;
                world[product] += value;
            }
        }
        let flows = flows
            .into_iter()
            .map(|(pair, profile)| (pair, profile.into_iter().collect()))
            .collect();
        SwapTest {
            rule,
            references: BTreeMap::new(),
            products,
            flows,
            partners,
            world,
        }
    }

    /// Takes a partner's profile from these reporters alone, less the one that is judged: they are
    /// judged too, each against the others.
    pub fn with_references(mut self, partner: Economy, reporters: &[Economy]) -> Self {
        self.references.insert(partner, reporters.to_vec());
        self
    }

    /// How much the reporter's trade with `partner` looks like trade with `other`.
    ///
    /// # Errors
    /// [`Unjudged`] where that trade is too small or of too few products, or too few others trade
    /// with the partner or the other.
    pub fn resemblance(&self, reporter: Economy, partner: Economy, other: Economy) -> Result<Resemblance, Unjudged> {
        let too_few = |what, needed, found| Err(Unjudged::TooFew { what, needed, found });
        let flow = self
            .flows
            .get(&(reporter, partner))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let value: f64 = flow.iter().map(|f| f.1).sum();
        if value < self.rule.min_value {
            return too_few("US dollars of trade", self.rule.min_value as usize, value as usize);
        }
        if flow.len() < self.rule.min_products {
            return too_few("products in the trade", self.rule.min_products, flow.len());
        }
        let (Some(own), Some(others)) = (self.profile(reporter, partner), self.profile(reporter, other)) else {
            return too_few("other reporters of both partners", self.rule.min_others.max(1), 0);
        };
        let mut ratio = 0.0;
        let mut telling = Vec::new();
        for &(product, amount) in flow {
            let (s, p, q) = (amount / value, own[product], others[product]);
            let part = s * (q / p).ln();
            ratio += part;
            telling.push((part.abs(), (self.products[product].clone(), s, p, q)));
        }
        telling.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.0.cmp(&b.1.0)));
        let likeness = |profile: &[f64]| flow.iter().map(|&(k, amount)| (amount / value).min(profile[k])).sum();
        Ok(Resemblance {
            log_likelihood_ratio: ratio,
            likeness_to_partner: likeness(&own),
            likeness_to_other: likeness(&others),
            value,
            telling: telling.into_iter().take(5).map(|t| t.1).collect(),
        })
    }

    /// The shares of products in all others' trade with a partner, mixed with the world's.
    fn profile(&self, without: Economy, partner: Economy) -> Option<Vec<f64>> {
        let (all, reporters) = self.partners.get(&partner)?;
        let flow = |reporter: Economy| {
            self.flows
                .get(&(reporter, partner))
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        let mut sums = vec![0.0; all.len()];
        if let Some(references) = self.references.get(&partner) {
            for &(product, value) in references.iter().filter(|r| **r != without).flat_map(|r| flow(*r)) {
                sums[product] += value;
            }
        } else {
            if reporters - usize::from(!flow(without).is_empty()) < self.rule.min_others {
                return None;
            }
            sums.clone_from(all);
            for &(product, value) in flow(without) {
                sums[product] = (sums[product] - value).max(0.0);
            }
        }
        // What is left after subtraction is rounding where nobody else trades with the partner.
        let everything: f64 = all.iter().sum();
        let (total, world): (f64, f64) = (sums.iter().sum(), self.world.iter().sum());
        if total <= 1e-9 * everything {
            return None;
        }
        let a = self.rule.smoothing;
        Some(
            sums.iter()
                .zip(&self.world)
                .map(|(v, w)| (1.0 - a) * v / total + a * w / world)
                .collect(),
        )
    }

    /// The likelihood ratios towards `other` of all ordinary pairs, sorted: pairs of a reporter and
    /// a partner that is neither `partner` nor `other`, and whose reporter is not `other`.
    pub fn calibration(&self, partner: Economy, other: Economy) -> Vec<f64> {
        let ordinary = self
            .flows
            .keys()
            .filter(|(r, p)| ![partner, other].contains(p) && *r != other);
        let mut ratios: Vec<f64> = ordinary
            .filter_map(|&(r, p)| Some(self.resemblance(r, p, other).ok()?.log_likelihood_ratio))
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios
    }

    /// Judges what every reporter books under `partner`: flags those who more likely mean `other`.
    /// Reporters that cannot be judged are left out.
    ///
    /// # Errors
    /// [`Unjudged`] where fewer ordinary pairs can be judged than the false-positive rate asks for.
    pub fn flags(&self, period: Period, partner: Economy, other: Economy) -> Result<Vec<Flag>, Unjudged> {
        self.flags_against(period, (partner, other), &self.calibration(partner, other))
    }

    /// The same, with the [`calibration`](Self::calibration) that was made before.
    ///
    /// # Errors
    /// As [`flags`](Self::flags).
    pub fn flags_against(
        &self,
        period: Period,
        (partner, other): (Economy, Economy),
        ordinary: &[f64],
    ) -> Result<Vec<Flag>, Unjudged> {
        let needed = (1.0 / self.rule.max_false_positive.max(1e-6)).ceil() as usize;
        if ordinary.len() < needed {
            return Err(Unjudged::TooFew {
                what: "ordinary pairs to calibrate on",
                needed,
                found: ordinary.len(),
            });
        }
        let mut flags = Vec::new();
        let reporters = self
            .flows
            .keys()
            .filter(|(r, p)| *p == partner && *r != other)
            .map(|k| k.0);
        for reporter in reporters {
            let Ok(found) = self.resemblance(reporter, partner, other) else {
                continue;
            };
            let as_extreme = ordinary.len() - ordinary.partition_point(|r| *r < found.log_likelihood_ratio);
            let share = (as_extreme as f64 + 1.0) / (ordinary.len() as f64 + 1.0);
            let alike = found.log_likelihood_ratio > 0.0 && found.likeness_to_other >= self.rule.min_likeness;
            if alike && share <= self.rule.max_false_positive {
                flags.push(flag(period, reporter, partner, other, &found, share, ordinary.len()));
            }
        }
        Ok(flags)
    }
}

fn flag(
    period: Period,
    reporter: Economy,
    partner: Economy,
    other: Economy,
    found: &Resemblance,
    share: f64,
    ordinary: usize,
) -> Flag {
    let telling: Vec<String> = found
        .telling
        .iter()
        .take(3)
        .map(|(product, s, p, q)| {
            let percent = |x: &f64| format!("{:.1}%", 100.0 * x);
            format!(
                "{product}: {} here, {} of others' {partner}, {} of others' {other}",
                percent(s),
                percent(p),
                percent(q)
            )
        })
        .collect();
    let evidence = format!(
        "{period}: what {reporter} books as {partner} ({}) looks like {other}: likeness {:.2} against {:.2}, \
         e^{:.2} times as likely per dollar; {:.2}% of {ordinary} ordinary pairs look as much like {other} ({})",
        usd(found.value),
        found.likeness_to_other,
        found.likeness_to_partner,
        found.log_likelihood_ratio,
        100.0 * share,
        telling.join("; "),
    );
    Flag {
        test: Test::CodeSwap,
        subject: reporter.to_string(),
        periods: vec![period],
        statistic: share,
        factor: found.log_likelihood_ratio.exp(),
        evidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Economy {
        Economy::new(text).unwrap()
    }

    fn flow(reporter: &str, partner: &str, product: &str, value: f64) -> ProductFlow {
        ProductFlow {
            reporter: code(reporter),
            partner: code(partner),
            product: product.to_owned(),
            value,
        }
    }

    /// Three reporters buy coal and fish from PRK and phones and cars from KOR; XXX books phones
    /// and cars as PRK.
    fn rows() -> Vec<ProductFlow> {
        let mut rows = Vec::new();
        for reporter in ["CHN", "JPN", "DEU"] {
            rows.extend([flow(reporter, "PRK", "27", 60e6), flow(reporter, "PRK", "03", 40e6)]);
            rows.extend([flow(reporter, "KOR", "85", 50e6), flow(reporter, "KOR", "87", 50e6)]);
        }
        rows.extend([flow("XXX", "PRK", "85", 5e6), flow("XXX", "PRK", "87", 5e6)]);
        rows
    }

    #[test]
    fn the_likelihood_ratio_by_hand() {
        let test = SwapTest::new(
            &rows(),
            CodeSwap {
                min_products: 2,
                min_others: 2,
                ..CodeSwap::default()
            },
        );
        let found = test.resemblance(code("XXX"), code("PRK"), code("KOR")).unwrap();
        // The world trades 610 million, 155 of it phones: p = 0.05·155/610, q = 0.95/2 + the same.
        let p: f64 = 0.05 * 155.0 / 610.0;
        assert!((found.log_likelihood_ratio - ((0.475 + p) / p).ln()).abs() < 1e-12);
        assert!((found.likeness_to_partner - 2.0 * p).abs() < 1e-12);
        assert!((found.likeness_to_other - 2.0 * (0.475 + p)).abs() < 1e-12);
        let ordinary = test.resemblance(code("CHN"), code("PRK"), code("KOR")).unwrap();
        assert!(ordinary.log_likelihood_ratio < -1.0);
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        let test = SwapTest::new(
            &rows(),
            CodeSwap {
                min_products: 2,
                min_others: 2,
                ..CodeSwap::default()
            },
        );
        assert!(test.resemblance(code("XXX"), code("KOR"), code("PRK")).is_err());
        assert!(test.resemblance(code("CHN"), code("PRK"), code("USA")).is_err());
        let error = test
            .flags(Period::annual(2003).unwrap(), code("PRK"), code("KOR"))
            .unwrap_err();
        assert!(matches!(
            error,
            Unjudged::TooFew {
                what: "ordinary pairs to calibrate on",
                ..
            }
        ));
    }
}
