//! What must hold of whatever the supervisor does and says.

use super::*;

impl World {
    /// Tells the supervisor, and does what it asks for.
    pub(super) fn tell(&mut self, event: Event) {
        let was_stopping = self.supervisor.is_stopping();
        let is_end = matches!(event, Event::Ended(process, _) if process != Process::Log);
        let actions = self.supervisor.on(event, self.now);
        if is_end || was_stopping != self.supervisor.is_stopping() {
            self.log_may_end = self.now;
        }
        for action in actions {
            self.obey(&action);
        }
    }

    fn obey(&mut self, action: &Action) {
        match *action {
            Action::Stop(process) => self.ask(process),
            Action::Continue(process) => {
                if self.bodies[process] == Body::Suspended {
                    self.bodies[process] = Body::Well;
                }
            }
            Action::Kill(process) => self.kill(process),
            Action::Drain(process) => self.is_drained[process] = true,
            Action::Abandon(process) => {
                assert_eq!(
                    self.bodies[process],
                    Body::Stuck,
                    "{process} could be killed: {self:#?}"
                );
                self.bodies[process] = Body::Gone(End::Abandoned);
                self.is_drained[process] = true;
                self.log_may_end = self.now;
            }
            Action::Say(ref text) => self.check(text),
            Action::Begin | Action::CallOff => panic!("{action:?}: {self:#?}"),
        }
    }

    fn ask(&mut self, process: Process) {
        assert!(self.may_stop, "the recording could go on: {self:#?}");
        self.asked[process].get_or_insert(self.now);
        if self.bodies[process] == Body::Waiting {
            self.bodies[process] = Body::Failing;
        }
    }

    fn kill(&mut self, process: Process) {
        // (One that is suspended again after it was continued hangs, too.)
        let is_right = self.is_user_impatient || !self.acts(process);
        assert!(is_right, "{process} does not hang: {self:#?}");
        if process == Process::Log && !self.is_user_impatient {
            let is_late = |since: Instant, time| self.now >= since + time;
            let had_grace = is_late(self.log_may_end, GRACE)
                && self.asked[process].is_some_and(|asked| is_late(asked, STEP));
            assert!(had_grace, "log had no grace: {self:#?}");
        }
        if process != Process::Log {
            self.log_may_end = self.now;
        }
        match self.bodies[process] {
            Body::Stuck | Body::Dead(_) | Body::Gone(_) => {}
            _ => self.bodies[process] = Body::Dead(End::Killed),
        }
    }

    /// What is said is so.
    fn check(&self, text: &str) {
        let process = Process::ALL.into_iter().find(|it| text.starts_with(it.name())).unwrap();
        let (text, goes_on) = match text.strip_suffix(": the recording goes on without it") {
            Some(text) => (text, true),
            None => (text, false),
        };
        let end = match &text[process.name().len()..] {
            " was killed by SIGSEGV" => End::Crashed,
            " ended with status 1" => End::Failed,
            " cannot be killed: the launcher ends without it" => {
                assert_eq!(self.bodies[process], Body::Stuck, "{text}: {self:#?}");
                return;
            }
            " did not end within 10s, and was killed"
            | " was killed at the second Ctrl-C"
            | " was killed at SIGQUIT" => End::Killed,
            other => panic!("{other}: {self:#?}"),
        };
        assert_eq!(self.bodies[process], Body::Gone(end), "{text}: {self:#?}");
        // What has just happened it cannot know.
        let records = [Process::Conv, Process::Tee, Process::Log];
        let is_recording = !self.supervisor.is_stopping()
            && records.into_iter().all(|it| self.supervisor.runs(it));
        assert!(!goes_on || is_recording, "{text}: {self:#?}");
    }

    /// Nothing more can happen: all have ended, or nobody wanted them to.
    pub(super) fn check_end(&self) {
        let is_over = self.supervisor.is_over();
        let is_work = !self.supervisor.is_stopping();
        assert!(is_over || is_work, "it waits for nothing: {self:#?}");
        if is_over {
            let is_known = |(process, body): (Process, &Body)| match body {
                Body::Gone(end) => {
                    let ending = &self.supervisor.endings()[process];
                    (*end == End::Abandoned) == (*ending == Some(ProcessEnding::Abandoned))
                }
                _ => false,
            };
            assert!(self.bodies.iter().all(is_known), "{self:#?}");
        }
    }
}
