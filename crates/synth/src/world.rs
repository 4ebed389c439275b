use crate::draws::Draws;
use crate::records::Records;
use crate::{Error, Errors, Parameters};
use std::sync::Arc;
use trade::{Economy, Period, TOTAL};

/// A synthetic world: see the crate's documentation.
#[derive(Clone, Debug)]
pub struct World {
    pub(crate) parameters: Parameters,
    pub(crate) codes: Vec<Economy>,
    pub(crate) products: Vec<Arc<str>>,
    pub(crate) periods: Vec<Period>,
    places: Vec<Place>,
    misattributions: Vec<Misattribution>,
}

/// One economy.
#[derive(Clone, Copy, Debug)]
struct Place {
    ln_size: f64,
    latitude: f64,
    longitude: f64,
    sigma: f64,
    bias: f64,
    silent: bool,
}

/// A reporter that books its trade with one partner under another's name, in all years.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misattribution {
    /// The reporter's index.
    pub reporter: usize,
    /// The index of the true partner.
    pub partner: usize,
    /// The index of the economy the trade is booked under.
    pub booked_as: usize,
}

/// One true flow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truth {
    /// The year, as an index from 0.
    pub year: usize,
    /// The exporter's index.
    pub exporter: usize,
    /// The importer's index.
    pub importer: usize,
    /// The product's index.
    pub product: usize,
    /// The FOB value, US dollars.
    pub value: f64,
    /// (CIF − FOB)/FOB.
    pub margin: f64,
}

/// What separates the streams of draws.
mod stream {
    pub const PLACE: u64 = 1;
    pub const FLOW: u64 = 2;
    pub const PAIR: u64 = 3;
    pub const ADVANTAGE: u64 = 4;
    pub const REPORT: u64 = 5;
    pub const SHARED: u64 = 6;
    pub const MISATTRIBUTION: u64 = 7;
}

