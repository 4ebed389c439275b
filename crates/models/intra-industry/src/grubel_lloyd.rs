//! The numerics: plain slices in, a documented struct out. Nothing here knows of trade data.

/// How much of trade is two-way within products.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrubelLloyd {
    /// 1 - sum |x_k - m_k| / sum (x_k + m_k), from 0 (every product goes one way) to 1 (every
    /// product's exports equal its imports). Grubel & Lloyd (1975), Intra-Industry Trade, ch. 2.
    pub index: f64,
    /// The index over 1 - |X - M| / (X + M), its greatest value at the trade balance there is
    /// (Grubel & Lloyd 1975, the adjusted measure); `None` where all trade goes one way.
    pub adjusted: Option<f64>,
    /// How many products have trade.
    pub products: usize,
    /// How many of them have trade in both directions.
    pub two_way: usize,
}

/// Why there is no index.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The two directions do not list the same number of products.
    #[error("{exports} exports and {imports} imports were given: each product needs both, zero where there is none")]
    Length {
        /// How many exports.
        exports: usize,
        /// How many imports.
        imports: usize,
    },
    /// A value that is no trade value.
    #[error("the value of product {product} is {value}: values are expected to be finite and not negative")]
    Value {
        /// The product's position, from 0.
        product: usize,
        /// The value.
        value: f64,
    },
    /// There is no trade at all.
    #[error("there is no trade: the index would divide by zero")]
    NoTrade,
}

/// The Grubel-Lloyd index of products' `exports` and `imports`, in one unit, in one order.
///
/// Products without any trade change nothing. The index is the same for exports and imports
/// exchanged and for values in another unit; splitting a product never raises it.
///
/// # Errors
/// [`Error::Length`], [`Error::Value`], and [`Error::NoTrade`] where everything is zero.
///
/// ```
/// // Wine goes both ways, oil only in: 1 - (|6 - 4| + |0 - 10|) / (10 + 10).
/// let found = intra_industry::grubel_lloyd(&[6.0, 0.0], &[4.0, 10.0])?;
/// assert!((found.index - 0.4).abs() < 1e-15);
/// assert_eq!(found.two_way, 1);
/// # Ok::<(), intra_industry::Error>(())
/// ```
pub fn grubel_lloyd(exports: &[f64], imports: &[f64]) -> Result<GrubelLloyd, Error> {
    if exports.len() != imports.len() {
        return Err(Error::Length {
            exports: exports.len(),
            imports: imports.len(),
        });
    }
    let (mut gap, mut trade, mut balance) = (0.0, 0.0, 0.0);
    let (mut products, mut two_way) = (0, 0);
    for (product, (&x, &m)) in exports.iter().zip(imports).enumerate() {
        for value in [x, m] {
            if !value.is_finite() || value < 0.0 {
                return Err(Error::Value { product, value });
            }
        }
        gap += (x - m).abs();
        trade += x + m;
        balance += x - m;
        products += usize::from(x + m > 0.0);
        two_way += usize::from(x > 0.0 && m > 0.0);
    }
    if trade <= 0.0 || !trade.is_finite() {
        return Err(Error::NoTrade);
    }
    // Rounding may carry the quotient a little beyond its bounds.
    let index = (1.0 - gap / trade).clamp(0.0, 1.0);
    let greatest = 1.0 - f64::abs(balance) / trade;
    Ok(GrubelLloyd {
        index,
        adjusted: (greatest > 0.0).then(|| (index / greatest).min(1.0)),
        products,
        two_way,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bounds_are_one_way_and_balanced_trade() {
        let one_way = grubel_lloyd(&[5.0, 0.0], &[0.0, 7.0]).unwrap();
        assert_eq!((one_way.index, one_way.two_way), (0.0, 0));
        let balanced = grubel_lloyd(&[5.0, 7.0], &[5.0, 7.0]).unwrap();
        assert_eq!((balanced.index, balanced.adjusted), (1.0, Some(1.0)));
        let only_exports = grubel_lloyd(&[5.0], &[0.0]).unwrap();
        assert_eq!((only_exports.index, only_exports.adjusted), (0.0, None));
    }

    #[test]
    fn the_adjustment_takes_the_imbalance_out() {
        // Every product at 2 to 1: as two-way as the balance allows.
        let found = grubel_lloyd(&[2.0, 4.0], &[1.0, 2.0]).unwrap();
        assert!((found.index - 2.0 / 3.0).abs() < 1e-15);
        assert!((found.adjusted.unwrap() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_no_trade_value_is_refused() {
        assert_eq!(grubel_lloyd(&[], &[]), Err(Error::NoTrade));
        assert_eq!(grubel_lloyd(&[0.0], &[0.0]), Err(Error::NoTrade));
        assert_eq!(grubel_lloyd(&[1.0], &[]), Err(Error::Length { exports: 1, imports: 0 }));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                grubel_lloyd(&[1.0, bad], &[1.0, 1.0]),
                Err(Error::Value { product: 1, .. })
            ));
        }
    }

    proptest! {
        #[test]
        fn exchanging_scaling_and_splitting(
            trade in proptest::collection::vec((0.0..1e9_f64, 0.0..1e9_f64), 1..20),
            scale in 1e-3..1e3_f64,
            part in 0.0..1.0_f64,
        ) {
            let (x, m): (Vec<f64>, Vec<f64>) = trade.into_iter().unzip();
            prop_assume!(x.iter().chain(&m).sum::<f64>() > 0.0);
            let found = grubel_lloyd(&x, &m).unwrap();
            prop_assert!((0.0..=1.0).contains(&found.index));
            prop_assert_eq!(found.index, grubel_lloyd(&m, &x).unwrap().index);
            let scaled = |values: &[f64]| values.iter().map(|v| v * scale).collect::<Vec<_>>();
            prop_assert!((found.index - grubel_lloyd(&scaled(&x), &scaled(&m)).unwrap().index).abs() < 1e-12);
            // The first product split in two, in other proportions for exports and imports.
            let split = |values: &[f64], part: f64| {
                let mut split = values.to_vec();
                split[0] = values[0] * part;
                split.push(values[0] - values[0] * part);
                split
            };
            let finer = grubel_lloyd(&split(&x, part), &split(&m, 0.5)).unwrap();
            prop_assert!(finer.index <= found.index + 1e-12);
        }
    }
}
