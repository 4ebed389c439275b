use regress::Fit;

/// Which flows the margin equation leaves out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outliers {
    /// None.
    Keep,
    /// Flows with |ln(M/X)| above this, before fitting. Simple, but it selects on what is to be
    /// explained and pulls the margin towards zero.
    LogRatio(f64),
    /// After a first fit, flows with |internally studentised residual| > 2 or Cook's distance
    /// above 4/(n − p − 1).
    Influence,
    /// The same and leverage > 2p/n: the rules BACI's replicators report. The third rule leaves
    /// out every flow with a rare attribute, such as a common border where few flows have one.
    InfluenceAndLeverage,
}

impl Outliers {
    /// Whether a flow passes what can be judged before fitting.
    pub(crate) fn admits(self, log_ratio: f64) -> bool {
        match self {
            Outliers::LogRatio(bound) => log_ratio.abs() <= bound,
            _ => true,
        }
    }

    /// Whether rows are left out after a first fit.
    pub(crate) fn judges_the_fit(self) -> bool {
        matches!(self, Outliers::Influence | Outliers::InfluenceAndLeverage)
    }

    /// The rule in words, for output.
    pub fn describe(self) -> String {
        match self {
            Outliers::Keep => "none left out".to_owned(),
            Outliers::LogRatio(bound) => format!("|ln(M/X)| > {bound} left out"),
            Outliers::Influence => {
                "|studentised residual| > 2 or Cook's distance > 4/(n-p-1) left out, once".to_owned()
            }
            Outliers::InfluenceAndLeverage => {
                "|studentised residual| > 2, Cook's distance > 4/(n-p-1) or leverage > 2p/n left out, once".to_owned()
            }
        }
    }
}

/// Which rows of a fit break none of the rules. `weights` has one positive entry a row.
pub(crate) fn sound_rows(fit: &Fit, weights: &[f64], rule: Outliers) -> Vec<bool> {
    let (n, p) = (fit.observations as f64, fit.terms.len() as f64);
    let Some(sigma) = fit.sigma.filter(|s| *s > 0.0 && n > p + 1.0) else {
        return vec![true; fit.residuals.len()];
    };
    fit.leverages()
        .iter()
        .zip(&fit.residuals)
        .zip(weights)
        .map(|((&h, &e), &w)| {
            let left = (1.0 - h).max(f64::EPSILON);
            let studentised = e * w.sqrt() / (sigma * left.sqrt());
            let cook = studentised * studentised * h / (left * p);
            studentised.abs() <= 2.0
                && cook <= 4.0 / (n - p - 1.0)
                && (rule != Outliers::InfluenceAndLeverage || h <= 2.0 * p / n)
        })
        .collect()
}
