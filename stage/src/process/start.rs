//! The start of a stage in the launcher's pipeline: it waits until every other stage is ready, too.
//!
//! A stage whose command line is wrong ends with status 2, and a `conv` that cannot open its input with
//! status 1. By then another stage might have emptied the file that it records to, or read from a
//! device what will not come again. So the launcher gives each stage one end of a socket, named by
//! [`VARIABLE`] as the ledger is, and the stage
//!
//! 1. reads its command line, and ends if that is wrong;
//! 2. opens what it reads, if it is `conv`, and ends with status 1 if that cannot be opened;
//! 3. sends [`Ready`], a JSON object in one message: what it is going to read and to write;
//! 4. gives up files and system calls, which takes longer than all else here, while the launcher waits
//!    for the others;
//! 5. waits for one byte, and begins; or for an end of file, which means that another stage cannot
//!    begin or the launcher is gone, and exits silently with status 1.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::process::command_line::StageOptions;
use crate::process::inherited;
use crate::process::message::quoted_path;
use crate::stream::files::{UsedFile, named_stream};

/// The environment variable that names the descriptor.
pub const VARIABLE: &str = "WANDLER_START";

/// The most bytes of a [`Ready`]: room for a few escaped file names of up to 4096 bytes each. From a
/// longer one the last files are dropped. Of those that are read, the first is reason enough to refuse:
/// only `conv`, which reads one, may read files in a pipeline. Of those that are written, the last are
/// names that `log` may need later, and before them the oldest that it rotates.
pub const MAX_READY: usize = 64 * 1024;

/// What a stage announces when it is ready.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ready {
    /// Files that it will read.
    #[serde(default)]
    pub reads: Vec<UsedFile>,
    /// Files that it will write.
    #[serde(default)]
    pub writes: Vec<UsedFile>,
    /// Of the files that it will write, those named as a standard stream: the quoted name, and which
    /// stream. The user means the launcher's; the stage's own is something else.
    #[serde(default)]
    pub streams: Vec<(String, String)>,
    /// Whether it will not read its standard input.
    #[serde(default)]
    pub ignores_input: bool,
    /// What it reads there that is not samples, if that is so.
    #[serde(default)]
    pub no_samples: Option<String>,
}

impl Ready {
    /// What a stage with these options announces.
    pub fn with(options: &impl StageOptions) -> Ready {
        let used = |paths: Vec<&Path>| paths.into_iter().filter_map(UsedFile::at).collect();
        let ignores_input = !options.reads_standard_input();
        let stream = |path: &Path| Some((quoted_path(path), named_stream(path)?.to_owned()));
        let streams = options.writes().iter().map(PathBuf::as_path).filter_map(stream).collect();
        let (reads, writes) = (used(options.reads()), options.writes());
        let writes = writes.iter().filter_map(|path| UsedFile::at(path)).collect();
        let no_samples = options.reads_no_samples().map(str::to_owned);
        Ready { reads, writes, streams, ignores_input, no_samples }
    }
}

/// The gate at which a stage waits.
#[derive(Debug)]
pub(crate) struct Gate(File);

impl Gate {
    /// The gate that the environment names, if any. Call it once.
    pub(crate) fn from_environment() -> Result<Option<Gate>, inherited::Error> {
        Ok(inherited::descriptor(VARIABLE)?.map(|fd| Gate(fd.into())))
    }

    /// Announces that the stage is ready.
    pub(crate) fn announce(mut self, ready: &Ready) -> AwaitingStart {
        // Without a launcher no stage begins.
        AwaitingStart(self.send(ready).is_ok().then_some(self.0))
    }

    fn send(&mut self, ready: &Ready) -> io::Result<()> {
        self.0.write_all(&message(ready.clone())?)
    }
}

/// The message to send, with as many of the files as there is room for.
fn message(mut ready: Ready) -> serde_json::Result<Vec<u8>> {
    loop {
        let message = serde_json::to_vec(&ready)?;
        let Ready { reads, writes, .. } = &mut ready;
        let files = if reads.len() > 1 { reads } else { writes };
        if message.len() <= MAX_READY || files.len() <= 1 {
            return Ok(message);
        }
        files.truncate(files.len() / 2);
    }
}

/// A gate at which the stage has announced that it is ready; `None` if that failed.
#[derive(Debug)]
pub(crate) struct AwaitingStart(Option<File>);

impl AwaitingStart {
    /// Waits to be told whether the stage may begin.
    pub(crate) fn may_begin(self) -> bool {
        self.0.is_some_and(|mut gate| gate.read_exact(&mut [0]).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socketpair};
    use std::os::fd::OwnedFd;
    use std::thread;

    fn gate() -> (Gate, File) {
        let (kind, flags) = (SockType::SeqPacket, SockFlag::empty());
        let (stage, launcher): (OwnedFd, OwnedFd) =
            socketpair(AddressFamily::Unix, kind, None, flags).unwrap();
        (Gate(stage.into()), launcher.into())
    }

    #[test]
    fn a_stage_says_what_it_is_ready_for_and_begins_when_it_may() {
        let (gate, mut launcher) = gate();
        let writes = UsedFile::at("/".as_ref()).into_iter().collect();
        let ready = Ready { writes, ..Ready::default() };
        let stage = thread::spawn(move || gate.announce(&ready).may_begin());
        let mut message = vec![0; MAX_READY];
        let length = launcher.read(&mut message).unwrap();
        let heard: Ready = serde_json::from_slice(&message[..length]).unwrap();
        assert!(heard.reads.is_empty() && heard.writes[0].name == "\"/\"");
        launcher.write_all(b"\n").unwrap();
        assert!(stage.join().unwrap());
    }

    #[test]
    fn a_stage_that_names_many_files_names_the_first_of_them_in_one_message() {
        let dir = tempfile::tempdir().unwrap();
        let file = |number: usize| UsedFile::at(&dir.path().join(number.to_string())).unwrap();
        let files: Vec<UsedFile> = (0..2000).map(file).collect();
        let one = files[..1].to_vec();
        for (reads, writes) in [(files.clone(), vec![]), (vec![], files.clone()), (one, files)] {
            let (gate, mut launcher) = gate();
            let ready = Ready { reads, writes, ..Ready::default() };
            let _awaiting = gate.announce(&ready);
            let mut message = vec![0; MAX_READY];
            let length = launcher.read(&mut message).unwrap();
            let heard: Ready = serde_json::from_slice(&message[..length]).unwrap();
            for (heard, named) in [(&heard.reads, &ready.reads), (&heard.writes, &ready.writes)] {
                assert!(heard.len() == named.len() || heard.len() > 1);
                assert!(heard.iter().zip(named).all(|(heard, named)| heard.is_same(named)));
            }
        }
    }

    #[test]
    fn a_stage_does_not_begin_when_the_launcher_calls_it_off_or_is_gone() {
        let (gate, launcher) = gate();
        drop(launcher);
        assert!(!gate.announce(&Ready::default()).may_begin());
    }
}
