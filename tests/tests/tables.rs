//! Rows of several channels, with names and times, as `conv` makes them of every kind of source.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use wandler_tests::account::{closing, closing_table};
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

/// Runs `conv` on text, from a file and piped in; the results must be the same but for the name.
fn of_text(words: &str, text: &str) -> Finished {
    let dir = folder(&[("x", text)]);
    let from_file = conv(&dir, &format!("--from x {words}"));
    let piped = Program::new("conv").words("--from -").words(words).input(text).finish();
    let same = (piped.code(), &piped.stdout, piped.stderr.replace("standard input", "\"x\""))
        == (from_file.code(), &from_file.stdout, from_file.stderr.clone());
    assert!(same, "from a file:\n{from_file}\npiped in:\n{piped}");
    piped
}

/// Rows whose times are those of this run: the time, which must be in UTC and not decrease, is taken
/// off, and so is the header.
fn without_stamps(finished: &Finished, header: &str) -> Vec<String> {
    let mut lines = finished.stdout.lines();
    assert_eq!(lines.next(), Some(header), "{finished}");
    let mut last = String::new();
    let row = |line: &str| {
        let (time, row) = line.split_once('\t').unwrap_or_else(|| panic!("{finished}"));
        let is_time = time.len() == "2026-11-25T18:26:05.597310Z".len() && time.ends_with('Z');
        assert!(is_time && *time >= *last, "{finished}");
        last = time.to_owned();
        row.to_owned()
    };
    lines.map(row).collect()
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
fn a_table_is_passed_on_or_columns_are_taken_of_it() {
    let table = "temp [°C]\thum\n21.50\t48\n\t+7\n22\tx\n1\n";
    let width = "conv: line 5: 1 column instead of 2: \"1\"";
    let field = "conv: line 4: column 2: not a number: \"x\"";
    of_text("", table).exits(3).writes("temp [°C]\thum\n21.5\t48\n\t7\n22\t\n").says(&[
        field,
        width,
        &closing_table(3, 2, 2, 1),
    ]);
    of_text("--columns hum", table).exits(3).writes("48\n7\n").says(&[
        field,
        width,
        &closing(2, 2),
    ]);
    of_text("--columns 1", table)
        .exits(3)
        .writes("21.5\n22\n")
        .says(&[width, &closing_table(2, 1, 1, 1)]);
    of_text("--columns hum,temp --names h,t --scale t=2", table)
        .exits(3)
        .writes("h\tt\n48\t43\n7\t\n\t44\n");
    of_text("--columns all", "1\t2\n3\t4\n").exits(0).writes("ch1\tch2\n1\t2\n3\t4\n");
    of_text("--columns 3,1", "1\tx\t2\n").exits(0).writes("ch3\tch1\n2\t1\n");
    of_text("--names a,b", "\t\n1\t\n").exits(0).writes("a\tb\n\t\n1\t\n");
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

#[test]
fn columns_that_do_not_exist_are_an_error_that_names_those_that_do() {
    let table = "a\tb c\n1\t2\n";
    for (words, why) in [
        ("--columns x", "no column \"x\"; the header has \"a\", \"b c\""),
        ("--columns 3", "there is no column 3 of 2: \"a\", \"b c\""),
        ("--time t", "no column \"t\"; the header has \"a\", \"b c\""),
        ("--names x", "--names has 1 name for 2 channels"),
        ("--columns a,1", "column 1, \"a\", is taken twice"),
    ] {
        let finished = of_text(words, table).exits(1).writes("");
        finished.says(&[format!("conv: cannot take columns of standard input: {why}")]);
    }
    let why = "nothing names \"a\", since the first row is no header: \"1\\t2\"";
    of_text("--columns a", "1\t2\n")
        .exits(1)
        .says(&[format!("conv: cannot take columns of standard input: {why}")]);
    of_text("--scale c=2", table)
        .exits(1)
        .says(&["conv: --scale is given for a channel \"c\", but there are a, b c"]);
    of_text("--scale c=2", "1\n").exits(1).says(&[
        "conv: --scale is given for a channel \"c\", but the only one has no name (--names gives it one)",
    ]);
}

#[test]
fn a_time_is_not_taken_as_a_channel() {
    let table = "time\ta\n2023-11-14T22:13:20Z\t1\n";
    let refused = |words: &str, text: &str, why: &str| {
        let why = format!("conv: cannot take columns of standard input: {why}: see --time");
        of_text(words, text).exits(1).writes("").says(&[why]);
    };
    for words in
        ["--columns time", "--columns a,1", "--columns time --time 1", "--columns 1 --stamp"]
    {
        refused(words, table, "column \"time\" is the time");
    }
    refused("--columns 2,1", "2023-11-14T22:13:20Z\t1\n", "column 1 is the time");
    let why = "a time, which belongs in a first column called time (see conv --time)";
    let why = format!("conv: line 2: column 2: {why}: \"2023");
    let finished = of_text("", "a\ttime\n1\t2023-11-14T22:13:20Z\n").exits(3);
    assert!(
        finished.stderr.lines().nth(1).is_some_and(|line| line.starts_with(&why)),
        "{finished}"
    );
}

#[test]
fn a_later_header_without_the_column_of_times_is_judged_as_a_row() {
    let text = "when\ta\n1.5\t1\nx\ta\n2.5\t2\n";
    let why = "conv: line 3: not a time in Unix seconds in front: \"x\\ta\"";
    of_text("--time when", text).exits(3).says(&[why, &closing(2, 1)]);
    let why = "conv: line 3: a header of 3 columns instead of 2 (see --names): \"a\\tb\\tc\"";
    let finished = of_text("--names x,y", "a\tb\n1\t2\na\tb\tc\n3\t4\n").exits(3);
    finished.writes("x\ty\n1\t2\n3\t4\n").says(&[why, &closing_table(2, 2, 1, 0)]);
}

#[test]
fn foreign_names_are_made_fit_and_that_is_reported_once() {
    let table = "Temp.1\tHum,2\thum\thum\n1\t2\t3\t4\nTemp.1\tHum,2\thum\thum\n5\t6\t7\t8\n";
    let told =
        "conv: line 1: names made fit: \"Temp.1\" as Temp_1, \"Hum,2\" as Hum_2, \"hum\" as hum_2";
    of_text("", table)
        .exits(0)
        .writes("Temp_1\tHum_2\thum\thum_2\n1\t2\t3\t4\n5\t6\t7\t8\n")
        .says(&[told, &closing_table(2, 4, 0, 0)]);
    of_text("--columns Temp.1", table).exits(0).writes("1\n5\n").says(&[closing(2, 0)]);
    of_text("--columns hum_2,Hum_2 --names x,y", table)
        .exits(0)
        .writes("x\ty\n4\t2\n8\t6\n")
        .says(&[closing_table(2, 2, 0, 0)]);
}

#[test]
fn times_of_the_input_are_passed_on_where_they_are_asked_for_or_belong_to_a_table() {
    let (a, b) = ("2023-11-14T22:13:20.500000Z", "2023-11-14T22:13:21.000000Z");
    let recording = "time\tvalue\n1700000000.5\t1\n1700000001\t2\nlater\t3\n";
    let why = "conv: line 4: not a time in Unix seconds in front: \"later\\t3\"";
    of_text("", recording).exits(3).writes("1\n2\n").says(&[why, &closing(2, 1)]);
    for words in ["--time 1", "--time time", "--time 1 --columns value"] {
        let timed = of_text(words, recording).exits(3).says(&[why, &closing(2, 1)]);
        timed.writes(&format!("time\tvalue\n{a}\t1\n{b}\t2\n"));
    }
    let table = "time\ttemp\thum\n2023-11-14T23:13:20.5+01:00\t1\t\n2023-11-14T22:13:21Z\t\t2\n";
    let whole = format!("time\ttemp\thum\n{a}\t1\t\n{b}\t\t2\n");
    of_text("", table).exits(0).writes(&whole).says(&[closing_table(2, 2, 0, 2)]);
    of_text("", &whole).exits(0).writes(&whole);
    of_text("--columns hum", table).exits(0).writes("2\n");
    let hum = of_text("--columns hum --time time", table).exits(0);
    hum.writes(&format!("time\thum\n{a}\t\n{b}\t2\n"));
    let behind = format!("x\twhen\n1\t{a}\n2\t{b}\n");
    of_text("--time when", &behind).exits(0).writes(&format!("time\tx\n{a}\t1\n{b}\t2\n"));
    of_text("--time 2", "1\t1700000000.5\n").exits(0).writes(&format!("time\tvalue\n{a}\t1\n"));
    let stamped = of_text_stamped(table);
    assert_eq!(without_stamps(&stamped, "time\ttemp\thum"), ["1\t", "\t2"]);
}

/// The same with the times of the readings, which differ from run to run.
fn of_text_stamped(text: &str) -> Finished {
    Program::new("conv").words("--from - --stamp").input(text).finish().exits(0)
}

#[test]
fn another_header_begins_another_part_and_the_same_one_is_passed_over() {
    let parts = "1\n2\na\tb\n3\t4\na\tb\n5\t6\nb\tc\n7\t8\n";
    let expected = "1\n2\na\tb\n3\t4\n5\t6\nb\tc\n7\t8\n";
    of_text("", parts).exits(0).writes(expected).says(&[closing_table(5, 2, 0, 0)]);
    let missing = "a\tb\n3\t4\nb\tc\n7\t8\n";
    of_text("--columns b,a", missing).exits(0).writes("b\ta\n4\t3\n7\t\n");
}

#[test]
fn columns_taken_by_number_are_sent_as_what_each_header_calls_them() {
    let swapped = "time\ttemp\thum\n0\t20\t50\ntime\thum\ttemp\n1\t51\t21\n";
    of_text("--columns 2,3", swapped).exits(0).writes("temp\thum\n20\t50\nhum\ttemp\n51\t21\n");
    of_text("--columns 2,3 --names x,y", swapped).exits(0).writes("x\ty\n20\t50\n51\t21\n");
    let scaled = of_text("--columns 2,3 --scale temp=10", swapped).exits(0);
    scaled.writes("temp\thum\n200\t50\nhum\ttemp\n51\t210\n");
    // A column that is absent is called as before, but never as one that is there.
    let narrower = "a\tb\tc\n1\t2\t3\nb\tx\n4\t5\n";
    of_text("--columns 3,2", narrower).exits(0).writes("c\tb\n3\t2\nc\tx\n\t5\n");
    of_text("--columns 2,1", "a\tb\n1\t2\ntime\tb\n3\t4\n").exits(0).writes("b\ta\n2\t1\n4\t\n");
    of_text("--columns 3,1", narrower).exits(0).writes("c\ta\n3\t1\nc\tb\n\t4\n");
    of_text("--columns 2,1", "a\tb\n1\t2\nb\tc\td\n3\t4\t5\n")
        .exits(0)
        .writes("b\ta\n2\t1\nc\tb\n4\t3\n");
    of_text("--columns 1,3", "b\tx\tb [V]\n1\t2\t3\nb [V]\ty\n4\t5\n")
        .exits(0)
        .writes("b\tb [V]\n1\t3\nb [V]\tb_2 [V]\n4\t\n");
}

#[test]
fn a_column_called_the_time_is_used_where_it_is_and_nowhere_else() {
    let parts = "time\ta\n2023-11-14T22:13:20Z\t1\na\tb\n2\t3\n";
    of_text("--columns a --step 5", parts).exits(0).writes("1\n2\n").says(&[closing(2, 0)]);
}

#[test]
fn the_count_is_of_rows_and_headers_are_not_counted() {
    of_text("--count 2", "a\tb\n1\t2\n3\t4\n5\t6\n")
        .exits(0)
        .writes("a\tb\n1\t2\n3\t4\n")
        .says(&[closing_table(2, 2, 0, 0)]);
}

#[test]
fn rows_behind_a_header_that_lacks_the_time_asked_for_are_rejected() {
    let parts = "time\tvalue\n2023-11-14T22:13:20Z\t1\na\tb\n3\t4\n";
    of_text("--columns 2 --time time", parts)
        .exits(3)
        .writes("time\tvalue\n2023-11-14T22:13:20.000000Z\t1\n")
        .says(&[
            "conv: line 4: not a time in ISO 8601 or Unix seconds (see --time-format): \"3\\t4\"",
            &closing(1, 1),
        ]);
}

#[test]
fn a_first_row_that_names_do_not_fit_decides_nothing() {
    let text = "2023-11-14T22:13:20Z\t\n1\t2\n";
    of_text("--names a,b", text).exits(3).writes("a\tb\n1\t2\n").says(&[
        "conv: line 1: 2 columns instead of 3: \"2023-11-14T22:13:20Z\\t\"",
        &closing_table(1, 2, 1, 0),
    ]);
}

#[test]
fn a_unit_need_not_be_said_unless_it_is_what_distinguishes_channels() {
    let table = "temp (°C)\thum [%]\ta [x]\ta [y]\tHum,2\n21\t48\t1\t2\t49\n";
    of_text("--columns temp", table).exits(0).writes("21\n");
    of_text("--columns hum,temp --scale temp=2", table)
        .exits(0)
        .writes("hum [%]\ttemp (°C)\n48\t42\n");
    of_text("--columns Hum_2", table).exits(0).writes("49\n");
    let list = "\"temp (°C)\", \"hum [%]\", \"a [x]\", \"a [y]\", \"Hum,2\"";
    for (columns, why) in [
        ("a", "several columns are called \"a\": \"a [x]\", \"a [y]\"".to_owned()),
        ("Hum,2", format!("no column \"Hum\"; the header has {list} (Hum_2 stands for \"Hum,2\")")),
    ] {
        let told = format!("conv: cannot take columns of standard input: {why}");
        of_text(&format!("--columns {columns}"), table).exits(1).writes("").says(&[told]);
    }
    let own = table.replace("\tHum,2", "").replace("\t49", "");
    let why = "--scale is given for \"a\", which may be \"a [x]\" or \"a [y]\"";
    of_text("--scale a=2", &own).exits(1).says(&[format!("conv: {why}")]);
    // A whole name comes before one without its unit.
    of_text("--scale temp=2 --missing temp=7", "temp (raw)\ttemp\n7\t8\n9\t7\n")
        .exits(0)
        .writes("temp (raw)\ttemp\n7\t16\n9\t\n");
    let stat = |columns: &str| {
        let stat = Program::new("stat").args(["--columns", columns, "--every", "9"]);
        stat.input(&*own).finish()
    };
    assert!(stat("temp").exits(0).stdout.starts_with("{\"channel\":\"temp (°C)\",\"n\":1,"));
    let why = "cannot count channel \"a\": both \"a [x]\" and \"a [y]\" are called so";
    stat("a").exits(1).writes("").says(&[format!("stat: {why}")]);
}
