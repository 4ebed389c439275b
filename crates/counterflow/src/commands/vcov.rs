//! `--vcov` and its options: which covariance of the coefficients, in words and as estimators take it.

use crate::fail::{Failure, Outcome};
use clap::{Args, ValueEnum};
use regress::{ClusterAdjustment, Covariance, CovarianceRecord, Kernel, Lag, NeweyWest, ReferenceRule};
use serde_json::{Value, json};

/// Which covariance, with which options.
#[derive(Args, Debug, Clone, Default)]
pub struct CovarianceArguments {
    /// The lag window of nw and andrews; by default bartlett for nw, qs for andrews.
    #[arg(long, value_enum, value_name = "KERNEL")]
    pub kernel: Option<KernelName>,
    /// Filter the scores by a vector autoregression of this order before nw or andrews.
    #[arg(long, value_name = "ORDER")]
    pub prewhiten: Option<usize>,
    /// A stated bandwidth for nw, in place of a lag.
    #[arg(long, value_name = "WIDTH")]
    pub bandwidth: Option<f64>,
    /// The small-sample factor of nw, andrews, dk, panel-nw and cluster.
    #[arg(long, value_enum, value_name = "FACTOR")]
    pub adjust: Option<Adjust>,
    /// The distribution of the statistics, in place of the estimator's own.
    #[arg(long, value_enum, value_name = "DISTRIBUTION")]
    pub reference: Option<ReferenceName>,
    /// The confidence of intervals.
    #[arg(long, default_value_t = 0.95, value_name = "LEVEL")]
    pub level: f64,
}

/// The lag windows by name.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum KernelName {
    /// Weights fall in a line (Newey and West).
    Bartlett,
    /// Parzen's.
    Parzen,
    /// Quadratic spectral: every lag has weight.
    Qs,
}

/// Small-sample factors.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjust {
    /// No factor.
    None,
    /// G/(G-1) for clusters and for the periods of dk and panel-nw.
    Groups,
    /// n/(n-k); for clusters, dk and panel-nw G/(G-1) (n-1)/(n-k), as in Stata.
    Full,
}

impl ReferenceName {
    /// As conventions take it.
    pub fn rule(self) -> ReferenceRule {
        match self {
            ReferenceName::T => ReferenceRule::Residual,
            ReferenceName::Normal => ReferenceRule::Normal,
        }
    }
}

/// Reference distributions.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceName {
    /// Student's t.
    T,
    /// The standard normal.
    Normal,
}

/// A covariance that was asked for, read but not yet bound to a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// One that needs no further column.
    Plain(Covariance),
    /// By groups of these columns.
    Cluster(Vec<String>),
    /// By the periods of this column, with the last lag where it was stated.
    DriscollKraay(String, Option<usize>),
    /// Within the units of the first column, by the periods of the second, with the last lag where it was stated.
    PanelNeweyWest(String, String, Option<usize>),
    /// The wild cluster bootstrap by groups of this column.
    Wild(String),
    /// Whatever the preset takes for heteroskedasticity.
    Robust,
}

/// What `--vcov` takes.
pub const EXPECTED: &str = "iid, hc0 to hc4, nw, nw:LAG, nw:auto, nw:bandwidth, nw:quarter-root, andrews, dk:TIME, dk:TIME:LAG, \
     panel-nw:UNIT+TIME, panel-nw:UNIT+TIME:LAG, cluster:COL+COL, wild:COL, or robust with a --preset";

