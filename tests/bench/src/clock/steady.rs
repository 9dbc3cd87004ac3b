//! A reader that takes each sample at once.

use std::io::{self, Write};
use std::time::Duration;

use super::arrivals::TickGrid;
use super::converter::{Converter, Run};
use super::{PERIOD, list, row, rows};
use crate::Bench;
use crate::error::Error;
use crate::page::Page;
use crate::timing::{median, worst};

/// A second's worth.
const SAMPLES: u32 = 1000;

/// Measures how long the samples take, and how far they are from their ticks.
pub(super) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    bench.tell("clock: a reader that keeps up");
    let rounds = (0..bench.options.rounds()).map(|_| run(bench)).collect::<Result<Vec<_>, _>>()?;
    let each = |figure: fn(&Run) -> Duration| rounds.iter().map(figure).collect::<Vec<_>>();
    let mut table = rows();
    row(&mut table, "from the first sample to the last", &each(span), Some((SAMPLES - 1) * PERIOD));
    row(&mut table, "from the process's start to its end", &each(|run| run.whole), None);
    let (zero, middle) = (Some(Duration::ZERO), each(|run| median(&lateness(run))));
    row(&mut table, "a round's median sample, behind its tick", &middle, zero);
    row(&mut table, "a round's latest sample, likewise", &each(|run| worst(&lateness(run))), zero);
    let missed = rounds.iter().map(|run| run.missed).collect::<Vec<_>>();
    page.heading(&format!("Clock: {SAMPLES} samples at 1 kHz, {} rounds", rounds.len()))?;
    page.table(&table, &format!("ticks missed, by conv's closing line: {}", list(&missed)))
}

fn run(bench: &Bench) -> Result<Run, Error> {
    bench.interrupt.check()?;
    let pipe = io::pipe().map_err(|source| Error::Pipe { program: "conv", source })?;
    let run = Converter::start(bench, SAMPLES.into(), pipe)?.finish()?;
    // The figures of a run that was cut short mean nothing.
    bench.interrupt.check()?;
    Ok(run)
}

fn span(run: &Run) -> Duration {
    match run.arrivals[..] {
        [first, .., last] => last - first,
        _ => Duration::ZERO,
    }
}

fn lateness(run: &Run) -> Vec<Duration> {
    let grid = TickGrid::of(&run.arrivals, PERIOD);
    let ticks = run.arrivals.iter().enumerate();
    ticks.map(|(tick, &arrival)| grid.lateness(tick, arrival)).collect()
}
