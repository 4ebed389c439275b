use crate::shares::Shares;

/// The index of Rosenbluth and of Hall and Tideman: 1 / (2 Σ r s(r) - 1), where rank 1 is
/// the largest share.
///
/// It weighs small items by rank, so the number of items counts more than in the HHI.
/// Zeros do not matter. Equals 1 / (n (1 - G)) with G the Gini index over the same items.
/// Rosenbluth 1961; Hall & Tideman 1967.
pub fn hall_tideman(shares: &Shares) -> f64 {
    let mut before = 0.0;
    let ranked = shares.blocks().iter().map(|block| {
        // c items on the ranks before + 1 ..= before + c.
        let ranks = block.count * before + block.count * (block.count + 1.0) / 2.0;
        before += block.count;
        ranks * block.share
    });
    1.0 / (2.0 * crate::summation::sum(ranked) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convention::Universe;
    use crate::gini::gini;
    use crate::shares::Shares;
    use crate::testing::{close, ineq};

    #[test]
    fn the_published_vector() {
        close(hall_tideman(&ineq(0)), 0.1859051, 5e-8); // R package ineq, reference output
        close(hall_tideman(&ineq(5)), 0.18590510, 5e-9);
    }

    #[test]
    fn it_is_tied_to_the_gini_index() {
        close(hall_tideman(&ineq(0)), 1.0 / (10.0 * (1.0 - gini(&ineq(0)))), 1e-15);
        let ties = Shares::new(&[2.0, 2.0, 2.0, 5.0], None, Universe::Listed).unwrap();
        close(hall_tideman(&ties), 1.0 / (4.0 * (1.0 - gini(&ties))), 1e-15);
    }

    #[test]
    fn a_single_item_is_fully_concentrated() {
        assert_eq!(hall_tideman(&Shares::new(&[7.0], None, Universe::Listed).unwrap()), 1.0);
    }
}
