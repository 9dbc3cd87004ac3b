use super::*;
use crate::fake::FakeFile;
use crate::recorder::tests::{MOVED, recorded};
use crate::sync::SyncPolicy;
use nix::errno::Errno;
use stage::fake::FakeClock;
use stage::process::clock::Clock;

/// What happened, as it is reported, since the last call.
fn reported(recorder: &mut Recorder<FakeFile>) -> Vec<String> {
    recorder.take_notices().iter().map(Notice::to_string).collect()
}

#[test]
fn a_file_that_lost_its_name_is_noticed_within_a_second_and_half_a_line_goes_on_in_the_next() {
    let gone = LostName { fate: Fate::Gone, is_replaced: false };
    for (lost, message) in [
        (
            gone,
            "removed, and 2 samples of this recording are gone: going on in a new file of that name",
        ),
        (LostName { fate: Fate::Moved, ..gone }, "moved: going on in a new file of that name"),
        (
            LostName { fate: Fate::Moved, is_replaced: true },
            "replaced: going on in the file that has that name now",
        ),
        (
            LostName { is_replaced: true, ..gone },
            "replaced, and 2 samples of this recording are gone: going on in the file that has that \
             name now",
        ),
    ] {
        let clock = FakeClock::new();
        let disk = FakeFile { lost: Some((LOOK / 2, lost)), room: 5, ..FakeFile::new(&clock) };
        let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, None);
        let mut batch = Batch::new(b"1\n2\n345\n6\n", true);
        recorder.write(&mut batch, clock.now()).unwrap_err();
        assert_eq!(reported(&mut recorder), [""; 0]);
        recorder.file.room = usize::MAX;
        clock.advance(LOOK);
        recorder.write(&mut batch, clock.now()).unwrap();
        assert_eq!(recorder.file.old, [b"1\n2\n"]);
        assert_eq!((recorder.file.bytes.as_slice(), recorder.recorded()), (&b"345\n6\n"[..], 4));
        assert_eq!(reported(&mut recorder), [format!("\"memory\" was {message}")]);
    }
}

#[test]
fn a_file_that_was_cut_off_is_reported_and_goes_on_at_its_end_with_a_whole_line() {
    let clock = FakeClock::new();
    let mut recorder =
        Recorder::new(FakeFile { room: 5, ..FakeFile::new(&clock) }, 0, SyncPolicy::Never, None);
    let mut batch = Batch::new(b"1\n2\n345\n6\n", true);
    recorder.write(&mut batch, clock.now()).unwrap_err();
    // Behind the first line, and a byte more.
    recorder.file.bytes.truncate(3);
    recorder.file.room = usize::MAX;
    clock.advance(LOOK);
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(recorder.file.bytes, b"1\n345\n6\n");
    recorder.file.bytes.clear();
    recorder.finish().unwrap();
    assert_eq!(
        reported(&mut recorder),
        [
            "\"memory\" was cut off, 2 bytes are gone, and a line may be damaged: going on at its end",
            "\"memory\" was cut off, 8 bytes are gone, and a line may be damaged: going on at its end",
        ]
    );
    assert_eq!(recorder.recorded(), 4);
}

#[test]
fn a_file_that_somebody_else_writes_to_is_reported_and_goes_on_with_a_whole_line() {
    let clock = FakeClock::new();
    let mut recorder = recorded(FakeFile::new(&clock), None, &[b"1\n"]).unwrap();
    // A line, and half a one.
    recorder.file.bytes.extend(b"7\n8");
    clock.advance(LOOK);
    recorder.write(&mut Batch::new(b"2\n", true), clock.now()).unwrap();
    assert_eq!(recorder.file.bytes, b"1\n7\n2\n");
    recorder.finish().unwrap();
    let message = "\"memory\" was written by somebody else, has 3 bytes more, and may have lost or \
                damaged lines: going on at its end";
    assert_eq!(reported(&mut recorder), [message]);
}

#[test]
fn what_became_of_a_file_is_reported_once_even_if_the_next_cannot_be_opened() {
    let clock = FakeClock::new();
    let gone = LostName { fate: Fate::Gone, is_replaced: false };
    let disk = FakeFile { stuck_reopens: 2, ..FakeFile::new(&clock) };
    let mut recorder = recorded(disk, None, &[b"1\n"]).unwrap();
    recorder.file.lost = Some((LOOK, gone));
    let mut batch = Batch::new(b"2\n", true);
    clock.advance(LOOK);
    for _ in 0..2 {
        recorder.write(&mut batch, clock.now()).unwrap_err();
    }
    let message = "\"memory\" was removed, and 1 sample of this recording is gone";
    assert_eq!(
        reported(&mut recorder),
        [format!("{message}: going on in a new file of that name")]
    );
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(recorder.file.bytes, b"2\n");
    assert_eq!(reported(&mut recorder), [""; 0]);
    // At the end there is nothing to go on with.
    recorder.file.lost = Some((LOOK, gone));
    recorder.finish().unwrap();
    assert_eq!(reported(&mut recorder), [message]);
    assert_eq!((recorder.recorded(), recorder.durable()), (2, 2));
}

