//! Live input: files that are polled while they change, FIFOs, a serial line, and what ends a
//! stream that has no end.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;
use wandler_tests::proc;
use wandler_tests::run::{Program, Running};
use wandler_tests::serial::Serial;
use wandler_tests::terminal::Terminal;

/// A directory with these files in it.
fn device(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

/// Replaces the file at `path`, so that no reader ever sees half of it.
fn replace(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).unwrap();
    fs::rename(&new, path).unwrap();
}

/// What `conv` says at the end of a stream.
fn sent(count: usize) -> String {
    format!("conv: {count} samples sent, 0 rejected, 0 ticks missed")
}

/// The number that stands before `what` in a message.
fn number_before(message: &str, what: &str) -> usize {
    let (before, _) = message.split_once(what).unwrap_or_else(|| panic!("{message}"));
    before.rsplit(' ').next().unwrap().parse().unwrap_or_else(|_| panic!("{message}"))
}

/// Waits until `conv` has opened `path`. By then it handles signals, and soon waits for input.
fn wait_until_opened(running: &Running, path: &Path) {
    let path = path.to_str().unwrap();
    running.wait_until(&format!("{path} is opened"), || {
        proc::descriptors(running.pid()).values().any(|open| open == path)
    });
}

#[test]
fn a_file_that_is_polled_while_it_changes_shows_each_value_in_turn() {
    let dir = device(&[("temp1_input", "21500\n")]);
    let path = dir.path().join("temp1_input");
    let running = Program::new("conv")
        .words("--poll temp1_input --scale 0.001 --period 1ms")
        .dir(&dir)
        .start();
    running.wait_for_line("21.5");
    // In place, as the kernel does it. Only one digit changes, so that no reader sees half of the
    // change.
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(b"21600\n", 0).unwrap();
    running.wait_for_line("21.6");
    replace(&path, "-40");
    running.wait_for_line("-0.04");
    running.signal(Signal::SIGINT);
    let finished = running.finish().exits(0).accounts_for(0);
    let mut shown: Vec<&str> = finished.stdout.lines().collect();
    shown.dedup();
    assert_eq!(shown, ["21.5", "21.6", "-0.04"]);
}

#[test]
fn a_file_that_is_gone_for_a_while_is_reported_and_read_again_later() {
    let dir = device(&[("reading", "1\n")]);
    let path = dir.path().join("reading");
    let running = Program::new("conv").words("--poll reading --period 1ms").dir(&dir).start();
    running.wait_for_line("1");
    fs::remove_file(&path).unwrap();
    running.wait_for_message("further rejections are counted");
    replace(&path, "2");
    running.wait_for_line("2");
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(3);
    let mut shown: Vec<&str> = finished.stdout.lines().collect();
    shown.dedup();
    assert_eq!(shown, ["1", "2"]);
    // How many readings come before and during the absence depends on the machine's speed.
    let told: Vec<&str> = finished.stderr.lines().collect();
    let first = number_before(told[0], ": cannot");
    for (at, line) in told[..5].iter().enumerate() {
        let reading = first + at;
        let cause = "cannot open \"reading\": No such file or directory";
        assert_eq!(*line, format!("conv: reading {reading}: {cause}"), "{finished}");
    }
    assert_eq!(told[5], "conv: further rejections are counted, and summed up at the end");
    let rejected = number_before(told.last().unwrap(), " rejected");
    let sum = format!("conv: {rejected} readings rejected, the first 5 of them told above");
    assert_eq!(told.contains(&sum.as_str()), rejected > 5, "{finished}");
    finished.accounts_for(rejected);
}

#[test]
fn a_file_without_a_number_yet_is_reported_and_the_run_goes_on() {
    let dir = device(&[("reading", "soon\n")]);
    let running = Program::new("conv").words("--poll reading --period 1ms").dir(&dir).start();
    running.wait_for_message("reading 1: ");
    replace(&dir.path().join("reading"), "7 \r\n");
    running.wait_for_line("7");
    running.signal(Signal::SIGINT);
    let finished = running.finish().exits(3).mentions("conv: reading 1: not a number: \"soon\"");
    assert!(finished.stdout.lines().all(|line| line == "7"), "{finished}");
}

