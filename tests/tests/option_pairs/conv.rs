//! `conv`: the first sample, the first rejection, and the number of ticks are seen.

use std::fs;
use std::io::{self, Write};

use wandler_tests::run::Program;

use super::pairs::{Bench, Example, Given, Seen};

const SIMULATION: &[&str] = &[
    "poll",
    "from",
    "format",
    "channels",
    "columns",
    "time",
    "time_format",
    "time_zone",
    "delimiter",
    "decimal",
    "comment",
    "skip",
];

/// What is said of text, and of nothing else.
const TEXT: &[&str] = &["delimiter", "decimal", "comment", "time", "time_format", "time_zone"];

pub(crate) const BENCH: Bench = Bench {
    options: &[
        Example { id: "rate", words: &["--rate 100"], needs: &[] },
        Example { id: "period", words: &["--period 10ms"], needs: &[] },
        Example { id: "count", words: &["--count 0", "--count 1", "--count 1000000"], needs: &[] },
        Example { id: "duration", words: &["--duration 60ms"], needs: &[] },
        Example { id: "range", words: &["--range 200..300"], needs: &[] },
        Example { id: "seed", words: &["--seed 2"], needs: &[] },
        Example {
            id: "signal",
            words: &["--signal walk", "--signal sine", "--signal walk,sine"],
            needs: &[],
        },
        Example {
            id: "poll",
            words: &["--poll number", "--poll=number --poll=number"],
            needs: &[],
        },
        Example { id: "from", words: &["--from -", "--from text"], needs: &[] },
        Example { id: "format", words: &["--format u8"], needs: &["from"] },
        Example { id: "channels", words: &["--channels 2"], needs: &["format"] },
        // (Of raw words, that is.)
        Example { id: "columns", words: &["--columns 2", "--columns 1,2"], needs: &["channels"] },
        Example { id: "stamp", words: &["--stamp"], needs: &[] },
        Example { id: "time", words: &["--time 3"], needs: &["from"] },
        Example { id: "time_format", words: &["--time-format %F"], needs: &["time"] },
        Example { id: "time_zone", words: &["--time-zone Asia/Tokyo"], needs: &["time"] },
        Example { id: "delimiter", words: &["--delimiter |", "--delimiter tab"], needs: &["from"] },
        Example { id: "decimal", words: &["--decimal ,"], needs: &["from"] },
        Example { id: "comment", words: &["--comment #"], needs: &["from"] },
        Example { id: "skip", words: &["--skip 2"], needs: &["from"] },
        // The name of a single channel is seen only behind a time.
        Example {
            id: "names",
            words: &["--names a", "--names a,b", "--names=a --stamp"],
            needs: &[],
        },
        Example { id: "offset", words: &["--offset 1"], needs: &[] },
        Example { id: "scale", words: &["--scale 2"], needs: &[] },
        Example { id: "map", words: &["--map 0..1=3..7"], needs: &[] },
        Example {
            id: "missing",
            // What the simulated signals begin with is among them.
            words: &["--missing 7", "--missing 0,48,50,51,52,77,81,250,251,252,277,281"],
            needs: &[],
        },
        Example {
            id: "plausible",
            words: &["--plausible 50..250", "--plausible 1000..1001"],
            needs: &[],
        },
        Example { id: "spike", words: &["--spike 5", "--spike 50", "--spike 0"], needs: &[] },
        Example { id: "step", words: &["--step 1e-9", "--step 1e9"], needs: &[] },
        Example { id: "step_patience", words: &["--step-patience 1"], needs: &["step"] },
        Example { id: "flat", words: &["--flat 1,1e9"], needs: &[] },
        Example { id: "no_sandbox", words: &["--no-sandbox"], needs: &[] },
    ],
    elsewhere: &["baud", "iio", "reconnect"],
    refused: &[
        ("rate", &["period", "from", "format", "channels", "columns"]),
        ("rate", TEXT),
        ("skip", &["rate", "period", "poll"]),
        ("period", &["from", "format", "channels", "columns"]),
        ("period", TEXT),
        ("range", SIMULATION),
        ("seed", SIMULATION),
        ("signal", SIMULATION),
        ("poll", &["from", "format", "channels", "columns"]),
        ("poll", TEXT),
        ("map", &["offset", "scale"]),
        ("format", TEXT),
        // (They need a raw format.)
        ("channels", TEXT),
        ("columns", TEXT),
        ("stamp", &["time", "time_format", "time_zone"]),
    ],
    // A file that never changes has neither spikes nor steps, and the first readings at a pace no more
    // than one. Rows of one day, which is all
    // that the format of times tells, have no steps between them.
    unseen: &[
        ("spike", &["poll", "rate", "period"]),
        ("step", &["poll", "time_format"]),
        ("step_patience", &["poll", "rate", "period", "time_format"]),
    ],
    inputs: 6,
    observe,
};

