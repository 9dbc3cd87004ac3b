//! The ledger: what each stage did, in one JSON line, written as it ends.
//!
//! If the environment variable [`VARIABLE`] holds the number of an open descriptor, the stage
//! writes its [`Entry`] there. The launcher reads the other end and settles the account; through it a
//! stage can also check that its launcher is still alive ([`Launcher`]).

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileTypeExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::process::clock::Wake;
use crate::process::inherited;
use crate::process::message::counted;
use crate::process::stop::Stop;
use crate::process::wait::Awaited;

/// How long a ledger that is full is waited for once a stop was requested. (The launcher's never is: it
/// holds one line.)
const PATIENCE: Duration = Duration::from_secs(1);

/// The environment variable that names the ledger's descriptor.
pub const VARIABLE: &str = "WANDLER_LEDGER";

/// What one process did. Counts are of rows (in the classic stream these are samples) unless stated
/// otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "lowercase")]
pub enum Entry {
    /// The converter.
    Conv {
        /// Rows that the output took whole.
        sent: u64,
        /// Readings that were not numbers, or not plausible.
        rejected: u64,
        /// Ticks at which no sample could be taken.
        missed: u64,
        /// What rows with several channels need.
        #[serde(flatten, skip_serializing_if = "Option::is_none")]
        table: Option<Table>,
    },
    /// The fan-out.
    Tee {
        /// Bytes taken from the input.
        taken: u64,
    },
    /// The recorder.
    Log {
        /// Lines written to the file, without headers.
        recorded: u64,
        /// Lines known to be on the disk.
        durable: u64,
    },
    /// The statistics.
    Stat {
        /// Rows that the statistics cover.
        counted: u64,
        /// Lines that were not rows.
        rejected: u64,
        /// Whether the reader left, so that the count stops there.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reader_gone: bool,
    },
    /// The report.
    Report {
        /// Records shown.
        shown: u64,
        /// Whether the reader went away.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reader_gone: bool,
    },
}

/// The samples in `conv`'s rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// How many channels a row has.
    pub channels: u64,
    /// Samples that were missing.
    pub missing: u64,
}

