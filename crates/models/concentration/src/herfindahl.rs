use crate::shares::Shares;
use crate::undefined::Undefined;

/// The Herfindahl-Hirschman index, the sum of squared shares: HHI = Σ s².
///
/// Between 1/n (even) and 1 (a single item). It does not depend on the universe: zeros
/// add nothing. Herfindahl 1950; Hirschman 1945, 1964.
pub fn herfindahl(shares: &Shares) -> f64 {
    shares.sum(|block| block.share * block.share)
}

/// The HHI put on the scale 0 to 1: (HHI - 1/n) / (1 - 1/n), with n the universe, of which an
/// even spread is 0. Packages that leave zeros out take n for the active items: [`Universe::Active`](crate::Universe::Active).
///
/// # Errors
/// [`Undefined::SingleItem`] for n = 1, where it is 0/0.
pub fn normalised(shares: &Shares) -> Result<f64, Undefined> {
    let even = 1.0 / several(shares)?;
    Ok((herfindahl(shares) - even) / (1.0 - even))
}

/// UNCTAD's concentration index: (√HHI - √(1/n)) / (1 - √(1/n)), with n the universe.
///
/// It takes the root, and is not to be compared with the [`normalised`] HHI. UNCTAD
/// counts the SITC groups of three digits; see the UNCTAD Handbook of Statistics.
///
/// # Errors
/// [`Undefined::SingleItem`] for n = 1.
pub fn unctad(shares: &Shares) -> Result<f64, Undefined> {
    let even = (1.0 / several(shares)?).sqrt();
    Ok((herfindahl(shares).sqrt() - even) / (1.0 - even))
}

/// The number of items of equal size that have this HHI: 1/HHI (Adelman 1969).
pub fn effective_number_hhi(shares: &Shares) -> f64 {
    1.0 / herfindahl(shares)
}

/// n as a number, where there are at least two items to compare.
pub(crate) fn several(shares: &Shares) -> Result<f64, Undefined> {
    match shares.n() {
        0 | 1 => Err(Undefined::SingleItem),
        n => Ok(n as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::testing::{INEQ, close, ineq};

    #[test]
    fn the_published_vector() {
        let ten = ineq(0);
        close(herfindahl(&ten), 0.1840812, 5e-8); // R package ineq, reference output
        close(herfindahl(&ten), 0.18408123091548528, 1e-16);
        close(normalised(&ten).unwrap(), 0.09342358990609476, 1e-15);
        close(unctad(&ten).unwrap(), 0.164995176745715, 1e-14);
        let fifteen = ineq(5);
        assert_eq!(herfindahl(&fifteen), herfindahl(&ten));
        close(normalised(&fifteen).unwrap(), 0.12580131883801995, 1e-15);
        close(unctad(&fifteen).unwrap(), 0.23031509997512464, 1e-14);
    }

    #[test]
    fn even_and_single() {
        let even = Shares::new(&[3.0; 4], None, Universe::Listed).unwrap();
        assert_eq!(
            (herfindahl(&even), normalised(&even), effective_number_hhi(&even)),
            (0.25, Ok(0.0), 4.0)
        );
        let single = Shares::new(&[5.0], None, Universe::Listed).unwrap();
        assert_eq!(herfindahl(&single), 1.0);
        assert_eq!(normalised(&single), Err(Undefined::SingleItem));
        let one_of_two = Shares::new(&[5.0, 0.0], None, Universe::Listed).unwrap();
        assert_eq!(normalised(&one_of_two), Ok(1.0));
        assert_eq!(unctad(&one_of_two), Ok(1.0));
    }

    #[test]
    fn hhi_is_one_plus_squared_variation_over_n() {
        let n = INEQ.len() as f64;
        let mean = INEQ.iter().sum::<f64>() / n;
        let variance = INEQ.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        close(herfindahl(&ineq(0)), (1.0 + variance / (mean * mean)) / n, 1e-15);
    }
}