impl World {
    /// Makes a world.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a parameter out of its range.
    pub fn new(parameters: Parameters) -> Result<Self, Error> {
        parameters.check()?;
        let year = |y: usize| Period::annual(parameters.first_year + y as i16);
        let word = |what: &'static str, e: trade::Error| Error::Parameter {
            parameter: what,
            expected: "within the vocabulary",
            found: e.to_string(),
        };
        let periods = (0..parameters.years)
            .map(year)
            .collect::<Result<_, _>>()
            .map_err(|e| word("years", e))?;
        let codes = (0..parameters.economies)
            .map(|i| Economy::new(&code(i)))
            .collect::<Result<_, _>>()
            .map_err(|e| word("economies", e))?;
        let products = (0..parameters.products)
            .map(|p| product(p, parameters.products))
            .collect();
        let places = (0..parameters.economies).map(|i| Place::draw(i, &parameters)).collect();
        let misattributions = misattributions(&parameters);
        Ok(World {
            parameters,
            codes,
            products,
            periods,
            places,
            misattributions,
        })
    }

    /// What it was made of.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The economies' codes, by index, in order; made up, of four letters.
    pub fn economies(&self) -> &[Economy] {
        &self.codes
    }

    /// The index of a code.
    pub fn index(&self, code: Economy) -> Option<usize> {
        self.codes.binary_search(&code).ok()
    }

    /// The product codes, by index.
    pub fn products(&self) -> &[Arc<str>] {
        &self.products
    }

    /// The standard deviation of a reporter's log error.
    pub fn sigma(&self, economy: usize) -> Option<f64> {
        self.places.get(economy).map(|p| p.sigma)
    }

    /// A reporter's bias: the mean of its log errors.
    pub fn bias(&self, economy: usize) -> Option<f64> {
        self.places.get(economy).map(|p| p.bias)
    }

    /// Whether an economy reports nothing. The hub always reports.
    pub fn is_silent(&self, economy: usize) -> bool {
        self.places.get(economy).is_none_or(|p| p.silent)
    }

    /// Who books whose trade under the wrong name.
    pub fn misattributions(&self) -> &[Misattribution] {
        &self.misattributions
    }

    /// The great-circle distance in kilometres on a sphere of 6,371 km, at least 50.
    /// Indices beyond the world are an economy at the pole.
    pub fn distance_km(&self, a: usize, b: usize) -> f64 {
        let at = |i: usize| {
            self.places
                .get(i)
                .map_or((std::f64::consts::FRAC_PI_2, 0.0), |p| (p.latitude, p.longitude))
        };
        let ((lat_a, lon_a), (lat_b, lon_b)) = (at(a), at(b));
        let h =
            ((lat_b - lat_a) / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * ((lon_b - lon_a) / 2.0).sin().powi(2);
        (2.0 * 6371.0 * h.clamp(0.0, 1.0).sqrt().asin()).max(50.0)
    }

    /// The true margin between two economies, (CIF − FOB)/FOB.
    pub fn margin(&self, a: usize, b: usize) -> f64 {
        let ln =
            self.parameters.margin_at_1000_km + self.parameters.margin_slope * (self.distance_km(a, b) / 1000.0).ln();
        ln.max(0.0).exp_m1()
    }

    /// One true flow; `None` where there is none, an index is beyond the world, or the two are one.
    ///
    /// ln value = ln size_i + ln size_j − ln distance + a pair's, an exporter's product's and a
    /// year's own effects.
    pub fn truth(&self, year: usize, exporter: usize, importer: usize, product: usize) -> Option<Truth> {
        if exporter == importer || year >= self.periods.len() || product >= self.products.len() {
            return None;
        }
        let (from, to) = (self.places.get(exporter)?, self.places.get(importer)?);
        let (e, i, p, y) = (exporter as u64, importer as u64, product as u64, year as u64);
        let seed = self.parameters.seed;
        let mut flow = Draws::at(seed, &[stream::FLOW, e, i, p, y]);
        if Draws::at(seed, &[stream::PAIR, e, i, p]).uniform() > self.parameters.density {
            return None;
        }
        let pair = 0.5 * Draws::at(seed, &[stream::PAIR, e, i]).normal();
        let advantage = Draws::at(seed, &[stream::ADVANTAGE, e, p]).normal();
        let ln_distance = (self.distance_km(exporter, importer) / 1000.0).ln();
        let growth = 0.05 * year as f64 + 0.1 * flow.normal();
        let ln_value = 17.0 + from.ln_size + to.ln_size - ln_distance + pair + advantage + growth
            - (self.products.len() as f64).ln();
        let margin = self.margin(exporter, importer);
        Some(Truth {
            year,
            exporter,
            importer,
            product,
            value: ln_value.exp(),
            margin,
        })
    }

    /// Every true flow, by year, exporter, importer, product.
    pub fn truths(&self) -> impl Iterator<Item = Truth> + '_ {
        let (years, n, products) = (self.periods.len(), self.codes.len(), self.products.len());
        (0..years * n * n * products).filter_map(move |k| {
            let (p, k) = (k % products, k / products);
            let (i, k) = (k % n, k / n);
            self.truth(k / n, k % n, i, p)
        })
    }

    /// Every report as a compiler would publish it, sorted by [`trade::Record::key`].
    pub fn records(&self) -> Records<'_> {
        Records::new(self)
    }

    /// The factor by which a reporter's figure of a flow differs from the truth on its own side.
    pub(crate) fn error(&self, reporter: usize, is_export: bool, flow: &Truth) -> f64 {
        let Some(place) = self.places.get(reporter) else {
            return 1.0;
        };
        let seed = self.parameters.seed;
        let (e, i, p, y) = (
            flow.exporter as u64,
            flow.importer as u64,
            flow.product as u64,
            flow.year as u64,
        );
        let side = u64::from(is_export);
        let own = || Draws::at(seed, &[stream::REPORT, side, e, i, p, y]);
        let z = match self.parameters.errors {
            Errors::LogNormal => own().normal(),
            Errors::HeavyTailed => own().heavy_tailed(),
            Errors::Correlated(rho) => {
                let shared = Draws::at(seed, &[stream::SHARED, e, i, p, y]).normal();
                rho.sqrt() * shared + (1.0 - rho).sqrt() * own().normal()
            }
            Errors::ByProduct(times) => own().normal() * if flow.product % 2 == 1 { times } else { 1.0 },
            Errors::Persistent => Draws::at(seed, &[stream::REPORT, side, e, i]).normal(),
        };
        (place.bias + place.sigma * z).exp()
    }

    /// Whether a single report is missing.
    pub(crate) fn is_missing(&self, is_export: bool, flow: &Truth) -> bool {
        let place = [
            stream::SHARED,
            2 + u64::from(is_export),
            flow.exporter as u64,
            flow.importer as u64,
            flow.product as u64,
            flow.year as u64,
        ];
        self.parameters.missing > 0.0 && Draws::at(self.parameters.seed, &place).uniform() < self.parameters.missing
    }
}

