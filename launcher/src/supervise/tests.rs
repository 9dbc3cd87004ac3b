//! The rules, one by one.

use super::*;
use stage::process::exit::Status;

const GRACE: Duration = Duration::from_secs(5);
const DONE: ProcessEnding = ProcessEnding::Exited(0);
const SIGKILL: ProcessEnding = ProcessEnding::Killed(9);

fn interrupt(after: Duration) -> Event {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    Event::Interrupt(*START.get_or_init(Instant::now) + after)
}

const FIRST: Duration = Duration::ZERO;
const SECOND: Duration = Duration::from_millis(500);

/// A supervisor of stages that have begun.
fn begun(grace: Duration) -> Supervisor {
    let mut supervisor = Supervisor::new(grace);
    assert_eq!(supervisor.on(Event::AllReady), [Action::Begin]);
    supervisor
}

fn say(text: &str) -> Action {
    Action::Say(text.to_owned())
}

fn ended(process: Process, ending: ProcessEnding) -> Event {
    Event::Ended(process, ending)
}

#[test]
fn a_pipeline_that_ends_by_itself_needs_nothing() {
    let mut supervisor = begun(GRACE);
    for process in Process::ALL {
        assert!(!supervisor.is_over());
        assert_eq!(supervisor.on(ended(process, DONE)), []);
    }
    assert!(supervisor.is_over());
}

#[test]
fn a_pipeline_whose_conv_is_the_last_that_is_seen_to_end_may_take_its_time() {
    let mut supervisor = begun(GRACE);
    for event in [Event::ConvSettled, ended(Process::Tee, DONE), ended(Process::Conv, DONE)] {
        assert_eq!(supervisor.on(event), []);
    }
    assert!(!supervisor.is_stopping());
    // An end that conv did not cause is a reason to stop.
    let mut supervisor = begun(GRACE);
    let stopped = supervisor.on(ended(Process::Tee, DONE));
    assert_eq!(stopped, [Action::Stop(Process::Conv), Action::StartGrace(GRACE)]);
}

