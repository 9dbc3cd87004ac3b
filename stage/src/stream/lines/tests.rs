use super::*;
use crate::fake::{Chunks, FakeClock};
use crate::stream::ending::CutOff;
use proptest::prelude::*;
use std::time::Duration;

/// Every line of `input`, a line that is too long as `None`.
fn all(input: impl Input) -> Vec<Option<Vec<u8>>> {
    let mut lines = Lines::new(input);
    let mut found = Vec::new();
    loop {
        match lines.next(None).unwrap() {
            Block::Lines(block) => found.extend(
                each_line(block).map(|line| (line.len() <= MAX_LINE).then(|| line.to_vec())),
            ),
            Block::TooLong(start) => {
                assert!(start.len() > MAX_LINE);
                found.push(None);
            }
            Block::Deadline => unreachable!("there was no deadline"),
            Block::End => return found,
        }
    }
}

fn some(line: &str) -> Option<Vec<u8>> {
    Some(line.as_bytes().to_vec())
}

#[test]
fn the_last_line_needs_no_line_feed() {
    assert_eq!(all(&b"1\n\n2"[..]), [some("1"), some(""), some("2")]);
    assert_eq!(all(&b"1\n"[..]), [some("1")]);
    assert_eq!(all(&b""[..]), []);
}

#[test]
fn a_line_that_is_too_long_is_skipped_in_bounded_memory() {
    let mut text = b"1\n".to_vec();
    text.resize(10_000_000, b'7');
    text.extend_from_slice(b"\n2\n");
    assert_eq!(all(&text[..]), [some("1"), None, some("2")]);
    assert_eq!(all(Chunks::of(&text, 1000)), [some("1"), None, some("2")]);
}

#[test]
fn a_line_that_is_too_long_may_be_the_last() {
    let text = vec![b'7'; BLOCK * 2];
    assert_eq!(all(&text[..]), [None]);
}

#[test]
fn lines_are_handed_out_while_the_next_is_incomplete() {
    let mut lines = Lines::new(Chunks::of(b"1\n2\n3", 5));
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\n2\n"));
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"3"));
    assert_eq!(lines.next(None).unwrap(), Block::End);
    assert_eq!(lines.next(None).unwrap(), Block::End);
}

#[test]
fn what_was_handed_out_can_be_had_again_up_to_the_next_read() {
    let long = format!("1\n2\n{}", "7".repeat(MAX_LINE + 1));
    let mut lines = Lines::new(Chunks::of(long.as_bytes(), MAX_LINE + 5));
    assert_eq!(lines.given(), b"");
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\n2\n"));
    assert_eq!(lines.given(), b"1\n2\n");
    assert!(matches!(lines.next(None).unwrap(), Block::TooLong(_)));
    assert_eq!(lines.given(), &long.as_bytes()[4..]);
    assert_eq!(lines.next(None).unwrap(), Block::End);
    assert_eq!(lines.given(), b"");
}

/// Every line of `input`, where CR ends one, too.
fn all_to_cr_too(input: impl Input) -> Vec<String> {
    let mut lines = Lines::new(input).ended_by_cr_too();
    let mut found = Vec::new();
    while let Block::Lines(block) = lines.next(None).unwrap() {
        let texts = each_line_to_cr_too(block).map(|line| String::from_utf8_lossy(line).into());
        found.extend(texts);
    }
    found
}

#[test]
fn lf_crlf_and_cr_end_a_line_at_once_and_only_once() {
    for (text, lines) in [
        ("1\r2\r3\r", &["1", "2", "3"][..]),
        ("1\r\n2\n3", &["1", "2", "3"]),
        ("1\n\n\r2\r\r\n", &["1", "", "", "2", ""]),
        ("\r\n\r\n", &["", ""]),
    ] {
        for size in 1..5 {
            let found = all_to_cr_too(Chunks::of(text.as_bytes(), size));
            assert_eq!(found, lines, "{text:?} by {size}");
        }
    }
    let mut lines = Lines::new(Chunks::of(b"1\r\n2", 2)).ended_by_cr_too();
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\r"), "before its LF is there");
}

#[test]
fn half_a_line_is_one_only_at_a_clean_end_and_otherwise_reported() {
    for ending in [
        Ending::Clean,
        Ending::Recorded,
        Ending::HungUp,
        Ending::WriterGone,
        Ending::EndByte,
        Ending::Failed,
        Ending::Stopped,
    ] {
        let mut lines = Lines::new(Chunks::of(b"1\n101", 3).ended_by(ending));
        let mut found = Vec::new();
        while let Ok(Block::Lines(block)) = lines.next(None) {
            found.extend_from_slice(block);
        }
        let (text, cut) = match ending {
            Ending::Clean => ("1\n101", None),
            _ => ("1\n", Some(CutOff { ending, bytes: 3, start: b"101" })),
        };
        assert_eq!(found, text.as_bytes(), "{ending:?}");
        assert_eq!(lines.cut_off(), cut, "{ending:?}");
    }
}

