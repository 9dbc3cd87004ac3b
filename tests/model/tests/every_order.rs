//! What holds in every order of events, wherever a process is killed.
//!
//! loom fails a run in which nobody can go on, or in which both sides can touch a byte at the same time:
//! so that every run ends, and without a race, is part of every test.
//!
//! Each of these mistakes, made on purpose in the sources of `stage`, fails one of them:
//!
//! | where | mistakes |
//! |---|---|
//! | writer | sets the word before it copies, or without a release; posts before it sets the word; appends without comparing, or without a release; drops the token that it slept for; overlooks the flag, or the lock, of a reader that is gone; reports room but drops the token, or reports room when the wait brought none |
//! | reader | takes a slot without marking it, or without an acquire; posts before it frees the slot; drops the token that it slept for; waits for a token after a writer's death; looks for the end of the stream only after the word; overlooks the lock of a writer that is gone; leaves, or is asked to stop, without a post |
//! | end | posts before it sets the flag, or not at all |
//! | drain | posts for each slot as it frees it, posts nothing, or looks for the end of the stream only after it has emptied the slots |
//! | semaphore | has no fence, looks for sleepers before it adds the token, or does not count them |

use std::io::ErrorKind;

use wandler_model::execution::{End, NoRoom, Notice, Outcome, Run, Text, Waits};
use wandler_model::exploration::{in_every_order, killed_everywhere};

/// Lines of which two fit into a slot: the second joins the first, if that is still there.
const SHORT: Text = Text { before: "1\n", then: &["2\n", "3\n"] };

/// Lines that fill a slot each: the third must wait until there is room.
const LONG: Text = Text { before: "abc\n", then: &["def\n", "ghi\n"] };

/// The same, with a reader that may have nothing to read yet.
const LATE: Text = Text { before: "", then: &["abc\n", "def\n", "ghi\n"] };

/// Lines in each of these.
const LINES: usize = 3;

/// Four lines that fill a slot each: if the reader leaves after the first, the writer fills that slot
/// again, and then waits for the other one, which is not the first in memory.
const LONGER: Text = Text { before: "abc\ndef\n", then: &["ghi\n", "jkl\n"] };

/// Slots of the ring.
const SLOTS: usize = 2;

/// Room for all slots.
const ALL: usize = 8;

/// Room for less than a slot.
const PART: usize = 3;

/// Whether the reader got all that was handed over and nothing else, but for a last piece whose writer
/// was killed before it knew.
fn assert_nothing_lost(outcome: &Outcome, text: Text) {
    let all = whole(text);
    assert!(all.as_bytes().starts_with(&outcome.read), "{outcome:?}");
    let read = outcome.read.len();
    assert!(read == 0 || outcome.read.ends_with(b"\n"), "{outcome:?}");
    let line = all.len() / LINES;
    let may_be_unknown = if outcome.writer.is_none() { line } else { 0 };
    assert!((outcome.taken..=outcome.taken + may_be_unknown).contains(&read), "{outcome:?}");
}

fn whole(text: Text) -> String {
    text.before.to_owned() + &text.then.concat()
}

#[test]
fn every_byte_crosses_and_both_sides_end() {
    for (text, room, waits, notice) in [
        (SHORT, ALL, Waits::AfterNothing, Notice::Launcher),
        (LONG, PART, Waits::BeforeEachRead, Notice::Launcher),
        (SHORT, PART, Waits::BeforeEachRead, Notice::Peer),
        (LATE, ALL, Waits::AfterNothing, Notice::Peer),
    ] {
        let run = Run { waits, ..Run::of(text, room, notice) };
        // A reader that has no launcher posts one more as it ends.
        let free = SLOTS + usize::from(notice == Notice::Peer);
        in_every_order(run, move |outcome| {
            assert_all_crossed(outcome, text);
            assert_eq!(outcome.free, free, "{outcome:?}");
        });
    }
}

/// Whether both sides ended well, and all that was to be written has been read.
fn assert_all_crossed(outcome: &Outcome, text: Text) {
    assert_eq!((outcome.writer, outcome.reader), (Some(Ok(())), Some(Ok(()))));
    assert_eq!(outcome.taken, whole(text).len());
    assert_nothing_lost(outcome, text);
    assert_eq!(outcome.unfree, 0, "{outcome:?}");
}

#[test]
fn what_a_writer_puts_off_crosses_later() {
    for text in [SHORT, LONG] {
        let run = Run { no_room: NoRoom::PutOff, ..Run::of(text, ALL, Notice::Launcher) };
        in_every_order(run, move |outcome| {
            assert_all_crossed(outcome, text);
            // The writer may hold a token that it did not need: its last piece joined the one before.
            assert!((SLOTS - 1..=SLOTS).contains(&outcome.free), "{outcome:?}");
        });
    }
}

/// Kills the writer at each of its places.
fn kill_writer(text: Text, notice: Notice) {
    let places = killed_everywhere(Run::of(text, ALL, notice), End::Writer, move |outcome| {
        assert_eq!(outcome.reader, Some(Ok(())), "{outcome:?}");
        assert_nothing_lost(outcome, text);
    });
    assert!(places >= 20, "it was killed at {places} places");
}

