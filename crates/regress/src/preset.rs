use crate::cluster::{Cluster, ClusterAdjustment, Way};
use crate::convention::{Convention, ReferenceRule};
use crate::counting::Counting;
use crate::covariance::Covariance;
use crate::driscoll_kraay::DriscollKraay;
use crate::hac::{Lag, NeweyWest};
use crate::{Error, Kernel, PanelNeweyWest, Result};

/// The conventions of a package, under its name: given the covariance asked for and the model, a
/// preset fixes the small-sample factor, what k counts, the number of groups in multiway
/// clusters, defaults of lag and prewhitening, and the reference distribution.
///
/// n observations, k parameters, G groups (the smallest number of several ways, unless "own"),
/// T periods, K terms.
///
/// | | sandwich | stata | statsmodels | fixest | ppmlhdfe |
/// |---|---|---|---|---|---|
/// | iid, least squares | s^2 = rss/(n-k), t(n-k) | same | same | same | refused |
/// | iid, Poisson | information, normal | same | same | times (n-1)/(n-k), normal | robust |
/// | robust, unless a number is stated | HC3, t(n-k) | HC1, t(n-k) | must be stated, normal | HC1, t(n-k) | |
/// | robust, Poisson | HC0, normal | times n/(n-1), normal | must be stated, HC1 is HC0; normal | times n/(n-k), normal | times n/(n-1), normal |
/// | cluster, least squares | G/(G-1) (n-1)/(n-k), own G; t(n-k) | the same, smallest G; t(G-1), or n-k if fewer | the same, own G; normal | the same, smallest G; t(G-1) | |
/// | cluster, Poisson | G/(G-1), own G; normal | G/(G-1); normal | as least squares | as least squares; normal | G/(G-1), smallest G; normal |
/// | k under clusters | all | effects not nested in a cluster | all | groups not nested | |
/// | k otherwise | all | all | all | all groups less one an effect but the first | |
/// | Newey-West lag | NW 1994, rounded down | must be stated | must be stated | NW 1994 of prewhitened scores, rounded down | refused |
/// | prewhitening, factor, reference | VAR(1), none, t(n-k) | 0, n/(n-k), t(n-k); Poisson refused | 0, none, normal | 0, n/(n-k), t(n-1) | |
/// | Driscoll-Kraay lag | T^(1/4) | 4(T/100)^(2/9) | must be stated | T^(1/4) | refused |
/// | its factor, reference | n/(n-k), t(n-k) | none, t(T-1); Poisson refused | T/(T-1) (n-1)/(n-k), normal | T/(T-1) (n-1)/(n-k), t(T-1) | |
/// | Newey-West within units | refused | refused | lag must be stated, n/(n-k), normal | lag T^(1/4), T/(T-1) (n-1)/(n-k), t(T-1) | refused |
/// | AIC, BIC count | K + effects (+ 1 for the variance) | K (+ 1 where effects hold the constant) | K + effects | K + effects | as stata |
///
/// With Poisson every package refers to the normal, also where the table's column says t.
///
/// *Sources*: sandwich: Zeileis (2004), Journal of Statistical Software 11(10); Zeileis, Koell & Graham (2020), JSS 95(1),
/// and the help pages of `vcovHC`, `NeweyWest`, `vcovCL`, `vcovPL`, with `lmtest::coeftest`; k of effects as `lm` with dummies has it.
/// stata: the manuals' `regress`, `newey`, `poisson`, `estat ic`, and `_robust`; for
/// effects `reghdfe` 6 (Correia 2016), for Driscoll & Kraay `xtscc` (Hoechle 2007, Stata Journal 7), to which
/// statsmodels compares itself without a factor. statsmodels: 0.15, `OLS.fit(cov_type=...)` and
/// `GLM.fit`, whose `use_t` is off for robust kinds. fixest: 0.10 to 0.12, Berge's "On standard-errors", `ssc(adj =
/// TRUE, fixef.K = "nested", cluster.adj = TRUE, cluster.df = "min", t.df = "min")`. ppmlhdfe: 2.3, Correia, Guimaraes &
/// Zylkin (2020), Stata Journal 20, 95-115, which solves with `reghdfe` in asymptotic mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
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

/// The kind of model that was fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Least squares, with or without weights and absorbed effects.
    Gaussian,
    /// Poisson pseudo-maximum likelihood.
    Poisson,
}

