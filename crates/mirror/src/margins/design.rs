use super::{Observation, Specification, Unfitted};
use regress::Design;
use std::collections::BTreeSet;

pub(super) const LN_DISTANCE: &str = "ln distance";
pub(super) const LN_DISTANCE_SQUARED: &str = "(ln distance)^2";
pub(super) const CONTIGUOUS: &str = "contiguous";
pub(super) const LANDLOCKED_EXPORTER: &str = "landlocked exporter";
pub(super) const LANDLOCKED_IMPORTER: &str = "landlocked importer";
pub(super) const LN_UNIT_VALUE: &str = "ln unit value";

/// The columns that a specification asks for.
pub(super) fn design(flows: &[Observation], specification: &Specification) -> Result<Design, Unfitted> {
    let column = |f: &dyn Fn(&Observation) -> f64| flows.iter().map(f).collect::<Vec<f64>>();
    let flag = |is: bool| f64::from(u8::from(is));
    let mut design = Design::new(flows.len())
        .intercept()?
        .term(LN_DISTANCE, column(&|o| o.distance_km.ln()))?;
    if specification.squared_distance {
        design = design.term(LN_DISTANCE_SQUARED, column(&|o| o.distance_km.ln().powi(2)))?;
    }
    if specification.contiguity {
        design = design.term(CONTIGUOUS, column(&|o| flag(o.contiguous)))?;
    }
    if specification.landlocked {
        design = design
            .term(LANDLOCKED_EXPORTER, column(&|o| flag(o.landlocked_exporter)))?
            .term(LANDLOCKED_IMPORTER, column(&|o| flag(o.landlocked_importer)))?;
    }
    if specification.unit_value {
        design = design.term(LN_UNIT_VALUE, column(&|o| o.unit_value.ln()))?;
    }
    if specification.year_effects {
        let years: BTreeSet<i16> = flows.iter().map(|o| o.year).collect();
        for year in years.into_iter().skip(1) {
            design = design.term(&format!("year {year}"), column(&|o| flag(o.year == year)))?;
        }
    }
    if specification.product_effects {
        let products: BTreeSet<u32> = flows.iter().map(|o| o.product).collect();
        if products.len() > 300 {
            return Err(Unfitted::TooManyProducts { found: products.len() });
        }
        for product in products.into_iter().skip(1) {
            design = design.term(&format!("product {product}"), column(&|o| flag(o.product == product)))?;
        }
    }
    Ok(design)
}
