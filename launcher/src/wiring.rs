//! The transports between the processes, the ledgers, and the count of rejections: which process gets
//! which end, what the launcher keeps, and how `-v` describes it. ([`crate::transport`] makes the
//! transports.)

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::pipe2;
use stage::process::ledger::Entry;
use stage::process::rejections;
use stage::stream::transport::Keeper;
use stage::stream::transport::peer::End;
use stage::stream::transport::queue::{self, Capacity};
use thiserror::Error;

use crate::gates::Gates;
use crate::message_router::MessageRouter;
use crate::process::{ByProcess, Process};
use crate::transport::{self, Load, Transport, Via};

/// Which process writes to which, in the pipeline's order.
const LINKS: [Link; 4] = [
    Link { from: Process::Conv, to: Process::Tee, load: Load::Samples },
    Link { from: Process::Tee, to: Process::Log, load: Load::Samples },
    Link { from: Process::Tee, to: Process::Stat, load: Load::Samples },
    Link { from: Process::Stat, to: Process::Report, load: Load::Records },
];

/// A transport's two processes, and what crosses it.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: Process,
    to: Process,
    load: Load,
}

impl Link {
    fn label(&self) -> String {
        format!("{}-{}", self.from, self.to)
    }
}

/// Why the processes could not be connected.
#[derive(Debug, Error)]
pub enum Error {
    /// The transports could not be made.
    #[error("cannot make the transports")]
    Transport(#[from] transport::Error),
    /// A ledger could not be made.
    #[error("cannot make the ledgers")]
    Ledger(#[source] io::Error),
    /// The count of rejections could not be made.
    #[error("cannot make the count of rejections")]
    Rejections(#[source] io::Error),
    /// The gates could not be made.
    #[error("cannot make the stages wait for each other")]
    Gates(#[source] io::Error),
    /// The pipe for messages could not be shared.
    #[error("cannot copy the pipe for messages")]
    Messages(#[source] io::Error),
    /// `/dev/null` could not be opened, for output that nobody reads.
    #[error("cannot open \"/dev/null\"")]
    Nowhere(#[source] io::Error),
}

/// What one process gets. A stream that is `None` is the launcher's own.
#[derive(Debug)]
pub(crate) struct Descriptors {
    /// Its standard input.
    pub(crate) input: Option<OwnedFd>,
    /// Its standard output.
    pub(crate) output: Option<OwnedFd>,
    /// The second output of `tee`.
    pub(crate) second_output: Option<OwnedFd>,
    /// Its standard error.
    pub(crate) error: Option<OwnedFd>,
    /// Where `report` reads the others' messages.
    pub(crate) messages: Option<OwnedFd>,
    /// Where `conv` counts what it rejects, and `report` reads it.
    pub(crate) rejections: Option<OwnedFd>,
    /// Its ledger.
    pub(crate) ledger: OwnedFd,
    /// The gate at which it waits to begin.
    pub(crate) gate: Option<OwnedFd>,
}

/// Everything to be handed out.
#[derive(Debug)]
pub(crate) struct Wiring {
    /// What each process gets; taken out as it is forked.
    pub(crate) ends: ByProcess<Option<Descriptors>>,
}

impl Wiring {
    /// Makes everything, and the launcher's own side of it. Without `shows_report`, the report goes to
    /// `/dev/null`.
    pub(crate) fn new(
        via: Via,
        shows_report: bool,
        router: &MessageRouter,
    ) -> Result<(Wiring, LauncherSide), Error> {
        let (transports, mut streams) = Streams::joined_by(make_transports(via)?);
        // `log --pass` has no reader to pass to: the fan-out already feeds `stat`.
        streams.outputs[Process::Log] = Some(nowhere()?);
        if !shows_report {
            streams.outputs[Process::Report] = Some(nowhere()?);
        }

        let mut counts: ByProcess<Option<OwnedFd>> = ByProcess::default();
        let sides = rejections::create().map_err(Error::Rejections)?.map(Some);
        [counts[Process::Conv], counts[Process::Report]] = sides;
        let (gates, mut stages_gates) = Gates::new().map_err(Error::Gates)?;
        let (mut ends, mut ledgers) = (ByProcess::default(), ByProcess::default());
        for process in Process::ALL {
            let (reader, ledger) =
                pipe2(OFlag::O_CLOEXEC).map_err(|errno| Error::Ledger(errno.into()))?;
            ledgers[process] = Some(File::from(reader));
            let (error, messages) = match process {
                Process::Report => (Ok(None), router.for_report()),
                _ => (router.for_stage(), Ok(None)),
            };
            ends[process] = Some(Descriptors {
                error: error.map_err(Error::Messages)?,
                messages: messages.map_err(Error::Messages)?,
                input: streams.inputs[process].take(),
                output: streams.outputs[process].take(),
                second_output: streams.second_outputs[process].take(),
                rejections: counts[process].take(),
                ledger,
                gate: stages_gates[process].take(),
            });
        }
        Ok((Wiring { ends }, LauncherSide { via, transports, ledgers, gates }))
    }
}

/// An output without a reader.
fn nowhere() -> Result<OwnedFd, Error> {
    let nowhere = OpenOptions::new().write(true).open("/dev/null").map_err(Error::Nowhere)?;
    Ok(nowhere.into())
}

/// The ends of the transports, for each process.
#[derive(Default)]
struct Streams {
    inputs: ByProcess<Option<OwnedFd>>,
    outputs: ByProcess<Option<OwnedFd>>,
    second_outputs: ByProcess<Option<OwnedFd>>,
}

impl Streams {
    /// Hands out the ends of `transports`, one for each link; returns what the launcher keeps of them.
    fn joined_by(transports: Vec<Transport>) -> (Vec<KeptTransport>, Streams) {
        let mut streams = Streams::default();
        let mut kept = Vec::new();
        for (link, Transport { ends, keeper, made_of }) in LINKS.into_iter().zip(transports) {
            streams.inputs[link.to] = Some(ends.reader);
            let free = match streams.outputs[link.from] {
                None => &mut streams.outputs,
                Some(_) => &mut streams.second_outputs,
            };
            free[link.from] = Some(ends.writer);
            kept.push(KeptTransport { link, keeper, made_of });
        }
        (kept, streams)
    }
}

/// A transport for each link.
fn make_transports(via: Via) -> Result<Vec<Transport>, transport::Error> {
    let make = |capacity| {
        let make = |link: &Link| Transport::new(via, &link.label(), link.load, capacity);
        LINKS.iter().map(make).collect()
    };
    match via {
        Via::Mqueue => share(Capacity::granted(), make),
        // No others have a capacity, which takes time to look up.
        Via::Pipe | Via::Fifo | Via::Socket | Via::Shm => make(Capacity::DEFAULT),
    }
}

/// A limit covers all message queues of a user: gives each of those that `make` makes less and less of
/// this `capacity`, until there is room for all.
fn share<T>(
    mut capacity: Capacity,
    make: impl Fn(Capacity) -> Result<T, transport::Error>,
) -> Result<T, transport::Error> {
    loop {
        match make(capacity) {
            Err(transport::Error::Queue(limit @ queue::Error::Limit { .. })) => {
                capacity = capacity.halved().ok_or(limit)?;
            }
            result => return result,
        }
    }
}

/// What the launcher keeps of the wiring.
#[derive(Debug)]
pub(crate) struct LauncherSide {
    via: Via,
    transports: Vec<KeptTransport>,
    ledgers: ByProcess<Option<File>>,
    /// Where the stages wait to begin.
    pub(crate) gates: Gates,
}

/// What the launcher keeps of a transport.
#[derive(Debug)]
struct KeptTransport {
    link: Link,
    keeper: Keeper,
    made_of: String,
}

impl LauncherSide {
    /// A process has ended, or will never begin: notifies its readers and writers where the kernel does
    /// not.
    pub(crate) fn close_ends_of(&self, process: Process) {
        for KeptTransport { link, keeper, .. } in &self.transports {
            if link.from == process {
                keeper.close(End::Writer);
            }
            if link.to == process {
                keeper.close(End::Reader);
            }
        }
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

    /// What each process wrote into its ledger, if it did. Call it when all have ended.
    pub(crate) fn read_ledgers(&mut self) -> ByProcess<Option<Entry>> {
        ByProcess::from_fn(|process| {
            let mut text = Vec::new();
            self.ledgers[process].take()?.read_to_end(&mut text).ok()?;
            serde_json::from_slice(&text).ok()
        })
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

    /// The capacities of four queues within this many bytes, as the kernel counts them.
    fn four_within(bytes: usize) -> Result<[Capacity; 4], transport::Error> {
        share(Capacity::granted(), |capacity| match 4 * capacity.messages * capacity.size {
            all if all <= bytes => Ok([capacity; 4]),
            _ => Err(queue::Error::Limit { limit: bytes as u64 }.into()),
        })
    }

    #[test]
    fn queues_share_what_room_there_is() {
        let granted = Capacity::granted();
        assert_eq!(four_within(usize::MAX).unwrap(), [granted; 4]);
        let less = four_within(4 * granted.messages * granted.size - 1).unwrap();
        assert_eq!(less, [granted.halved().unwrap(); 4]);
        let reason = four_within(1000).unwrap_err().to_string();
        assert!(reason.contains("RLIMIT_MSGQUEUE, 1000 bytes"), "{reason}");
    }
}
