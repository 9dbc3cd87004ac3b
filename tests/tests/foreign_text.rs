//! Text with fields as people have it: what separates them, quotes, comments, titles, and times of any
//! form.

use std::io::Write;
use std::process::Stdio;

use wandler_tests::account::{closing, closing_table};
use wandler_tests::converted::of_text_by as conv;
use wandler_tests::run::Program;

/// The export of an oscilloscope.
const SCOPE: &str = "X,CH1,CH2\r\nSecond,Voltage,Voltage\r\n\
    -8.19E-06,-4.00E-03,-2.40E-01\r\n-8.18E-06,0.00E00,1.60E-01\r\n-8.17E-06,4.00E-03,2.40E+00\r\n";

const UNITS: &str = "conv: line 2: passed over as a line of units: \"Second,Voltage,Voltage\"";

#[test]
fn columns_of_an_export_are_taken_by_name_or_number() {
    for columns in ["CH2", "3"] {
        let taken = conv(&["--columns", columns], SCOPE).exits(0).writes("-0.24\n0.16\n2.4\n");
        taken.says(&[UNITS, &closing(3, 0)]);
    }
    conv(&["--delimiter", ",", "--columns", "CH2,CH1", "--names", "b,a"], SCOPE)
        .exits(0)
        .writes("b\ta\n-0.24\t-0.004\n0.16\t0\n2.4\t0.004\n")
        .says(&[UNITS, &closing_table(3, 2, 0, 0)]);
    let all =
        "X\tCH1\tCH2\n-0.00000819\t-0.004\t-0.24\n-0.00000818\t0\t0.16\n-0.00000817\t0.004\t2.4\n";
    for options in [["--columns", "all"], ["--delimiter", ","]] {
        conv(&options, SCOPE).exits(0).writes(all).says(&[UNITS, &closing_table(3, 3, 0, 0)]);
    }
}

#[test]
fn what_separates_fields_is_found_by_the_first_line_with_the_columns() {
    for text in
        ["a\tb c\n1\t2\n", "a,b c\n1,2\n", "a;b c\n1;2\n", "a b\n1 2\n", " a   b\n  1\t2 \n"]
    {
        conv(&["--columns", "a"], text).exits(0).writes("1\n").says(&[closing(1, 0)]);
    }
    for text in ["1\t2\n", "1,2,3\n", "1;2\n", "1 2\n", "  1   2\n"] {
        conv(&["--columns", "2"], text).exits(0).writes("2\n").says(&[closing(1, 0)]);
    }
    conv(&["--columns", "2"], "5,x y,3\n")
        .exits(3)
        .writes("")
        .says(&["conv: line 1: column 2: not a number: \"x y\"", &closing(0, 1)]);
    conv(&["--delimiter", "|", "--columns", "b"], "a|b\n1|2,5\n3|4\n").exits(3).writes("4\n").says(
        &[
            "conv: line 2: column 2: not a number: \"2,5\"",
            "conv: line 2: add --decimal , if ',' is the decimal sign",
            &closing(1, 1),
        ],
    );
    conv(&["--delimiter", "blanks"], "1  2\n3\t4\n").exits(0).writes("ch1\tch2\n1\t2\n3\t4\n");
    conv(&["--delimiter", " "], "1  2\n").exits(0).writes("ch1\tch2\tch3\n1\t\t2\n");
}

#[test]
fn fields_may_be_quoted() {
    let text = "\"time, local\",\"Temp \"\"in\"\"\",x\n\"a, b\",\"21.5\",1\n,\"\",\"2\"\n";
    conv(&["--columns", "Temp \"in\""], text)
        .exits(0)
        .writes("21.5\n")
        .says(&[closing_table(1, 1, 0, 1)]);
    conv(&["--columns", "3"], text).exits(0).writes("1\n2\n");
    conv(&["--columns", "b"], "a\tb\n\"1\"\t\"2\"\n").exits(0).writes("2\n");
    let open = "a,b\n1,\"2\n3,4\n";
    conv(&["--columns", "b"], open)
        .exits(3)
        .writes("4\n")
        .says(&["conv: line 2: a quote is not closed on its line: \"1,\\\"2\"", &closing(1, 1)]);
}

