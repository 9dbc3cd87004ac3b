//! A serial line or another terminal as `conv`'s input: where it begins, what its modes do to it, and
//! who else uses it.

use std::fs;

use nix::sys::signal::Signal;
use wandler_tests::account::closing;
use wandler_tests::run::Program;
use wandler_tests::serial::Serial;
use wandler_tests::terminal::Terminal;

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
        closing(3, 0),
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
    finished.says(&[before("standard input", 1), closing(4, 0)]);
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
    finished.says(&["conv: standard input hung up", &closing(256, 0)]);
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
        &closing(2, 0),
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
    finished.says(&[
        format!("conv: {name} {NOT_RAW}): {what_to_do}"),
        before(&name, 1),
        closing(2, 0),
    ]);
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
        closing(1, 0),
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
        assert!(rows.contains(&closing(2, 0)), "{rows:?}");
        assert!(!rows.iter().any(|row| row.contains("raw") || row.contains("before")), "{rows:?}");
    }
}
