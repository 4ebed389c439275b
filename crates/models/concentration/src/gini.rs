use crate::herfindahl::several;
use crate::shares::Shares;
use crate::undefined::Undefined;

/// The Gini index: Σ (2r - n - 1) x(r) / (n Σ x), rank 1 the smallest, n the universe.
///
/// From 0 (even) to (n - 1)/n (one item has everything). The population form, as in the
/// R package ineq; for the other see [`gini_unbiased`]. A single item gives 0. Gini 1912; by ranks as in Sen 1973.
pub fn gini(shares: &Shares) -> f64 {
    let n = shares.n() as f64;
    // Largest first: `above` items stand over the block, so its c ranks from below run from
    // n - above - c + 1 to n - above, and their (2r - n - 1) add to c (n - 2 above - c).
    let mut above = 0.0;
    let ranked = shares.blocks().iter().map(|block| {
        let weight = block.count * (n - 2.0 * above - block.count);
        above += block.count;
        weight * block.share
    });
    crate::summation::sum(ranked) / n
}

/// The Gini index with the small-sample factor, G n / (n - 1), as in the R package
/// DescTools and ineq's `corr = TRUE`: 1 when one item has everything. Deltas 2003 (Review of Economics and Statistics 85).
///
/// # Errors
/// [`Undefined::SingleItem`] for n = 1.
pub fn gini_unbiased(shares: &Shares) -> Result<f64, Undefined> {
    let n = several(shares)?;
    Ok(gini(shares) * n / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::testing::{close, ineq};

    #[test]
    fn the_published_vector() {
        close(gini(&ineq(0)), 0.4620911, 5e-8); // R package ineq, reference output
        // The rest recomputed in exact fractions.
        close(gini(&ineq(0)), 0.46209113026762383, 1e-15);
        close(gini_unbiased(&ineq(0)).unwrap(), 0.513_434_589_186_248_7, 1e-15);
        close(gini(&ineq(5)), 0.6413940868450826, 1e-15);
        close(gini_unbiased(&ineq(5)).unwrap(), 0.6872079501911599, 1e-15);
    }

    #[test]
    fn ends_of_the_scale() {
        let of = |values: &[f64]| Shares::new(values, None, Universe::Listed).unwrap();
        assert_eq!(gini(&of(&[2.0; 5])), 0.0);
        assert_eq!(gini(&of(&[0.0, 0.0, 0.0, 8.0])), 0.75);
        assert_eq!(gini_unbiased(&of(&[0.0, 0.0, 0.0, 8.0])), Ok(1.0));
        assert_eq!(gini(&of(&[8.0])), 0.0);
        assert_eq!(gini_unbiased(&of(&[8.0])), Err(Undefined::SingleItem));
    }
}
