//! What is written is what is read, and hashes say what they promise.
#![allow(clippy::unwrap_used, missing_docs)]

use proptest::prelude::*;
use store::{Filter, logical_hash, parquet_bytes, read_records, write_records};
use trade::{Classification, Decimal3, Economy, Flow, Period, Record, Status, Valuation};

fn economy() -> impl Strategy<Value = Economy> {
    prop::sample::select(vec!["PRK", "KOR", "CHN", "SUN", "WLD", "WLD-KOR"]).prop_map(|c| Economy::new(c).unwrap())
}

fn decimal() -> impl Strategy<Value = Decimal3> {
    prop_oneof![
        (-999_999_999_999_999_999_i128..=999_999_999_999_999_999).prop_map(Decimal3::from_thousandths),
        (0_i64..100_000).prop_map(Decimal3::from_units),
    ]
}

fn text() -> impl Strategy<Value = std::sync::Arc<str>> {
    "[ -~é]{0,12}".prop_map(Into::into)
}

prop_compose! {
    fn record()(
        head in (text(), 1900_i16..2100, 1_u8..=12, prop::sample::select(vec![1_u16, 6, 12, 90])),
        pair in (economy(), economy(), prop::sample::select(Flow::ALL.to_vec())),
        product in prop::sample::select(vec![(Classification::Hs(2), "27"), (Classification::HsUnstated, "TOTAL"), (Classification::Compiler, "coal")]),
        valuation in prop::option::of(prop::sample::select(Valuation::ALL.to_vec())),
        money in (prop::option::of(decimal()), prop::option::of(decimal()), prop::option::of(decimal()), prop::option::of(decimal()), prop::option::of(decimal())),
        tail in (prop::option::of(text()), prop::sample::select(Status::ALL.to_vec()), prop::option::of(text()), prop::option::of(0_u32..1000)),
    ) -> Record {
        Record {
            compiler: head.0,
            period: Period::span(head.1, head.2, head.3).unwrap(),
            reporter: pair.0,
            partner: pair.1,
            flow: pair.2,
            classification: product.0,
            product: product.1.into(),
            valuation,
            value: money.0,
            rounded_to: money.1,
            share_percent: money.2,
            net_weight_kg: money.3,
            quantity: money.4,
            quantity_unit: tail.0,
            status: tail.1,
            basis: tail.2,
            reference: tail.3,
        }
    }
}

fn sorted(mut records: Vec<Record>) -> Vec<String> {
    records.sort_by(|a, b| a.key().cmp(&b.key()));
    let mut lines: Vec<String> = records.iter().map(|r| format!("{r:?}")).collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_record_reads_back(records in prop::collection::vec(record(), 0..40)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        write_records(&path, &records).unwrap();
        let back = read_records(&path, &Filter::default()).unwrap();
        prop_assert_eq!(logical_hash(&back), logical_hash(&records));
        prop_assert_eq!(sorted(back), sorted(records));
    }

    #[test]
    fn the_order_of_rows_changes_no_byte(records in prop::collection::vec(record(), 0..40), seed in any::<u64>()) {
        let mut other = records.clone();
        let n = other.len().max(1);
        other.rotate_left(seed as usize % n);
        other.reverse();
        let path = std::path::Path::new("x");
        prop_assert_eq!(parquet_bytes(&records, path).unwrap(), parquet_bytes(&other, path).unwrap());
        prop_assert_eq!(logical_hash(&records), logical_hash(&other));
    }

    #[test]
    fn any_change_changes_the_logical_hash(records in prop::collection::vec(record(), 1..10), which in any::<prop::sample::Index>(), change in 0..6) {
        let mut other = records.clone();
        let r = which.get_mut(&mut other);
        match change {
            0 => r.value = match r.value { None => Some(Decimal3::ZERO), Some(v) => Some(v + Decimal3::from_thousandths(1)) },
            1 => r.share_percent = r.share_percent.map_or(Some(Decimal3::ZERO), |_| None),
            2 => r.basis = r.basis.as_ref().map_or(Some("".into()), |_| None),
            3 => r.quantity_unit = Some(format!("{}x", r.quantity_unit.as_deref().unwrap_or_default()).into()),
            4 => r.reference = Some(r.reference.map_or(0, |n| n + 1)),
            _ => r.flow = if r.flow == Flow::Export { Flow::Import } else { Flow::Export },
        }
        prop_assert_ne!(logical_hash(&records), logical_hash(&other));
    }
}
