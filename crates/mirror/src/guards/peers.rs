use super::{Flag, Test, Unjudged, median, scaled_mad, usd};
use regress::{Design, wls};
use trade::Period;

/// One partner of the economy under study in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// The partner's name or code.
    pub name: String,
    /// Its trade with the economy, US dollars.
    pub value: f64,
    /// Its size: its trade with the whole world, US dollars.
    pub size: f64,
    /// Its distance from the economy, kilometres.
    pub distance_km: f64,
}

/// When a partner is out of line with its peers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peers {
    /// Only values of at least this many US dollars matter.
    pub min_value: f64,
    /// The value must be at least this many times what size and distance let one expect.
    pub factor: f64,
    /// The robust z of the residual must be at least this.
    pub z: f64,
    /// The fewest partners to compare.
    pub min_peers: usize,
}

impl Default for Peers {
    fn default() -> Self {
        Peers {
            min_value: 1e7,
            factor: 10.0,
            z: 3.0,
            min_peers: 20,
        }
    }
}

/// The peer test: partners whose trade with the economy is implausible for their size and their
/// distance, as when a far country's goods from another economy of a similar name are booked here.
///
/// ln value = a + b ln size + c ln distance is fitted by least absolute deviations, which a
/// minority of misbooked partners cannot pull towards itself; residuals are judged by their
/// median absolute deviation. Partners without positive value, size and distance take no part.
///
/// # Errors
/// [`Unjudged`] with fewer than `min_peers` partners, or if they all have one size and distance.
pub fn peer_outliers(period: Period, peers: &[Peer], rule: &Peers) -> Result<Vec<Flag>, Unjudged> {
    let usable: Vec<&Peer> = peers
        .iter()
        .filter(|p| {
            [p.value, p.size, p.distance_km]
                .iter()
                .all(|v| v.is_finite() && *v > 0.0)
        })
        .collect();
    if usable.len() < rule.min_peers.max(4) {
        let needed = rule.min_peers.max(4);
        return Err(Unjudged::TooFew {
            what: "partners with value, size and distance",
            needed,
            found: usable.len(),
        });
    }
    let fitted = least_absolute_deviations(&usable).map_err(|e| Unjudged::Regression(e.to_string()))?;
    let residuals: Vec<f64> = usable.iter().zip(&fitted).map(|(p, f)| p.value.ln() - f).collect();
    let centre = median(&mut residuals.clone());
    let spread = scaled_mad(&residuals, centre);
    let mut flags = Vec::new();
    for ((peer, expected), residual) in usable.iter().zip(&fitted).zip(&residuals) {
        let z = (residual - centre) / spread;
        let (factor, expected) = ((residual - centre).exp(), (expected + centre).exp());
        if z.is_finite() && z >= rule.z && factor >= rule.factor && peer.value >= rule.min_value {
            let evidence = format!(
                "{period}: {} with {}, {factor:.0} times the {} that its size ({}) and distance ({:.0} km) let one expect among {} partners, robust z {z:.1}",
                usd(peer.value),
                peer.name,
                usd(expected),
                usd(peer.size),
                peer.distance_km,
                usable.len(),
            );
            let subject = peer.name.clone();
            flags.push(Flag {
                test: Test::PeerOutlier,
                subject,
                periods: vec![period],
                statistic: z,
                factor,
                evidence,
            });
        }
    }
    Ok(flags)
}

/// Fitted values of the regression by iteratively reweighted least squares (Schlossmacher 1973),
/// fifty steps with weights 1/max(|e|, 1e-6).
fn least_absolute_deviations(peers: &[&Peer]) -> regress::Result<Vec<f64>> {
    let y: Vec<f64> = peers.iter().map(|p| p.value.ln()).collect();
    let design = Design::new(peers.len())
        .intercept()?
        .term("ln size", peers.iter().map(|p| p.size.ln()).collect())?
        .term("ln distance", peers.iter().map(|p| p.distance_km.ln()).collect())?;
    let mut weights = vec![1.0; peers.len()];
    let mut fitted = Vec::new();
    for _ in 0..50 {
        let fit = wls(&design, &y, &weights)?;
        weights = fit.residuals.iter().map(|e| 1.0 / e.abs().max(1e-6)).collect();
        fitted = fit.fitted;
    }
    Ok(fitted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Forty partners on a gravity line with a small deterministic ripple.
    fn world() -> Vec<Peer> {
        (0..40)
            .map(|i| {
                let size = 1e9 * 1.2_f64.powi(i);
                let distance_km = 800.0 + 350.0 * f64::from((i * 17) % 40);
                let ripple = 0.6 * f64::from((i * 7) % 11 - 5) / 5.0;
                let value = (0.9 * size.ln() - 1.1 * distance_km.ln() + 4.0 + ripple).exp();
                Peer {
                    name: format!("P{i:02}"),
                    value,
                    size,
                    distance_km,
                }
            })
            .collect()
    }

    #[test]
    fn a_far_small_partner_with_a_large_trade_is_flagged() {
        let mut peers = world();
        assert_eq!(
            peer_outliers(Period::annual(2008).unwrap(), &peers, &Peers::default()).unwrap(),
            []
        );
        peers[12].value *= 300.0;
        peers[20].value *= 200.0;
        let flags = peer_outliers(Period::annual(2008).unwrap(), &peers, &Peers::default()).unwrap();
        let names: Vec<_> = flags.iter().map(|f| f.subject.as_str()).collect();
        assert_eq!(names, ["P12", "P20"]);
        assert!(
            flags[0].factor > 100.0 && flags[0].factor < 700.0,
            "{}",
            flags[0].factor
        );
    }

    #[test]
    fn a_handful_of_partners_is_not_judged() {
        let few = &world()[..5];
        let error = peer_outliers(Period::annual(2008).unwrap(), few, &Peers::default()).unwrap_err();
        assert!(matches!(error, Unjudged::TooFew { found: 5, .. }));
    }
}
