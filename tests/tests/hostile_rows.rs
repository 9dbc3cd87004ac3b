//! Hostile rows: too many columns, a header without end, widths that change, times that run backwards, and
//! names that are none. Each is reported exactly, counted, and never passed on; the memory stays small.

use std::fs;
use std::slice;

use tempfile::TempDir;
use wandler_tests::account::{closing, closing_table};
use wandler_tests::peak::peak;
use wandler_tests::run::{Finished, Program};

/// Lines with something wrong in them, and what each program makes of them.
struct Case {
    lines: Vec<u8>,
    /// What `stat` and `log --check` report.
    told: Vec<String>,
    /// The records: the channel, if it has a name or a number, and n, missing, rejected.
    records: Vec<(&'static str, [usize; 3])>,
    /// What `conv` reports, where it is not the same.
    conv_tells: Option<Vec<String>>,
    /// What `conv` sends, with its account.
    sent: &'static str,
    account: String,
}

const TWO_ROWS: &str = "1\t2\n3\t4\n";

fn cases() -> Vec<Case> {
    let line = |text: &str| vec![text.to_owned()];
    let header = |bytes: &[u8], told: &str, fit: &str, sent: &'static str| Case {
        lines: [bytes, b"\n", TWO_ROWS.as_bytes()].concat(),
        told: line(&format!("line 1: not a number: \"{told}\"")),
        records: vec![("1", [2, 0, 1]), ("2", [2, 0, 1])],
        conv_tells: Some(line(&format!("line 1: names made fit: {fit}"))),
        sent,
        account: closing_table(2, 2, 0, 0),
    };
    let row = |cell: &str, count: usize| vec![cell; count].join("\t") + "\n";
    let shown = |cell: &str| cell.repeat(20) + "…";
    let names: Vec<String> = (0..16_500).map(|name| format!("x{name:062}")).collect();
    vec![
        Case {
            lines: (row("1", 100_000) + &row("1", 1001) + "1\n2\n").into_bytes(),
            told: vec![
                format!("line 1: longer than 65536 bytes: \"{}\"", shown("1\\t")),
                format!("line 2: more than 1000 columns: \"{}\"", shown("1\\t")),
            ],
            records: vec![("", [2, 0, 2])],
            conv_tells: None,
            sent: "1\n2\n",
            account: closing(2, 2),
        },
        Case {
            lines: (names.join("\t") + "\n" + TWO_ROWS).into_bytes(),
            told: line(&format!("line 1: longer than 65536 bytes: \"x{}…\"", "0".repeat(39))),
            records: vec![("1", [2, 0, 1]), ("2", [2, 0, 1])],
            conv_tells: None,
            sent: "ch1\tch2\n1\t2\n3\t4\n",
            account: closing_table(2, 2, 1, 0),
        },
        Case {
            lines: b"a\tb\n1\t2\n1\n1\t2\t3\n\t\n4\t\n\n5\t6\n".to_vec(),
            told: vec![
                "line 3: 1 column instead of 2: \"1\"".to_owned(),
                "line 4: 3 columns instead of 2: \"1\\t2\\t3\"".to_owned(),
                "line 7: empty".to_owned(),
            ],
            records: vec![("a", [3, 1, 3]), ("b", [2, 2, 3])],
            conv_tells: None,
            sent: "a\tb\n1\t2\n\t\n4\t\n5\t6\n",
            account: closing_table(4, 2, 3, 3),
        },
        Case {
            lines: b"a\tb\n1\t2\n3\0\t4\n\0\0\n5\t6\n".to_vec(),
            told: vec![
                "line 3: column 1: not a number: \"3\\0\"".to_owned(),
                "line 4: 1 column instead of 2: \"\\0\\0\"".to_owned(),
            ],
            records: vec![("a", [2, 0, 2]), ("b", [3, 0, 1])],
            conv_tells: None,
            sent: "a\tb\n1\t2\n\t4\n5\t6\n",
            account: closing_table(3, 2, 2, 0),
        },
        Case {
            lines: [b"a\0\tb\n", TWO_ROWS.as_bytes()].concat(),
            told: line("line 1: not a number: \"a\\0\\tb\""),
            records: vec![("1", [2, 0, 1]), ("2", [2, 0, 1])],
            conv_tells: None,
            sent: "ch1\tch2\n1\t2\n3\t4\n",
            account: closing_table(2, 2, 1, 0),
        },
        header(b"a\xff\tb", "a\\xff\\tb", "\"a\u{fffd}\" as a_", "a_\tb\n1\t2\n3\t4\n"),
        header(b"a\ta", "a\\ta", "\"a\" as a_2", "a\ta_2\n1\t2\n3\t4\n"),
    ]
}

/// A folder with these lines as a recording.
fn folder(lines: &[u8]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("rows.tsv"), lines).unwrap();
    dir
}

/// These reports of a program, with what they begin with.
fn told(begin: &str, reports: &[String]) -> Vec<String> {
    reports.iter().map(|report| format!("{begin}{report}")).collect()
}

