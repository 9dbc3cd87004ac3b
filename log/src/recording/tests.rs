mod headers;

use super::*;
use crate::fake::FakeFile;
use crate::file::open::open;
use crate::file::rotation::numbers::numbered;
use crate::notice::{Fate, LostName};
use crate::{Options, run};
use clap::Parser;
use nix::errno::Errno;
use stage::fake::{Chunks, FakeClock, Gone};
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use std::io;
use std::path::Path;
use std::time::Duration;

/// Records `input` in `path`; returns what was passed on, what was reported, and how it ended.
fn log(words: &str, path: &Path, input: impl Input) -> (String, Vec<String>, Ended<Error>) {
    let words = ["log"].into_iter().chain(words.split_whitespace());
    let words = words.chain([path.to_str().unwrap()]);
    let options = Options::try_parse_from(words).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let ended =
        run(&options, Surroundings::new(input, &mut output, FakeClock::new(), &mut messages));
    (String::from_utf8(output).unwrap(), messages, ended)
}

/// Records `input` on `disk`, with these options; returns what was reported, how it ended, and how many
/// lines were recorded and are durable.
fn log_on(
    disk: FakeFile,
    words: &str,
    input: impl Input,
    output: impl Write,
) -> (FakeFile, Vec<String>, Result<(), String>, [u64; 2]) {
    let words = ["log"].into_iter().chain(words.split_whitespace());
    let options = Options::try_parse_from(words).unwrap();
    let (mut timer, mut messages) = (disk.clock.clone(), Vec::new());
    let length = disk.bytes.len() as u64;
    let recorder = Recorder::new(disk, length, options.sync, options.size());
    let head = Head::new(options.timestamps);
    let stamper = Stamper::new(options.timestamps);
    let mut recording =
        Recording { recorder, head, stamper, timer: &mut timer, messages: &mut messages };
    let result = recording.run(input, options.pass, output);
    let recorder = recording.recorder;
    let counts = [recorder.recorded(), recorder.durable()];
    let result = result.map_err(|error| stage::process::message::chain(&error));
    (recorder.into_file(), messages, result, counts)
}

fn entry(recorded: u64) -> Entry {
    Entry::Log { recorded, durable: recorded }
}

const SECOND: Duration = Duration::from_secs(1);

const FULL: &str = "cannot write \"memory\": no storage space: trying again every second";

#[test]
fn lines_are_appended_byte_for_byte_and_the_last_gets_its_line_feed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    let (output, messages, ended) = log("", &path, &b"1\r\n not a number\n"[..]);
    assert_eq!((output.as_str(), messages), ("", vec![]));
    assert_eq!((ended.entry, ended.result.unwrap()), (entry(2), Status::Done));
    let (_, _, ended) = log("", &path, &b"2\n3"[..]);
    assert_eq!(ended.entry, entry(2));
    assert_eq!(std::fs::read(&path).unwrap(), b"1\r\n not a number\n2\n3\n");
}

#[test]
fn truncate_starts_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    std::fs::write(&path, "1\n2").unwrap();
    let (_, messages, _) = log("--truncate", &path, &b"3\n"[..]);
    assert!(messages.is_empty());
    assert_eq!(std::fs::read(&path).unwrap(), b"3\n");
}

#[test]
fn pass_hands_on_what_was_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    let (output, _, _) = log("--pass --timestamps unix", &path, Chunks::of(b"1\n22\n3", 2));
    assert_eq!(output, "1\n22\n3");
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        "time\tvalue\n1000000000.000000\t1\n1000000000.000000\t22\n1000000000.000000\t3\n"
    );
}

#[test]
fn when_the_reader_leaves_no_half_line_is_recorded() {
    let clock = FakeClock::new();
    let (disk, ..) = log_on(FakeFile::new(&clock), "--pass", &b"1\n23"[..], Gone);
    assert_eq!(disk.bytes, b"1\n");
}

