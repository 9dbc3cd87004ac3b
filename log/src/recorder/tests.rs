use std::time::Duration;

use super::follow::LOOK;
use super::*;
use crate::fake::FakeFile;
use crate::notice::Fate;
use nix::errno::Errno;
use proptest::prelude::*;
use stage::fake::FakeClock;
use stage::process::clock::Clock;

pub(super) const MOVED: LostName = LostName { fate: Fate::Moved, is_replaced: false };

/// A recorder in `file` that rotates at `limit`, and was given each of `texts`.
pub(super) fn recorded(
    file: FakeFile,
    limit: Option<u64>,
    texts: &[&[u8]],
) -> Result<Recorder<FakeFile>, Error> {
    let now = file.clock.now();
    let mut recorder = Recorder::new(file, 0, SyncPolicy::Never, limit);
    for text in texts {
        recorder.write(&mut Batch::new(text, !recorder.extent.ends_in_half()), now)?;
    }
    Ok(recorder)
}

/// What each file holds after `texts`, the oldest first.
fn files(limit: u64, texts: &[&[u8]]) -> Vec<String> {
    held(&recorded(FakeFile::new(&FakeClock::new()), Some(limit), texts).unwrap())
}

/// What each file holds, the oldest first.
fn held(recorder: &Recorder<FakeFile>) -> Vec<String> {
    let files = recorder.file.old.iter().chain([&recorder.file.bytes]);
    files.map(|bytes| String::from_utf8(bytes.clone()).unwrap()).collect()
}

#[test]
fn only_whole_lines_count_and_only_synced_ones_are_durable() {
    let mut recorder = recorded(FakeFile::new(&FakeClock::new()), None, &[b"1\n2"]).unwrap();
    assert_eq!((recorder.recorded(), recorder.durable()), (1, 0));
    recorder.sync().unwrap();
    assert_eq!((recorder.recorded(), recorder.durable()), (1, 1));
}

#[test]
fn what_was_written_before_the_disk_was_full_is_not_written_again() {
    let clock = FakeClock::new();
    let disk = FakeFile { room: 5, ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, None);
    let mut batch = Batch::new(b"1\n2\n345\n", true);
    recorder.write(&mut batch, clock.now()).unwrap_err();
    assert_eq!((recorder.recorded(), batch.rest()), (2, &b"45\n"[..]));
    recorder.file.room = usize::MAX;
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!((recorder.file.bytes.as_slice(), recorder.recorded()), (&b"1\n2\n345\n"[..], 3));
}

#[test]
fn half_a_line_can_be_cut_off() {
    let clock = FakeClock::new();
    let disk = FakeFile { room: 5, ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, None);
    recorder.write(&mut Batch::new(b"1\n2\n345\n", true), clock.now()).unwrap_err();
    recorder.cut_half_a_line().unwrap();
    assert_eq!(recorder.file.bytes, b"1\n2\n");
}

#[test]
fn a_failed_sync_makes_nothing_durable() {
    let clock = FakeClock::new();
    let disk = FakeFile { broken_sync: Some(Errno::EIO), ..FakeFile::new(&clock) };
    let mut recorder = recorded(disk, None, &[b"1\n"]).unwrap();
    assert!(recorder.sync().unwrap_err().is_final());
    assert_eq!((recorder.recorded(), recorder.durable()), (1, 0));
}

#[test]
fn a_file_is_closed_at_a_lines_end_before_it_passes_its_size() {
    assert_eq!(files(4, &[b"1\n2\n3\n4\n5\n"]), ["1\n2\n", "3\n4\n", "5\n"]);
    assert_eq!(files(5, &[b"1\n2\n", b"3\n4\n"]), ["1\n2\n", "3\n4\n"]);
    assert_eq!(files(5, &[b"11\n", b"2\n", b"3\n"]), ["11\n2\n", "3\n"]);
    assert_eq!(files(1 << 40, &[b"1\n2\n"]), ["1\n2\n"]);
}

#[test]
fn a_line_is_never_divided_and_one_beyond_the_size_has_a_file_of_its_own() {
    assert_eq!(files(3, &[b"1\n22222\n3\n"]), ["1\n", "22222\n", "3\n"]);
    assert_eq!(files(3, &[b"1\n", b"222", b"22", b"2\n", b"3\n"]), ["1\n", "222222\n", "3\n"]);
}

#[test]
fn a_last_line_leaves_room_for_its_line_feed() {
    assert_eq!(files(4, &[b"1\n", b"23", b"\n"]), ["1\n", "23\n"]);
    assert_eq!(files(5, &[b"1\n", b"23", b"\n"]), ["1\n23\n"]);
}

