//! Tables behind what a station or an instrument says of itself, with a header and numbers of its own.

use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(options: &[&str], text: &str) -> Finished {
    Program::new("conv").words("--from -").args(options).input(text).finish()
}

/// A weather service's table of the station, and that of its data.
const WEATHER: &str = "latitude,longitude,elevation,zone,abbreviation\n52.52,13.42,38.0,GMT,GMT\n\n\
    time,temperature_2m (°C),wind (km/h)\n2026-11-20T00:00,4.1,10.2\n2026-11-20T01:00,4.0,9.9\n";

/// Rows of an oscilloscope have fewer fields than its header.
const NARROW: &str = "X,CH1,CH2,Start,Increment,\nSequence,Volt,Volt,-6.0e-04,1.0e-06\n\
    0,1.04e+00,-8.00e-02,\n1,1.05e+00,-8.10e-02,\n";

/// Another one has numbers for names.
const NUMBERED: &str = "x-axis,1,2\nsecond,Volt,Volt\n-5.00E-04,+1.0E-03,-2.5E+00\n\
    -4.99E-04,+2.0E-03,-2.6E+00\n";

/// A third one writes what it has set before the table.
const SEGMENTED: &str = "SCOPE12,12345,Waveform\nSegments,1,SegmentSize,1002\n\
    Segment,TrigTime,TimeSinceSegment1\n#1,01-Jan-2026 10:00:00,0\nTime,Ampl\n\
    -2.5e-6,0.01\n-2.4e-6,0.02\n";

const DOUBT: &str = "the table may only begin here: see --skip and --columns";

#[test]
fn columns_asked_for_by_name_are_found_behind_another_table() {
    conv(&["--columns", "temperature_2m", "--time", "time"], WEATHER)
        .exits(0)
        .writes(
            "time\ttemperature_2m (°C)\n2026-11-20T00:00:00.000000Z\t4.1\n\
             2026-11-20T01:00:00.000000Z\t4\n",
        )
        .says(&[
            "conv: line 4: the table begins here; 3 lines before it passed over",
            &closing(2, 0),
        ]);
    conv(&["--columns", "Ampl"], SEGMENTED).exits(0).writes("0.01\n0.02\n").says(&[
        "conv: line 5: the table begins here; 4 lines before it passed over",
        &closing(2, 0),
    ]);
}

#[test]
fn whoever_asks_for_no_names_is_told_of_the_other_header() {
    conv(&["--delimiter", ","], WEATHER).exits(3).says(&[
        "conv: line 2: column 4: not a number: \"GMT\"",
        "conv: line 2: column 5: not a number: \"GMT\"",
        "conv: line 4: 3 columns instead of 5: \"time,temperature_2m (°C),wind (km/h)\"",
        &format!("conv: line 4: {DOUBT}"),
        "conv: line 5: 3 columns instead of 5: \"2026-11-20T00:00,4.1,10.2\"",
        "conv: line 6: 3 columns instead of 5: \"2026-11-20T01:00,4.0,9.9\"",
        "conv: further rejections are counted, and summed up at the end",
        &closing_table(1, 5, 5, 0),
    ]);
    conv(&["--skip", "3", "--delimiter", ",", "--columns", "wind"], WEATHER)
        .exits(0)
        .writes("10.2\n9.9\n")
        .says(&[closing(2, 0)]);
}

#[test]
fn rows_that_are_narrower_than_their_header_are_told_what_to_skip() {
    conv(&["--columns", "CH1"], NARROW).exits(3).writes("").says(&[
        "conv: line 2: column 2: not a number: \"Volt\"",
        "conv: line 3: 4 columns instead of 5: \"0,1.04e+00,-8.00e-02,\"",
        &format!("conv: line 3: {DOUBT}"),
        "conv: line 4: 4 columns instead of 5: \"1,1.05e+00,-8.10e-02,\"",
        &closing(0, 3),
    ]);
    let skipped = conv(&["--skip", "2", "--columns", "2"], NARROW).exits(0);
    skipped.writes("1.04\n1.05\n").says(&[closing(2, 0)]);
}

#[test]
fn a_header_of_numbers_that_was_taken_for_a_row_is_doubted() {
    conv(&["--columns", "2"], NUMBERED).exits(3).writes("1\n0.001\n0.002\n").says(&[
        "conv: line 2: column 2: not a number: \"Volt\"",
        &format!("conv: line 2: {DOUBT}"),
        &closing(3, 1),
    ]);
    conv(&["--skip", "2", "--columns", "2"], NUMBERED)
        .exits(0)
        .writes("0.001\n0.002\n")
        .says(&[closing(2, 0)]);
    let words = "on,5\noff,6\non,x\n";
    conv(&["--columns", "2"], words)
        .exits(3)
        .writes("5\n6\n")
        .says(&["conv: line 3: column 2: not a number: \"x\"", &closing(2, 1)]);
}

#[test]
fn a_few_rows_may_stand_before_another_header_and_many_are_the_data() {
    let table = |rows: usize| format!("a,b\n{}c,d\n9,10\n", "1,2\n".repeat(rows));
    conv(&["--columns", "d"], &table(3)).exits(0).writes("10\n").says(&[
        "conv: line 5: the table begins here; 4 lines before it passed over",
        &closing(1, 0),
    ]);
    let why = "no column \"d\"; the header has \"a\", \"b\" (see --skip for a header further on)";
    let why = format!("conv: cannot take columns of standard input: {why}");
    conv(&["--columns", "d"], &table(4)).exits(1).writes("").says(&[why]);
    conv(&["--columns", "d", "--skip", "5"], &table(4)).exits(0).writes("10\n");
}
