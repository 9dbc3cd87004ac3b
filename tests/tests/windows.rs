//! Windows by the stream's own time, as pandas groups the same rows.

use std::fs;

use wandler_tests::needs::{missing, runs};
use wandler_tests::run::Program;

/// Rows around both changes of the clock and before 1970, and what pandas makes of them. Compares with
/// the records of `stat` for each length of a window.
const SCRIPT: &str = r#"
import json, random, subprocess, sys
import pandas as pd

zone = sys.argv[1]
random.seed(7)
starts = ["1965-12-30T22:00Z", "2026-03-28T20:00Z", "2026-10-24T20:00Z", "2027-01-01T00:00Z"]
times = []
for start in starts:
    at = pd.Timestamp(start)
    for _ in range(2000):
        at += pd.Timedelta(milliseconds=random.randrange(1, 60_000))
        times.append(at)
table = pd.DataFrame({"time": times})
table["a"] = [random.randrange(-500, 500) for _ in times]
table["b"] = [random.choice([None, 1, 2, 3]) for _ in times]

def field(value):
    return "" if value is None or value != value else str(int(value))

with open("table.tsv", "w") as file:
    file.write("time\ta\tb\n")
    for row in table.itertuples():
        text = row.time.isoformat().replace("+00:00", "Z")
        file.write(f"{text}\t{row.a}\t{field(row.b)}\n")

local = table["time"].dt.tz_convert(zone)
civil = local.dt.tz_localize(None)
offset = civil - table["time"].dt.tz_localize(None)
for length, freq in [("10s", "10s"), ("1min", "1min"), ("20min", "20min"), ("1h", "1h"), ("6h", "6h"), ("1d", "1D"), ("1w", "7D")]:
    short = pd.Timedelta(freq) <= pd.Timedelta("1h")
    # Weeks that end on Sundays.
    firsts = civil.dt.to_period("W-SUN").dt.start_time if length == "1w" else civil.dt.floor(freq)
    keys = [firsts] + ([offset] if short else [])
    groups = sorted((group for _, group in table.groupby(keys)), key=lambda it: it["time"].min())
    words = ["stat", "--window", length, "--time-zone", zone, "table.tsv"]
    output = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
    records = [json.loads(line) for line in output.splitlines()]
    assert len(records) == 2 * len(groups), (length, len(records), len(groups))
    ends = None
    for at, group in enumerate(groups):
        for channel, record in zip("ab", records[2 * at : 2 * at + 2]):
            start, end = (pd.Timestamp(record[it]) for it in ("start", "end"))
            values = group[channel].dropna()
            assert record["channel"] == channel
            assert record["n"] == len(values), (length, record)
            assert record["missing"] == len(group) - len(values), (length, record)
            for name in ("sum", "min", "max", "mean"):
                expected = getattr(values, name)() if len(values) else None
                assert record[name] == expected, (length, name, record, expected)
            assert start <= group["time"].min() and group["time"].max() < end, record
            first = firsts[group.index[0]]
            if short:
                offset_here = offset[group.index[0]]
                begins, lasts = first - offset_here, pd.Timedelta(freq)
                is_whole = start.tz_localize(None) == begins and end - start == lasts
                # Half an hour's change of the clock cuts an hour in two.
                is_cut = start.tz_localize(None) >= begins and end - start <= lasts
                assert is_cut if zone == "Australia/Lord_Howe" else is_whole, (length, record)
            else:
                assert start == first.tz_localize(zone), (length, record)
                assert end == (first + pd.Timedelta(freq)).tz_localize(zone), (length, record)
            assert channel == "b" or ends is None or ends <= start, record
        ends = end
"#;

#[test]
fn windows_are_the_groups_of_pandas() {
    if !runs("python3 -c 'import pandas'") {
        return missing("pandas", "pip install pandas");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("compare.py"), SCRIPT).unwrap();
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"] {
        let script = format!("python3 compare.py {zone}");
        Program::bash(&script).dir(&dir).finish().exits(0).says(&[""; 0]);
    }
}

#[test]
fn hours_of_the_clock_are_those_of_the_zone() {
    let text = "2026-10-25T00:30:00Z\t1\n2026-10-25T01:30:00Z\t2\n2026-10-25T02:00:00Z\t3\n";
    let starts = |words: &str| {
        let stat = Program::new("stat").words(words).input(text).finish().exits(0);
        let start = |line: &str| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            format!("{} {}", record["start"].as_str().unwrap(), record["n"])
        };
        stat.stdout.lines().map(start).collect::<Vec<_>>()
    };
    let berlin = "--time-zone Europe/Berlin";
    assert_eq!(
        starts(&format!("--window 1h {berlin}")),
        ["2026-10-25T00:00:00Z 1", "2026-10-25T01:00:00Z 1", "2026-10-25T02:00:00Z 1"]
    );
    assert_eq!(starts(&format!("--window 1d {berlin}")), ["2026-10-24T22:00:00Z 3"]);
    assert_eq!(starts("--window 1d"), ["2026-10-25T00:00:00Z 3"]);
}

#[test]
fn the_zone_of_the_machine_is_called_local() {
    let text = "2026-10-25T00:30:00Z\t1\n";
    let script = format!("printf '{text}' | TZ=Asia/Kathmandu stat --window 1h --time-zone local");
    let stat = Program::bash(&script).finish().exits(0);
    assert!(stat.stdout.contains("\"start\":\"2026-10-25T00:15:00Z\""), "{stat}");
}

#[test]
fn options_of_windows_by_time_are_checked() {
    let zone = "invalid value 'Mars/Olympus' for '--time-zone <ZONE>': expected a time zone that this \
                machine knows, such as Europe/Berlin, or local (zones are in /usr/share/zoneinfo; \
                Debian's package tzdata)";
    for (words, told) in [
        ("--window 1h --time-zone Mars/Olympus", zone),
        ("--late 5s", "--late needs --window"),
        ("--time-zone UTC", "--time-zone needs --window"),
        ("--window 5 --late 5s", "--late needs a --window of some time, such as 10s"),
        ("--window 5 --time-zone UTC", "--time-zone needs a --window of some time, such as 1h"),
        ("--window 1s --late 101s", "--late is at most 100 times as long as the window"),
    ] {
        Program::new("stat")
            .words(words)
            .finish()
            .exits(2)
            .says(&[format!("stat: {told}; try 'stat --help'")]);
    }
}