#[test]
fn an_iio_channel_is_read_with_the_offset_and_scale_beside_it() {
    let dir = device(&[
        ("in_voltage0_raw", "2051\n"),
        ("in_voltage0_offset", "-2048\n"),
        ("in_voltage0_scale", "0.1\n"),
        ("in_voltage1_raw", "7\n"),
        ("in_voltage_scale", "0.805664062\n"),
    ]);
    for (words, samples) in [
        ("in_voltage0_raw", "0.3\n0.3\n"),
        ("in_voltage0_raw --scale 2", "6\n6\n"),
        ("in_voltage0_raw --offset 0 --scale 1", "2051\n2051\n"),
        ("in_voltage1_raw", "5.639648434\n5.639648434\n"),
        ("in_voltage0_scale", "0.1\n0.1\n"),
    ] {
        Program::new("conv")
            .words("--rate max --count 2 --poll")
            .words(words)
            .dir(&dir)
            .finish()
            .exits(0)
            .writes(samples)
            .says(&[sent(2)]);
    }
}

#[test]
fn an_iio_channel_takes_the_scale_that_is_shared_and_says_if_there_is_none() {
    let dir = device(&[
        ("in_temp0_mean_raw", "803\n"),
        ("in_temp0_scale", "250\n"),
        ("in_temp_object_raw", "4\n"),
        ("in_pressure_raw", "5\n"),
    ]);
    let conv = |words: &str| {
        Program::new("conv").words("--count 1 --poll").words(words).dir(&dir).finish()
    };
    conv("in_temp0_mean_raw").exits(0).writes("200750\n").says(&[sent(1)]);
    let none = |name| {
        let what = "its raw readings are the samples";
        format!("conv: no scale lies beside \"{name}\": {what}")
    };
    let finished = conv("in_temp_object_raw").exits(0).writes("4\n");
    finished.says(&[none("in_temp_object_raw"), sent(1)]);
    conv("in_temp_object_raw --scale 1").exits(0).writes("4\n").says(&[sent(1)]);
    fs::write(dir.path().join("scale"), "0.5\n").unwrap();
    conv("in_temp_object_raw").exits(0).writes("2\n").says(&[sent(1)]);
    fs::write(dir.path().join("in_scale"), "3\n").unwrap();
    conv("in_pressure_raw").exits(0).writes("15\n").says(&[sent(1)]);
}

#[test]
fn an_iio_channel_whose_scale_is_not_a_number_is_not_read() {
    let dir = device(&[("in_temp_raw", "1\n"), ("in_temp_scale", "much\n")]);
    let running = Program::new("conv").words("--poll in_temp_raw").dir(&dir).finish();
    running
        .exits(1)
        .writes("")
        .says(&["conv: cannot use \"in_temp_scale\": not a number: \"much\""]);
}

#[test]
fn a_fifo_may_be_opened_before_its_writer_comes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("samples");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    let running = Program::new("conv").args(["--from"]).args([&path]).start();
    wait_until_opened(&running, &path);
    let mut writer = File::options().write(true).open(&path).unwrap();
    writer.write_all(b"1\n2").unwrap();
    running.wait_for_line("1");
    writer.write_all(b"5\n3").unwrap();
    running.wait_for_line("25");
    drop(writer);
    running.finish().exits(0).writes("1\n25\n3\n").says(&[sent(3)]);
}

#[test]
fn ctrl_c_ends_the_wait_for_a_fifos_writer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("samples");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    let running = Program::new("conv").args(["--from"]).args([&path]).start();
    wait_until_opened(&running, &path);
    running.signal(Signal::SIGINT);
    running.finish().exits(0).writes("").says(&[sent(0)]);
}

#[test]
fn ctrl_c_ends_a_stream_that_never_pauses() {
    let null = File::create("/dev/null").unwrap();
    let arguments = "--from /dev/zero --format s16le";
    let running = Program::new("conv").words(arguments).stdout(null).start();
    wait_until_opened(&running, Path::new("/dev/zero"));
    running.signal(Signal::SIGINT);
    let finished = running.finish().exits(0);
    let count = number_before(&finished.stderr, " samples sent");
    finished.says(&[sent(count)]);
}

/// What `conv` says of the bytes before the first line end of a device.
fn before(name: &str, bytes: usize) -> String {
    let unit = if bytes == 1 { "byte" } else { "bytes" };
    let dropped = format!("{bytes} {unit} up to the first line end dropped");
    format!("conv: {name} may have been sending before: {dropped}")
}

