//! The channels between the processes: anonymous pipes, close-on-exec from birth.
//!
//! A new kind of channel is made here; `stage::input` and `stage::output` find out by
//! themselves what they were given, and [`crate::fan_out`] copies between whatever it gets.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;
use stage::ledger::Entry;

use crate::process::{ByProcess, Process};

/// Bytes a pipe for samples holds, sixteen times the kernel's default: fewer switches between
/// processes at full speed, and room for what arrives while `log` syncs. A user's pipes may be
/// limited to less, which does no harm.
const PIPE_SIZE: i32 = 1 << 20;

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
        let _ = fcntl(channel.writer.as_fd(), FcntlArg::F_SETPIPE_SZ(PIPE_SIZE));
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
        let mut inputs = [
            None,
            Some(samples.reader),
            Some(to_log.reader),
            Some(to_stat.reader),
            Some(records.reader),
        ];
        let mut outputs = [
            Some(samples.writer),
            Some(to_log.writer),
            Some(nowhere.into()),
            Some(records.writer),
            None,
        ];
        let mut second_output = Some(to_stat.writer);

        let mut ends = ByProcess::default();
        let mut ledgers = ByProcess::default();
        for process in Process::ALL {
            let ledger = Channel::new()?;
            ledgers[process] = Some(File::from(ledger.reader));
            ends[process] = Some(Ends {
                input: inputs[process as usize].take(),
                output: outputs[process as usize].take(),
                second_output: if process == Process::Tee { second_output.take() } else { None },
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
