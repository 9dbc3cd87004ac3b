//! The checks against ioos_qc, an implementation of QARTOD's tests by those who run ocean observatories:
//! the examples that it publishes in its own tests, and random series, where it is installed.
//!
//! The same readings fail, except where the checks' module heads say why.

use std::fmt::Write as _;
use std::fs;

use wandler_tests::needs::{missing, runs};
use wandler_tests::run::Program;

use super::conv;

/// Makes the series, and judges what conv made of them.
const JUDGE: &str = include_str!("qartod.py");

/// Which of these readings fail, by their index; `-` is missing. Each comes this many seconds later.
#[track_caller]
fn fail(words: &str, interval: u32, values: &str, expected: &[usize]) {
    let mut table = "time\ta\tb\n".to_owned();
    for (at, value) in (0..).zip(values.split(' ')) {
        let (second, value) = (at * interval, if value == "-" { "" } else { value });
        let time = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        writeln!(table, "2015-01-01T{time}Z\t{value}\t{at}").unwrap();
    }
    let finished = conv(words, &table);
    let sent = finished.stdout.lines().skip(1).map(|row| row.split('\t').nth(1).unwrap());
    let is_rejected = |(value, sent): (&str, &str)| value != "-" && sent.is_empty();
    let rejected: Vec<usize> = values
        .split(' ')
        .zip(sent)
        .enumerate()
        .filter_map(|(at, pair)| is_rejected(pair).then_some(at))
        .collect();
    assert_eq!(rejected, expected, "{finished}");
}

#[test]
fn the_published_examples_of_spikes() {
    let missing = "3 4.99 5 6 8 6 6 6.75 6 6 5.3 6 6 9 5 - 4 4";
    for values in [missing, &missing.replace('-', "5")] {
        fail("--spike a=0.5", 1, values, &[4, 7, 10, 13]);
        fail("--spike a=1", 1, values, &[4, 13]);
    }
    // The method `average` also rejects 12 and 13, beside the spike.
    fail("--spike a=25", 1, "10 12 999.99 13 15 40 9 9", &[2]);
    fail("--spike a=24", 1, "-10 -12 -999.99 -13 -15 -40 -9 -9", &[2, 5]);
    fail("--spike a=25", 1, "10 12 999.99 13 15 40 9 9 - 10 10 999.99 10 -", &[2, 11]);
    fail("--spike a=25", 1, "-100 -99 -99 -98", &[]);
}

#[test]
fn the_published_examples_of_the_rate_of_change() {
    // Theirs also rejects what follows a rejected reading, and accepts 91 after 90.
    let values = "2 10 2.1 3 4 5 7 10 0 2 2.2 2 1 2 3 90 91 92 93 1 2 3 4 5";
    fail("--step a=5/900", 900, values, &[1, 8, 15, 16, 17, 19, 20, 21]);
    fail("--step a=5/900", 900, "2 10 2 3 - - 7 10", &[1]);
    fail("--step a=5/900", 900, "-2 -10 -2 -3", &[1]);
}

#[test]
fn the_published_examples_of_flat_lines() {
    let values = "1 2 2.0001 2 2.0001 2 2.0001 2 4 5 3 3.0001 3.0005 3.00001";
    let from_the_beginning = values.split_once(' ').unwrap().1;
    for line in ["3,0.01", "45min,0.01"] {
        fail(&format!("--flat a={line}"), 900, values, &[4, 5, 6, 7, 13]);
        fail(&format!("--flat a={line}"), 900, from_the_beginning, &[3, 4, 5, 6, 12]);
    }
    fail("--flat a=5,0.01", 900, values, &[6, 7]);
    let equal = ["5"; 6].join(" ");
    for (length, failing) in [(1, 0..0), (9, 0..0), (7, 3..4), (11, 3..6)] {
        let values = &equal[..length.min(11)];
        let failing: Vec<usize> = if length == 9 { vec![3, 4] } else { failing.collect() };
        fail("--flat a=3s,0.1", 1, values, &failing);
    }
    // Theirs is below the tolerance of 4.
    fail("--flat a=3,3.99", 1, "1 1 1 1 1 6 5 4 3 2", &[3, 4, 8, 9]);
}

#[test]
fn random_series_fail_where_they_do_in_ioos_qc() {
    if !runs("python3 -c 'import ioos_qc'") {
        return missing("ioos_qc, which checks series as conv does", "pip install ioos_qc");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("qartod.py"), JUDGE).unwrap();
    let judge = |step: &str| {
        Program::other("python3").args(["-W", "ignore", "qartod.py", step]).dir(&dir).finish()
    };
    judge("make").exits(0);
    for table in ["spike1", "spike2", "step1", "step2", "flat1", "flat2"] {
        let words = fs::read_to_string(dir.path().join(format!("{table}.options"))).unwrap();
        let from = format!("--from={table}.tsv");
        let conv = Program::new("conv").args([from.as_str()]).args(words.split_whitespace());
        let finished = conv.dir(&dir).finish().exits(3);
        fs::write(dir.path().join(format!("{table}.sent")), finished.stdout).unwrap();
    }
    let judged = judge("judge").exits(0);
    for check in ["spike", "step", "flat"] {
        let line = format!("{check}: 1000 series, ");
        assert!(judged.stdout.contains(&line), "{judged}");
    }
}
