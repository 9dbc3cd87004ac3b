//! Runs the pipeline at 100 kHz for a long time while bad things happen to it, and checks the account,
//! the files and the memory at the end: `soak MINUTES [SEED]`.
//!
//! | module | owns |
//! |---|---|
//! | [`pipeline`] | the long pipeline, and what is around it: a terminal, a FIFO, the disk |
//! | [`disturbance`] | what is done to the long pipeline: none of it may cost a sample |
//! | [`session`] | short pipelines beside it, a stage or the reader of which is killed |
//! | [`memory`] | how much each process holds, after a minute and at the end |
//! | [`verdict`] | comparing the account and the recorded files with what was sent |
//!
//! It is a long test: where something is wrong, it panics with all it knows.

mod disturbance;
mod memory;
mod pipeline;
mod session;
mod verdict;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use stage::process::message::{Messages, StandardError};

use crate::disturbance::Disturbances;
use crate::memory::Memory;
use crate::pipeline::Pipeline;

/// When memory is first measured; in a short run, after a quarter of it.
const SETTLED: Duration = Duration::from_secs(60);

/// How often it reports its progress.
const NEWS: Duration = Duration::from_secs(60);

/// How often a short pipeline runs after a disturbance.
const SESSIONS: f64 = 0.2;

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
    let mut pipeline = Pipeline::begin(dir.path());
    let mut disturbances = Disturbances::default();
    let start = Instant::now();
    let mut first: Option<Memory> = None;
    let mut sessions = session::Counts::default();
    let mut news = start + NEWS;
    while start.elapsed() < length {
        disturbances.happen(&mut pipeline, &mut random);
        if random.random_bool(SESSIONS) {
            session::run(&mut random, &mut sessions);
        }
        if first.is_none() && start.elapsed() >= SETTLED.min(length / 4) {
            first = Some(Memory::of(pipeline.launcher));
        }
        if Instant::now() >= news {
            news += NEWS;
            let now = Memory::of(pipeline.launcher);
            tell(&format!("{} s: {disturbances}, {sessions}; {now}", start.elapsed().as_secs()));
        }
    }
    disturbance::leave_in_peace();
    let last = Memory::of(pipeline.launcher);
    let finished = pipeline.end();
    tell(&format!("{disturbances}, {sessions}"));
    verdict::check(&finished, dir.path());
    let first = first.unwrap_or_else(|| last.clone());
    tell(&format!("memory first: {first}; at the end: {last}"));
    last.check_against(&first);
    tell("all is well");
}
