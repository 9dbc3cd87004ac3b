//! The launcher's exit status.

use stage::process::exit::Status;

use crate::account::Account;
use crate::ending::ProcessEnding;
use crate::process::ByProcess;

/// The rules, the first that fits:
///
/// 1. a process that could not be started, was killed, could not even be killed, or ended with a status
///    other than 0 or 3: failed;
/// 2. an account that is not settled: failed;
/// 3. a process that ended with 3: some input was rejected;
/// 4. done.
pub(crate) fn status(endings: &ByProcess<Option<ProcessEnding>>, account: &Account) -> Status {
    let is_clean =
        |ending: &Option<ProcessEnding>| ending.as_ref().is_some_and(ProcessEnding::is_clean);
    let rejected = Some(ProcessEnding::Exited(Status::Rejected as i32));
    if !endings.iter().all(|(_, ending)| is_clean(ending)) || !account.is_settled() {
        Status::Failed
    } else if endings.iter().any(|(_, ending)| *ending == rejected) {
        Status::Rejected
    } else {
        Status::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Process;
    use stage::process::ledger::Entry;

    fn settled() -> Account {
        let mut entries = ByProcess::default();
        entries[Process::Conv] = Some(Entry::Conv { sent: 1, rejected: 0, missed: 0, table: None });
        entries[Process::Log] = Some(Entry::Log { recorded: 1, durable: 1 });
        entries[Process::Stat] = Some(Entry::Stat { counted: 1, rejected: 0, reader_gone: false });
        Account::settle(&entries)
    }

    /// All processes ended with 0, except this one.
    fn endings(process: Process, ending: ProcessEnding) -> ByProcess<Option<ProcessEnding>> {
        ByProcess::from_fn(|other| {
            Some(if other == process { ending.clone() } else { ProcessEnding::Exited(0) })
        })
    }

    #[test]
    fn each_rule_has_its_status() {
        let of = |ending| status(&endings(Process::Stat, ending), &settled());
        assert_eq!(of(ProcessEnding::Exited(0)), Status::Done);
        assert_eq!(of(ProcessEnding::Exited(3)), Status::Rejected);
        assert_eq!(of(ProcessEnding::Exited(1)), Status::Failed);
        assert_eq!(of(ProcessEnding::Exited(2)), Status::Failed);
        assert_eq!(of(ProcessEnding::Killed(9)), Status::Failed);
        assert_eq!(of(ProcessEnding::NotStarted(String::new())), Status::Failed);
    }

    #[test]
    fn an_account_that_is_not_settled_is_a_failure_even_if_all_ended_well() {
        let all_well = endings(Process::Conv, ProcessEnding::Exited(0));
        assert_eq!(status(&all_well, &Account::default()), Status::Failed);
    }
}
