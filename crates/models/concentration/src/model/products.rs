use super::indices;
use super::parameters::Parameters;
use crate::convention::Universe;
use crate::coverage::Partial;
use model::{Finding, Input};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trade::{Classification, Economy, Flow, Period, Record, TOTAL, Usd};

/// Of whom, when, what and by whom: reporter, flow, period, partner, compiler, classification.
type Key = (Economy, Flow, Period, Economy, Arc<str>, Classification);

/// The same without a classification: the total of all products.
type TotalKey = (Economy, Flow, Period, Economy, Arc<str>);

/// Concentration on products, in each listing of one compiler with one partner (or with a
/// world row) that has a total and stands at one level of one classification: numbers where
/// the products make the total, else bounds.
///
/// Nothing is added up here, so listings of several levels are left alone; so are a
/// compiler's own names, which may overlap.
pub(super) fn product_indices(input: &Input<'_>, parameters: &Parameters) -> Vec<Finding> {
    let mut listings: BTreeMap<Key, BTreeMap<&str, BTreeSet<Option<Usd>>>> = BTreeMap::new();
    let mut totals: BTreeMap<TotalKey, BTreeSet<Usd>> = BTreeMap::new();
    for record in input.flows.iter().filter(|record| belongs(record, input, parameters)) {
        let r = record;
        let compiler = r.compiler.clone();
        if &*r.product == TOTAL {
            totals
                .entry((r.reporter, r.flow, r.period, r.partner, compiler))
                .or_default()
                .extend(r.value);
        } else if r.classification != Classification::Compiler {
            let key = (r.reporter, r.flow, r.period, r.partner, compiler, r.classification);
            listings
                .entry(key)
                .or_default()
                .entry(&*r.product)
                .or_default()
                .insert(r.value);
        }
    }
    let mut findings = Vec::new();
    for ((reporter, flow, period, partner, compiler, classification), products) in listings {
        let total = totals.get(&(reporter, flow, period, partner, compiler.clone()));
        let Some(total) = total.filter(|t| t.len() == 1).and_then(BTreeSet::first) else {
            continue;
        };
        let label = |finding: Finding| {
            let finding = finding
                .label("dimension", "product")
                .label("flow", flow)
                .label("period", period)
                .label("partner", partner)
                .label("compiler", &compiler)
                .label("classification", classification)
                .convention("denominator", "TOTAL of the same compiler");
            if input.economy.is_none() {
                finding.label("reporter", reporter)
            } else {
                finding
            }
        };
        findings.extend(of_listing(&products, *total, parameters).into_iter().map(label));
    }
    findings
}

fn belongs(record: &Record, input: &Input<'_>, parameters: &Parameters) -> bool {
    record.period.is_annual()
        && matches!(record.flow, Flow::Export | Flow::Import | Flow::TwoWay)
        && input.economy.is_none_or(|economy| economy == record.reporter)
        && (record.partner.is_world() || parameters.partners.contains(&record.partner))
}

fn of_listing(products: &BTreeMap<&str, BTreeSet<Option<Usd>>>, total: Usd, parameters: &Parameters) -> Vec<Finding> {
    let levels: BTreeSet<usize> = products.keys().map(|code| code.len()).collect();
    // One figure each; two of one product would have to be chosen between.
    let values: Option<Vec<Usd>> = products
        .values()
        .map(|figures| figures.first().copied().flatten().filter(|_| figures.len() == 1))
        .collect();
    let Some(values) = values.filter(|values| levels.len() == 1 && values.len() > 1 && total > Usd::ZERO) else {
        return Vec::new();
    };
    let money: Vec<f64> = values.iter().map(|value| value.to_f64()).collect();
    let shares: Vec<f64> = money.iter().map(|value| value / total.to_f64()).collect();
    // Half a per cent: totals and parts are rounded apart.
    match Partial::new(&shares, 0.005, parameters.missing) {
        Ok(partial) if partial.coverage() < 0.995 => indices::bounded(&partial, parameters.missing, "products"),
        Ok(_) => indices::computed(&money, Universe::Active, "products"),
        Err(_) => Vec::new(),
    }
}
