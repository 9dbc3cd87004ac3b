//! The table of ends (`stage/src/stream/ending.rs`): every program, with each way that its input can
//! end, each kind of input, and each thing that may come last (what is expected: `table`). And a serial
//! line that is closed at random moments.
//!
//! The random test runs a few rounds; `WANDLER_ROUNDS=100` runs a hundred.

mod table;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use std::time::SystemTime;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use stage::process::message::counted;
use wandler_tests::proc;
use wandler_tests::random::Random;
use wandler_tests::rounds;
use wandler_tests::run::{Program, Running};
use wandler_tests::serial::Serial;

use self::table::{End, LASTS, Last, Reader, each};

/// Starts a reader, and lets it read all that came.
fn started(
    reader: Reader,
    end: End,
    last: Last,
    dir: &Path,
    stdin: impl Into<Stdio>,
    mut writer: impl Write,
) -> Running {
    let running = reader.program(dir, end).stdin(stdin).start();
    writer.write_all(reader.input(last)).unwrap();
    running.wait_until_blocked(running.pid());
    running
}

#[test]
fn the_clean_end_of_a_file() {
    each(|reader, last, dir| {
        fs::write(dir.join("input"), reader.input(last)).unwrap();
        let input = File::open(dir.join("input")).unwrap();
        let finished = reader.program(dir, End::Clean).stdin(input).finish();
        reader.check(End::Clean, last, "a file", dir, &finished);
    });
}

#[test]
fn the_clean_end_of_a_pipe() {
    each(|reader, last, dir| {
        let finished = reader.program(dir, End::Clean).input(reader.input(last)).finish();
        reader.check(End::Clean, last, "a pipe", dir, &finished);
    });
}

/// A FIFO that is open at both ends.
fn fifo(dir: &Path) -> (File, File) {
    let path = dir.join("fifo");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    // Opened for reading as well, so as not to wait for the other end.
    let both = OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let writer = OpenOptions::new().write(true).open(&path).unwrap();
    let reader = File::open(&path).unwrap();
    drop(both);
    (reader, writer)
}

#[test]
fn the_clean_end_of_a_fifo_and_a_stop_before_it() {
    each(|reader, last, dir| {
        let (input, writer) = fifo(dir);
        let running = started(reader, End::Clean, last, dir, input, &writer);
        drop(writer);
        reader.check(End::Clean, last, "a FIFO", dir, &running.finish());
    });
    each(|reader, last, dir| {
        let (input, writer) = fifo(dir);
        let running = started(reader, End::Stop, last, dir, input, &writer);
        running.signal(Signal::SIGINT);
        reader.check(End::Stop, last, "a FIFO", dir, &running.finish());
    });
}

#[test]
fn a_stop_while_a_pipe_is_open() {
    each(|reader, last, dir| {
        let (input, writer) = io::pipe().unwrap();
        let running = started(reader, End::Stop, last, dir, input, &writer);
        running.signal(Signal::SIGTERM);
        reader.check(End::Stop, last, "a pipe", dir, &running.finish());
    });
}

#[test]
fn a_pipe_that_ends_after_a_stop_has_a_clean_end_for_all_but_conv() {
    for reader in [Reader::Stat, Reader::Log] {
        let dir = tempfile::tempdir().unwrap();
        let (input, mut writer) = io::pipe().unwrap();
        let running = started(reader, End::Clean, Last::Nothing, dir.path(), input, &writer);
        running.signal(Signal::SIGTERM);
        writer.write_all(reader.input(Last::Half)).unwrap();
        drop(writer);
        reader.check(End::Clean, Last::Half, "a pipe", dir.path(), &running.finish());
    }
}

#[test]
fn a_deadline_while_a_pipe_is_open() {
    for reader in [Reader::ConvText, Reader::ConvWords] {
        for last in LASTS {
            let dir = tempfile::tempdir().unwrap();
            let (input, mut writer) = io::pipe().unwrap();
            writer.write_all(reader.input(last)).unwrap();
            let finished = reader.program(dir.path(), End::Deadline).stdin(input).finish();
            reader.check(End::Deadline, last, "a pipe", dir.path(), &finished);
        }
    }
}

