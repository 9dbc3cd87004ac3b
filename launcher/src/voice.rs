//! Who speaks on the terminal: while the live view is on, only `report`.
//!
//! Then the other stages have a pipe as their standard error, and the launcher speaks into it as
//! well; `report` has its reading end (named by [`stage::process::message::VARIABLE`]) and shows the
//! lines above its panel. When it has ended, the launcher passes on what is left in the pipe, and
//! what still comes, to standard error.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Stderr, Stdout, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::pipe2;
use stage::process::message::{Messages, StandardError};

use crate::ending::Ending;
use crate::outlet::{Outlet, takes_more};

/// What a terminal gets whose live view was killed: from where its cursor rests, the panel is
/// cleared, and colours are the usual ones. (Of a frame that was cut off in the middle the upper
/// rows stay; nobody knows then where the cursor is.)
const RESTORE: &[u8] = b"\x1b[m\r\x1b[J";

/// The pipe for messages. (Were it filled between our look and our write, or our line longer than a
/// page, we would wait for a `report` that hangs; the few messages there are do not do that.)
#[derive(Debug)]
struct Pipe {
    /// Does not block.
    reader: File,
    writer: File,
}

/// The launcher's voice.
#[derive(Debug)]
pub(crate) struct Voice {
    own: StandardError,
    output: Outlet<Stdout>,
    error: Outlet<Stderr>,
    pipe: Option<Pipe>,
    is_live: bool,
    report_has_ended: bool,
}

impl Voice {
    /// A voice that speaks on standard error, or, if the view `is_live` and that is a terminal as
    /// well, to `report`.
    pub(crate) fn new(own: StandardError, is_live: bool) -> io::Result<Voice> {
        let pipe = (is_live && io::stderr().is_terminal()).then(|| -> io::Result<Pipe> {
            let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
            fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
            Ok(Pipe { reader: reader.into(), writer: writer.into() })
        });
        let pipe = pipe.transpose()?;
        let (output, error) = (Outlet::new(io::stdout()), Outlet::new(io::stderr()));
        Ok(Voice { own, output, error, pipe, is_live, report_has_ended: false })
    }

    /// A standard error for a stage, if it is not to be the launcher's own.
    pub(crate) fn for_stage(&self) -> io::Result<Option<OwnedFd>> {
        let copy = |pipe: &Pipe| pipe.writer.as_fd().try_clone_to_owned();
        self.pipe.as_ref().map(copy).transpose()
    }

    /// What `report` reads it from.
    pub(crate) fn for_report(&self) -> io::Result<Option<OwnedFd>> {
        let copy = |pipe: &Pipe| pipe.reader.as_fd().try_clone_to_owned();
        self.pipe.as_ref().map(copy).transpose()
    }

    /// What to read from, so that nothing is left unsaid; but not while there is no telling it.
    pub(crate) fn to_pass_on(&self) -> Option<BorrowedFd<'_>> {
        let may_speak = self.report_has_ended && self.error.blocked_on().is_none();
        self.pipe.as_ref().filter(|_| may_speak).map(|pipe| pipe.reader.as_fd())
    }

    /// What takes nothing more, although something is to be said.
    pub(crate) fn blocked_on(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.output.blocked_on().into_iter().chain(self.error.blocked_on())
    }

    /// Says what waits for that, as far as it is taken.
    pub(crate) fn flush(&mut self) {
        self.output.flush();
        self.error.flush();
    }

    /// `report` has ended, in this way: from now on the launcher speaks itself.
    pub(crate) fn report_ended(&mut self, ending: &Ending) {
        self.report_has_ended = true;
        if self.is_live && matches!(ending, Ending::Killed(_)) {
            self.output.write(RESTORE);
        }
        self.pass_on();
    }

    /// Prints what is in the pipe.
    pub(crate) fn pass_on(&mut self) {
        let Some(pipe) = &mut self.pipe else { return };
        let mut text = Vec::new();
        // It ends with an error when there is nothing more now.
        let _ = pipe.reader.read_to_end(&mut text);
        self.error.write(&text);
    }
}

impl Messages for Voice {
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
