use super::portable::{exp2, normal_quantile};
use super::{BulkParameters, Shape};
use crate::Error;
use crate::draws::Draws;
use trade::{Economy, EconomyInfo, EconomyKind, economies};

/// How many cells the guide to a cumulative table has.
const GUIDE: usize = 8192;
/// Groups of intensities that are alike, for finding the scale.
const BINS: usize = 96;

/// Values that are about alike, as (mean, how many).
type Groups = Vec<(f64, f64)>;

/// Streams of random numbers, told apart.
mod stream {
    pub const SIZE: u64 = 1;
    pub const REPORTING: u64 = 2;
    pub const PRODUCT: u64 = 3;
    pub const TASTE: u64 = 4;
}

/// One economy of the world.
pub(crate) struct Place {
    pub info: &'static EconomyInfo,
    pub code: Economy,
    /// Exports and imports, relative.
    pub export: f64,
    pub import: f64,
    /// The probability with which it reports a year.
    pub reports: f64,
    /// Cumulative shares of the products in what it exports, and where to start looking.
    cumulative: Vec<f64>,
    guide: Vec<u16>,
}

/// What all rows of a bulk world have in common.
pub(crate) struct Geography {
    pub seed: u64,
    pub places: Vec<Place>,
    /// Six-digit codes in order.
    pub products: Vec<String>,
    /// The log2 of a product's typical value, and of dollars per kilogram.
    pub price: Vec<(f64, f64)>,
    /// Intensity of each pair, exporter major, before the year's growth.
    pub intensity: Vec<f64>,
    /// How much dearer the importer's value is, for each pair.
    pub markup: Vec<f64>,
}

impl Geography {
    pub fn new(parameters: &BulkParameters) -> Result<Geography, Error> {
        let seed = parameters.seed;
        let (products, chapter) = products();
        let popularity: Vec<f64> = (0..products.len())
            .map(|k| exp2(1.55 * normal(seed, &[stream::PRODUCT, 0, k as u64])))
            .collect();
        let price = (0..products.len())
            .map(|k| {
                let popular = super::portable::log2(popularity[k]);
                let value = 13.2 + 0.45 * popular + 1.1 * normal(seed, &[stream::PRODUCT, 1, k as u64]);
                (value, 2.5 + 2.2 * normal(seed, &[stream::PRODUCT, 2, k as u64]))
            })
            .collect();
        let places: Vec<Place> = economies()
            .iter()
            .filter(|e| e.is_place() && e.capital.is_some() && !e.m49.is_empty())
            .filter(|e| (parameters.first_year..parameters.first_year + parameters.years as i16).any(|y| alive(e, y)))
            .map(|e| Place::new(seed, e, &popularity, &chapter))
            .collect();
        let mut world = Geography {
            seed,
            places,
            products,
            price,
            intensity: Vec::new(),
            markup: Vec::new(),
        };
        world.gravity();
        let scale = world.scale(parameters)?;
        world.intensity.iter_mut().for_each(|x| *x *= scale);
        Ok(world)
    }

    pub fn pair(&self, exporter: usize, importer: usize) -> usize {
        exporter * self.places.len() + importer
    }

    /// Whether a place reports a year.
    pub fn reports(&self, place: usize, year: i16) -> bool {
        let draw = Draws::at(self.seed, &[stream::REPORTING, place as u64, year as u64]).uniform();
        alive(self.places[place].info, year) && draw < self.places[place].reports
    }

    /// How the number of products that are traded grows.
    pub fn growth(&self, year: i16, first: i16) -> f64 {
        1.0 + 0.035 * f64::from(year - first)
    }

    fn gravity(&mut self) {
        for a in &self.places {
            for b in &self.places {
                let km = economies()
                    .distance_km(a.code, b.code)
                    .unwrap_or(5000.0)
                    .round()
                    .max(50.0);
                let near = if a.info.borders.binary_search(&b.code).is_ok() {
                    2.0
                } else {
                    1.0
                };
                let same = a.code == b.code;
                let far = super::portable::log2(km / 1000.0);
                self.intensity.push(if same {
                    0.0
                } else {
                    near * a.export * b.import * exp2(-1.1 * far)
                });
                self.markup.push((0.055 + 0.018 * far).max(0.01));
            }
        }
    }

