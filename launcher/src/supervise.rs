//! What to do when, and what to report: a state, an event and its time in, actions out. No process is
//! touched here, and no clock is read. ([`crate::ending`] has the words for an ending, [`crate::spawn`]
//! those for a process that could not be started.)
//!
//! The rules:
//!
//! 0. No stage begins before all are ready. If one ends before that (its options are wrong, or it could
//!    not be started), or if their files conflict, none begins: the waiting ones exit. There is nothing
//!    to settle, and the status is 2 if options were wrong, else 1. (`start`)
//! 1. `conv` that ends, for whatever reason, needs nothing: its end of file runs down the
//!    pipeline.
//! 2. A request to stop (Ctrl-C, SIGTERM, SIGHUP), a reader of the report that leaves, or the end of
//!    `tee` or `log` while `conv` still runs, stops the pipeline in order: `conv` is asked to stop, and
//!    rule 1 does the rest.
//! 3. A process that failed or was killed is reported. It stops the pipeline in order, too; but for
//!    `stat` and `report`, without which the recording goes on, unless the user wants it otherwise
//!    (`--stop-with`). `tee` goes on without a reader, and what `stat` sends to a `report` that is gone
//!    is drained, so that it goes on counting.
//! 4. What is still there a grace period (`--grace`) after the pipeline was first asked to stop is
//!    ended step by step. (`late`) A pipeline that ends by itself may take its time.
//! 5. SIGQUIT, or a Ctrl-C after an earlier request to stop, kills what is left at once; except a Ctrl-C
//!    within `ECHO` of a first one.

mod late;
mod start;

use std::time::{Duration, Instant};

use stage::process::exit::Status;

use crate::ending::ProcessEnding;
use crate::process::{ByProcess, Process};
pub(crate) use crate::supervise::late::View;
use crate::supervise::late::{Killed, Phase, Why};
use crate::supervise::start::Start;

/// Interrupts closer together than this are one: `timeout` and the like signal both a process
/// and its group. A finger takes longer.
const ECHO: Duration = Duration::from_millis(100);

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
    /// `report`, which is about to end, has written its ledger: its reader has left or, if not, it may
    /// have read the end of its input. (The end of `stat`, for whatever reason, may be noticed only after
    /// that.)
    ReportSettled {
        /// Whether its reader has left.
        reader_gone: bool,
    },
    /// SIGINT came.
    Interrupt,
    /// SIGTERM or SIGHUP came.
    Terminate,
    /// SIGQUIT came.
    Quit,
    /// The time has come for which the supervisor has waited ([`Supervisor::due`]), and this is how
    /// things stand.
    Due(View),
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
    /// Read what is sent to a process that has ended, so that its writer goes on.
    Drain(Process),
    /// A process cannot be ended: no other is to wait for it.
    Abandon(Process),
    /// Report this to the user.
    Say(String),
}

/// What the user wants of the supervisor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Wishes {
    /// How long the processes may take to end once they were asked to.
    pub(crate) grace: Duration,
    /// Whether the pipeline stops when this process fails, although it could go on.
    pub(crate) stop_with: ByProcess<bool>,
}

/// What is known of the processes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Supervisor {
    wishes: Wishes,
    start: Start,
    endings: ByProcess<Option<ProcessEnding>>,
    /// Which processes we killed.
    killed: ByProcess<Option<Killed>>,
    phase: Phase,
    due: Option<Instant>,
    has_conv_settled: bool,
    /// Whether the reader of `report` has left, once that is known.
    reader_gone: Option<bool>,
    /// When the user first asked for a stop.
    stop_request: Option<StopRequest>,
}

/// How the user first asked for a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum StopRequest {
    Interrupt(Instant),
    Termination,
}

impl Supervisor {
    /// All processes run, and wait to begin.
    pub(crate) fn new(wishes: Wishes) -> Supervisor {
        Supervisor {
            wishes,
            start: Start::Awaited,
            endings: ByProcess::default(),
            killed: ByProcess::default(),
            phase: Phase::Working,
            due: None,
            has_conv_settled: false,
            reader_gone: None,
            stop_request: None,
        }
    }

    /// How each process ended; `None` while it runs.
    pub(crate) fn endings(&self) -> &ByProcess<Option<ProcessEnding>> {
        &self.endings
    }

    /// Whether the pipeline was asked to stop, by the user or the supervisor.
    pub(crate) fn is_stopping(&self) -> bool {
        self.phase != Phase::Working
    }

    /// Whether no process is left.
    pub(crate) fn is_over(&self) -> bool {
        self.running().next().is_none()
    }

