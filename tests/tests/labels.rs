//! Text whose fields carry their labels: `temp:21.5 hum:48`, and objects of JSON.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(options: &str, text: &str) -> Finished {
    Program::new("conv").words("--from -").words(options).input(text).finish()
}

#[test]
fn each_label_is_a_channel_in_whatever_order_they_come() {
    let text = "Temp:23.4\tHum:55.1\nTemp:23.5\tHum:55.0\n";
    let read = conv("--format labels", text).exits(0).says(&[closing_table(2, 2, 0, 0)]);
    read.writes("Temp\tHum\n23.4\t55.1\n23.5\t55\n");
    let ways = "temp:21.5,hum:48\nhum=49 temp=21.6\ntemp: 21.7 °C; hum: 50 %\n\nhum:51\n";
    conv("--format labels", ways)
        .exits(0)
        .writes("temp\thum\n21.5\t48\n21.6\t49\n21.7\t50\n\t51\n")
        .says(&[closing_table(4, 2, 0, 1)]);
    conv("--format labels --decimal ,", "T=21,5, H=48\n").exits(0).writes("T\tH\n21.5\t48\n");
    conv("--format labels", "T=21.5\nT=x\n")
        .exits(3)
        .writes("21.5\n")
        .says(&["conv: line 2: not a number: \"x\"", &closing(1, 1)]);
}

#[test]
fn labels_that_are_given_each_others_names_are_reported() {
    let moved = "names follow the order of the columns; to choose by name, use --columns";
    for (format, text) in [
        ("--format labels", "hum:48 temp:21.5\n"),
        ("--format json", "{\"hum\":48,\"temp\":21.5}\n"),
        ("", "hum\ttemp\n48\t21.5\n"),
    ] {
        conv(&format!("{format} --names temp,hum"), text)
            .exits(0)
            .writes("temp\thum\n48\t21.5\n")
            .says(&[
                &format!("conv: line 1: --names calls \"hum\" temp: {moved}"),
                &closing_table(1, 2, 0, 0),
            ]);
        for names in ["hum,temp", "a,b", "temp,b"] {
            conv(&format!("{format} --names {names}"), text)
                .exits(0)
                .writes(&format!("{}\n48\t21.5\n", names.replace(',', "\t")))
                .says(&[closing_table(1, 2, 0, 0)]);
        }
    }
}

#[test]
fn a_label_that_comes_later_begins_another_part() {
    let text = "boot v1.2\nT=1\nH=2 T=x\nT=3 H=4\n";
    conv("--format labels", text).exits(3).writes("1\nT\tH\n\t2\n3\t4\n").says(&[
        "conv: line 1: no label with a number, as in temp:21.5: \"boot v1.2\"",
        "conv: line 3: another channel: \"H\"",
        "conv: line 3: T: not a number: \"x\"",
        &closing_table(3, 2, 2, 0),
    ]);
}

#[test]
fn what_is_asked_for_is_taken_and_what_is_not_there_is_reported_once() {
    let text = "T=1 H=2\nT=3\nP=5\n";
    conv("--format labels --columns H,T", text)
        .exits(0)
        .writes("H\tT\n2\t1\n\t3\n\t\n")
        .says(&[closing_table(3, 2, 0, 3)]);
    conv("--format labels --columns T,p", text).exits(0).says(&[
        "conv: line 1: no label \"p\" in this line; it has \"T\", \"H\"",
        &closing_table(3, 2, 0, 4),
    ]);
    for (options, why) in [
        ("--columns 1", "--columns and --time take labels here, not numbers"),
        ("--time 1", "--columns and --time take labels here, not numbers"),
        ("--delimiter ,", "--delimiter is for fields without labels"),
    ] {
        let refused = conv(&format!("--format labels {options}"), text).exits(2);
        refused.says(&[format!("conv: {why}; try 'conv --help'")]);
    }
    let why = "conv: --decimal is not for JSON, which has points; try 'conv --help'";
    conv("--format json --decimal ,", "").exits(2).says(&[why]);
}

#[test]
fn a_label_time_is_the_time_wherever_it_stands() {
    let time = "2025-01-01T00:00:00Z";
    let (json, labels) = ("--format json", "--format labels");
    for (options, line) in [
        (json, format!("{{\"time\":\"{time}\",\"temp\":1,\"hum\":2}}")),
        (json, format!("{{\"temp\":1,\"time\":\"{time}\",\"hum\":2}}")),
        (json, "{\"temp\":1,\"hum\":2,\"time\":1735689600}".to_owned()),
        (labels, format!("temp:1 hum:2 time:{time}")),
        (labels, "time=1735689600,temp=1,hum=2".to_owned()),
    ] {
        conv(options, &format!("{line}\n{line}\n"))
            .exits(0)
            .writes(
                "time\ttemp\thum\n2025-01-01T00:00:00.000000Z\t1\t2\n2025-01-01T00:00:00.000000Z\t1\t2\n",
            )
            .says(&[closing_table(2, 2, 0, 0)]);
        let names = conv(&format!("{options} --names a,b"), &format!("{line}\n")).exits(0);
        names.writes("time\ta\tb\n2025-01-01T00:00:00.000000Z\t1\t2\n");
        let asked = conv(&format!("{options} --columns hum"), &format!("{line}\n")).exits(0);
        asked.writes("2\n").says(&[closing(1, 0)]);
        let stamped = conv(&format!("{options} --stamp"), &format!("{line}\n")).exits(0);
        assert!(stamped.stdout.starts_with("time\ttemp\thum\n20"), "{stamped}");
        stamped.says(&[closing_table(1, 2, 0, 0)]);
    }
    let value = format!("{{\"value\":1,\"time\":\"{time}\"}}\n");
    conv(json, &value).exits(0).writes("time\tvalue\n2025-01-01T00:00:00.000000Z\t1\n");
}