#[test]
fn behind_a_writers_end_another_ones_first_line_begins() {
    let too_long = "7".repeat(BLOCK * 3 + 1);
    for text in ["1\n101", &too_long, "1\n2\r"] {
        // An empty read is the end.
        let script = [text, "", "\n3\n"].map(|text| (Duration::ZERO, text));
        let input = Chunks::timed(&FakeClock::new(), &script).ended_by(Ending::WriterGone);
        let mut lines = Lines::new(input).ended_by_cr_too();
        while lines.next(None).unwrap() != Block::End {}
        lines.resume();
        assert_eq!(lines.next(None).unwrap(), Block::Lines(b"\n3\n"), "behind {text:.9}");
    }
}

#[test]
fn at_a_deadline_half_a_line_is_cut_off() {
    let mut lines = Lines::new(&b"1\n101"[..]);
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\n"));
    assert_eq!(lines.cut_off(), None, "it has not ended");
    lines.end_by(Ending::Deadline);
    let cut = CutOff { ending: Ending::Deadline, bytes: 3, start: b"101" };
    assert_eq!(lines.cut_off(), Some(cut));
    assert_eq!(lines.next(None).unwrap(), Block::End);
}

#[test]
fn all_bytes_of_a_line_that_never_ended_are_reported() {
    let text = vec![b'7'; BLOCK * 3 + 1];
    let mut lines = Lines::new(&text[..]);
    assert!(matches!(lines.next(None).unwrap(), Block::TooLong(_)));
    assert_eq!(lines.next(None).unwrap(), Block::End);
    let cut = CutOff { ending: Ending::Clean, bytes: text.len() as u64, start: b"" };
    assert_eq!(lines.cut_off(), Some(cut));
}

#[test]
fn a_line_that_is_too_long_is_not_reported_again_when_it_is_cut_off() {
    let text = vec![b'7'; BLOCK * 3 + 1];
    for ending in [Ending::Stopped, Ending::HungUp, Ending::Failed] {
        let mut lines = Lines::new(Chunks::of(&text, BLOCK).ended_by(ending));
        assert!(matches!(lines.next(None).unwrap(), Block::TooLong(_)));
        let _ = lines.next(None);
        assert_eq!((lines.ending(), lines.cut_off()), (Some(ending), None));
    }
}

#[test]
fn what_comes_before_the_first_line_end_is_dropped_and_counted() {
    for (text, before, found) in [
        ("13.27\r\n1013.3\r\n", Some(5), "1013.3\r\n"),
        ("\n1\n", Some(0), "1\n"),
        ("13.27\r2\r", Some(5), "2\r"),
    ] {
        for size in 1..7 {
            let input = Chunks::of(text.as_bytes(), size);
            let mut lines = Lines::new(input).ended_by_cr_too().from_the_next();
            let mut all = Vec::new();
            while let Block::Lines(block) = lines.next(None).unwrap() {
                all.extend_from_slice(block);
            }
            let all = String::from_utf8(all).unwrap().replace("\r\n", "\n").replace('\r', "\n");
            let found = found.replace("\r\n", "\n").replace('\r', "\n");
            assert_eq!(all, found, "{text:?} by {size}");
            assert_eq!(lines.take_before_first(), before, "{text:?} by {size}");
            assert_eq!(lines.take_before_first(), None, "told once");
        }
    }
    let input = Chunks::of(b"13.27", 2).ended_by(Ending::HungUp);
    let mut lines = Lines::new(input).from_the_next();
    lines.next(None).unwrap_err();
    assert_eq!(lines.take_before_first(), None);
    let cut = CutOff { ending: Ending::HungUp, bytes: 5, start: b"" };
    assert_eq!(lines.cut_off(), Some(cut));
}

#[test]
fn what_was_read_ahead_is_known_between_lines_and_can_be_dropped() {
    let text = [b"1\n22\n333", &vec![b'7'; MAX_LINE][..], b"\n4\n"].concat();
    let mut lines = Lines::new(Chunks::of(&text, 8));
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\n22\n"));
    assert_eq!(lines.read_ahead(), Some(3));
    assert!(matches!(lines.next(None).unwrap(), Block::TooLong(_)));
    assert_eq!(lines.read_ahead(), None);
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"4\n"));
    let mut lines = Lines::new(&b"1\n22"[..]);
    assert_eq!(lines.next(None).unwrap(), Block::Lines(b"1\n"));
    lines.drop_read_ahead();
    assert_eq!(lines.next(None).unwrap(), Block::End);
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_lines_even_where_cr_ends_them(
        text in "[0-9\r\n]{0,60}", size in 1usize..20,
    ) {
        prop_assert_eq!(
            all_to_cr_too(Chunks::of(text.as_bytes(), size)),
            all_to_cr_too(text.as_bytes())
        );
        let normal = text.replace("\r\n", "\n").replace('\r', "\n");
        let expected: Vec<&str> = normal.split_terminator('\n').collect();
        prop_assert_eq!(all_to_cr_too(text.as_bytes()), expected);
    }

    #[test]
    fn any_chunking_gives_the_same_lines(
        text in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200),
        size in 1usize..50,
    ) {
        prop_assert_eq!(all(Chunks::of(&text, size)), all(&text[..]));
    }
}

