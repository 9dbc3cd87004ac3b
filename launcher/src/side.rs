//! What the launcher keeps of the wiring while the processes run: the ledgers, the gates, and of each
//! transport its keeper and **a copy of its reading end**, which serves three ends.
//!
//! - While the reader lives, it shows whether the reader takes what comes ([`View`]).
//! - When the reader has ended, the copy is closed, and only then does the writer get EPIPE: the
//!   supervisor decides whether it should.
//! - If it should not, the transport is drained by the copy instead, in a thread
//!   ([`stage::stream::transport::drain`]): the writer goes on as if somebody read. (All processes are
//!   forked by then.)
//!
//! No copy is kept of a writing end: a reader must find the end of its input even if the launcher cannot
//! do anything for it, because it is stopped or was killed.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::thread;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use stage::process::ledger::Entry;
use stage::stream::transport::Keeper;
use stage::stream::transport::drain::Drain;
use stage::stream::transport::peer::End;

use crate::gates::Gates;
use crate::link::Link;
use crate::non_blocking::takes_more;
use crate::process::{ByProcess, Process};
use crate::supervise::View;
use crate::transport::Via;

/// The most bytes of a ledger that are read: many times its one line.
const MAX_ENTRY: u64 = 64 * 1024;

/// What the launcher keeps of the wiring.
#[derive(Debug)]
pub(crate) struct LauncherSide {
    via: Via,
    /// Whether standard output is where the report goes.
    shows_report: bool,
    transports: Vec<KeptTransport>,
    /// The ledgers that are still to be read.
    ledgers: ByProcess<Option<File>>,
    /// What stood in the others.
    entries: ByProcess<Option<Entry>>,
    /// Where the stages wait to begin.
    pub(crate) gates: Gates,
}

/// What the launcher keeps of a transport.
#[derive(Debug)]
pub(crate) struct KeptTransport {
    link: Link,
    keeper: Keeper,
    /// A copy of the reading end, until the reader has ended.
    reader: Option<OwnedFd>,
    made_of: String,
}

impl KeptTransport {
    /// Of the transport that is this link, `made_of` something, with a copy of its reading end.
    pub(crate) fn new(
        link: Link,
        keeper: Keeper,
        reader: OwnedFd,
        made_of: String,
    ) -> KeptTransport {
        KeptTransport { link, keeper, reader: Some(reader), made_of }
    }

    fn has_unread(&self) -> bool {
        self.reader.as_ref().is_some_and(|reader| self.keeper.has_unread(reader.as_fd()))
    }

    /// The reader has ended, unless that is known already: the writer is to notice.
    fn close_reader(&mut self) {
        if self.reader.take().is_some() {
            self.keeper.close(End::Reader);
        }
    }

    /// The reader has ended: the writer is not to notice.
    fn drain(&mut self) {
        let Some(reader) = self.reader.take() else { return };
        let drain = Drain::new(&self.keeper, reader);
        // (If its end cannot be read, the drain is dropped, and the writer gets EPIPE after all.)
        let drained = thread::Builder::new().name("drain".to_owned()).spawn(|| drain.run());
        if drained.is_err() {
            self.keeper.close(End::Reader);
        }
    }
}

impl LauncherSide {
    /// The launcher's side of transports made of `via`.
    pub(crate) fn new(
        via: Via,
        shows_report: bool,
        transports: Vec<KeptTransport>,
        ledgers: ByProcess<Option<File>>,
        gates: Gates,
    ) -> LauncherSide {
        let entries = ByProcess::default();
        LauncherSide { via, shows_report, transports, ledgers, entries, gates }
    }

    /// A process has ended, or will never begin: notifies its readers and writers where the kernel does
    /// not. (The writer to one whose input is drained goes on.)
    pub(crate) fn close_ends_of(&mut self, process: Process) {
        for transport in &mut self.transports {
            if transport.link.from == process {
                transport.keeper.close(End::Writer);
            }
            if transport.link.to == process {
                transport.close_reader();
            }
        }
    }

    /// A process has ended, or cannot be ended: from now on the launcher reads what is sent to it.
    pub(crate) fn drain_to(&mut self, process: Process) {
        self.transports
            .iter_mut()
            .filter(|it| it.link.to == process)
            .for_each(KeptTransport::drain);
    }

    /// A process will neither write nor end: its readers are not to wait for it. Where only the kernel
    /// could show them the end, their ledgers are given up: a reader that was asked to stop, and whose
    /// ledger nobody reads, ends by itself after a second of silence. (For `conv`, whose reader is `tee`,
    /// the account loses nothing by that.)
    pub(crate) fn end_input_from(&mut self, process: Process) {
        for KeptTransport { link, keeper, .. } in &self.transports {
            if link.from == process {
                keeper.close(End::Writer);
                if !keeper.can_end_input() {
                    self.ledgers[link.to] = None;
                }
            }
        }
    }

