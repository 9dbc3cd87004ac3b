//! The rules, one by one; and `explored`: together.

mod explored;

use std::sync::OnceLock;

use super::late::{DYING, STEP};
use super::*;
use stage::process::exit::Status;

const GRACE: Duration = Duration::from_secs(10);
const DONE: ProcessEnding = ProcessEnding::Exited(0);
const SIGKILL: ProcessEnding = ProcessEnding::Killed(9);
const STOP_CONV: [Action; 1] = [Action::Stop(Process::Conv)];

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

/// A supervisor of stages that are to begin.
fn beginning() -> Supervisor {
    Supervisor::new(wishes(GRACE, &[]))
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

const FREE: View = View { unread: ByProcess::all(false), is_output_full: false };

fn unread(processes: &[Process]) -> View {
    let unread = ByProcess::from_fn(|process| processes.contains(&process));
    View { unread, is_output_full: false }
}

/// A supervisor whose grace period has just elapsed, with these processes left.
fn late(there: &[Process]) -> Supervisor {
    let mut supervisor = begun();
    supervisor.first(Event::Terminate);
    for process in Process::ALL.into_iter().filter(|process| !there.contains(process)) {
        supervisor.first(ended(process, DONE));
    }
    let asked = there.iter().flat_map(|&it| [Action::Stop(it), Action::Continue(it)]);
    assert_eq!(supervisor.when_due(FREE), asked.collect::<Vec<_>>());
    assert_eq!(supervisor.due(), Some(at(GRACE + STEP)));
    supervisor
}

#[test]
fn the_one_that_holds_the_others_up_is_killed() {
    use Process::{Conv, Log, Report, Stat, Tee};
    let full = View { is_output_full: true, ..FREE };
    for (there, view, holder) in [
        // A reading that hangs, while all that was read has been recorded.
        (&Process::ALL[..], FREE, Conv),
        // A reader of the report that hangs, and what it holds up: everything.
        (&Process::ALL, full, Report),
        (&Process::ALL, unread(&[Tee, Log, Stat, Report]), Report),
        (&Process::ALL, unread(&[Tee, Stat]), Stat),
        (&Process::ALL, unread(&[Tee, Log, Stat]), Stat),
        (&Process::ALL, unread(&[Tee, Log]), Log),
        (&Process::ALL, unread(&[Tee]), Tee),
        // Both are at fault, and log has more to lose.
        (&Process::ALL, unread(&[Log]), Conv),
        // Nobody writes to it any more.
        (&[Tee, Log, Stat, Report], FREE, Tee),
        (&[Log, Stat, Report], FREE, Stat),
        (&[Log, Report], FREE, Report),
        (&[Log], FREE, Log),
    ] {
        assert_eq!(late(there).when_due(view), [Action::Kill(holder)], "{there:?} {view:?}");
    }
}

#[test]
fn the_rest_get_a_grace_of_their_own_whenever_one_has_ended() {
    let mut supervisor = late(&Process::ALL);
    assert_eq!(supervisor.when_due(FREE), [Action::Kill(Process::Conv)]);
    let now = GRACE + STEP + Duration::from_secs(1);
    let told = [say("conv did not end within 10s, and was killed")];
    assert_eq!(supervisor.on(ended(Process::Conv, SIGKILL), at(now)), told);
    assert_eq!(supervisor.due(), Some(at(now + GRACE)));
    let later = now + GRACE / 2;
    for process in [Process::Tee, Process::Stat, Process::Report] {
        supervisor.on(ended(process, DONE), at(later));
    }
    assert_eq!(supervisor.due(), Some(at(later + GRACE)));
    assert_eq!(supervisor.when_due(FREE), [Action::Kill(Process::Log)]);
}

#[test]
fn what_was_about_to_end_by_itself_is_not_said_to_be_killed() {
    let mut supervisor = late(&[Process::Report]);
    assert_eq!(supervisor.when_due(FREE), [Action::Kill(Process::Report)]);
    assert_eq!(supervisor.clone().first(ended(Process::Report, DONE)), [], "it was faster");
    let crashed = ended(Process::Report, ProcessEnding::Killed(11));
    assert_eq!(supervisor.first(crashed)[0], say("report was killed by SIGSEGV"));
}

#[test]
fn what_cannot_be_killed_is_named_and_the_others_end_without_it() {
    let mut supervisor = late(&Process::ALL);
    let killed = supervisor.due().unwrap();
    assert_eq!(supervisor.when_due(FREE), [Action::Kill(Process::Conv)]);
    assert_eq!(supervisor.due(), Some(killed + DYING));
    let told = say("conv cannot be killed: the launcher ends without it");
    assert_eq!(supervisor.when_due(FREE), [told, Action::Abandon(Process::Conv)]);
    assert_eq!(supervisor.due(), Some(killed + DYING + GRACE));
    for process in Process::ALL.into_iter().skip(1) {
        supervisor.first(ended(process, DONE));
    }
    assert!(supervisor.is_over());
    assert_eq!(supervisor.endings()[Process::Conv], Some(ProcessEnding::Abandoned));
}

#[test]
fn the_user_does_not_wait_for_what_cannot_be_killed_either() {
    let mut supervisor = begun();
    supervisor.first(Event::Quit);
    for process in Process::ALL.into_iter().skip(1) {
        supervisor.first(ended(process, SIGKILL));
    }
    assert_eq!(supervisor.when_due(FREE).last(), Some(&Action::Abandon(Process::Conv)));
    assert!(supervisor.is_over());
}

#[test]
fn without_a_grace_all_are_killed_at_once_and_a_short_one_makes_short_steps() {
    let mut supervisor = begun_with(wishes(Duration::ZERO, &[]));
    supervisor.first(Event::Terminate);
    assert_eq!(supervisor.when_due(FREE), Process::ALL.map(Action::Kill));
    let short = STEP / 4;
    let mut supervisor = begun_with(wishes(short, &[]));
    supervisor.first(Event::Terminate);
    supervisor.when_due(FREE);
    assert_eq!(supervisor.due(), Some(at(short + short)));
}

#[test]
fn a_grace_beyond_all_time_does_not_end() {
    let mut supervisor = begun_with(wishes(Duration::MAX, &[]));
    supervisor.first(Event::Terminate);
    assert_eq!(supervisor.due(), None);
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
fn a_start_that_hangs_is_called_off_after_the_grace_and_nobody_is_spared() {
    let mut supervisor = beginning();
    supervisor.first(Event::Terminate);
    assert_eq!(supervisor.when_due(FREE)[0], Action::CallOff);
    assert_eq!(supervisor.first(Event::AllReady), []);
    assert_eq!(supervisor.when_due(FREE), Process::ALL.map(Action::Kill));
    assert_eq!(supervisor.called_off(), Some(Status::Failed));
}
