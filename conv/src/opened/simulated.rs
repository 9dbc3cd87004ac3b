//! A simulated converter, used when no other source is asked for.

use std::io::Write;

use stage::process::quantity::Rate;

use super::{OpenSource, Opened};
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source;
use crate::source::clocked::Clocked;
use crate::ticks::Sampling;
use crate::{Error, pump};

/// A simulated converter, and how often it is asked.
struct SimulatedSource {
    converter: source::simulated::Simulated,
    rate: Rate,
}

/// Makes the converter. (It draws its seed here, while all system calls are still allowed: with a
/// statically linked C library, looking up the one for random numbers opens files.)
pub(super) fn open(options: &Options) -> Result<Opened, source::Error> {
    let Options { signal, range, seed, .. } = options;
    let converter = source::simulated::Simulated::new(*signal, range, *seed)?;
    Ok(Opened::new(SimulatedSource { converter, rate: options.ticking() }))
}

impl OpenSource for SimulatedSource {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let SimulatedSource { converter, rate } = *self;
        let Plan { conversion, checks, duration, stop, .. } = plan;
        let source = Clocked::new(converter, stop, rate, duration, Sampling::Batched);
        pump(source, Processing::new(conversion, checks), sender)
    }
}