    /// When to send [`Event::Due`], if nothing happens before. (It changes with each event.)
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due
    }

    fn runs(&self, process: Process) -> bool {
        self.endings[process].is_none()
    }

    fn running(&self) -> impl Iterator<Item = Process> {
        Process::ALL.into_iter().filter(|&process| self.runs(process))
    }

    /// Records an event that happened `at` this time; returns what to do about it.
    pub(crate) fn on(&mut self, event: Event, at: Instant) -> Vec<Action> {
        match event {
            Event::Ended(process, ending) => self.ended(process, ending, at),
            Event::AllReady => self.all_ready(),
            Event::Unfit(unfit) => self.unfit(unfit, at),
            Event::ConvSettled => {
                self.has_conv_settled = true;
                vec![]
            }
            Event::ReportSettled { reader_gone } => {
                self.reader_gone = Some(reader_gone);
                vec![]
            }
            Event::Interrupt => match self.stop_request {
                Some(StopRequest::Interrupt(first))
                    if at.saturating_duration_since(first) < ECHO =>
                {
                    vec![]
                }
                Some(_) => self.kill_all(Why::SecondInterrupt, at),
                None => self.requested(StopRequest::Interrupt(at), at),
            },
            Event::Terminate => self.requested(StopRequest::Termination, at),
            Event::Quit => self.kill_all(Why::Quit, at),
            Event::Due(view) => self.come_due(&view, at),
        }
    }

    fn requested(&mut self, request: StopRequest, at: Instant) -> Vec<Action> {
        self.stop_request.get_or_insert(request);
        self.stop_in_order(at)
    }

    fn ended(&mut self, process: Process, ending: ProcessEnding, at: Instant) -> Vec<Action> {
        let actions = match self.start {
            Start::Made => self.ended_at_work(process, ending, at),
            Start::Awaited | Start::CalledOff(_) => self.ended_at_start(process, ending, at),
        };
        self.give_the_rest_its_time(at);
        actions
    }

    fn ended_at_work(
        &mut self,
        process: Process,
        ending: ProcessEnding,
        at: Instant,
    ) -> Vec<Action> {
        let is_clean = ending.is_clean();
        let told = self.told_of(process, &ending);
        self.endings[process] = Some(ending);
        let is_reason = self.is_reason_to_stop(process, is_clean);
        let told = told.map(|text| match self.goes_on_without(process) && !is_reason {
            true => format!("{text}: the recording goes on without it"),
            false => text,
        });
        let mut actions: Vec<Action> = told.map(Action::Say).into_iter().collect();
        if process == Process::Report && !is_clean && self.reader_gone != Some(true) {
            actions.push(Action::Drain(process));
        }
        if is_reason && !self.is_over() {
            actions.extend(self.stop_in_order(at));
        }
        actions
    }

    /// What to say of a process that has ended, if anything.
    fn told_of(&self, process: Process, ending: &ProcessEnding) -> Option<String> {
        match (ending, &self.killed[process]) {
            (ProcessEnding::NotTried, _) => None,
            (ProcessEnding::NotStarted(reason), _) => Some(reason.clone()),
            (ending, _) if ending.is_clean() => None,
            // It may have ended on its own just before.
            (ProcessEnding::Killed(libc::SIGKILL), Some(killed)) => {
                Some(killed.told(process, self.wishes.grace))
            }
            (ending, _) => Some(format!("{process} {ending}")),
        }
    }

    /// Rules 1 to 3, for a process that has just ended.
    fn is_reason_to_stop(&self, process: Process, is_clean: bool) -> bool {
        let conv_runs = self.runs(Process::Conv) && !self.has_conv_settled;
        match (process, is_clean) {
            (Process::Conv, is_clean) => !is_clean,
            (Process::Tee | Process::Log, is_clean) => !is_clean || conv_runs,
            // Whatever else: nobody wants to see more.
            (Process::Report, _) if self.reader_gone == Some(true) => conv_runs,
            (Process::Stat | Process::Report, false) => self.wishes.stop_with[process],
            // Its input has ended, or `report` has: that is the reason, if it is one.
            (Process::Stat, true) => false,
            (Process::Report, true) => {
                conv_runs && self.runs(Process::Stat) && self.reader_gone.is_none()
            }
        }
    }

    /// Whether `stat` or `report`, which has just failed, does not keep the others from recording.
    fn goes_on_without(&self, process: Process) -> bool {
        let records = [Process::Conv, Process::Tee, Process::Log];
        matches!(process, Process::Stat | Process::Report)
            && !self.is_stopping()
            && !self.has_conv_settled
            && records.into_iter().all(|process| self.runs(process))
    }

    fn stop_in_order(&mut self, at: Instant) -> Vec<Action> {
        if self.is_stopping() {
            return vec![];
        }
        self.phase = Phase::Asked;
        self.due = at.checked_add(self.wishes.grace);
        self.runs(Process::Conv).then_some(Action::Stop(Process::Conv)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests;