#[test]
fn a_file_that_is_moved_and_then_removed_is_reported_twice() {
    let clock = FakeClock::new();
    let disk = FakeFile { stuck_reopens: 2, ..FakeFile::new(&clock) };
    let mut recorder = recorded(disk, None, &[b"1\n"]).unwrap();
    let mut batch = Batch::new(b"2\n", true);
    for fate in [Fate::Moved, Fate::Gone] {
        recorder.file.lost = Some((Duration::ZERO, LostName { fate, is_replaced: true }));
        clock.advance(LOOK);
        recorder.write(&mut batch, clock.now()).unwrap_err();
    }
    let next = "going on in the file that has that name now";
    let gone = "and 1 sample of this recording is gone";
    assert_eq!(
        reported(&mut recorder),
        [
            format!("\"memory\" was replaced: {next}"),
            format!("\"memory\" was replaced, {gone}: {next}"),
        ]
    );
}

#[test]
fn a_file_that_somebody_else_writes_to_all_the_time_is_rotated_all_the_same() {
    let clock = FakeClock::new();
    let disk = FakeFile { foreign: b"7\n", ..FakeFile::new(&clock) };
    let recorder = recorded(disk, Some(2), &[b"1\n2\n3\n"]).unwrap();
    assert_eq!((recorder.file.old.len(), recorder.recorded()), (2, 3));
}

#[test]
fn a_file_that_is_cut_off_while_its_rotation_waits_is_still_rotated_first() {
    let clock = FakeClock::new();
    let disk = FakeFile { stuck_rotations: 1, ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, Some(4));
    let mut batch = Batch::new(b"1\n2\n3\n", true);
    recorder.write(&mut batch, clock.now()).unwrap_err();
    recorder.file.bytes.clear();
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!((&recorder.file.old, recorder.file.bytes.as_slice()), (&vec![vec![]], &b"3\n"[..]));
    let message =
        "\"memory\" was cut off, 4 bytes are gone, and a line may be damaged: going on at its end";
    assert_eq!(reported(&mut recorder), [message]);
}

#[test]
fn a_file_that_is_emptied_just_before_its_rotation_is_written_on() {
    let clock = FakeClock::new();
    let mut recorder = recorded(FakeFile::new(&clock), Some(2), &[b"1\n"]).unwrap();
    recorder.file.bytes.clear();
    recorder.write(&mut Batch::new(b"2\n3\n", true), clock.now()).unwrap();
    assert_eq!(recorder.file.old, [b"2\n"]);
    assert_eq!((recorder.file.bytes.as_slice(), recorder.recorded()), (&b"3\n"[..], 3));
}

#[test]
fn what_others_did_to_a_file_that_they_moved_is_reported_and_left_as_it_is() {
    let clock = FakeClock::new();
    let disk = FakeFile { room: 3, ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, None);
    let mut batch = Batch::new(b"1\n22\n", true);
    recorder.write(&mut batch, clock.now()).unwrap_err();
    // Half of the second line is there.
    recorder.file.bytes.extend(b"foreign");
    recorder.file.lost = Some((Duration::ZERO, MOVED));
    recorder.file.room = usize::MAX;
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(recorder.file.old, [b"1\n2foreign"]);
    assert_eq!((recorder.file.bytes.as_slice(), recorder.recorded()), (&b"22\n"[..], 2));
    recorder.file.bytes.clear();
    recorder.file.lost = Some((Duration::ZERO, MOVED));
    recorder.finish().unwrap();
    let more = "7 bytes more, and may have lost or damaged lines";
    assert_eq!(
        reported(&mut recorder),
        [
            &format!("\"memory\" was written by somebody else, has {more}"),
            "\"memory\" was moved: going on in a new file of that name",
            "\"memory\" was cut off, 3 bytes are gone, and a line may be damaged",
            "\"memory\" was moved",
        ]
    );
}

#[test]
fn a_name_that_is_lost_while_a_rotation_waits_ends_that_rotation() {
    let clock = FakeClock::new();
    let disk = FakeFile { stuck_rotations: 9, ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, Some(2));
    let mut batch = Batch::new(b"1\n2\n", true);
    recorder.write(&mut batch, clock.now()).unwrap_err();
    recorder.file.lost = Some((Duration::ZERO, MOVED));
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(recorder.file.bytes, b"2\n");
}

