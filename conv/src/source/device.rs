//! A terminal or serial line as a source: exclusive use of it, and what its modes do to the stream.
//!
//! Two readers of one line would each get some of its bytes; and neither what an earlier reader left
//! behind nor half a line is a sample. So before anything is read, in this order:
//!
//! 1. the line is locked (flock), which other serial programs respect, even as root;
//! 2. it is closed to further opens (TIOCEXCL), even by programs that ignore locks;
//! 3. it is set to the rate that was asked for, and raw. (What it was before is not restored: the next
//!    program sets what it needs, or is content with a line that works);
//! 4. its modes are checked: raw words need a raw line; for text, a line that is not raw is reported;
//! 5. what is waiting in it is dropped.
//!
//! In a pipeline, 1 to 4 happen before any stage begins, and 5 when all of them begin. 1 and 2 are
//! undone at the end. The controlling terminal is left alone: a person is typing there.

use std::fs::{File, TryLockError};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::termios::{
    ControlFlags, FlushArg, InputFlags, LocalFlags, SetArg, Termios, cfmakeraw, tcflush, tcgetattr,
    tcsetattr,
};
use stage::process::kernel::{set_exclusive, set_rate, waiting_bytes};
use stage::stream::terminal::Terminal;
use thiserror::Error;

use super::STANDARD_INPUT_NAME;
use super::format::Format;

/// How far a rate may be from the one that was asked for, in per cent: with more, the last of a byte's ten
/// bits is read where another one is sent.
const MOST_OFF: u64 = 3;

