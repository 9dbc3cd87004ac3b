//! What to do when, and what to report: a state and an event in, actions out. No process is touched
//! here. ([`crate::ending`] has the words for an ending, [`crate::spawn`] those for a process that
//! could not be started.)
//!
//! The rules:
//!
//! 0. No stage begins before all are ready. If one ends before that (its options are wrong, or it could
//!    not be started), or if their files conflict, none begins: the waiting ones exit. There is nothing
//!    to settle, and the status is 2 if options were wrong, else 1.
//! 1. `conv` that ends, for whatever reason, needs nothing: its end of file runs down the
//!    pipeline.
//! 2. A request to stop (Ctrl-C, SIGTERM, SIGHUP), or any other process that ends while `conv`
//!    still runs, stops the pipeline in order: `conv` is asked to stop, and rule 1 does the
//!    rest.
//! 3. A process that failed or was killed is reported, and stops the pipeline in order, too.
//! 4. What is still there a grace period (`--grace`) after the pipeline was first asked to stop is
//!    ended step by step, `STEP` apart, so that what one process holds up is not lost with it:
//!    1. every process is asked to stop, which a `log` waiting for a full disk obeys, and to continue,
//!       in case somebody has suspended it (SIGSTOP);
//!    2. `report` is killed if its reader hangs: no recorded sample is lost with it;
//!    3. the rest is killed.
//!
//!    What was killed is reported. A pipeline that ends by itself may take its time. A grace period of
//!    zero has no steps: all are killed.
//! 5. A Ctrl-C after an earlier request to stop kills what is left at once, unless it comes within
//!    `ECHO` of a first Ctrl-C.

mod start;

use std::time::{Duration, Instant};

use stage::process::exit::Status;

use crate::ending::ProcessEnding;
use crate::process::{ByProcess, Process};
use crate::supervise::start::Start;

/// Interrupts closer together than this are one: `timeout` and the like signal both a process
/// and its group. A finger takes longer.
const ECHO: Duration = Duration::from_millis(100);

/// Time for the rest of the pipeline to end in order, once what held it up was asked to stop, or
/// killed. (Never longer than the grace period.)
const STEP: Duration = Duration::from_secs(1);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A process ended, or never began.
    Ended(Process, ProcessEnding),
    /// Every stage has read its options, and waits to begin.
    AllReady,
    /// Every stage is ready, but they cannot work together.
    Unfit(Unfit),
    /// `conv` has written its ledger, and so is about to end. Processes behind it may read the end of
    /// its stream, and end, before its own end is noticed.
    ConvSettled,
    /// SIGINT came, at this time.
    Interrupt(Instant),
    /// SIGTERM or SIGHUP came.
    Terminate,
    /// The grace period, or a step after it, has elapsed.
    GraceOver {
        /// Whether the reader of the report is not reading right now.
        is_report_held_up: bool,
    },
}

/// Why stages that are ready cannot work together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// The reason, for the user.
    pub(crate) reason: String,
    /// The launcher's status.
    pub(crate) status: Status,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Let all stages begin.
    Begin,
    /// Let none begin.
    CallOff,
    /// Ask a process to stop.
    Stop(Process),
    /// Let a process continue that may be suspended.
    Continue(Process),
    /// Kill a process.
    Kill(Process),
    /// Report this to the user.
    Say(String),
    /// Send [`Event::GraceOver`] after this time.
    StartGrace(Duration),
}

/// What is known of the processes.
#[derive(Clone, Debug)]
pub(crate) struct Supervisor {
    grace: Duration,
    start: Start,
    endings: ByProcess<Option<ProcessEnding>>,
    /// What to report of processes that we killed, once they are dead.
    killed: ByProcess<Option<String>>,
    stopping: bool,
    has_conv_settled: bool,
    /// What to do when the current period is over.
    next_step: Step,
    /// When the user first asked for a stop.
    stop_request: Option<StopRequest>,
}

/// The steps that end a pipeline that is late.
#[derive(Clone, Copy, Debug)]
enum Step {
    AskAll,
    KillReport,
    KillAll,
}

/// How the user first asked for a stop.
#[derive(Clone, Copy, Debug)]
enum StopRequest {
    Interrupt(Instant),
    Termination,
}

impl Supervisor {
    /// All processes run, and wait to begin.
    pub(crate) fn new(grace: Duration) -> Supervisor {
        Supervisor {
            grace,
            start: Start::Awaited,
            endings: ByProcess::default(),
            killed: ByProcess::default(),
            stopping: false,
            has_conv_settled: false,
            next_step: Step::AskAll,
            stop_request: None,
        }
    }

