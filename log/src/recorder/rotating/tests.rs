use super::*;
use crate::fake::FakeFile;
use crate::sync::SyncPolicy;
use proptest::prelude::*;
use stage::fake::FakeClock;
use stage::process::clock::Clock;

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
