//! Simulated converters, used when no other source is asked for.

use std::io::Write;

use stage::process::quantity::Rate;

use super::{OpenSource, Opened, clocked};
use crate::Error;
use crate::for_channel::{Called, ForChannel, value};
use crate::options::{Options, SimulationOptions};
use crate::plan::Plan;
use crate::sender::Sender;
use crate::source;
use crate::source::simulated::{Levels, Simulated};
use crate::ticks::Sampling;

/// Simulated converters, one for each channel, and how often they are asked.
struct SimulatedSource {
    converters: Vec<Simulated>,
    rate: Rate,
}

/// Makes the converters. (They draw their seeds here, while all system calls are still allowed: with a
/// statically linked C library, looking up the one for random numbers opens files.)
pub(super) fn open(options: &Options) -> Result<Opened, source::Error> {
    let made = (0..options.simulation.signal.len()).map(|index| converter(options, index));
    let converters = made.collect::<Result<_, _>>()?;
    Ok(Opened::new(SimulatedSource { converters, rate: options.ticking() }))
}

/// The converter of the channel at `index`, from 0.
pub(crate) fn converter(options: &Options, index: usize) -> Result<Simulated, source::Error> {
    let SimulationOptions { signal, range, seed } = &options.simulation;
    // That the names are right has been checked.
    let columns = options.sent().ok();
    let called = columns.as_ref().and_then(|columns| Called::of(columns, index));
    let levels = value(range, called).copied().unwrap_or(Levels::PERCENT);
    let (own, all): (Vec<ForChannel<u64>>, Vec<_>) =
        seed.iter().cloned().partition(|seed| seed.name.is_some());
    // With the same seed, all would be the same.
    let another = || value(&all, None).map(|seed| seed.wrapping_add(index as u64));
    let seed = value(&own, called).copied().or_else(another);
    Simulated::new(signal.get(index).copied().unwrap_or_default(), &levels, seed)
}

impl OpenSource for SimulatedSource {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let SimulatedSource { converters, rate } = *self;
        clocked::convert(converters, "sample", (rate, Sampling::Batched), plan, sender)
    }
}
