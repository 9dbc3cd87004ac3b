//! Samples a second, beside competitors that do the same, or part of it.

mod races;

use std::io::Write;

use crate::Bench;
use crate::error::Error;
use crate::figures;
use crate::inputs;
use crate::job::Run;
use crate::page::Page;
use crate::table::{Side, Table};
use crate::timing::{Times, interleave};

use races::{Entrant, Race};

const NOTE: &str = "\
time: of the whole process or pipeline, the median of the rounds, which were run in turns; with one
sample, up to the first line of the report.
speed of ours: the command's time a sample, divided by ours; rounds: the same, round by round;
target: what it is meant to be at the least; memory: the most that the process, or the greatest of the
pipeline, held.";

type Rows = Table<8>;

/// Runs every race.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    let samples = bench.options.samples;
    bench.tell("throughput: making the inputs");
    inputs::make(&bench.programs, &bench.scratch, samples)?;
    let mut table = Table::new([
        ("command", Side::Left),
        ("samples", Side::Right),
        ("time", Side::Right),
        ("samples/s", Side::Right),
        ("speed of ours", Side::Right),
        ("rounds", Side::Left),
        ("target", Side::Left),
        ("memory", Side::Right),
    ]);
    for race in races::all(samples) {
        bench.tell(&format!("throughput: {}", race.ours.job));
        run(bench, &race, &mut table)?;
    }
    page.heading(&format!("Throughput, {} rounds", bench.options.rounds))?;
    page.table(&table, NOTE)
}

fn run(bench: &Bench, race: &Race, table: &mut Rows) -> Result<(), Error> {
    let (able, missing): (Vec<_>, Vec<_>) =
        race.rivals.iter().partition(|rival| rival.job.is_possible(&bench.programs));
    let entrants = [vec![&race.ours], able].concat();
    let runs = interleave(bench.options.rounds, &entrants, |entrant| {
        bench.interrupt.check()?;
        entrant.job.run(&bench.programs, &bench.scratch)
    })?;
    for (entrant, its_runs) in entrants.iter().zip(&runs) {
        table.row(measured(entrant, its_runs, &race.ours, &runs[0]));
    }
    missing.into_iter().for_each(|rival| table.row(skipped(rival)));
    Ok(())
}

fn measured(entrant: &Entrant, runs: &[Run], ours: &Entrant, our_runs: &[Run]) -> [String; 8] {
    let [times, our_times]: [Times; 2] =
        [runs, our_runs].map(|runs| runs.iter().map(|run| run.time).collect());
    let per_sample = times.per_sample(entrant.samples);
    let ratio = per_sample / our_times.per_sample(ours.samples);
    let fewer = ours.samples as f64 / entrant.samples as f64;
    let (least, most) = times.ratios_to(&our_times);
    let [least, most] = [least, most].map(|ratio| figures::significant(ratio * fewer));
    let peak = runs.iter().map(|run| run.peak).max().unwrap_or_default();
    [
        entrant.job.to_string(),
        figures::count(entrant.samples),
        figures::time(times.median()),
        figures::scaled(1.0 / per_sample, ""),
        format!("{} ×", figures::significant(ratio)),
        format!("{least} to {most}"),
        entrant.target.map(|target| judged(ratio, target)).unwrap_or_default(),
        figures::scaled(peak as f64, "B"),
    ]
}

fn judged(ratio: f64, target: f64) -> String {
    let word = if ratio >= target { "met" } else { "missed" };
    format!("{} ×: {word}", figures::significant(target))
}

fn skipped(entrant: &Entrant) -> [String; 8] {
    let reason = format!("skipped: install the package {}", entrant.package);
    let [samples, time, per_second, speed, target, peak] = Default::default();
    [entrant.job.to_string(), samples, time, per_second, speed, reason, target, peak]
}