impl CovarianceArguments {
    /// Reads `--vcov` with its options. Options that mean nothing for it are refused.
    pub fn read(&self, text: &str) -> Outcome<Asked> {
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(Failure::Usage(format!(
                "--level is expected to be between 0 and 1, but is {}",
                self.level
            )));
        }
        let plain = |covariance| self.without_options(text).map(|()| Asked::Plain(covariance));
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        // Names as R and statsmodels write them (HC1), and those of the JSON's `covariance.type`; columns are as they stand.
        match (kind.trim().to_ascii_lowercase().as_str(), rest.trim()) {
            ("iid", "") => plain(Covariance::Iid),
            ("hc0", "") => plain(Covariance::Hc0),
            ("hc1", "") => plain(Covariance::Hc1),
            ("hc2", "") => plain(Covariance::Hc2),
            ("hc3", "") => plain(Covariance::Hc3),
            ("hc4", "") => plain(Covariance::Hc4),
            ("robust", "") => self.without_options(text).map(|()| Asked::Robust),
            ("andrews", "") => self.kernel_covariance(Lag::Andrews1991, Kernel::QuadraticSpectral),
            ("nw" | "newey-west", rule) => self.newey_west(&rule.to_ascii_lowercase(), text),
            ("cluster", names) if !names.is_empty() => {
                self.only_adjust(text)?;
                Ok(Asked::Cluster(columns(names)))
            }
            ("dk" | "driscoll-kraay", rest) if !rest.is_empty() => {
                self.only_adjust(text)?;
                let (time, lag) = with_lag(rest, text)?;
                Ok(Asked::DriscollKraay(time.trim().to_owned(), lag))
            }
            ("panel-nw" | "panel-newey-west", rest) if !rest.is_empty() => {
                self.only_adjust(text)?;
                let (names, lag) = with_lag(rest, text)?;
                match columns(names).as_slice() {
                    [unit, time] => Ok(Asked::PanelNeweyWest(unit.clone(), time.clone(), lag)),
                    _ => Err(wrong(text)),
                }
            }
            ("wild" | "wild-cluster-bootstrap", name) if !name.is_empty() => {
                self.only_adjust(text)?;
                Ok(Asked::Wild(name.to_owned()))
            }
            _ => Err(wrong(text)),
        }
    }

    fn newey_west(&self, rule: &str, text: &str) -> Outcome<Asked> {
        let bartlett = matches!(self.kernel, None | Some(KernelName::Bartlett));
        let lag = match (rule, self.bandwidth) {
            ("" | "bandwidth", Some(width)) => Lag::Bandwidth(width),
            (_, Some(_)) => {
                return Err(Failure::Usage(format!(
                    "--vcov `{text}` and --bandwidth both say how far to reach: use one of them"
                )));
            }
            ("", None) => Lag::FourNinths,
            ("quarter-root", None) => Lag::QuarterRoot,
            // Rounding down to a lag is R's NeweyWest; the smooth windows have no last lag to round to.
            ("auto", None) if bartlett => Lag::NeweyWest1994Lag,
            ("auto" | "bandwidth", None) => Lag::NeweyWest1994,
            (lag, None) => Lag::Fixed(lag.parse().map_err(|_| wrong(text))?),
        };
        self.kernel_covariance(lag, Kernel::Bartlett)
    }

    fn kernel_covariance(&self, lag: Lag, usual: Kernel) -> Outcome<Asked> {
        let kernel = match self.kernel {
            None => usual,
            Some(KernelName::Bartlett) => Kernel::Bartlett,
            Some(KernelName::Parzen) => Kernel::Parzen,
            Some(KernelName::Qs) => Kernel::QuadraticSpectral,
        };
        let adjust = match self.adjust {
            None | Some(Adjust::Full) => true,
            Some(Adjust::None) => false,
            Some(Adjust::Groups) => {
                return Err(Failure::Usage(
                    "--adjust groups is for --vcov cluster, dk and panel-nw".to_owned(),
                ));
            }
        };
        Ok(Asked::Plain(Covariance::NeweyWest(NeweyWest {
            lag,
            kernel,
            prewhitening: self.prewhiten.unwrap_or(0),
            adjust,
        })))
    }

    /// Whether any option of the estimator was given.
    pub fn has_options(&self) -> bool {
        self.kernel.is_some() || self.prewhiten.is_some() || self.bandwidth.is_some() || self.adjust.is_some()
    }

    /// The small-sample factor of clusters.
    pub fn cluster_adjustment(&self) -> ClusterAdjustment {
        match self.adjust {
            None | Some(Adjust::Full) => ClusterAdjustment::Stata,
            Some(Adjust::Groups) => ClusterAdjustment::Groups,
            Some(Adjust::None) => ClusterAdjustment::None,
        }
    }

    fn without_options(&self, text: &str) -> Outcome<()> {
        self.only_adjust(text)?;
        match self.adjust {
            Some(_) => Err(meaningless("--adjust", text)),
            None => Ok(()),
        }
    }

    fn only_adjust(&self, text: &str) -> Outcome<()> {
        let given = [
            ("--kernel", self.kernel.is_some()),
            ("--prewhiten", self.prewhiten.is_some()),
            ("--bandwidth", self.bandwidth.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(meaningless(option, text)),
            None => Ok(()),
        }
    }
}

