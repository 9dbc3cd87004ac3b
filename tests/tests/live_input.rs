//! Live input: files that are polled while they change, FIFOs, and what ends a stream that has no
//! end. (Terminals and serial lines: `serial_line.rs`.)

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use tempfile::TempDir;
use wandler_tests::account::closing;
use wandler_tests::proc;
use wandler_tests::run::{Program, Running};

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
    let sum = format!("conv: {rejected} readings rejected, the first 5 of them reported above");
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
            .says(&[closing(2, 0)]);
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
    conv("in_temp0_mean_raw").exits(0).writes("200750\n").says(&[closing(1, 0)]);
    let none = |name| {
        let what = "its raw readings are the samples";
        format!("conv: no scale lies beside \"{name}\": {what}")
    };
    let finished = conv("in_temp_object_raw").exits(0).writes("4\n");
    finished.says(&[none("in_temp_object_raw"), closing(1, 0)]);
    conv("in_temp_object_raw --scale 1").exits(0).writes("4\n").says(&[closing(1, 0)]);
    fs::write(dir.path().join("scale"), "0.5\n").unwrap();
    conv("in_temp_object_raw").exits(0).writes("2\n").says(&[closing(1, 0)]);
    fs::write(dir.path().join("in_scale"), "3\n").unwrap();
    conv("in_pressure_raw").exits(0).writes("15\n").says(&[closing(1, 0)]);
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
    running.finish().exits(0).writes("1\n25\n3\n").says(&[closing(3, 0)]);
}

#[test]
fn ctrl_c_ends_the_wait_for_a_fifos_writer() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("samples");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    let running = Program::new("conv").args(["--from"]).args([&path]).start();
    wait_until_opened(&running, &path);
    running.signal(Signal::SIGINT);
    running.finish().exits(0).writes("").says(&[closing(0, 0)]);
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
    finished.says(&[closing(count, 0)]);
}

#[test]
fn a_count_ends_a_stream_that_goes_on() {
    let endless = Program::new("conv").words("--from /dev/zero --format u8 --count 3").finish();
    endless.exits(0).writes("0\n0\n0\n").says(&[closing(3, 0)]);
    let mut running = Program::new("conv").words("--from - -n 2").stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(b"1\n2\n3\n").unwrap();
    running.finish().exits(0).writes("1\n2\n").says(&[closing(2, 0)]);
}

#[test]
fn a_duration_ends_a_stream_that_is_silent() {
    let mut running =
        Program::new("conv").words("--from - --duration 300ms").stdin(Stdio::piped()).start();
    let input = running.stdin();
    running.finish().exits(0).writes("").says(&[closing(0, 0)]);
    drop(input);
}

#[test]
fn a_duration_ends_a_stream_that_never_pauses() {
    let arguments = "--from /dev/zero --format u8 --duration 50ms";
    let null = File::create("/dev/null").unwrap();
    let finished = Program::new("conv").words(arguments).stdout(null).finish().exits(0);
    assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
}

#[test]
fn a_file_that_holds_no_number_is_asked_on_and_that_is_reported_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    fs::write(&path, "soon\n").unwrap();
    let running = Program::new("conv").words("--poll x --rate max --count 1").dir(&dir).start();
    for count in [100, 1000] {
        running.wait_for_message(&format!(
            "conv: {count} readings rejected so far, and none sent: reading {count}: not a number: \
             \"soon\"\n"
        ));
    }
    fs::write(dir.path().join("new"), "7\n").unwrap();
    fs::rename(dir.path().join("new"), &path).unwrap();
    running.finish().exits(3).writes("7\n");
}