#[test]
fn a_header_is_found_anywhere_before_the_data() {
    let titles = "Station Potsdam, 52.4 N\nInterval: 10 min\n\n";
    let text = format!("{titles}when;temp;hum\n;°C;%\n1;21.5;48\n\n2;21.6;\n");
    let told = [
        "conv: line 4: the table begins here; 3 lines before it passed over".to_owned(),
        "conv: line 5: passed over as a line of units: \";°C;%\"".to_owned(),
        closing_table(2, 2, 0, 1),
    ];
    let found = conv(&["--columns", "hum,temp"], &text).exits(0).says(&told);
    found.writes("hum\ttemp\n48\t21.5\n\t21.6\n");
    let commented = "# Potsdam\n# when temp hum\n1 21.5 48\n# pause\n2 21.6 49\n";
    conv(&["--columns", "hum", "--comment", "#"], commented)
        .exits(0)
        .writes("48\n49\n")
        .says(&[closing(2, 0)]);
    conv(&["--skip", "2", "--delimiter", ","], "x\n1,2\n3,4\n")
        .exits(0)
        .writes("ch1\tch2\n3\t4\n")
        .says(&[closing_table(1, 2, 0, 0)]);
}

#[test]
fn prose_that_names_a_column_is_not_taken_for_the_header() {
    let table = "time,Temp,hum\n1,21.5,48\n2,21.6,49\n";
    let passed = |lines: &str, at: usize| {
        format!("conv: line {at}: the table begins here; {lines} before it passed over")
    };
    for prose in ["Temp and humidity", "Temp", "Temp in hall 3"] {
        conv(&["--columns", "Temp"], &format!("{prose}\n{table}"))
            .exits(0)
            .writes("21.5\n21.6\n")
            .says(&[passed("1 line", 2), closing(2, 0)]);
        let blanks = table.replace(',', " ");
        conv(&["--columns", "Temp"], &format!("{prose}\n{blanks}"))
            .exits(0)
            .writes("21.5\n21.6\n")
            .says(&[passed("1 line", 3), closing(2, 0)]);
        let commented = ["--columns", "Temp", "--comment", "#"];
        conv(&commented, &format!("# {prose}, air\n# {prose}\n{table}"))
            .exits(0)
            .writes("21.5\n21.6\n")
            .says(&[closing(2, 0)]);
    }
    let ragged = "time Temp\n1 2 3\n4 5\n";
    conv(&["--columns", "Temp"], ragged)
        .exits(3)
        .writes("5\n")
        .says(&["conv: line 2: 3 columns instead of 2: \"1 2 3\"", &closing(1, 1)]);
    conv(&["--columns", "a,Temp"], "a Temp\n").exits(0).writes("a\tTemp\n");
    let rowless = "no row of numbers follows the line that names them: \"Temp in the hall\"";
    conv(&["--columns", "Temp"], "Temp in the hall\nand nothing else\n")
        .exits(1)
        .writes("")
        .says(&[format!("conv: cannot take columns of standard input: {rowless}")]);
}

#[test]
fn what_separates_fields_begins_no_comment() {
    let why = "conv: what begins a --comment cannot be the --delimiter as well; try 'conv --help'";
    conv(&["--delimiter", ";", "--comment", ";"], "").exits(2).says(&[why]);
    conv(&["--comment", "\""], "").exits(2);
    let why = "conv: cannot take columns of standard input: what begins a --comment separates their fields";
    for columns in ["2", "b"] {
        conv(&["--columns", columns, "--comment", ";"], "a;b\n;2\n")
            .exits(1)
            .writes("")
            .says(&[why]);
    }
    conv(&["--columns", "2", "--comment", ";"], "1,2\n;3\n").exits(0).writes("2\n");
}

#[test]
fn whoever_says_nothing_of_csv_is_told_what_to_say() {
    conv(&[], "a;b c\nx\nd;e\n").exits(3).says(&[
        "conv: line 1: not a number: \"a;b c\"",
        "conv: line 1: this may be a header whose fields ';' separates: see --delimiter and --columns",
        "conv: line 2: not a number: \"x\"",
        "conv: line 3: not a number: \"d;e\"",
        &closing(0, 3),
    ]);
}

#[test]
fn a_row_of_equal_words_is_no_header_but_the_same_header_may_come_again() {
    let text = "a,b\n1,2\noff,off\na,b\n3,4\n";
    conv(&["--delimiter", ","], text).exits(3).writes("a\tb\n1\t2\n\t\n3\t4\n").says(&[
        "conv: line 3: column 1: not a number: \"off\"",
        "conv: line 3: column 2: not a number: \"off\"",
        &closing_table(3, 2, 2, 0),
    ]);
    let parts = "a,b\n1,2\noff,off\nb,c\n3,4\n";
    conv(&["--columns", "b"], parts)
        .exits(3)
        .writes("2\n3\n")
        .says(&["conv: line 3: column 2: not a number: \"off\"", &closing(2, 1)]);
}

