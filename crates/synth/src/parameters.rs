use crate::Error;

/// What a world is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// How many economies, 2 to 10,000.
    pub economies: usize,
    /// The first year.
    pub first_year: i16,
    /// How many years.
    pub years: usize,
    /// How many products: 1 makes `TOTAL`, up to 97 HS chapters, more six-digit codes.
    pub products: usize,
    /// The seed of everything.
    pub seed: u64,
    /// The share of true flows that exist at all, 0 to 1.
    pub density: f64,
    /// Each reporter's σ of the log error is uniform between these two.
    pub sigma: (f64, f64),
    /// The standard deviation of the reporters' own biases, in logs.
    pub bias: f64,
    /// How the errors are distributed.
    pub errors: Errors,
    /// ln(1 + margin) at 1,000 km.
    pub margin_at_1000_km: f64,
    /// How ln(1 + margin) rises with ln distance; it never falls below zero.
    pub margin_slope: f64,
    /// The share of economies that report nothing.
    pub silent: f64,
    /// The probability with which a single report is missing.
    pub missing: f64,
    /// The share of every flow that passes through the first economy: its exporter books it as
    /// sent there, its importer as coming from its origin, the hub as exported and re-exported.
    pub hub: f64,
    /// How many reporters book one partner's trade under another's name (see
    /// [`Misattribution`](crate::Misattribution)).
    pub misattributed: usize,
}

/// How the log errors of reports are distributed. All have mean zero and the reporter's σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Errors {
    /// Normal and independent: the model of BACI and of variance components.
    LogNormal,
    /// Student's t with three degrees of freedom: a few reports are far off.
    HeavyTailed,
    /// Normal; both reports of a flow share this correlation, as when both rest on one invoice.
    Correlated(f64),
    /// Normal, but σ is this many times larger for every second product: reliability is not
    /// the reporter's alone.
    ByProduct(f64),
    /// A reporter's error with a partner stays the same in all years and products.
    Persistent,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters {
            economies: 30,
            first_year: 2003,
            years: 1,
            products: 1,
            seed: 1,
            density: 1.0,
            sigma: (0.1, 0.5),
            bias: 0.0,
            errors: Errors::LogNormal,
            margin_at_1000_km: 0.04,
            margin_slope: 0.02,
            silent: 0.0,
            missing: 0.0,
            hub: 0.0,
            misattributed: 0,
        }
    }
}

impl Parameters {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let refuse = |parameter, expected, found: String| {
            Err(Error::Parameter {
                parameter,
                expected,
                found,
            })
        };
        if !(2..=10_000).contains(&self.economies) {
            return refuse("economies", "2 to 10,000", self.economies.to_string());
        }
        if !(1..=300).contains(&self.years)
            || !(1800..=2099).contains(&self.first_year)
            || i32::from(self.first_year) + self.years as i32 > 2200
        {
            return refuse(
                "years",
                "1 to 300, from 1800 to 2199",
                format!("{} from {}", self.years, self.first_year),
            );
        }
        if !(1..=1_000_000).contains(&self.products) {
            return refuse("products", "1 to 1,000,000", self.products.to_string());
        }
        let shares = [
            ("density", self.density),
            ("silent", self.silent),
            ("missing", self.missing),
            ("hub", self.hub),
        ];
        if let Some((name, share)) = shares.into_iter().find(|(_, s)| !(0.0..=1.0).contains(s)) {
            return refuse(name, "between 0 and 1", share.to_string());
        }
        if !(self.sigma.0 >= 0.0 && self.sigma.1 >= self.sigma.0 && self.sigma.1.is_finite()) {
            return refuse(
                "sigma",
                "two numbers from 0 on, the lower first",
                format!("{:?}", self.sigma),
            );
        }
        let plain = [self.bias, self.margin_at_1000_km, self.margin_slope];
        if plain.iter().any(|v| !v.is_finite()) {
            return refuse("bias and margins", "finite numbers", format!("{plain:?}"));
        }
        match self.errors {
            Errors::Correlated(rho) if !(0.0..=1.0).contains(&rho) => {
                refuse("errors", "a correlation between 0 and 1", rho.to_string())
            }
            Errors::ByProduct(times) if !(times.is_finite() && times >= 0.0) => {
                refuse("errors", "a factor from 0 on", times.to_string())
            }
            _ => Ok(()),
        }
    }
}
