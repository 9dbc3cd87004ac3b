//! The rules, one by one: here 1, 2, 3 and 5; and `explored`: together.

mod explored;
mod late;
mod start;

use std::sync::OnceLock;

use super::*;

const GRACE: Duration = Duration::from_secs(10);
const DONE: ProcessEnding = ProcessEnding::Exited(0);
const SIGKILL: ProcessEnding = ProcessEnding::Killed(9);
const STOP_CONV: [Action; 1] = [Action::Stop(Process::Conv)];

/// Whatever is written is read.
const FREE: View = View { unread: ByProcess::all(false), is_output_full: false };

/// This long after the start.
fn at(time: Duration) -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now) + time
}

const FIRST: Duration = Duration::ZERO;
const SECOND: Duration = Duration::from_millis(500);

fn wishes(grace: Duration, stop_with: &[Process]) -> Wishes {
    let stop_with = ByProcess::from_fn(|process| stop_with.contains(&process));
    Wishes { grace, stop_with }
}

/// A supervisor of stages that have begun.
fn begun_with(wishes: Wishes) -> Supervisor {
    let mut supervisor = Supervisor::new(wishes);
    assert_eq!(supervisor.on(Event::AllReady, at(FIRST)), [Action::Begin]);
    supervisor
}

fn begun() -> Supervisor {
    begun_with(wishes(GRACE, &[]))
}

fn say(text: &str) -> Action {
    Action::Say(text.to_owned())
}

fn ended(process: Process, ending: ProcessEnding) -> Event {
    Event::Ended(process, ending)
}

impl Supervisor {
    /// What is done about an event at the start.
    fn first(&mut self, event: Event) -> Vec<Action> {
        self.on(event, at(FIRST))
    }

    /// What is done when the time has come for which the supervisor waits.
    fn when_due(&mut self, view: View) -> Vec<Action> {
        let due = self.due().expect("it waits");
        self.on(Event::Due(view), due)
    }
}

#[test]
fn a_pipeline_that_ends_by_itself_needs_nothing() {
    let mut supervisor = begun();
    for process in Process::ALL {
        assert!(!supervisor.is_over());
        assert_eq!(supervisor.first(ended(process, DONE)), []);
    }
    assert!(supervisor.is_over() && supervisor.due().is_none());
}

#[test]
fn a_pipeline_whose_conv_is_the_last_that_is_seen_to_end_may_take_its_time() {
    let mut supervisor = begun();
    for event in [Event::ConvSettled, ended(Process::Tee, DONE), ended(Process::Conv, DONE)] {
        assert_eq!(supervisor.first(event), []);
    }
    assert!(!supervisor.is_stopping());
    // An end that conv did not cause is a reason to stop.
    let mut supervisor = begun();
    assert_eq!(supervisor.first(ended(Process::Tee, DONE)), STOP_CONV);
    assert_eq!(supervisor.due(), Some(at(GRACE)));
}

#[test]
fn a_request_to_stop_goes_to_conv_alone_and_starts_the_grace() {
    for request in [Event::Interrupt, Event::Terminate] {
        let mut supervisor = begun();
        assert_eq!(supervisor.first(request), STOP_CONV);
        assert_eq!(supervisor.due(), Some(at(GRACE)));
        assert_eq!(supervisor.first(Event::Terminate), [], "asked once is enough");
        assert_eq!(supervisor.first(ended(Process::Conv, DONE)), []);
    }
}

#[test]
fn a_second_interrupt_or_a_quit_kills_what_is_left() {
    for (event, when) in [(Event::Interrupt, "the second Ctrl-C"), (Event::Quit, "SIGQUIT")] {
        let mut supervisor = begun();
        supervisor.first(Event::Interrupt);
        for process in [Process::Conv, Process::Tee, Process::Stat, Process::Report] {
            supervisor.first(ended(process, DONE));
        }
        assert_eq!(supervisor.on(event, at(SECOND)), [Action::Kill(Process::Log)]);
        let told = format!("log was killed at {when}");
        assert_eq!(supervisor.first(ended(Process::Log, SIGKILL)), [say(&told)]);
    }
}

#[test]
fn a_quit_needs_no_other_request() {
    let mut supervisor = begun();
    assert_eq!(supervisor.first(Event::Quit), Process::ALL.map(Action::Kill));
    assert!(supervisor.is_stopping());
}

#[test]
fn the_echo_of_an_interrupt_is_not_a_second_one() {
    let mut supervisor = begun();
    supervisor.first(Event::Interrupt);
    assert_eq!(supervisor.on(Event::Interrupt, at(ECHO / 2)), []);
    assert_ne!(supervisor.on(Event::Interrupt, at(ECHO)), []);
}