#[test]
fn names_that_do_not_exist_are_reported_with_those_that_do() {
    let why = "no column \"CH3\"; the header has \"X\", \"CH1\", \"CH2\"";
    let why = format!("conv: cannot take columns of standard input: {why}");
    for text in [SCOPE, "X,CH1,CH2\n", "Export, of a scope\nX,CH1,CH2\n1,2,3\n"] {
        conv(&["--columns", "CH3"], text).exits(1).writes("").says(&[&why]);
    }
    let why = "nothing names \"a\", since the first row is no header: \"1,2\"";
    let why = format!("conv: cannot take columns of standard input: {why}");
    conv(&["--columns", "a"], "1,2\n3,4\n").exits(1).says(&[why]);
    let endless = "no header\n".repeat(1001);
    let why = "no column \"a\"; the header has \"no\", \"header\" (only 1000 lines are searched: see --skip)";
    let why = format!("conv: cannot take columns of standard input: {why}");
    let mut running =
        Program::new("conv").words("--from - --columns a").stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(endless.as_bytes()).unwrap();
    running.finish().exits(1).says(&[why]);
}

#[test]
fn comments_and_skipped_lines_are_not_counted() {
    conv(&["--comment", "#"], "# a\n1\n#2\n3\n").exits(0).writes("1\n3\n").says(&[closing(2, 0)]);
    conv(&["--skip", "2"], "x\ny\n1\n").exits(0).writes("1\n").says(&[closing(1, 0)]);
    let long = format!("{}\n1\nz\n", "x".repeat(100_000));
    conv(&["--skip", "1"], &long)
        .exits(3)
        .writes("1\n")
        .says(&["conv: line 3: not a number: \"z\"", &closing(1, 1)]);
    conv(&["--comment", "-"], "").exits(2);
}

/// Three times, a quarter of an hour apart.
const TIMES: &str = "time\tvalue\n2023-11-14T22:13:20.000000Z\t1\n2023-11-14T22:28:20.250000Z\t2\n";

#[test]
fn times_are_read_in_any_form() {
    for (format, first, second) in [
        ("iso", "2023-11-14 22:13:20", "2023-11-14T23:28:20.25+01:00"),
        ("iso", "20231114T221320Z", "2023-11-14 22:28:20,25"),
        ("unix", "1.70000e9", "1700000900.25"),
        ("unix-ms", "1700000000000", "1700000900250.0000001"),
        ("unix-us", "1700000000000000", "1700000900250000"),
        ("unix-ns", "1700000000000000000", "1700000900250000000"),
        ("%d.%m.%Y %H:%M:%S%.f", "14.11.2023 22:13:20", "14.11.2023 22:28:20.25"),
        ("%Y-%j %T%.f %z", "2023-318 22:13:20 +0000", "2023-318 14:28:20.25 -0800"),
    ] {
        let text = format!("when;v\n{first};1\n{second};2\n");
        let options =
            ["--time", "when", "--columns", "v", "--time-format", format, "--names", "value"];
        let read = conv(&options[..6], &text).exits(0);
        read.writes(&TIMES.replace("value", "v"));
    }
    let bare = "2023-11-14 22:13:20;1\n2023-11-14 22:28:20.25;2\n";
    conv(&["--time", "1"], bare).exits(0).writes(TIMES).says(&[closing(2, 0)]);
    conv(&["--time", "1", "--time-format", "%F"], "2023-11-14;1\n")
        .exits(0)
        .writes("time\tvalue\n2023-11-14T00:00:00.000000Z\t1\n");
}