#[test]
fn a_serial_line_is_read_from_its_first_line_end_until_it_is_hung_up() {
    let mut serial = Serial::raw();
    serial.send_ahead("19.5\n20.5\n");
    let running = serial.start(Program::new("conv").args(["--from", &serial.path]));
    serial.send("20.50\r\n");
    for (text, sample) in [("21.50\r\n", "21.5"), ("21.5", ""), ("1\r\n+021.52\r\n", "21.52")] {
        serial.send(text);
        if !sample.is_empty() {
            running.wait_for_line(sample);
        }
    }
    serial.send_to(&running, "1013.27");
    let name = format!("{:?}", serial.path);
    serial.hang_up();
    running.finish().exits(1).writes("21.5\n21.51\n21.52\n").says(&[
        format!("conv: {name} was sending before: 10 bytes that waited in it dropped"),
        before(&name, 5),
        "conv: line 4: cut off by a hang-up: 7 bytes dropped: \"1013.27\"".to_owned(),
        format!("conv: {name} hung up"),
        sent(3),
    ]);
}

#[test]
fn a_line_is_a_sample_at_its_cr_and_an_lf_may_come_later() {
    let mut serial = Serial::raw();
    let running = serial.start(Program::new("conv").words("--from -").stdin(serial.line()));
    for (text, sample) in [("0\r1\r", "1"), ("2\r", "2"), ("\n3", ""), ("\r", "3"), ("4\n", "4")] {
        serial.send(text);
        if !sample.is_empty() {
            running.wait_for_line(sample);
        }
    }
    running.signal(Signal::SIGINT);
    let finished = running.finish().exits(0).writes("1\n2\n3\n4\n");
    finished.says(&[before("standard input", 1), sent(4)]);
}

#[test]
fn what_has_no_line_end_at_all_is_counted() {
    let mut serial = Serial::raw();
    let running = serial.start(Program::new("conv").args(["--from", &serial.path]));
    serial.send_to(&running, "21.5;22;");
    let name = format!("{:?}", serial.path);
    serial.hang_up();
    running.finish().exits(1).writes("").says(&[
        format!("conv: {name} has sent no line end: cut off by a hang-up: 8 bytes dropped"),
        format!("conv: {name} hung up"),
    ]);
}

#[test]
fn a_serial_line_that_sends_something_foreign_is_refused() {
    for (bytes, kind) in [
        (&b"#800000004\x01\0\x02\0\n"[..], "it is an instrument's block with a header of 10 bytes"),
        (b"\xff\xfe1\0\n\0", "it is UTF-16"),
        (b"\xef\xbb\xbf1\n", "it begins with a byte order mark"),
    ] {
        let mut serial = Serial::raw();
        let running = serial.start(Program::new("conv").args(["--from", &serial.path]));
        serial.send(bytes);
        let finished = running.finish().exits(1).writes("");
        let refused = format!("conv: cannot take samples from \"{}\": {kind}: ", serial.path);
        let lines: Vec<&str> = finished.stderr.lines().collect();
        assert!(lines.len() == 1 && lines[0].starts_with(&refused), "{finished}");
    }
}

#[test]
fn raw_words_come_through_a_serial_line_as_they_are() {
    let mut serial = Serial::raw();
    // Among them the bytes of Ctrl-C, Ctrl-D, XON, XOFF, CR and LF.
    let bytes: Vec<u8> = (0..=255).collect();
    let running =
        serial.start(Program::new("conv").words("--from - --format u8").stdin(serial.line()));
    serial.send(&bytes);
    running.wait_for_lines(256);
    serial.hang_up();
    let samples: String = bytes.iter().map(|byte| format!("{byte}\n")).collect();
    let finished = running.finish().exits(1).writes(&samples);
    finished.says(&["conv: standard input hung up", &sent(256)]);
}

#[test]
fn on_a_serial_line_nothing_shows_where_a_word_of_two_bytes_begins() {
    let mut serial = Serial::raw();
    let running =
        serial.start(Program::new("conv").words("--from - --format u16le").stdin(serial.line()));
    serial.send_to(&running, b"\x01\0\x02\0\x03");
    serial.hang_up();
    running.finish().exits(1).writes("1\n2\n").says(&[
        "conv: standard input may have been sending before: nothing tells where a word begins",
        "conv: word 3: cut off by a hang-up: 1 byte dropped",
        "conv: standard input hung up",
        &sent(2),
    ]);
}

/// How `conv` says that a new line is not raw.
const NOT_RAW: &str = "is not raw (echo, line editing, CR translation, signals";

