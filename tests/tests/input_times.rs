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
    let not = "not a time in ISO 8601 or Unix seconds";
    let perhaps = |pattern: &str| format!("{not}, but perhaps of --time-format {pattern}");
    for (time, why) in [
        ("25.11.2026 21:00", perhaps("'%d.%m.%Y %H:%M'")),
        ("25.11.26 21:00:05", perhaps("'%d.%m.%y %H:%M:%S'")),
        ("25/11/2026 21:00", perhaps("'%d/%m/%Y %H:%M'")),
        ("11/25/2026 21:00", perhaps("'%m/%d/%Y %H:%M'")),
        ("2026/11/25 21:00:00", perhaps("'%Y/%m/%d %H:%M:%S'")),
        // Either may be the month.
        ("10/11/2026 21:00", format!("{not} (see --time-format)")),
        ("noon", format!("{not} (see --time-format)")),
    ] {
        conv("--time t --columns v", &format!("v,t\n3.5,{time}\n"))
            .exits(3)
            .says(&[format!("conv: line 2: {why}: \"3.5,{time}\""), closing(0, 1)]);
    }
}

#[test]
fn a_date_in_digits_alone_is_no_count_of_seconds() {
    let told = "conv: line 2: a date alone is taken as its midnight in UTC";
    conv("--time t", "t;v\n20250101;5\n20250102;6\n")
        .exits(0)
        .writes("time\tv\n2025-01-01T00:00:00.000000Z\t5\n2025-01-02T00:00:00.000000Z\t6\n")
        .says(&[told, &closing(2, 0)]);
    for (time, read) in [
        ("202503300215", "2025-03-30T02:15:00.000000Z"),
        ("20250330021559", "2025-03-30T02:15:59.000000Z"),
        // Of no date that is likely.
        ("18991231", "1970-08-08T19:20:31.000000Z"),
        ("20251301", "1970-08-23T09:21:41.000000Z"),
    ] {
        conv("--time t", &format!("t;v\n{time};5\n"))
            .exits(0)
            .writes(&format!("time\tv\n{read}\t5\n"))
            .says(&[closing(1, 0)]);
    }
    let (hour, unix) = ("2025-03-30T02:00:00.000000Z", "2034-03-03T21:10:02.000000Z");
    let why = "Unix seconds, or a date with its hour: add --time-format unix, or %Y%m%d%H";
    let text = "t;v\n2025033002;5\n";
    conv("--time t", text)
        .exits(3)
        .says(&[format!("conv: line 2: {why}: \"2025033002;5\""), closing(0, 1)]);
    for (format, time) in [("unix", unix), ("%Y%m%d%H", hour)] {
        let read = conv(&format!("--time t --time-format {format}"), text).exits(0);
        read.writes(&format!("time\tv\n{time}\t5\n"));
    }
    // What went before shows what it is.
    conv("--time t", "t;v\n1700000000;1\n20250101;5\n")
        .exits(0)
        .writes("time\tv\n2023-11-14T22:13:20.000000Z\t1\n1970-08-23T09:01:41.000000Z\t5\n");
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