/// What was cut off: how, how many bytes, and their start.
type Dropped = (Ending, u64, Vec<u8>);

/// All that is handed out of `input` in pieces; what was cut off; and the size of the first piece.
fn copied(input: impl Input) -> (Vec<u8>, Option<Dropped>, usize) {
    let mut lines = Lines::in_pieces(input);
    let (mut copy, mut first) = (Vec::new(), None);
    while let Ok(Block::Lines(block)) = lines.next(None) {
        copy.extend_from_slice(block);
        first.get_or_insert(block.len());
    }
    let cut = lines.cut_off().map(|cut| (cut.ending, cut.bytes, cut.start.to_vec()));
    (copy, cut, first.unwrap_or(0))
}

#[test]
fn a_line_longer_than_a_block_comes_in_pieces() {
    let text = [vec![b'7'; 2 * BLOCK + 5], b"\n1\n".to_vec()].concat();
    assert_eq!(copied(&text[..]), (text, None, BLOCK));
}

#[test]
fn in_pieces_too_half_a_line_waits_and_is_a_line_only_at_a_clean_end() {
    for ending in [Ending::Clean, Ending::HungUp, Ending::Failed, Ending::Stopped] {
        let (text, cut) = match ending {
            Ending::Clean => (&b"1\n101"[..], None),
            _ => (&b"1\n"[..], Some((ending, 3, b"101".to_vec()))),
        };
        let found = copied(Chunks::of(b"1\n101", 3).ended_by(ending));
        assert_eq!(found, (text.to_vec(), cut, 2), "{ending:?}");
    }
}

#[test]
fn the_pieces_of_a_line_that_is_cut_off_are_counted() {
    let text = [b"1\n", &vec![b'7'; 2 * BLOCK + 5][..]].concat();
    for (ending, cut) in [
        (Ending::Clean, None),
        (Ending::Stopped, Some((Ending::Stopped, 2 * BLOCK as u64 + 5, vec![]))),
    ] {
        let (copy, found, _) = copied(Chunks::of(&text, BLOCK).ended_by(ending));
        assert_eq!(found, cut);
        let handed_out = if ending == Ending::Clean { text.len() } else { 2 * BLOCK + 2 };
        assert_eq!(copy.len(), handed_out, "{ending:?}");
    }
}

#[test]
fn a_block_comes_with_the_time_at_which_its_first_byte_arrived() {
    let clock = FakeClock::new();
    let second = Duration::from_secs(1);
    let script = [(1, "1"), (2, "2"), (3, "3\n4\n5"), (5, "\n6\n"), (7, "7\n"), (8, "8")];
    let script = script.map(|(at, text)| (at * second, text));
    let mut lines = Lines::in_pieces(Chunks::timed(&clock, &script));
    let start = clock.time_of_day();
    let mut found = Vec::new();
    loop {
        match lines.next_timed(Some(clock.now() + 3 * second / 2), &clock).unwrap() {
            (Block::Lines(block), began) => {
                let seconds = began.duration_since(start).unwrap().as_secs();
                found.push((str::from_utf8(block).unwrap().to_owned(), seconds));
            }
            (Block::End, _) => break,
            _ => {}
        }
    }
    let expected = [("123\n4\n", 1), ("5\n6\n", 3), ("7\n", 7), ("8", 8)];
    assert_eq!(found, expected.map(|(text, at)| (text.to_owned(), at)));
}

proptest! {
    #[test]
    fn in_pieces_every_byte_is_handed_out_once_and_only_at_a_line_end(
        text in "([0-9]{0,5}\n){0,10}[0-9]{0,3}", size in 1usize..9,
    ) {
        let mut lines = Lines::in_pieces(Chunks::of(text.as_bytes(), size));
        let mut copy = Vec::new();
        while let Block::Lines(block) = lines.next(None).unwrap() {
            copy.extend_from_slice(block);
            prop_assert!(block.ends_with(b"\n") || copy.len() == text.len());
        }
        prop_assert_eq!(copy, text.as_bytes());
    }
}