#[test]
fn what_is_no_time_of_that_form_is_rejected() {
    let rejected = |format: &str, why: &str| {
        let told = format!("conv: line 2: not a time {why}: \"now,1\"");
        conv(&["--time", "t", "--time-format", format], "t,v\nnow,1\n")
            .exits(3)
            .says(&[told, closing(0, 1)]);
    };
    rejected("iso", "in ISO 8601");
    rejected("unix", "in Unix seconds");
    rejected("unix-ms", "in Unix milliseconds");
    rejected("unix-us", "in Unix microseconds");
    rejected("unix-ns", "in Unix nanoseconds");
    rejected("%s", "by the pattern of --time-format");
    for (options, why) in [
        ("--time-format unix", "--time-format needs --time"),
        ("--time-zone UTC", "--time-zone needs --time"),
        (
            "--time 1 --time-format %H",
            "invalid value '%H' for '--time-format <FORM>': the pattern gives no date",
        ),
        (
            "--time 1 --time-format unix --time-zone UTC",
            "--time-zone is for times without an offset: Unix times are UTC",
        ),
    ] {
        let options: Vec<&str> = options.split(' ').collect();
        conv(&options, "").exits(2).says(&[format!("conv: {why}; try 'conv --help'")]);
    }
}

#[test]
fn an_hour_that_comes_twice_is_reported_and_one_that_does_not_come_is_rejected() {
    let text = "t,v\n\
        2023-10-29 01:30:00,1\n2023-10-29 02:30:00,2\n2023-10-29 02:10:00,3\n\
        2023-10-29 03:00:00,4\n2024-03-31 02:30:00,5\n2024-03-31T02:30:00Z,6\n";
    let read = conv(&["--time", "t", "--time-zone", "Europe/Berlin"], text).exits(3);
    let told = "conv: line 3: 2023-10-29 02:30:00 comes twice in Europe/Berlin: taken as the first, \
                or as the second once times have gone back or come again";
    let skipped = "conv: line 6: no such time in --time-zone: the clocks went forward: \
                   \"2024-03-31 02:30:00,5\"";
    read.writes(
        "time\tv\n2023-10-28T23:30:00.000000Z\t1\n2023-10-29T00:30:00.000000Z\t2\n\
         2023-10-29T01:10:00.000000Z\t3\n2023-10-29T02:00:00.000000Z\t4\n\
         2024-03-31T02:30:00.000000Z\t6\n",
    )
    .says(&[told, skipped, &closing(5, 1)]);
}

#[test]
fn an_hour_that_comes_again_is_the_second_one_in_hourly_rows_only() {
    let read = |times: &[&str]| {
        let rows: String = times.iter().map(|time| format!("2023-10-29 {time},1\n")).collect();
        let options = ["--time", "t", "--time-zone", "Europe/Berlin"];
        let read = conv(&options, &format!("t,v\n{rows}")).exits(0);
        let hour = |row: &str| row[11..19].to_owned();
        read.stdout.lines().skip(1).map(hour).collect::<Vec<_>>()
    };
    let hourly = ["01:00", "02:00", "02:00", "03:00"];
    assert_eq!(read(&hourly), ["23:00:00", "00:00:00", "01:00:00", "02:00:00"]);
    let several = ["01:59:59", "02:00:00", "02:00:00", "02:00:01", "02:00:00", "02:00:00"];
    let expected = ["23:59:59", "00:00:00", "00:00:00", "00:00:01", "01:00:00", "01:00:00"];
    assert_eq!(read(&several), expected);
}

#[test]
fn a_leap_second_is_the_next_second_in_any_form() {
    for (format, time) in [
        ("iso", "2016-12-31 23:59:60"),
        ("iso", "20161231T235960"),
        ("iso", "2016-12-31T23:59:60Z"),
        ("%d.%m.%y %H:%M:%S", "31.12.16 23:59:60"),
        ("%Y-%m-%d %T %z", "2016-12-31 23:59:60 +0000"),
    ] {
        let options = ["--time", "t", "--time-format", format];
        conv(&options, &format!("t,v\n{time},1\n"))
            .exits(0)
            .writes("time\tv\n2017-01-01T00:00:00.000000Z\t1\n");
    }
    conv(&["--time", "t", "--time-format", "iso"], "t,v\n1960-06-06 06:06:59.60,1\n")
        .exits(0)
        .writes("time\tv\n1960-06-06T06:06:59.600000Z\t1\n");
}

#[test]
fn zones_are_loaded_before_files_can_no_longer_be_opened() {
    let text = "t,v\n2023-07-01 12:00:00,1\n";
    for zone in ["Asia/Kathmandu", "America/St_Johns"] {
        let options = ["--time", "t", "--time-zone", zone];
        let sandboxed = conv(&options, text).exits(0);
        let free = conv(&[&options[..], &["--no-sandbox"]].concat(), text).exits(0);
        assert_eq!(sandboxed.stdout, free.stdout);
    }
}