#[test]
fn a_request_to_stop_goes_to_conv_alone_and_starts_the_grace() {
    for request in [interrupt(FIRST), Event::Terminate] {
        let mut supervisor = begun(GRACE);
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
    let mut supervisor = begun(GRACE);
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
    let mut supervisor = begun(GRACE);
    supervisor.on(interrupt(FIRST));
    assert_eq!(supervisor.on(interrupt(ECHO / 2)), []);
    assert_ne!(supervisor.on(interrupt(ECHO)), []);
}

#[test]
fn an_interrupt_after_a_termination_kills() {
    let mut supervisor = begun(GRACE);
    supervisor.on(Event::Terminate);
    assert_eq!(supervisor.on(interrupt(FIRST))[0], Action::Kill(Process::Conv));
}

#[test]
fn a_hang_up_on_top_of_an_interrupt_does_not_kill() {
    let mut supervisor = begun(GRACE);
    supervisor.on(interrupt(FIRST));
    assert_eq!(supervisor.on(Event::Terminate), []);
}

#[test]
fn a_stage_that_dies_is_reported_and_stops_the_pipeline_in_order() {
    for process in [Process::Tee, Process::Log, Process::Stat, Process::Report] {
        let mut supervisor = begun(GRACE);
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
fn conv_that_dies_is_reported_and_the_rest_get_the_grace() {
    let mut supervisor = begun(GRACE);
    assert_eq!(
        supervisor.on(ended(Process::Conv, SIGKILL)),
        [say("conv was killed by SIGKILL"), Action::StartGrace(GRACE)]
    );
}

#[test]
fn a_stage_that_fails_is_reported_with_its_status() {
    let mut supervisor = begun(GRACE);
    let actions = supervisor.on(ended(Process::Log, ProcessEnding::Exited(1)));
    assert_eq!(actions[0], say("log ended with status 1"));
}

#[test]
fn a_report_whose_reader_left_stops_the_pipeline_without_a_word() {
    let mut supervisor = begun(GRACE);
    assert_eq!(
        supervisor.on(ended(Process::Report, DONE)),
        [Action::Stop(Process::Conv), Action::StartGrace(GRACE)]
    );
}

#[test]
fn rejected_input_is_no_failure() {
    let mut supervisor = begun(GRACE);
    assert_eq!(supervisor.on(ended(Process::Conv, ProcessEnding::Exited(3))), []);
}

const FREE: Event = Event::GraceOver { is_report_held_up: false };
const HELD_UP: Event = Event::GraceOver { is_report_held_up: true };

/// A supervisor whose grace period has just elapsed, with these processes left.
fn late(there: &[Process]) -> Supervisor {
    let mut supervisor = begun(GRACE);
    supervisor.on(Event::Terminate);
    for process in Process::ALL.into_iter().filter(|process| !there.contains(process)) {
        supervisor.on(ended(process, DONE));
    }
    let asked = there.iter().flat_map(|&it| [Action::Stop(it), Action::Continue(it)]);
    let expected: Vec<Action> = asked.chain([Action::StartGrace(STEP)]).collect();
    assert_eq!(supervisor.on(HELD_UP), expected);
    supervisor
}

#[test]
fn after_the_grace_all_are_asked_then_a_report_that_is_held_up_and_then_the_rest_is_killed() {
    let mut supervisor = late(&[Process::Log, Process::Stat, Process::Report]);
    let expected = [Action::Kill(Process::Report), Action::StartGrace(STEP)];
    assert_eq!(supervisor.on(HELD_UP), expected);
    let told = [say("report did not end within 5s, and was killed")];
    assert_eq!(supervisor.on(ended(Process::Report, SIGKILL)), told);
    let expected = [Action::Kill(Process::Log), Action::Kill(Process::Stat)];
    assert_eq!(supervisor.on(FREE), expected);
    let told = [say("log did not end within 5s, and was killed")];
    assert_eq!(supervisor.on(ended(Process::Log, SIGKILL)), told);
    assert_eq!(supervisor.on(ended(Process::Stat, DONE)), [], "it was faster");
}

#[test]
fn a_report_that_only_waits_for_a_slow_log_is_not_killed_for_it() {
    let mut supervisor = late(&[Process::Log, Process::Report]);
    assert_eq!(supervisor.on(FREE), [Action::StartGrace(STEP)]);
}

#[test]
fn without_a_grace_all_are_killed_at_once_and_a_short_one_makes_short_steps() {
    let at_once = |grace| {
        let mut supervisor = begun(grace);
        supervisor.on(Event::Terminate);
        supervisor.on(FREE)
    };
    assert_eq!(at_once(Duration::ZERO), Process::ALL.map(Action::Kill));
    let short = STEP / 4;
    assert_eq!(at_once(short).last(), Some(&Action::StartGrace(short)));
}

#[test]
fn what_cannot_be_started_is_reported_once_and_nothing_begins() {
    let mut supervisor = Supervisor::new(GRACE);
    let reason = "cannot execute \"stat\": No such file or directory";
    assert_eq!(
        supervisor.on(ended(Process::Stat, ProcessEnding::NotStarted(reason.to_owned()))),
        [say(reason), Action::CallOff, Action::StartGrace(GRACE)]
    );
    assert_eq!(supervisor.on(ended(Process::Report, ProcessEnding::NotTried)), []);
    assert_eq!(supervisor.on(Event::AllReady), []);
    assert_eq!(supervisor.called_off(), Some(Status::Failed));
}

#[test]
fn a_wrong_option_calls_the_start_off_and_only_the_stage_says_why() {
    let mut supervisor = Supervisor::new(GRACE);
    let off = [Action::CallOff, Action::StartGrace(GRACE)];
    assert_eq!(supervisor.on(ended(Process::Log, ProcessEnding::Exited(2))), off);
    for process in [Process::Conv, Process::Stat, Process::Report] {
        assert_eq!(
            supervisor.on(ended(process, ProcessEnding::Exited(1))),
            [],
            "it was called off"
        );
    }
    assert_eq!(supervisor.on(ended(Process::Tee, DONE)), []);
    assert!(supervisor.is_over());
    assert_eq!(supervisor.called_off(), Some(Status::Usage));
}

#[test]
fn a_wrong_option_is_the_reason_whatever_is_seen_to_end_first() {
    let mut supervisor = Supervisor::new(GRACE);
    assert_eq!(supervisor.on(ended(Process::Tee, DONE)), [], "conv has ended");
    let off = [Action::CallOff, Action::StartGrace(GRACE)];
    assert_eq!(supervisor.on(ended(Process::Conv, ProcessEnding::Exited(2))), off);
    assert_eq!(supervisor.called_off(), Some(Status::Usage));
    let mut supervisor = Supervisor::new(GRACE);
    supervisor.on(ended(Process::Report, SIGKILL));
    supervisor.on(ended(Process::Conv, ProcessEnding::Exited(2)));
    assert_eq!(supervisor.called_off(), Some(Status::Usage));
}

#[test]
fn a_stage_that_dies_before_all_are_ready_is_reported_and_nothing_begins() {
    let mut supervisor = Supervisor::new(GRACE);
    let told = [say("conv was killed by SIGKILL"), Action::CallOff, Action::StartGrace(GRACE)];
    assert_eq!(supervisor.on(ended(Process::Conv, SIGKILL)), told);
    assert_eq!(supervisor.called_off(), Some(Status::Failed));
}

#[test]
fn stages_that_do_not_fit_together_do_not_begin() {
    for status in [Status::Failed, Status::Usage] {
        let mut supervisor = Supervisor::new(GRACE);
        let unfit = Unfit { reason: "why".to_owned(), status };
        let told = [say("why"), Action::CallOff, Action::StartGrace(GRACE)];
        assert_eq!(supervisor.on(Event::Unfit(unfit)), told);
        assert_eq!(supervisor.called_off(), Some(status));
    }
}

#[test]
fn a_stop_that_is_asked_for_before_all_are_ready_waits_for_the_start() {
    let mut supervisor = Supervisor::new(GRACE);
    let stopped = [Action::Stop(Process::Conv), Action::StartGrace(GRACE)];
    assert_eq!(supervisor.on(Event::Terminate), stopped);
    assert_eq!(supervisor.on(Event::AllReady), [Action::Begin]);
}