    /// The factor on all intensities with which the wanted number of rows is expected.
    fn scale(&self, parameters: &BulkParameters) -> Result<f64, Error> {
        let wanted = parameters.rows as f64;
        let groups: Vec<(Groups, Groups)> = (0..self.places.len())
            .map(|a| (self.reports_of(a, parameters), self.places[a].shares()))
            .collect();
        let expected = |scale: f64| -> f64 {
            let rows = |(pairs, shares): &(Groups, Groups)| -> f64 {
                let of = |&(intensity, reports): &(f64, f64)| {
                    let some = |&(share, n): &(f64, f64)| {
                        n * (1.0 - exp2(-std::f64::consts::LOG2_E * intensity * scale * share))
                    };
                    reports * shares.iter().map(some).sum::<f64>()
                };
                pairs.iter().map(of).sum()
            };
            groups.iter().map(rows).sum()
        };
        let most = expected(exp2(200.0));
        if wanted > most * 0.5 {
            return Err(Error::Parameter {
                parameter: "rows",
                expected: "at most half of what all economies, years and products can make",
                found: format!("{} of {most:.0}", parameters.rows),
            });
        }
        let (mut low, mut high) = (-120.0, 120.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if expected(exp2(middle)) < wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(exp2(high))
    }

    /// For an exporter: intensities, and how many reports are made at about each.
    fn reports_of(&self, a: usize, parameters: &BulkParameters) -> Groups {
        let mut bins = vec![(0.0, 0.0); BINS];
        for year in parameters.year_range() {
            let from = self.reports(a, year);
            for b in 0..self.places.len() {
                let base = self.intensity[self.pair(a, b)];
                if base == 0.0 || !alive(self.places[a].info, year) || !alive(self.places[b].info, year) {
                    continue;
                }
                let to = self.reports(b, year);
                let reports = match parameters.shape {
                    Shape::Baci => f64::from(u8::from(from || to)),
                    _ => (f64::from(u8::from(from)) + f64::from(u8::from(to))) * (1.0 - super::MISSING),
                };
                let intensity = base * self.growth(year, parameters.first_year);
                let bin = ((super::portable::log2(intensity) + 32.0) * 1.5).clamp(0.0, BINS as f64 - 1.0) as usize;
                bins[bin].0 += intensity * reports;
                bins[bin].1 += reports;
            }
        }
        bins.retain(|b| b.1 > 0.0);
        bins.iter_mut().for_each(|b| b.0 /= b.1);
        bins
    }
}

/// Whether an economy exists in a year, under a code that is in use then.
pub(crate) fn alive(info: &EconomyInfo, year: i16) -> bool {
    info.years.contains(year) && code_in(info, year).is_some()
}

/// Today's numeric code, or the one in use in that year.
pub(crate) fn code_in(info: &EconomyInfo, year: i16) -> Option<u16> {
    info.m49.iter().find(|n| n.years.contains(year)).map(|n| n.code)
}

fn normal(seed: u64, place: &[u64]) -> f64 {
    normal_quantile(Draws::at(seed, place).uniform())
}

impl Place {
    fn new(seed: u64, info: &'static EconomyInfo, popularity: &[f64], chapter: &[u8]) -> Place {
        let id = info.code.as_str().bytes().fold(0, |n, b| n << 8 | u64::from(b));
        let size = normal(seed, &[stream::SIZE, id]);
        let lean = |n| 0.5 * normal(seed, &[stream::SIZE, id, n]);
        let small = if info.kind == EconomyKind::Country { 0.0 } else { -2.5 };
        let u = Draws::at(seed, &[stream::REPORTING, id, 7]).uniform();
        let taste: Vec<f64> = (0..100)
            .map(|c| exp2(1.2 * normal(seed, &[stream::TASTE, id, c])))
            .collect();
        let mut cumulative: Vec<f64> = Vec::with_capacity(popularity.len());
        let mut sum = 0.0;
        for (p, &c) in popularity.iter().zip(chapter) {
            sum += p * taste[usize::from(c)];
            cumulative.push(sum);
        }
        cumulative.iter_mut().for_each(|c| *c /= sum);
        let mut guide = Vec::with_capacity(GUIDE);
        let mut k = 0;
        for cell in 0..GUIDE {
            while k + 1 < cumulative.len() && cumulative[k] <= cell as f64 / GUIDE as f64 {
                k += 1;
            }
            guide.push(k as u16);
        }
        Place {
            info,
            code: info.code,
            export: exp2(2.4 * size + lean(1) + small),
            import: exp2(1.9 * size + lean(2) + small),
            // North Korea publishes nothing; in most data sets it reports in some years.
            reports: (1.0 - 0.65 * u * u * u).clamp(0.35, 0.995),
            cumulative,
            guide,
        }
    }

    /// The product at a point of the cumulative shares, and where its share ends.
    pub fn product_at(&self, x: f64) -> (usize, f64) {
        let cell = ((x * GUIDE as f64) as usize).min(GUIDE - 1);
        let mut k = usize::from(self.guide[cell]);
        while k + 1 < self.cumulative.len() && self.cumulative[k] <= x {
            k += 1;
        }
        (k, self.cumulative[k])
    }

    /// Shares of products in groups of about the same size: mean share, number.
    fn shares(&self) -> Groups {
        let mut bins = vec![(0.0, 0.0); 64];
        let mut before = 0.0;
        for &c in &self.cumulative {
            let share = c - before;
            before = c;
            let bin = ((super::portable::log2(share.max(1e-12)) + 36.0) * 1.8).clamp(0.0, 63.0) as usize;
            bins[bin].0 += share;
            bins[bin].1 += 1.0;
        }
        bins.retain(|b| b.1 > 0.0);
        bins.iter_mut().for_each(|b| b.0 /= b.1);
        bins
    }
}

/// About 4,800 six-digit codes of the shape of the Harmonized System's, with their chapters:
/// 96 chapters (77 is reserved), 1,228 headings. Not a list of any revision.
fn products() -> (Vec<String>, Vec<u8>) {
    let mut codes = Vec::new();
    let mut chapters = Vec::new();
    let mut headings = 0;
    for (nth, chapter) in (1..=97_u8).filter(|&c| c != 77).enumerate() {
        let until = 1228 * (nth + 1) / 96;
        for heading in 1..=until - headings {
            // 3, 4 or 5 subheadings in turn.
            let subheadings = 3 + (heading * 7 + nth) % 3 - usize::from((heading + nth) % 13 == 0);
            for subheading in 1..=subheadings {
                codes.push(format!("{chapter:02}{heading:02}{:02}", subheading * 10));
                chapters.push(chapter);
            }
        }
        headings = until;
    }
    (codes, chapters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_have_the_shape_of_the_harmonized_system() {
        let (codes, chapters) = products();
        assert!((4600..5000).contains(&codes.len()), "{}", codes.len());
        assert!(codes.windows(2).all(|w| w[0] < w[1]));
        let headings: std::collections::BTreeSet<&str> = codes.iter().map(|c| &c[..4]).collect();
        assert_eq!((headings.len(), chapters.last()), (1228, Some(&97)));
        assert!(
            codes
                .iter()
                .all(|c| trade::check_product(trade::Classification::Hs(0), c).is_ok())
        );
    }
}
