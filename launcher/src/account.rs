//! The account: were all rows that `conv` sent recorded and counted? (In the classic stream a row is a
//! sample.)

use std::cmp::Ordering;
use std::fmt;

use stage::process::ledger::{Entry, Table};
use stage::process::message;

use crate::process::{ByProcess, Process};

/// What the ledgers add up to. A count is `None` if its stage left none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    sent: Option<u64>,
    /// What rows with channels hold; `None` of the classic stream.
    table: Option<Table>,
    recorded: Option<u64>,
    durable: Option<u64>,
    counted: Option<u64>,
    /// Readings that `conv` rejected.
    by_conv: u64,
    /// Lines that `stat` read and rejected.
    not_counted: u64,
    missed: u64,
    /// Whether the reader of `report` or of `stat` left, so that counting stopped early.
    reader_gone: bool,
    /// Whether that was the reader of `report`.
    is_reader_of_report: bool,
}

impl Account {
    /// Adds up the processes' entries.
    pub(crate) fn settle(entries: &ByProcess<Option<Entry>>) -> Account {
        let mut account = Account::default();
        for entry in entries.iter().filter_map(|(_, entry)| entry.as_ref()) {
            match *entry {
                Entry::Conv { sent, rejected, missed, table } => {
                    (account.sent, account.table) = (Some(sent), table);
                    account.by_conv = rejected;
                    account.missed = missed;
                }
                Entry::Tee { .. } => {}
                Entry::Log { recorded, durable } => {
                    account.recorded = Some(recorded);
                    account.durable = Some(durable);
                }
                Entry::Stat { counted, rejected, reader_gone } => {
                    account.counted = Some(counted);
                    account.not_counted = rejected;
                    account.reader_gone |= reader_gone;
                }
                Entry::Report { reader_gone, .. } => {
                    account.is_reader_of_report = reader_gone;
                    account.reader_gone |= reader_gone;
                }
            }
        }
        account
    }

    /// Whether every row sent is on the disk, and counted unless the reader left.
    pub(crate) fn is_settled(&self) -> bool {
        self.objections().is_empty()
    }

    /// What does not add up, in words.
    fn objections(&self) -> Vec<String> {
        let mut objections = Vec::new();
        let counts = [
            (Process::Conv, self.sent),
            (Process::Log, self.recorded),
            (Process::Stat, self.counted),
        ];
        for (process, _) in counts.iter().filter(|(_, count)| count.is_none()) {
            objections.push(format!("{process} left no account"));
        }
        objections.extend(difference(self.sent, self.recorded, "recorded", "sent"));
        objections.extend(difference(self.recorded, self.durable, "on the disk", "recorded"));
        objections.extend(self.objection_to_counting());
        objections
    }

    /// What does not add up of what `stat` read.
    fn objection_to_counting(&self) -> Option<String> {
        let is_more =
            |count: Option<u64>| self.sent.zip(count).is_some_and(|(sent, count)| count > sent);
        if is_more(self.counted) {
            return difference(self.sent, self.counted, "counted", "sent");
        }
        if is_more(self.seen()) {
            // This happens if a line was torn in two, or a header is not the one that `stat` was told to expect.
            return difference(self.sent, self.seen(), "counted or rejected", "sent");
        }
        difference(self.sent, self.seen(), "counted", "sent").filter(|_| !self.reader_gone)
    }

    /// Whose end stopped the count early.
    fn whose_end(&self) -> &'static str {
        if self.is_reader_of_report { "the reader of the report left" } else { "report ended" }
    }

    /// Rows that reached `stat`, counted or not.
    fn seen(&self) -> Option<u64> {
        self.counted.map(|counted| counted + self.not_counted)
    }
}