#[test]
fn what_a_killed_writer_handed_over_is_read_and_the_launcher_ends_the_stream() {
    kill_writer(SHORT, Notice::Launcher);
    kill_writer(LONG, Notice::Launcher);
}

#[test]
fn what_a_killed_writer_handed_over_is_read_even_if_no_launcher_is_left() {
    kill_writer(SHORT, Notice::Alone);
    kill_writer(LONG, Notice::Alone);
}

/// Kills the reader at each of its places.
fn kill_reader(run: Run, expected: fn(&Outcome) -> bool) {
    let text = run.text;
    let places = killed_everywhere(run, End::Reader, move |outcome| {
        assert!(expected(outcome), "{outcome:?}");
        let all = whole(text);
        assert!(all.as_bytes().starts_with(&outcome.read), "{outcome:?}");
        assert_eq!(outcome.writer == Some(Ok(())), outcome.taken == all.len(), "{outcome:?}");
    });
    assert!(places >= 20, "it was killed at {places} places");
}

/// All was handed over before the reader's end was noticed, or that is an error.
fn is_told(outcome: &Outcome) -> bool {
    matches!(outcome.writer, Some(Ok(()) | Err(ErrorKind::BrokenPipe)))
}

#[test]
fn a_writer_whose_reader_is_killed_hears_it_from_the_launcher() {
    kill_reader(Run::of(SHORT, ALL, Notice::Launcher), is_told);
    kill_reader(Run::of(LONG, ALL, Notice::Launcher), is_told);
}

#[test]
fn a_writer_whose_reader_is_killed_finds_out_by_itself() {
    kill_reader(Run::of(SHORT, ALL, Notice::Alone), is_told);
    kill_reader(Run::of(LONG, ALL, Notice::Alone), is_told);
}

#[test]
fn a_writer_that_puts_off_what_there_is_no_room_for_hears_that_its_reader_is_killed() {
    for notice in [Notice::Launcher, Notice::Alone] {
        let run = Run { no_room: NoRoom::PutOff, ..Run::of(LONG, ALL, notice) };
        kill_reader(run, is_told);
    }
}

#[test]
fn a_writer_whose_reader_is_killed_goes_on_to_its_end_while_the_launcher_drains_the_ring() {
    // A reader that died between freeing a slot and saying so has taken a token with it.
    let goes_on = |outcome: &Outcome| {
        outcome.writer == Some(Ok(())) && outcome.unfree == 0 && outcome.free + 1 >= SLOTS
    };
    kill_reader(Run::of(SHORT, ALL, Notice::Drain), goes_on);
    kill_reader(Run::of(LONG, ALL, Notice::Drain), goes_on);
}

/// The reader leaves after one line, and the launcher drains the ring from then on.
const DRAINED: Run = Run { reads: 1, ..Run::of(LONGER, PART + 1, Notice::Drain) };

#[test]
fn draining_a_ring_costs_its_writer_no_slot() {
    in_every_order(DRAINED, |outcome| {
        assert_eq!((outcome.writer, outcome.reader), (Some(Ok(())), Some(Ok(()))), "{outcome:?}");
        assert_eq!((&outcome.read[..], outcome.taken), (&b"abc\n"[..], whole(LONGER).len()));
        assert_eq!((outcome.unfree, outcome.free), (0, SLOTS), "{outcome:?}");
    });
}

#[test]
fn draining_a_ring_ends_when_its_writer_is_killed() {
    let places = killed_everywhere(DRAINED, End::Writer, |outcome| {
        assert_eq!(outcome.reader, Some(Ok(())), "{outcome:?}");
        assert_eq!(outcome.unfree, 0, "{outcome:?}");
    });
    assert!(places >= 20, "it was killed at {places} places");
}

#[test]
fn a_reader_that_leaves_is_heard_by_the_writer() {
    for notice in [Notice::Peer, Notice::Launcher, Notice::Alone] {
        let run = Run { reads: 1, ..Run::of(LONG, PART, notice) };
        in_every_order(run, |outcome| {
            assert!(is_told(outcome) && outcome.reader == Some(Ok(())), "{outcome:?}");
            assert!(matches!(&outcome.read[..], b"abc"), "{outcome:?}");
        });
    }
}

#[test]
fn a_stop_while_data_come_is_not_taken_for_data() {
    let run = Run { is_stopped: true, ..Run::of(SHORT, ALL, Notice::Launcher) };
    in_every_order(run, |outcome| {
        assert!(is_told(outcome) && outcome.reader == Some(Ok(())), "{outcome:?}");
        assert!(whole(SHORT).as_bytes().starts_with(&outcome.read), "{outcome:?}");
    });
}

#[test]
fn a_reader_that_is_asked_to_stop_does_not_sleep_through_it() {
    // Its writer is killed at once, and nobody says so.
    let run = Run {
        is_stopped: true,
        killed: Some((End::Writer, 0)),
        ..Run::of(SHORT, ALL, Notice::Peer)
    };
    in_every_order(run, |outcome| {
        assert_eq!((outcome.writer, outcome.reader), (None, Some(Ok(()))), "{outcome:?}");
        assert_nothing_lost(outcome, SHORT);
    });
}
