//! What to do when, and whether to say something of it: a state and an event in, actions out.
//! No process is touched here. (The words for an ending are [`crate::ending`]'s, those for a
//! process that could not be started [`crate::spawn`]'s.)
//!
//! The rules:
//!
//! 1. `conv` that ends, for whatever reason, needs nothing: its end of file runs down the
//!    pipeline.
//! 2. A request to stop (Ctrl-C, SIGTERM, SIGHUP), or any other process that ends while `conv`
//!    still runs, stops the pipeline in order: `conv` is asked to stop, and rule 1 does the
//!    rest.
//! 3. A process that failed, was killed, or could not be started is told of, and stops the
//!    pipeline in order, too.
//! 4. What is still there a grace period (`--grace`) after the pipeline was first asked to stop is
//!    ended step by step, `STEP` apart, so that what one process holds up is not lost with it:
//!    1. every process is asked to stop, which a `log` that waits for a full disk hears;
//!    2. those that are stopped (SIGSTOP) are killed; if none is, `report`, whose reader may hang
//!       and which has nothing that is recorded;
//!    3. the rest is killed.
//!
//!    What was killed is told of. A pipeline that ends by itself may take its time.
//! 5. A Ctrl-C after an earlier request to stop kills what is there at once; but not one that
//!    comes within `ECHO` of the first.

use std::time::{Duration, Instant};

use crate::ending::Ending;
use crate::process::{ByProcess, Process};

/// Interrupts closer together than this are one: `timeout` and the like signal both a process
/// and its group. A finger takes longer.
const ECHO: Duration = Duration::from_millis(100);

/// Time for the rest of the pipeline to end in order, once what held it up was asked, or killed. (Not
/// longer than the grace period, should that be short.)
const STEP: Duration = Duration::from_secs(1);

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process ended, or never began.
    Ended(Process, Ending),
    /// A process was stopped (SIGSTOP, or Ctrl-Z), or goes on.
    Halted(Process, bool),
    /// SIGINT came, at this time.
    Interrupt(Instant),
    /// SIGTERM or SIGHUP came.
    Terminate,
    /// The grace period is over.
    GraceOver,
}

/// Something to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ask a process to stop.
    Stop(Process),
    /// Kill a process.
    Kill(Process),
    /// Tell the user.
    Say(String),
    /// Send [`Event::GraceOver`] after this time.
    StartGrace(Duration),
}

/// What is known of the processes.
#[derive(Clone, Debug)]
pub struct Supervisor {
    grace: Duration,
    endings: ByProcess<Option<Ending>>,
    /// What to say of those that were killed by our own doing, once they have died of it.
    killed: ByProcess<Option<String>>,
    /// Those that are stopped and do not go on by themselves.
    halted: ByProcess<bool>,
    stopping: bool,
    /// What is to be done when the next period is over.
    next_step: Step,
    /// When the user first asked for a stop.
    asked: Option<Asked>,
}

/// How a pipeline is ended that does not end in time.
#[derive(Clone, Copy, Debug)]
enum Step {
    AskAll,
    KillCulprits,
    KillAll,
}

/// How the user first asked for a stop.
#[derive(Clone, Copy, Debug)]
enum Asked {
    ByInterrupt(Instant),
    ByTermination,
}

impl Supervisor {
    /// All processes run.
    pub fn new(grace: Duration) -> Supervisor {
        Supervisor {
            grace,
            endings: ByProcess::default(),
            killed: ByProcess::default(),
            halted: ByProcess::default(),
            stopping: false,
            next_step: Step::AskAll,
            asked: None,
        }
    }

    /// How each process ended; `None` while it runs.
    pub fn endings(&self) -> &ByProcess<Option<Ending>> {
        &self.endings
    }

    /// Whether no process is left.
    pub fn is_over(&self) -> bool {
        self.running().next().is_none()
    }

    fn running(&self) -> impl Iterator<Item = Process> {
        Process::ALL.into_iter().filter(|&process| self.endings[process].is_none())
    }

    /// Takes note of an event; what is to be done about it.
    pub fn on(&mut self, event: Event) -> Vec<Action> {
        match event {
            Event::Ended(process, ending) => self.ended(process, ending),
            Event::Interrupt(at) => match self.asked {
                Some(Asked::ByInterrupt(first)) if at.saturating_duration_since(first) < ECHO => {
                    vec![]
                }
                Some(_) => self.kill(self.running().collect(), |process| {
                    format!("{process} was killed at the second Ctrl-C")
                }),
                None => {
                    self.asked = Some(Asked::ByInterrupt(at));
                    self.stop_in_order()
                }
            },
            Event::Terminate => {
                self.asked.get_or_insert(Asked::ByTermination);
                self.stop_in_order()
            }
            Event::Halted(process, is_halted) => {
                self.halted[process] = is_halted;
                vec![]
            }
            Event::GraceOver => self.grace_over(),
        }
    }

