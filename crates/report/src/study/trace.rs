//! Which findings a page shows, and where the evidence of each stands.

use crate::page::digest::short;
use crate::page::html::anchor;
use model::Finding;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Gives out the addresses of findings' evidence and keeps which were asked for.
pub(super) struct Trace<'a> {
    findings: &'a [Finding],
    shown: RefCell<BTreeSet<usize>>,
}

impl<'a> Trace<'a> {
    pub(super) fn new(findings: &'a [Finding]) -> Self {
        Trace {
            findings,
            shown: RefCell::default(),
        }
    }

    /// Where the evidence of the finding at this place is.
    pub(super) fn at(&self, place: usize) -> String {
        self.shown.borrow_mut().insert(place);
        let finding = &self.findings[place];
        format!("{}#{}", page_of(&finding.scenario), anchor_of(finding))
    }

    /// The same for one of the findings given to [`Trace::new`].
    pub(super) fn of(&self, finding: &Finding) -> String {
        let place = self.findings.iter().position(|f| std::ptr::eq(f, finding));
        place.map(|place| self.at(place)).unwrap_or_default()
    }

    /// The findings that were asked for, of one scenario, in their order.
    pub(super) fn shown(&self, scenario: &str) -> Vec<&'a Finding> {
        let shown = self.shown.borrow();
        let all = shown.iter().map(|&place| &self.findings[place]);
        all.filter(|finding| finding.scenario == scenario).collect()
    }
}

/// The page of a scenario's evidence, beside the report.
pub(super) fn page_of(scenario: &str) -> String {
    format!("evidence/{}.html", anchor(scenario))
}

/// A finding's anchor on its scenario's page: readable, and its own for certain.
pub(super) fn anchor_of(finding: &Finding) -> String {
    let id = finding.id();
    format!("{}-{}", anchor(&finding.measure), short(&id))
}

/// The anchor of a claim's tests on a scenario's page.
pub(super) fn anchor_of_claim(claim: &str) -> String {
    anchor(&format!("claim-{claim}"))
}

/// The anchor of a period's figures on a scenario's page.
pub(super) fn anchor_of_period(period: &str) -> String {
    anchor(&format!("figures-{period}"))
}
