//! Which margin is taken off import reports: a fixed one, none, or that of a fitted equation.

use super::world::World;
use crate::fail::{Failure, Outcome};
use clap::Args;
use mirror::levels::Level;
use mirror::margins::{
    Errors, Margins, Observation, Observe, Outliers, Skipped, Specification, fit, observation, observations,
};
use mirror::pairing::Pair;
use std::collections::BTreeMap;
use std::sync::Arc;
use trade::Classification;

/// How margins are found.
#[derive(Args, Debug, Clone)]
pub struct MarginArguments {
    /// The margin that is removed from CIF imports: `none`, `6`, `8`, `10` or `12` per cent, or the `regression`
    /// of the log ratio on distance and borders. FOB importers keep their reports.
    #[arg(long, default_value = "6", value_name = "MARGIN")]
    pub margin: String,
    /// The regression's form: `gravity` (ln distance, contiguity, landlocked) or `baci` (and ln distance squared).
    #[arg(long, default_value = "gravity", value_name = "FORM")]
    pub equation: String,
    /// Explain unit values (value/net weight) instead of values, with the product's unit value as BACI does.
    #[arg(long)]
    pub unit_values: bool,
    /// Weigh flows by min/max of the two net weights, as BACI does.
    #[arg(long)]
    pub quantity_weights: bool,
    /// Outliers left out: `none`, `influence` (studentised residual, Cook's distance) or `leverage` (and leverage).
    #[arg(long, default_value = "influence", value_name = "RULE")]
    pub outliers: String,
    /// No effects of years and products, where there are several.
    #[arg(long)]
    pub no_effects: bool,
    /// Only flows of which both values exceed this many US dollars.
    #[arg(long, default_value_t = 10.0, value_name = "USD")]
    pub min_value: f64,
}

/// The margin asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    /// The same for every flow.
    Fixed(f64),
    /// That of a fitted equation.
    Regression,
}

impl MarginArguments {
    /// The margin asked for.
    pub fn asked(&self) -> Outcome<Asked> {
        let text = self.margin.trim();
        let percent = text.strip_prefix("fixed-").unwrap_or(text).trim_end_matches('%');
        match (text, percent) {
            ("none", _) => Ok(Asked::Fixed(0.0)),
            ("regression", _) => Ok(Asked::Regression),
            (_, "6") => Ok(Asked::Fixed(0.06)),
            (_, "8") => Ok(Asked::Fixed(0.08)),
            (_, "10") => Ok(Asked::Fixed(0.10)),
            (_, "12") => Ok(Asked::Fixed(0.12)),
            _ => Err(Failure::Usage(format!(
                "--margin: expected none, 6, 8, 10, 12 or regression, found `{text}`"
            ))),
        }
    }

    /// What the regression contains, for flows of so many years and products.
    fn specification(&self, years: usize, products: usize) -> Outcome<Specification> {
        let form = match self.equation.as_str() {
            "gravity" => Specification::gravity(),
            "baci" => Specification::baci(),
            other => {
                return Err(Failure::Usage(format!(
                    "--equation: expected gravity or baci, found `{other}`"
                )));
            }
        };
        let outliers = match self.outliers.as_str() {
            "none" => Outliers::Keep,
            "influence" => Outliers::Influence,
            "leverage" => Outliers::InfluenceAndLeverage,
            other => {
                return Err(Failure::Usage(format!(
                    "--outliers: expected none, influence or leverage, found `{other}`"
                )));
            }
        };
        // BACI explains products by their unit values; without these, they have effects of their own.
        let effects = !self.no_effects;
        Ok(Specification {
            unit_value: self.unit_values && products > 1,
            year_effects: effects && years > 1,
            product_effects: effects && !self.unit_values && (2..=300).contains(&products),
            outliers,
            errors: Errors::TwoWay,
            ..form
        })
    }

    /// How flows become observations.
    pub fn observe(&self) -> Observe {
        Observe {
            unit_values: self.unit_values,
            quantity_weights: self.quantity_weights,
            min_value: self.min_value,
            ..Observe::default()
        }
    }

