//! `stat` as a process: what it accepts as a sample, what it reports of the rest, and how parts of a
//! stream are counted separately and merged.

use std::fs;

use wandler_tests::run::{Finished, Program};

fn stat(words: &str, input: impl Into<Vec<u8>>) -> Finished {
    Program::new("stat").words(words).input(input).finish()
}

fn last_line(finished: &Finished) -> serde_json::Value {
    serde_json::from_str(finished.stdout.lines().last().unwrap()).unwrap()
}

#[test]
fn every_class_of_the_sample_format_is_accepted() {
    let lines = ["57", "-3.25", ".5", "1.", "1e-3", "+4", "1E2", " 7\t", "8\r", "0007", "-0"];
    let input = lines.join("\n");
    let finished = stat("", input).exits(0).says::<&str>(&[]);
    assert_eq!(last_line(&finished)["n"], lines.len(), "{finished}");
    assert_eq!(last_line(&finished)["sum"].to_string(), "181.251", "{finished}");
}

#[test]
fn every_class_that_is_not_a_sample_is_rejected_with_its_line_number() {
    let rejected: [(&[u8], &str); 15] = [
        (b"", "empty"),
        (b" \t", "empty"),
        (b"NaN", r#"not a number: "NaN""#),
        (b"inf", r#"not a number: "inf""#),
        (b"-Infinity", r#"not a number: "-Infinity""#),
        (b"0x1f", r#"not a number: "0x1f""#),
        (b"1_000", r#"not a number: "1_000""#),
        (b"1,000", r#"not a number: "1,000""#),
        (b"12abc", r#"not a number: "12abc""#),
        (b"1 2", r#"not a number: "1 2""#),
        (b"\xef\xbb\xbf1", r#"not a number: "\u{feff}1""#),
        (b"# 1", r##"not a number: "# 1""##),
        (b"1e309", r#"too large for a double: "1e309""#),
        (b"1e-401", r#"more than 400 decimal places: "1e-401""#),
        (b"\x00\xff", r#"not a number: "\0\xff""#),
    ];
    for (line, reason) in rejected {
        let input = [b"1\n2\n", line, b"\n3\n"].concat();
        let finished = stat("", input.clone()).exits(3).says(&[format!("stat: line 3: {reason}")]);
        assert_eq!(last_line(&finished)["n"], 3, "{finished}");
        assert_eq!(last_line(&finished)["rejected"], 1, "{finished}");
        stat("--strict", input).exits(1).says(&[format!("stat: line 3: {reason}")]);
    }
}

#[test]
fn two_days_of_rejected_lines_are_reported_in_seven_lines() {
    // As many as come at ten a second.
    let lines = 48 * 3600 * 10;
    let finished = stat("", "unplugged\n".repeat(lines)).exits(3);
    let told: Vec<&str> = finished.stderr.lines().collect();
    assert_eq!(told.len(), 7, "{finished}");
    assert_eq!(told[6], "stat: 1728000 lines rejected, the first 5 of them reported above");
    assert_eq!(last_line(&finished)["rejected"], lines, "{finished}");
}

#[test]
fn a_line_without_an_end_needs_no_memory() {
    // 40 MB of address space, part of which the program itself needs.
    let script =
        "ulimit -v 40000; (echo 1; yes 7 | tr -d '\\n' | head -c 20M; echo; echo 2) | stat";
    let start = "7".repeat(40);
    let finished = Program::bash(script)
        .finish()
        .exits(3)
        .says(&[format!("stat: line 2: longer than 65536 bytes: \"{start}…\"")]);
    assert_eq!(last_line(&finished)["sum"], 3, "{finished}");
}

#[test]
fn no_samples_and_one_sample_are_not_errors() {
    stat("--more --histogram 5", "").exits(0).writes(
        "{\"n\":0,\"rejected\":0,\"last\":null,\"sum\":null,\"mean\":null,\"sd\":null,\"min\":null,\
         \"max\":null,\"p50\":null,\"p90\":null,\"p99\":null,\"quantiles\":\"exact\",\"var\":null,\
         \"rms\":null,\"range\":null,\"mode\":null,\"skew\":null,\"kurtosis\":null,\
         \"autocorrelation\":null,\"histogram\":[],\"final\":true}\n",
    );
    stat("--every 2 --more --histogram 5", "-2.5").exits(0).writes(
        "{\"n\":1,\"rejected\":0,\"last\":-2.5,\"sum\":-2.5,\"mean\":-2.5,\"sd\":null,\"min\":-2.5,\
         \"max\":-2.5,\"p50\":-2.5,\"p90\":-2.5,\"p99\":-2.5,\"quantiles\":\"exact\",\"var\":null,\
         \"rms\":2.5,\"range\":0,\"mode\":-2.5,\"skew\":null,\"kurtosis\":null,\
         \"autocorrelation\":null,\"histogram\":[[-2.5,-2.4,1]],\"final\":true}\n",
    );
}

#[test]
fn parts_of_a_file_are_counted_apart_and_merged_in_any_order() {
    let dir = tempfile::tempdir().unwrap();
    let script = "
        conv --rate max --count 100000 --seed 5 --range -3.000..3.000 > whole 2> /dev/null
        split --lines 30000 whole part.
        for part in part.a[a-d]; do stat --state --more < $part > $part.state; done
        stat --more --histogram 9 < whole | tail -n 1 > expected
        cat part.ad.state part.ab.state | stat --merge --more --state > first
        cat part.aa.state part.ac.state first | stat --merge --more --histogram 9 > merged
        report < merged
        cmp expected merged";
    Program::bash(script).dir(&dir).finish().exits(0).says::<&str>(&[]);
    let merged = fs::read_to_string(dir.path().join("merged")).unwrap();
    assert_eq!(merged.lines().count(), 1, "{merged}");
}

#[test]
fn a_damaged_state_is_an_error_and_no_record() {
    let whole = stat("--state", "1\n2\n3\n").stdout;
    let damaged = whole.replace("\"squares\":\"14\"", "\"squares\":\"15\"");
    assert_ne!(damaged, whole);
    let lines = whole.lines().count();
    stat("--merge", damaged).exits(1).writes("").says(&[format!(
        "stat: cannot merge line {lines}: the state is damaged: its checksum is wrong"
    )]);
    let torn = &whole[..whole.len() - 30];
    stat("--merge", torn)
        .exits(1)
        .writes("")
        .says(&[format!("stat: cannot merge line {lines}: not a record: it ends too early")]);
}

#[test]
fn windows_of_time_come_while_the_stream_is_silent() {
    let script = "(printf '1\\n2\\n'; read -r < hold; echo 3) | stat --window 10ms";
    let dir = tempfile::tempdir().unwrap();
    nix::unistd::mkfifo(&dir.path().join("hold"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let running = Program::bash(script).dir(&dir).start();
    running.wait_for_lines(1);
    fs::write(dir.path().join("hold"), "\n").unwrap();
    let finished = running.finish().exits(0);
    let covered: Vec<String> = finished
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|record| format!("{} to {}", record["from"], record["to"]))
        .collect();
    assert_eq!(covered, ["1 to 2", "3 to 3"], "{finished}");
}

/// Pressures around 101325 ± 3 Pa, as a generator of this seed makes them, one a line.
const PRESSURES: &str = "python3 -c '
import random
random.seed(1)
for _ in range(200000): print(f\"{random.gauss(101325, 3):.4f}\")'";

#[test]
fn quantiles_of_data_with_an_offset_are_accurate_in_proportion_to_their_spread() {
    let script = format!("{PRESSURES} > pressures; stat --quantiles 1,25,50,75,99 pressures");
    let dir = tempfile::tempdir().unwrap();
    let finished = Program::bash(&script).dir(&dir).finish().exits(0);
    let text = fs::read_to_string(dir.path().join("pressures")).unwrap();
    let mut samples: Vec<f64> = text.lines().map(|line| line.parse().unwrap()).collect();
    samples.sort_unstable_by(f64::total_cmp);
    let record = last_line(&finished);
    assert_eq!(record["quantiles"], "approximate", "{finished}");
    let error = record["quantile_error"].as_f64().unwrap();
    assert!(error <= 0.003, "{finished}");
    for (name, percent) in [("p1", 1), ("p25", 25), ("p50", 50), ("p75", 75), ("p99", 99)] {
        let right = samples[samples.len() * percent / 100 - 1];
        let off = (record[name].as_f64().unwrap() - right).abs();
        // The comparison is made in doubles.
        assert!(off <= error + 1e-9, "{name}: {right} in\n{finished}");
    }
    let script = "stat < pressures | report --fail-if 'p50>101330'";
    Program::bash(script).dir(&dir).finish().exits(0).says::<&str>(&[]);
}

#[test]
fn a_median_does_not_jump_when_counting_becomes_approximate() {
    let script = format!("{PRESSURES} | stat --every 20000");
    let finished = Program::bash(&script).finish().exits(0);
    let median = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        record["p50"].as_f64().unwrap()
    };
    let medians: Vec<f64> = finished.stdout.lines().map(median).collect();
    assert_eq!(medians.len(), 11, "{finished}");
    assert!(medians.windows(2).all(|two| (two[0] - two[1]).abs() < 0.05), "{finished}");
}

#[test]
fn the_middle_of_consecutive_numbers_is_the_middle() {
    let finished = Program::bash("seq 100000 | stat --every 1000000").finish().exits(0);
    let record = last_line(&finished);
    assert_eq!((&record["p50"], &record["quantile_error"]), (&50_001.into(), &1.into()));
}

#[test]
fn one_file_has_one_answer_however_it_is_given() {
    let dir = tempfile::tempdir().unwrap();
    let script = "
        seq 300000 > whole
        stat whole; stat < whole; stat - < whole
        head -n 70000 whole > a; tail -n +70001 whole > b
        stat a b; cat b | stat --every 1000000 a - | tail -n 1
        stat --state whole > s; stat --merge s; stat --merge < s";
    let finished = Program::bash(script).dir(&dir).finish().exits(0).says::<&str>(&[]);
    let records: Vec<&str> = finished.stdout.lines().collect();
    assert_eq!(records.len(), 7, "{finished}");
    assert!(records.iter().all(|record| *record == records[0]), "{finished}");
    let finished = Program::bash("stat --every 100000 whole").dir(&dir).finish().exits(0);
    assert_eq!(finished.stdout.lines().count(), 4, "{finished}");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_there_is_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let finished = |script: &str| Program::bash(script).dir(&dir).finish().exits(1).writes("");
    finished("echo 1 > a; stat a nowhere")
        .says(&["stat: cannot open \"nowhere\": No such file or directory"]);
    finished("stat a .").says(&["stat: cannot read \".\": Is a directory"]);
    finished("stat --merge a").says(&[
        "stat: cannot merge \"a\": line 1: not a record: invalid type: integer `1`, expected an object",
    ]);
    finished("stat --merge a < /dev/null; : > b; stat --merge b")
        .says(&[
            "stat: cannot merge \"a\": line 1: not a record: invalid type: integer `1`, expected an object",
            "stat: cannot merge \"b\": it has no records",
        ]);
    let script = "printf '1\\nx\\n' > c; stat --strict a c";
    finished(script).says(&["stat: \"c\": line 2: not a number: \"x\""]);
}

#[test]
fn an_alarm_of_the_last_whole_window_holds_to_the_end() {
    let script = "seq 20 39 | stat --window 10 | report --fail-if 'max>23'";
    let finished = Program::bash(script).finish().exits(1);
    assert_eq!(finished.stdout.lines().count(), 2, "{finished}");
    assert!(finished.stderr.contains("max>23 now holds: max is 29"), "{finished}");
}

#[test]
fn parts_counted_at_the_same_time_have_no_last_sample() {
    let dir = tempfile::tempdir().unwrap();
    let script = "
        mkfifo one two
        stat --every 1 --state --more < one > 1.state &
        stat --every 1 --state --more < two > 2.state &
        exec 3> one 4> two
        printf '1\\n2\\n' >&3; printf '3\\n4\\n' >&4
        until [ -s 1.state ] && [ -s 2.state ]; do :; done
        exec 3>&- 4>&-
        wait
        stat --merge --more 1.state 2.state";
    let why = "stat: last and autocorrelation are unknown: some parts overlap in time, or do \
               not say when they began, so their order is not known (number them with stat --first)";
    let finished = Program::bash(script).dir(&dir).finish().exits(0).says(&[why]);
    let record = last_line(&finished);
    let null = serde_json::Value::Null;
    assert_eq!((&record["n"], &record["last"]), (&4.into(), &null), "{finished}");
    assert_eq!(record["autocorrelation"], null, "{finished}");
}

#[test]
fn a_wrong_label_is_reported_before_anything_is_read() {
    stat("--label n=1", "1\n").exits(2).writes("").says(&[
        "stat: invalid value 'n=1' for '--label <NAME=VALUE>': a label cannot be called \"n\": the name \
         has a meaning already; try 'stat --help'",
    ]);
    stat("--label a=1 --label a=2", "1\n")
        .exits(2)
        .writes("")
        .says(&["stat: the label a is given twice; try 'stat --help'"]);
    let finished = stat("--label site=roof --every 2", "1\n").exits(0);
    assert!(finished.stdout.starts_with("{\"labels\":{\"site\":\"roof\"},\"n\":1,"), "{finished}");
}

#[test]
fn a_stop_while_reading_files_is_reported_and_ends_there() {
    let dir = tempfile::tempdir().unwrap();
    Program::bash("mkfifo hold; seq 5 > a").dir(&dir).finish().exits(0);
    let running = Program::new("stat").words("--every 5 a hold nowhere").dir(&dir).start();
    running.wait_for_lines(1);
    // Opened for writing as well, so that it does not end.
    let _writer = fs::File::options().read(true).write(true).open(dir.path().join("hold")).unwrap();
    running.wait_until_blocked(running.pid());
    running.signal_group(nix::sys::signal::Signal::SIGINT);
    let finished = running
        .finish()
        .exits(0)
        .says(&["stat: \"hold\": stopped after line 0: the rest is not counted"]);
    assert_eq!(last_line(&finished)["n"], 5, "{finished}");
    assert_eq!(last_line(&finished)["final"], true, "{finished}");
}

#[test]
fn a_merge_that_is_stopped_is_an_error_and_no_record() {
    let dir = tempfile::tempdir().unwrap();
    Program::bash("mkfifo hold; seq 5 | stat --state > a").dir(&dir).finish().exits(0);
    let writer = fs::File::options().read(true).write(true).open(dir.path().join("hold")).unwrap();
    let running = Program::new("stat").words("--merge a hold").dir(&dir).start();
    running.wait_until_blocked(running.pid());
    running.signal_group(nix::sys::signal::Signal::SIGINT);
    running
        .finish()
        .exits(1)
        .writes("")
        .says(&["stat: cannot merge \"hold\": stopped before its end"]);
    drop(writer);
}

#[test]
fn short_parts_have_an_order_only_if_they_were_counted_one_after_another() {
    let dir = tempfile::tempdir().unwrap();
    let script = "
        for k in 1 2 3 4; do seq $k 4 40 > part$k; done
        printf 'part%d\\n' 1 2 3 4 | xargs -P 4 -I{} sh -c 'stat --state {} > {}.state'
        stat --merge part?.state 2> together
        for k in 1 2 3 4; do stat --state part$k > part$k.state; done
        stat --merge part?.state";
    let finished = Program::bash(script).dir(&dir).finish().exits(0).says::<&str>(&[]);
    let last: Vec<serde_json::Value> = finished
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["last"].clone())
        .collect();
    assert_eq!(last[1], 40, "{finished}");
    // On a machine that ran them one after another, they are in that order.
    let together = fs::read_to_string(dir.path().join("together")).unwrap();
    assert_eq!(last[0].is_null(), together.contains("is unknown"), "{finished}\n{together}");
}