#[test]
fn an_error_of_a_socket_and_its_clean_end() {
    each(|reader, last, dir| {
        let (input, writer) = UnixStream::pair().unwrap();
        // Bytes that are unread when the other side is closed make the end a reset.
        (&input).write_all(b"unread").unwrap();
        let running = started(reader, End::Error, last, dir, OwnedFd::from(input), &writer);
        drop(writer);
        reader.check(End::Error, last, "a socket", dir, &running.finish());
    });
    each(|reader, last, dir| {
        let (input, writer) = UnixStream::pair().unwrap();
        let running = started(reader, End::Clean, last, dir, OwnedFd::from(input), &writer);
        drop(writer);
        reader.check(End::Clean, last, "a socket", dir, &running.finish());
    });
}

/// What `conv` reports of a device at the beginning, if the device ends a line first.
fn said_of_device(reader: Reader, last: Last) -> Vec<String> {
    let sending = "conv: standard input may have been sending before";
    match reader {
        Reader::ConvText if last != Last::Nothing => {
            vec![format!("{sending}: 1 byte up to the first line end dropped")]
        }
        Reader::ConvWords => vec![format!("{sending}: nothing tells where a word begins")],
        _ => vec![],
    }
}

#[test]
fn a_hang_up_of_a_terminal_and_a_stop_before_it() {
    for end in [End::HungUp, End::Stop] {
        each(|reader, last, dir| {
            let mut serial = Serial::raw();
            let running = serial.start(reader.program(dir, end).stdin(serial.line()));
            if reader == Reader::ConvText && last != Last::Nothing {
                serial.send("0\n");
            }
            serial.send_to(&running, reader.input(last));
            match end {
                End::HungUp => serial.hang_up(),
                _ => running.signal(Signal::SIGTERM),
            }
            let before = said_of_device(reader, last);
            let finished = running.finish();
            reader.check_after(end, last, "a terminal", dir, &finished, &before);
        });
    }
}

/// Starts a reader whose controlling terminal is the line; also returns its process.
fn at_its_own_terminal(reader: Reader, dir: &Path, line: &Serial) -> (Running, Pid) {
    let program = reader.program(dir, End::Stop).wrapped(&["setsid", "--ctty", "--wait"]);
    let running = program.dir(dir).stdin(line.line()).start();
    let mut child = None;
    running.wait_until("it runs", || {
        child = proc::children(running.pid()).get(reader.name()).copied();
        child.is_some()
    });
    running.wait_until_blocked(child.unwrap());
    (running, child.unwrap())
}

#[test]
fn a_hang_up_of_its_own_terminal_is_a_stop() {
    each(|reader, last, dir| {
        let mut line = Serial::raw();
        let (running, child) = at_its_own_terminal(reader, dir, &line);
        line.send(reader.input(last));
        running.wait_until_blocked(child);
        line.hang_up();
        reader.check(End::Stop, last, "its own terminal", dir, &running.finish());
    });
}

#[test]
fn an_end_that_a_person_types_is_a_clean_one() {
    for reader in [Reader::ConvText, Reader::Stat, Reader::Log] {
        let dir = tempfile::tempdir().unwrap();
        let mut line = Serial::cooked();
        let (running, child) = at_its_own_terminal(reader, dir.path(), &line);
        line.send(reader.input(Last::Half));
        line.send("\x04");
        running.wait_until_blocked(child);
        line.send("\x04");
        let finished = running.finish();
        reader.check(End::Clean, Last::Half, "its own terminal", dir.path(), &finished);
    }
}

#[test]
fn the_end_of_a_recorded_file() {
    for (text, samples, said, status) in [
        ("", 0, vec![], 0),
        ("1\n101\n", 2, vec![], 0),
        ("1\n101", 1, vec!["log: \"run.log\": line 2: torn, without a line feed: \"101\""], 3),
    ] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("run.log"), text).unwrap();
        Program::new("log")
            .words("--check run.log")
            .dir(&dir)
            .finish()
            .exits(status)
            .writes(&format!("run.log: {}\n", counted(samples, "sample")))
            .says(&said);
    }
}

#[test]
fn half_a_record_is_not_merged() {
    let state = Program::new("stat").words("--state").input("1\n2\n").finish().exits(0).stdout;
    let record = state.lines().last().unwrap();
    let mut serial = Serial::raw();
    let running = serial.start(Program::new("stat").words("--merge").stdin(serial.line()));
    serial.send(record);
    serial.send_to(&running, "\n{\"n\":");
    running.signal(Signal::SIGTERM);
    let told = "line 2: cut off by the stop: 5 bytes dropped: \"{\\\"n\\\":\"";
    running.finish().exits(1).writes("").says(&[format!("stat: cannot merge {told}")]);
}

