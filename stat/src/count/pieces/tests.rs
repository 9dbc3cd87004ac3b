use super::counter::Counter;
use super::*;
use crate::Options;
use crate::input::files::{NamedInput, only};
use clap::Parser;
use proptest::prelude::*;
use stage::fake::FakeClock;
use stage::process::exit::Status;
use stage::process::helpers::Helpers;
use stage::process::ledger::Entry;
use stage::process::stop::Stop;
use stage::process::surroundings::Surroundings;
use stage::stream::input::{AfterStop, Input, Stoppable};
use stage::stream::regular::Regular;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

/// The records, the messages, the ledger, and how it ended.
type Outcome = (String, Vec<String>, Entry, Result<Status, String>);

/// What `stat` makes of `texts`, each a regular file, with this many helpers.
fn outcome(words: &str, texts: &[&[u8]], helpers: usize) -> Outcome {
    let options = Options::try_parse_from(format!("stat {words}").split_whitespace()).unwrap();
    let inputs = texts.iter().enumerate().map(|(at, text)| {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let input = Stoppable::new(file, Stop::never(), AfterStop::End);
        Ok(NamedInput { name: (at > 0).then(|| format!("\"{at}\"")), input })
    });
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let clock = FakeClock::new();
    let around = Surroundings::new(inputs, &mut output, &clock, &mut messages);
    let helpers = Helpers::start(helpers).unwrap();
    let ended = crate::run(&options.reading(true), Surroundings { helpers, ..around });
    let result = ended.result.map_err(|error| stage::process::message::chain(&error));
    (String::from_utf8(output).unwrap(), messages, ended.entry, result)
}

/// Lines of all kinds, of which most are numbers.
fn lines() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        6 => "[0-9]{1,3}",
        4 => "-?[0-9]{1,5}(\\.[0-9]{0,3})?",
        1 => "-?[0-9]{1,20}(\\.[0-9]{0,12})?(e-?[0-9]{1,2})?",
        1 => "[ \t]{0,2}[0-9]{1,2}\r?",
        1 => "[0-9a-z.]{0,60}",
        1 => Just(String::new()),
        1 => "[a-c]\t[a-c]\n[0-9]{0,2}\t[0-9]",
    ];
    (prop::collection::vec(line, 0..120), any::<bool>()).prop_map(|(lines, ends)| {
        let text = lines.join("\n");
        if ends { text + "\n" } else { text }.into_bytes()
    })
}

const WORDS: [&str; 5] =
    ["", "--more --histogram 5", "--state --first 7", "--strict", "--state --more --first 1"];

proptest! {
    #[test]
    fn several_threads_have_the_result_of_one(
        text in lines(), more in lines(), words in prop::sample::select(&WORDS[..]), helpers in 1usize..4,
    ) {
        let texts = [&text[..], &more];
        prop_assert_eq!(outcome(words, &texts, helpers), outcome(words, &texts, 0));
    }

    #[test]
    fn whoever_counts_a_piece_its_samples_are_those_of_its_lines(
        text in lines(), cuts in prop::collection::vec((1usize..50, 0usize..3), 200),
    ) {
        // With the first line known to be a sample.
        let text = [b"1\n", &text[..]].concat();
        let options = Options::try_parse_from(["stat"]).unwrap();
        let plan = crate::plan::Plan::of(&options.reading(true));
        let mut counters = [(); 3].map(|()| Counter::new(&plan));
        let mut whole = Counter::new(&plan);
        let (mut rest, mut lines, mut n, mut rejected, mut torn) =
            (&text[..], 0, 0, 0, cut::Torn::default());
        let mut last = None;
        for (size, who) in cuts {
            let piece;
            (piece, rest) = rest.split_at(size.min(rest.len()));
            let counted = counters[who].count(piece);
            prop_assert_eq!(counted.bytes, piece.len() as u64);
            torn.append(&counted.rest);
            if counted.has_line_end {
                // The line that was cut, counted alone behind an empty one.
                let line = [b"\n", torn.line(), b"\n"].concat();
                for lines_of in [counters[who].count(&line).lines, counted.lines] {
                    lines += lines_of.count;
                    rejected += lines_of.rejected;
                    n += lines_of.run.as_ref().map_or(0, |run| run.n);
                    last = lines_of.run.and_then(|run| run.ends).map(|ends| ends.last).or(last);
                }
                torn = counted.start;
            }
        }
        let end = text.iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        let expected = whole.count(&[b"\n", &text[..end]].concat()).lines;
        prop_assume!(rest.is_empty());
        let run = expected.run.unwrap();
        prop_assert_eq!((lines, n, rejected), (expected.count, run.n, expected.rejected));
        prop_assert_eq!(last, run.ends.map(|ends| ends.last));
        let sum = |counters: Vec<Counter>| {
            let results = counters.into_iter().map(Counter::into_accumulator);
            let mut all = plan.accumulator(1);
            results.for_each(|result| all.join(result));
            format!("{:?}", all.parts())
        };
        prop_assert_eq!(sum(counters.into()), sum(vec![whole]));
    }
}

