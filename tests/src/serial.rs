//! A serial line: a pseudo-terminal that is nobody's controlling terminal.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{SetArg, cfmakeraw, tcgetattr, tcsetattr};

use crate::run::{Program, Running};

/// A serial line, with the device that sends at its other end.
pub struct Serial {
    device: PtyMaster,
    line: File,
    /// The line's path.
    pub path: String,
}

impl Serial {
    /// A new line: it edits, echoes and so on.
    pub fn cooked() -> Serial {
        // Not `openpty`: its descriptors would be inherited by every program that is started.
        let device = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)
            .expect("a pseudo-terminal");
        grantpt(&device).expect("its other side");
        unlockpt(&device).expect("its other side");
        let path = ptsname_r(&device).expect("its name");
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
        let line = options.open(&path).expect("its other side");
        Serial { device, line, path }
    }

    /// A raw line.
    pub fn raw() -> Serial {
        let serial = Serial::cooked();
        let mut modes = tcgetattr(&serial.line).expect("a terminal has modes");
        cfmakeraw(&mut modes);
        tcsetattr(&serial.line, SetArg::TCSANOW, &modes).expect("modes can be set");
        serial
    }

    /// The line, as a program's standard input.
    pub fn line(&self) -> File {
        self.line.try_clone().expect("a copy")
    }

    /// Starts a program that reads the line, and waits until it does, since it drops what was sent
    /// before.
    pub fn start(&self, program: Program) -> Running {
        let running = program.start();
        running.wait_until_blocked(running.pid());
        running
    }

    /// The device sends `text`.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.device.write_all(bytes.as_ref()).expect("the line takes it");
    }

    /// The device sends, and it waits in the line to be read. (What is sent at once arrives at once.)
    pub fn send_ahead(&mut self, bytes: impl AsRef<[u8]>) {
        self.send(bytes);
        let mut arrived = [PollFd::new(self.line.as_fd(), PollFlags::POLLIN)];
        poll(&mut arrived, PollTimeout::NONE).expect("a line can be waited for");
    }

    /// The device sends, and the program has read it.
    pub fn send_to(&mut self, running: &Running, bytes: impl AsRef<[u8]>) {
        self.send(bytes);
        running.wait_until_blocked(running.pid());
    }

    /// The device is unplugged.
    pub fn hang_up(self) {
        drop(self);
    }
}
