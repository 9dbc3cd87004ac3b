//! A reader that stalls, so that `conv` cannot write: does it come back to the ticks of before?
//!
//! 1. a pipe of one page; `conv` writes, and the first samples, read at once, give the grid;
//! 2. the benchmark fills the page up through an opening of its own that does not block (the flag
//!    belongs to an opening, and `conv`'s must not have it);
//! 3. nothing is read for a while: `conv` is blocked from its next sample on;
//! 4. the rest is read. The samples that were in the pipe, the one that `conv` held and the one
//!    of the tick at which it came back are late; those after that should be on the grid.

use std::fs::{File, OpenOptions};
use std::io::{self, PipeReader, PipeWriter, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use nix::fcntl::{FcntlArg, OFlag, fcntl};

use super::arrivals::TickGrid;
use super::converter::Converter;
use super::{PERIOD, list, row, rows};
use crate::Bench;
use crate::error::Error;
use crate::figures;
use crate::page::Page;
use crate::timing::{median, worst};

/// Two seconds' worth: the grid, and enough after the stall.
const SAMPLES: u64 = 2000;
/// Samples that give the grid.
const BEFORE: usize = 500;
/// Long compared with the 10 ms by which a simulated sample may be late.
const STALL: Duration = Duration::from_millis(200);
/// How long after a stall samples may still be late.
const SETTLING: Duration = Duration::from_millis(5);
/// Bytes; the least that a pipe can hold, on most machines.
const PAGE: i32 = 4096;
/// No byte of a sample, and no line end.
const FILLER: [u8; PAGE as usize] = [0; PAGE as usize];

/// How far from the grid the samples after the stall were.
struct Stalled {
    median: Duration,
    worst: Duration,
    missed: Option<u64>,
}

/// Measures how far from their old ticks the samples after a stall are.
pub(super) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    bench.tell("clock: a reader that stalls");
    let rounds = (0..bench.options.rounds()).map(|_| run(bench)).collect::<Result<Vec<_>, _>>()?;
    let each = |figure: fn(&Stalled) -> Duration| rounds.iter().map(figure).collect::<Vec<_>>();
    let mut table = rows();
    let ideal = Some(Duration::ZERO);
    row(
        &mut table,
        "a round's median sample, from the nearest tick",
        &each(|run| run.median),
        ideal,
    );
    row(&mut table, "a round's worst sample, likewise", &each(|run| run.worst), ideal);
    let missed = rounds.iter().map(|run| run.missed).collect::<Vec<_>>();
    page.heading(&format!(
        "Clock: after a reader's stall of {} at 1 kHz, {} rounds",
        figures::time(STALL),
        rounds.len()
    ))?;
    page.table(
        &table,
        &format!(
            "ticks: those of before the stall. At most {}, which is anywhere.\n\
             ticks missed, by conv's closing line: {} (about {} are due in the stall)",
            figures::time(PERIOD / 2),
            list(&missed),
            STALL.as_millis() / PERIOD.as_millis(),
        ),
    )
}

fn run(bench: &Bench) -> Result<Stalled, Error> {
    bench.interrupt.check()?;
    let (pipe, filler) = small_pipe().map_err(cannot_use_pipe)?;
    let mut conv = Converter::start(bench, SAMPLES, pipe)?;
    conv.read_until(BEFORE)?;
    fill(filler).map_err(cannot_use_pipe)?;
    bench.interrupt.wait(STALL)?;
    let settled = conv.age() + SETTLING;
    let run = conv.finish()?;
    // The figures of a run that was cut short mean nothing.
    bench.interrupt.check()?;
    let grid = TickGrid::of(&run.arrivals[..BEFORE.min(run.arrivals.len())], PERIOD);
    let after = run.arrivals.iter().filter(|&&arrival| arrival > settled);
    let distances = after.map(|&arrival| grid.distance(arrival)).collect::<Vec<_>>();
    Ok(Stalled { median: median(&distances), worst: worst(&distances), missed: run.missed })
}

fn cannot_use_pipe(source: io::Error) -> Error {
    Error::Pipe { program: "conv", source }
}

/// A pipe of one page, and another opening of its writing end that does not block.
fn small_pipe() -> io::Result<((PipeReader, PipeWriter), File)> {
    let (reader, writer) = io::pipe()?;
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(PAGE))?;
    let filler = OpenOptions::new()
        .write(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(format!("/proc/self/fd/{}", writer.as_raw_fd()))?;
    Ok(((reader, writer), filler))
}

/// Writes until there is no room for another byte; large pieces first, since they are refused whole.
fn fill(mut filler: File) -> io::Result<()> {
    for piece in [FILLER.len(), 64, 1] {
        loop {
            match filler.write(&FILLER[..piece]) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}
