use super::*;
use crate::fixture::record;
use proptest::prelude::*;

fn total(reporter: &str, flow: Flow, partner: &str, value: Option<i64>) -> Record {
    record(2003, reporter, flow, partner, TOTAL, value)
}

#[test]
fn two_reports_of_one_flow_meet() {
    let records = [
        total("CHN", Flow::Import, "KOR", Some(431)),
        total("KOR", Flow::Export, "CHN", Some(351)),
    ];
    let pairing = pair(&records, &Options::default());
    assert_eq!(pairing.pairs.len(), 1);
    let pair = &pairing.pairs[0];
    assert_eq!((pair.key.exporter.as_str(), pair.key.importer.as_str()), ("KOR", "CHN"));
    assert_eq!(pair.both(), Some((351.0, 431.0)));
}

#[test]
fn a_zero_is_a_report_and_a_blank_is_not() {
    let records = [
        total("AAA", Flow::Export, "BBB", Some(0)),
        total("BBB", Flow::Import, "AAA", Some(5)),
        total("BBB", Flow::Export, "AAA", None),
        total("AAA", Flow::Import, "BBB", Some(7)),
    ];
    let pairing = pair(&records, &Options::default());
    assert_eq!(pairing.pairs[0].both(), Some((0.0, 5.0)));
    assert!(pairing.pairs[1].export.is_none() && pairing.pairs[1].import.is_some());
    assert_eq!(pairing.pairs[1].both(), None);
    assert_eq!(pairing.excluded.blank, 1);
}

#[test]
fn what_is_no_bilateral_report_is_counted() {
    let mut mirrored = total("PRK", Flow::Export, "CHN", Some(9));
    mirrored.status = Status::Mirrored;
    let records = [
        total("AAA", Flow::Import, "AAA", Some(1)),
        total("AAA", Flow::Import, "WLD", Some(1)),
        total("AAA", Flow::Import, "WLD-KOR", Some(1)),
        total("AAA", Flow::Import, "EUG", Some(1)),
        total("AAA", Flow::TwoWay, "BBB", Some(1)),
        total("AAA", Flow::Import, "BBB", Some(-1)),
        total("AAA", Flow::ReExport, "BBB", Some(1)),
        mirrored,
    ];
    let place = |code: Economy| {
        if code.as_str() == "EUG" {
            Place::Group
        } else {
            place_by_table(code)
        }
    };
    let pairing = pair(
        &records,
        &Options {
            place: &place,
            revisions: Revisions::Exact,
        },
    );
    assert!(pairing.pairs.is_empty());
    let expected = Excluded {
        self_trade: 1,
        world: 2,
        groups: 1,
        blank: 0,
        negative: 1,
        derived: 1,
        two_way: 1,
        lone_re_trade: 1,
        ..Excluded::default()
    };
    assert_eq!(pairing.excluded, expected);
}

#[test]
fn re_exports_stand_beside_exports_and_are_not_added() {
    let records = [
        total("HKG", Flow::Export, "USA", Some(100)),
        total("HKG", Flow::ReExport, "USA", Some(90)),
    ];
    let pairing = pair(&records, &Options::default());
    assert_eq!(pairing.pairs[0].export.as_ref().unwrap().value, Usd::from_units(100));
    assert_eq!(pairing.pairs[0].re_export, Some(Usd::from_units(90)));
}

#[test]
fn chapters_meet_across_revisions_and_headings_do_not() {
    let mut old = record(2003, "AAA", Flow::Export, "BBB", "27", Some(10));
    old.classification = Classification::Hs(1);
    let mut heading = record(2003, "AAA", Flow::Export, "BBB", "2701", Some(4));
    heading.classification = Classification::Hs(1);
    let records = [
        old,
        heading,
        record(2003, "BBB", Flow::Import, "AAA", "27", Some(11)),
        record(2003, "BBB", Flow::Import, "AAA", "2701", Some(5)),
    ];
    let alike = pair(&records, &Options::default());
    assert_eq!(alike.two_sided().count(), 1);
    assert_eq!(alike.pairs.len(), 3);
    let exact = pair(
        &records,
        &Options {
            revisions: Revisions::Exact,
            ..Options::default()
        },
    );
    assert_eq!(exact.two_sided().count(), 0);
}

#[test]
fn duplicates_are_reported_with_the_reason_of_the_choice() {
    let mut quoted = total("AAA", Flow::Export, "BBB", Some(50));
    quoted.status = Status::Quoted;
    let records = [
        quoted,
        total("AAA", Flow::Export, "BBB", Some(10)),
        total("BBB", Flow::Import, "AAA", Some(12)),
        total("BBB", Flow::Import, "AAA", Some(15)),
        total("CCC", Flow::Import, "AAA", Some(3)),
        total("CCC", Flow::Import, "AAA", Some(3)),
    ];
    let pairing = pair(&records, &Options::default());
    assert_eq!(pairing.pairs[0].both(), Some((10.0, 15.0)));
    let why: Vec<_> = pairing.duplicates.iter().map(|d| d.resolution).collect();
    assert_eq!(why, [Resolution::Status, Resolution::Largest, Resolution::SameValue]);
}

proptest! {
    #[test]
    fn the_order_of_records_does_not_matter(
        rows in prop::collection::vec((0..4_usize, 0..4_usize, any::<bool>(), 0..50_i64), 0..40),
        seed in any::<u64>(),
    ) {
        let codes = ["AAA", "BBB", "CCC", "WLD"];
        let records: Vec<Record> = rows.iter().map(|&(a, b, out, v)| {
            total(codes[a], if out { Flow::Export } else { Flow::Import }, codes[b], Some(v))
        }).collect();
        let mut shuffled = records.clone();
        let n = shuffled.len();
        for i in 0..n {
            shuffled.swap(i, (seed.wrapping_mul(i as u64 + 7) % n as u64) as usize);
        }
        prop_assert_eq!(pair(&records, &Options::default()), pair(&shuffled, &Options::default()));
    }
}
