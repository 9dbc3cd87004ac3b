//! Many rows, and rows of many channels: the memory stays what it is.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use wandler_tests::peak::peak;
use wandler_tests::proc;
use wandler_tests::random::Random;
use wandler_tests::run::{Program, Running};

/// The variable that says for how many days there are rows, at least 3; 365 takes a minute.
const DAYS: &str = "WANDLER_DAYS";

const SECONDS_PER_DAY: usize = 86_400;
const CHANNELS: usize = 8;

/// How much more memory there may be at the end than after the second day, by which every value has come:
/// pages that the allocator had not touched before.
const GROWTH_KIB: u64 = 512;

/// From the end of the input to the end of the program.
const END: Duration = Duration::from_secs(5);

/// What stands behind the date in each second of a day: the time, and what eight channels measure. One
/// cell in a thousand is empty.
fn day() -> Vec<String> {
    let mut random = Random::new(1);
    let mut values = [200_i64, 500, 10_132, 2_300, 40_960, 5, -50, 1_000];
    let mut row = |second: usize| {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        let mut row = format!("T{hour:02}:{minute:02}:{second:02}Z");
        for value in &mut values {
            // No rounding: in tenths, like a sensor's.
            *value += i64::try_from(random.below(3)).unwrap() - 1;
            let sign = if *value < 0 { "-" } else { "" };
            let (whole, tenth) = (value.unsigned_abs() / 10, value.unsigned_abs() % 10);
            match random.below(1000) {
                0 => row.push('\t'),
                _ => write!(row, "\t{sign}{whole}.{tenth}").unwrap(),
            }
        }
        row + "\n"
    };
    (0..SECONDS_PER_DAY).map(&mut row).collect()
}

/// The dates of the year 2025.
fn dates() -> impl Iterator<Item = String> {
    let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let month = |(month, length)| (1..=length).map(move |day| format!("2025-{month:02}-{day:02}"));
    (1..).zip(lengths).flat_map(month)
}

fn peak_so_far(running: &Running) -> u64 {
    let size = proc::status(running.pid(), "VmHWM");
    size.trim().trim_end_matches(" kB").parse().unwrap_or_else(|_| panic!("{size:?}\n{running}"))
}

