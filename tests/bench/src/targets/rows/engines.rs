//! Rows about `stat` beside data frames and databases, which compute the same figures: count, sum,
//! mean, standard deviation, least, greatest, and the same quantiles.

use crate::data::{
    ACCELERATION, Data, EXPONENTS, FLOATS, IIO, INTEGERS, LATITUDE, PRESSURE, TIMESTAMPS,
    TWENTY_FOUR_BITS,
};
use crate::inputs::{DUCKDB, Input, POLARS};
use crate::job::Job;
use crate::targets::measure::{Entrant, Measure};
use crate::targets::need::Need;
use crate::targets::target::Target;

use super::Setting;

/// A column's type, as Polars and DuckDB call it.
type Type = [&'static str; 2];
const INTEGER: Type = ["Int64", "BIGINT"];
const DOUBLE: Type = ["Float64", "DOUBLE"];

/// Sets of samples, and what part of the others' time ours may take with one thread on either side,
/// and with two.
const SETS: [(Data, Type, f64, f64); 8] = [
    (PRESSURE, DOUBLE, 3.5, 5.0),
    (TWENTY_FOUR_BITS, INTEGER, 3.5, 5.0),
    (ACCELERATION, DOUBLE, 3.5, 5.0),
    (LATITUDE, DOUBLE, 3.5, 5.0),
    (TIMESTAMPS, DOUBLE, 2.3, 4.0),
    (IIO, DOUBLE, 3.5, 5.0),
    (FLOATS, DOUBLE, 3.5, 5.0),
    (EXPONENTS, DOUBLE, 3.5, 5.0),
];

pub(super) fn all(setting: &Setting) -> Vec<Measure> {
    let integers = Input { data: INTEGERS, samples: setting.many() };
    let first = one_thread(setting, integers, 20.0);
    let mut measures = vec![beside_engines(first, integers, INTEGER, 2)];
    let input = |data| Input { data, samples: setting.samples };
    for (data, column, part, _) in SETS {
        let ours = one_thread(setting, input(data), part);
        measures.push(beside_engines(ours, input(data), column, 1));
    }
    for (data, column, _, part) in SETS {
        measures.push(beside_engines(two_threads(input(data), part), input(data), column, 2));
    }
    measures
}

fn one_thread(setting: &Setting, input: Input, part: f64) -> Measure {
    let ours = Entrant::redirected(setting.stat(&[]), input);
    Measure::race(setting.stat_in_words(&[]), ours, Target::one_in(part))
}

fn two_threads(input: Input, part: f64) -> Measure {
    let job = Job::program("stat", &["--jobs", "2", &input.name()]);
    Measure::race("`stat --jobs 2 FILE`", Entrant::naming(job, input), Target::one_in(part))
        .needing(Need::Jobs)
        .needing(Need::Cores)
}

/// Beside Polars' two ways of collecting a lazy scan, of which now one is faster and now the other,
/// and DuckDB.
fn beside_engines(ours: Measure, input: Input, column: Type, threads: u32) -> Measure {
    let (name, count) = (input.name(), threads.to_string());
    let [polars_type, duckdb_type] = column;
    let entrant = |words: &[&str]| Entrant::naming(Job::program("python3", words), input);
    let polars = |engine| entrant(&[POLARS, &name, polars_type, engine, &count]);
    let in_words = if threads == 1 { "one thread" } else { "two threads" };
    ours.on(input.data)
        .against(format!("the faster of Polars and DuckDB, {in_words}"))
        .rival(polars("streaming"))
        .rival(polars("in-memory"))
        .rival(entrant(&[DUCKDB, &name, duckdb_type, &count]))
        .needing(Need::Module("polars"))
        .needing(Need::Module("duckdb"))
}
