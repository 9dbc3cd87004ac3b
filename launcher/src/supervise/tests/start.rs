//! Rule 0: all begin, or none.

use super::super::start::GIVEN_UP;
use super::*;

/// A supervisor of stages that are to begin.
fn beginning() -> Supervisor {
    Supervisor::new(wishes(GRACE, &[]))
}

#[test]
fn what_cannot_be_started_is_reported_once_and_nothing_begins() {
    let mut supervisor = beginning();
    let reason = "cannot execute \"stat\": No such file or directory";
    let not_started = ended(Process::Stat, ProcessEnding::NotStarted(reason.to_owned()));
    assert_eq!(supervisor.first(not_started), [say(reason), Action::CallOff]);
    assert_eq!(supervisor.due(), Some(at(GRACE)));
    assert_eq!(supervisor.first(ended(Process::Report, ProcessEnding::NotTried)), []);
    assert_eq!(supervisor.first(Event::AllReady), []);
    assert_eq!(supervisor.called_off(), Some(Status::Failed));
}

#[test]
fn a_wrong_option_calls_the_start_off_and_only_the_stage_says_why() {
    let mut supervisor = beginning();
    let wrong = ended(Process::Log, ProcessEnding::Exited(2));
    assert_eq!(supervisor.first(wrong), [Action::CallOff]);
    for process in [Process::Conv, Process::Stat, Process::Report] {
        let ended = ended(process, ProcessEnding::Exited(1));
        assert_eq!(supervisor.first(ended), [], "it was called off");
    }
    assert_eq!(supervisor.first(ended(Process::Tee, DONE)), []);
    assert!(supervisor.is_over());
    assert_eq!(supervisor.called_off(), Some(Status::Usage));
}

#[test]
fn a_wrong_option_is_the_reason_whatever_is_seen_to_end_first() {
    let mut supervisor = beginning();
    assert_eq!(supervisor.first(ended(Process::Tee, DONE)), [], "conv has ended");
    let wrong = || ended(Process::Conv, ProcessEnding::Exited(2));
    assert_eq!(supervisor.first(wrong()), [Action::CallOff]);
    assert_eq!(supervisor.called_off(), Some(Status::Usage));
    let mut supervisor = beginning();
    supervisor.first(ended(Process::Report, SIGKILL));
    supervisor.first(wrong());
    assert_eq!(supervisor.called_off(), Some(Status::Usage));
}

#[test]
fn a_stage_that_dies_before_all_are_ready_is_reported_and_nothing_begins() {
    for (ending, told) in [
        (SIGKILL, "conv was killed by SIGKILL"),
        (DONE, "conv ended"),
        (ProcessEnding::Exited(3), "conv ended with status 3"),
    ] {
        let mut supervisor = beginning();
        let told = [say(told), Action::CallOff];
        assert_eq!(supervisor.first(ended(Process::Conv, ending)), told);
        assert_eq!(supervisor.called_off(), Some(Status::Failed));
    }
}

#[test]
fn stages_that_do_not_fit_together_do_not_begin() {
    for status in [Status::Failed, Status::Usage] {
        let mut supervisor = beginning();
        let unfit = Unfit { reason: "why".to_owned(), status };
        assert_eq!(supervisor.first(Event::Unfit(unfit)), [say("why"), Action::CallOff]);
        assert_eq!(supervisor.called_off(), Some(status));
    }
}

#[test]
fn a_stop_that_is_asked_for_before_all_are_ready_waits_for_the_start() {
    let mut supervisor = beginning();
    assert_eq!(supervisor.first(Event::Terminate), STOP_CONV);
    assert_eq!(supervisor.first(Event::AllReady), [Action::Begin]);
}

#[test]
fn a_start_that_hangs_is_called_off_after_the_grace_and_all_stages_that_are_left_are_killed() {
    let mut supervisor = beginning();
    supervisor.first(Event::Terminate);
    let off = [say(GIVEN_UP), Action::CallOff];
    assert_eq!(supervisor.when_due(FREE)[..2], off);
    assert_eq!(supervisor.first(Event::AllReady), []);
    assert_eq!(supervisor.when_due(FREE), Process::STAGES.map(Action::Kill));
    assert_eq!(supervisor.called_off(), Some(Status::Failed));
    // It does not end although conv has, for which it could have waited.
    for process in Process::STAGES {
        supervisor.first(ended(process, SIGKILL));
    }
    assert_eq!(supervisor.when_due(FREE), [Action::Kill(Process::Tee)]);
}