#[test]
fn a_file_that_another_log_writes_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    std::fs::write(&path, "7\n").unwrap();
    let _held = open(&path, false).unwrap();
    let (_, _, ended) = log("--truncate", &path, &b"1\n"[..]);
    let reported = stage::process::message::chain(&ended.result.unwrap_err());
    assert_eq!(reported, format!("cannot lock \"{}\": another log is writing it", path.display()));
    assert_eq!(std::fs::read(&path).unwrap(), b"7\n");
}

#[test]
fn what_was_received_is_synced_in_time_even_if_nothing_more_comes() {
    let clock = FakeClock::new();
    let input = Chunks::timed(&clock, &[(Duration::ZERO, "1\n"), (SECOND * 10, "2\n")]);
    let (disk, ..) = log_on(FakeFile::new(&clock), "--sync 3s", input, io::sink());
    assert_eq!(disk.syncs, [SECOND * 3, SECOND * 10]);
}

#[test]
fn rotated_files_together_hold_everything() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.log");
    let (_, _, ended) = log("--rotate 4 --keep 2", &path, &b"1\n2\n3\n4\n5\n6\n7"[..]);
    assert_eq!(ended.entry, entry(7));
    let read = |number| std::fs::read(numbered(&path, number)).unwrap();
    assert_eq!([read(2), read(1), read(0)], [&b"3\n4\n"[..], b"5\n6\n", b"7\n"]);
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 3, "the oldest file is gone");
}

#[test]
fn a_full_disk_is_reported_once_and_once_more_when_it_is_over_and_nothing_is_lost() {
    let clock = FakeClock::new();
    let disk = FakeFile { room: 3, freed_at: SECOND * 60, ..FakeFile::new(&clock) };
    let (disk, reported, result, counts) = log_on(disk, "", &b"1\n22\n333"[..], io::sink());
    assert_eq!(disk.bytes, b"1\n22\n333\n");
    assert_eq!(reported, [FULL, "can write \"memory\" again"]);
    assert_eq!((result, counts), (Ok(()), [3, 3]));
    assert_eq!(clock.elapsed(), SECOND * 60);
}

#[test]
fn asked_to_stop_while_the_disk_is_full_it_says_what_is_not_recorded_and_leaves_whole_lines() {
    let clock = FakeClock::stopping_at(SECOND * 5);
    let disk = FakeFile { room: 4, ..FakeFile::new(&clock) };
    let input = Chunks::of(b"1\n22\n333\n4\n5", 9);
    let (disk, reported, result, counts) = log_on(disk, "", input, io::sink());
    assert_eq!(disk.bytes, b"1\n");
    assert_eq!(reported, [FULL, "what comes from here on is counted, and not recorded"]);
    let reason = "cannot record 4 samples: cannot write \"memory\": no storage space";
    assert_eq!((result, counts), (Err(reason.to_owned()), [1, 1]));
}

#[test]
fn a_line_of_which_half_was_given_up_counts_once() {
    let clock = FakeClock::stopping_at(SECOND * 5);
    let disk = FakeFile { room: 2, ..FakeFile::new(&clock) };
    let line = vec![b'7'; 3 << 20];
    let input = [b"1\n", &line[..], b"\n2\n"].concat();
    let (disk, _, result, counts) = log_on(disk, "", &input[..], io::sink());
    assert_eq!((disk.bytes.as_slice(), counts), (&b"1\n"[..], [1, 1]));
    assert!(result.unwrap_err().starts_with("cannot record 2 samples: "));
}

#[test]
fn what_is_due_is_synced_even_while_the_disk_is_full() {
    let clock = FakeClock::new();
    let disk = FakeFile { room: 2, freed_at: SECOND * 2, ..FakeFile::new(&clock) };
    let (disk, ..) = log_on(disk, "--sync 50ms", &b"1\n2\n"[..], io::sink());
    assert_eq!(disk.syncs, [SECOND / 20, SECOND * 2]);
}

