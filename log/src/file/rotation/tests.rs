use super::numbers::{MOST_FREE, old_numbers};
use super::*;
use crate::file::directory::exists;
use crate::file::identity::Identity;
use std::fs::OpenOptions;
use std::os::unix::fs::MetadataExt;

const BEGUN: SystemTime = SystemTime::UNIX_EPOCH;

/// By number.
fn keeping(keep: u64) -> Keeping {
    Keeping { naming: Naming::Number, keep }
}

/// A file as it is known where inode numbers can be relied on.
fn known(file: &File) -> Known<'_> {
    Known { file, identity: Identity::Number }
}

/// A directory in which `FILE` and these numbers lie, each with its number in it.
fn directory(numbers: &[u64]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for &number in numbers.iter().chain(&[0]) {
        let path = numbered(&dir.path().join("run.log"), number);
        fs::write(path, number.to_string()).unwrap();
    }
    dir
}

/// Rotates once; the files by name, with what was their number.
fn rotated(dir: &Path, keep: u64) -> Vec<String> {
    let path = dir.join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    Rotation::default().advance(known(&file), &path, keeping(keep), BEGUN).unwrap();
    let mut files: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            format!("{} {text}", entry.file_name().to_str().unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn each_file_gets_the_next_number_and_the_last_is_dropped() {
    let dir = directory(&[]);
    assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 0"]);
    assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 ", "run.log.2 0"]);
    assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 ", "run.log.2 "]);
    let dir = directory(&[1]);
    assert_eq!(rotated(dir.path(), 1), ["run.log ", "run.log.1 0"]);
}

#[test]
fn a_number_that_is_free_is_filled() {
    let dir = directory(&[1, 3, 4]);
    let filled = ["run.log ", "run.log.1 0", "run.log.2 1", "run.log.3 3", "run.log.4 4"];
    assert_eq!(rotated(dir.path(), 9), filled);
}

#[test]
fn old_files_are_numbered_from_1_with_at_most_one_number_missing() {
    for (numbers, expected) in [
        (&[][..], &[][..]),
        (&[1, 2, 20_260_101], &[1, 2]),
        (&[2, 3], &[2, 3]),
        (&[1, 3, 4, 6], &[1, 3, 4]),
    ] {
        let dir = directory(numbers);
        assert_eq!(old_numbers(&dir.path().join("run.log")).unwrap(), expected);
    }
}

#[test]
fn rotations_use_the_names_of_all_old_files_and_of_those_to_come() {
    let dir = directory(&[1, 3, 4]);
    let path = dir.path().canonicalize().unwrap().join("run.log");
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    for (keep, expected) in [(1, &[1, 3, 4][..]), (3, &[1, 3, 4, 2]), (6, &[1, 3, 4, 2, 5, 6])] {
        let expected: Vec<PathBuf> = expected.iter().map(|it| numbered(&path, *it)).collect();
        assert_eq!(keeping(keep).names(&path), expected);
        assert_eq!(keeping(keep).names(&link), expected);
    }
    assert_eq!(keeping(u64::MAX).names(&path).len(), 3 + MOST_FREE);
}

#[test]
fn what_cannot_be_looked_at_may_well_be_there() {
    let dir = directory(&[]);
    let error = old_numbers(&dir.path().join("run.log").join("inside")).unwrap_err();
    assert!(stage::process::message::chain(&error).ends_with("inside.1\": Not a directory"));
    let too_long = dir.path().join("7".repeat(254));
    assert_eq!(old_numbers(&too_long).unwrap(), [0; 0]);
}

#[test]
fn what_is_more_than_is_kept_goes_the_oldest_first() {
    let dir = directory(&[1, 2, 3, 4, 5]);
    assert_eq!(rotated(dir.path(), 2), ["run.log ", "run.log.1 0", "run.log.2 1"]);
}

#[test]
fn what_is_in_the_way_is_an_error_and_the_rotation_goes_on_once_it_is_gone() {
    let dir = directory(&[1]);
    let path = dir.path().join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    // With no more than one to keep, FILE is renamed over it.
    fs::remove_file(numbered(&path, 1)).unwrap();
    fs::create_dir(numbered(&path, 1)).unwrap();
    let mut rotation = Rotation::default();
    let error = rotation.advance(known(&file), &path, keeping(1), BEGUN).unwrap_err();
    let told = stage::process::message::chain(&error).replace(dir.path().to_str().unwrap(), ".");
    assert_eq!(told, r#"cannot rename "./run.log" to "./run.log.1": Is a directory"#);
    assert!(!error.is_final());
    fs::remove_dir(numbered(&path, 1)).unwrap();
    rotation.advance(known(&file), &path, keeping(1), BEGUN).unwrap();
    assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"0");
}

#[test]
fn a_file_that_was_given_its_name_back_is_rotated_again() {
    let dir = directory(&[]);
    let path = dir.path().join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    file.lock().unwrap();
    let mut rotation = Rotation::OpensNext(path.clone());
    rotation.advance(known(&file), &path, keeping(5), BEGUN).unwrap();
    assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"0");
}

#[test]
fn a_file_that_was_moved_is_not_rotated_and_neither_is_what_has_its_name() {
    let dir = directory(&[]);
    let path = dir.path().join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    fs::rename(&path, dir.path().join("moved")).unwrap();
    fs::write(&path, "another's").unwrap();
    let mut rotation = Rotation::default();
    let error = rotation.advance(known(&file), &path, keeping(5), BEGUN).unwrap_err();
    assert!(stage::process::message::chain(&error).ends_with("somebody has moved or removed it"));
    assert!(!error.is_final() && fs::read(&path).unwrap() == b"another's");
}

#[test]
fn a_file_that_is_moved_meanwhile_gives_no_name_away_and_neither_does_what_has_its_name() {
    let dir = directory(&[]);
    let path = dir.path().join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    give_name_away(known(&file), &path, &numbered(&path, 1), false).unwrap_err();
    fs::write(&path, "another's").unwrap();
    give_name_away(known(&file), &path, &numbered(&path, 1), false).unwrap_err();
    assert_eq!(fs::read(&path).unwrap(), b"another's");
    assert!(!exists(&numbered(&path, 1)).unwrap());
}

#[test]
fn an_old_file_that_turns_up_meanwhile_is_replaced_only_if_it_is_the_last_to_be_kept() {
    let dir = directory(&[1]);
    let path = dir.path().join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    let error = give_name_away(known(&file), &path, &numbered(&path, 1), false).unwrap_err();
    assert!(!error.is_final() && stage::process::message::chain(&error).ends_with("File exists"));
    assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"1");
    give_name_away(known(&file), &path, &numbered(&path, 1), true).unwrap();
    assert_eq!(fs::read(numbered(&path, 1)).unwrap(), b"0");
}