    /// Fits the equation of each level of products.
    pub fn fit_levels(&self, world: &World) -> Outcome<BTreeMap<Level, Equation>> {
        let mut levels: BTreeMap<Level, Vec<&Pair>> = BTreeMap::new();
        for pair in &world.pairing.pairs {
            levels.entry(Level::of(&pair.key.product)).or_default().push(pair);
        }
        levels
            .into_iter()
            .map(|(level, pairs)| Ok((level, self.fit(&pairs)?)))
            .collect()
    }

    fn fit(&self, pairs: &[&Pair]) -> Outcome<Equation> {
        let observed = observations(pairs.iter().copied(), &self.observe());
        let count = |of: &dyn Fn(&Observation) -> i64| {
            observed
                .flows
                .iter()
                .map(of)
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        let years = count(&|o| i64::from(o.year));
        let specification = self.specification(years, count(&|o| i64::from(o.product)))?;
        let products = observed.products.into_iter().enumerate();
        let numbers = products
            .map(|(n, (class, code, unit))| ((class, code), (n as u32, unit)))
            .collect();
        let fitted = fit(&observed.flows, &specification).map_err(|e| e.to_string());
        Ok(Equation {
            fitted,
            specification,
            skipped: observed.skipped,
            flows: observed.flows.len(),
            numbers,
        })
    }
}

/// The equation of one level of products, or why there is none.
pub struct Equation {
    /// The fit.
    pub fitted: Result<Margins, String>,
    /// What it contains.
    pub specification: Specification,
    /// Flows that are no observations.
    pub skipped: Skipped,
    /// Flows that are.
    pub flows: usize,
    numbers: BTreeMap<(Option<Classification>, Arc<str>), (u32, f64)>,
}

impl Equation {
    /// The margin of a pair's route: never below zero, and the median one where no distance is known.
    /// `None` where the equation could not be fitted.
    pub fn margin(&self, pair: &Pair) -> Option<f64> {
        let margins = self.fitted.as_ref().ok()?;
        let known = observation(pair).and_then(|route| {
            let key = (pair.key.classification, pair.key.product.clone());
            let (product, unit_value) = self.numbers.get(&key).copied().unwrap_or((0, 1.0));
            margins.margin(&Observation {
                product,
                unit_value,
                ..route
            })
        });
        Some(known.unwrap_or(margins.median_margin).max(0.0))
    }

    /// A product's code by its number.
    pub fn product(&self, number: u32) -> Option<&str> {
        self.numbers
            .iter()
            .find(|(_, (n, _))| *n == number)
            .map(|((_, code), _)| &**code)
    }
}

/// The margin of every pair.
pub struct AllMargins {
    asked: Asked,
    equations: BTreeMap<Level, Equation>,
}

impl AllMargins {
    /// Fits what is asked for.
    pub fn of(world: &World, arguments: &MarginArguments) -> Outcome<AllMargins> {
        let asked = arguments.asked()?;
        let equations = match asked {
            Asked::Regression => arguments.fit_levels(world)?,
            Asked::Fixed(_) => BTreeMap::new(),
        };
        if let Some((level, why)) = equations.iter().find_map(|(l, e)| Some((l, e.fitted.as_ref().err()?))) {
            return Err(Failure::because(format!(
                "the margin equation of level {} cannot be fitted: {why}; take a fixed margin with --margin 6",
                level.name()
            )));
        }
        Ok(AllMargins { asked, equations })
    }

    /// The margin of a pair's route.
    pub fn margin(&self, pair: &Pair) -> f64 {
        match self.asked {
            Asked::Fixed(margin) => margin,
            Asked::Regression => {
                let equation = self.equations.get(&Level::of(&pair.key.product));
                equation.and_then(|e| e.margin(pair)).unwrap_or(0.0)
            }
        }
    }

    /// The equations, by level.
    pub fn equations(&self) -> &BTreeMap<Level, Equation> {
        &self.equations
    }
}
