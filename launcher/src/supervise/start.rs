//! Rule 0: all stages begin, or none.

use std::time::Instant;

use stage::process::exit::Status;

use super::{Action, Supervisor, Unfit};
use crate::ending::ProcessEnding;
use crate::process::Process;

/// What is said of a start that was asked to stop, and could not be waited for.
pub(super) const GIVEN_UP: &str = "not every stage became ready in time: none has begun";

/// How far the start has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

    pub(super) fn unfit(&mut self, Unfit { reason, status }: Unfit, at: Instant) -> Vec<Action> {
        [Action::Say(reason)].into_iter().chain(self.call_off(status, at)).collect()
    }

    /// A process ended that had not begun.
    pub(super) fn ended_at_start(
        &mut self,
        process: Process,
        ending: ProcessEnding,
        at: Instant,
    ) -> Vec<Action> {
        let is_usage = ending == ProcessEnding::Exited(Status::Usage as i32);
        let is_failure = ending == ProcessEnding::Exited(Status::Failed as i32);
        // Otherwise it has reported itself what is wrong.
        let told = match &ending {
            _ if is_usage || is_failure => None,
            ending if ending.is_clean() => Some(format!("{process} {ending}")),
            ending => self.told_of(process, ending),
        };
        // tee has no options: its input ends because conv has ended, which reports why.
        let follows = process == Process::Tee && ending.is_clean();
        self.endings[process] = Some(ending);
        if follows {
            return vec![];
        }
        let status = if is_usage { Status::Usage } else { Status::Failed };
        told.map(Action::Say).into_iter().chain(self.call_off(status, at)).collect()
    }

    /// Lets none begin, if it is not known yet whether all can.
    pub(super) fn give_up_start(&mut self) -> Option<Vec<Action>> {
        (self.start == Start::Awaited).then(|| {
            self.start = Start::CalledOff(Status::Failed);
            // The waiting stages end without a word.
            vec![Action::Say(GIVEN_UP.to_owned()), Action::CallOff]
        })
    }

    fn call_off(&mut self, status: Status, at: Instant) -> Vec<Action> {
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
        // stop. (There is no need to ask `conv`, which waits like the others.)
        self.stop_in_order(at);
        vec![Action::CallOff]
    }
}
