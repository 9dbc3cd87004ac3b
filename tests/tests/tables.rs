//! Rows of several channels, with names and times, as `conv` makes them of every kind of source.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use wandler_tests::account::{closing, closing_table};
use wandler_tests::converted::without_stamps;
use wandler_tests::over_every_transport;
use wandler_tests::run::{Finished, Program};
use wandler_tests::via::launcher;

over_every_transport!(rows_are_recorded_and_counted_as_they_were_sent);

/// Rows of three channels with names and times go through the whole pipeline, byte for byte.
fn rows_are_recorded_and_counted_as_they_were_sent(via: &str) {
    let dir = folder(&[]);
    let words = "--rate max --count 5000 --signal sine,walk,uniform --seed 1 --names a,b,c \
                 --plausible a=0..99";
    let sent = conv(&dir, words).exits(3).stdout;
    let program = launcher(via).args(["--conv", words, "--log", "run.tsv"]).dir(&dir);
    let finished = program.finish().exits(3);
    let rejected = sent.lines().filter(|line| line.starts_with('\t')).count();
    let account = format!(
        "launcher: 5000 rows of 3 channels sent, 5000 recorded, 5000 counted; \
         {rejected} readings rejected, 0 missing"
    );
    assert!(finished.stderr.lines().last().unwrap().starts_with(&account), "{finished}");
    assert_eq!(fs::read_to_string(dir.path().join("run.tsv")).unwrap(), sent, "{finished}");
    let last: Vec<&str> = finished.stdout.lines().rev().take(3).collect();
    for (line, name) in last.iter().zip(["c", "b", "a"]) {
        assert!(line.starts_with(name), "{finished}");
    }
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn conv(dir: impl AsRef<Path>, words: &str) -> Finished {
    Program::new("conv").words(words).dir(dir).finish()
}

#[test]
fn files_that_are_polled_together_make_a_row_and_one_that_fails_an_empty_field() {
    let dir = folder(&[
        ("a/in_voltage0_raw", "2000\n"),
        ("a/in_voltage0_scale", "0.5\n"),
        ("a/temp1_input", "21500\n"),
        ("b/temp1_input", "soon\n"),
    ]);
    let words = "--poll a/in_voltage0_raw --poll a/temp1_input --poll b/temp1_input \
                 --scale temp1=0.001 --period 1ms --count 2";
    let finished = conv(&dir, words).exits(3);
    let finished = finished.writes("in_voltage0\ttemp1\ttemp1_2\n1000\t21.5\t\n1000\t21.5\t\n");
    let why = "temp1_2: not a number: \"soon\"";
    let told = [format!("conv: reading 1: {why}"), format!("conv: reading 2: {why}")];
    let account = finished.stderr.lines().last().unwrap();
    // On a busy machine, ticks may be missed.
    let of_table = closing_table(2, 3, 2, 0);
    let sums = of_table.trim_end_matches("0 ticks missed");
    assert!(account.starts_with(sums), "{finished}");
    finished.mentions(&told[0]).mentions(&told[1]);
}

#[test]
fn a_row_without_any_reading_is_sent_if_it_has_a_time_or_several_channels() {
    let dir = folder(&[("a", "x"), ("b", "y")]);
    let words = "--count 1 --duration 1ns";
    let none = conv(&dir, &format!("--poll a {words}")).exits(3).writes("");
    none.mentions(&closing(0, 1));
    let two = conv(&dir, &format!("--poll a --poll b {words}")).exits(3).writes("a\tb\n\t\n");
    two.mentions(&closing_table(1, 2, 2, 0));
    let timed = conv(&dir, &format!("--poll a --stamp {words}")).exits(3);
    assert_eq!(without_stamps(&timed, "time\tvalue"), [""]);
    timed.mentions(&closing(1, 1));
}

#[test]
fn a_single_polled_file_stays_classic_until_it_has_a_name_and_a_time() {
    let dir = folder(&[("temp1_input", "21500")]);
    let one = "--poll temp1_input --count 1 --names temp --scale temp=0.001";
    conv(&dir, one).exits(0).writes("21.5\n").says(&[closing(1, 0)]);
    let stamped = conv(&dir, &format!("{one} --stamp")).exits(0).says(&[closing(1, 0)]);
    assert_eq!(without_stamps(&stamped, "time\ttemp"), ["21.5"]);
}

#[test]
fn several_signals_are_those_of_single_converters() {
    let single = |words: &str| {
        let run = conv("/", &format!("--rate max --count 2000 {words}")).exits(0);
        run.stdout.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let channels = [
        single("--signal sine"),
        single("--signal walk --seed 8 --range 0.00..5.00"),
        single("--signal uniform --seed 1"),
    ];
    let rows =
        (0..2000).map(|at| channels.each_ref().map(|channel| &*channel[at]).join("\t") + "\n");
    let expected = "ch1\tch2\tch3\n".to_owned() + &rows.collect::<String>();
    let words = "--rate max --count 2000 --signal sine,walk,uniform --seed 7 --seed ch3=1 \
                 --range ch2=0.00..5.00";
    conv("/", words).exits(0).writes(&expected).says(&[closing_table(2000, 3, 0, 0)]);
}

#[test]
fn a_simulated_reading_has_the_time_of_its_tick() {
    let words = "--signal sine,walk --seed 1 --rate 100 --count 5 --stamp --names a,b";
    let finished = conv("/", words).exits(0);
    assert_eq!(without_stamps(&finished, "time\ta\tb").len(), 5);
    let script = format!(
        "conv {words} 2>&1 > x.tsv | cat > account
         tail -n +2 x.tsv | cut -f 1 | date -f - +%s%N"
    );
    let dir = folder(&[]);
    let finished = Program::bash(&script).dir(&dir).finish().exits(0);
    let nanos: Vec<u64> = finished.stdout.lines().map(|line| line.parse().unwrap()).collect();
    let missed = fs::read_to_string(dir.path().join("account")).unwrap();
    if missed.contains(", 0 ticks missed") {
        assert!(nanos.windows(2).all(|pair| pair[1] - pair[0] == 10_000_000), "{nanos:?}");
    }
    assert_eq!(nanos.len(), 5, "{finished}");
}

#[test]
fn channels_of_raw_words_are_taken_in_any_order() {
    let words: Vec<u8> = (0..9).collect();
    let run = |options: &str| {
        let conv = Program::new("conv").words("--from - --format u8 --channels 3").words(options);
        conv.input(words.clone()).finish()
    };
    run("").exits(0).writes("0\n3\n6\n").says(&[closing(3, 0)]);
    run("--columns 2").exits(0).writes("1\n4\n7\n");
    run("--channel 2").exits(0).writes("1\n4\n7\n");
    let all = run("--columns all").exits(0).says(&[closing_table(3, 3, 0, 0)]);
    all.writes("ch1\tch2\tch3\n0\t1\t2\n3\t4\t5\n6\t7\t8\n");
    let two = run("--columns 3,1 --scale ch3=0.5 --plausible ch1=0..5 --count 9").exits(3);
    two.writes("ch3\tch1\n1\t0\n2.5\t3\n4\t\n")
        .says(&["conv: word 3: ch1: outside 0..5: 6", &closing_table(3, 2, 1, 0)]);
    let stamped = run("--columns 2 --stamp").exits(0);
    assert_eq!(without_stamps(&stamped, "time\tvalue"), ["1", "4", "7"]);
    run("--columns 4").exits(2).says(&["conv: there is no channel 4 of 3; try 'conv --help'"]);
}

#[test]
fn a_table_behind_samples_is_accounted_for_and_its_header_is_not() {
    for (times, header) in [("", "1\na\tb\n2\t3\n"), (" --timestamps iso", "time\tvalue\n")] {
        let log = format!("run.tsv{times}");
        let dir = folder(&[("x", "1\na\tb\n2\t3\n")]);
        let program = launcher("pipe").args(["--conv", "--from x", "--log", &log]).dir(&dir);
        let finished = program.finish().exits(0);
        let account = "launcher: 2 rows of 2 channels sent, 2 recorded, 2 counted; 0 readings \
                       rejected, 0 missing";
        assert_eq!(finished.stderr.lines().last(), Some(account), "{finished}");
        let recorded = fs::read_to_string(dir.path().join("run.tsv")).unwrap();
        assert!(recorded.starts_with(header), "{recorded:?}");
        Program::new("log").args(["--check", "run.tsv"]).dir(&dir).finish().exits(0);
    }
}
