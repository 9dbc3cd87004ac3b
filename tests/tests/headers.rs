//! Headers in recordings: each file begins with the stream's, whatever happens to the files, and rows of
//! other columns do not get in.

use std::fs;

use tempfile::TempDir;
use wandler_tests::recorded::{all_files, old_numbers};
use wandler_tests::run::{Finished, Program};

const HEADER: &str = "time\ttemp [°C]\thum\n";

/// Rows from one number to another.
fn rows(from: u32, to: u32) -> String {
    let row = |at: u32| format!("2026-11-25T18:26:{:02}Z\t{at}.5\t\n", at % 60);
    (from..=to).map(row).collect()
}

/// Records `input` in `run.log`.
fn log(words: &str, input: &str, dir: &TempDir) -> Finished {
    Program::new("log").words(words).words("run.log").dir(dir).input(input).finish()
}

fn read(dir: &TempDir, name: &str) -> String {
    fs::read_to_string(dir.path().join(name)).unwrap()
}

#[test]
fn each_file_of_a_rotation_begins_with_the_header_and_so_does_it_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let words = "--rotate 128 --keep 99 --pass";
    for (from, to) in [(1, 10), (11, 11), (12, 30)] {
        let input = HEADER.to_owned() + &rows(from, to);
        log(words, &input, &dir).exits(0).writes(&input).says(&[""; 0]);
    }
    let numbers = old_numbers(dir.path());
    assert!(numbers.len() > 3, "{numbers:?}");
    for name in numbers.iter().map(|it| format!("run.log.{it}")).chain(["run.log".to_owned()]) {
        let text = read(&dir, &name);
        assert!(text.starts_with(HEADER) && text.len() <= 128, "{name}: {text}");
    }
    let all = all_files(dir.path());
    assert_eq!(all.replace(HEADER, ""), rows(1, 30));
    assert_eq!(all.matches(HEADER).count(), numbers.len() + 1);
}

#[test]
fn a_torn_header_is_set_aside_and_written_again() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "time\ttemp [").unwrap();
    let told = "log: \"run.log\" ended in a torn line: 11 bytes set aside in \"run.log.torn\"";
    let input = HEADER.to_owned() + &rows(1, 2);
    log("", &input, &dir).exits(0).says(&[told]);
    assert_eq!(
        (read(&dir, "run.log"), read(&dir, "run.log.torn")),
        (input, "time\ttemp [\n".into())
    );
}

#[test]
fn rows_of_other_columns_do_not_get_in_unless_the_file_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let before = HEADER.to_owned() + &rows(1, 2);
    log("", &before, &dir).exits(0);
    let there = "\"run.log\", which holds times and the columns temp [°C], hum";
    let end = "name another FILE, or begin this one anew with --truncate";
    for (input, what) in [
        ("1\n2\n", "samples alone"),
        ("1\t2\t3\n", "3 columns without names"),
        ("time\tvalue\n", "times and samples"),
        ("hum\ttemp [°C]\n1\t2\n", "the columns hum, temp [°C]"),
    ] {
        let told = format!("log: cannot record {what} in {there}: {end}");
        log("--pass", input, &dir).exits(1).writes("").says(&[&*told]);
        assert_eq!(read(&dir, "run.log"), before, "{input:?}");
    }
    let told =
        "log: cannot put times in front of rows that have some already: leave --timestamps out";
    log("--timestamps iso", &before, &dir).exits(1).says(&[told]);
    // Without the header, as `tail` leaves it.
    log("", &rows(3, 4), &dir).exits(0).says(&[""; 0]);
    assert_eq!(read(&dir, "run.log"), before + &rows(3, 4));
    log("--truncate", "1\n", &dir).exits(0);
    assert_eq!(read(&dir, "run.log"), "1\n");
}

#[test]
fn a_file_that_was_put_together_goes_on_behind_the_header_of_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = [("temp\thum", "20\t40"), ("hum\ttemp", "50\t30")]
        .map(|(names, row)| format!("time\t{names}\n2026-11-25T18:00:00Z\t{row}\n"));
    let both = first.clone() + &second;
    log("", &both, &dir).exits(0).says(&[""; 0]);
    log("", &second, &dir).exits(0).says(&[""; 0]);
    log("", &first, &dir).exits(0).says(&[""; 0]);
    let rows = second.lines().last().unwrap();
    assert_eq!(read(&dir, "run.log"), format!("{both}{rows}\n{first}"));
    let stat = Program::new("stat").words("run.log").dir(&dir).finish().exits(0);
    for figures in ["\"last\":20,\"sum\":100,\"mean\":25,", "\"last\":40,\"sum\":180,\"mean\":45,"]
    {
        assert!(stat.stdout.contains(figures), "{figures}: {stat}");
    }
    let there = "\"run.log\", which holds times and the columns temp, hum";
    let end = "name another FILE, or begin this one anew with --truncate";
    let told = format!("log: cannot record the columns a, b in {there}: {end}");
    log("", "a\tb\n1\t2\n", &dir).exits(1).says(&[&*told]);
}

