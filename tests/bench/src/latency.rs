//! From a sample to its line in the report, beside as many bare processes between as many pipes.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Bench;
use crate::error::Error;
use crate::figures;
use crate::page::Page;
use crate::table::{Side, Table};
use crate::timing::median;

/// A thousand a second, for two seconds.
const SAMPLES: usize = 2000;
const PERIOD: Duration = Duration::from_millis(1);

/// Processes that a sample passes through: conv, tee, stat and report.
const PROCESSES: usize = 4;

/// How many times as long as the bare pipes' 99th percentile ours may be.
pub(crate) const TARGET: f64 = 1.2;

const NOTE: &str = "\
from before a sample is written to the pipeline's input to when its line is read from the
pipeline's output; each figure is the median of the rounds.";

/// Measures both, in turns.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    bench.tell("latency: two seconds for each pipeline and round");
    let Rounds { ours, bare } = Rounds::run(bench)?;
    let mut table = Table::new([
        ("pipeline", Side::Left),
        ("median", Side::Right),
        ("99th percentile", Side::Right),
        ("greatest", Side::Right),
    ]);
    table.row(row("launcher, stat --every 1", &ours));
    table.row(row("bare processes and pipes", &bare));
    let ratio = ratio(&ours, &bare);
    let word = if ratio <= TARGET { "met" } else { "missed" };
    let note = format!(
        "{NOTE}\n99th percentile: {} × that of bare pipes; target, at most {TARGET} ×: {word}",
        figures::significant(ratio)
    );
    page.heading(&format!("Latency at 1 kHz, {} rounds", bench.options.rounds()))?;
    page.table(&table, &note)
}

/// How many times as long as the bare pipes' 99th percentile ours is.
pub(crate) fn relative(bench: &Bench) -> Result<f64, Error> {
    let Rounds { ours, bare } = Rounds::run(bench)?;
    Ok(ratio(&ours, &bare))
}

fn ratio(ours: &[Vec<Duration>], bare: &[Vec<Duration>]) -> f64 {
    at(ours, 0.99).as_secs_f64() / at(bare, 0.99).as_secs_f64()
}

/// The sorted latencies of each round.
struct Rounds {
    ours: Vec<Vec<Duration>>,
    bare: Vec<Vec<Duration>>,
}

impl Rounds {
    fn run(bench: &Bench) -> Result<Rounds, Error> {
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..bench.options.rounds() {
            ours.push(run(bench, launcher)?);
            bare.push(run(bench, relays)?);
        }
        Ok(Rounds { ours, bare })
    }
}

fn row(name: &str, rounds: &[Vec<Duration>]) -> [String; 4] {
    let figure = |part| figures::time(at(rounds, part));
    [name.to_owned(), figure(0.5), figure(0.99), figure(1.0)]
}

/// The median over the rounds of the latency that this part of the samples does not exceed.
fn at(rounds: &[Vec<Duration>], part: f64) -> Duration {
    let figure = |latencies: &Vec<Duration>| {
        let rank = (part * latencies.len() as f64).ceil() as usize;
        latencies.get(rank.max(1) - 1).copied().unwrap_or_default()
    };
    median(&rounds.iter().map(figure).collect::<Vec<_>>())
}

/// Processes that a sample passes through, the first one's input and the last one's output.
struct Pipeline {
    processes: Vec<Child>,
    input: ChildStdin,
    output: ChildStdout,
}

fn launcher(bench: &Bench) -> io::Result<Pipeline> {
    let mut command = Command::new(bench.programs.ours("launcher"));
    let log = "--truncate --sync never latency.txt";
    command.args(["--conv", "--from -", "--stat", "--every 1", "--log", log]);
    command.current_dir(bench.scratch.path()).stderr(Stdio::null());
    joined(vec![command])
}

fn relays(bench: &Bench) -> io::Result<Pipeline> {
    joined((0..PROCESSES).map(|_| Command::new(bench.programs.ours("bench-relay"))).collect())
}

/// Starts each with the output of the one before as its input.
fn joined(commands: Vec<Command>) -> io::Result<Pipeline> {
    let none = || io::Error::other("a pipe is missing");
    let (mut processes, mut input, mut output) = (Vec::new(), None, None);
    for mut command in commands {
        let stdin = output.take().map_or_else(Stdio::piped, Stdio::from);
        let mut child = command.stdin(stdin).stdout(Stdio::piped()).spawn()?;
        input = input.or(child.stdin.take());
        output = child.stdout.take();
        processes.push(child);
    }
    let (input, output) = (input.ok_or_else(none)?, output.ok_or_else(none)?);
    Ok(Pipeline { processes, input, output })
}

/// The latencies of all samples, sorted.
fn run(bench: &Bench, start: fn(&Bench) -> io::Result<Pipeline>) -> Result<Vec<Duration>, Error> {
    bench.interrupt.check()?;
    let failed = |source| Error::Run { command: "the pipeline".to_owned(), source };
    let Pipeline { mut processes, mut input, output } = start(bench).map_err(failed)?;
    let mut lines = BufReader::new(output).lines();
    // The first sample also waits for the programs to start.
    input.write_all(b"0\n").map_err(failed)?;
    lines.next();
    let writer = thread::spawn(move || write_samples(input));
    let mut arrivals = Vec::new();
    while arrivals.len() < SAMPLES && lines.next().is_some_and(|line| line.is_ok()) {
        arrivals.push(Instant::now());
    }
    let sent = writer.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
    let sent = sent.map_err(failed)?;
    drop(lines);
    if arrivals.len() < SAMPLES {
        return Err(failed(io::Error::other("it ended early")));
    }
    for process in &mut processes {
        process.wait().map_err(failed)?;
    }
    bench.interrupt.check()?;
    let mut latencies: Vec<Duration> =
        sent.iter().zip(&arrivals).map(|(sent, arrived)| arrived.duration_since(*sent)).collect();
    latencies.sort_unstable();
    Ok(latencies)
}

/// Writes a sample at each tick; returns when each was about to be written.
fn write_samples(mut input: ChildStdin) -> io::Result<Vec<Instant>> {
    let start = Instant::now();
    let mut sent = Vec::with_capacity(SAMPLES);
    for tick in 0..SAMPLES as u32 {
        let due = start + PERIOD * tick;
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let line = format!("{}\n", tick % 100);
        sent.push(Instant::now());
        input.write_all(line.as_bytes())?;
    }
    Ok(sent)
}
