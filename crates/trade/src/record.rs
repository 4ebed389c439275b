use crate::{Classification, Decimal3, Economy, Flow, Period, Status, Usd, Valuation};
use std::sync::Arc;

/// One figure as one compiler published it: the row of every dataset.
///
/// Two figures of the same flow by two compilers are two records, and so are the
/// exporter's and the importer's report of it. Missing is `None`, never zero.
/// The field order is the column order of the files; records sort by period, reporter,
/// flow, partner, classification and product.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Who published the figure, as a short name such as `KOTRA`.
    pub compiler: Arc<str>,
    /// The time it covers.
    pub period: Period,
    /// The economy from whose side the flow is told. Not necessarily who reported it:
    /// see `status`.
    pub reporter: Economy,
    /// The other side; `WLD` for a total.
    pub partner: Economy,
    /// The direction, seen from the reporter.
    pub flow: Flow,
    /// The product classification of `product`.
    pub classification: Classification,
    /// The product code, as text; [`TOTAL`](crate::TOTAL) for all products.
    pub product: Arc<str>,
    /// FOB or CIF; `None` when the compiler does not say.
    pub valuation: Option<Valuation>,
    /// The value; `None` where only a share or a quantity was published.
    pub value: Option<Usd>,
    /// The unit to which the source rounded the value, where it did: the true value lies
    /// within half of this on either side.
    pub rounded_to: Option<Usd>,
    /// A published share of the reporter's total of this flow, in per cent.
    pub share_percent: Option<Decimal3>,
    /// Net weight in kilograms.
    pub net_weight_kg: Option<Decimal3>,
    /// A quantity in `quantity_unit`.
    pub quantity: Option<Decimal3>,
    /// The unit of `quantity`.
    pub quantity_unit: Option<Arc<str>>,
    /// How the compiler came by the figure.
    pub status: Status,
    /// The administrative basis (`approval`, `clearance`, `customs`, ...), where it matters.
    pub basis: Option<Arc<str>>,
    /// Index into the pin's list of references.
    pub reference: Option<u32>,
}

impl Record {
    /// A reported value for all products together; whatever else is known is set on the result.
    pub fn new(compiler: &str, period: Period, reporter: Economy, partner: Economy, flow: Flow, value: Usd) -> Self {
        Record {
            compiler: compiler.into(),
            period,
            reporter,
            partner,
            flow,
            classification: Classification::Compiler,
            product: crate::TOTAL.into(),
            valuation: None,
            value: Some(value),
            rounded_to: None,
            share_percent: None,
            net_weight_kg: None,
            quantity: None,
            quantity_unit: None,
            status: Status::Reported,
            basis: None,
            reference: None,
        }
    }

    /// The key by which files are sorted and by which duplicates are found.
    pub fn key(&self) -> (Period, Economy, Flow, Economy, Classification, &str, &str, Option<&str>) {
        (
            self.period,
            self.reporter,
            self.flow,
            self.partner,
            self.classification,
            &self.product,
            &self.compiler,
            self.basis.as_deref(),
        )
    }
}
