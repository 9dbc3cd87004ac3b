//! `conv --iio`: the scans of a buffer, as the kernel's ABI describes them, from a tree like the kernel's
//! with a FIFO or a file in the place of the device's node.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;
use wandler_tests::account::{closing, closing_table};
use wandler_tests::iio::{Element, FOLDER, NODE, make_device};
use wandler_tests::run::{Finished, Program};

/// 12 bits in the upper part of 16, a channel that is not enabled, 16 bits with the high byte first, and
/// the time.
const ELEMENTS: [Element<'_>; 4] = [
    ("in_timestamp", true, 4, "le:s64/64>>0"),
    ("in_voltage0", true, 0, "le:s12/16>>4"),
    ("in_voltage1", false, 1, "le:s12/16>>4"),
    ("in_temp", true, 3, "be:u16/16>>0"),
];

const ATTRIBUTES: [(&str, &str); 4] = [
    ("in_voltage_scale", "0.5"),
    ("in_temp_offset", "-100"),
    ("in_temp_scale", "250"),
    ("current_timestamp_clock", "realtime"),
];

/// Two scans: −3 and 2047, with bits below them that mean nothing; 110 and 100; padding; the time.
const SCANS: [u8; 32] = [
    0xda, 0xff, 0x00, 0x6e, 9, 9, 9, 9, 0x15, 0xcd, 0x85, 0x3d, 0xfe, 0x9c, 0x97, 0x17, //
    0xf3, 0x7f, 0x00, 0x64, 9, 9, 9, 9, 0x55, 0x0f, 0x95, 0x3d, 0xfe, 0x9c, 0x97, 0x17,
];

/// When the two scans were taken.
const TIMES: [&str; 2] = ["2023-11-14T22:13:20.123456789Z", "2023-11-14T22:13:20.124456789Z"];

