//! The row about tables: several columns, and a time in front. Figures are those of a cell, a time
//! being one; in the classic stream it is a number like the others, in Unix seconds.

use crate::data::{
    Data, INTEGERS, INTEGERS_IN_FOUR, TIMED_IN_FOUR, TIMES, TWELVE_BITS, TWELVE_BITS_IN_FOUR,
};
use crate::inputs::{DUCKDB, Input, POLARS};
use crate::job::Job;
use crate::targets::measure::{Entrant, Measure};
use crate::targets::need::Need;
use crate::targets::target::Target;

use super::Setting;

/// Columns of numbers in each of these tables.
const COLUMNS: usize = 4;

/// The figures of `stat`, as datamash calls them.
const IN_DATAMASH: [&str; 9] =
    ["count", "sum", "mean", "sstdev", "min", "max", "median", "perc:90", "perc:99"];

/// The same in Miller.
const IN_MILLER: &str = "count,sum,mean,stddev,min,max,p50,p90,p99";

pub(super) fn all(setting: &Setting) -> Vec<Measure> {
    vec![
        beside_classic(setting, INTEGERS_IN_FOUR, COLUMNS, INTEGERS),
        beside_classic(setting, TWELVE_BITS_IN_FOUR, COLUMNS, TWELVE_BITS),
        timed_beside_classic(setting),
        beside_engines(setting),
        beside_miller(setting),
    ]
}

/// Rows of `cells` cells each, beside the classic stream of the same kind of numbers.
fn beside_classic(setting: &Setting, table: Data, cells: usize, classic: Data) -> Measure {
    let numbers = Input { data: classic, samples: setting.many() };
    Measure::race(setting.stat_in_words(&[]), ours(setting, table, cells), Target::speed(0.7))
        .on(table)
        .against("one number a line")
        .rival(Entrant::redirected(setting.stat(&[]), numbers))
}

/// Rows with times, beside the same numbers in the classic stream: the integers, and then the times.
fn timed_beside_classic(setting: &Setting) -> Measure {
    let classic = |data, samples| Entrant::redirected(setting.stat(&[]), Input { data, samples });
    let integers = classic(INTEGERS, setting.samples * COLUMNS as u64);
    let ours = ours(setting, TIMED_IN_FOUR, COLUMNS + 1);
    Measure::race(setting.stat_in_words(&[]), ours, Target::speed(0.7))
        .on(TIMED_IN_FOUR)
        .against("the integers and the times (Unix seconds), one number a line each")
        .rival(integers.and(classic(TIMES, setting.samples)))
}

fn ours(setting: &Setting, table: Data, cells: usize) -> Entrant {
    let input = Input { data: table, samples: setting.samples };
    with_cells(Entrant::redirected(setting.stat(&[]), input), cells)
}

/// Each with one thread. datamash takes a tenth: it is slow.
fn beside_engines(setting: &Setting) -> Measure {
    let input = |samples| Input { data: INTEGERS_IN_FOUR, samples };
    let (all, tenth) = (input(setting.samples), input(setting.samples / 10));
    let name = all.name();
    let [polars, duckdb] = ["Int64", "BIGINT"].map(|kind| [kind; COLUMNS].join(","));
    let python =
        |words: &[&str]| with_cells(Entrant::naming(Job::program("python3", words), all), COLUMNS);
    let figures =
        (1..=COLUMNS).flat_map(|column| IN_DATAMASH.map(|it| [it.to_owned(), column.to_string()]));
    let figures: Vec<String> = figures.flatten().collect();
    let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
    let datamash = Entrant::redirected(Job::program("datamash", &figures), tenth);
    beside(setting, "the fastest of Polars, DuckDB and datamash, one thread", 4.0)
        .rival(python(&[POLARS, &name, &polars, "streaming", "1"]))
        .rival(python(&[POLARS, &name, &polars, "in-memory", "1"]))
        .rival(python(&[DUCKDB, &name, &duckdb, "1"]))
        .rival(with_cells(datamash, COLUMNS))
        .needing(Need::Module("polars"))
        .needing(Need::Module("duckdb"))
        .needing(Need::Program("datamash"))
}

fn beside_miller(setting: &Setting) -> Measure {
    let tenth = Input { data: INTEGERS_IN_FOUR, samples: setting.samples / 10 };
    let words = ["--tsv", "--implicit-tsv-header", "stats1", "-f", "1,2,3,4", "-a", IN_MILLER];
    let miller = Entrant::redirected(Job::program("mlr", &words), tenth);
    beside(setting, "Miller's stats1", 100.0)
        .rival(with_cells(miller, COLUMNS))
        .needing(Need::Program("mlr"))
}

/// Beside others that compute the same figures.
fn beside(setting: &Setting, others: &str, part: f64) -> Measure {
    let ours = ours(setting, INTEGERS_IN_FOUR, COLUMNS);
    Measure::race(setting.stat_in_words(&[]), ours, Target::one_in(part))
        .on(INTEGERS_IN_FOUR)
        .against(others)
}

/// The same, its figures being those of a cell.
fn with_cells(entrant: Entrant, cells: usize) -> Entrant {
    Entrant { samples: entrant.samples * cells as u64, ..entrant }
}
