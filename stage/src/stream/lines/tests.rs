use super::*;
use crate::fake::Chunks;
use proptest::prelude::*;

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
fn all_bytes_of_a_line_that_never_ended_are_told() {
    let text = vec![b'7'; BLOCK * 3 + 1];
    let mut lines = Lines::new(&text[..]);
    assert!(matches!(lines.next(None).unwrap(), Block::TooLong(_)));
    assert_eq!(lines.next(None).unwrap(), Block::End);
    let cut = CutOff { ending: Ending::Clean, bytes: text.len() as u64, start: b"" };
    assert_eq!(lines.cut_off(), Some(cut));
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

proptest! {
    #[test]
    fn any_chunking_gives_the_same_lines_also_where_cr_ends_them(
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
