//! What a stage works with, and the process that provides it.

use std::fs::File;
use std::io;

use super::helpers::Helpers;
use super::ledger::Launcher;
use super::message::Messages;
use super::progress::{Above, Progress};
use super::rejections::Rejections;
use super::stop::Stop;
use super::suspension::Suspension;
use crate::stream::input::{self, AfterStop};
use crate::stream::{output, size};

/// What a stage works with. In unit tests these are byte slices, and a clock that is set by hand.
pub struct Surroundings<'a, I, O, C> {
    /// What it reads.
    pub input: I,
    /// Where its results go.
    pub output: O,
    /// The time and, for stages that wait for more than their input, the request to stop.
    pub clock: C,
    /// Where it reports what a person should know.
    pub messages: &'a mut dyn Messages,
    /// The count of what `conv` rejects, where `report` shows it at once.
    pub rejections: Option<Rejections>,
    /// Where it shows how far along it is.
    pub progress: Progress,
    /// The threads that it asked for ([`StageOptions::helpers`](super::command_line::StageOptions)).
    pub helpers: Helpers,
}

impl<'a, I, O, C> Surroundings<'a, I, O, C> {
    /// Surroundings without a shared count of rejections, a terminal, or helpers.
    pub fn new(
        input: I,
        output: O,
        clock: C,
        messages: &'a mut dyn Messages,
    ) -> Surroundings<'a, I, O, C> {
        let (progress, helpers) = (Progress::default(), Helpers::default());
        Surroundings { input, output, clock, messages, rejections: None, progress, helpers }
    }
}

/// The process in which a stage runs, once its command line is read.
#[derive(Debug)]
pub struct Host {
    /// The request to stop, and the clock to wait on.
    pub stop: Stop,
    pub(super) messages: Above,
    pub(super) progress: Progress,
    pub(super) helpers: Helpers,
    /// An output that must stay open until the ledger is written.
    pub(super) held: Option<output::Unbuffered<io::Stdout>>,
    /// Standard output, if it is a terminal, opened again so that it does not block.
    pub(super) terminal: Option<File>,
    /// Where it hears that it is to be suspended, if it draws.
    pub suspension: Option<Suspension>,
    pub(super) rejections: Option<Rejections>,
    pub(super) launcher: Option<Launcher>,
}

impl Host {
    /// Standard input, drained after a stop.
    pub fn input(&self) -> input::Stoppable<io::Stdin> {
        let after_stop = AfterStop::drain(&io::stdin(), self.launcher.clone());
        let input = input::Stoppable::new(io::stdin(), self.stop.clone(), after_stop);
        input.showing(&self.progress)
    }

    /// Standard input for samples: if it is a shell's pipe, with room for those that come while the stage is
    /// busy, as `log` is while it syncs.
    pub fn samples(&self) -> input::Stoppable<io::Stdin> {
        size::widen(io::stdin());
        self.input()
    }

    /// Where it shows how far along it is.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    fn output(&mut self) -> output::Unbuffered<io::Stdout> {
        let output = output::Unbuffered::new(io::stdout(), self.stop.clone());
        let output = output.with_terminal(self.terminal.take());
        output.above(self.progress.below(io::stdout()))
    }

    /// The surroundings of a stage that reads `input`, and writes to standard output.
    pub fn around<I>(
        &mut self,
        input: I,
    ) -> Surroundings<'_, I, output::Unbuffered<io::Stdout>, Stop> {
        Surroundings {
            input,
            output: self.output(),
            clock: self.stop.clone(),
            messages: &mut self.messages,
            rejections: self.rejections.take(),
            progress: self.progress.clone(),
            helpers: std::mem::take(&mut self.helpers),
        }
    }

    /// The same, with an output that stays open until the ledger is written: the launcher must learn
    /// that `conv` is ending before any process reads the end of its stream. If it is a shell's pipe, it
    /// has room for what comes while its reader is busy.
    pub fn around_holding<I>(
        &mut self,
        input: I,
    ) -> Surroundings<'_, I, &mut output::Unbuffered<io::Stdout>, Stop> {
        size::widen(io::stdout());
        let output = self.output();
        Surroundings {
            input,
            output: self.held.insert(output),
            clock: self.stop.clone(),
            messages: &mut self.messages,
            rejections: self.rejections.take(),
            progress: self.progress.clone(),
            helpers: std::mem::take(&mut self.helpers),
        }
    }
}
