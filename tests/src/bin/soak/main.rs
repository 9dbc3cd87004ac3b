//! Runs the pipeline at 100 kHz for a long time while bad things happen to it, and checks the account
//! at the end: `soak MINUTES [SEED]`.
//!
//! | module | owns |
//! |---|---|
//! | [`disturbance`] | what is done to the long pipeline: stops, a full disk, a reader that hangs |
//! | [`session`] | short pipelines beside it, a stage or the reader of which is killed |
//! | [`memory`] | how much each process holds, after a minute and at the end |
//! | [`verdict`] | comparing the account and the recorded files with what was sent |
//!
//! It is a long test: where something is wrong, it panics with all it knows.

mod disturbance;
mod memory;
mod session;
mod verdict;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use stage::process::message::{Messages, StandardError};
use wandler_tests::run::{Finished, Program, Running};

use crate::disturbance::Disturber;
use crate::memory::Memory;

/// The options of the long pipeline; its samples are the same in each run.
const CONV: &str = "--rate 100k --seed 1";

/// A rotation every half a minute, and little enough disk space for an hour.
const LOG: &str = "--rotate 8M --keep 5 --sync 100ms run.log";

/// When memory is first measured; in a short run, after a quarter of it.
const SETTLED: Duration = Duration::from_secs(60);

/// How often it reports its progress.
const NEWS: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let minutes = arguments.first().and_then(|it| it.parse::<f64>().ok());
    let seed = arguments.get(1).map_or(Some(1), |it| it.parse::<u64>().ok());
    match (minutes, seed) {
        (Some(minutes), Some(seed)) if minutes > 0.0 && arguments.len() <= 2 => {
            soak(Duration::from_secs_f64(60.0 * minutes), seed);
            ExitCode::SUCCESS
        }
        _ => {
            tell("expected MINUTES [SEED]");
            ExitCode::from(2)
        }
    }
}

fn tell(text: &str) {
    StandardError::of("soak").tell(text);
}

fn soak(length: Duration, seed: u64) {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let dir = tempfile::tempdir().expect("a temporary directory");
    tell(&format!("{} min in {}, seed {seed}", length.as_secs() / 60, dir.path().display()));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let running = Program::new("launcher")
        .args(["--conv", CONV, "--log", LOG])
        .dir(&dir)
        .stdout(writer)
        .start();
    let mut disturber = Disturber::new(&running, reader);
    let start = Instant::now();
    let mut first: Option<Memory> = None;
    let mut sessions = session::Counts::default();
    let mut news = start + NEWS;
    while start.elapsed() < length {
        disturber.disturb(&mut random);
        if random.random_bool(0.2) {
            session::run(&mut random, &mut sessions);
        }
        if first.is_none() && start.elapsed() >= SETTLED.min(length / 4) {
            first = Some(Memory::of(running.pid()));
        }
        if Instant::now() >= news {
            news += NEWS;
            let now = Memory::of(running.pid());
            tell(&format!("{} s: {disturber}, {sessions}; {now}", start.elapsed().as_secs()));
        }
    }
    let last = Memory::of(running.pid());
    disturber.leave_in_peace();
    let finished = end(running);
    let records = disturber.records();
    tell(&format!("{disturber}, {sessions}, {records} records"));
    verdict::check(&finished, dir.path());
    let first = first.unwrap_or_else(|| last.clone());
    tell(&format!("memory first: {first}; at the end: {last}"));
    last.check_against(&first);
    tell("all is well");
}

/// Stops the pipeline in order: not by SIGINT, which a shell makes its background processes ignore.
fn end(running: Running) -> Finished {
    running.signal(Signal::SIGTERM);
    running.finish()
}
