//! `log`: its files, what it passes on, and how often it syncs are seen.

use std::fs;

use wandler_tests::faults::{Library, TRACE};
use wandler_tests::run::Program;

use super::pairs::{Bench, Example, Given, Seen};

pub(crate) const BENCH: Bench = Bench {
    options: &[
        Example { id: "files", words: &["other.log"], needs: &[] },
        Example { id: "truncate", words: &["--truncate"], needs: &[] },
        Example { id: "timestamps", words: &["--timestamps unix"], needs: &[] },
        Example { id: "sync", words: &["--sync always"], needs: &[] },
        Example { id: "rotate", words: &["--rotate 4"], needs: &[] },
        Example { id: "name_by", words: &["--name-by time"], needs: &["rotate"] },
        Example { id: "keep", words: &["--keep 1"], needs: &["rotate"] },
        Example { id: "pass", words: &["--pass"], needs: &[] },
        Example { id: "check", words: &["--check"], needs: &[] },
        Example { id: "cat", words: &["--cat"], needs: &[] },
        Example { id: "since", words: &["--since 2026-11-25T18:00:01Z"], needs: &["cat"] },
        Example { id: "until", words: &["--until 2026-11-25T18:00:02Z"], needs: &["cat"] },
        Example { id: "no_sandbox", words: &["--no-sandbox"], needs: &[] },
    ],
    elsewhere: &[],
    refused: &[
        (
            "check",
            &[
                "truncate",
                "timestamps",
                "sync",
                "rotate",
                "name_by",
                "keep",
                "pass",
                "cat",
                "since",
                "until",
            ],
        ),
        ("cat", &["truncate", "timestamps", "sync", "rotate", "name_by", "keep", "pass"]),
        ("since", &["truncate", "timestamps", "sync", "rotate", "name_by", "keep", "pass"]),
        ("until", &["truncate", "timestamps", "sync", "rotate", "name_by", "keep", "pass"]),
    ],
    unseen: &[],
    inputs: 1,
    observe,
};

fn observe(given: &Given, _: usize) -> Option<Seen> {
    let (dir, beside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // These go with any stream: what they begin with is no row.
    let rows: String = (0..3).map(|at| format!("2026-11-25T18:00:0{at}Z\t{at}\n")).collect();
    fs::write(dir.path().join("samples.log"), format!("samples\n{rows}")).unwrap();
    fs::write(dir.path().join("other.log"), format!("others\n{rows}")).unwrap();
    let trace = beside.path().join("trace");
    let log = Program::new("log").args(given.words()).dir(&dir).input("1\n2\n3\n4\n5\n6\n7\n");
    let log = match Library::built() {
        Some(library) => library.preloaded(log).env(TRACE, &trace),
        None => log,
    };
    let mut seen = Seen::of(&log.finish(), dir.path())?;
    let syncs = fs::read_to_string(&trace).unwrap_or_default();
    let syncs = syncs.lines().filter(|line| line.starts_with("sync ")).count();
    let keeps_all_calls = given.keeps_all_calls::<wandler_log::Options>(&[]);
    seen.more = vec![format!("{syncs} syncs"), keeps_all_calls];
    // Without what a library would make of it, times are but digits; and of names, only how many there
    // are stays.
    let is_timed = |name: &String| name.matches('.').count() == 2 && name.ends_with(".log");
    let timed: Vec<String> = seen.files.keys().filter(|it| is_timed(it)).cloned().collect();
    for (at, name) in timed.iter().enumerate() {
        let text = seen.files.remove(name).unwrap_or_default();
        seen.files.insert(format!("by time: {at}"), text);
    }
    for text in seen.files.values_mut() {
        *text = text.lines().map(without_digits_of_time).collect();
    }
    Some(seen)
}

fn without_digits_of_time(line: &str) -> String {
    let (time, sample) = line.split_once('\t').unwrap_or(("", line));
    format!("{}\t{sample}\n", time.replace(|char: char| char.is_ascii_digit(), "0"))
}
