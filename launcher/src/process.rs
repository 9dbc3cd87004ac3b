//! The five processes, in the pipeline's order: writers before readers.
//!
//! The variants' order is the order of `ByProcess`; they are started in `Process::START_ORDER`.

use std::fmt;
use std::ops::{Index, IndexMut};

/// One of the launcher's children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Process {
    /// The converter.
    Conv,
    /// The fan-out.
    Tee,
    /// The recorder.
    Log,
    /// The statistics.
    Stat,
    /// The report.
    Report,
}

impl Process {
    /// All of them, in the order of the variants.
    pub const ALL: [Process; 5] =
        [Process::Conv, Process::Tee, Process::Log, Process::Stat, Process::Report];

    /// The stages: those that execute a program, which all but `tee` do.
    pub const STAGES: [Process; 4] = [Process::Conv, Process::Log, Process::Stat, Process::Report];

    /// The order in which they are started: writers before readers, but `tee` last. No process waits
    /// for it to be ready, since it has no options that could be wrong. (In the pipeline's order, the
    /// first line of the report would come later.) As a rule, the last to be forked is the last to be
    /// ready.
    pub(crate) const START_ORDER: [Process; 5] =
        [Process::Conv, Process::Stat, Process::Report, Process::Log, Process::Tee];

    /// Its name in `ps`, and its program's name beside the launcher.
    pub fn name(self) -> &'static str {
        match self {
            Process::Conv => "conv",
            Process::Tee => "tee",
            Process::Log => "log",
            Process::Stat => "stat",
            Process::Report => "report",
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// Something for each process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ByProcess<T>([T; Process::ALL.len()]);

impl<T> ByProcess<T> {
    /// Makes it from a function of the process, called in the pipeline's order.
    pub(crate) fn from_fn(make: impl FnMut(Process) -> T) -> ByProcess<T> {
        ByProcess(Process::ALL.map(make))
    }

    /// The same for all.
    #[cfg(test)]
    pub(crate) const fn all(value: T) -> ByProcess<T>
    where
        T: Copy,
    {
        ByProcess([value; Process::ALL.len()])
    }

    /// Each process with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Process, &T)> {
        Process::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Process> for ByProcess<T> {
    type Output = T;

    fn index(&self, process: Process) -> &T {
        &self.0[process as usize]
    }
}

impl<T> IndexMut<Process> for ByProcess<T> {
    fn index_mut(&mut self, process: Process) -> &mut T {
        &mut self.0[process as usize]
    }
}
