//! What `log` leaves on a disk that loses its power at any moment.
//!
//! The real `log` records, and its calls to the disk are noted. They are then repeated on the model in
//! [`wandler_tests::disk`]; after each of them, everything that a crash may leave is checked against
//! [`wandler_tests::promise`].

use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::Path;
use std::process::Stdio;

use wandler_tests::disk::{Call, Disk, Files};
use wandler_tests::faults::{self, FAULTS, Library, TRACE};
use wandler_tests::promise::{Asked, check};
use wandler_tests::random::Random;
use wandler_tests::rounds;
use wandler_tests::run::{Program, Running};

/// A `log` that is to be run.
#[derive(Clone)]
struct Recording<'a> {
    options: &'a str,
    /// What fails.
    faults: &'a str,
    keep: u32,
    before: Files,
    /// The numbers that are sent, a line each.
    samples: Range<u32>,
}

/// This many samples make about four files of 256 bytes.
const SAMPLES: Range<u32> = 1..301;

impl Recording<'_> {
    fn new(options: &str, keep: u32) -> Recording<'_> {
        Recording { options, faults: "", keep, before: Files::new(), samples: SAMPLES }
    }

    fn sent(&self) -> Vec<u8> {
        self.samples.clone().map(|sample| format!("{sample}\n")).collect::<String>().into_bytes()
    }

    fn asked(&self) -> Asked {
        let is_durable_when_passed =
            ["--pass", "--sync always"].iter().all(|it| self.options.contains(it));
        Asked {
            name: "run.log".to_owned(),
            sent: self.sent(),
            keep: self.keep,
            is_durable_when_passed,
            has_times: self.options.contains("--timestamps"),
        }
    }

    /// Runs it to a good end; returns what it did to the disk.
    fn run(&self, library: &Library, seed: u64) -> Vec<Call> {
        let dir = tempfile::tempdir().unwrap();
        for (name, bytes) in &self.before {
            fs::write(dir.path().join(name), bytes).unwrap();
        }
        let traces = tempfile::tempdir().unwrap();
        let trace = traces.path().join("trace");
        let log = Program::new("log").words(self.options);
        let log = match self.options.contains("--rotate") {
            true => log.args(["--keep", &self.keep.to_string()]),
            false => log,
        };
        let log = library.preloaded(log.args(["run.log"]).dir(&dir));
        let log = log.env(TRACE, &trace).env(FAULTS, self.faults);
        let mut running = log.stdin(Stdio::piped()).start();
        feed(&mut running, &self.sent(), &trace, &mut Random::new(seed));
        running.finish().exits(0);
        let calls = faults::trace(&trace, dir.path());
        let mut disk = Disk::new(&self.before);
        calls.iter().for_each(|call| disk.apply(call));
        let is_whole = disk.now() == files_in(dir.path());
        assert!(is_whole, "the trace leaves something out:\n{}", listed(&calls));
        calls
    }

    /// Lets the power fail at every moment of a run.
    fn check(&self, seed: u64) -> Option<Vec<Call>> {
        let library = Library::built()?;
        let calls = self.run(library, seed);
        self.judge(&calls, seed);
        Some(calls)
    }

    fn judge(&self, calls: &[Call], seed: u64) {
        let looked_at = check(&self.before, calls, &self.asked(), seed)
            .unwrap_or_else(|violation| panic!("log {}, seed {seed}: {violation}", self.options));
        assert!(looked_at > calls.len() as u64 + 1, "nothing was ever left unsynced");
    }

    /// What a crash may leave, at some moment.
    fn crashed(&self, calls: &[Call], random: &mut Random) -> Files {
        let mut disk = Disk::new(&self.before);
        let count = random.below(calls.len() as u64 + 1) as usize;
        calls[..count].iter().for_each(|call| disk.apply(call));
        let choices = disk.choices(1000, random);
        disk.after(&choices[random.below(choices.len() as u64) as usize])
    }
}

/// Sends `text` in pieces of a few lines, some cut within a line; each only when the one before
/// has been written, so that there are many batches.
fn feed(running: &mut Running, text: &[u8], trace: &Path, random: &mut Random) {
    let mut input = running.stdin();
    let written = || fs::read_to_string(trace).unwrap_or_default().matches("\nwrite ").count();
    let mut rest = text;
    while !rest.is_empty() {
        let size = (1 + random.below(16) as usize).min(rest.len());
        let (piece, others) = rest.split_at(size);
        let before = written();
        input.write_all(piece).unwrap();
        if piece.contains(&b'\n') {
            running.wait_until("the lines are written", || written() > before);
        }
        rest = others;
    }
}

fn files_in(dir: &Path) -> Files {
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    files
        .map(|file| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap()))
        .collect()
}

fn files(files: &[(&str, &str)]) -> Files {
    files.iter().map(|(name, text)| (name.to_string(), text.as_bytes().to_vec())).collect()
}

fn listed(calls: &[Call]) -> String {
    calls.iter().map(|call| format!("{call}\n")).collect()
}

