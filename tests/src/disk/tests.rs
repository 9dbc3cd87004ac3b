//! What may be left, listed by hand.

use super::*;
use std::collections::BTreeSet;

fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect()
}

fn write(at: u64, text: &str) -> Call {
    Call::Write { file: 1, at, bytes: text.into() }
}

fn create(file: u64, name: &str) -> Call {
    Call::Create { file, name: name.to_owned() }
}

fn rename(from: &str, to: &str) -> Call {
    Call::Rename { from: from.to_owned(), to: to.to_owned() }
}

/// All that may be left of `before` if power is lost after the calls.
fn left(before: &Files, calls: &[Call]) -> BTreeSet<Files> {
    let mut disk = Disk::new(before);
    calls.iter().for_each(|call| disk.apply(call));
    let choices = disk.choices(1000, &mut Random::new(1));
    choices.iter().map(|choice| disk.after(choice)).collect()
}

#[test]
fn what_was_synced_stays() {
    let calls = [create(1, "a"), write(0, "12"), Call::Sync { file: 1 }, Call::SyncDirectory];
    assert_eq!(left(&Files::new(), &calls), [files(&[("a", "12")])].into());
}

#[test]
fn a_write_is_there_up_to_any_byte_or_up_to_its_length_with_zeros() {
    let before = files(&[("a", "1")]);
    let open = Call::Open { file: 1, length: 1, name: "a".to_owned() };
    let expected = ["1", "1\0\0", "12", "12\0", "123"].map(|text| files(&[("a", text)]));
    assert_eq!(left(&before, &[open.clone(), write(1, "2"), write(2, "3")]), expected.into());
    let cut = [write(1, "2"), Call::Truncate { file: 1, length: 0 }];
    let expected = ["1", "1\0", "12", ""].map(|text| files(&[("a", text)]));
    let found = left(&before, &[&[open], &cut[..1]].concat());
    assert_eq!(found, expected[..3].iter().cloned().collect());
    let all = [&[Call::Open { file: 1, length: 1, name: "a".to_owned() }], &cut[..]].concat();
    let expected = ["1", "12", ""].map(|text| files(&[("a", text)]));
    assert_eq!(left(&before, &all), expected.into());
}

#[test]
fn a_name_is_not_synced_with_its_file_nor_a_file_with_its_name() {
    let calls = [create(1, "a"), write(0, "1"), Call::Sync { file: 1 }];
    assert_eq!(left(&Files::new(), &calls), [files(&[]), files(&[("a", "1")])].into());
    let calls = [create(1, "a"), write(0, "1"), Call::SyncDirectory];
    let expected = ["", "\0", "1"].map(|text| files(&[("a", text)]));
    assert_eq!(left(&Files::new(), &calls), expected.into());
}

#[test]
fn renames_are_there_independently_and_may_take_a_name_from_a_file_that_did_not_move() {
    let before = files(&[("a", "1"), ("b", "2")]);
    let calls = [rename("b", "c"), rename("a", "b")];
    let expected = [
        files(&[("a", "1"), ("b", "2")]),
        files(&[("a", "1"), ("c", "2")]),
        files(&[("b", "1")]),
        files(&[("b", "1"), ("c", "2")]),
    ];
    assert_eq!(left(&before, &calls), expected.clone().into());
    let synced = [calls[0].clone(), Call::SyncDirectory, calls[1].clone()];
    assert_eq!(left(&before, &synced), [expected[1].clone(), expected[3].clone()].into());
}

#[test]
fn a_number_is_the_newest_files() {
    let calls =
        [create(1, "a"), Call::Unlink { name: "a".to_owned() }, create(1, "b"), write(0, "2")];
    let mut disk = Disk::new(&Files::new());
    calls.iter().for_each(|call| disk.apply(call));
    assert_eq!(disk.now(), files(&[("b", "2")]));
    assert_eq!(disk.name_of(1), Some("b"));
}

#[test]
fn too_many_choices_are_tried_at_random() {
    let mut disk = Disk::new(&Files::new());
    [create(1, "a"), write(0, &"1".repeat(1000))].iter().for_each(|call| disk.apply(call));
    let choices = disk.choices(50, &mut Random::new(1));
    assert_eq!(choices.len(), 50);
    let lengths: BTreeSet<_> =
        choices.iter().filter_map(|choice| Some(disk.after(choice).get("a")?.len())).collect();
    assert!(lengths.contains(&0) && lengths.contains(&1000) && lengths.len() > 5);
}
