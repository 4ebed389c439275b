use crate::shares::Shares;
use crate::undefined::Undefined;

/// Atkinson's index with aversion ε: 1 - (mean of (x/μ)^(1-ε))^(1/(1-ε)), and for ε = 1
/// 1 - (geometric mean)/μ. n, the number that the means divide by, is the universe.
/// Atkinson 1970.
///
/// # Errors
/// [`Undefined::Parameter`] unless ε is positive and finite; [`Undefined::Zeros`] for
/// ε ≥ 1 when the universe holds zeros: they are not dropped silently.
pub fn atkinson(shares: &Shares, epsilon: f64) -> Result<f64, Undefined> {
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        return Err(Undefined::Parameter {
            name: "epsilon",
            value: epsilon,
            expected: "a positive number",
        });
    }
    if epsilon >= 1.0 && shares.zeros() > 0 {
        return Err(Undefined::Zeros {
            zeros: shares.zeros(),
            n: shares.n(),
        });
    }
    let n = shares.n() as f64;
    let log_n = n.ln();
    if epsilon == 1.0 {
        let mean = shares.sum(|block| block.log_share + log_n) / n;
        return Ok((-mean.exp_m1()).max(0.0));
    }
    let power = 1.0 - epsilon;
    // Relative to the item that weighs most, so that strong aversion does not overflow.
    let heaviest = if power > 0.0 {
        shares.blocks().first()
    } else {
        shares.blocks().last()
    };
    let reference = heaviest.map_or(0.0, |block| block.log_share);
    let mean = shares.sum(|block| (power * (block.log_share - reference)).exp()) / n;
    // Rounding must not make an even spread negative.
    Ok((-(reference + log_n + mean.ln() / power).exp_m1()).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::testing::{close, ineq};

    #[test]
    fn the_published_vector() {
        close(atkinson(&ineq(0), 0.5).unwrap(), 0.1796591, 5e-8); // R package ineq, reference output
        close(atkinson(&ineq(0), 0.5).unwrap(), 1.0 - 0.8203409019536583, 1e-15);
        close(atkinson(&ineq(0), 1.0).unwrap(), 0.351_825_059_735_075_6, 1e-15);
        assert_eq!(atkinson(&ineq(5), 1.0), Err(Undefined::Zeros { zeros: 5, n: 15 }));
        // With zeros and ε = 1/2: (Σ√(x/μ)/n)², the sum unchanged but for μ: 1 - (1 - A10) 10/15.
        close(
            atkinson(&ineq(5), 0.5).unwrap(),
            1.0 - (1.0 - 0.1796591) * 10.0 / 15.0,
            5e-8,
        );
    }

    #[test]
    fn by_hand() {
        let shares = Shares::new(&[1.0, 4.0], None, Universe::Listed).unwrap();
        close(atkinson(&shares, 1.0).unwrap(), 1.0 - 2.0 / 2.5, 1e-15);
        // ε = 2: harmonic mean 2/(1 + 1/4) = 1.6 over 2.5
        close(atkinson(&shares, 2.0).unwrap(), 1.0 - 1.6 / 2.5, 1e-15);
        // strong aversion tends to 1 - min/μ
        close(atkinson(&shares, 5000.0).unwrap(), 1.0 - 1.0 / 2.5, 1e-3);
        close(atkinson(&shares, f64::MAX).unwrap(), 1.0 - 1.0 / 2.5, 1e-15);
        assert!(atkinson(&shares, 0.0).is_err());
        assert!(atkinson(&shares, f64::NAN).is_err());
    }

    #[test]
    fn rounding_makes_no_even_spread_negative() {
        for values in [[1.0 + 1e-12, 1.0, 1.0 - 1e-12], [0.1, 0.1, 0.1]] {
            let shares = Shares::new(&values, None, Universe::Listed).unwrap();
            for epsilon in [0.5, 1.0, 2.0] {
                let index = atkinson(&shares, epsilon).unwrap();
                assert!((0.0..1e-15).contains(&index), "{epsilon}: {index}");
            }
        }
    }
}