#[test]
fn an_interrupt_after_a_termination_kills() {
    let mut supervisor = begun();
    supervisor.first(Event::Terminate);
    assert_eq!(supervisor.first(Event::Interrupt)[0], Action::Kill(Process::Conv));
}

#[test]
fn a_hang_up_on_top_of_an_interrupt_does_not_kill() {
    let mut supervisor = begun();
    supervisor.first(Event::Interrupt);
    assert_eq!(supervisor.first(Event::Terminate), []);
}

#[test]
fn a_process_that_dies_without_which_nothing_is_recorded_stops_the_pipeline_in_order() {
    for process in [Process::Tee, Process::Log] {
        let mut supervisor = begun();
        assert_eq!(
            supervisor.first(ended(process, SIGKILL)),
            [say(&format!("{process} was killed by SIGKILL")), STOP_CONV[0].clone()]
        );
        assert_eq!(supervisor.due(), Some(at(GRACE)));
    }
}

#[test]
fn without_stat_or_report_the_recording_goes_on() {
    let mut supervisor = begun();
    let told = "report was killed by SIGKILL: the recording goes on without it";
    let drained = [say(told), Action::Drain(Process::Report)];
    assert_eq!(supervisor.first(ended(Process::Report, SIGKILL)), drained);
    let told = "stat ended with status 1: the recording goes on without it";
    let failed = ended(Process::Stat, ProcessEnding::Exited(1));
    assert_eq!(supervisor.first(failed), [say(told)]);
    assert!(!supervisor.is_stopping() && supervisor.due().is_none());
}

#[test]
fn a_report_that_ends_since_stat_has_died_does_not_stop_the_recording() {
    let told = "stat was killed by SIGKILL: the recording goes on without it";
    let dead = ended(Process::Stat, SIGKILL);
    let mut supervisor = begun();
    assert_eq!(supervisor.first(dead.clone()), [say(told)]);
    assert_eq!(supervisor.first(ended(Process::Report, DONE)), []);
    // The effect may be noticed before the cause.
    let mut supervisor = begun();
    assert_eq!(supervisor.first(Event::ReportSettled { reader_gone: false }), []);
    assert_eq!(supervisor.first(ended(Process::Report, DONE)), []);
    assert_eq!(supervisor.first(dead), [say(told)]);
    assert!(!supervisor.is_stopping());
}

#[test]
fn the_recording_stops_with_what_the_user_names() {
    for process in [Process::Stat, Process::Report] {
        let mut supervisor = begun_with(wishes(GRACE, &[process]));
        let actions = supervisor.first(ended(process, SIGKILL));
        assert_eq!(actions[0], say(&format!("{process} was killed by SIGKILL")));
        assert_eq!(actions.last(), STOP_CONV.last());
        assert_eq!(supervisor.due(), Some(at(GRACE)));
    }
}

#[test]
fn it_is_not_said_that_the_recording_goes_on_when_it_does_not() {
    for event in [Event::Terminate, Event::ConvSettled, ended(Process::Conv, DONE)] {
        let mut supervisor = begun();
        supervisor.first(event);
        let told = supervisor.first(ended(Process::Stat, SIGKILL));
        assert_eq!(told, [say("stat was killed by SIGKILL")]);
    }
}

#[test]
fn conv_that_dies_is_reported_and_the_rest_get_the_grace() {
    let mut supervisor = begun();
    let told = [say("conv was killed by SIGKILL")];
    assert_eq!(supervisor.first(ended(Process::Conv, SIGKILL)), told);
    assert_eq!(supervisor.due(), Some(at(GRACE)));
}

#[test]
fn a_stage_that_fails_is_reported_with_its_status() {
    let actions = begun().first(ended(Process::Log, ProcessEnding::Exited(1)));
    assert_eq!(actions[0], say("log ended with status 1"));
}

#[test]
fn a_report_whose_reader_left_stops_the_pipeline_without_a_word() {
    let mut supervisor = begun();
    // Which ends stat, too.
    assert_eq!(supervisor.first(Event::ReportSettled { reader_gone: true }), []);
    assert_eq!(supervisor.first(ended(Process::Report, DONE)), STOP_CONV);
    assert_eq!(supervisor.first(ended(Process::Stat, DONE)), []);
    // One without a ledger has no other reason to end.
    assert_eq!(begun().first(ended(Process::Report, DONE)), STOP_CONV);
}

#[test]
fn a_reader_that_left_stops_the_pipeline_even_if_a_condition_holds() {
    let mut supervisor = begun();
    supervisor.first(Event::ReportSettled { reader_gone: true });
    let told = [say("report ended with status 1"), STOP_CONV[0].clone()];
    assert_eq!(supervisor.first(ended(Process::Report, ProcessEnding::Exited(1))), told);
}

#[test]
fn rejected_input_is_no_failure() {
    assert_eq!(begun().first(ended(Process::Conv, ProcessEnding::Exited(3))), []);
}