#[test]
fn a_rotation_that_fails_is_tried_again_and_nothing_is_written_meanwhile() {
    let clock = FakeClock::new();
    let disk = FakeFile { stuck_rotations: 2, ..FakeFile::new(&clock) };
    let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, Some(2));
    let mut batch = Batch::new(b"1\n2\n", true);
    for _ in 0..2 {
        recorder.write(&mut batch, clock.now()).unwrap_err();
        assert_eq!((recorder.file.bytes.as_slice(), batch.rest()), (&b"1\n"[..], &b"2\n"[..]));
    }
    recorder.write(&mut batch, clock.now()).unwrap();
    assert_eq!(
        (&recorder.file.old, recorder.file.bytes.as_slice()),
        (&vec![b"1\n".to_vec()], &b"2\n"[..])
    );
    assert_eq!((recorder.recorded(), recorder.durable()), (2, 1));
}

#[test]
fn a_sync_that_a_file_system_does_not_have_is_reported_once_and_is_no_failure() {
    let clock = FakeClock::new();
    let disk = FakeFile { broken_sync: Some(Errno::EINVAL), ..FakeFile::new(&clock) };
    let mut recorder = recorded(disk, None, &[b"1\n"]).unwrap();
    recorder.sync().unwrap();
    recorder.finish().unwrap();
    let told = "cannot sync \"memory\": Invalid argument: recording all the same, but a power failure \
                may take what was recorded";
    assert_eq!(recorder.take_notices().iter().map(Notice::to_string).collect::<Vec<_>>(), [told]);
}

/// Records a line every `period`, for `lines` of them, with a sync within a second; returns how often a
/// deadline came before the next line, and the longest that a line was not synced.
fn at_a_pace(period: Duration, lines: usize) -> (usize, Duration) {
    let clock = FakeClock::new();
    let policy = SyncPolicy::Within(Duration::from_secs(1));
    let mut recorder = Recorder::new(FakeFile::new(&clock), 0, policy, None);
    let (mut alone, mut longest) = (0, Duration::ZERO);
    for _ in 0..lines {
        recorder.write(&mut Batch::new(b"57\n", true), clock.now()).unwrap();
        recorder.sync_if_due(clock.now()).unwrap();
        let next = clock.now() + period;
        while let Some(deadline) = recorder.deadline().filter(|deadline| *deadline < next) {
            clock.advance(deadline - clock.now());
            alone += 1;
            recorder.write(&mut Batch::new(b"", true), clock.now()).unwrap();
            recorder.sync_if_due(clock.now()).unwrap();
        }
        clock.advance(next - clock.now());
        longest = longest.max(recorder.oldest.map_or(Duration::ZERO, |it| clock.now() - it));
    }
    (alone, longest)
}

#[test]
fn a_recorder_that_lines_wake_in_time_is_not_woken_for_what_is_due() {
    let millis = Duration::from_millis;
    assert_eq!(at_a_pace(millis(800), 100), (0, millis(800)));
    assert_eq!(at_a_pace(millis(300), 100), (0, millis(900)));
    // Each is synced after a second, and there is a look at the same time.
    assert_eq!(at_a_pace(millis(1500), 100), (100, Duration::ZERO));
}

#[test]
fn in_a_flood_a_sync_comes_no_more_often_than_it_must() {
    let clock = FakeClock::new();
    let policy = SyncPolicy::Within(Duration::from_secs(1));
    let mut recorder = Recorder::new(FakeFile::new(&clock), 0, policy, None);
    for _ in 0..10_000 {
        recorder.write(&mut Batch::new(b"57\n", true), clock.now()).unwrap();
        recorder.sync_if_due(clock.now()).unwrap();
        clock.advance(Duration::from_millis(1));
    }
    // A second after the first line that it covers, which is the one after the sync before.
    let expected: Vec<_> = (1..=9).map(|count| Duration::from_millis(1001 * count - 1)).collect();
    assert_eq!(recorder.file.syncs, expected);
}

/// A recorder in `file` that begins each file with the header `h`.
fn headed(file: FakeFile, length: u64, limit: Option<u64>) -> Recorder<FakeFile> {
    let mut recorder = Recorder::new(file, length, SyncPolicy::Never, limit);
    recorder.set_header(b"h\n".to_vec());
    recorder
}

#[test]
fn each_new_file_begins_with_the_header_which_has_its_room_and_does_not_count() {
    let clock = FakeClock::new();
    for (limit, expected) in [
        (1, &["h\n1\n", "h\n22\n", "h\n3\n", "h\n4\n"][..]),
        (6, &["h\n1\n", "h\n22\n", "h\n3\n4\n"]),
        (7, &["h\n1\n22\n", "h\n3\n4\n"]),
    ] {
        let mut recorder = headed(FakeFile::new(&clock), 0, Some(limit));
        recorder.write(&mut Batch::new(b"1\n22\n3\n4\n", true), clock.now()).unwrap();
        assert_eq!(held(&recorder), expected, "{limit}");
        assert_eq!(recorder.recorded(), 4);
    }
}

