//! Times of foreign text: counts of seconds and of other units, and dates alone.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(options: &str, text: &str) -> Finished {
    Program::new("conv").words("--from -").words(options).input(text).finish()
}

#[test]
fn unix_seconds_may_have_an_exponent() {
    let written = "time\tv\n2023-11-14T22:13:20.000000Z\t1\n2023-11-14T22:28:20.250000Z\t2\n\
                   1969-12-31T23:59:59.999500Z\t3\n";
    for (first, second) in [("1.7e9", "1700000900.25"), ("1700000000", "1.70000090025E+09")] {
        let text = format!("t,v\n{first},1\n{second},2\n-5.00E-04,3\n");
        conv("--time t", &text).exits(0).writes(written).says(&[closing(3, 0)]);
    }
    conv("--time 1 --columns 2", "-5.00E-04,1\n1.0E-03,2\n")
        .exits(0)
        .writes("time\tvalue\n1969-12-31T23:59:59.999500Z\t1\n1970-01-01T00:00:00.001000Z\t2\n");
    // A stream of our own has none.
    let why = "not a time in front (of another form? see conv --time-format): \"1.7e9\\t1\"";
    conv("", "time\tv\n1.7e9\t1\n").exits(3).says(&[format!("conv: line 2: {why}"), closing(0, 1)]);
}

#[test]
fn a_count_of_other_units_than_seconds_is_rejected_with_the_option_for_it() {
    for (options, format, count, unit) in [
        ("--time t", "in Unix seconds", "1700000000123", "unix-ms"),
        ("--time t", "in Unix seconds", "1.7e15", "unix-us"),
        ("--time t --time-format unix", "in Unix seconds", "1700000000000000000", "unix-ns"),
        ("--time t --time-format unix-ms", "in Unix milliseconds", "1700000000000000", "unix-us"),
    ] {
        let why = format!("not a time {format}, but perhaps of --time-format {unit}");
        conv(options, &format!("t,v\n{count},1\n"))
            .exits(3)
            .says(&[format!("conv: line 2: {why}: \"{count},1\""), closing(0, 1)]);
    }
    let why = "not a time in Unix seconds, but perhaps of --time-format unix-ms";
    let told = format!("conv: line 1: {why}: \"1700000000123,1\"");
    conv("--time 1 --columns 2", "1700000000123,1\n").exits(3).says(&[told, closing(0, 1)]);
    let own = "time\ta\n1700000000123\t1\n";
    conv("", own)
        .exits(3)
        .says(&[format!("conv: line 2: {why}: \"1700000000123\\t1\""), closing(0, 1)]);
    let why = "not a time in front (of another form? see conv --time-format)";
    let counted = Program::new("stat").input(own).finish().exits(3);
    counted.says(&[format!("stat: line 2: {why}: \"1700000000123\\t1\"")]);
    conv("--time time --time-format unix-ms", own)
        .exits(0)
        .writes("time\ta\n2023-11-14T22:13:20.123000Z\t1\n");
}

#[test]
fn what_is_no_time_leads_to_the_option_that_may_read_it() {
    let why = "not a time in ISO 8601 or Unix seconds (see --time-format)";
    conv("--time t", "v,t\n3.5,25.11.2026 21:00\n")
        .exits(3)
        .says(&[format!("conv: line 2: {why}: \"3.5,25.11.2026 21:00\""), closing(0, 1)]);
}

#[test]
fn a_date_alone_is_its_midnight_in_the_zone_of_the_times() {
    let text = "t,v\n2026-07-01,1\n2026-07-02T00:00:00Z,2\n";
    for (option, zone, first) in [
        ("", "UTC", "2026-07-01T00:00:00.000000Z"),
        ("--time-zone Europe/Berlin", "Europe/Berlin", "2026-06-30T22:00:00.000000Z"),
    ] {
        let told = format!("conv: line 2: a date alone is taken as its midnight in {zone}");
        conv(&format!("--time t {option}"), text)
            .exits(0)
            .writes(&format!("time\tv\n{first}\t1\n2026-07-02T00:00:00.000000Z\t2\n"))
            .says(&[told, closing(2, 0)]);
    }
    conv("--time t --time-format %F", "t,v\n2026-07-01,1\n").exits(0).says(&[closing(1, 0)]);
}

#[test]
fn names_that_begin_with_time_say_that_unix_seconds_may_stand_in_front() {
    conv("--names time,a,b", "1\t2\t3\n")
        .exits(0)
        .writes("time\ta\tb\n1970-01-01T00:00:01.000000Z\t2\t3\n")
        .says(&[closing_table(1, 2, 0, 0)]);
}
