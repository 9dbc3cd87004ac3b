//! Rule 4: what does not end in time.

use super::super::late::{DYING, STEP};
use super::*;

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
