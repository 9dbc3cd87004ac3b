use super::*;
use std::time::Duration;

/// 2026-11-25 18:00:00 UTC.
fn six_o_clock() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_629_600)
}

#[test]
fn names_sorted_as_text_are_in_the_order_in_which_they_were_written() {
    for path in ["run.log", "samples", "a.b.csv"].map(Path::new) {
        let numbers = [0, 1, 2, 9, 10, 99, 100, 9_999];
        let stamps = numbers.map(|number| Stamp { number, ..Stamp::of(six_o_clock()) });
        let later = Stamp::of(six_o_clock() + Duration::from_secs(1));
        let names: Vec<_> = stamps.iter().chain([&later]).map(|stamp| stamp.name(path)).collect();
        assert!(names.is_sorted(), "{names:?}");
    }
}

/// A directory with these empty files.
fn directory(names: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    names.iter().for_each(|name| fs::write(dir.path().join(name), "").unwrap());
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string();
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|it| name(it).unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_time_stands_before_the_extension() {
    for (path, name) in [
        ("run.log", "run.20261125T180000Z.log"),
        ("d/a.b.log", "d/a.b.20261125T180000Z.log"),
        ("samples", "samples.20261125T180000Z"),
        (".log", ".log.20261125T180000Z"),
    ] {
        let stamp = Stamp::of(six_o_clock());
        assert_eq!(stamp.name(path.as_ref()), Path::new(name));
        let again = Stamp { number: 12, ..stamp.clone() };
        for stamp in [stamp, again] {
            let name = stamp.name(path.as_ref());
            let bytes = name.file_name().unwrap().as_bytes();
            assert_eq!(stamp_in(bytes, path.as_ref()), Some((stamp.clone(), false)));
            let compressed = [bytes, b".zst"].concat();
            assert_eq!(stamp_in(&compressed, path.as_ref()), Some((stamp, true)));
        }
    }
}

#[test]
fn other_names_are_somebody_else_s() {
    for name in [
        "run.log",
        "run.log.1",
        "run.20261125.log",
        "run.20261125T180000Z",
        "run.20261125T180000Z.txt",
        "run.20261125T180000Z.log.torn",
        "run.20261125T180000Z0000.log",
        "run.20261125T180000Z001.log",
        "run.20261125T180000Z00001.log",
        "run.20261125T180000Z-0001.log",
        "run.20261125T180000Z000x.log",
        "run.20261125T18000xZ.log",
        "runs.20261125T180000Z.log",
    ] {
        assert_eq!(stamp_in(name.as_bytes(), "run.log".as_ref()), None, "{name}");
    }
}

#[test]
fn a_name_that_was_taken_is_not_taken_again() {
    for (there, expected) in [
        (&[][..], "run.20261125T180000Z.log"),
        (&["run.20261125T175959Z.log"], "run.20261125T180000Z.log"),
        (&["run.20261125T180000Z.log"], "run.20261125T180000Z0001.log"),
        (&["run.20261125T180000Z.log.gz"], "run.20261125T180000Z0001.log"),
        (
            &["run.20261125T180000Z0001.log", "run.20261125T180000Z0009.log.xz"],
            "run.20261125T180000Z0010.log",
        ),
        // The clock was set back.
        (&["run.20261125T190000Z.log"], "run.20261125T190000Z0001.log"),
    ] {
        let dir = directory(there);
        let name = next_name(&dir.path().join("run.log"), six_o_clock()).unwrap();
        assert_eq!(name.file_name().unwrap(), expected, "{there:?}");
    }
}

#[test]
fn the_oldest_are_removed_but_for_compressed_ones() {
    let there = [
        "run.20261125T150000Z.log.gz",
        "run.20261125T160000Z.log",
        "run.20261125T170000Z.log",
        "run.20261125T170000Z0009.log",
        "run.20261125T170000Z0010.log",
        "run.log",
        "run.log.1",
    ];
    let dir = directory(&there);
    assert_eq!(remove_oldest(&dir.path().join("run.log"), 2), None);
    let [compressed, _, _, nine, ten, file, number] = there;
    assert_eq!(names(dir.path()), [compressed, nine, ten, file, number]);
}

#[test]
fn an_old_file_that_cannot_be_removed_is_reported() {
    let dir = directory(&["run.20261125T160000Z.log", "run.log"]);
    fs::create_dir(dir.path().join("run.20261125T150000Z.log")).unwrap();
    let told = remove_oldest(&dir.path().join("run.log"), 1).unwrap().to_string();
    assert_eq!(
        told.replace(dir.path().to_str().unwrap(), "."),
        "cannot remove \"./run.20261125T150000Z.log\": Is a directory: recording all the same, but more \
         old files are kept than --keep says"
    );
}