    /// Which processes leave something unread, and whether the report can be written.
    pub(crate) fn view(&self) -> View {
        let mut view = View::default();
        for transport in &self.transports {
            view.unread[transport.link.to] = transport.has_unread();
        }
        view.is_output_full = self.shows_report && !takes_more(&io::stdout());
        view
    }

    /// What `process` reads from and writes to, in words.
    pub(crate) fn describe(&self, process: Process) -> (String, String) {
        let transport = self.via.name();
        let from = |writer| format!("{transport} from {writer}");
        let to = |reader| format!("{transport} to {reader}");
        match process {
            Process::Conv => ("standard input".to_owned(), to(Process::Tee)),
            Process::Tee => (from(Process::Conv), format!("{} to log and stat", self.via.plural())),
            Process::Log => (from(Process::Tee), "its file".to_owned()),
            Process::Stat => (from(Process::Tee), to(Process::Report)),
            Process::Report => (from(Process::Stat), "standard output".to_owned()),
        }
    }

    /// Each transport, with what it is made of.
    pub(crate) fn transports(&self) -> impl Iterator<Item = (String, &str)> {
        self.transports.iter().map(|KeptTransport { link, made_of, .. }| {
            (format!("{} to {}", link.from, link.to), made_of.as_str())
        })
    }

    /// Whether `process` has written its ledger, and so is ending, even if it has not been reaped.
    pub(crate) fn has_settled(&self, process: Process) -> bool {
        self.ledgers[process].as_ref().is_some_and(has_something_to_read)
    }

    /// Reads what `process`, which has ended, wrote into its ledger; what another wrote there is not an
    /// entry.
    pub(crate) fn read_ledger(&mut self, process: Process) -> Option<&Entry> {
        let mut text = Vec::new();
        // The error is that no more is there.
        let _ = self.ledgers[process].take()?.take(MAX_ENTRY).read_to_end(&mut text);
        let entry = serde_json::from_slice::<Entry>(&text).ok()?;
        self.entries[process] = Some(entry).filter(|entry| entry.process() == process.name());
        self.entries[process].as_ref()
    }

    /// What the ledgers held that were read.
    pub(crate) fn entries(&self) -> &ByProcess<Option<Entry>> {
        &self.entries
    }
}

fn has_something_to_read(pipe: &File) -> bool {
    let mut interest = [PollFd::new(pipe.as_fd(), PollFlags::POLLIN)];
    let is_ready = poll(&mut interest, PollTimeout::ZERO).is_ok_and(|ready| ready > 0);
    is_ready && interest[0].revents().is_some_and(|events| events.contains(PollFlags::POLLIN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{PipeWriter, Write, pipe};

    /// A launcher's side with nothing but a ledger for each process, and the other ends of these.
    fn ledgers() -> (LauncherSide, ByProcess<Option<PipeWriter>>) {
        let (mut ledgers, mut ends) = (ByProcess::default(), ByProcess::default());
        for process in Process::ALL {
            let (reader, writer) = pipe().unwrap();
            let flags = nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK);
            nix::fcntl::fcntl(&reader, flags).unwrap();
            ledgers[process] = Some(File::from(OwnedFd::from(reader)));
            ends[process] = Some(writer);
        }
        (LauncherSide::new(Via::Pipe, true, vec![], ledgers, Gates::default()), ends)
    }

    #[test]
    fn a_ledger_is_read_even_if_somebody_holds_it_open() {
        let (mut side, ends) = ledgers();
        ends[Process::Tee]
            .as_ref()
            .unwrap()
            .write_all(b"{\"stage\":\"tee\",\"taken\":7}\n")
            .unwrap();
        assert!(side.has_settled(Process::Tee) && !side.has_settled(Process::Log));
        assert_eq!(side.read_ledger(Process::Tee), Some(&Entry::Tee { taken: 7 }));
        assert_eq!(side.read_ledger(Process::Log), None);
        assert_eq!(side.entries()[Process::Tee], Some(Entry::Tee { taken: 7 }));
        drop(ends);
    }

    #[test]
    fn an_entry_of_another_process_is_not_an_entry() {
        let (mut side, ends) = ledgers();
        let entry = b"{\"stage\":\"log\",\"recorded\":7,\"durable\":7}\n";
        ends[Process::Stat].as_ref().unwrap().write_all(entry).unwrap();
        assert_eq!(side.read_ledger(Process::Stat), None);
        assert_eq!(side.entries()[Process::Stat], None);
    }
}