#[test]
fn half_a_line_that_cannot_be_cut_off_is_left_to_a_file_that_was_moved() {
    let clock = FakeClock::new();
    let disk = FakeFile { room: 3, lost: Some((LOOK, MOVED)), ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, None);
    let mut batch = Batch::new(b"1\n22\n", true);
    recorder.write(&mut batch, clock.now()).unwrap_err();
    clock.advance(LOOK);
    recorder.file.cannot_cut = true;
    recorder.file.room = usize::MAX;
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(recorder.file.old, [b"1\n2"]);
    assert_eq!((recorder.file.bytes.as_slice(), recorder.recorded()), (&b"22\n"[..], 2));
    assert_eq!(
        reported(&mut recorder),
        [
            "\"memory\" was moved: going on in a new file of that name",
            "cannot cut off the last, half a line of \"memory\": permission denied",
        ]
    );
}

#[test]
fn a_file_whose_file_system_is_gone_is_followed_by_its_name_and_fails_at_the_end_only() {
    let clock = FakeClock::new();
    let silent = LostName { fate: Fate::Silent, is_replaced: true };
    let mut recorder = recorded(FakeFile::new(&clock), None, &[b"1\n2\n"]).unwrap();
    recorder.sync().unwrap();
    recorder.write(&mut Batch::new(b"3\n4\n5", true), clock.now()).unwrap();
    recorder.file.lost = Some((Duration::ZERO, silent));
    recorder.file.broken_sync = Some(Errno::ENOTCONN);
    // It may be due before the next look.
    recorder.sync().unwrap();
    assert_eq!((recorder.recorded(), recorder.durable()), (4, 2));
    let lost =
        "cannot sync \"memory\": Transport endpoint is not connected: up to 2 samples may be gone";
    assert_eq!(reported(&mut recorder), [lost]);
    recorder.write(&mut Batch::new(b"5\n", true), clock.now()).unwrap();
    recorder.file.broken_sync = None;
    assert_eq!(
        reported(&mut recorder),
        ["\"memory\" cannot be looked at any more: going on in the file that has that name now"]
    );
    let error = recorder.finish().unwrap_err();
    let told = chain(&error);
    assert_eq!(told, "cannot sync \"memory\": Transport endpoint is not connected");
    assert_eq!((recorder.recorded(), recorder.durable()), (5, 3));
}

#[test]
fn a_long_line_that_is_being_written_is_finished_where_it_began() {
    let clock = FakeClock::new();
    let mut recorder = recorded(FakeFile::new(&clock), None, &[b"1"]).unwrap();
    recorder.file.lost = Some((Duration::ZERO, MOVED));
    clock.advance(LOOK);
    recorder.write(&mut Batch::new(b"1\n", false), clock.now()).unwrap();
    assert_eq!(recorder.file.bytes, b"11\n");
    clock.advance(LOOK);
    recorder.write(&mut Batch::new(b"2\n", true), clock.now()).unwrap();
    assert_eq!(
        (&recorder.file.old, recorder.file.bytes.as_slice()),
        (&vec![b"11\n".to_vec()], &b"2\n"[..])
    );
}

#[test]
fn rows_stand_behind_their_header_whatever_somebody_else_has_written_before_them() {
    for (theirs, header) in
        [("3\t4\n", ""), ("a\tb\n3\t4\n", ""), ("b\ta\n3\t4\n", "a\tb\n"), ("7\n", "a\tb\n")]
    {
        let is_replaced = Some((LOOK, LostName { fate: Fate::Moved, is_replaced: true }));
        for lost in [None, is_replaced] {
            let clock = FakeClock::new();
            let disk = FakeFile { lost, replacement: theirs.as_bytes(), ..FakeFile::new(&clock) };
            let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, None);
            recorder.set_header(b"a\tb\n".to_vec());
            recorder.write(&mut Batch::new(b"1\t2\n", true), clock.now()).unwrap();
            if lost.is_none() {
                recorder.file.bytes.extend_from_slice(theirs.as_bytes());
            }
            clock.advance(LOOK);
            recorder.write(&mut Batch::new(b"5\t6\n", true), clock.now()).unwrap();
            // The last line alone shows no other columns in a file that begins with ours.
            let header = if lost.is_none() && theirs == "7\n" { "" } else { header };
            let expected = format!("a\tb\n1\t2\n{theirs}{header}5\t6\n");
            assert_eq!(String::from_utf8(recorder.file.all()).unwrap(), expected, "{lost:?}");
        }
    }
}
