//! The channels between the processes, and the ledgers: anonymous pipes, close-on-exec from
//! birth; who gets which end, and the words for it.
//!
//! A new kind of channel is made here. The stages read and write whatever descriptor they are
//! given (`stage::input`, `stage::output`); [`crate::fan_out`] splices where all ends are pipes,
//! and copies elsewhere.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;
use stage::ledger::Entry;
use stage::size;

use crate::process::{ByProcess, Process};

/// Both ends of a channel.
struct Channel {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Channel {
    fn new() -> io::Result<Channel> {
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
        Ok(Channel { reader, writer })
    }

    fn of_samples() -> io::Result<Channel> {
        let channel = Channel::new()?;
        let _ = fcntl(channel.writer.as_fd(), FcntlArg::F_SETPIPE_SZ(size::PIPE as i32));
        Ok(channel)
    }
}

/// What one process gets. `None` stands for the launcher's own stream.
#[derive(Debug)]
pub struct Ends {
    /// Its standard input.
    pub input: Option<OwnedFd>,
    /// Its standard output.
    pub output: Option<OwnedFd>,
    /// The second output of `tee`.
    pub second_output: Option<OwnedFd>,
    /// Its ledger.
    pub ledger: OwnedFd,
}

/// Everything that is to be handed out.
#[derive(Debug)]
pub struct Wiring {
    /// What each process gets; taken out as it is forked.
    pub ends: ByProcess<Option<Ends>>,
}

impl Wiring {
    /// Makes all channels; with them the ledgers' ends that the launcher keeps.
    pub fn new() -> io::Result<(Wiring, Ledgers)> {
        let samples = Channel::of_samples()?;
        let to_log = Channel::of_samples()?;
        let to_stat = Channel::of_samples()?;
        let records = Channel::new()?;
        // `log --pass` has nobody to pass to: the fan-out already feeds `stat`.
        let nowhere = OpenOptions::new().write(true).open("/dev/null")?;
        let mut inputs = ByProcess::default();
        inputs[Process::Tee] = Some(samples.reader);
        inputs[Process::Log] = Some(to_log.reader);
        inputs[Process::Stat] = Some(to_stat.reader);
        inputs[Process::Report] = Some(records.reader);
        let mut outputs = ByProcess::default();
        outputs[Process::Conv] = Some(samples.writer);
        outputs[Process::Tee] = Some(to_log.writer);
        outputs[Process::Log] = Some(nowhere.into());
        outputs[Process::Stat] = Some(records.writer);
        let mut second_outputs = ByProcess::default();
        second_outputs[Process::Tee] = Some(to_stat.writer);

        let (mut ends, mut ledgers) = (ByProcess::default(), ByProcess::default());
        for process in Process::ALL {
            let ledger = Channel::new()?;
            ledgers[process] = Some(File::from(ledger.reader));
            ends[process] = Some(Ends {
                input: inputs[process].take(),
                output: outputs[process].take(),
                second_output: second_outputs[process].take(),
                ledger: ledger.writer,
            });
        }
        Ok((Wiring { ends }, Ledgers { ledgers }))
    }
}

/// What `process` reads from and writes to, in words.
pub fn describe(process: Process) -> (&'static str, &'static str) {
    match process {
        Process::Conv => ("standard input", "pipe to tee"),
        Process::Tee => ("pipe from conv", "pipes to log and stat"),
        Process::Log => ("pipe from tee", "its file"),
        Process::Stat => ("pipe from tee", "pipe to report"),
        Process::Report => ("pipe from stat", "standard output"),
    }
}

/// The ledgers' ends that the launcher keeps.
#[derive(Debug)]
pub struct Ledgers {
    ledgers: ByProcess<Option<File>>,
}

impl Ledgers {
    /// What each process wrote before it ended, if it did. To be called when all have ended.
    pub fn read(&mut self) -> ByProcess<Option<Entry>> {
        ByProcess::from_fn(|process| {
            let mut text = Vec::new();
            self.ledgers[process].take()?.read_to_end(&mut text).ok()?;
            serde_json::from_slice(&text).ok()
        })
    }
}
