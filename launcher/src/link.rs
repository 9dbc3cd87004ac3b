//! Which process writes to which, and what.

use crate::process::Process;
use crate::transport::Load;

/// Which process writes to which, in the pipeline's order.
pub(crate) const LINKS: [Link; 4] = [
    Link { from: Process::Conv, to: Process::Tee, load: Load::Samples },
    Link { from: Process::Tee, to: Process::Log, load: Load::Samples },
    Link { from: Process::Tee, to: Process::Stat, load: Load::Samples },
    Link { from: Process::Stat, to: Process::Report, load: Load::Records },
];

/// A transport's two processes, and what crosses it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    /// The writer.
    pub(crate) from: Process,
    /// The reader.
    pub(crate) to: Process,
    /// What crosses it.
    pub(crate) load: Load,
}

impl Link {
    /// Its name where `/proc` shows one.
    pub(crate) fn label(&self) -> String {
        format!("{}-{}", self.from, self.to)
    }
}
