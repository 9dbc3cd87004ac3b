//! Short pipelines, a stage of which, or the reader of the report, is killed at a random moment. Without
//! `stat` or `report` the recording goes on; in the place of a pipeline that ended for it, another one goes
//! on in the same file. What is recorded is compared with what was sent.

use std::fmt;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use wandler_tests::abuse::{Pace, Reader};
use wandler_tests::account::count;
use wandler_tests::proc;
use wandler_tests::run::{Finished, Program, Running};

use crate::verdict::sent;

/// How long such a pipeline lives at most.
const LONGEST: Duration = Duration::from_millis(500);

/// Which process may be killed.
const STAGES: [&str; 5] = ["conv", "tee", "log", "stat", "report"];

/// The samples of the first pipeline, and those of the one in its place.
const FIRST: &str = "--seed 2";
const SECOND: &str = "--seed 3";

/// How often each was done.
#[derive(Default)]
pub(crate) struct Counts {
    killed_stages: u64,
    replaced: u64,
    killed_readers: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { killed_stages, replaced, killed_readers } = self;
        write!(
            formatter,
            "{killed_stages} stages killed, {replaced} of them replaced with their pipelines, and \
             {killed_readers} readers killed"
        )
    }
}

/// Runs one, and checks its end.
pub(crate) fn run(random: &mut Xoshiro256PlusPlus, counts: &mut Counts) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let time = LONGEST.mul_f64(random.random::<f64>());
    let (running, reader) = begin(FIRST, dir.path());
    thread::sleep(time);
    match random.random_range(0..=STAGES.len()) {
        0 => {
            counts.killed_readers += 1;
            reader.leave();
            let finished = running.finish().exits(0);
            is_recorded(FIRST, &finished, "", dir.path());
        }
        stage => {
            counts.killed_stages += 1;
            let name = STAGES[stage - 1];
            let finished = without(name, running);
            match name {
                "stat" | "report" => is_recorded(FIRST, &finished, "", dir.path()),
                _ => {
                    counts.replaced += 1;
                    replace(dir.path());
                }
            }
        }
    }
}

/// A pipeline that has begun to report.
fn begin(samples: &str, dir: &Path) -> (Running, Reader) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let conv = format!("--rate 100k {samples}");
    let launcher = Program::new("launcher").args(["--conv", &conv, "--log", "run.log"]).dir(dir);
    let running = launcher.stdout(writer).start();
    let reader = Reader::of(reader, Pace::Fast);
    running.wait_until("a first record has come", || reader.lines() > 0);
    (running, reader)
}

/// Kills a stage; returns how the pipeline ended.
fn without(name: &str, running: Running) -> Finished {
    kill(proc::children(running.pid())[name], Signal::SIGKILL).expect("the stage is there");
    if matches!(name, "stat" | "report") {
        running.wait_for_message(&proc::told_of_killed(name));
        running.signal(Signal::SIGTERM);
    }
    let finished = running.finish().exits(1);
    if name == "report" {
        assert_eq!(count(&finished, "samples sent"), count(&finished, "counted"), "{finished}");
    }
    finished.mentions(&proc::told_of_killed(name))
}

/// Another pipeline goes on in the same file.
fn replace(dir: &Path) {
    let first = recorded(dir);
    begins_as_sent(&first);
    let (running, _reader) = begin(SECOND, dir);
    running.signal(Signal::SIGTERM);
    let finished = running.finish().exits(0);
    // A torn line is set aside.
    let whole = first.rfind('\n').map_or("", |at| &first[..=at]);
    is_recorded(SECOND, &finished, whole, dir);
}

/// All that was sent is recorded, behind what was there `before`.
fn is_recorded(samples: &str, finished: &Finished, before: &str, dir: &Path) {
    let all = count(finished, "samples sent").unwrap_or_else(|| panic!("{finished}"));
    assert_eq!(count(finished, "recorded"), Some(all), "{finished}");
    let is_kept = recorded(dir).strip_prefix(before) == Some(&sent(samples, all));
    assert!(is_kept, "something else is recorded\n{finished}");
}

/// It is what was sent first; of the last line there may be only a part, and a line end behind it.
fn begins_as_sent(recorded: &str) {
    let lines = recorded.split_inclusive('\n').count() as u64;
    let sent = sent(FIRST, lines);
    let begins = sent.starts_with(recorded.strip_suffix('\n').unwrap_or(recorded));
    assert!(begins, "something else is recorded");
}

fn recorded(dir: &Path) -> String {
    fs::read_to_string(dir.join("run.log")).expect("the log is there")
}
