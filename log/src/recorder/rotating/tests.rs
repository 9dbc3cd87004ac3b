use super::*;
use crate::fake::FakeFile;
use crate::schedule::{self, Schedule};
use crate::sync::SyncPolicy;
use proptest::prelude::*;
use stage::fake::FakeClock;
use stage::process::clock::Clock;
use std::time::SystemTime;

/// A recorder that rotates at `limit`, and is refused that.
fn refused(clock: &FakeClock, limit: u64) -> Recorder<FakeFile> {
    let disk = FakeFile { refuses_rotations: true, ..FakeFile::new(clock) };
    Recorder::new(disk, 0, SyncPolicy::Never, Some(limit))
}

fn write(recorder: &mut Recorder<FakeFile>, text: &str, begins_line: bool, clock: &FakeClock) {
    recorder.write(&mut Batch::new(text.as_bytes(), begins_line), clock.now()).unwrap();
}

/// What happened, as it is reported.
fn reported(recorder: &mut Recorder<FakeFile>) -> Vec<String> {
    recorder.take_notices().iter().map(Notice::to_string).collect()
}

const NOT_ROTATED: &str = "cannot rotate \"memory\": permission denied: going on in the same file, and \
                           trying again every second";

#[test]
fn a_file_that_must_not_be_renamed_grows_beyond_its_size_until_it_may() {
    let clock = FakeClock::new();
    let mut recorder = refused(&clock, 4);
    write(&mut recorder, "1\n2\n3\n4\n", true, &clock);
    assert_eq!(recorder.file.bytes, b"1\n2\n3\n4\n");
    assert_eq!(reported(&mut recorder), [NOT_ROTATED]);
    clock.advance(AGAIN);
    write(&mut recorder, "5\n", true, &clock);
    assert_eq!(reported(&mut recorder), [""; 0]);
    recorder.file.refuses_rotations = false;
    clock.advance(AGAIN);
    write(&mut recorder, "6\n", true, &clock);
    assert_eq!(recorder.file.old, [b"1\n2\n3\n4\n5\n"]);
    assert_eq!((recorder.file.bytes.as_slice(), recorder.recorded()), (&b"6\n"[..], 6));
    assert_eq!(reported(&mut recorder), ["can rotate \"memory\" again"]);
}

#[test]
fn a_rotation_that_is_refused_is_tried_once_a_second() {
    let clock = FakeClock::new();
    let mut recorder = refused(&clock, 2);
    for _ in 0..350 {
        write(&mut recorder, "1\n2\n3\n", true, &clock);
        clock.advance(Duration::from_millis(10));
    }
    let expected: Vec<_> = (0..4).map(Duration::from_secs).collect();
    assert_eq!(recorder.file.refused, expected);
    assert_eq!(reported(&mut recorder), [NOT_ROTATED]);
}

#[test]
fn a_full_disk_is_still_waited_for() {
    let clock = FakeClock::new();
    let mut recorder = refused(&clock, 2);
    write(&mut recorder, "1\n2\n", true, &clock);
    recorder.file.refuses_rotations = false;
    recorder.file.stuck_rotations = 1;
    clock.advance(AGAIN);
    let mut batch = Batch::new(b"3\n", true);
    assert!(recorder.write(&mut batch, clock.now()).unwrap_err().is_full());
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(
        (recorder.file.old.concat(), recorder.file.all()),
        ("1\n2\n".into(), b"1\n2\n3\n".into())
    );
}

/// This many seconds after 1970 began.
fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A recorder that begins a new file every hour, in one that holds `bytes` and was written to at
/// `written`.
fn hourly(bytes: &[u8], written: Option<SystemTime>) -> Recorder<FakeFile> {
    let disk = FakeFile { bytes: bytes.to_vec(), ..FakeFile::new(&FakeClock::new()) };
    let mut recorder = Recorder::new(disk, bytes.len() as u64, SyncPolicy::Never, None);
    let Ok(Schedule::Every(hour)) = schedule::parse("1h") else { unreachable!() };
    recorder.set_period(Some(hour), written);
    recorder
}