#[test]
fn nothing_is_written_before_the_first_line_and_a_file_with_lines_goes_on_without_a_header() {
    let clock = FakeClock::new();
    let mut recorder = headed(FakeFile::new(&clock), 0, None);
    recorder.write(&mut Batch::new(b"", true), clock.now()).unwrap();
    recorder.finish().unwrap();
    assert_eq!(recorder.file.bytes, b"");
    let file = FakeFile { bytes: b"0\n".to_vec(), ..FakeFile::new(&clock) };
    let mut recorder = headed(file, 2, Some(4));
    recorder.write(&mut Batch::new(b"1\n2\n", true), clock.now()).unwrap();
    assert_eq!(held(&recorder), ["0\n1\n", "h\n2\n"]);
}

#[test]
fn half_a_header_is_continued_or_cut_off_and_written_again() {
    let clock = FakeClock::new();
    for is_cut in [false, true] {
        let mut recorder = headed(FakeFile { room: 1, ..FakeFile::new(&clock) }, 0, Some(5));
        let mut batch = Batch::new(b"1\n2\n", true);
        recorder.write(&mut batch, clock.now()).unwrap_err();
        assert_eq!((recorder.file.bytes.as_slice(), batch.rest()), (&b"h"[..], &b"1\n2\n"[..]));
        if is_cut {
            recorder.cut_half_a_line().unwrap();
            assert_eq!(recorder.file.bytes, b"");
        }
        recorder.file.room = usize::MAX;
        recorder.write(&mut batch, clock.now()).unwrap();
        assert_eq!(
            (held(&recorder), recorder.recorded()),
            (vec!["h\n1\n".into(), "h\n2\n".into()], 2)
        );
    }
}

#[test]
fn a_file_that_was_emptied_or_that_takes_a_lost_name_begins_with_the_header() {
    let clock = FakeClock::new();
    let mut recorder = headed(FakeFile::new(&clock), 0, None);
    recorder.write(&mut Batch::new(b"1\n", true), clock.now()).unwrap();
    recorder.file.bytes.clear();
    clock.advance(LOOK);
    recorder.write(&mut Batch::new(b"2\n", true), clock.now()).unwrap();
    recorder.file.lost = Some((Duration::ZERO, MOVED));
    clock.advance(LOOK);
    recorder.write(&mut Batch::new(b"3\n", true), clock.now()).unwrap();
    assert_eq!(held(&recorder), ["h\n2\n", "h\n3\n"]);
}

proptest! {
    #[test]
    fn any_chunking_on_any_disk_gives_the_same_lines_in_files_of_their_size(
        lines in proptest::collection::vec("[a-z]{0,7}", 0..20),
        in_pieces in any::<bool>(),
        size in 1usize..12,
        limit in proptest::option::of(1u64..20),
        step in 1usize..10,
        room in 0usize..40,
        stuck_rotations in 0u32..3,
        moves_at in proptest::option::of(0u64..4),
        header in prop_oneof![Just(""), Just("header\n")],
    ) {
        let clock = FakeClock::new();
        let lost = moves_at.map(|at| (Duration::from_secs(at), MOVED));
        let disk = FakeFile { step, room, stuck_rotations, lost, ..FakeFile::new(&clock) };
        let mut recorder = Recorder::new(disk, 0, SyncPolicy::Never, limit);
        recorder.set_header(header.into());
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        // Only a very long line comes in pieces, and then its length is not known.
        let chunks: Vec<&[u8]> = match in_pieces {
            true => text.as_bytes().chunks(size).collect(),
            false => text.split_inclusive('\n').map(str::as_bytes).collect(),
        };
        let mut begins_line = true;
        for chunk in chunks {
            let mut batch = Batch::new(chunk, begins_line);
            begins_line = chunk.ends_with(b"\n");
            while recorder.write(&mut batch, clock.now()).is_err() {
                recorder.file.room = recorder.file.room.max(3);
                clock.advance(LOOK);
            }
        }
        prop_assert_eq!(recorder.recorded(), lines.len() as u64);
        let mut all = Vec::new();
        for file in recorder.file.old.iter().chain([&recorder.file.bytes]).filter(|it| !it.is_empty()) {
            prop_assert!(file.starts_with(header.as_bytes()) && file.ends_with(b"\n"));
            let rows = &file[header.len()..];
            let lines = rows.iter().filter(|&&byte| byte == b'\n').count();
            prop_assert!(in_pieces || lines <= 1 || limit.is_none_or(|limit| file.len() as u64 <= limit));
            all.extend_from_slice(rows);
        }
        prop_assert_eq!(all, text.as_bytes());
    }
}
