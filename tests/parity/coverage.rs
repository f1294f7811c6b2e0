//! Rows and checks belong together, one by one.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{Mark, rows};
use crate::{Part, of_std, of_vervet};

/// Item and whether its check proves that it is std's.
fn checks(parts: &[Part]) -> BTreeMap<&'static str, bool> {
    let mut all = BTreeMap::new();
    for &(item, is_std) in parts.iter().flat_map(|part| part.rows) {
        assert_eq!(all.insert(item, is_std), None, "checked twice: {item}");
    }
    all
}

#[test]
fn no_item_has_two_rows() {
    let mut seen = BTreeSet::new();
    for row in rows() {
        assert!(seen.insert(row.item), "two rows: {}", row.item);
    }
}

#[test]
fn each_row_has_its_check() {
    let checks = checks(of_std::PARTS);
    for row in rows() {
        match (row.mark, checks.get(row.item)) {
            (Mark::LeftOut(_), None) => {}
            (Mark::LeftOut(_), Some(_)) => panic!("left out, and checked: {}", row.item),
            (_, None) => panic!("not checked: {}", row.item),
            (mark, Some(is_std)) if row.has_identity() => {
                assert_eq!(
                    mark == Mark::ReExported,
                    *is_std,
                    "the mark and the check of {} differ",
                    row.item
                );
            }
            (_, Some(is_std)) => assert!(!is_std, "this has no identity: {}", row.item),
        }
    }
}

#[test]
fn each_check_has_its_row() {
    let rows: BTreeSet<_> = rows().iter().map(|row| row.item).collect();
    for (item, _) in checks(of_std::PARTS) {
        assert!(rows.contains(item), "no row: {item}");
    }
}

#[test]
fn vervet_is_checked_for_all_of_it() {
    assert_eq!(checks(of_vervet::PARTS), checks(of_std::PARTS));
}