/// A device whose buffer holds these bytes, and nothing more.
fn device(elements: &[Element<'_>], others: &[(&str, &str)], scans: &[u8]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    make_device(dir.path(), elements, others);
    fs::write(dir.path().join(NODE), scans).unwrap();
    dir
}

/// The same, whose buffer is a FIFO.
fn live_device() -> TempDir {
    let dir = device(&ELEMENTS, &ATTRIBUTES, &[]);
    fs::remove_file(dir.path().join(NODE)).unwrap();
    mkfifo(&dir.path().join(NODE), Mode::S_IRWXU).unwrap();
    dir
}

fn conv(words: &str, dir: &Path) -> Finished {
    Program::new("conv").args(["--iio", FOLDER]).words(words).dir(dir).finish()
}

/// The rows of both scans behind this header.
fn rows(header: &str, rows: [&str; 2]) -> String {
    let rows = [0, 1].map(|at| format!("{}\t{}\n", TIMES[at], rows[at]));
    format!("time\t{header}\n{}", rows.concat())
}

#[test]
fn each_scan_is_a_row_with_its_time_as_soon_as_it_has_come() {
    let dir = live_device();
    let running = Program::new("conv").args(["--iio", FOLDER]).dir(&dir).start();
    // Waits for its reader.
    let mut writer = File::options().write(true).open(dir.path().join(NODE)).unwrap();
    writer.write_all(&SCANS[..21]).unwrap();
    running.wait_for_line(&format!("{}\t-1.5\t2500", TIMES[0]));
    writer.write_all(&SCANS[21..]).unwrap();
    running.wait_for_line(&format!("{}\t1023.5\t0", TIMES[1]));
    running.signal(Signal::SIGINT);
    let finished = running.finish().exits(0).says(&[closing_table(2, 2, 0, 0)]);
    finished.writes(&rows("in_voltage0\tin_temp", ["-1.5\t2500", "1023.5\t0"]));
}

#[test]
fn channels_are_chosen_renamed_and_converted_as_the_user_says() {
    let dir = device(&ELEMENTS, &ATTRIBUTES, &SCANS);
    for (words, header, values) in [
        ("--columns in_temp", "in_temp", ["2500", "0"]),
        ("--columns 2,in_voltage0", "in_temp\tin_voltage0", ["2500\t-1.5", "0\t1023.5"]),
        ("--names u,t", "u\tt", ["-1.5\t2500", "1023.5\t0"]),
        // What is given for a channel is in the place of the kernel's, each by itself.
        ("--scale in_voltage0=2", "in_voltage0\tin_temp", ["-6\t2500", "4094\t0"]),
        ("--scale 1", "in_voltage0\tin_temp", ["-3\t10", "2047\t0"]),
        ("--offset 0 --scale 1", "in_voltage0\tin_temp", ["-3\t110", "2047\t100"]),
        ("--columns in_temp --map 100..110=7..8", "in_temp", ["8", "7"]),
        ("--columns in_voltage0 --missing -3", "in_voltage0", ["", "1023.5"]),
    ] {
        let finished = conv(words, dir.path()).exits(0);
        assert_eq!(finished.stdout, rows(header, values), "{words}: {finished}");
    }
    let finished = conv("--columns in_voltage0 --plausible 0..", dir.path()).exits(3);
    assert_eq!(finished.stdout, rows("in_voltage0", ["", "1023.5"]), "{finished}");
    finished.mentions("conv: scan 1: outside 0..: -1.5");
}

#[test]
fn a_device_is_also_found_by_its_node() {
    let dir = device(&ELEMENTS, &ATTRIBUTES, &SCANS);
    let folder = dir.path().join(FOLDER);
    for (device, dir) in [(NODE, dir.path()), ("./iio:device0", folder.parent().unwrap())] {
        let finished = Program::new("conv").args(["--iio", device]).dir(dir).finish().exits(0);
        finished.writes(&rows("in_voltage0\tin_temp", ["-1.5\t2500", "1023.5\t0"]));
    }
}

#[test]
fn one_channel_without_a_time_is_the_classic_stream() {
    let elements = [("in_count0", true, 0, "le:u8/8>>0")];
    let dir = device(&elements, &[], &[7, 255, 7]);
    let says = "conv: no scale for in_count0: the raw readings are the samples";
    conv("", dir.path()).exits(0).writes("7\n255\n7\n").says(&[says.to_owned(), closing(3, 0)]);
    let scaled = conv("--scale 0.5 --names n", dir.path()).exits(0).says(&[closing(3, 0)]);
    scaled.writes("3.5\n127.5\n3.5\n");
}

#[test]
fn words_of_every_width_lie_where_the_kernel_puts_them() {
    let elements = [
        ("in_rot_quaternion", true, 2, "le:s16/16X4>>0"),
        ("in_activity_walking", true, 0, "le:u3/8>>2"),
        ("in_pressure", true, 1, "be:f32/32>>0"),
    ];
    let mut scan = vec![0b1001_0110, 0, 0, 0];
    scan.extend(0.1f32.to_be_bytes());
    scan.extend([1i16, -2, 300, i16::MIN].map(i16::to_le_bytes).concat());
    let dir = device(&elements, &[("in_scale", "1")], &scan);
    conv("", dir.path()).exits(0).says(&[closing_table(1, 6, 0, 0)]).writes(
        "in_activity_walking\tin_pressure\tin_rot_quaternion_1\tin_rot_quaternion_2\t\
         in_rot_quaternion_3\tin_rot_quaternion_4\n5\t0.1\t1\t-2\t300\t-32768\n",
    );
}

#[test]
fn timestamps_of_another_clock_are_no_times_of_day() {
    let others = [("in_scale", "1"), ("current_timestamp_clock", "monotonic")];
    let dir = device(&ELEMENTS, &others, &SCANS);
    let told = format!(
        "conv: the timestamps of \"{FOLDER}\" are by its clock \"monotonic\", which is no time of \
         day, and left out (echo realtime > {FOLDER}/current_timestamp_clock, before the buffer is \
         enabled; or --stamp)"
    );
    conv("", dir.path())
        .exits(0)
        .writes("in_voltage0\tin_temp\n-3\t110\n2047\t100\n")
        .says(&[told, closing_table(2, 2, 0, 0)]);
    let stamped = conv("--stamp", dir.path()).exits(0).says(&[closing_table(2, 2, 0, 0)]);
    let lines: Vec<&str> = stamped.stdout.lines().collect();
    assert!(lines[0] == "time\tin_voltage0\tin_temp" && lines.len() == 3, "{stamped}");
    for (line, values) in lines[1..].iter().zip(["\t-3\t110", "\t2047\t100"]) {
        assert!(line.starts_with("20") && line.ends_with(values), "{stamped}");
        assert!(!line.starts_with("2023-11-14"), "its own time: {stamped}");
    }
}

#[test]
fn what_is_not_enabled_is_said_with_what_enables_it() {
    let cannot = |path: &str, text: &str, message: &str| {
        let dir = device(&ELEMENTS, &ATTRIBUTES, &SCANS);
        fs::write(dir.path().join(FOLDER).join(path), text).unwrap();
        conv("", dir.path()).exits(1).writes("").says(&[format!("conv: cannot {message}")]);
    };
    cannot(
        "buffer/enable",
        "0\n",
        &format!("read \"{FOLDER}\": its buffer is not enabled: echo 1 > {FOLDER}/buffer/enable"),
    );
    let file = format!("{FOLDER}/scan_elements/in_temp_type");
    let why = "not a format as in le:s12/16>>4: \"le:s12\"";
    cannot("scan_elements/in_temp_type", "le:s12\n", &format!("use \"{file}\": {why}"));
    let file = format!("{FOLDER}/scan_elements/in_temp_en");
    cannot(
        "scan_elements/in_temp_en",
        "yes\n",
        &format!("use \"{file}\": neither 0 nor 1: \"yes\""),
    );
    let why = "in_temp and in_voltage0 both have the index 0";
    let told = format!("read the scans of \"{FOLDER}\": {why}");
    cannot("scan_elements/in_temp_index", "0\n", &told);
    let dir =
        device(&ELEMENTS.map(|(name, _, index, format)| (name, false, index, format)), &[], &[]);
    conv("", dir.path()).exits(1).writes("").says(&[format!(
        "conv: cannot read \"{FOLDER}\": no channel is enabled: echo 1 > \
         {FOLDER}/scan_elements/in_temp_en"
    )]);
    fs::remove_dir_all(dir.path().join(FOLDER).join("scan_elements")).unwrap();
    conv("", dir.path()).exits(1).writes("").says(&[format!(
        "conv: cannot read the buffer of \"{FOLDER}\": it has none (--poll reads its channels one by \
         one)"
    )]);
}

#[test]
fn channels_that_are_not_there_are_named_with_those_that_are() {
    let dir = device(&ELEMENTS, &ATTRIBUTES, &SCANS);
    for (words, why) in [
        (
            "--columns in_voltage1",
            "no channel \"in_voltage1\" is enabled, but in_voltage0, in_temp",
        ),
        ("--columns 3", "there is no channel 3 of 2"),
        ("--columns in_timestamp", "in_timestamp is the time, not a channel"),
        ("--names a", "--names has 1 name for 2 channels"),
    ] {
        let why = format!("conv: cannot take columns of \"{FOLDER}\": {why}");
        conv(words, dir.path()).exits(1).writes("").says(&[why]);
    }
}

#[test]
fn a_scan_that_the_end_cuts_off_is_no_row() {
    let dir = device(&ELEMENTS, &ATTRIBUTES, &SCANS[..21]);
    let told = "conv: scan 2: torn: the stream ends after 5 of 16 bytes".to_owned();
    let finished = conv("--columns in_temp", dir.path()).exits(3);
    finished.writes(&format!("time\tin_temp\n{}\t2500\n", TIMES[0])).mentions(&told);
}

#[test]
fn what_a_buffer_does_not_have_is_refused() {
    for (words, why) in [
        ("--iio adc --reconnect", "--reconnect needs --from"),
        ("--iio adc --format u8", "--format needs --from"),
        ("--iio adc --time 1", "--time needs --from"),
        ("--iio adc --skip 1", "--skip needs --from"),
        ("--iio adc --channels 2", "--channels needs --from"),
        ("--iio adc --decimal ,", "--decimal needs --from"),
        ("--iio adc --baud 9600", "--baud needs --from"),
    ] {
        let why = format!("conv: {why}; try 'conv --help'");
        Program::new("conv").words(words).finish().exits(2).writes("").says(&[why]);
    }
    for other in [
        "--rate 5",
        "--period 1s",
        "--from x",
        "--poll x",
        "--signal sine",
        "--range 0..1",
        "--seed 1",
    ] {
        let finished = Program::new("conv").words("--iio adc").words(other).finish().exits(2);
        let (told, option) = (&finished.stderr, other.split(' ').next().unwrap());
        let is_told =
            ["--iio <DEVICE>", option, "cannot be used with"].iter().all(|it| told.contains(it));
        assert!(is_told, "{finished}");
    }
}

#[test]
fn a_pipeline_records_and_counts_every_scan() {
    let dir = live_device();
    let stages =
        ["--conv", &format!("--iio {FOLDER}"), "--log", "run.log", "--report", "--format json"];
    let running = Program::new("launcher").args(stages).dir(&dir).start();
    fs::write(dir.path().join(NODE), SCANS).unwrap();
    let finished = running.finish().exits(0);
    let recorded = fs::read_to_string(dir.path().join("run.log")).unwrap();
    assert_eq!(recorded, rows("in_voltage0\tin_temp", ["-1.5\t2500", "1023.5\t0"]), "{finished}");
    let records: Vec<&str> = finished.stdout.lines().rev().take(2).collect();
    assert_eq!(records.len(), 2, "{finished}");
    for (record, channel) in records.into_iter().zip(["in_temp", "in_voltage0"]) {
        let start = format!("{{\"channel\":\"{channel}\",\"n\":2,");
        assert!(record.starts_with(&start), "{finished}");
    }
}

#[test]
fn an_option_for_a_channel_that_is_not_enabled_is_refused_before_a_file_is_emptied() {
    let dir = device(&ELEMENTS, &ATTRIBUTES, &SCANS);
    fs::write(dir.path().join("run.log"), "7\n").unwrap();
    let conv = format!("--iio {FOLDER} --scale in_voltage1=2");
    let stages = ["--conv", &conv, "--log", "run.log --truncate"];
    let finished = Program::new("launcher").args(stages).dir(&dir).finish().exits(1).writes("");
    finished.says(&[
        "conv: --scale is given for a channel \"in_voltage1\", but there are in_voltage0, in_temp",
    ]);
    assert_eq!(fs::read_to_string(dir.path().join("run.log")).unwrap(), "7\n");
}