#[test]
fn a_line_whose_rest_nobody_wants_is_not_left_behind() {
    let clock = FakeClock::new();
    let input = [b"1\n", &vec![b'7'; 3 << 20][..]].concat();
    let (disk, reported, result, counts) =
        log_on(FakeFile::new(&clock), "--pass", Chunks::of(&input, 2), Gone);
    assert_eq!(disk.bytes, b"1\n");
    assert_eq!((reported.len(), result, counts), (0, Ok(()), [1, 1]));
    let (disk, _, result, counts) = log_on(FakeFile::new(&clock), "--pass", &input[2..], Gone);
    assert_eq!((disk.bytes.len(), result, counts), (0, Ok(()), [0, 0]));
}

#[test]
fn a_failed_sync_is_final() {
    let clock = FakeClock::new();
    let disk = FakeFile { broken_sync: Some(Errno::EIO), ..FakeFile::new(&clock) };
    let (_, reported, result, counts) = log_on(disk, "--sync always", &b"1\n2\n"[..], io::sink());
    assert_eq!((reported.len(), counts), (0, [2, 0]));
    assert!(result.unwrap_err().starts_with("cannot sync \"memory\""));
}

#[test]
fn while_nothing_comes_a_lost_name_is_noticed_within_a_second() {
    let clock = FakeClock::new();
    let disk = FakeFile {
        lost: Some((SECOND * 3, LostName { fate: Fate::Moved, is_replaced: false })),
        ..FakeFile::new(&clock)
    };
    let input = Chunks::timed(&clock, &[(Duration::ZERO, "1\n"), (SECOND * 10, "2\n")]);
    let (disk, reported, ..) = log_on(disk, "--sync never", input, io::sink());
    assert_eq!((disk.old, disk.bytes.as_slice()), (vec![b"1\n".to_vec()], &b"2\n"[..]));
    assert_eq!(disk.syncs, [SECOND * 3, SECOND * 10]);
    assert_eq!(reported, ["\"memory\" was moved: going on in a new file of that name"]);
}

#[test]
fn a_symbolic_link_is_reported_and_what_it_leads_to_is_rotated() {
    let dir = tempfile::tempdir().unwrap();
    let [link, path] = ["link", "run.log"].map(|name| dir.path().join(name));
    std::os::unix::fs::symlink(&path, &link).unwrap();
    std::fs::write(&path, "").unwrap();
    let (_, reported, ended) = log("--rotate 2", &link, &b"1\n2\n"[..]);
    assert_eq!(ended.entry, entry(2));
    let real = path.canonicalize().unwrap();
    let expected =
        format!("\"{}\" is a symbolic link: recording in \"{}\"", link.display(), real.display());
    assert_eq!(reported, [expected]);
    assert!(link.is_symlink());
    assert_eq!(std::fs::read(numbered(&path, 1)).unwrap(), b"1\n");
    assert_eq!(std::fs::read(&path).unwrap(), b"2\n");
}

#[test]
fn what_is_not_a_regular_file_cannot_be_rotated() {
    let (_, _, ended) = log("--rotate 1K", Path::new("/dev/null"), &b"1\n"[..]);
    let reported = stage::process::message::chain(&ended.result.unwrap_err());
    assert_eq!(reported, "cannot rotate \"/dev/null\": it is not a regular file");
}

#[test]
fn a_line_that_comes_in_two_pieces_has_the_time_at_which_it_began() {
    let disk = FakeFile::new(&FakeClock::new());
    let clock = disk.clock.clone();
    let script = [(SECOND, "1"), (2 * SECOND, "2"), (3 * SECOND, "3\n4\n5"), (5 * SECOND, "\n6")];
    let input = Chunks::timed(&clock, &script);
    let (disk, _, result, _) = log_on(disk, "--timestamps unix", input, io::sink());
    assert_eq!(result, Ok(()));
    let expected = "time\tvalue\n1000000001.000000\t123\n1000000003.000000\t4\n1000000003.000000\t5\n\
                    1000000005.000000\t6\n";
    assert_eq!(String::from_utf8(disk.all()).unwrap(), expected);
}
