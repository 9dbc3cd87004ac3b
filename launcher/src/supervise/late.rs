//! Rule 4: what does not end in time is ended step by step, so that what one process holds up is not lost
//! with it. Only a process that hangs pays.
//!
//! 1. A grace period after the pipeline was asked to stop, every process is asked to stop, which a `log`
//!    waiting for a full disk obeys, and to continue, in case somebody has suspended it (SIGSTOP).
//! 2. `STEP` later, the one that holds the others up is killed (`Supervisor::holder`). If the rest have
//!    not ended a grace period after that, the next is killed, and so on.
//! 3. A process that is still there `DYING` after it was killed hangs in the kernel. It is abandoned: what
//!    is sent to it is drained, and its readers no longer wait for it, but end in their own grace period.
//!
//! Whenever a process ends, those behind it get a grace period of their own: only then can they finish.
//!
//! Of stages that have not begun (rule 0) nothing can be lost: in step 1 they are called off, and in step 2
//! all of them that are left are killed at once. A grace period of zero has no steps: all are killed.
//!
//! What was killed or abandoned is reported.

use std::time::{Duration, Instant};

use super::start::Start;
use super::{Action, Supervisor};
use crate::ending::ProcessEnding;
use crate::process::{ByProcess, Process};

/// Time for a process to end once it was asked to continue and to stop. (Never longer than the grace
/// period.)
pub(super) const STEP: Duration = Duration::from_secs(1);

/// Time for a process to disappear once it was killed: far more than that takes on a busy machine.
pub(super) const DYING: Duration = Duration::from_secs(5);

/// What cannot be known from endings and signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// Which processes do not read what was written to them.
    pub(crate) unread: ByProcess<bool>,
    /// Whether the reader of the report is not reading right now.
    pub(crate) is_output_full: bool,
}

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Phase {
    /// Nobody was asked to stop.
    Working,
    /// `conv` was.
    Asked,
    /// All were.
    AllAsked,
    /// All were killed.
    AllKilled,
}

/// A process that we killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Killed {
    why: Why,
    at: Instant,
}

/// Why we killed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Why {
    /// It did not end in time.
    Late,
    /// Of a second Ctrl-C.
    SecondInterrupt,
    /// Of SIGQUIT.
    Quit,
}

impl Killed {
    /// What to say of it once it is dead.
    pub(super) fn told(&self, process: Process, grace: Duration) -> String {
        match self.why {
            Why::Late => format!("{process} did not end within {grace:?}, and was killed"),
            Why::SecondInterrupt => format!("{process} was killed at the second Ctrl-C"),
            Why::Quit => format!("{process} was killed at SIGQUIT"),
        }
    }
}

impl Supervisor {
    pub(super) fn come_due(&mut self, view: &View, at: Instant) -> Vec<Action> {
        if self.due.take_if(|due| *due <= at).is_none() {
            return vec![];
        }
        let mut actions = self.abandon(at);
        if let Some(dead) = self.dead_by() {
            // The others may be waiting for its end.
            self.due = Some(dead);
        } else if !actions.is_empty() {
            self.give_the_rest_its_time(at);
        } else {
            actions = self.next_step(view, at);
        }
        actions
    }

    fn next_step(&mut self, view: &View, at: Instant) -> Vec<Action> {
        match self.phase {
            _ if self.wishes.grace.is_zero() => self.kill_all(Why::Late, at),
            Phase::Asked => self.ask_all(at),
            Phase::AllAsked if self.start != Start::Made => self.kill_what_never_began(at),
            Phase::AllAsked => {
                let holder = self.holder(view);
                let killed = holder.map(|process| self.kill(process, Why::Late, at));
                self.give_the_rest_its_time(at);
                killed.into_iter().collect()
            }
            Phase::Working | Phase::AllKilled => vec![],
        }
    }

    fn ask_all(&mut self, at: Instant) -> Vec<Action> {
        self.phase = Phase::AllAsked;
        self.due = at.checked_add(self.wishes.grace.min(STEP));
        let off = self.give_up_start().unwrap_or_default();
        let ask = |process| [Action::Stop(process), Action::Continue(process)];
        off.into_iter().chain(self.running().flat_map(ask)).collect()
    }

    /// Kills every stage that is left. (`tee` only waits for `conv`, and ends with it.)
    fn kill_what_never_began(&mut self, at: Instant) -> Vec<Action> {
        let waits = |process| process == Process::Tee && self.runs(Process::Conv);
        let left: Vec<Process> = self.running().filter(|&process| !waits(process)).collect();
        let killed = left.into_iter().map(|process| self.kill(process, Why::Late, at)).collect();
        self.give_the_rest_its_time(at);
        killed
    }

    /// A process has ended, or is about to: those that it held up get a grace period to end in order.
    pub(super) fn give_the_rest_its_time(&mut self, at: Instant) {
        if matches!(self.phase, Phase::Asked | Phase::AllAsked) {
            let late = at.checked_add(self.wishes.grace);
            self.due = [late, self.dead_by()].into_iter().flatten().min();
        }
    }

    /// When the process that was killed last should have disappeared, if it has not yet.
    fn dead_by(&self) -> Option<Instant> {
        self.running().filter_map(|process| Some(self.killed[process]?.at + DYING)).max()
    }

    /// The process that holds the others up. One that does not read what was written to it holds up its
    /// writers, and so does one that does not end though its writer has. It is looked for from the
    /// pipeline's end, since what blocks `report` blocks all; and `log` comes last, since no other has
    /// so much to lose.
    fn holder(&self, view: &View) -> Option<Process> {
        let runs = |process| self.runs(process);
        let is_stuck = |process, writer| runs(process) && (view.unread[process] || !runs(writer));
        let report = is_stuck(Process::Report, Process::Stat)
            || runs(Process::Report) && view.is_output_full;
        let stat = is_stuck(Process::Stat, Process::Tee);
        let log = is_stuck(Process::Log, Process::Tee);
        // Otherwise it waits for `tee` to read.
        let conv = runs(Process::Conv) && !(runs(Process::Tee) && view.unread[Process::Tee]);
        let tee = is_stuck(Process::Tee, Process::Conv);
        let holders = [
            (Process::Report, report),
            (Process::Stat, stat),
            (Process::Conv, conv),
            // What it has read, it may only wait to write to one of them.
            (Process::Tee, tee && !log),
            (Process::Log, log),
        ];
        holders.into_iter().find(|(_, holds)| *holds).map(|(process, _)| process)
    }

    /// Gives up those that were killed and do not end.
    fn abandon(&mut self, at: Instant) -> Vec<Action> {
        let is_stuck = |killed: Killed| at.saturating_duration_since(killed.at) >= DYING;
        let stuck: Vec<Process> =
            self.running().filter(|&process| self.killed[process].is_some_and(is_stuck)).collect();
        stuck
            .into_iter()
            .flat_map(|process| {
                self.endings[process] = Some(ProcessEnding::Abandoned);
                let told = format!("{process} cannot be killed: the launcher ends without it");
                [Action::Say(told), Action::Abandon(process)]
            })
            .collect()
    }

    pub(super) fn kill_all(&mut self, why: Why, at: Instant) -> Vec<Action> {
        self.phase = Phase::AllKilled;
        self.due = Some(at + DYING);
        let running: Vec<Process> = self.running().collect();
        running.into_iter().map(|process| self.kill(process, why, at)).collect()
    }

    fn kill(&mut self, process: Process, why: Why, at: Instant) -> Action {
        self.killed[process].get_or_insert(Killed { why, at });
        Action::Kill(process)
    }
}