/// As text the first is 7, 80 and 900; as bytes it begins with 55 and 10. The second has two
/// channels with names, and times. The others have comments, a decimal comma, and a time without an
/// offset; the last has steps and a spike.
const TEXTS: [&str; 6] = [
    "7\n80\n900\n",
    "x\ty\twhen\n7\t8\t2023-11-14T22:13:20Z\n80\t900\t2023-11-14T22:13:21Z\n",
    "#\n7\n80\n#\n",
    "1,5\n1,5\n1,5\n",
    "7\t8\t2023-11-14 22:13:20\n80\t900\t2023-11-14 22:13:21\n90\t8\t2023-11-14 22:13:22\n",
    "7\n80\n90\n7\n7\n900\n7\n",
];

fn observe(given: &Given, input: usize) -> Option<Seen> {
    let (dir, text) = (tempfile::tempdir().unwrap(), TEXTS[input]);
    fs::write(dir.path().join("text"), text).unwrap();
    fs::write(dir.path().join("number"), "7\n").unwrap();
    let mut base = Vec::new();
    if !given.has_any(&["from"]) {
        // Something that comes by itself, at a pace, and ends.
        if !given.has_any(&["rate", "period"]) {
            base.extend(["--period", "1ms"]);
        }
        if !given.has("duration") {
            base.extend(["--duration", "30ms"]);
        }
        if !given.has_any(&["seed", "poll"]) && !given.words().contains(&"sine".to_owned()) {
            base.extend(["--seed", "1"]);
        }
    }
    let (input, mut feed) = io::pipe().unwrap();
    feed.write_all(text.as_bytes()).unwrap();
    // With a duration it ends even if its input does not.
    let held = given.has("duration").then_some(feed);
    let reads_input = given.words().contains(&"-".to_owned());
    let program = Program::new("conv").args(&base).args(given.words()).dir(&dir).stdin(input);
    let finished = program.finish();
    let mut seen = Seen::of(&finished, dir.path())?;
    // At a pace, how many rows come depends on how busy the machine is.
    let sure = match (given.has("from"), given.has_any(&["rate", "period"])) {
        (true, _) => usize::MAX,
        (false, true) => 1,
        (false, false) => 3,
    };
    let first = |text: &str| text.lines().take(sure).collect();
    let is_stamped = given.words().contains(&"--stamp".to_owned());
    let account = seen.stderr.lines().last().unwrap_or_default();
    // Whatever was missed on a busy machine was a tick.
    let ticks: u64 = account.split(' ').filter_map(|word| word.parse::<u64>().ok()).sum();
    let keeps_all_calls = given.keeps_all_calls::<wandler_conv::Options>(&base);
    seen.more = vec![
        format!("{ticks} ticks"),
        keeps_all_calls,
        format!("ended before its input: {}", held.is_some() && reads_input),
    ];
    seen.stderr = first(&seen.stderr.replace(account, ""));
    seen.stdout = beginning(&seen.stdout, is_stamped);
    Some(seen)
}

/// The first row, and the header if there is one, without the time of the reading.
fn beginning(text: &str, is_stamped: bool) -> String {
    let lines: Vec<&str> = text.lines().take(2).collect();
    match lines[..] {
        [header, row] if header.contains('\t') => {
            let without_time = row.split_once('\t').filter(|_| is_stamped).map(|(_, row)| row);
            format!("{header}\n{}", without_time.unwrap_or(row))
        }
        _ => lines.first().copied().unwrap_or_default().to_owned(),
    }
}