/// The covariance asked of a preset.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Independent errors of equal variance.
    Iid,
    /// Heteroskedasticity; the number 0 to 4 of HC0 to HC4, or the preset's own.
    Robust(Option<u8>),
    /// Clusters, in one or more ways.
    Cluster(Vec<Way>),
    /// A time series; the last lag, or the preset's own rule.
    NeweyWest(Option<usize>),
    /// A panel, by period; the last lag, or the preset's own rule.
    DriscollKraay(Way, Option<usize>),
    /// A panel, within units: unit and period; the last lag, or the preset's own rule.
    PanelNeweyWest(Way, Way, Option<usize>),
}

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 5] = [
        Preset::Sandwich,
        Preset::Stata,
        Preset::Statsmodels,
        Preset::Fixest,
        Preset::Ppmlhdfe,
    ];

    /// The name, as [`Preset::by_name`] reads it.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Sandwich => "sandwich",
            Preset::Stata => "stata",
            Preset::Statsmodels => "statsmodels",
            Preset::Fixest => "fixest",
            Preset::Ppmlhdfe => "ppmlhdfe",
        }
    }

    /// The preset of this name.
    ///
    /// # Errors
    /// An unknown name, with those there are.
    pub fn by_name(name: &str) -> Result<Preset> {
        Preset::ALL
            .into_iter()
            .find(|p| p.name() == name)
            .ok_or_else(|| Error::Option {
                option: "the preset",
                expected: format!("one of {}", Preset::ALL.map(Preset::name).join(", ")),
                found: format!("`{name}`"),
            })
    }

    /// The convention of this package for a covariance of a model; see the table above.
    ///
    /// ```
    /// use regress::{Design, Family, Preset, Request, ols};
    /// let design = Design::new(4).intercept()?.term("x", vec![0.0, 1.0, 2.0, 3.0])?;
    /// let fit = ols(&design, &[1.0, 3.0, 8.0, 8.0])?;
    /// let convention = Preset::by_name("stata")?.convention(Family::Gaussian, Request::Robust(None))?;
    /// let estimate = convention.estimate(&fit.moments(convention.covariance.needs_leverages()), &[])?;
    /// assert_eq!((estimate.record.kind.as_str(), estimate.record.factor, estimate.record.df), ("HC1", 2.0, Some(2.0)));
    /// # Ok::<(), regress::Error>(())
    /// ```
    ///
    /// # Errors
    /// What the package does not offer, and what it wants stated.
    pub fn convention(self, family: Family, request: Request) -> Result<Convention> {
        if self == Preset::Ppmlhdfe && family == Family::Gaussian {
            return Err(self.refuses("Poisson models only", "least squares"));
        }
        let mut convention = match request {
            Request::Iid if self == Preset::Ppmlhdfe => self.robust(family, None)?,
            Request::Iid => Convention::new(Covariance::Iid),
            Request::Robust(number) => self.robust(family, number)?,
            Request::Cluster(ways) => self.cluster(family, ways),
            Request::NeweyWest(lag) => self.newey_west(family, lag)?,
            Request::PanelNeweyWest(unit, time, lag) => self.panel_newey_west(unit, time, lag)?,
            Request::DriscollKraay(time, lag) => self.driscoll_kraay(family, time, lag)?,
        };
        if self == Preset::Fixest {
            convention.dispersion_factor = true;
            if convention.counting == Counting::All {
                convention.counting = Counting::AllGroups;
            }
        }
        let robust = convention.covariance != Covariance::Iid;
        if family == Family::Poisson || (self == Preset::Statsmodels && robust) {
            convention.reference = ReferenceRule::Normal;
        }
        Ok(convention)
    }

    /// The number of parameters that AIC = -2 log-likelihood + 2 p and BIC = -2 log-likelihood + ln(n) p
    /// count, for `terms` estimated terms and `absorbed` parameters of effects.
    pub fn criterion_parameters(self, family: Family, terms: usize, absorbed: usize) -> usize {
        match self {
            Preset::Sandwich => terms + absorbed + usize::from(family == Family::Gaussian),
            Preset::Stata | Preset::Ppmlhdfe => terms + usize::from(absorbed > 0),
            Preset::Statsmodels | Preset::Fixest => terms + absorbed,
        }
    }

    fn robust(self, family: Family, number: Option<u8>) -> Result<Convention> {
        // Maximum-likelihood commands of Stata multiply by n/(n-1), not by n/(n-k).
        let asymptotic = family == Family::Poisson && matches!(self, Preset::Stata | Preset::Ppmlhdfe);
        let own = match (self, family) {
            (Preset::Statsmodels, _) if number.is_none() => {
                return Err(self.refuses("one of HC0 to HC3 to be stated", "none"));
            }
            (Preset::Sandwich, Family::Gaussian) => 3,
            (Preset::Sandwich, Family::Poisson) => 0,
            _ => 1,
        };
        let covariance = match number.unwrap_or(own) {
            0 => Covariance::Hc0,
            1 if self == Preset::Statsmodels && family == Family::Poisson => Covariance::Hc0,
            1 => Covariance::Hc1,
            2 => Covariance::Hc2,
            3 => Covariance::Hc3,
            4 => Covariance::Hc4,
            other => {
                return Err(Error::Option {
                    option: "the robust covariance",
                    expected: "HC0 to HC4".to_owned(),
                    found: format!("HC{other}"),
                });
            }
        };
        let mut convention = Convention::new(covariance);
        if asymptotic {
            convention.counting = Counting::One;
        }
        Ok(convention)
    }

    fn cluster(self, family: Family, ways: Vec<Way>) -> Convention {
        let groups_alone = family == Family::Poisson && !matches!(self, Preset::Statsmodels | Preset::Fixest);
        let mut convention = Convention::new(Covariance::Cluster(Cluster {
            ways,
            adjustment: if groups_alone {
                ClusterAdjustment::Groups
            } else {
                ClusterAdjustment::Stata
            },
            smallest: !matches!(self, Preset::Sandwich | Preset::Statsmodels),
        }));
        (convention.counting, convention.reference) = match self {
            Preset::Sandwich | Preset::Statsmodels => (Counting::All, ReferenceRule::Residual),
            Preset::Stata | Preset::Ppmlhdfe => (Counting::NotNested, ReferenceRule::Smaller),
            Preset::Fixest => (Counting::NotNestedGroups, ReferenceRule::Groups),
        };
        convention
    }

    fn newey_west(self, family: Family, lag: Option<usize>) -> Result<Convention> {
        if self == Preset::Ppmlhdfe || (self == Preset::Stata && family == Family::Poisson) {
            return Err(self.refuses("iid, robust or cluster", "newey-west"));
        }
        let rule = match (lag, self) {
            (Some(lag), _) => Lag::Fixed(lag),
            (None, Preset::Sandwich) => Lag::NeweyWest1994Lag,
            (None, Preset::Fixest) => Lag::NeweyWest1994PrewhitenedLag,
            (None, _) => return Err(self.refuses("the lag to be stated", "none")),
        };
        let mut convention = Convention::new(Covariance::NeweyWest(NeweyWest {
            lag: rule,
            kernel: Kernel::Bartlett,
            prewhitening: usize::from(self == Preset::Sandwich),
            adjust: matches!(self, Preset::Stata | Preset::Fixest),
        }));
        if self == Preset::Fixest {
            convention.reference = ReferenceRule::Groups;
        }
        Ok(convention)
    }

    fn driscoll_kraay(self, family: Family, time: Way, lag: Option<usize>) -> Result<Convention> {
        if self == Preset::Ppmlhdfe || (self == Preset::Stata && family == Family::Poisson) {
            return Err(self.refuses("iid, robust or cluster", "driscoll-kraay"));
        }
        let rule = match (lag, self) {
            (Some(lag), _) => Lag::Fixed(lag),
            (None, Preset::Stata) => Lag::FourNinths,
            (None, Preset::Statsmodels) => return Err(self.refuses("the lag to be stated", "none")),
            (None, _) => Lag::QuarterRoot,
        };
        let (adjustment, reference) = match self {
            Preset::Sandwich => (ClusterAdjustment::Residual, ReferenceRule::Residual),
            Preset::Stata => (ClusterAdjustment::None, ReferenceRule::Groups),
            _ => (ClusterAdjustment::Stata, ReferenceRule::Groups),
        };
        let mut convention = Convention::new(Covariance::DriscollKraay(DriscollKraay {
            time,
            lag: rule,
            kernel: Kernel::Bartlett,
            adjustment,
        }));
        convention.reference = reference;
        Ok(convention)
    }

    fn panel_newey_west(self, unit: Way, time: Way, lag: Option<usize>) -> Result<Convention> {
        let adjustment = match (self, lag) {
            (Preset::Fixest, _) => ClusterAdjustment::Stata,
            (Preset::Statsmodels, Some(_)) => ClusterAdjustment::Residual,
            (Preset::Statsmodels, None) => return Err(self.refuses("the lag to be stated", "none")),
            _ => return Err(self.refuses("another kind", "newey-west within units")),
        };
        let mut convention = Convention::new(Covariance::PanelNeweyWest(PanelNeweyWest {
            unit,
            time,
            lag: lag.map_or(Lag::QuarterRoot, Lag::Fixed),
            kernel: Kernel::Bartlett,
            adjustment,
        }));
        convention.reference = ReferenceRule::Periods;
        Ok(convention)
    }

    fn refuses(self, expected: &str, found: &str) -> Error {
        Error::Option {
            option: "the covariance of this preset",
            expected: format!("{expected}, as {} wants it", self.name()),
            found: found.to_owned(),
        }
    }
}
