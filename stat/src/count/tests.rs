use super::*;
use crate::Options;
use crate::input::files::only;
use clap::Parser;
use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock, Gone, Held};
use stage::process::surroundings::Surroundings;
use std::time::Duration;

/// The records, the messages, and how it ended.
fn run_on(
    words: &str,
    input: impl Input,
    clock: &FakeClock,
) -> (String, Vec<String>, Ended<Error>) {
    let options = Options::try_parse_from(format!("stat {words}").split_whitespace()).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let ended =
        crate::run(&options, Surroundings::new(only(input), &mut output, clock, &mut messages));
    (String::from_utf8(output).unwrap(), messages, ended)
}

fn counts(records: &str) -> Vec<u64> {
    let n = |line: &str| stage::format::record::Record::parse(line.as_bytes()).unwrap().n;
    records.lines().map(n).collect()
}

#[test]
fn the_last_record_covers_everything_and_says_so() {
    let (records, messages, ended) = run_on("", &b"1\n2\n4\n"[..], &FakeClock::new());
    let last = records.lines().last().unwrap();
    assert_eq!(
        last,
        "{\"n\":3,\"rejected\":0,\"last\":4,\"sum\":7,\"mean\":2.3333333333333335,\
         \"sd\":1.5275252316519468,\"min\":1,\"max\":4,\"p50\":2,\"p90\":4,\"p99\":4,\
         \"quantiles\":\"exact\",\"final\":true}"
    );
    assert!(messages.is_empty());
    assert_eq!(ended.result.unwrap(), Status::Done);
    assert_eq!(ended.entry, Entry::Stat { counted: 3, rejected: 0, reader_gone: false });
}

#[test]
fn a_record_by_the_time_is_put_off_while_the_output_takes_nothing_and_then_the_newest_is_made() {
    let clock = FakeClock::new();
    let script: Vec<_> = (0..8).map(|at| (Duration::from_millis(100 * at), "1\n")).collect();
    let input = Chunks::timed(&clock, &script);
    let until = Duration::from_millis(430);
    let mut output = Held { clock: clock.clone(), until, taken: Vec::new() };
    let (options, mut messages) = (Options::try_parse_from(["stat"]).unwrap(), Vec::new());
    let around = Surroundings::new(only(input), &mut output, &clock, &mut messages);
    crate::run(&options, around).result.unwrap();
    let made = output.taken.iter().map(|(at, record)| (at.as_millis(), counts(record)));
    let expected = [(450, vec![5]), (550, vec![6]), (650, vec![7]), (700, vec![8])];
    assert_eq!(made.collect::<Vec<_>>(), expected);
}

#[test]
fn an_empty_input_gives_one_record_of_nulls() {
    let (records, _, _) = run_on("", &b""[..], &FakeClock::new());
    assert_eq!(
        records,
        "{\"n\":0,\"rejected\":0,\"last\":null,\"sum\":null,\"mean\":null,\"sd\":null,\
         \"min\":null,\"max\":null,\"p50\":null,\"p90\":null,\"p99\":null,\
         \"quantiles\":\"exact\",\"final\":true}\n"
    );
}

#[test]
fn rejected_lines_are_reported_counted_and_set_the_status() {
    let (records, messages, ended) = run_on("", &b"1\n12abc\n\n3"[..], &FakeClock::new());
    assert!(records.contains("\"n\":2,\"rejected\":2,"), "{records}");
    assert_eq!(messages, ["line 2: not a number: \"12abc\"", "line 3: empty"]);
    assert_eq!(ended.result.unwrap(), Status::Rejected);
    assert_eq!(ended.entry, Entry::Stat { counted: 2, rejected: 2, reader_gone: false });
}

#[test]
fn strict_stops_at_the_first() {
    let (records, messages, ended) = run_on("--strict", &b"1\n12abc\n3\n"[..], &FakeClock::new());
    assert_eq!(records, "");
    assert!(messages.is_empty());
    assert_eq!(ended.result.unwrap_err().to_string(), "line 2: not a number: \"12abc\"");
    assert_eq!(ended.entry, Entry::Stat { counted: 1, rejected: 0, reader_gone: false });
}

