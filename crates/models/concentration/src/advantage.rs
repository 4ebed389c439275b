use crate::undefined::Undefined;

/// What "the world" is when an economy is compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum World {
    /// The world with the economy's own trade in it.
    #[default]
    WithOwn,
    /// The rest of the world.
    WithoutOwn,
}

/// Balassa's revealed comparative advantage of an economy in a product:
/// (x_ik / X_i) / (x_wk / X_w). Balassa 1965 (Manchester School 33).
///
/// `product` and `total` are the economy's exports of the product and of everything,
/// `world_product` and `world_total` the whole world's; with [`World::WithoutOwn`] the
/// economy's own are taken off the latter two. All in one unit.
///
/// # Errors
/// [`Undefined`] for values that are negative or not finite, parts larger than their
/// totals, and where the economy, the world or the world's product has no exports.
pub fn balassa(product: f64, total: f64, world_product: f64, world_total: f64, world: World) -> Result<f64, Undefined> {
    check(&[product, total, world_product, world_total])?;
    fits(product, total)?;
    fits(world_product, world_total)?;
    let (world_product, world_total) = match world {
        World::WithOwn => (world_product, world_total),
        World::WithoutOwn => {
            fits(product, world_product)?;
            fits(total, world_total)?;
            (world_product - product, world_total - total)
        }
    };
    let own = ratio(product, total, "the economy's total")?;
    let theirs = ratio(world_product, world_total, "the world's total")?;
    ratio(own, theirs, "the world's share of the product")
}

/// Balassa's index brought to 0..1: RCA / (1 + RCA), ½ where the economy is like the world.
///
/// # Errors
/// As [`balassa`].
pub fn balassa_bounded(
    product: f64,
    total: f64,
    world_product: f64,
    world_total: f64,
    world: World,
) -> Result<f64, Undefined> {
    let rca = balassa(product, total, world_product, world_total, world)?;
    Ok(rca / (1.0 + rca))
}

/// Trade intensity of economy i with partner j: (x_ij / X_i) / (m_j / (M_w - M_i)).
///
/// Above 1 the two trade more than their sizes suggest. M_i, the economy's own imports, is
/// taken off the world's because nobody imports from itself; with [`World::WithOwn`] it is
/// left in, and `own_imports` is not read. Mikic & Gilbert 2009 (ESCAP), after Kojima 1964.
///
/// # Errors
/// As [`balassa`].
pub fn trade_intensity(
    exports_to_partner: f64,
    exports: f64,
    partner_imports: f64,
    world_imports: f64,
    own_imports: f64,
    world: World,
) -> Result<f64, Undefined> {
    check(&[exports_to_partner, exports, partner_imports, world_imports])?;
    fits(exports_to_partner, exports)?;
    let world_imports = match world {
        World::WithOwn => world_imports,
        World::WithoutOwn => {
            check(&[own_imports])?;
            fits(own_imports, world_imports)?;
            world_imports - own_imports
        }
    };
    fits(partner_imports, world_imports)?;
    let own = ratio(exports_to_partner, exports, "the economy's exports")?;
    let theirs = ratio(partner_imports, world_imports, "the world's imports")?;
    ratio(own, theirs, "the partner's share in the world's imports")
}

fn check(values: &[f64]) -> Result<(), Undefined> {
    for (at, &value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(Undefined::NotFinite { item: at + 1, value });
        }
        if value < 0.0 {
            return Err(Undefined::Negative { item: at + 1, value });
        }
    }
    Ok(())
}

fn fits(part: f64, whole: f64) -> Result<(), Undefined> {
    if part <= whole {
        return Ok(());
    }
    Err(Undefined::PartsExceedTotal {
        percent: if whole > 0.0 {
            100.0 * part / whole
        } else {
            f64::INFINITY
        },
    })
}

fn ratio(above: f64, below: f64, what: &'static str) -> Result<f64, Undefined> {
    if below == 0.0 {
        return Err(Undefined::ZeroDenominator { what });
    }
    Ok(above / below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::close;

    #[test]
    fn balassa_by_hand_with_and_without_own_trade() {
        // 30 of 100 against 60 of 1000, and against (60 - 30) of (1000 - 100).
        close(balassa(30.0, 100.0, 60.0, 1000.0, World::WithOwn).unwrap(), 5.0, 1e-14);
        close(
            balassa(30.0, 100.0, 60.0, 1000.0, World::WithoutOwn).unwrap(),
            9.0,
            1e-14,
        );
        close(
            balassa_bounded(30.0, 100.0, 60.0, 1000.0, World::WithOwn).unwrap(),
            5.0 / 6.0,
            1e-14,
        );
        assert_eq!(balassa(0.0, 100.0, 60.0, 1000.0, World::WithOwn), Ok(0.0));
    }

    #[test]
    fn the_only_exporter_has_no_rest_of_the_world() {
        let rest = balassa(60.0, 100.0, 60.0, 1000.0, World::WithoutOwn);
        assert!(matches!(rest, Err(Undefined::ZeroDenominator { .. })));
    }

    #[test]
    fn impossible_figures_are_refused() {
        assert!(balassa(200.0, 100.0, 600.0, 1000.0, World::WithOwn).is_err());
        assert!(balassa(-1.0, 100.0, 600.0, 1000.0, World::WithOwn).is_err());
        assert!(balassa(1.0, f64::NAN, 600.0, 1000.0, World::WithOwn).is_err());
        assert!(balassa(0.0, 0.0, 600.0, 1000.0, World::WithOwn).is_err());
    }

    #[test]
    fn intensity_by_hand() {
        // 20 of 50 against 100 of (1100 - 100).
        close(
            trade_intensity(20.0, 50.0, 100.0, 1100.0, 100.0, World::WithoutOwn).unwrap(),
            4.0,
            1e-14,
        );
        close(
            trade_intensity(20.0, 50.0, 100.0, 1000.0, 0.0, World::WithOwn).unwrap(),
            4.0,
            1e-14,
        );
    }
}