/// Feeds `stat` with the rows of this many days; returns its last records.
fn records_of(options: &str, days: usize, rows: &[String]) -> Vec<serde_json::Value> {
    let stat = Program::new("stat").words(options).stdin(Stdio::piped());
    let mut running = stat.start();
    let mut input = running.stdin();
    let names: String = (1..=CHANNELS).map(|number| format!("\tc{number}")).collect();
    writeln!(input, "time{names}").unwrap();
    let mut early = None;
    for (day, date) in dates().take(days).enumerate() {
        if day == 2 {
            early = Some(peak_so_far(&running));
        }
        let text: String = rows.iter().flat_map(|row| [date.as_str(), row]).collect();
        input.write_all(text.as_bytes()).unwrap();
    }
    let (early, late) = (early.unwrap(), peak_so_far(&running));
    assert!(late <= early + GROWTH_KIB, "{early} KiB have become {late} KiB\n{running}");
    let end = Instant::now();
    drop(input);
    let finished = running.finish().exits(0).says(&[""; 0]);
    assert!(end.elapsed() < END, "{:?} after the end\n{finished}", end.elapsed());
    let lines: Vec<&str> = finished.stdout.lines().collect();
    let last = lines[lines.len() - CHANNELS..].iter();
    last.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_year_of_rows_takes_no_more_memory_than_its_second_day() {
    let days = env::var(DAYS).map_or(7, |days| days.parse().unwrap());
    let rows = day();
    for options in ["--every 1d", "--window 1d --time-zone Europe/Berlin", "--more --histogram 50"]
    {
        let records = records_of(options, days, &rows);
        for (channel, record) in (1..).zip(&records) {
            assert_eq!(record["channel"], format!("c{channel}"), "{record}");
            let is_empty = |row: &&String| {
                row.trim_end_matches('\n').split('\t').nth(channel).unwrap().is_empty()
            };
            let counted = |what: &str| usize::try_from(record[what].as_u64().unwrap()).unwrap();
            if !options.starts_with("--window") {
                let missing = rows.iter().filter(is_empty).count() * days;
                let samples = days * SECONDS_PER_DAY - missing;
                assert_eq!((counted("n"), counted("missing")), (samples, missing), "{record}");
            } else {
                // The last day of the zone has begun an hour before that of the rows.
                let rest = &rows[23 * 3600..];
                let missing = rest.iter().filter(is_empty).count();
                assert_eq!((counted("n"), counted("missing")), (3600 - missing, missing));
            }
        }
    }
}

/// Rows of a thousand channels, whose random cells are written by `cell`.
fn wide(rows: usize, mut cell: impl FnMut(&mut Random, &mut String)) -> String {
    let mut random = Random::new(2);
    let names: Vec<String> = (1..=1000).map(|number| format!("c{number}")).collect();
    let mut text = names.join("\t") + "\n";
    for _ in 0..rows {
        for column in 0..1000 {
            text.push_str(if column == 0 { "" } else { "\t" });
            cell(&mut random, &mut text);
        }
        text.push('\n');
    }
    text
}

#[test]
fn a_thousand_channels_take_at_most_a_hundred_megabytes() {
    let doubles = wide(3000, |random, text| {
        let digits = random.below(1_000_000_000_000_000);
        write!(text, "{}.{digits:015}", random.below(1000)).unwrap();
    });
    let magnitudes = wide(1000, |random, text| {
        let (digits, power) = (random.below(1_000_000), random.below(24));
        write!(text, "{digits}e{}", i64::try_from(power).unwrap() - 12).unwrap();
    });
    // Before and after each channel has more distinct values than are counted.
    let far = |rows| {
        wide(rows, |random, text| {
            let (digits, power) = (random.below(1_000_000), random.below(600));
            write!(text, "{digits}e{}", i64::try_from(power).unwrap() - 300).unwrap();
        })
    };
    let (far, farther) = (far(262), far(400));
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("wide.tsv");
    let all = "--more --histogram 100";
    // (Channels do not share the memory of a course: with sums of 600 digits it takes more.)
    let all_with_course = "--more --histogram 100 --course 100";
    for (what, text, all) in [
        ("doubles", doubles, all_with_course),
        ("magnitudes", magnitudes, all_with_course),
        ("600 magnitudes", far, all),
        ("more of 600 magnitudes", farther, all),
    ] {
        fs::write(&file, text).unwrap();
        for options in ["", all, "--window 500"] {
            let stat = Program::new("stat").words(options).args([&file]);
            let (finished, peak) = peak(stat);
            let finished = finished.exits(0).says(&[""; 0]);
            assert!(peak <= 100_000, "{peak} KiB for {what} with {options:?}\n{finished}");
        }
    }
}

#[test]
fn windows_that_are_kept_open_for_late_rows_share_the_memory() {
    const ROWS_PER_SECOND: u32 = 4000;
    let mut random = Random::new(3);
    let mut text =
        format!("time{}\n", (1..=CHANNELS).map(|it| format!("\tc{it}")).collect::<String>());
    for at in 0..70 * ROWS_PER_SECOND {
        let (second, micros) =
            (at / ROWS_PER_SECOND, at % ROWS_PER_SECOND * (1_000_000 / ROWS_PER_SECOND));
        let (minute, second) = (second / 60, second % 60);
        write!(text, "2026-11-25T10:{minute:02}:{second:02}.{micros:06}Z").unwrap();
        for _ in 0..CHANNELS {
            write!(text, "\t0.{:06}", random.below(1_000_000)).unwrap();
        }
        text.push('\n');
    }
    assert_open_windows_take(&text, 70 * CHANNELS, 70_000);
}

#[test]
fn open_windows_with_few_samples_take_little_memory() {
    let table = wide(70, |random, text| write!(text, "{}", random.below(1000)).unwrap());
    let (names, rows) = table.split_once('\n').unwrap();
    let mut text = format!("time\t{}\n", names.rsplit_once('\t').unwrap().0);
    for (at, row) in rows.lines().enumerate() {
        let (minute, second) = (at / 60, at % 60);
        let (cells, _) = row.rsplit_once('\t').unwrap();
        writeln!(text, "2026-11-25T10:{minute:02}:{second:02}Z\t{cells}").unwrap();
    }
    assert_open_windows_take(&text, 70 * 999, 50_000);
}

/// With windows of a second kept open for a minute, these rows give this many records, and take at most
/// this much memory.
#[track_caller]
fn assert_open_windows_take(rows: &str, records: usize, kib: u64) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("late.tsv");
    fs::write(&file, rows).unwrap();
    let stat = Program::new("stat").words("--window 1s --late 60s").args([&file]);
    let (finished, peak) = peak(stat);
    let finished = finished.exits(0).says(&[""; 0]);
    assert_eq!(finished.stdout.lines().count(), records);
    assert!(peak <= kib, "{peak} KiB\n{}", finished.stderr);
}