/// How often the file was rotated.
fn rotations(calls: &[Call]) -> usize {
    let is_one = |call: &&Call| matches!(call, Call::Rename { from, .. } if from == "run.log");
    calls.iter().filter(is_one).count()
}

#[track_caller]
fn rotates_and_keeps_its_promises(recording: &Recording) {
    if let Some(calls) = recording.check(1) {
        assert!(rotations(&calls) >= 3, "too few rotations:\n{}", listed(&calls));
    }
}

#[test]
fn synced_always_each_batch_survives() {
    rotates_and_keeps_its_promises(&Recording::new("--rotate 256 --sync always", 10));
}

#[test]
fn synced_in_time_what_was_synced_survives() {
    rotates_and_keeps_its_promises(&Recording::new("--rotate 256 --sync 5ms", 10));
}

#[test]
fn never_synced_before_the_end_what_was_rotated_survives() {
    rotates_and_keeps_its_promises(&Recording::new("--rotate 256 --sync never", 10));
}

#[test]
fn what_was_passed_on_survives() {
    rotates_and_keeps_its_promises(&Recording::new("--rotate 256 --pass --sync always", 10));
}

#[test]
fn lines_that_the_disk_takes_in_pieces_survive() {
    let faults = "write:1-:short=3";
    let recording = Recording { faults, ..Recording::new("--rotate 256 --sync always", 10) };
    rotates_and_keeps_its_promises(&recording);
}

#[test]
fn only_the_oldest_lines_are_dropped() {
    for keep in [1, 2] {
        rotates_and_keeps_its_promises(&Recording::new("--rotate 256 --sync always", keep));
    }
}

#[test]
fn files_with_times_in_their_names_survive_and_only_the_oldest_are_dropped() {
    for keep in [1, 2, 10] {
        for sync in ["always", "5ms", "never"] {
            let options = format!("--rotate 256 --name-by time --sync {sync}");
            rotates_and_keeps_its_promises(&Recording::new(&options, keep));
        }
    }
}

#[test]
fn files_from_earlier_survive_and_so_does_a_torn_tail() {
    // As a crash leaves them, in the middle of moving the old files up.
    let before = files(&[
        ("run.log", "1005\n1006\n-7.5"),
        ("run.log.1", "1004\n"),
        ("run.log.3", "1002\n1003\n"),
        ("run.log.4", "1001\n"),
    ]);
    let recording = Recording { before, ..Recording::new("--rotate 256 --sync always", 10) };
    rotates_and_keeps_its_promises(&recording);
}

#[test]
fn what_is_more_than_is_kept_is_dropped_the_oldest_first() {
    let before = files(&[
        ("run.log", "1005\n"),
        ("run.log.1", "1004\n"),
        ("run.log.2", "1003\n"),
        ("run.log.3", "1002\n"),
        ("run.log.4", "1001\n"),
    ]);
    let recording = Recording { before, ..Recording::new("--rotate 256 --sync always", 2) };
    rotates_and_keeps_its_promises(&recording);
}

#[test]
fn a_recording_that_is_not_rotated_survives() {
    for sync in ["always", "5ms", "never"] {
        let options = format!("--sync {sync}");
        Recording::new(&options, 10).check(1);
    }
}

#[test]
fn lines_with_times_survive_and_each_file_has_its_header() {
    for (form, faults) in [("iso", ""), ("unix", "write:1-:short=3")] {
        let options = format!("--rotate 256 --sync always --timestamps {form}");
        let samples = 1..51;
        let recording = Recording { samples, faults, ..Recording::new(&options, 20) };
        rotates_and_keeps_its_promises(&recording);
    }
}

#[test]
fn files_from_before_there_was_a_header_survive_and_so_does_a_torn_header() {
    let old = "1000000000.000000\t1001\n";
    for file in ["1000000001.000000\t1002\n1000000002.0", "time\tva", "time\tvalue\n"] {
        let before = files(&[("run.log", file), ("run.log.1", old)]);
        let recording = Recording::new("--rotate 256 --sync always --timestamps unix", 20);
        rotates_and_keeps_its_promises(&Recording { before, samples: 1..51, ..recording });
    }
}

/// Recordings that go on where a crash ended the one before them.
const GENERATIONS: u32 = 5;

#[test]
fn starts_after_crashes_go_on_and_crash_themselves() {
    let Some(library) = Library::built() else { return };
    let all = ["", " --timestamps unix", " --name-by time"]
        .map(|it| format!("--rotate 256 --sync always{it}"));
    for (seed, options) in
        (0..u64::from(rounds())).flat_map(|seed| all.iter().map(move |it| (seed, it)))
    {
        let mut random = Random::new(seed);
        let mut recording = Recording::new(options, 4);
        for generation in 1..=GENERATIONS {
            recording.samples = 1000 * generation + 1..1000 * generation + 101;
            let calls = recording.run(library, seed);
            recording.judge(&calls, seed);
            recording.before = recording.crashed(&calls, &mut random);
        }
    }
}
