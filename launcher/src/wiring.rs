//! The transports between the processes, the ledgers, and the count of rejections: which process gets
//! which end, and what the launcher keeps ([`crate::side`]). ([`crate::transport`] makes the transports.)

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::OwnedFd;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;
use stage::process::rejections;
use stage::stream::transport::queue::{self, Capacity};
use thiserror::Error;

use crate::gates::Gates;
use crate::link::{LINKS, Link};
use crate::message_router::MessageRouter;
use crate::process::{ByProcess, Process};
use crate::side::{KeptTransport, LauncherSide};
use crate::transport::{self, Transport, Via};

/// Why the processes could not be connected.
#[derive(Debug, Error)]
pub enum Error {
    /// The transports could not be made.
    #[error("cannot make the transports")]
    Transport(#[from] transport::Error),
    /// A reading end could not be shared.
    #[error("cannot copy a transport's reading end")]
    Copy(#[source] io::Error),
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
        let (transports, mut streams) = Streams::joined_by(make_transports(via)?)?;
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
            let (reader, ledger) = ledger().map_err(Error::Ledger)?;
            ledgers[process] = Some(reader);
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
        let side = LauncherSide::new(via, shows_report, transports, ledgers, gates);
        Ok((Wiring { ends }, side))
    }
}

/// A ledger: the launcher's end, which does not block, since somebody else may hold the other open; and
/// the stage's.
fn ledger() -> io::Result<(File, OwnedFd)> {
    let (reader, ledger) = pipe2(OFlag::O_CLOEXEC)?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
    Ok((reader.into(), ledger))
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
    fn joined_by(transports: Vec<Transport>) -> Result<(Vec<KeptTransport>, Streams), Error> {
        let mut streams = Streams::default();
        let mut kept = Vec::new();
        for (link, Transport { ends, keeper, made_of }) in LINKS.into_iter().zip(transports) {
            let copy = ends.reader.try_clone().map_err(Error::Copy)?;
            kept.push(KeptTransport::new(link, keeper, copy, made_of));
            streams.inputs[link.to] = Some(ends.reader);
            let free = match streams.outputs[link.from] {
                None => &mut streams.outputs,
                Some(_) => &mut streams.second_outputs,
            };
            free[link.from] = Some(ends.writer);
        }
        Ok((kept, streams))
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
