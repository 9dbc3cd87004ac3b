//! `stat`: its records and its status are seen; without the times in a state, which are others each
//! time, and its checksum.

use std::fs;
use std::sync::OnceLock;

use stage::process::command_line::StageOptions;
use wandler_tests::run::Program;

use super::pairs::{Bench, Example, Given, Seen};

pub(crate) const BENCH: Bench = Bench {
    options: &[
        Example { id: "files", words: &["other.txt"], needs: &[] },
        Example { id: "every", words: &["--every 2"], needs: &[] },
        Example { id: "window", words: &["--window 1h", "--window 2"], needs: &[] },
        Example { id: "strict", words: &["--strict"], needs: &[] },
        Example { id: "quantiles", words: &["--quantiles 25"], needs: &[] },
        Example { id: "more", words: &["--more"], needs: &[] },
        Example { id: "histogram", words: &["--histogram 3"], needs: &[] },
        Example { id: "course", words: &["--course 2"], needs: &[] },
        Example { id: "columns", words: &["--columns 1"], needs: &[] },
        Example { id: "names", words: &["--names a,b", "--names temp"], needs: &[] },
        Example { id: "header", words: &["--header"], needs: &[] },
        Example { id: "time_zone", words: &["--time-zone Asia/Kathmandu"], needs: &["window"] },
        Example { id: "late", words: &["--late 5s"], needs: &["window"] },
        Example { id: "jobs", words: &["--jobs 3"], needs: &[] },
        Example { id: "label", words: &["--label site=roof"], needs: &[] },
        Example { id: "state", words: &["--state"], needs: &[] },
        Example { id: "merge", words: &["--merge"], needs: &[] },
        Example { id: "first", words: &["--first 7"], needs: &["state"] },
        Example { id: "no_sandbox", words: &["--no-sandbox"], needs: &[] },
    ],
    elsewhere: &[],
    refused: &[
        ("every", &["window", "time_zone", "late"]),
        ("merge", &["every", "window", "strict", "first", "columns", "names", "header"]),
        ("merge", &["time_zone", "late"]),
        ("header", &["names"]),
        ("late", &["course"]),
        ("jobs", &["every", "window", "course", "merge", "time_zone", "late"]),
    ],
    unseen: &[],
    inputs: INPUTS.len(),
    observe,
};

/// With and without a line that is not a sample; with two channels; and with times, some of which are
/// late, whatever the time zone.
const INPUTS: [&str; 4] = [
    "1\n2\nx\n4\n8\n",
    "1\n2\n4\n8\n",
    "1\t8\n2\t4\nx\t2\n4\t1\n8\t1\n",
    "time\tvalue\n0\t1\n3604\t2\n3598\t4\n5404\t8\n5398\t1\n9000\t2\n",
];

/// Similar samples in another order.
const OTHERS: [&str; 4] = [
    OTHER,
    OTHER,
    "8\t1\n4\t2\n2\t4\nx\t8\n1\t8\n0\t9\n",
    "time\tvalue\n0\t8\n3604\t4\n3598\t2\n5404\tx\n5404\t1\n5398\t1\n9000\t0\n",
];
const OTHER: &str = "8\n4\n2\nx\n1\n0\n";

/// Records with states: of the samples of an input, and of the other file.
fn states() -> &'static [String; 2] {
    static STATES: OnceLock<[String; 2]> = OnceLock::new();
    STATES.get_or_init(|| {
        [INPUTS[1], OTHER].map(|input| {
            let words = "--state --more --course 2 --every 100";
            Program::new("stat").words(words).input(input).finish().stdout
        })
    })
}

fn observe(given: &Given, input: usize) -> Option<Seen> {
    let dir = tempfile::tempdir().unwrap();
    let [input, other] = match given.has("merge") {
        true => [&states()[0], &states()[1]].map(String::as_str),
        false => [INPUTS[input], OTHERS[input]],
    };
    fs::write(dir.path().join("other.txt"), other).unwrap();
    let base: &[&str] = match given.has_any(&["every", "window", "merge", "jobs"]) {
        true => &[],
        false => &["--every", "1"],
    };
    let stat = Program::new("stat").args(base).args(given.words()).dir(&dir).input(input);
    let mut seen = Seen::of(&stat.finish(), dir.path())?;
    seen.stdout = without_times(&seen.stdout);
    seen.more = vec![given.keeps_all_calls::<wandler_stat::Options>(base), threads(given, base)];
    Some(seen)
}

/// With how many threads a file of some size would be counted.
fn threads(given: &Given, base: &[&str]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_len(10 << 20).unwrap();
    let helpers = given.parsed::<wandler_stat::Options>(base).map(|options| {
        let files = vec![file.path().to_owned()];
        wandler_stat::Options { files, ..options }.helpers()
    });
    format!("helpers: {helpers:?}")
}

/// The same with `T` for each number of nanoseconds since 1970, and without checksums.
fn without_times(text: &str) -> String {
    let pieces = text.split_inclusive(|char: char| !char.is_ascii_digit()).map(|piece| {
        let digits =
            piece.len() - piece.trim_start_matches(|char: char| char.is_ascii_digit()).len();
        if digits > 16 { format!("T{}", &piece[digits..]) } else { piece.to_owned() }
    });
    let text: String = pieces.collect();
    let mut parts = text.split("\"crc32\":\"");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
}
