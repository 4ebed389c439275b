//! From the covariance that was asked for to the table's columns: conventions, presets, the wild bootstrap.

use super::fitted::Fitted;
use super::sample::Sample;
use super::{Family, FitArguments};
use crate::commands::json::Term;
use crate::commands::vcov::{Asked, wrong};
use crate::fail::{Failure, Outcome};
use crate::frame::Frame;
use clap::ValueEnum;
use regress::absorb::Settling;
use regress::{
    Cluster, Convention, Covariance, CovarianceEstimate, DriscollKraay, Kernel, Lag, PanelNeweyWest, Preset,
    ReferenceRule, Request, Way, WildModel, WildOptions, WildWeights, wild_cluster_bootstrap,
};

/// Distributions of the weights of the wild bootstrap.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum WildName {
    /// 1 or -1.
    Rademacher,
    /// Webb's six points, for few clusters.
    Webb,
    /// Mammen's two points.
    Mammen,
}

/// Names of presets.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresetName {
    /// R's sandwich with lmtest.
    Sandwich,
    /// Stata, with reghdfe where effects are absorbed.
    Stata,
    /// Python's statsmodels.
    Statsmodels,
    /// R's fixest.
    Fixest,
    /// Stata's ppmlhdfe.
    Ppmlhdfe,
}

impl PresetName {
    /// As the estimators take it.
    pub fn preset(self) -> Preset {
        match self {
            PresetName::Sandwich => Preset::Sandwich,
            PresetName::Stata => Preset::Stata,
            PresetName::Statsmodels => Preset::Statsmodels,
            PresetName::Fixest => Preset::Fixest,
            PresetName::Ppmlhdfe => Preset::Ppmlhdfe,
        }
    }
}

/// The errors of a fit: the covariance, the terms with their tests, and what the bootstrap says of itself.
pub struct Errors {
    /// The covariance of the coefficients; of the clusters behind a wild bootstrap.
    pub estimate: CovarianceEstimate,
    /// The coefficient table.
    pub terms: Vec<Term>,
    /// Draws, and whether all weights were enumerated, of a wild bootstrap.
    pub bootstrap: Option<(usize, bool)>,
}

/// Estimates the errors of a fit as asked for.
pub fn errors(
    asked: Asked,
    fitted: &Fitted,
    sample: &Sample,
    frame: &Frame,
    arguments: &FitArguments,
) -> Outcome<Errors> {
    if let Asked::Wild(name) = &asked {
        return wild(name, fitted, sample, frame, arguments);
    }
    let mut convention = match arguments.preset {
        Some(preset) => preset
            .preset()
            .convention(arguments.family.family(), request(asked, sample, frame, arguments)?)?,
        None => plain(asked, sample, frame, arguments)?,
    };
    if let Some(reference) = arguments.covariance.reference {
        convention.reference = reference.rule();
    }
    let estimate = fitted.estimate(&convention, &sample.effects)?;
    let rows = regress::rows(
        &fitted.terms,
        &fitted.coefficients,
        &estimate,
        arguments.covariance.level,
    )?;
    let term = |(row, (term, estimate)): (_, (&String, &f64))| match row {
        Ok(row) => Term::from(row),
        Err(reason) => Term::without_error(term, *estimate, regress::Error::to_string(&reason)),
    };
    Ok(Errors {
        terms: rows
            .into_iter()
            .zip(fitted.terms.iter().zip(&fitted.coefficients))
            .map(term)
            .collect(),
        estimate,
        bootstrap: None,
    })
}

/// The convention of this program for what was asked.
fn plain(asked: Asked, sample: &Sample, frame: &Frame, arguments: &FitArguments) -> Outcome<Convention> {
    let adjustment = arguments.covariance.cluster_adjustment();
    let covariance = match asked {
        Asked::Plain(covariance) => covariance,
        Asked::Cluster(names) => Covariance::Cluster(Cluster {
            ways: ways(&names, sample, frame)?,
            adjustment,
            smallest: false,
        }),
        Asked::DriscollKraay(time, lag) => Covariance::DriscollKraay(DriscollKraay {
            lag: lag.map_or(Lag::QuarterRoot, Lag::Fixed),
            adjustment,
            ..DriscollKraay::by(&time, sample.periods(&time, frame)?)
        }),
        Asked::PanelNeweyWest(unit, time, lag) => Covariance::PanelNeweyWest(PanelNeweyWest {
            unit: sample.way(&unit, frame)?,
            time: Way {
                groups: sample.periods(&time, frame)?,
                name: time,
            },
            lag: lag.map_or(Lag::QuarterRoot, Lag::Fixed),
            kernel: Kernel::Bartlett,
            adjustment,
        }),
        Asked::Robust | Asked::Wild(_) => return Err(wrong(&arguments.vcov)),
    };
    let reference = match covariance {
        Covariance::DriscollKraay(_) => Some(ReferenceRule::Groups),
        Covariance::PanelNeweyWest(_) => Some(ReferenceRule::Periods),
        _ => None,
    };
    let mut convention = Convention::new(covariance);
    if let Some(reference) = reference {
        convention.reference = reference;
    }
    if arguments.family == Family::Poisson {
        convention.reference = ReferenceRule::Normal;
    }
    Ok(convention)
}