#[test]
fn strict_writes_the_records_that_were_due_before() {
    for size in [1, 100] {
        let input = Chunks::of(b"1\n2\nx\n3\n", size);
        let (records, _, _) = run_on("--strict --every 1", input, &FakeClock::new());
        assert_eq!(counts(&records), [1, 2]);
    }
}

#[test]
fn every_n_gives_exactly_one_record_every_n_samples() {
    let input = Chunks::of(b"1\n2\nx\n3\n4\n5\n", 3);
    let (records, _, _) = run_on("--every 2", input, &FakeClock::new());
    assert_eq!(counts(&records), [2, 4, 5]);
}

/// The fields of every record, abbreviated.
fn fields(records: &str, names: &[&str]) -> Vec<String> {
    let short = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let fields: Vec<String> = names.iter().map(|name| record[name].to_string()).collect();
        fields.join(" ")
    };
    records.lines().map(short).collect()
}

#[test]
fn a_window_covers_the_samples_since_the_one_before() {
    let input = Chunks::of(b"1\n2\nx\n3\n4\n5\n", 3);
    let (records, _, ended) = run_on("--window 2", input, &FakeClock::new());
    assert_eq!(
        fields(&records, &["from", "to", "n", "sum", "max", "rejected", "final"]),
        ["1 2 2 3 2 0 null", "3 4 2 7 4 1 null", "5 5 1 5 5 1 true"]
    );
    assert_eq!(ended.entry, Entry::Stat { counted: 5, rejected: 1, reader_gone: false });
    let (records, _, _) = run_on("--window 1 --first 11", &b"7\n8\n"[..], &FakeClock::new());
    assert_eq!(fields(&records, &["from", "to", "n", "mean"]), ["11 11 1 7", "12 12 1 8"]);
}

#[test]
fn an_empty_last_window_has_a_record_only_if_it_has_news() {
    let last = |words: &str, input: &str| {
        let (records, _, _) = run_on(words, input.as_bytes(), &FakeClock::new());
        let fields = fields(&records, &["n", "rejected", "course", "final"]);
        (fields.len(), fields.last().unwrap().clone())
    };
    assert_eq!(last("--window 2", "1\n2\n"), (1, "2 0 null null".into()));
    assert_eq!(last("--window 2", "x\n1\n2\n"), (1, "2 1 null null".into()));
    assert_eq!(last("--window 2", "1\n2\nx\n"), (2, "0 1 null true".into()));
    assert_eq!(last("--window 2", ""), (1, "0 0 null true".into()));
    let course = "[[1,1,1,1],[2,2,2,2]]";
    assert_eq!(last("--window 2 --course 2", "1\n2\n"), (2, format!("0 0 {course} true")));
}

#[test]
fn the_course_is_that_of_the_whole_stream_whatever_the_records_cover() {
    let input: String = (0..5000).map(|it| format!("{}\n", it * it % 977)).collect();
    let course = |words: &str, size: usize| {
        let input = Chunks::of(input.as_bytes(), size);
        let (records, _, _) = run_on(words, input, &FakeClock::new());
        let mut lines = records.lines().rev();
        let last = lines.next().unwrap();
        assert!(lines.all(|line| !line.contains("course")), "{words}");
        fields(last, &["course"]).remove(0)
    };
    let expected = course("--course 3", 5000);
    for words in ["--course 3 --every 10", "--course 3 --window 7", "--course 3 --more"] {
        for size in [1, 17, 4096] {
            assert_eq!(course(words, size), expected, "{words} {size}");
        }
    }
    let stretches: Vec<(u64, f64, f64, f64)> = serde_json::from_str(&expected).unwrap();
    let firsts: Vec<u64> = stretches.iter().map(|it| it.0).collect();
    assert_eq!(firsts, [1, 2049, 4097]);
    for (at, (first, min, mean, max)) in stretches.iter().enumerate() {
        let end = firsts.get(at + 1).copied().unwrap_or(5001);
        let values = (*first..end).map(|it| ((it - 1) * (it - 1) % 977) as f64);
        let (sum, n) = (values.clone().sum::<f64>(), (end - first) as f64);
        assert_eq!(*mean, sum / n);
        assert_eq!(*min, values.clone().fold(f64::MAX, f64::min));
        assert_eq!(*max, values.fold(f64::MIN, f64::max));
    }
}