#[test]
fn lines_longer_than_pieces_and_than_the_limit_are_rejected_as_in_one_thread() {
    let long = vec![b'7'; 70_000];
    let fits = [vec![b' '; 60_000], b"5".to_vec()].concat();
    for parts in [
        &[b"1\n", &long[..], b"\n2\n"][..],
        &[b"1\n", &long, b"\n", &fits, b"\n", &long],
        &[b"1\n2\n", &fits],
        &[b"1\n2\n", &long],
        &[&long, b"\n1\n2\n3\n", &fits, b"\n4\n5\n6\n7\n8\n9\n0\n1\n2\n3\n4\n5\n6\n7"],
    ] {
        let text = parts.concat();
        let one = outcome("", &[&text], 0);
        assert_eq!(outcome("", &[&text], 3), one);
        assert!(one.0.contains("\"n\":"), "{one:?}");
    }
}

#[test]
fn the_first_rejected_lines_are_reported_in_order_and_all_are_counted() {
    let line = |at: usize| if at % 11 == 10 { format!("x{at}\n") } else { format!("{at}\n") };
    let text: String = (0..5000).map(line).collect();
    let (records, messages, entry, status) = outcome("", &[text.as_bytes()], 3);
    assert!(records.contains("\"n\":4546,\"rejected\":454,"), "{records}");
    assert_eq!(messages[0], "line 11: not a number: \"x10\"");
    assert_eq!(messages[4], "line 55: not a number: \"x54\"");
    assert_eq!(messages[6], "454 lines rejected, the first 5 of them reported above");
    assert_eq!(entry, Entry::Stat { counted: 4546, rejected: 454, reader_gone: false });
    assert_eq!(status, Ok(Status::Rejected));
}

#[test]
fn strict_ends_at_the_first_rejected_line_and_counts_none_behind_it() {
    let text: String = (0..5000).map(|at| format!("{at}\n")).collect();
    let text = text.replace("\n3000\n", "\n3000x\n").replace("\n4000\n", "\nx\n");
    let (records, messages, entry, status) = outcome("--strict", &[text.as_bytes()], 3);
    assert_eq!((records, messages), (String::new(), vec![]));
    assert_eq!(entry, Entry::Stat { counted: 3000, rejected: 0, reader_gone: false });
    assert_eq!(status.unwrap_err(), "line 3001: not a number: \"3000x\"");
}

/// A file of numbers that a hook changes, once it has been asked `after` times whether it has
/// stopped.
struct Changing<F> {
    input: Stoppable<File>,
    after: u32,
    hook: F,
}

impl<F: FnMut(&File)> std::io::Read for Changing<F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        // Little at first, so that most is left for the pieces.
        let most = buffer.len().min(if self.after > 0 { 64 } else { usize::MAX });
        self.input.read(&mut buffer[..most])
    }
}

impl<F: FnMut(&File)> Input for Changing<F> {
    fn wait(
        &mut self,
        deadline: Option<std::time::Instant>,
    ) -> std::io::Result<stage::process::clock::Wake> {
        if self.after > 0 {
            self.after -= 1;
            if self.after == 0 {
                (self.hook)(self.input.fd());
            }
        }
        self.input.wait(deadline)
    }

    fn file(&self) -> Option<Regular> {
        self.input.file()
    }
}

/// The samples counted of 100,000 numbers in a file that `hook` changes while pieces are counted, or
/// the error; and the messages.
fn changing(hook: impl FnMut(&File)) -> (Result<u64, String>, Vec<String>) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all("4711\n".repeat(100_000).as_bytes()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let input = Stoppable::new(file, Stop::never(), AfterStop::End);
    let input = Changing { input, after: 200, hook };
    let options = Options::try_parse_from(["stat"]).unwrap().reading(true);
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let around = Surroundings::new(only(input), &mut output, FakeClock::new(), &mut messages);
    let helpers = Helpers::start(2).unwrap();
    let ended = crate::run(&options, Surroundings { helpers, ..around });
    let Entry::Stat { counted, .. } = ended.entry else { unreachable!() };
    (ended.result.map(|_| counted).map_err(|it| stage::process::message::chain(&it)), messages)
}

#[test]
fn what_is_written_meanwhile_is_counted_too() {
    let (counted, messages) = changing(|file| {
        let end = file.metadata().unwrap().len();
        std::os::unix::fs::FileExt::write_all_at(file, b"1\n2\n3", end).unwrap();
    });
    assert_eq!((counted, messages), (Ok(100_003), vec![]));
}

#[test]
fn a_file_that_becomes_shorter_cannot_be_read() {
    let told = || Err("cannot read standard input: it became shorter meanwhile".to_owned());
    // After 20,000 whole lines, and half a one; and before what has been counted.
    let (counted, messages) = changing(|file| file.set_len(100_003).unwrap());
    assert_eq!(counted, told());
    assert_eq!(messages, ["line 20001: cut off by an error: 3 bytes dropped: \"471\""]);
    let (counted, messages) = changing(|file| file.set_len(0).unwrap());
    assert_eq!(counted, told());
    assert!(messages.iter().all(|it| it.contains(": cut off by an error: ")), "{messages:?}");
}