impl Place {
    fn draw(i: usize, parameters: &Parameters) -> Self {
        let mut draws = Draws::at(parameters.seed, &[stream::PLACE, i as u64]);
        let (low, high) = parameters.sigma;
        Place {
            ln_size: draws.normal(),
            latitude: (2.0 * draws.uniform() - 1.0).asin(),
            longitude: std::f64::consts::TAU * draws.uniform(),
            sigma: low + (high - low) * draws.uniform(),
            bias: parameters.bias * draws.normal(),
            silent: i > 0 && draws.uniform() < parameters.silent,
        }
    }
}

/// Different reporters, who all take the second economy for the third.
fn misattributions(parameters: &Parameters) -> Vec<Misattribution> {
    let mut reporters: Vec<usize> = (3..parameters.economies).collect();
    let mut draws = Draws::at(parameters.seed, &[stream::MISATTRIBUTION]);
    let mut chosen = Vec::new();
    while chosen.len() < parameters.misattributed && !reporters.is_empty() {
        chosen.push(reporters.swap_remove(draws.below(reporters.len())));
    }
    chosen.sort_unstable();
    chosen
        .into_iter()
        .map(|reporter| Misattribution {
            reporter,
            partner: 1,
            booked_as: 2,
        })
        .collect()
}

/// `ZAAA`, `ZAAB`, ...: in order of the index, and of four letters, which no real economy has.
fn code(i: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    format!("Z{}{}{}", letter(i / 676), letter(i / 26), letter(i))
}

fn product(p: usize, of: usize) -> Arc<str> {
    match of {
        1 => TOTAL.into(),
        2..=97 => format!("{:02}", p + 1).into(),
        _ => format!("{:06}", p + 10_000).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_is_the_same_however_it_is_asked_for() {
        let world = World::new(Parameters {
            economies: 5,
            years: 2,
            products: 3,
            density: 0.8,
            ..Parameters::default()
        });
        let world = world.unwrap();
        let all: Vec<Truth> = world.truths().collect();
        assert!(all.len() > 60 && all.len() < 120, "{}", all.len());
        for truth in &all {
            assert_eq!(
                world.truth(truth.year, truth.exporter, truth.importer, truth.product),
                Some(*truth)
            );
            assert!(truth.value > 0.0 && truth.margin >= 0.0);
        }
        assert_eq!(world.truth(0, 1, 1, 0), None);
        assert_eq!(world.truth(9, 1, 2, 0), None);
    }

    #[test]
    fn gravity_holds_on_average() {
        let world = World::new(Parameters {
            economies: 60,
            ..Parameters::default()
        })
        .unwrap();
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for t in world.truths() {
            let group = if world.distance_km(t.exporter, t.importer) < 5000.0 {
                &mut near
            } else {
                &mut far
            };
            group.push(t.value.ln());
        }
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        assert!(mean(&near) > mean(&far) + 0.5);
    }

    #[test]
    fn codes_are_in_order_and_bad_parameters_are_named() {
        let world = World::new(Parameters {
            economies: 800,
            ..Parameters::default()
        })
        .unwrap();
        assert!(world.economies().windows(2).all(|w| w[0] < w[1]));
        assert_eq!(world.index(world.economies()[700]), Some(700));
        let error = World::new(Parameters {
            hub: 2.0,
            ..Parameters::default()
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "parameter `hub` is expected to be between 0 and 1, but is 2"
        );
        assert!(
            World::new(Parameters {
                economies: 1,
                ..Parameters::default()
            })
            .is_err()
        );
        assert!(
            World::new(Parameters {
                first_year: 2190,
                years: 20,
                ..Parameters::default()
            })
            .is_err()
        );
    }
}
