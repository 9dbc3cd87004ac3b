//! The row about long runs: cost and memory do not grow with the number of samples.

use crate::data::{
    ACCELERATION, Data, EXPONENTS, FLOATS, IIO, INTEGERS, LATITUDE, PRESSURE, TIMESTAMPS,
    TWENTY_FOUR_BITS,
};
use crate::inputs::Input;
use crate::job::Job;
use crate::targets::measure::{Entrant, Measure};
use crate::targets::target::Target;

use super::Setting;

const SETS: [Data; 9] = [
    INTEGERS,
    PRESSURE,
    TWENTY_FOUR_BITS,
    ACCELERATION,
    LATITUDE,
    TIMESTAMPS,
    IIO,
    FLOATS,
    EXPONENTS,
];

/// How often the file is read; ours of the race is the longer run.
const SHORT: u64 = 5;
const LONG: u64 = 50;

/// Flat, except for what the allocator keeps, which differs from run to run.
const MEMORY: f64 = 1.1;

pub(super) fn all(setting: &Setting) -> Vec<Measure> {
    SETS.map(|data| {
        let input = Input { data, samples: setting.samples };
        let mut measure = Measure::race(
            "`cat FILE FILE … | stat`",
            several_times(input, LONG),
            Target::speed(0.95),
        )
        .on(data)
        .against("a tenth of it")
        .rival(several_times(input, SHORT));
        measure.targets.push(Target::memory(MEMORY));
        measure
    })
    .into()
}

/// Through a pipe: no disk or memory holds a thousand million lines.
fn several_times(input: Input, times: u64) -> Entrant {
    let script = format!("for _ in {{1..{times}}}; do cat {}; done | stat", input.name());
    let entrant = Entrant::naming(Job::shell(&script), input);
    Entrant { samples: input.samples * times, ..entrant }
}