#[test]
fn a_recording_whose_labels_became_more_goes_on_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("labels.txt"), "T=20 H=40\nT=22 P=1000\n").unwrap();
    let conv = "--from labels.txt --format labels";
    let part = "T\tH\n20\t40\nT\tH\tP\n22\t\t1000\n";
    for run in 1..=2 {
        let launcher = Program::new("launcher").args(["--conv", conv, "--log", "run.log"]);
        launcher.dir(&dir).finish().exits(0);
        assert_eq!(read(&dir, "run.log"), part.repeat(run));
    }
    let checked = Program::new("log").words("--check run.log").dir(&dir).finish();
    checked.exits(0).says(&[""; 0]).writes(
        "run.log: 4 rows of 3 channels\nrun.log: T: 4 samples, 0 missing\n\
         run.log: H: 2 samples, 2 missing\nrun.log: P: 2 samples, 0 missing\n",
    );
}

#[test]
fn the_account_does_not_count_headers() {
    let script = format!(
        "printf '{HEADER}1\\t2\\t3\\n{HEADER}4\\t5\\t6\\n' |
         WANDLER_LEDGER=9 log run.log 9> ledger"
    );
    let dir = tempfile::tempdir().unwrap();
    Program::bash(&script).dir(&dir).finish().exits(0).says(&[""; 0]);
    let entry = "{\"stage\":\"log\",\"recorded\":2,\"durable\":2}\n";
    assert_eq!(read(&dir, "ledger"), entry);
}

#[test]
fn a_recording_is_judged_and_printed_as_a_whole() {
    let dir = tempfile::tempdir().unwrap();
    let text = HEADER.to_owned() + &rows(1, 20);
    log("--rotate 128 --keep 99", &text, &dir).exits(0);
    let run = |words: &str| Program::new("log").words(words).words("run.log").dir(&dir).finish();
    run("--cat").exits(0).writes(&text).says(&[""; 0]);
    let [since, until] = ["--since 2026-11-25T18:26:05Z", "--until 2026-11-25T19:26:12+01:00"];
    let range = run(&format!("--cat {since} {until}")).exits(0).says(&[""; 0]);
    range.writes(&(HEADER.to_owned() + &rows(5, 11)));
    let checked = run("--check").exits(0).says(&[""; 0]);
    let sum = checked.stdout.lines().rev().take(3).collect::<Vec<_>>();
    let files = old_numbers(dir.path()).len() + 1;
    let span = "from 2026-11-25T18:26:01Z to 2026-11-25T18:26:20Z";
    assert_eq!(
        sum,
        [
            format!("{files} files: hum: 0 samples, 20 missing"),
            format!("{files} files: temp [°C]: 20 samples, 0 missing"),
            format!("{files} files: 20 rows of 2 channels, {span}"),
        ]
    );
}

#[test]
fn times_without_a_zone_are_local_and_some_depend_on_when_they_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    log("", &rows(1, 3), &dir).exits(0);
    for (zone, since, last) in [("UTC-1", "19", 2), ("UTC", "18", 2), ("UTC", "20", 4)] {
        let since = format!("2026-11-25T{since}:26:02");
        let log = Program::new("log").args(["--cat", "run.log", "--since", &since]);
        log.env("TZ", zone).dir(&dir).finish().exits(0).writes(&rows(last, 3));
    }
    // What was recorded a moment ago is within the last hour, whatever the time is.
    let words = "--cat run.log --since -1h";
    let new = TempDir::new().unwrap();
    log("--timestamps iso", "1\n", &new).exits(0);
    let printed = Program::new("log").words(words).dir(&new).finish().exits(0);
    assert_eq!(printed.stdout, read(&new, "run.log"));
    // And there is a last night at any time.
    for words in ["--since 22:00 --until 6:00", "--since 6:00 --until 22:00"] {
        let log = Program::new("log").words("--cat run.log").words(words).dir(&new);
        let printed = log.finish().exits(0).says(&[""; 0]);
        assert!(printed.stdout.starts_with("time\tvalue\n"), "{printed}");
    }
    let words = "--cat run.log --since yesterday";
    let expected = "expected a time such as 22:00, 2026-11-25, 2026-11-25T22:00, \
                    2026-11-25T22:00:00Z, 1764180000 (Unix seconds) or -8h";
    let told =
        format!("log: invalid value 'yesterday' for '--since <T>': {expected}; try 'log --help'");
    Program::new("log").words(words).dir(&new).finish().exits(2).says(&[told]);
}

#[test]
fn a_range_may_be_given_in_the_unix_seconds_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let times = "1764179999.500000\t1\n1764180000.000000\t2\n1764180000.250000\t3\n";
    let recorded = format!("time\tvalue\n{times}");
    fs::write(dir.path().join("run.log"), &recorded).unwrap();
    let cat = |range: &str| {
        let log = Program::new("log").words("--cat run.log").words(range);
        log.dir(&dir).finish().exits(0).says(&[""; 0]).stdout
    };
    let rows = |from: usize, to: usize| {
        let rows: Vec<&str> = times.lines().skip(from).take(to - from).collect();
        format!("time\tvalue\n{}\n", rows.join("\n"))
    };
    assert_eq!(cat("--since 1764180000"), rows(1, 3));
    assert_eq!(cat("--since 1764180000.25"), rows(2, 3));
    assert_eq!(cat("--until 1764180000.1"), rows(0, 2));
    assert_eq!(cat("--since @0 --until 2025-11-26T18:00:00Z"), rows(0, 1));
}
