/// The quantile at `p` (0 to 1) of values sorted upwards, by linear interpolation between the
/// order statistics at (n − 1)p: Hyndman & Fan (1996), type 7. `None` for no values or a `p`
/// outside.
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    let at = p * last as f64;
    let below = sorted.get(at.floor() as usize)?;
    let above = sorted.get((at.floor() as usize + 1).min(last))?;
    Some(below + (above - below) * at.fract())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_seven_by_hand() {
        let values = [1.0, 2.0, 3.0, 10.0];
        assert_eq!(quantile(&values, 0.5), Some(2.5));
        assert_eq!(quantile(&values, 0.9), Some(3.0 + 7.0 * (2.7 - 2.0)));
        assert_eq!(
            (quantile(&values, 0.0), quantile(&values, 1.0)),
            (Some(1.0), Some(10.0))
        );
        assert_eq!((quantile(&[], 0.5), quantile(&values, 1.5)), (None, None));
    }
}
