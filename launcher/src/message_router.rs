//! Where messages go: while the live view is on, only `report` writes to the terminal.
//!
//! The other stages then have a pipe as their standard error, and the launcher writes its messages
//! there as well; `report` has the reading end (named by [`stage::process::message::VARIABLE`]) and
//! shows the lines above its panel. Once it has ended, the launcher passes on to standard error what is
//! left in the pipe, and what still comes.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Stderr, Stdout, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;
use stage::process::message::{Messages, StandardError};

use crate::ending::ProcessEnding;
use crate::non_blocking::{NonBlockingWriter, takes_more};

/// Written to a terminal whose live view was killed: resets colours, wraps lines again, and clears the
/// panel below the cursor. (If the kill cut a frame off, its upper rows stay: where the cursor is then is
/// unknown.)
const RESTORE: &[u8] = b"\x1b[m\x1b[?7h\r\x1b[J";

/// The pipe for messages. (If it filled up between our poll and our write, or our line were longer than
/// a page, we would wait for a hung `report`; the messages are too few and too short for that.)
#[derive(Debug)]
struct Pipe {
    /// Does not block.
    reader: File,
    writer: File,
}

/// Sends messages to `report`'s live view, or to standard error.
#[derive(Debug)]
pub(crate) struct MessageRouter {
    own: StandardError,
    output: NonBlockingWriter<Stdout>,
    error: NonBlockingWriter<Stderr>,
    pipe: Option<Pipe>,
    is_live: bool,
    report_has_ended: bool,
}

impl MessageRouter {
    /// A router to standard error or, if there is a live view and standard error is a terminal as well,
    /// to `report`.
    pub(crate) fn new(own: StandardError, is_live: bool) -> io::Result<MessageRouter> {
        let pipe = (is_live && io::stderr().is_terminal()).then(|| -> io::Result<Pipe> {
            let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
            fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
            Ok(Pipe { reader: reader.into(), writer: writer.into() })
        });
        let pipe = pipe.transpose()?;
        let (output, error) =
            (NonBlockingWriter::new(io::stdout()), NonBlockingWriter::new(io::stderr()));
        Ok(MessageRouter { own, output, error, pipe, is_live, report_has_ended: false })
    }

    /// The standard error of a stage, unless it is the launcher's own.
    pub(crate) fn for_stage(&self) -> io::Result<Option<OwnedFd>> {
        let copy = |pipe: &Pipe| pipe.writer.as_fd().try_clone_to_owned();
        self.pipe.as_ref().map(copy).transpose()
    }

    /// Where `report` reads the messages.
    pub(crate) fn for_report(&self) -> io::Result<Option<OwnedFd>> {
        let copy = |pipe: &Pipe| pipe.reader.as_fd().try_clone_to_owned();
        self.pipe.as_ref().map(copy).transpose()
    }

    /// The pipe, once its messages are the launcher's to pass on; but not while standard error accepts
    /// none.
    pub(crate) fn to_pass_on(&self) -> Option<BorrowedFd<'_>> {
        let may_speak = self.report_has_ended && self.error.blocked_on().is_none();
        self.pipe.as_ref().filter(|_| may_speak).map(|pipe| pipe.reader.as_fd())
    }

    /// The descriptors to poll for writing, while something is queued for them.
    pub(crate) fn blocked_on(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.output.blocked_on().into_iter().chain(self.error.blocked_on())
    }

    /// Writes as much of the queues as can be written now.
    pub(crate) fn flush(&mut self) {
        self.output.flush();
        self.error.flush();
    }

    /// `report` has ended, in this way: from now on the launcher writes to standard error itself.
    pub(crate) fn report_ended(&mut self, ending: &ProcessEnding) {
        self.report_has_ended = true;
        if self.is_live && matches!(ending, ProcessEnding::Killed(_)) {
            self.output.write(RESTORE);
        }
        self.pass_on();
    }

    /// Passes on what is in the pipe.
    pub(crate) fn pass_on(&mut self) {
        let Some(pipe) = &mut self.pipe else { return };
        let mut text = Vec::new();
        // The read ends with an error once the pipe is empty.
        let _ = pipe.reader.read_to_end(&mut text);
        self.error.write(&text);
    }
}

impl Messages for MessageRouter {
    fn tell(&mut self, text: &str) {
        let line = self.own.line(text);
        match &mut self.pipe {
            Some(pipe) if !self.report_has_ended && takes_more(&pipe.writer) => {
                let _ = pipe.writer.write_all(line.as_bytes());
            }
            _ => self.error.write(line.as_bytes()),
        }
    }
}