    /// How each process ended; `None` while it runs.
    pub(crate) fn endings(&self) -> &ByProcess<Option<ProcessEnding>> {
        &self.endings
    }

    /// Whether the pipeline was asked to stop, by the user or the supervisor.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// Whether no process is left.
    pub(crate) fn is_over(&self) -> bool {
        self.running().next().is_none()
    }

    fn running(&self) -> impl Iterator<Item = Process> {
        Process::ALL.into_iter().filter(|&process| self.endings[process].is_none())
    }

    /// Records an event; returns what to do about it.
    pub(crate) fn on(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Ended(process, ending) => self.ended(process, ending),
            Event::AllReady => self.all_ready(),
            Event::Unfit(unfit) => self.unfit(unfit),
            Event::ConvSettled => {
                self.has_conv_settled = true;
                vec![]
            }
            Event::Interrupt(at) => match self.stop_request {
                Some(StopRequest::Interrupt(first))
                    if at.saturating_duration_since(first) < ECHO =>
                {
                    vec![]
                }
                Some(_) => self.kill(self.running().collect(), |process| {
                    format!("{process} was killed at the second Ctrl-C")
                }),
                None => {
                    self.stop_request = Some(StopRequest::Interrupt(at));
                    self.stop_in_order()
                }
            },
            Event::Terminate => {
                self.stop_request.get_or_insert(StopRequest::Termination);
                self.stop_in_order()
            }
            Event::GraceOver { is_report_held_up } => self.grace_over(is_report_held_up),
        }
    }

    fn grace_over(&mut self, is_report_held_up: bool) -> Vec<Action> {
        let step = match self.next_step {
            // No time for steps.
            _ if self.grace.is_zero() => Step::KillAll,
            step => step,
        };
        let running: Vec<Process> = self.running().collect();
        let (mut actions, next_step) = match step {
            Step::AskAll => {
                let ask = |process| [Action::Stop(process), Action::Continue(process)];
                (running.into_iter().flat_map(ask).collect(), Step::KillReport)
            }
            Step::KillReport => {
                let is_culprit =
                    |process: &Process| *process == Process::Report && is_report_held_up;
                let culprit = running.into_iter().filter(is_culprit).collect();
                (self.kill_late(culprit), Step::KillAll)
            }
            Step::KillAll => return self.kill_late(running),
        };
        self.next_step = next_step;
        actions.push(Action::StartGrace(self.grace.min(STEP)));
        actions
    }

    fn kill_late(&mut self, processes: Vec<Process>) -> Vec<Action> {
        let grace = self.grace;
        self.kill(processes, |process| {
            format!("{process} did not end within {grace:?}, and was killed")
        })
    }

    fn ended(&mut self, process: Process, ending: ProcessEnding) -> Vec<Action> {
        match self.start {
            Start::Made => self.ended_at_work(process, ending),
            Start::Awaited | Start::CalledOff(_) => self.ended_at_start(process, ending),
        }
    }

    fn ended_at_work(&mut self, process: Process, ending: ProcessEnding) -> Vec<Action> {
        let mut actions = match &ending {
            ProcessEnding::NotTried | ProcessEnding::NotStarted(_) => vec![],
            ending if ending.is_clean() => vec![],
            // It may have ended on its own just before.
            ProcessEnding::Killed(_) if self.killed[process].is_some() => {
                self.killed[process].iter().cloned().map(Action::Say).collect()
            }
            ending => vec![Action::Say(format!("{process} {ending}"))],
        };
        let clean = ending.is_clean();
        self.endings[process] = Some(ending);
        let conv_runs = self.endings[Process::Conv].is_none() && !self.has_conv_settled;
        if !self.is_over() && (!clean || conv_runs) {
            actions.extend(self.stop_in_order());
        }
        actions
    }

    fn stop_in_order(&mut self) -> Vec<Action> {
        if std::mem::replace(&mut self.stopping, true) {
            return vec![];
        }
        let conv = self.running().find(|&process| process == Process::Conv).map(Action::Stop);
        conv.into_iter().chain([Action::StartGrace(self.grace)]).collect()
    }

    fn kill(&mut self, processes: Vec<Process>, say: impl Fn(Process) -> String) -> Vec<Action> {
        for &process in &processes {
            self.killed[process].get_or_insert_with(|| say(process));
        }
        processes.into_iter().map(Action::Kill).collect()
    }
}

#[cfg(test)]
mod tests;
