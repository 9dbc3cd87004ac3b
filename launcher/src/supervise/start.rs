//! Rule 0: all stages begin, or none.

use stage::process::exit::Status;

use super::{Action, Supervisor, Unfit};
use crate::ending::ProcessEnding;
use crate::process::Process;

/// How far the start has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    Awaited,
    Made,
    /// With the launcher's status.
    CalledOff(Status),
}

impl Supervisor {
    /// The launcher's status, if no stage was allowed to begin.
    pub(crate) fn called_off(&self) -> Option<Status> {
        match self.start {
            Start::CalledOff(status) => Some(status),
            Start::Awaited | Start::Made => None,
        }
    }

    pub(super) fn all_ready(&mut self) -> Vec<Action> {
        match self.start {
            Start::Awaited => {
                self.start = Start::Made;
                vec![Action::Begin]
            }
            Start::Made | Start::CalledOff(_) => vec![],
        }
    }

    pub(super) fn unfit(&mut self, Unfit { reason, status }: Unfit) -> Vec<Action> {
        [Action::Say(reason)].into_iter().chain(self.call_off(status)).collect()
    }

    /// A process ended that had not begun.
    pub(super) fn ended_at_start(
        &mut self,
        process: Process,
        ending: ProcessEnding,
    ) -> Vec<Action> {
        let is_usage = ending == ProcessEnding::Exited(Status::Usage as i32);
        let is_failure = ending == ProcessEnding::Exited(Status::Failed as i32);
        let told = match &ending {
            // It has reported itself what is wrong.
            _ if is_usage || is_failure => None,
            ProcessEnding::NotTried => None,
            ProcessEnding::NotStarted(reason) => Some(reason.clone()),
            ProcessEnding::Killed(_) if self.killed[process].is_some() => {
                self.killed[process].clone()
            }
            ending => Some(format!("{process} {ending}")),
        };
        // tee has no options: its input ends because conv has ended, which reports why.
        let follows = process == Process::Tee && ending.is_clean();
        self.endings[process] = Some(ending);
        if follows {
            return vec![];
        }
        let status = if is_usage { Status::Usage } else { Status::Failed };
        told.map(Action::Say).into_iter().chain(self.call_off(status)).collect()
    }

    fn call_off(&mut self, status: Status) -> Vec<Action> {
        match self.start {
            Start::Awaited => self.start = Start::CalledOff(status),
            // A wrong option is the cause, whichever end is noticed first.
            Start::CalledOff(_) if status == Status::Usage => {
                self.start = Start::CalledOff(status);
                return vec![];
            }
            Start::CalledOff(_) | Start::Made => return vec![],
        }
        // A process that does not exit, because somebody has suspended it, is treated as in any other
        // stop.
        let grace = (!std::mem::replace(&mut self.stopping, true)).then_some(self.grace);
        [Action::CallOff].into_iter().chain(grace.map(Action::StartGrace)).collect()
    }
}