/// Sends numbers to `conv` in pieces, closes the line at a random byte, and checks that what `conv`
/// sent was sent to it whole.
fn close_at_a_random_byte(random: &mut Random, wait: bool) {
    let first = 10_000 + random.below(80_000);
    let text: String = (first..first + 200).map(|number| format!("{number}\n")).collect();
    let text = &text.as_bytes()[..1 + random.below(text.len() as u64) as usize];
    // It has begun to send before anything reads it.
    let before = random.below(text.len().min(20) as u64) as usize;
    let mut serial = Serial::raw();
    serial.send(&text[..before]);
    let running = serial.start(Program::new("conv").args(["--from", &serial.path]));
    let mut rest = &text[before..];
    let heard = String::from_utf8(rest.to_vec()).unwrap();
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(rest.len().min(1 + random.below(30) as usize));
        serial.send(piece);
        rest = behind;
    }
    if wait {
        running.wait_until_blocked(running.pid());
    }
    serial.hang_up();
    let finished = running.finish().exits(1);
    let whole: Vec<&str> = match heard.split_once('\n') {
        Some((_, lines)) => lines.split_inclusive('\n').filter(|it| it.ends_with('\n')).collect(),
        None => vec![],
    };
    let whole = whole.concat();
    let is_right =
        if wait { finished.stdout == whole } else { whole.starts_with(&finished.stdout) };
    assert!(is_right, "sent {heard:?}\n{finished}");
    assert!(finished.stdout.is_empty() || finished.stdout.ends_with('\n'), "{finished}");
    assert!(finished.stderr.contains(" hung up\n"), "{finished}");
    let half = heard.rsplit('\n').next().unwrap();
    if wait && !half.is_empty() {
        let unit = if half.len() == 1 { "byte" } else { "bytes" };
        let cut = format!("cut off by a hang-up: {} {unit} dropped", half.len());
        assert!(finished.stderr.contains(&cut), "{cut}\n{finished}");
    }
}

#[test]
fn a_line_that_is_closed_at_any_moment_gives_what_was_sent_whole_and_once() {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    for round in 0..rounds() {
        let seed = now.as_nanos() as u64 + u64::from(round);
        let mut random = Random::new(seed);
        // In half of the rounds, nothing that was sent is still on its way.
        for wait in [true, false] {
            close_at_a_random_byte(&mut random, wait);
        }
    }
}

#[test]
fn a_stop_that_ends_the_writer_as_well_is_a_stop_and_not_a_clean_end() {
    for (bytes, options, sent, dropped) in [
        ("1\\n101", "", "1\n", "line 2: cut off by the stop: 3 bytes dropped: \"101\""),
        ("a\\000b", "--format u16le", "97\n", "word 2: cut off by the stop: 1 byte dropped"),
    ] {
        let script = format!("(printf '{bytes}'; exec sleep 1000) | conv --from - {options}");
        for _ in 0..rounds() {
            let running = Program::bash(&script).start();
            running.wait_for_lines(1);
            running.signal_group(Signal::SIGINT);
            let dropped = format!("conv: {dropped}");
            let account = "conv: 1 samples sent, 0 rejected, 0 ticks missed".to_owned();
            running.finish().writes(sent).says(&[dropped, account]);
        }
    }
}

#[test]
fn what_was_counted_before_a_hang_up_is_in_the_last_record() {
    let mut serial = Serial::raw();
    let stat = Program::new("stat").args(["--every", "2"]).stdin(serial.line());
    let running = serial.start(stat);
    serial.send_to(&running, "1\n2\n3\n4.");
    running.wait_for_lines(1);
    serial.hang_up();
    let finished = running.finish().exits(1);
    let last: serde_json::Value =
        serde_json::from_str(finished.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["n"], &last["final"]), (&3.into(), &true.into()), "{finished}");
    assert!(finished.stderr.contains("stat: standard input hung up\n"), "{finished}");
}

#[test]
fn a_line_that_is_too_long_is_reported_once_even_if_a_stop_cuts_it_off() {
    for (program, words, account) in [
        ("conv", "--from -", Some("conv: 0 samples sent, 1 rejected, 0 ticks missed")),
        ("stat", "", None),
    ] {
        let (input, mut feed) = io::pipe().unwrap();
        let running = Program::new(program).words(words).stdin(input).start();
        feed.write_all(&[b'7'; 100_000]).unwrap();
        let told = format!("{program}: line 1: longer than 65536 bytes: \"{}…\"", "7".repeat(40));
        running.wait_for_message(&told);
        running.signal(Signal::SIGTERM);
        let said: Vec<&str> = [told.as_str()].into_iter().chain(account).collect();
        running.finish().exits(3).says(&said);
    }
}