#[test]
fn a_label_time_in_another_form_is_left_out_and_no_channel() {
    for (text, shown) in [
        (
            "{\"temp\":1,\"time\":1700000000123}\n{\"time\":1700000000223,\"temp\":2}\n",
            "1700000000123",
        ),
        ("{\"temp\":1,\"time\":\"12:30\"}\n{\"time\":\"12:31\",\"temp\":2}\n", "12:30"),
    ] {
        let why = "not in RFC 3339 or Unix seconds (see --time, --time-format)";
        conv("--format json", text).exits(0).writes("1\n2\n").says(&[
            format!("conv: line 1: label \"time\" is not taken: {why}: \"{shown}\""),
            closing(2, 0),
        ]);
    }
    let milliseconds = "{\"temp\":1,\"time\":1700000000123}\n";
    conv("--format json --time time --time-format unix-ms", milliseconds)
        .exits(0)
        .writes("time\ttemp\n2023-11-14T22:13:20.123000Z\t1\n");
}

#[test]
fn a_time_that_comes_later_begins_another_part() {
    let text = "temp:1\nboot time:1700000000\ntemp:2 time:1700000000\ntemp:3\n";
    conv("--format labels", text)
        .exits(3)
        .writes("1\ntime\ttemp\n2023-11-14T22:13:20.000000Z\t\n2023-11-14T22:13:20.000000Z\t2\n")
        .says(&[
            "conv: line 2: times from here on",
            "conv: line 4: not a time in Unix seconds in front: \"temp:3\"",
            &closing_table(3, 1, 1, 1),
        ]);
}

#[test]
fn an_empty_object_lacks_all_channels_as_one_without_them_does() {
    let text = "{\"a\":1}\n{}\n{\"x\":\"q\"}\n";
    for options in ["--format json", "--format json --columns a"] {
        conv(options, text).exits(0).writes("1\n").says(&[closing_table(1, 1, 0, 2)]);
    }
    let none = "conv: line 1: no number at the top level: \"{}\"";
    conv("--format json", "{}\n").exits(3).says(&[none, &closing(0, 1)]);
}

#[test]
fn a_label_that_comes_twice_is_rejected_unless_it_is_not_taken() {
    let text = "temp:1 temp:2\ntemp:3 hum:4\nhum:5 hum:6 temp:7\n";
    conv("--format labels", text).exits(3).writes("temp\thum\n3\t4\n").says(&[
        "conv: line 1: a label twice: \"temp:1 temp:2\"",
        "conv: line 3: a label twice: \"hum:5 hum:6 temp:7\"",
        &closing_table(1, 2, 2, 0),
    ]);
    conv("--format labels --columns temp", &text["temp:1 temp:2\n".len()..])
        .exits(0)
        .writes("3\n7\n")
        .says(&[closing(2, 0)]);
    conv("--format json", "{\"a\":1,\"b\":2,\"a\":3}\n{\"a\":4}\n").exits(3).writes("4\n").says(&[
        "conv: line 1: a label twice: \"{\\\"a\\\":1,\\\"b\\\":2,\\\"a\\\":3}\"",
        &closing(1, 1),
    ]);
}

#[test]
fn a_time_of_day_is_no_label() {
    let text = "12:30 temp:21.5\n12:31:05 temp: 21.6\ntemp: 12:32 21.7\n";
    conv("--format labels", text).exits(0).writes("21.5\n21.6\n").says(&[
        "conv: line 3: a number without a label is passed over: \"21.7\"",
        &closing_table(2, 1, 0, 1),
    ]);
}