impl Entry {
    /// The process whose entry it is.
    pub fn process(&self) -> &'static str {
        match self {
            Entry::Conv { .. } => "conv",
            Entry::Tee { .. } => "tee",
            Entry::Log { .. } => "log",
            Entry::Stat { .. } => "stat",
            Entry::Report { .. } => "report",
        }
    }

    /// The summary for a person where there is no ledger: that of `conv`, and of a `stat` to which nothing
    /// came, as behind a `log` without `--pass`.
    pub(crate) fn told(&self) -> Option<String> {
        match self {
            Entry::Conv { sent, rejected, missed, table: None } => {
                Some(format!("{sent} samples sent, {rejected} rejected, {missed} ticks missed"))
            }
            Entry::Conv { sent, rejected, missed, table: Some(Table { channels, missing }) } => {
                let (rows, channels) = (counted(*sent, "row"), counted(*channels, "channel"));
                let readings = counted(*rejected, "reading");
                Some(format!(
                    "{rows} of {channels} sent, {readings} rejected, {missing} missing, \
                     {missed} ticks missed"
                ))
            }
            Entry::Stat { counted: 0, rejected: 0, reader_gone: false } => {
                Some("no samples came".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the process had done nothing yet.
    pub(crate) fn is_blank(&self) -> bool {
        match *self {
            Entry::Conv { sent, rejected, missed, .. } => (sent, rejected, missed) == (0, 0, 0),
            Entry::Tee { taken } => taken == 0,
            Entry::Log { recorded, .. } => recorded == 0,
            Entry::Stat { counted, rejected, .. } => (counted, rejected) == (0, 0),
            Entry::Report { shown, .. } => shown == 0,
        }
    }
}

/// The ledger cannot be used.
#[derive(Debug, Error)]
pub enum Error {
    /// The variable does not hold the number of an open descriptor.
    #[error(transparent)]
    Variable(#[from] inherited::Error),
    /// The entry could not be written.
    #[error("cannot write the ledger")]
    Write(#[source] io::Error),
}

/// The writing end of the ledger.
#[derive(Clone, Debug)]
pub struct Ledger {
    file: Arc<File>,
}

impl Ledger {
    /// The ledger that the environment names, if any. Call it once.
    pub(crate) fn from_environment() -> Result<Option<Ledger>, Error> {
        Ok(inherited::descriptor(VARIABLE)?.map(Ledger::new))
    }

    /// A ledger that writes to `fd`.
    pub fn new(fd: OwnedFd) -> Ledger {
        Ledger { file: Arc::new(File::from(fd)) }
    }

    /// Writes `entry`. A launcher that is gone is no error. A full pipe is waited for until `stop`; after
    /// that, for at most `PATIENCE`.
    pub(crate) fn write(&self, entry: &Entry, stop: &Stop) -> Result<(), Error> {
        let mut line = serde_json::to_vec(entry).map_err(|error| Error::Write(error.into()))?;
        line.push(b'\n');
        self.wait_for_room(stop).map_err(Error::Write)?;
        match (&*self.file).write_all(&line) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result.map_err(Error::Write),
        }
    }

    /// Waits until a line can be written: a pipe that polls as writable takes a page.
    fn wait_for_room(&self, stop: &Stop) -> io::Result<()> {
        let room = Awaited::Descriptor(self.file.as_fd(), PollFlags::POLLOUT);
        let waited = match stop.poll(Some(room), None)? {
            Wake::Stop => stop.sleep_deaf_until(Some(Instant::now() + PATIENCE)).until(room)?,
            waited => waited,
        };
        match waited {
            Wake::Ready => Ok(()),
            Wake::Deadline | Wake::Stop => Err(Errno::ETIMEDOUT.into()),
        }
    }

    /// The process that reads it, if it is a pipe: a file has no reader.
    pub(crate) fn launcher(&self) -> Option<Launcher> {
        let is_pipe = self.file.metadata().is_ok_and(|data| data.file_type().is_fifo());
        is_pipe.then(|| Launcher { ledger: self.clone() })
    }
}

/// The process that reads the ledger, the launcher.
#[derive(Clone, Debug)]
pub struct Launcher {
    ledger: Ledger,
}

impl Launcher {
    /// Whether it is still alive: a pipe without readers polls as POLLERR.
    pub(crate) fn is_there(&self) -> bool {
        let mut interest = [PollFd::new(self.ledger.file.as_fd(), PollFlags::empty())];
        matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::message::chain;
    use nix::fcntl::{FcntlArg, fcntl};
    use std::io::Read;
    use std::thread;

    #[test]
    fn an_entry_is_one_line_of_the_documented_form() {
        let (mut reader, writer) = io::pipe().unwrap();
        let ledger = Ledger::new(writer.into());
        let table = Some(Table { channels: 3, missing: 5 });
        ledger
            .write(&Entry::Conv { sent: 1200, rejected: 0, missed: 0, table: None }, &Stop::never())
            .unwrap();
        ledger
            .write(&Entry::Conv { sent: 1200, rejected: 4, missed: 0, table }, &Stop::never())
            .unwrap();
        ledger.write(&Entry::Log { recorded: 1200, durable: 1200 }, &Stop::never()).unwrap();
        ledger
            .write(&Entry::Stat { counted: 1200, rejected: 0, reader_gone: false }, &Stop::never())
            .unwrap();
        ledger.write(&Entry::Report { shown: 37, reader_gone: true }, &Stop::never()).unwrap();
        drop(ledger);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(
            text,
            "{\"stage\":\"conv\",\"sent\":1200,\"rejected\":0,\"missed\":0}\n\
             {\"stage\":\"conv\",\"sent\":1200,\"rejected\":4,\"missed\":0,\"channels\":3,\"missing\":5}\n\
             {\"stage\":\"log\",\"recorded\":1200,\"durable\":1200}\n\
             {\"stage\":\"stat\",\"counted\":1200,\"rejected\":0}\n\
             {\"stage\":\"report\",\"shown\":37,\"reader_gone\":true}\n"
        );
        let entry = |line| serde_json::from_str::<Entry>(text.lines().nth(line).unwrap()).unwrap();
        assert_eq!(entry(0), Entry::Conv { sent: 1200, rejected: 0, missed: 0, table: None });
        assert_eq!(entry(1), Entry::Conv { sent: 1200, rejected: 4, missed: 0, table });
        assert_eq!(entry(3), Entry::Stat { counted: 1200, rejected: 0, reader_gone: false });
    }

    #[test]
    fn the_summary_of_rows_counts_them_their_channels_and_readings() {
        let summary = |sent, channels, rejected| {
            let table = Some(Table { channels, missing: 5 });
            Entry::Conv { sent, rejected, missed: 0, table }.told().unwrap()
        };
        assert_eq!(
            summary(7, 3, 2),
            "7 rows of 3 channels sent, 2 readings rejected, 5 missing, 0 ticks missed"
        );
        assert_eq!(
            summary(1, 1, 1),
            "1 row of 1 channel sent, 1 reading rejected, 5 missing, 0 ticks missed"
        );
    }

    #[test]
    fn a_full_ledger_is_waited_for_and_after_a_stop_not_for_long() {
        let (mut reader, mut writer) = io::pipe().unwrap();
        let copy = writer.try_clone().unwrap();
        let capacity = fcntl(&writer, FcntlArg::F_GETPIPE_SZ).unwrap() as usize;
        writer.write_all(&vec![b'x'; capacity]).unwrap();
        let ledger = Ledger::new(copy.into());
        let entry = Entry::Tee { taken: 7 };
        let error = ledger.write(&entry, &Stop::requested_already()).unwrap_err();
        assert_eq!(chain(&error), "cannot write the ledger: Connection timed out");
        let written = thread::spawn(move || ledger.write(&entry, &Stop::never()));
        reader.read_exact(&mut vec![0; capacity]).unwrap();
        written.join().unwrap().unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "{\"stage\":\"tee\",\"taken\":7}\n");
    }

    #[test]
    fn a_ledger_in_a_file_has_no_launcher() {
        let file = tempfile::tempfile().unwrap();
        assert!(Ledger::new(file.into()).launcher().is_none());
    }

    #[test]
    fn a_launcher_that_died_is_noticed_and_not_written_to() {
        let (reader, writer) = io::pipe().unwrap();
        let ledger = Ledger::new(writer.into());
        let launcher = ledger.launcher().unwrap();
        assert!(launcher.is_there());
        drop(reader);
        assert!(!launcher.is_there());
        ledger.write(&Entry::Report { shown: 0, reader_gone: false }, &Stop::never()).unwrap();
    }
}
