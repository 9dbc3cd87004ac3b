//! What each kind of transport carries, beside the bare kernel object: the same one, made by the
//! launcher, with as few calls as will move bytes.

use std::io::{self, Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::ValueEnum;
use stage::stream::transport::peer::End;
use stage::stream::transport::queue::Capacity;
use stage::stream::transport::{Keeper, Pair};
use wandler_launcher::transport::{Load, Transport, Via};

use crate::Bench;
use crate::error::Error;
use crate::figures;
use crate::page::Page;
use crate::table::{Side, Table};
use crate::timing::{interleave, median};

/// What crosses.
pub(crate) struct Message {
    /// What tables call it.
    pub name: &'static str,
    bytes: usize,
    /// How many of them when throughput is measured, and when latency is.
    flood: usize,
    turns: usize,
}

/// The least that anybody sends.
pub(crate) const ONE_SAMPLE: Message =
    Message { name: "1 sample", bytes: 3, flood: 1_000_000, turns: 20_000 };
/// A block, as the stages send it.
pub(crate) const BLOCK: Message =
    Message { name: "64 KiB", bytes: 64 * 1024, flood: 32_768, turns: 5_000 };

/// The least throughput to reach, relative to that of the bare object.
pub(crate) const THROUGHPUT: f64 = 0.8;
/// The greatest latency, relative to the same.
const LATENCY: f64 = 1.5;

const NOTE: &str = "\
throughput: of a process that writes and one that reads, their start included; latency: half of
the time there and back; ours: stage::stream::output and stage::stream::input, ready for stops, deadlines and
deaths; bare: blocking calls on the same object, and nothing else (a message queue takes messages
of up to /proc/sys/fs/mqueue/msgsize_max bytes, so 64 KiB are several). Each figure is the median
of the rounds, which were run in turns. Ours joins samples in shared memory that the reader has not
come to.";

/// What moves the bytes.
#[derive(Clone, Copy)]
enum Mover {
    Ours,
    Bare,
}

impl Mover {
    /// What `bench-transport` calls it.
    fn word(self, via: Via) -> &'static str {
        match (self, via) {
            (Mover::Ours, _) => "ours",
            (Mover::Bare, Via::Pipe | Via::Fifo | Via::Socket) => "stream",
            (Mover::Bare, Via::Mqueue) => "mqueue",
            (Mover::Bare, Via::Shm) => "shm",
        }
    }
}

/// Measures every kind.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    let mut table = Table::new([
        ("transport", Side::Left),
        ("message", Side::Left),
        ("messages/s", Side::Right),
        ("bare", Side::Right),
        ("ratio", Side::Left),
        ("latency", Side::Right),
        ("bare", Side::Right),
        ("ratio", Side::Left),
    ]);
    for &via in Via::value_variants() {
        bench.tell(&format!("transports: {}", via.name()));
        for message in [&ONE_SAMPLE, &BLOCK] {
            table.row(row(bench, via, message)?);
        }
    }
    page.heading(&format!("Transports, {} rounds", bench.options.rounds()))?;
    page.table(&table, NOTE)
}

/// How many times what the bare object carries ours does.
pub(crate) fn relative_throughput(
    bench: &Bench,
    via: Via,
    message: &Message,
) -> Result<f64, Error> {
    let [ours, bare] = medians(bench, via, message, throughput)?;
    Ok(bare.as_secs_f64() / ours.as_secs_f64())
}

/// What a run takes.
type Measured = fn(&Bench, Via, &Message, Mover) -> io::Result<Duration>;

/// Of ours and of the bare object.
fn medians(
    bench: &Bench,
    via: Via,
    message: &Message,
    run: Measured,
) -> Result<[Duration; 2], Error> {
    let movers = [Mover::Ours, Mover::Bare];
    let times = interleave(bench.options.patience(), &movers, |&mover| {
        bench.interrupt.check()?;
        let command = format!("bench-transport over {}s", via.name());
        run(bench, via, message, mover).map_err(|source| Error::Run { command, source })
    })?;
    Ok([0, 1].map(|at: usize| median(&times[at])))
}

fn row(bench: &Bench, via: Via, message: &Message) -> Result<[String; 8], Error> {
    let flood = medians(bench, via, message, throughput)?;
    let flood = flood.map(|time| message.flood as f64 / time.as_secs_f64());
    let turns = medians(bench, via, message, latency)?;
    let judged = |ratio: f64, met: bool| {
        format!("{} {}", figures::significant(ratio), if met { "met" } else { "missed" })
    };
    let speed = flood[0] / flood[1];
    let delay = turns[0].as_secs_f64() / turns[1].as_secs_f64();
    Ok([
        via.name().to_owned(),
        message.name.to_owned(),
        figures::scaled(flood[0], ""),
        figures::scaled(flood[1], ""),
        judged(speed, speed >= THROUGHPUT),
        figures::time(turns[0]),
        figures::time(turns[1]),
        judged(delay, delay <= LATENCY),
    ])
}

fn throughput(bench: &Bench, via: Via, message: &Message, mover: Mover) -> io::Result<Duration> {
    let (ends, keeper) = transport(via)?;
    let start = Instant::now();
    let side = |role| side(bench, role, via, message.bytes, message.flood, mover);
    let reader = Process(side("read").stdin(ends.reader).spawn()?);
    let writer = Process(side("write").stdin(Stdio::null()).stdout(ends.writer).spawn()?);
    writer.finish()?;
    close(mover, &keeper);
    reader.finish()?;
    Ok(start.elapsed())
}

fn latency(bench: &Bench, via: Via, message: &Message, mover: Mover) -> io::Result<Duration> {
    let ((there, _keeper), (back, _back_keeper)) = (transport(via)?, transport(via)?);
    let side = |role| side(bench, role, via, message.bytes, message.turns, mover);
    // A command holds its ends of the transport until it is dropped, so it is not kept.
    let asker =
        side("ask").stdin(back.reader).stdout(there.writer).stderr(Stdio::piped()).spawn()?;
    let mut asker = Process(asker);
    let answerer = Process(side("answer").stdin(there.reader).stdout(back.writer).spawn()?);
    let mut told = String::new();
    if let Some(stderr) = &mut asker.0.stderr {
        stderr.read_to_string(&mut told)?;
    }
    asker.finish()?;
    answerer.finish()?;
    told.trim().parse().map(Duration::from_nanos).map_err(io::Error::other)
}

fn transport(via: Via) -> io::Result<(Pair, Keeper)> {
    let Transport { ends, keeper, .. } =
        Transport::new(via, "bench", Load::Samples, Capacity::granted())
            .map_err(io::Error::other)?;
    Ok((ends, keeper))
}

/// What the launcher does when a process has ended; a bare object knows nothing of it.
fn close(mover: Mover, keeper: &Keeper) {
    if let Mover::Ours = mover {
        keeper.close(End::Writer);
    }
}

fn side(bench: &Bench, role: &str, via: Via, bytes: usize, count: usize, mover: Mover) -> Command {
    let mut command = Command::new(bench.programs.ours("bench-transport"));
    let (bytes, count) = (bytes.to_string(), count.to_string());
    command.args([role, mover.word(via), &bytes, &count]);
    command
}

/// A process that does not outlive its measurement, however that ends.
struct Process(Child);

impl Process {
    fn finish(mut self) -> io::Result<()> {
        let status = self.0.wait()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(status.to_string())) }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // To one that was waited for already this does nothing.
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}