    fn grace_over(&mut self) -> Vec<Action> {
        let step = match self.next_step {
            // There is no time for steps.
            _ if self.grace.is_zero() => Step::KillAll,
            step => step,
        };
        let (mut actions, next_step) = match step {
            Step::AskAll => (self.running().map(Action::Stop).collect(), Step::KillCulprits),
            Step::KillCulprits => (self.kill_late(self.culprits()), Step::KillAll),
            Step::KillAll => return self.kill_late(self.running().collect()),
        };
        self.next_step = next_step;
        actions.push(Action::StartGrace(self.grace.min(STEP)));
        actions
    }

    /// Who seems to hold up the others.
    fn culprits(&self) -> Vec<Process> {
        let halted: Vec<Process> = self.running().filter(|&process| self.halted[process]).collect();
        match halted.is_empty() {
            true => self.running().filter(|&process| process == Process::Report).collect(),
            false => halted,
        }
    }

    fn kill_late(&mut self, processes: Vec<Process>) -> Vec<Action> {
        let grace = self.grace;
        self.kill(processes, |process| {
            format!("{process} did not end within {grace:?}, and was killed")
        })
    }

    fn ended(&mut self, process: Process, ending: Ending) -> Vec<Action> {
        let mut actions = match &ending {
            Ending::NotTried => vec![],
            Ending::NotStarted(reason) => vec![Action::Say(reason.clone())],
            ending if ending.is_clean() => vec![],
            // It may have ended by itself just before.
            Ending::Killed(_) if self.killed[process].is_some() => {
                self.killed[process].iter().cloned().map(Action::Say).collect()
            }
            ending => vec![Action::Say(format!("{process} {ending}"))],
        };
        let clean = ending.is_clean();
        self.endings[process] = Some(ending);
        let conv_runs = self.endings[Process::Conv].is_none();
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
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(5);
    const DONE: Ending = Ending::Exited(0);
    const SIGKILL: Ending = Ending::Killed(9);

    fn interrupt(after: Duration) -> Event {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        Event::Interrupt(*START.get_or_init(Instant::now) + after)
    }

    const FIRST: Duration = Duration::ZERO;
    const SECOND: Duration = Duration::from_millis(500);

    fn say(text: &str) -> Action {
        Action::Say(text.to_owned())
    }

    fn ended(process: Process, ending: Ending) -> Event {
        Event::Ended(process, ending)
    }

    #[test]
    fn a_pipeline_that_ends_by_itself_needs_nothing() {
        let mut supervisor = Supervisor::new(GRACE);
        for process in Process::ALL {
            assert!(!supervisor.is_over());
            assert_eq!(supervisor.on(ended(process, DONE)), []);
        }
        assert!(supervisor.is_over());
    }

    #[test]
    fn a_request_to_stop_goes_to_conv_alone_and_starts_the_grace() {
        for request in [interrupt(FIRST), Event::Terminate] {
            let mut supervisor = Supervisor::new(GRACE);
            assert_eq!(
                supervisor.on(request),
                [Action::Stop(Process::Conv), Action::StartGrace(GRACE)]
            );
            assert_eq!(supervisor.on(Event::Terminate), [], "asked once is enough");
            assert_eq!(supervisor.on(ended(Process::Conv, DONE)), []);
        }
    }

    #[test]
    fn a_second_interrupt_kills_what_is_left() {
        let mut supervisor = Supervisor::new(GRACE);
        supervisor.on(interrupt(FIRST));
        for process in [Process::Conv, Process::Tee, Process::Stat, Process::Report] {
            supervisor.on(ended(process, DONE));
        }
        assert_eq!(supervisor.on(interrupt(SECOND)), [Action::Kill(Process::Log)]);
        assert_eq!(
            supervisor.on(ended(Process::Log, SIGKILL)),
            [say("log was killed at the second Ctrl-C")]
        );
    }

    #[test]
    fn the_echo_of_an_interrupt_is_not_a_second_one() {
        let mut supervisor = Supervisor::new(GRACE);
        supervisor.on(interrupt(FIRST));
        assert_eq!(supervisor.on(interrupt(ECHO / 2)), []);
        assert_ne!(supervisor.on(interrupt(ECHO)), []);
    }

    #[test]
    fn an_interrupt_after_a_termination_kills() {
        let mut supervisor = Supervisor::new(GRACE);
        supervisor.on(Event::Terminate);
        assert_eq!(supervisor.on(interrupt(FIRST))[0], Action::Kill(Process::Conv));
    }

    #[test]
    fn a_hang_up_on_top_of_an_interrupt_does_not_kill() {
        let mut supervisor = Supervisor::new(GRACE);
        supervisor.on(interrupt(FIRST));
        assert_eq!(supervisor.on(Event::Terminate), []);
    }

    #[test]
    fn a_stage_that_dies_is_told_of_and_stops_the_pipeline_in_order() {
        for process in [Process::Tee, Process::Log, Process::Stat, Process::Report] {
            let mut supervisor = Supervisor::new(GRACE);
            assert_eq!(
                supervisor.on(ended(process, SIGKILL)),
                [
                    say(&format!("{process} was killed by SIGKILL")),
                    Action::Stop(Process::Conv),
                    Action::StartGrace(GRACE)
                ]
            );
        }
    }

    #[test]
    fn conv_that_dies_is_told_of_and_the_rest_get_the_grace() {
        let mut supervisor = Supervisor::new(GRACE);
        assert_eq!(
            supervisor.on(ended(Process::Conv, SIGKILL)),
            [say("conv was killed by SIGKILL"), Action::StartGrace(GRACE)]
        );
    }

    #[test]
    fn a_stage_that_fails_is_told_with_its_status() {
        let mut supervisor = Supervisor::new(GRACE);
        let actions = supervisor.on(ended(Process::Log, Ending::Exited(1)));
        assert_eq!(actions[0], say("log ended with status 1"));
    }

    #[test]
    fn a_report_whose_reader_left_stops_the_pipeline_without_a_word() {
        let mut supervisor = Supervisor::new(GRACE);
        assert_eq!(
            supervisor.on(ended(Process::Report, DONE)),
            [Action::Stop(Process::Conv), Action::StartGrace(GRACE)]
        );
    }

    #[test]
    fn rejected_input_is_no_failure() {
        let mut supervisor = Supervisor::new(GRACE);
        assert_eq!(supervisor.on(ended(Process::Conv, Ending::Exited(3))), []);
    }

    /// A supervisor of which the grace period is over for the first time, with these still there.
    fn late(there: &[Process]) -> Supervisor {
        let mut supervisor = Supervisor::new(GRACE);
        supervisor.on(Event::Terminate);
        for process in Process::ALL.into_iter().filter(|process| !there.contains(process)) {
            supervisor.on(ended(process, DONE));
        }
        let asked = there.iter().map(|&process| Action::Stop(process));
        let expected: Vec<Action> = asked.chain([Action::StartGrace(STEP)]).collect();
        assert_eq!(supervisor.on(Event::GraceOver), expected);
        supervisor
    }

    #[test]
    fn after_the_grace_all_are_asked_then_report_and_then_the_rest_is_killed_and_named() {
        let mut supervisor = late(&[Process::Log, Process::Stat, Process::Report]);
        assert_eq!(
            supervisor.on(Event::GraceOver),
            [Action::Kill(Process::Report), Action::StartGrace(STEP)]
        );
        assert_eq!(
            supervisor.on(ended(Process::Report, SIGKILL)),
            [say("report did not end within 5s, and was killed")]
        );
        assert_eq!(
            supervisor.on(Event::GraceOver),
            [Action::Kill(Process::Log), Action::Kill(Process::Stat)]
        );
        assert_eq!(
            supervisor.on(ended(Process::Log, SIGKILL)),
            [say("log did not end within 5s, and was killed")]
        );
        assert_eq!(supervisor.on(ended(Process::Stat, DONE)), [], "it was faster");
    }

    #[test]
    fn a_process_that_is_stopped_is_killed_before_those_that_wait_for_it() {
        let mut supervisor = late(&[Process::Tee, Process::Log, Process::Stat, Process::Report]);
        supervisor.on(Event::Halted(Process::Log, true));
        supervisor.on(Event::Halted(Process::Stat, true));
        supervisor.on(Event::Halted(Process::Stat, false));
        assert_eq!(
            supervisor.on(Event::GraceOver),
            [Action::Kill(Process::Log), Action::StartGrace(STEP)]
        );
    }

    #[test]
    fn without_a_grace_all_are_killed_at_once_and_a_short_one_makes_short_steps() {
        let at_once = |grace| {
            let mut supervisor = Supervisor::new(grace);
            supervisor.on(Event::Terminate);
            supervisor.on(Event::GraceOver)
        };
        assert_eq!(at_once(Duration::ZERO), Process::ALL.map(Action::Kill));
        let short = STEP / 4;
        assert_eq!(at_once(short).last(), Some(&Action::StartGrace(short)));
    }

    #[test]
    fn what_cannot_be_started_is_told_once_and_the_rest_is_stopped() {
        let mut supervisor = Supervisor::new(GRACE);
        let reason = "cannot execute \"stat\": No such file or directory";
        assert_eq!(
            supervisor.on(ended(Process::Stat, Ending::NotStarted(reason.to_owned()))),
            [say(reason), Action::Stop(Process::Conv), Action::StartGrace(GRACE)]
        );
        assert_eq!(supervisor.on(ended(Process::Report, Ending::NotTried)), []);
    }
}
