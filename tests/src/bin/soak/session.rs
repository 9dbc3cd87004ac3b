//! Short pipelines, a stage of which, or the reader of the report, is killed at a random moment.

use std::fmt;
use std::fs;
use std::io::Read;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use wandler_tests::account::count;
use wandler_tests::proc;
use wandler_tests::run::{Finished, Program, Running};

/// How long such a pipeline lives at most.
const LONGEST: Duration = Duration::from_millis(500);

/// Which process may be killed.
const STAGES: [&str; 5] = ["conv", "tee", "log", "stat", "report"];

/// How often each was done.
#[derive(Default)]
pub(crate) struct Counts {
    killed_stages: u64,
    killed_readers: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { killed_stages, killed_readers } = self;
        write!(formatter, "{killed_stages} stages and {killed_readers} readers killed")
    }
}

/// Runs one, and checks its end.
pub(crate) fn run(random: &mut Xoshiro256PlusPlus, counts: &mut Counts) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let time = LONGEST.mul_f64(random.random::<f64>());
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let launcher = Program::new("launcher")
        .args(["--conv", "--rate 100k", "--log", "run.log"])
        .dir(&dir)
        .stdout(writer);
    let running = launcher.start();
    reader.read_exact(&mut [0]).expect("a first record comes");
    thread::sleep(time);
    let finished = match random.random_range(0..=STAGES.len()) {
        0 => {
            counts.killed_readers += 1;
            drop(reader);
            let finished = running.finish().exits(0);
            assert_eq!(
                count(&finished, "samples sent"),
                count(&finished, "recorded"),
                "{finished}"
            );
            finished
        }
        stage => {
            counts.killed_stages += 1;
            without(STAGES[stage - 1], running, reader)
        }
    };
    let log = fs::read(dir.path().join("run.log")).expect("the log is there");
    let lines = log.iter().filter(|&&byte| byte == b'\n').count() as u64;
    if let Some(recorded) = count(&finished, "recorded") {
        assert_eq!(recorded, lines, "{finished}");
    }
}

/// Kills a stage; returns how the pipeline ended.
fn without(name: &str, running: Running, mut reader: std::io::PipeReader) -> Finished {
    let drain = thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
    kill(proc::children(running.pid())[name], Signal::SIGKILL).expect("the stage is there");
    if matches!(name, "stat" | "report") {
        running.wait_for_message(&proc::told_of_killed(name));
        running.signal(Signal::SIGTERM);
    }
    let finished = running.finish().exits(1);
    let _ = drain.join();
    if name == "report" {
        let sent = count(&finished, "samples sent");
        assert!(sent == count(&finished, "counted"), "{finished}");
    }
    finished.mentions(&proc::told_of_killed(name))
}