#[test]
fn of_regular_files_only_the_last_record_is_written() {
    let ms = Duration::from_millis;
    let script = [(ms(0), "1\n"), (ms(800), "2\n"), (ms(1600), "3\n")];
    let records = |words: &str| {
        let clock = FakeClock::new();
        let words = format!("stat {words}");
        let options = Options::try_parse_from(words.split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let input = Chunks::timed(&clock, &script);
        crate::run(
            &options.reading(true),
            Surroundings::new(only(input), &mut output, &clock, &mut messages),
        );
        counts(&String::from_utf8(output).unwrap())
    };
    assert_eq!(records(""), [3]);
    assert_eq!(records("--every 100ms"), [1, 2, 3, 3]);
    assert_eq!(records("--window 2"), [2, 1]);
}

#[test]
fn files_are_counted_one_after_another_and_named() {
    let inputs = [("\"a\"", &b"1\n2"[..]), ("\"b\"", b"x\n3\n")];
    let inputs = inputs.map(|(name, input)| Ok(NamedInput { name: Some(name.to_owned()), input }));
    let options = Options::try_parse_from(["stat", "--every", "9"]).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let clock = FakeClock::new();
    let inputs = inputs.into_iter();
    let ended = crate::run(&options, Surroundings::new(inputs, &mut output, &clock, &mut messages));
    assert_eq!(counts(&String::from_utf8(output).unwrap()), [3]);
    assert_eq!(messages, ["\"b\": line 1: not a number: \"x\""]);
    assert_eq!(ended.entry, Entry::Stat { counted: 3, rejected: 1, reader_gone: false });
}

#[test]
fn a_window_of_time_ends_with_it() {
    let ms = Duration::from_millis;
    let clock = FakeClock::new();
    let script = [(ms(500), "1\n"), (ms(1200), "2\n"), (ms(1600), "3\n"), (ms(9000), "4\n5\n")];
    let (records, _, _) = run_on("--window 1s", Chunks::timed(&clock, &script), &clock);
    assert_eq!(fields(&records, &["from", "to", "n"]), ["1 2 2", "3 3 1", "4 5 2"]);
}

#[test]
fn windows_begin_with_a_sample_and_not_with_what_was_rejected() {
    let ms = Duration::from_millis;
    let clock = FakeClock::new();
    let script = [(ms(0), "header\n"), (ms(700), "1\n"), (ms(1200), "2\n"), (ms(1800), "3\n")];
    let (records, _, _) = run_on("--window 1s", Chunks::timed(&clock, &script), &clock);
    assert_eq!(fields(&records, &["from", "to"]), ["1 2", "3 3"]);
}

#[test]
fn the_limits_of_a_histogram_stay_from_window_to_window() {
    let input = &b"0\n95\n42\n47\n41\n"[..];
    let (records, _, _) = run_on("--window 2 --histogram 5", input, &FakeClock::new());
    let limits = |at: usize| {
        let record =
            stage::format::record::Record::parse(records.lines().nth(at).unwrap().as_bytes());
        record.unwrap().histogram.unwrap().iter().map(|bin| bin.low.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(limits(0), ["0", "20", "40", "60", "80"]);
    assert_eq!((limits(1), limits(2)), (limits(0), limits(0)));
}

#[test]
fn a_slow_stream_shows_each_sample_and_a_fast_one_ten_a_second() {
    let ms = Duration::from_millis;
    let clock = FakeClock::new();
    let input = Chunks::timed(
        &clock,
        &[
            (ms(0), "1\n"),
            (ms(800), "2\n"),
            (ms(1600), "3\n"),
            // From here on they come too fast: the next record is due at 1700 ms.
            (ms(1610), "4\n"),
            (ms(1620), "5\n"),
            (ms(1900), "6\n"),
        ],
    );
    let (records, _, _) = run_on("", input, &clock);
    assert_eq!(counts(&records), [1, 2, 3, 5, 6, 6]);
}

#[test]
fn a_reader_that_leaves_is_a_normal_end() {
    let options = Options::try_parse_from(["stat"]).unwrap();
    let mut messages = Vec::new();
    let ended = crate::run(
        &options,
        Surroundings::new(only(&b"1\n"[..]), Gone, &FakeClock::new(), &mut messages),
    );
    assert_eq!(ended.result.unwrap(), Status::Done);
    assert_eq!(ended.entry, Entry::Stat { counted: 1, rejected: 0, reader_gone: true });
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => "[0-9]{1,3}",
        3 => "[0-9]{1,6}",
        3 => "-?[0-9]{1,3}\\.[0-9]{1,5}",
        1 => "-?[0-9]{0,12}\\.?[0-9]{0,9}(e-?[0-9])?\r?",
        2 => "-?[0-9]{0,4}\\.[0-9]{14,19}",
        1 => "[0-9]{14,19}",
        1 => "[-+0-9. ex]{0,9}",
    ]
}

proptest! {
    #[test]
    fn the_fast_path_cannot_be_noticed(
        lines in proptest::collection::vec(line(), 0..200),
        options in proptest::sample::select(&[
            "", "--every 7", "--every 100", "--window 5 --first 3", "--window 64", "--strict --every 3",
            "--histogram 5", "--course 3", "--course 3 --window 64", "--more", "--more --every 50",
            "--more --window 64", "--more --state --first 1", "--state --first 1 --every 20000",
            "--more --every 20000",
        ][..]),
        size in 1usize..2000,
    ) {
        // A number with a blank in front is read on its own.
        let run_with = |blank: &str| {
            let lines = lines.iter().map(|line| format!("{blank}{line}\n"));
            let text: String = lines.collect();
            run_on(options, Chunks::of(text.as_bytes(), size), &FakeClock::new())
        };
        let (fast, slow) = (run_with(""), run_with(" "));
        // Records in between come with the blocks that are read, unless samples are counted.
        let are_fixed = options.contains("--every") || options.contains("--window");
        let skipped = |records: &str| if are_fixed { 0 } else { records.lines().count().saturating_sub(1) };
        let (fast_skipped, slow_skipped) = (skipped(&fast.0), skipped(&slow.0));
        prop_assert!(fast.0.lines().skip(fast_skipped).eq(slow.0.lines().skip(slow_skipped)), "{} {}", fast.0, slow.0);
        prop_assert_eq!(fast.1, slow.1);
        prop_assert_eq!(fast.2.entry, slow.2.entry);
        prop_assert_eq!(format!("{:?}", fast.2.result), format!("{:?}", slow.2.result));
    }

    #[test]
    fn any_chunking_gives_the_same_last_record(
        text in "([0-9]{1,3}(\\.[0-9])?\r?\n|x\n){0,20}", size in 1usize..20,
    ) {
        let last = |input: &mut dyn FnMut() -> (String, Vec<String>, Ended<Error>)| {
            let (records, messages, ended) = input();
            (records.lines().last().unwrap().to_owned(), messages, ended.entry)
        };
        let clock = FakeClock::new();
        prop_assert_eq!(
            last(&mut || run_on("", Chunks::of(text.as_bytes(), size), &clock)),
            last(&mut || run_on("", text.as_bytes(), &clock))
        );
    }
}
