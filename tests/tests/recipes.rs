//! The commands of `docs/recipes.md` do what it says: each prints exactly the rows that `printed` lists, worked
//! out by hand from its input.

mod printed;

use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use stage::format::time::Time;
use wandler_tests::iio::{FOLDER, NODE, make_device};
use wandler_tests::programs::root;
use wandler_tests::run::{Finished, Program};
use wandler_tests::serial::Serial;

use self::printed::PRINTED;

/// The recipe whose samples are random.
const RANDOM: &str = "conv --rate max --count 1000";

/// What a time of the clock is replaced by.
const NOW: &str = "NOW";

/// The commands in the last column of the tables.
fn commands() -> Vec<String> {
    let text = fs::read_to_string(root().join("docs/recipes.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix("` |"));
    let commands = rows.map(|row| row.rsplit_once(" | `").unwrap().1);
    commands.map(|command| command.replace("\\|", "|")).collect()
}

/// What the recipes have.
fn files(dir: &Path) {
    let words: Vec<u8> = (0..24).collect();
    let floats = |numbers: [f32; 3]| numbers.map(f32::to_be_bytes).concat();
    let wav = b"RIFF\x34\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x40\x1f\0\0\0\x7d\0\0\x04\0\x10\0data\x10\0\0\0";
    let stuck = "20\n20.05\n".repeat(30);
    for (name, bytes) in [
        ("temp1_input", &b"21500\n"[..]),
        ("hum1_input", b"48\n"),
        ("readings.txt", b"20\n20.5\n21\n"),
        ("sensor.txt", b"20\n20.5\n90\n21\n-40\n21.5\n"),
        ("stuck.txt", stuck.as_bytes()),
        ("codes.txt", b"0\n512\n1023\n"),
        ("commas.txt", b"1,25\n1,5\n"),
        ("scope.csv", b"X,CH1,CH2\n-1.0E-03,4.00E-03,2.40E-01\n-0.9E-03,0.00E+00,1.6E-01\n"),
        ("log.csv", b"Zeit;Temp\n29.10.2023 01:30;21,5\n29.10.2023 03:00;21,6\n"),
        ("station.txt", b"# Potsdam\n# 52.4 N\nday;temp;hum\n1;21.5;48\n2;21.6;49\n"),
        ("ms.csv", b"ts,temp\n1700000000000,21.5\n1700000001000,21.75\n1700000002000,23\n"),
        ("labels.txt", b"temp:21.5,hum:48\nhum:49 temp:21.6\n"),
        ("messages.json", b"{\"ts\":1700000000000,\"temp\":21.5,\"hum\":48}\n"),
        ("ds18b20.txt", b"85.0000\n21.4375\n21.5\n"),
        ("two.csv", b"a,b\n1,-999\nNA,2\n3,4\n"),
        ("words.raw", &words),
        ("floats.raw", &floats([0.1, 1.5, -2.5])),
        ("gaps.raw", &floats([0.1, f32::NAN, -2.5])),
        ("tone.wav", &[&wav[..], &words[..16]].concat()),
    ] {
        fs::write(dir.join(name), bytes).unwrap();
    }
    buffer(dir);
}

/// A device with a buffer, of 16 bits, 48 that pad them, and the time.
fn buffer(dir: &Path) {
    let elements =
        [("in_temp", true, 0, "le:s12/16>>0"), ("in_timestamp", true, 1, "le:s64/64>>0")];
    make_device(dir, &elements, &[("in_temp_offset", "-50"), ("in_temp_scale", "62.5")]);
    let scan = |raw: i64, time: i64| [raw.to_le_bytes(), time.to_le_bytes()].concat();
    let scans = [scan(394, 1_700_000_000_000_000_000), scan(-6, 1_700_000_000_010_000_000)];
    fs::write(dir.join(NODE), scans.concat()).unwrap();
}

/// Runs a command; what it needs from outside is given to it.
fn run(command: &str, dir: &Path) -> Finished {
    let mut serial = Serial::cooked();
    let command = command.replace("/dev/ttyUSB0", &serial.path).replace("iio:device0", FOLDER);
    let script = format!("set -euo pipefail\nexec {command}");
    let script = if command.contains('|') { script.replace("exec ", "") } else { script };
    if command.contains(".fifo") {
        let fifo = dir.join("readings.fifo");
        mkfifo(&fifo, Mode::S_IRWXU).unwrap();
        let running = Program::bash(&script).dir(dir).start();
        fs::write(&fifo, "1\n2\n3\n").unwrap();
        return running.finish();
    }
    let program = Program::bash(&script).dir(dir);
    if !command.contains(&serial.path) {
        return program.finish();
    }
    let running = serial.start(program);
    serial.send("9\n1\n2\n");
    running.wait_for_line("2");
    running.signal(Signal::SIGINT);
    running.finish()
}

/// What a command has printed, but for what is another each time.
fn lasting(command: &str, printed: &str) -> String {
    let without_time = |line: &str| match line.split_once('\t') {
        Some((time, rest)) if Time::parse(time.as_bytes()).is_some() => format!("{NOW}\t{rest}\n"),
        _ => format!("{line}\n"),
    };
    match command {
        RANDOM => {
            let is_right = |line: &&str| line.parse::<u32>().is_ok_and(|number| number <= 100);
            format!("{} integers from 0 to 100\n", printed.lines().filter(is_right).count())
        }
        command if command.contains("--stamp") => printed.lines().map(without_time).collect(),
        _ => printed.to_owned(),
    }
}

#[test]
fn every_recipe_prints_what_follows_from_its_input() {
    let listed: Vec<&str> = PRINTED.iter().map(|(command, ..)| *command).collect();
    assert_eq!(commands(), listed, "those of the tables, in their order");
    for (command, status, rows) in PRINTED {
        let dir = tempfile::tempdir().unwrap();
        files(dir.path());
        let finished = run(command, dir.path()).exits(*status);
        assert_eq!(lasting(command, &finished.stdout), *rows, "{command}: {finished}");
        assert!(!finished.stderr.contains("cannot"), "{command}: {finished}");
    }
}
