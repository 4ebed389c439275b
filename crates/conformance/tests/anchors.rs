//! Every anchor that can be run agrees with what was published.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use conformance::Outcome;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn every_anchor_that_is_run_passes() {
    let anchors = conformance::run(&BTreeMap::new()).unwrap();
    for anchor in &anchors {
        match &anchor.result {
            Outcome::Run(checks) => {
                assert!(!checks.is_empty(), "{} checks nothing", anchor.id);
                for check in checks {
                    let (name, rule) = (&check.name, &check.rule);
                    assert!(
                        check.pass,
                        "{}, {name}: {} is not {} ({rule})",
                        anchor.id, check.ours, check.published
                    );
                }
            }
            Outcome::NotRun(reason) => assert!(!reason.is_empty()),
            Outcome::Refused(reason) => panic!("{}: {reason}", anchor.id),
        }
    }
    let run = anchors.iter().filter(|a| matches!(a.result, Outcome::Run(_))).count();
    assert!(run >= 24, "{run} anchors were run");
}

#[test]
fn anchors_have_their_own_names_and_a_source() {
    let anchors = conformance::run(&BTreeMap::new()).unwrap();
    let ids: BTreeSet<&str> = anchors.iter().map(|a| a.id.as_str()).collect();
    assert_eq!(ids.len(), anchors.len());
    for anchor in &anchors {
        assert!(anchor.source.len() > 20 && anchor.title.len() > 10, "{}", anchor.id);
    }
    // What cannot be run is said, never passed over.
    assert!(
        anchors
            .iter()
            .any(|a| a.id == "C9" && matches!(a.result, Outcome::NotRun(_)))
    );
}