#[test]
fn a_line_that_is_not_raw_is_reported_once_and_gives_no_raw_words() {
    let mut serial = Serial::cooked();
    let name = format!("{:?}", serial.path);
    let what_to_do = format!("set it with stty -F {name} raw -echo");
    let running = serial.start(Program::new("conv").args(["--from", &serial.path]));
    serial.send("0\n1\n2\n");
    running.wait_for_line("2");
    running.signal(Signal::SIGINT);
    let finished = running.finish().exits(0).writes("1\n2\n");
    finished.says(&[format!("conv: {name} {NOT_RAW}): {what_to_do}"), before(&name, 1), sent(2)]);
    let words = Program::new("conv").args(["--format", "u8", "--from", &serial.path]).finish();
    let refused = format!("cannot read raw words from {name}: it {NOT_RAW}, XON/XOFF)");
    words.exits(1).writes("").says(&[format!("conv: {refused}: {what_to_do}")]);
}

#[test]
fn byte_4_ends_a_line_that_is_not_raw_and_is_no_orderly_end() {
    let mut serial = Serial::cooked();
    let running = serial.start(Program::new("conv").words("--from -").stdin(serial.line()));
    serial.send_to(&running, "0\n1\n101\x04");
    serial.send("\x04");
    running.finish().exits(1).writes("1\n").says(&[
        format!("conv: standard input {NOT_RAW}): set it with stty -F DEVICE raw -echo"),
        before("standard input", 1),
        "conv: line 2: cut off by byte 4: 3 bytes dropped: \"101\"".to_owned(),
        "conv: cannot read standard input: byte 4 ended it: it is not raw".to_owned(),
        sent(1),
    ]);
}

#[test]
fn a_second_conv_on_one_line_is_refused_and_the_first_goes_on() {
    let mut serial = Serial::raw();
    let name = format!("{:?}", serial.path);
    let first = serial.start(Program::new("conv").args(["--from", &serial.path]));
    let locked = format!("conv: cannot lock {name}: another program is reading it");
    // A user who is not root does not even get that far.
    let busy = format!("conv: cannot open {name}: Device or resource busy");
    let second = Program::new("conv").args(["--from", &serial.path]).finish().exits(1).writes("");
    assert!([locked, busy].contains(&second.stderr.trim_end().to_owned()), "{second}");
    serial.send("0\n1\n");
    first.wait_for_line("1");
    first.signal(Signal::SIGINT);
    first.finish().exits(0).writes("1\n");
    let third = serial.start(Program::new("conv").args(["--from", &serial.path]));
    serial.send("0\n2\n");
    third.wait_for_line("2");
    third.signal(Signal::SIGINT);
    third.finish().exits(0).writes("2\n");
}

#[test]
fn at_its_own_terminal_a_person_types_and_nothing_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    for from in ["-", "/dev/tty"] {
        let mut terminal = Terminal::new(80, 24);
        let script = format!("conv --from {from} > samples; echo ended with $?");
        let running = terminal.bash(&script, dir.path(), &[]);
        terminal.types("1\n2\n\x04");
        terminal.wait_for("ended with 0");
        running.finish().exits(0);
        assert_eq!(fs::read_to_string(dir.path().join("samples")).unwrap(), "1\n2\n");
        let rows = terminal.rows();
        assert!(rows.contains(&sent(2)), "{rows:?}");
        assert!(!rows.iter().any(|row| row.contains("raw") || row.contains("before")), "{rows:?}");
    }
}

#[test]
fn a_count_ends_a_stream_that_goes_on() {
    let endless = Program::new("conv").words("--from /dev/zero --format u8 --count 3").finish();
    endless.exits(0).writes("0\n0\n0\n").says(&[sent(3)]);
    let mut running = Program::new("conv").words("--from - -n 2").stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n2\n3\n").unwrap();
    running.finish().exits(0).writes("1\n2\n").says(&[sent(2)]);
}

#[test]
fn a_duration_ends_a_stream_that_is_silent() {
    let mut running =
        Program::new("conv").words("--from - --duration 300ms").stdin(Stdio::piped()).start();
    let input = running.stdin();
    running.finish().exits(0).writes("").says(&[sent(0)]);
    drop(input);
}

#[test]
fn a_duration_ends_a_stream_that_never_pauses() {
    let arguments = "--from /dev/zero --format u8 --duration 50ms";
    let null = File::create("/dev/null").unwrap();
    let finished = Program::new("conv").words(arguments).stdout(null).finish().exits(0);
    assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
}