/// Names, and the lag behind a colon, where there is one.
fn with_lag<'a>(rest: &'a str, text: &str) -> Outcome<(&'a str, Option<usize>)> {
    match rest.split_once(':') {
        None => Ok((rest, None)),
        Some((names, lag)) => Ok((names, Some(lag.trim().parse().map_err(|_| wrong(text))?))),
    }
}

/// Columns joined by `+`.
fn columns(names: &str) -> Vec<String> {
    names.split('+').map(|name| name.trim().to_owned()).collect()
}

fn meaningless(option: &str, text: &str) -> Failure {
    Failure::Usage(format!("{option} means nothing with --vcov {text}: leave it out"))
}

/// The wrong usage of `--vcov`.
pub fn wrong(text: &str) -> Failure {
    Failure::Usage(format!("--vcov is expected to be {EXPECTED}, but is `{text}`"))
}

/// The covariance that a series, which has no groups, can have.
pub fn of_a_series(asked: Asked, text: &str) -> Outcome<Covariance> {
    match asked {
        Asked::Plain(covariance) => Ok(covariance),
        _ => Err(Failure::Usage(format!(
            "--vcov {text} is for `fit`: a single series has no groups; take iid, hc0 to hc4, nw, nw:LAG, nw:auto or andrews"
        ))),
    }
}

/// The convention of a covariance as JSON.
pub fn record(record: &CovarianceRecord) -> Value {
    let clusters = record
        .clusters
        .iter()
        .map(|(name, groups)| json!({ "name": name, "groups": groups }))
        .collect::<Vec<_>>();
    json!({
        "type": record.kind,
        "kernel": record.kernel,
        "bandwidth_rule": record.bandwidth_rule,
        "bandwidth": record.bandwidth,
        "lag": record.lag,
        "prewhitening": record.prewhitening,
        "adjustment": record.adjustment,
        "factor": record.factor,
        "parameters": record.parameters,
        "counting": record.counting,
        "clusters": clusters,
        "df": record.df,
        "reference": record.reference,
    })
}

/// The type, kernel and lag of a covariance.
pub fn describe_short(record: &CovarianceRecord) -> String {
    let mut parts = vec![record.kind.clone()];
    if let Some(kernel) = &record.kernel {
        parts.push(kernel.clone());
    }
    match (record.lag, record.bandwidth) {
        (Some(lag), _) => parts.push(format!("lag {lag}")),
        (None, Some(bandwidth)) => parts.push(format!("bandwidth {bandwidth:.4}")),
        (None, None) => {}
    }
    parts.join(", ")
}

/// The convention of a covariance in a line for people.
pub fn describe(record: &CovarianceRecord) -> String {
    let mut parts = vec![describe_short(record)];
    if let Some(rule) = record.bandwidth_rule.as_ref().filter(|rule| *rule != "stated") {
        parts.push(rule.clone());
    }
    if record.prewhitening > 0 {
        parts.push(format!("prewhitened by VAR({})", record.prewhitening));
    }
    for (name, groups) in &record.clusters {
        parts.push(format!("{groups} groups of {name}"));
    }
    let df = record.df.map(|df| format!(" with {df} df")).unwrap_or_default();
    let factor = match record.adjustment.as_str() {
        "none" => "no small-sample factor".to_owned(),
        factor => format!("factor {factor}"),
    };
    format!("{}; {factor}; {}{df}", parts.join(", "), record.reference)
}