/// A device could not be used.
#[derive(Debug, Error)]
pub enum Error {
    /// Another process is using it.
    #[error("cannot lock {0}: another program is reading it")]
    Locked(String),
    /// It has no rate.
    #[error("cannot set {0} to {1} baud: it is not a serial line")]
    NoLine(String, u32),
    /// Its rate or its modes cannot be set.
    #[error("cannot set {0} to {1} baud")]
    NotSet(String, u32, #[source] Errno),
    /// Its driver has set another rate.
    #[error("cannot set {0} to {1} baud: its driver makes {2} of that")]
    OtherRate(String, u32, u32),
    /// Its modes would change raw words.
    #[error("cannot read raw words from {0}")]
    NotRaw(String, #[source] NotRaw),
}

/// How a line's modes change what it carries, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("it {}", self.description())]
pub struct NotRaw {
    modes: Vec<&'static str>,
    /// What to type after `stty -F`.
    device: String,
}

impl NotRaw {
    /// What a message says of the device.
    pub fn description(&self) -> String {
        let modes = self.modes.join(", ");
        format!("is not raw ({modes}): set it with stty -F {} raw -echo", self.device)
    }
}

/// A device that only this process uses.
#[derive(Debug)]
pub struct Device {
    line: File,
    /// What its modes change, if anything; to be reported.
    pub not_raw: Option<NotRaw>,
}

impl Device {
    /// Steps 1 to 4 for a stream of this format, if `fd` is a device; messages call it `name`.
    pub fn take(
        fd: impl AsFd,
        name: &str,
        format: Format,
        baud: Option<u32>,
    ) -> Result<Option<Device>, Error> {
        if Terminal::of(&fd) != Some(Terminal::Device) {
            let no_line = |baud| Err(Error::NoLine(name.to_owned(), baud));
            return baud.map_or(Ok(None), no_line);
        }
        // If that fails, as after a hang-up, reading reports why.
        let Ok(line) = fd.as_fd().try_clone_to_owned().map(File::from) else { return Ok(None) };
        if let Err(TryLockError::WouldBlock) = line.try_lock() {
            return Err(Error::Locked(name.to_owned()));
        }
        let mut device = Device { line, not_raw: None };
        let _ = set_exclusive(device.line.as_fd(), true);
        if let Some(baud) = baud {
            device.set(name, baud)?;
        }
        let is_text = format.is_text();
        let modes = tcgetattr(&device.line).map(|modes| changes(&modes, is_text));
        if let Some(modes) = modes.ok().filter(|modes| !modes.is_empty()) {
            let path = if name == STANDARD_INPUT_NAME { "DEVICE" } else { name };
            let not_raw = NotRaw { modes, device: path.to_owned() };
            if !is_text {
                return Err(Error::NotRaw(name.to_owned(), not_raw));
            }
            device.not_raw = Some(not_raw);
        }
        Ok(Some(device))
    }

    /// Step 3: 8N1, raw, without echo, whatever its modem says.
    fn set(&self, name: &str, baud: u32) -> Result<(), Error> {
        let not_set = |why| Error::NotSet(name.to_owned(), baud, why);
        let mut modes = tcgetattr(&self.line).map_err(not_set)?;
        cfmakeraw(&mut modes);
        // What it leaves as it was: bytes that stop and restart the line, and parity.
        modes.input_flags.remove(InputFlags::IXOFF | InputFlags::IXANY | InputFlags::INPCK);
        let others = ControlFlags::PARENB | ControlFlags::CSTOPB | ControlFlags::CRTSCTS;
        modes.control_flags.remove(others);
        modes.control_flags.insert(ControlFlags::CLOCAL | ControlFlags::CREAD);
        tcsetattr(&self.line, SetArg::TCSANOW, &modes).map_err(not_set)?;
        let made = set_rate(self.line.as_fd(), baud).map_err(not_set)?;
        match u64::from(made.abs_diff(baud)) * 100 > u64::from(baud) * MOST_OFF {
            true => Err(Error::OtherRate(name.to_owned(), baud, made)),
            false => Ok(()),
        }
    }

    /// Step 5: drops what is waiting in it. Returns how many bytes, as far as the kernel reports that.
    pub fn drop_waiting(&self) -> usize {
        let waiting = waiting_bytes(self.line.as_fd()).unwrap_or_default();
        let _ = tcflush(&self.line, FlushArg::TCIFLUSH);
        waiting
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = set_exclusive(self.line.as_fd(), false);
        let _ = self.line.unlock();
    }
}

/// Names what a line with these modes does to text, or to raw words.
fn changes(modes: &Termios, is_text: bool) -> Vec<&'static str> {
    use InputFlags as In;
    let local = |flags| modes.local_flags.intersects(flags);
    let input = |flags| modes.input_flags.intersects(flags);
    let size = modes.control_flags & ControlFlags::CSIZE;
    let all = [
        (local(LocalFlags::ECHO), "echo"),
        (local(LocalFlags::ICANON), "line editing"),
        (input(In::ICRNL | In::INLCR | In::IGNCR), "CR translation"),
        (local(LocalFlags::ISIG), "signals"),
        (input(In::ISTRIP) || size != ControlFlags::CS8, "fewer than 8 bits"),
        (input(In::IXON | In::IXOFF), "XON/XOFF"),
        (input(In::PARMRK), "marks of errors"),
    ];
    // Numbers contain no bytes that the other modes would change.
    let of_text = 4;
    let relevant = all.iter().take(if is_text { of_text } else { all.len() });
    relevant.filter(|(is_on, _)| *is_on).map(|(_, name)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::pty::{OpenptyResult, openpty};
    use stage::process::message::chain;

    fn words() -> Format {
        "u8".parse().unwrap()
    }

    fn make_raw(line: impl AsFd) {
        let mut modes = tcgetattr(&line).unwrap();
        cfmakeraw(&mut modes);
        tcsetattr(&line, SetArg::TCSANOW, &modes).unwrap();
    }

    #[test]
    fn what_is_not_a_device_is_left_alone() {
        let file = tempfile::tempfile().unwrap();
        assert!(Device::take(&file, "x", Format::Text, None).unwrap().is_none());
        assert!(Device::take(std::io::pipe().unwrap().0, "x", words(), None).unwrap().is_none());
    }

    #[test]
    fn a_line_that_is_not_raw_is_reported_and_gives_no_raw_words() {
        let OpenptyResult { master: _master, slave } = openpty(None, None).unwrap();
        let device = Device::take(&slave, "\"/dev/ttyS0\"", Format::Text, None).unwrap().unwrap();
        assert_eq!(
            device.not_raw.as_ref().unwrap().to_string(),
            "it is not raw (echo, line editing, CR translation, signals): \
             set it with stty -F \"/dev/ttyS0\" raw -echo"
        );
        drop(device);
        let error = Device::take(&slave, "standard input", words(), None).unwrap_err();
        assert_eq!(
            chain(&error),
            "cannot read raw words from standard input: it is not raw (echo, line editing, \
             CR translation, signals, XON/XOFF): set it with stty -F DEVICE raw -echo"
        );
        make_raw(&slave);
        for format in [Format::Text, words()] {
            assert_eq!(Device::take(&slave, "x", format, None).unwrap().unwrap().not_raw, None);
        }
    }

    #[test]
    fn a_line_is_set_to_any_rate_and_raw() {
        let OpenptyResult { master: _master, slave } = openpty(None, None).unwrap();
        let left = InputFlags::IXOFF | InputFlags::IXANY | InputFlags::INPCK;
        for baud in [115_200, 250_000, 31_250] {
            let mut modes = tcgetattr(&slave).unwrap();
            modes.input_flags.insert(left);
            tcsetattr(&slave, SetArg::TCSANOW, &modes).unwrap();
            let device = Device::take(&slave, "x", words(), Some(baud)).unwrap().unwrap();
            assert_eq!(device.not_raw, None);
            assert!(!tcgetattr(&slave).unwrap().input_flags.intersects(left));
        }
        let file = tempfile::tempfile().unwrap();
        let error = Device::take(&file, "\"x\"", Format::Text, Some(9600)).unwrap_err();
        assert_eq!(chain(&error), "cannot set \"x\" to 9600 baud: it is not a serial line");
    }

    #[test]
    fn only_one_reader_uses_a_device_until_it_is_done() {
        let OpenptyResult { master: _master, slave } = openpty(None, None).unwrap();
        make_raw(&slave);
        let path = nix::unistd::ttyname(&slave).unwrap();
        let open = || super::super::open(&path).unwrap();
        let (first, second) = (open(), open());
        let device = Device::take(&first, "x", Format::Text, None).unwrap();
        let error = Device::take(&second, "x", Format::Text, None).unwrap_err();
        assert_eq!(chain(&error), "cannot lock x: another program is reading it");
        drop(device);
        assert!(Device::take(&second, "x", Format::Text, None).unwrap().is_some());
    }

    #[test]
    fn what_waits_in_a_device_is_dropped() {
        let OpenptyResult { master, slave } = openpty(None, None).unwrap();
        make_raw(&slave);
        nix::unistd::write(&master, b"old\n").unwrap();
        let mut arrived = [nix::poll::PollFd::new(slave.as_fd(), nix::poll::PollFlags::POLLIN)];
        nix::poll::poll(&mut arrived, nix::poll::PollTimeout::NONE).unwrap();
        let device = Device::take(&slave, "x", Format::Text, None).unwrap();
        assert_eq!(device.as_ref().unwrap().drop_waiting(), 4);
        nix::unistd::write(&master, b"new\n").unwrap();
        let mut buffer = [0; 9];
        let count = nix::unistd::read(&slave, &mut buffer).unwrap();
        assert_eq!(&buffer[..count], b"new\n");
    }
}