/// What is asked of a preset, which fixes everything else.
fn request(asked: Asked, sample: &Sample, frame: &Frame, arguments: &FitArguments) -> Outcome<Request> {
    if arguments.covariance.has_options() {
        return Err(Failure::Usage(
            "a --preset fixes kernel, prewhitening, bandwidth and factor: leave these options out".to_owned(),
        ));
    }
    Ok(match asked {
        Asked::Plain(Covariance::Iid) => Request::Iid,
        Asked::Plain(Covariance::Hc0) => Request::Robust(Some(0)),
        Asked::Plain(Covariance::Hc1) => Request::Robust(Some(1)),
        Asked::Plain(Covariance::Hc2) => Request::Robust(Some(2)),
        Asked::Plain(Covariance::Hc3) => Request::Robust(Some(3)),
        Asked::Plain(Covariance::Hc4) => Request::Robust(Some(4)),
        Asked::Plain(Covariance::NeweyWest(options)) => match options.lag {
            Lag::Fixed(lag) => Request::NeweyWest(Some(lag)),
            Lag::FourNinths => Request::NeweyWest(None),
            _ => {
                return Err(Failure::Usage(
                    "with a --preset take --vcov nw, for its own lag rule, or nw:LAG".to_owned(),
                ));
            }
        },
        Asked::Robust => Request::Robust(None),
        Asked::Cluster(names) => Request::Cluster(ways(&names, sample, frame)?),
        Asked::DriscollKraay(time, lag) => {
            let groups = sample.periods(&time, frame)?;
            Request::DriscollKraay(Way { name: time, groups }, lag)
        }
        Asked::PanelNeweyWest(unit, time, lag) => {
            let groups = sample.periods(&time, frame)?;
            Request::PanelNeweyWest(sample.way(&unit, frame)?, Way { name: time, groups }, lag)
        }
        Asked::Plain(_) | Asked::Wild(_) => {
            return Err(Failure::Usage(format!("no --preset has --vcov {}", arguments.vcov)));
        }
    })
}

fn ways(names: &[String], sample: &Sample, frame: &Frame) -> Outcome<Vec<Way>> {
    names.iter().map(|name| sample.way(name, frame)).collect()
}

/// The wild cluster bootstrap, term by term.
fn wild(name: &str, fitted: &Fitted, sample: &Sample, frame: &Frame, arguments: &FitArguments) -> Outcome<Errors> {
    if arguments.family == Family::Poisson || arguments.preset.is_some() {
        return Err(Failure::Usage(
            "--vcov wild is for --family gaussian without a --preset".to_owned(),
        ));
    }
    let way = sample.way(name, frame)?;
    let adjustment = arguments.covariance.cluster_adjustment();
    let convention = Convention::new(Covariance::Cluster(Cluster {
        ways: vec![way.clone()],
        adjustment,
        smallest: false,
    }));
    let mut estimate = fitted.estimate(&convention, &sample.effects)?;
    let options = WildOptions {
        draws: arguments.draws,
        weights: match arguments.wild_weights {
            WildName::Rademacher => WildWeights::Rademacher,
            WildName::Webb => WildWeights::Webb,
            WildName::Mammen => WildWeights::Mammen,
        },
        adjustment,
        level: arguments.covariance.level,
        seed: arguments.seed,
        ..WildOptions::default()
    };
    let model = WildModel {
        design: &sample.design,
        y: &sample.y,
        weights: sample.weights.as_deref(),
        effects: &sample.effects,
        settling: Settling::default(),
    };
    let mut bootstrap = None;
    let mut terms = Vec::with_capacity(fitted.terms.len());
    for term in &fitted.terms {
        let test = wild_cluster_bootstrap(&model, term, 0.0, &way, &options)?;
        bootstrap = Some((test.draws, test.enumerated));
        terms.push(Term {
            term: term.clone(),
            estimate: test.estimate,
            std_error: Ok(test.std_error),
            statistic: Some(test.statistic),
            p_value: Some(test.p_value),
            conf_low: test.conf_low,
            conf_high: test.conf_high,
        });
    }
    "wild-cluster-bootstrap".clone_into(&mut estimate.record.kind);
    estimate.record.reference = format!("bootstrap, {} weights, null imposed", options.weights.name());
    estimate.record.df = None;
    Ok(Errors {
        estimate,
        terms,
        bootstrap,
    })
}
