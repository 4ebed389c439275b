use crate::convention::LogBase;
use crate::shares::Shares;
use crate::summation::sum;
use crate::undefined::Undefined;

/// Shannon's entropy H = -Σ s log s, with 0 log 0 = 0, in the given base. From 0 (a single
/// item) to log n. Shannon 1948.
pub fn shannon(shares: &Shares, base: LogBase) -> f64 {
    // An entropy of -0 would be printed as such.
    (-shares.sum(|block| block.share * block.log_share) / base.ln()).max(0.0)
}

/// The number of items of equal size that have this entropy: exp(H) with H in nats, whatever the base. Theil 1967; Hill's number
/// of order 1 (Hill 1973).
pub fn effective_number(shares: &Shares) -> f64 {
    shannon(shares, LogBase::Natural).exp()
}

/// The numbers-equivalent of Hannah and Kay, (Σ s^α)^(1/(1-α)); also Hill's number of
/// order α. α = 0 counts the active items, 1 gives exp(H), 2 gives 1/HHI, infinity 1/CR1.
///
/// Hannah & Kay 1977; Hill 1973.
///
/// # Errors
/// [`Undefined::Parameter`] for a negative α or one that is not a number.
pub fn hannah_kay(shares: &Shares, alpha: f64) -> Result<f64, Undefined> {
    Ok(renyi(shares, alpha, LogBase::Natural)?.exp())
}

/// Renyi's entropy of order α, log(Σ s^α) / (1 - α): the logarithm of [`hannah_kay`].
/// Renyi 1961.
///
/// # Errors
/// [`Undefined::Parameter`] for a negative α or one that is not a number.
pub fn renyi(shares: &Shares, alpha: f64, base: LogBase) -> Result<f64, Undefined> {
    if alpha.is_nan() || alpha < 0.0 {
        return Err(Undefined::Parameter {
            name: "alpha",
            value: alpha,
            expected: "a number of at least 0",
        });
    }
    if alpha == 1.0 {
        return Ok(shannon(shares, base));
    }
    let largest = shares.blocks().first().map_or(0.0, |block| block.log_share);
    if alpha == f64::INFINITY {
        return Ok(-largest / base.ln());
    }
    // Relative to the largest share, so that high orders do not underflow; without one of them, whose power is 1,
    // so that nothing is lost beside it.
    let (first, rest) = match shares.blocks().split_first() {
        Some((first, rest)) => (first.count - 1.0, rest),
        None => (0.0, shares.blocks()),
    };
    let powers = sum(std::iter::once(first).chain(
        rest.iter()
            .map(|block| block.count * (alpha * (block.log_share - largest)).exp()),
    ));
    Ok((largest * (alpha / (1.0 - alpha)) + powers.ln_1p() / (1.0 - alpha)) / base.ln())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::herfindahl::effective_number_hhi;
    use crate::testing::{close, ineq};

    #[test]
    fn the_published_vector() {
        // Recomputed with 40 digits.
        close(shannon(&ineq(0), LogBase::Natural), 1.940_243_850_650_150_7, 1e-14);
        close(effective_number(&ineq(0)), 6.960_448_073_497_107, 1e-13);
        assert_eq!(shannon(&ineq(5), LogBase::Natural), shannon(&ineq(0), LogBase::Natural));
    }

    #[test]
    fn bits_of_an_even_spread() {
        let eight = Shares::new(&[1.0; 8], None, Universe::Listed).unwrap();
        close(shannon(&eight, LogBase::Two), 3.0, 1e-15);
        close(effective_number(&eight), 8.0, 1e-14);
        let single = Shares::new(&[4.0], None, Universe::Listed).unwrap();
        assert_eq!(shannon(&single, LogBase::Two).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn an_item_that_is_nearly_all_leaves_its_digits() {
        // Computed with 40 digits (mpmath 1.3).
        let shares = Shares::new(&[1e12, 1.0, 1e-12], None, Universe::Listed).unwrap();
        close(
            shannon(&shares, LogBase::Natural) / 2.863_102_111_595_668e-11,
            1.0,
            1e-13,
        );
        close(renyi(&shares, 2.0, LogBase::Natural).unwrap() / 2e-12, 1.0, 1e-11);
        close(
            renyi(&shares, 0.5, LogBase::Natural).unwrap() / 1.999_999_999_998_666_7e-6,
            1.0,
            1e-13,
        );
    }

    #[test]
    fn the_orders_meet_the_known_indices() {
        let shares = ineq(5);
        close(hannah_kay(&shares, 0.0).unwrap(), 10.0, 1e-13);
        close(hannah_kay(&shares, 1.0).unwrap(), effective_number(&shares), 1e-15);
        close(
            hannah_kay(&shares, 1.0 + 1e-7).unwrap(),
            effective_number(&shares),
            1e-5,
        );
        close(hannah_kay(&shares, 2.0).unwrap(), effective_number_hhi(&shares), 1e-13);
        close(hannah_kay(&shares, f64::INFINITY).unwrap(), 1.0 / 0.33431953, 1e-7);
        close(hannah_kay(&shares, 1e6).unwrap(), 1.0 / 0.33431953, 1e-5);
        close(hannah_kay(&shares, f64::MAX).unwrap(), 1.0 / 0.33431953, 1e-7);
        assert!(hannah_kay(&shares, -1.0).is_err());
        assert!(renyi(&shares, f64::NAN, LogBase::Two).is_err());
    }
}