#[test]
fn of_two_names_of_one_file_the_old_one_is_left() {
    let dir = directory(&[]);
    let path = dir.path().join("run.log");
    fs::hard_link(&path, numbered(&path, 1)).unwrap();
    assert_eq!(rotated(dir.path(), 1), ["run.log ", "run.log.1 0"]);
}

#[test]
fn a_link_in_place_of_a_file_is_renamed_and_not_followed() {
    let dir = directory(&[]);
    let path = dir.path().join("run.log");
    let other = dir.path().join("other");
    fs::write(&other, "other").unwrap();
    std::os::unix::fs::symlink(&other, numbered(&path, 1)).unwrap();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    Rotation::default().advance(known(&file), &path, keeping(5), BEGUN).unwrap();
    assert!(numbered(&path, 2).is_symlink());
    assert_eq!(fs::read(&other).unwrap(), b"other");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    let error = open_next(&path, &file).unwrap_err();
    assert!(stage::process::message::chain(&error).ends_with("Too many levels of symbolic links"));
}

#[test]
fn the_next_file_is_a_new_one_or_one_that_the_same_user_has_made() {
    let dir = directory(&[]);
    let path = dir.path().join("run.log");
    let before = File::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(open_next(&path, &before).unwrap().length, Some(0));
    fs::write(&path, "7\n").unwrap();
    assert_eq!(open_next(&path, &before).unwrap().length, Some(2));
    let somebody_else = "run.log\": somebody else has put a file in its place";
    // Only root may give a file away.
    if std::os::unix::fs::chown(&path, Some(65534), None).is_ok() {
        let told = stage::process::message::chain(&open_next(&path, &before).unwrap_err());
        assert!(told.ends_with(somebody_else), "{told}");
        std::os::unix::fs::chown(&path, Some(before.metadata().unwrap().uid()), None).unwrap();
    }
    // Anybody may be able to link another file of this user there.
    fs::hard_link(&path, dir.path().join("precious")).unwrap();
    let told = stage::process::message::chain(&open_next(&path, &before).unwrap_err());
    assert!(told.ends_with(somebody_else), "{told}");
}

#[test]
fn a_name_that_is_too_long_for_the_last_old_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (length, keep, fits) in
        [(253, 9, true), (253, 10, false), (252, 10, true), (250, 10_000, false)]
    {
        let name = "7".repeat(length);
        let path = dir.path().join(&name);
        let result = keeping(keep).can_name(&path).map_err(|error| {
            stage::process::message::chain(&error).replace(dir.path().to_str().unwrap(), ".")
        });
        let told = format!("cannot rename \"./{name}\" to \"./{name}.{keep}\": File name too long");
        assert_eq!(result, if fits { Ok(()) } else { Err(told) });
    }
}

#[test]
fn by_time_the_file_is_renamed_once_and_no_file_is_replaced() {
    let dir = directory(&[1]);
    let path = dir.path().join("run.log");
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    let by_time = Keeping { naming: Naming::Time, keep: 2 };
    Rotation::default().advance(known(&file), &path, by_time, BEGUN).unwrap();
    fs::write(&path, "new").unwrap();
    let file = OpenOptions::new().append(true).open(&path).unwrap();
    Rotation::default().advance(known(&file), &path, by_time, BEGUN).unwrap();
    let text = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(
        ["run.19700101T000000Z.log", "run.19700101T000000Z0001.log", "run.log", "run.log.1"]
            .map(text),
        ["0", "new", "", "1"]
    );
    let third = OpenOptions::new().append(true).open(&path).unwrap();
    Rotation::default().advance(known(&third), &path, by_time, BEGUN).unwrap();
    assert!(!exists(&dir.path().join("run.19700101T000000Z.log")).unwrap());
    assert_eq!(by_time.names(&path).len(), 2);
}
