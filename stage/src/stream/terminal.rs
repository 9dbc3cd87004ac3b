//! Terminals: as inputs, whose they are and how they end; as outputs, whether they can be drawn on.
//!
//! A read of 0 bytes from a terminal means one of several things, and so does EIO:
//!
//! | the terminal | 0 bytes | EIO |
//! |---|---|---|
//! | has hung up: unplugged, no carrier, the other side of a pseudo-terminal closed | it hung up | it hung up |
//! | edits lines (canonical) | somebody typed Ctrl-D, or a device sent that byte, 4 | an error |
//! | does not, and may return without data (`stty min 0`) | nothing yet | an error |
//!
//! A hang-up of the program's own terminal is a request to stop, like the SIGHUP that comes with it;
//! that of any other terminal, a device, is a failure. For an output, a person's terminal that hung up is
//! a reader that left.

use std::env;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::RangeInclusive;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::{fstat, major};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::{isatty, tcgetpgrp};

use crate::stream::ending::Lost;

/// The major device numbers of pseudo-terminals (UNIX98_PTY_SLAVE_MAJOR of the kernel's `major.h`).
const PSEUDO: RangeInclusive<u64> = 136..=143;

/// Whose a terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// This process' controlling terminal: a person is typing.
    Own,
    /// Any other: a device is sending.
    Device,
}

/// What a read of nothing from a terminal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// More may come.
    Nothing,
    /// A person ended the input.
    End,
    /// The person is gone.
    Stop,
}

impl Terminal {
    /// Whose terminal `fd` is; `None` if it is not a terminal.
    pub fn of(fd: impl AsFd) -> Option<Terminal> {
        match isatty(&fd) {
            // A terminal that has hung up answers EIO to everything.
            Ok(true) | Err(Errno::EIO) => {}
            Ok(false) | Err(_) => return None,
        }
        // The kernel reports the foreground group only of the controlling terminal.
        Some(if tcgetpgrp(&fd).is_ok() { Terminal::Own } else { Terminal::Device })
    }

    /// What a read of 0 bytes from this terminal, `fd`, means.
    pub(crate) fn silence(self, fd: impl AsFd) -> io::Result<Silence> {
        let fd = fd.as_fd();
        match (self, has_hung_up(fd), edits_lines(fd)) {
            (Terminal::Own, true, _) => Ok(Silence::Stop),
            (Terminal::Device, true, _) => Err(Lost::HungUp.into()),
            (Terminal::Own, false, true) => Ok(Silence::End),
            (Terminal::Device, false, true) => Err(Lost::EndByte.into()),
            (_, false, false) => Ok(Silence::Nothing),
        }
    }
}

/// Whether nothing will ever come from the other side again.
pub(crate) fn has_hung_up(fd: impl AsFd) -> bool {
    let mut interest = [PollFd::new(fd.as_fd(), PollFlags::empty())];
    let polled = poll(&mut interest, PollTimeout::ZERO);
    polled.is_ok() && interest[0].revents().is_some_and(|it| it.contains(PollFlags::POLLHUP))
}

/// Whether a person looks at the terminal `fd`, if it is one: at this process' own, or at a window
/// (a pseudo-terminal), even if another session has it. Anything else is a device.
pub(crate) fn has_viewer(fd: impl AsFd) -> bool {
    match Terminal::of(&fd) {
        Some(Terminal::Own) => true,
        Some(Terminal::Device) => fstat(&fd).is_ok_and(|it| PSEUDO.contains(&major(it.st_rdev))),
        None => false,
    }
}

/// Whether an output is a terminal that can move its cursor.
pub fn can_be_drawn_on(output: impl AsFd) -> bool {
    isatty(output) == Ok(true) && !is_dumb(env::var_os("TERM").as_deref())
}

/// A terminal, opened again, non-blocking, to write to; the descriptor that other processes share stays as
/// it is. `None` if it is not a terminal, or cannot be opened.
pub fn reopened(terminal: impl AsFd) -> Option<File> {
    if isatty(&terminal) != Ok(true) {
        return None;
    }
    let path = format!("/proc/self/fd/{}", terminal.as_fd().as_raw_fd());
    let flags = OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    OpenOptions::new().write(true).custom_flags(flags.bits()).open(path).ok()
}

/// An unknown terminal counts as dumb.
fn is_dumb(term: Option<&OsStr>) -> bool {
    term.is_none_or(|term| term.is_empty() || term == "dumb")
}

fn edits_lines(fd: impl AsFd) -> bool {
    tcgetattr(fd).is_ok_and(|modes| modes.local_flags.contains(LocalFlags::ICANON))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::pty::{OpenptyResult, openpty};
    use nix::sys::termios::{SetArg, cfmakeraw, tcsetattr};

    #[test]
    fn what_is_not_a_terminal_is_distinguished_from_a_device() {
        assert_eq!(Terminal::of(tempfile::tempfile().unwrap()), None);
        assert_eq!(Terminal::of(io::pipe().unwrap().0), None);
        // Not a controlling terminal, since this process leads no session.
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        assert_eq!(Terminal::of(&slave), Some(Terminal::Device));
        drop(master);
        assert_eq!(Terminal::of(&slave), Some(Terminal::Device), "although it has hung up");
    }

    #[test]
    fn a_terminal_can_be_drawn_on_unless_it_is_dumb_and_a_file_cannot() {
        assert!(is_dumb(None) && is_dumb(Some(OsStr::new("dumb"))));
        assert!(!is_dumb(Some(OsStr::new("xterm"))));
        assert!(!can_be_drawn_on(tempfile::tempfile().unwrap()));
    }

    #[test]
    fn what_it_means_that_a_terminal_gives_nothing() {
        let of_error = |result: io::Result<Silence>| result.unwrap_err().to_string();
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        assert_eq!(Terminal::Own.silence(&slave).unwrap(), Silence::End);
        assert_eq!(of_error(Terminal::Device.silence(&slave)), Lost::EndByte.to_string());
        let mut modes = tcgetattr(&slave).unwrap();
        cfmakeraw(&mut modes);
        tcsetattr(&slave, SetArg::TCSANOW, &modes).unwrap();
        for whose in [Terminal::Own, Terminal::Device] {
            assert_eq!(whose.silence(&slave).unwrap(), Silence::Nothing);
        }
        drop(master);
        assert_eq!(Terminal::Own.silence(&slave).unwrap(), Silence::Stop);
        assert_eq!(of_error(Terminal::Device.silence(&slave)), Lost::HungUp.to_string());
    }
}