#[test]
fn names_fix_how_many_labels_are_taken() {
    conv("--format labels --names x,y", "a=1 b=2\na=3 c=9 b=4\nc=5 d=6 a=7\n")
        .exits(0)
        .writes("x\ty\n1\t2\n3\t4\n7\t\n")
        .says(&[
            "conv: line 2: label \"c\" is not taken: --names has 2 names",
            "conv: line 3: label \"d\" is not taken: --names has 2 names",
            &closing_table(3, 2, 0, 1),
        ]);
    conv("--format json --names x", "{\"a\":1}\n{\"b\":3,\"a\":2}\n")
        .exits(0)
        .writes("1\n2\n")
        .says(&["conv: line 2: label \"b\" is not taken: --names has 1 name", &closing(2, 0)]);
    // One that has not come yet is missing until then.
    conv("--format labels --names x,y", "a=1\nb=2 a=3\n")
        .exits(0)
        .writes("x\ty\n1\t\n3\t2\n")
        .says(&["conv: line 2: another channel: \"b\"", &closing_table(2, 2, 0, 1)]);
}

#[test]
fn no_number_is_cut_or_dropped_in_silence() {
    let why = "a number behind a comma without a label (see --decimal)";
    let told = |line: u8, text: &str| format!("conv: line {line}: {why}: \"{text}\"");
    conv("--format labels", "T=21,5\nT: 21,5 H: 48\nP=1,013.2\nT=21.5,H=48\n")
        .exits(3)
        .writes("T\tH\n21.5\t48\n")
        .says(&[
            told(1, "T=21,5"),
            told(2, "T: 21,5 H: 48"),
            told(3, "P=1,013.2"),
            closing_table(1, 2, 3, 0),
        ]);
    conv("--format labels", "T=21.6C H=48 id:a7\nT=22C H=49\n")
        .exits(0)
        .writes("48\n49\n")
        .says(&["conv: line 1: label \"T\" is not taken: not a number: \"21.6C\"", &closing(2, 0)]);
    conv("--format labels", "7 T=21.5 °C 48\n8 T=21.6 °C 49\n")
        .exits(0)
        .writes("21.5\n21.6\n")
        .says(&["conv: line 1: a number without a label is passed over: \"7\"", &closing(2, 0)]);
    conv("--format labels", "Temp: 22 Temp: 50\nTemp: 23\n")
        .exits(3)
        .writes("23\n")
        .says(&["conv: line 1: a label twice: \"Temp: 22 Temp: 50\"", &closing(1, 1)]);
}

#[test]
fn a_line_has_as_many_labels_as_a_row_has_columns() {
    let labels = |count: usize| {
        let labels: Vec<String> = (1..=count).map(|at| format!("c{at}=1")).collect();
        labels.join(" ") + "\n"
    };
    conv("--format labels", &labels(1000)).exits(0);
    conv("--format labels --stamp", &labels(999)).exits(0);
    conv("--format labels", &labels(1001)).exits(3);
    conv("--format labels --stamp", &labels(1000)).exits(3);
}

#[test]
fn everything_about_a_line_is_reported() {
    conv("--format labels --columns T.1,x", "T.1=1\n").exits(0).says(&[
        "conv: line 1: names made fit: \"T.1\" as T_1",
        "conv: line 1: no label \"x\" in this line; it has \"T.1\"",
        &closing_table(1, 2, 0, 1),
    ]);
}

/// As a broker hands messages on.
const MESSAGES: &str = "{\"id\":\"7\",\"ts\":1700000000123,\"temp\":21.50,\"hum\":\"48\",\"on\":true}\n\
    {\"hum\":null,\"temp\":1e1,\"ts\":1700000001123}\n{\"temp\":\n[1]\n";

#[test]
fn numbers_of_json_objects_are_channels_by_name() {
    let whole = conv("--format json", MESSAGES).exits(3);
    let whole = whole.writes("ts\ttemp\n1700000000123\t21.5\n1700000001123\t10\n");
    whole.says(&[
        "conv: line 3: not a JSON object: \"{\\\"temp\\\":\"",
        "conv: line 4: not a JSON object: \"[1]\"",
        &closing_table(2, 2, 2, 0),
    ]);
    let timed = "--format json --time ts --time-format unix-ms --columns temp,hum,on";
    let timed = conv(timed, &MESSAGES[..MESSAGES.len() - 14]).exits(3);
    timed
        .writes(
            "time\ttemp\thum\ton\n2023-11-14T22:13:20.123000Z\t21.5\t48\t\n\
             2023-11-14T22:13:21.123000Z\t10\t\t\n",
        )
        .says(&["conv: line 1: on: not a number: \"true\"", &closing_table(2, 3, 1, 2)]);
    let numberless = "{\"a\":\"x\"}\n{\"a\":1}\n{\"a\":\"\\ud800\"}\n";
    conv("--format json", numberless).exits(3).writes("1\n").says(&[
        "conv: line 1: no number at the top level: \"{\\\"a\\\":\\\"x\\\"}\"",
        "conv: line 3: not a number: \"\\\"\\\\ud800\\\"\"",
        &closing(1, 2),
    ]);
    conv("--format json --missing=10,NA", "{\"a\":10,\"b\":\"NA\"}\n{\"a\":1.0,\"b\":2}\n")
        .exits(0)
        .writes("a\tb\n\t\n1\t2\n")
        .says(&[closing_table(2, 2, 0, 2)]);
}