/// The channel and the counts of each record.
fn counts(finished: &Finished) -> Vec<(String, [usize; 3])> {
    let record = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let count = |what| usize::try_from(record[what].as_u64().unwrap_or(0)).unwrap();
        let channel = record["channel"].as_str().unwrap_or_default().to_owned();
        (channel, ["n", "missing", "rejected"].map(count))
    };
    finished.stdout.lines().map(record).collect()
}

#[test]
fn stat_reports_and_counts_them() {
    for case in cases() {
        let dir = folder(&case.lines);
        let finished = Program::new("stat").words("rows.tsv").dir(&dir).finish().exits(3);
        let finished = finished.says(&told("stat: \"rows.tsv\": ", &case.told));
        let expected =
            case.records.iter().map(|(channel, counts)| ((*channel).to_owned(), *counts));
        assert_eq!(counts(&finished), expected.collect::<Vec<_>>(), "{finished}");
    }
}

#[test]
fn a_check_of_a_recording_reports_the_same() {
    for case in cases() {
        let dir = folder(&case.lines);
        let finished = Program::new("log").words("--check rows.tsv").dir(&dir).finish().exits(3);
        let finished = finished.says(&told("log: \"rows.tsv\": ", &case.told));
        for (channel, [n, missing, _]) in
            case.records.iter().filter(|(channel, _)| !channel.is_empty())
        {
            let line = format!("rows.tsv: {channel}: {n} samples, {missing} missing");
            assert!(finished.stdout.lines().any(|it| it == line), "{line}\n{finished}");
        }
    }
}

#[test]
fn conv_makes_names_fit_and_the_rest_never_enters_the_pipeline() {
    for case in cases() {
        let dir = folder(&case.lines);
        let is_fit = case.conv_tells.is_some();
        let status = if is_fit { 0 } else { 3 };
        let mut said = told("conv: ", case.conv_tells.as_ref().unwrap_or(&case.told));
        let piped = Program::new("conv").words("--from -").input(case.lines.clone()).finish();
        let with_account = [&said[..], slice::from_ref(&case.account)].concat();
        piped.exits(status).writes(case.sent).says(&with_account);

        let words = ["--conv", "--from rows.tsv", "--log", "run.tsv", "--report", "--format json"];
        let finished = Program::new("launcher").args(words).dir(&dir).finish().exits(status);
        let sent = case.sent.lines().filter(|line| !line.starts_with(char::is_alphabetic)).count();
        let account = case.account.strip_prefix("conv: ").unwrap();
        let end = match account.split_once(" sent, ") {
            Some((rows, rest)) if rows.contains(" rows of ") => {
                let (rejected, _) = rest.split_once(", 0 ticks").unwrap();
                format!("{rows} sent, {sent} recorded, {sent} counted; {rejected}")
            }
            _ => format!("{sent} samples sent, {sent} recorded, {sent} counted, 2 rejected"),
        };
        said.push(format!("launcher: {end}"));
        let finished = finished.says(&said);
        assert_eq!(
            fs::read_to_string(dir.path().join("run.tsv")).unwrap(),
            case.sent,
            "{finished}"
        );
    }
}

#[test]
fn a_time_that_runs_backwards_is_a_time_but_late_for_a_window() {
    let row = |second: u8| format!("2026-01-01T00:00:{second:02}Z\t{second}\t\n");
    let rows = format!("time\ta\tb\n{}{}{}", row(10), row(5), row(20));
    let run = |words: &str| Program::new("stat").words(words).input(rows.clone()).finish();
    let whole = run("--every 3").exits(0).says(&[""; 0]);
    assert_eq!(counts(&whole)[..2], [("a".to_owned(), [3, 0, 0]), ("b".to_owned(), [0, 3, 0])]);
    let span = "\"start\":\"2026-01-01T00:00:05Z\",\"end\":\"2026-01-01T00:00:20Z\"";
    assert!(whole.stdout.lines().next().unwrap().contains(span), "{whole}");

    let windows = run("--window 5s").exits(3);
    let late = "stat: line 3: late: its window ended at 2026-01-01T00:00:10Z, and the newest row is of \
                2026-01-01T00:00:10Z: \"2026-01-01T00:00:05Z\\t5\\t\"";
    let windows = windows.says(&[late]);
    let expected = [("a", [1, 0, 1]), ("b", [0, 1, 1])].map(|(name, it)| (name.to_owned(), it));
    assert_eq!(counts(&windows), [&expected[..], &expected].concat(), "{windows}");
    assert_eq!(counts(&run("--window 5s --late 5s").exits(0)).len(), 6);
}

#[test]
fn the_widest_rows_take_little_memory() {
    let rows = ("1\t".repeat(99_999) + "1\n").repeat(200);
    let header = "name\t".repeat(8_000_000) + "name\n";
    let dir = folder(&[rows.as_bytes(), header.as_bytes(), TWO_ROWS.as_bytes()].concat());
    for (program, words) in [("stat", ""), ("conv", "--from"), ("log", "--check")] {
        let run = Program::new(program).words(words).args([dir.path().join("rows.tsv")]);
        let (finished, peak) = peak(run);
        let finished = finished.exits(3);
        assert!(peak < 30_000, "{peak} KiB\n{finished}");
    }
}
