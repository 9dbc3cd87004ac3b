//! How well `conv` keeps its ticks: undisturbed, and after a reader that stalled.

mod arrivals;
mod converter;
mod stall;
mod steady;

use std::io::Write;
use std::time::Duration;

use crate::Bench;
use crate::error::Error;
use crate::figures;
use crate::page::Page;
use crate::table::{Side, Table};
use crate::timing::{median, worst};

/// The time between two samples: the shortest at which each is written on its own.
const PERIOD: Duration = Duration::from_millis(1);
/// The same on `conv`'s command line.
const RATE: &str = "1k";

/// What was measured, its median and greatest value, and what it would be in a perfect world.
type Rows = Table<4>;

/// Measures both.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    steady::measure(bench, page)?;
    stall::measure(bench, page)
}

fn rows() -> Rows {
    Table::new([
        ("time", Side::Left),
        ("median", Side::Right),
        ("greatest", Side::Right),
        ("ideal", Side::Right),
    ])
}

/// One value for each round.
fn row(table: &mut Rows, what: &str, times: &[Duration], ideal: Option<Duration>) {
    let [median, worst] = [median(times), worst(times)].map(figures::millis);
    table.row([what.to_owned(), median, worst, ideal.map(figures::millis).unwrap_or_default()]);
}

/// How many ticks `conv` reported as missed, for each round.
fn list(missed: &[Option<u64>]) -> String {
    let told = |missed: &Option<u64>| missed.map_or_else(|| "?".to_owned(), |n| n.to_string());
    missed.iter().map(told).collect::<Vec<_>>().join(", ")
}