/// How two counts that should be equal differ, if both are known.
fn difference(had: Option<u64>, has: Option<u64>, what: &str, opposite: &str) -> Option<String> {
    let (had, has) = had.zip(has)?;
    match had.cmp(&has) {
        Ordering::Greater => Some(format!("{} not {what}", had - has)),
        Ordering::Less => Some(format!("{} more {what} than {opposite}", has - had)),
        Ordering::Equal => None,
    }
}

/// `1200 samples sent, 1200 recorded, 1200 counted, 0 rejected`, then what does not add up. Of rows with
/// channels: `1200 rows of 3 channels sent, 1200 recorded, 1200 counted; 3 readings rejected, 5 missing`.
impl fmt::Display for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_counts(formatter)?;
        if self.missed > 0 {
            write!(formatter, ", {} ticks missed", self.missed)?;
        }
        if self.reader_gone && self.counted.is_some() && self.seen() < self.sent {
            write!(formatter, ", counted up to where {}", self.whose_end())?;
        }
        match self.objections() {
            objections if objections.is_empty() => Ok(()),
            objections => write!(formatter, "; not settled: {}", objections.join(", ")),
        }
    }
}

impl Account {
    fn write_counts(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count =
            |count: Option<u64>| count.map_or("unknown".to_owned(), |count| count.to_string());
        let (recorded, counted) = (count(self.recorded), count(self.counted));
        let Account { by_conv, not_counted, .. } = self;
        match (self.sent, self.table) {
            (Some(sent), Some(Table { channels, missing })) => {
                let of = message::counted;
                let (rows, channels) = (of(sent, "row"), of(channels, "channel"));
                let readings = of(*by_conv, "reading");
                write!(
                    formatter,
                    "{rows} of {channels} sent, {recorded} recorded, {counted} counted; \
                     {readings} rejected, {missing} missing"
                )?;
                match not_counted {
                    0 => Ok(()),
                    rejected => write!(formatter, ", {} rejected", of(*rejected, "row")),
                }
            }
            (Some(sent), None) => write!(
                formatter,
                "{sent} samples sent, {recorded} recorded, {counted} counted, {} rejected",
                by_conv + not_counted
            ),
            // Nor does anybody know whether they were samples or rows of several.
            (None, _) => write!(
                formatter,
                "unknown sent, {recorded} recorded, {counted} counted, unknown rejected"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(entries: &[Entry]) -> Account {
        let mut by_process = ByProcess::default();
        for entry in entries {
            let process = match entry {
                Entry::Conv { .. } => Process::Conv,
                Entry::Tee { .. } => Process::Tee,
                Entry::Log { .. } => Process::Log,
                Entry::Stat { .. } => Process::Stat,
                Entry::Report { .. } => Process::Report,
            };
            by_process[process] = Some(entry.clone());
        }
        Account::settle(&by_process)
    }

    fn conv(sent: u64) -> Entry {
        Entry::Conv { sent, rejected: 0, missed: 0, table: None }
    }

    fn log(recorded: u64) -> Entry {
        Entry::Log { recorded, durable: recorded }
    }

    fn stat(counted: u64) -> Entry {
        Entry::Stat { counted, rejected: 0, reader_gone: false }
    }

    #[test]
    fn equal_counts_are_settled() {
        let account = account(&[conv(1200), log(1200), stat(1200)]);
        assert!(account.is_settled());
        assert_eq!(
            account.to_string(),
            "1200 samples sent, 1200 recorded, 1200 counted, 0 rejected"
        );
    }

    #[test]
    fn rejects_and_missed_ticks_are_reported_and_do_not_unsettle() {
        let conv = Entry::Conv { sent: 5, rejected: 2, missed: 3, table: None };
        let account = account(&[conv, log(5), stat(5)]);
        assert!(account.is_settled());
        assert_eq!(
            account.to_string(),
            "5 samples sent, 5 recorded, 5 counted, 2 rejected, 3 ticks missed"
        );
    }

    #[test]
    fn rows_of_several_channels_are_accounted_for_as_rows() {
        let of = |channels, rejected| Entry::Conv {
            sent: 1200,
            rejected,
            missed: 2,
            table: Some(Table { channels, missing: 5 }),
        };
        let settled = account(&[of(3, 3), log(1200), stat(1200)]);
        assert!(settled.is_settled());
        assert_eq!(
            settled.to_string(),
            "1200 rows of 3 channels sent, 1200 recorded, 1200 counted; 3 readings rejected, \
             5 missing, 2 ticks missed"
        );
        let torn = Entry::Stat { counted: 1198, rejected: 1, reader_gone: false };
        assert_eq!(
            account(&[of(1, 1), log(1200), torn]).to_string(),
            "1200 rows of 1 channel sent, 1200 recorded, 1198 counted; 1 reading rejected, \
             5 missing, 1 row rejected, 2 ticks missed; not settled: 1 not counted"
        );
    }

    #[test]
    fn differences_are_named() {
        let account =
            account(&[conv(1200), Entry::Log { recorded: 1100, durable: 1000 }, stat(1201)]);
        assert!(!account.is_settled());
        assert_eq!(
            account.to_string(),
            "1200 samples sent, 1100 recorded, 1201 counted, 0 rejected; \
             not settled: 100 not recorded, 100 not on the disk, 1 more counted than sent"
        );
    }

    #[test]
    fn lines_that_were_rejected_are_not_said_to_be_counted() {
        let rejecting = Entry::Stat { counted: 0, rejected: 1201, reader_gone: false };
        assert_eq!(
            account(&[conv(1200), log(1200), rejecting]).to_string(),
            "1200 samples sent, 1200 recorded, 0 counted, 1201 rejected; \
             not settled: 1 more counted or rejected than sent"
        );
    }

    #[test]
    fn what_conv_did_is_unknown_if_it_died() {
        let rejecting = Entry::Stat { counted: 7, rejected: 1, reader_gone: false };
        assert_eq!(
            account(&[log(8), rejecting]).to_string(),
            "unknown sent, 8 recorded, 7 counted, unknown rejected; not settled: conv left no account"
        );
    }

    #[test]
    fn a_stage_that_died_leaves_its_count_unknown() {
        let account = account(&[conv(1200), log(1200)]);
        assert!(!account.is_settled());
        assert_eq!(
            account.to_string(),
            "1200 samples sent, 1200 recorded, unknown counted, 0 rejected; \
             not settled: stat left no account"
        );
    }

    #[test]
    fn a_reader_that_left_excuses_samples_not_counted_but_not_samples_not_recorded() {
        let left = Entry::Stat { counted: 800, rejected: 0, reader_gone: true };
        let report = Entry::Report { shown: 3, reader_gone: true };
        let settled = account(&[conv(1200), log(1200), left.clone(), report]);
        assert!(settled.is_settled());
        let told =
            "1200 samples sent, 1200 recorded, 800 counted, 0 rejected, counted up to where ";
        assert_eq!(settled.to_string(), format!("{told}the reader of the report left"));
        let without_report = account(&[conv(1200), log(1200), left.clone()]);
        assert_eq!(without_report.to_string(), format!("{told}report ended"));
        let failed = Entry::Report { shown: 3, reader_gone: false };
        let with_failed = account(&[conv(1200), log(1200), left.clone(), failed]);
        assert_eq!(with_failed.to_string(), format!("{told}report ended"));
        assert!(!account(&[conv(1200), log(1100), left]).is_settled());
        let rejecting = Entry::Stat { counted: 1100, rejected: 100, reader_gone: true };
        let all_seen = account(&[conv(1200), log(1200), rejecting]).to_string();
        assert_eq!(all_seen, "1200 samples sent, 1200 recorded, 1100 counted, 100 rejected");
        let report = Entry::Report { shown: 3, reader_gone: true };
        let unknown = account(&[conv(1200), log(1200), report]).to_string();
        assert!(!unknown.contains("counted up to"), "{unknown}");
    }
}