/// Writes each text at its time.
fn write_at(recorder: &mut Recorder<FakeFile>, texts: &[(u64, &str)]) {
    for (seconds, text) in texts {
        recorder.set_time(at(*seconds));
        let mut batch = Batch::new(text.as_bytes(), !recorder.extent.ends_in_half());
        recorder.write(&mut batch, recorder.file.clock.now()).unwrap();
    }
}

#[test]
fn a_new_file_begins_with_the_first_line_of_each_period_and_has_its_time() {
    let mut recorder = hourly(b"", None);
    let texts = [(7100, "1\n"), (7199, "2\n"), (7200, "3\n4\n"), (20_000, "5\n"), (20_001, "6\n")];
    write_at(&mut recorder, &texts);
    assert_eq!(recorder.file.old, [&b"1\n2\n"[..], b"3\n4\n"]);
    assert_eq!(recorder.file.begun, [at(3600), at(7200)]);
    assert_eq!(recorder.file.bytes, b"5\n6\n");
}

#[test]
fn a_line_that_comes_in_pieces_over_the_end_of_a_period_is_not_divided() {
    let mut recorder = hourly(b"", None);
    write_at(&mut recorder, &[(3599, "1"), (3600, "1"), (3601, "1\n2\n")]);
    assert_eq!(recorder.file.old, [b"111\n"]);
    assert_eq!(recorder.file.bytes, b"2\n");
}

#[test]
fn a_start_goes_on_in_the_file_of_this_period_and_rotates_that_of_an_earlier_one() {
    let mut recorder = hourly(b"0\n", Some(at(3700)));
    write_at(&mut recorder, &[(7000, "1\n")]);
    assert_eq!((recorder.file.old.len(), recorder.file.bytes.as_slice()), (0, &b"0\n1\n"[..]));
    let mut recorder = hourly(b"0\n", Some(at(3700)));
    write_at(&mut recorder, &[(7300, "1\n")]);
    assert_eq!(
        (recorder.file.old.concat(), recorder.file.begun.clone()),
        (b"0\n".to_vec(), vec![at(3600)])
    );
}

#[test]
fn a_clock_that_is_set_back_begins_no_new_file() {
    let mut recorder = hourly(b"", None);
    write_at(&mut recorder, &[(7300, "1\n"), (100, "2\n"), (7400, "3\n")]);
    assert_eq!((recorder.file.old.len(), recorder.file.bytes.as_slice()), (0, &b"1\n2\n3\n"[..]));
}

#[test]
fn a_file_that_is_rotated_by_its_size_is_named_by_when_it_began() {
    let clock = FakeClock::new();
    let mut recorder = Recorder::new(FakeFile::new(&clock), 0, SyncPolicy::Never, Some(4));
    write_at(&mut recorder, &[(10, "1\n"), (20, "2\n"), (30, "3\n"), (40, "4\n5\n")]);
    assert_eq!(recorder.file.begun, [at(10), at(30)]);
}

proptest! {
    #[test]
    fn refused_or_not_every_line_is_recorded_once_and_whole(
        lines in proptest::collection::vec("[a-z]{0,7}", 0..30),
        size in 1usize..12,
        limit in 1u64..20,
        header in prop_oneof![Just(""), Just("header\n")],
        refusals in proptest::collection::vec(any::<bool>(), 30),
    ) {
        let clock = FakeClock::new();
        let mut recorder = Recorder::new(FakeFile::new(&clock), 0, SyncPolicy::Never, Some(limit));
        recorder.set_header(header.into());
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let mut begins_line = true;
        for (chunk, refuses) in text.as_bytes().chunks(size).zip(refusals.into_iter().cycle()) {
            recorder.file.refuses_rotations = refuses;
            recorder.write(&mut Batch::new(chunk, begins_line), clock.now()).unwrap();
            begins_line = chunk.ends_with(b"\n");
            clock.advance(AGAIN / 2);
        }
        prop_assert_eq!(recorder.recorded(), lines.len() as u64);
        let mut all = Vec::new();
        for file in recorder.file.old.iter().chain([&recorder.file.bytes]).filter(|it| !it.is_empty()) {
            prop_assert!(file.starts_with(header.as_bytes()) && file.ends_with(b"\n"));
            all.extend_from_slice(&file[header.len()..]);
        }
        prop_assert_eq!(all, text.as_bytes());
    }
}
