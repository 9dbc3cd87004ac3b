//! Which call fails, and how.
//!
//! `WANDLER_FAULTS` is a list of faults, separated by blanks, each
//!
//! ```text
//! CALL[@NAME]:WHICH:HOW
//! ```
//!
//! | part | what it is |
//! |---|---|
//! | `CALL` | `open` (for writing), `write`, `sync` (`fsync` and `fdatasync`), `truncate`, `rename`, `unlink`, `lock` (`F_OFD_SETLK`), `status` (of an open file): calls on regular files; `opendir` (for reading) and `syncdir` (`fsync`): on a directory; or `inode`, which never fails: the answer to what a file is |
//! | `NAME` | the last part of the file's name (its old one for `rename`); without it, any file |
//! | `WHICH` | `3`, the third such call (of this program, on this file if there is a name); `3-5`, the third to the fifth; `3-`, all from the third on |
//! | `HOW` | one of those below |
//!
//! | `HOW` | for | what comes of the call |
//! |---|---|---|
//! | `EIO` and other names, or a number | all but `inode` | this error |
//! | `slow=MS` | all but `inode` | it succeeds, this many milliseconds later |
//! | `hang` | all but `inode` | it succeeds once the switch is gone; meanwhile the program is called `hangs` |
//! | `short=BYTES` | `write` | at most this many bytes, but at least one, are written |
//! | `by-name` | `inode` | the number depends on the name, of an open file that under which it was opened |
//! | `each-time` | `inode` | the number is another one each time that a name is looked at |
//!
//! Calls count whether they fail or not, even while the switch is off. Where several faults are due,
//! the first one in the list applies.

use std::ffi::{CString, OsStr, OsString, c_int};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::{give_up, kernel};

/// The kinds of calls that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Opening a regular file for writing.
    Open,
    /// Writing to a regular file.
    Write,
    /// Syncing a regular file.
    Sync,
    /// Syncing a directory.
    SyncDirectory,
    /// Changing a regular file's length.
    Truncate,
    /// Renaming a regular file.
    Rename,
    /// Removing a regular file's name.
    Unlink,
    /// Locking a regular file.
    Lock,
    /// Asking what an open regular file is.
    Status,
    /// Opening a directory for reading.
    OpenDirectory,
    /// Asking for the number of a regular file.
    Inode,
}

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// With this error number.
    Errno(c_int),
    /// It succeeds with at most this many bytes.
    Short(usize),
    /// It succeeds, later by this much.
    Slow(Duration),
    /// It succeeds once the switch is gone.
    Hang,
    /// The number depends on the file's name.
    ByName,
    /// The number is another one each time.
    EachTime,
}

/// One or more calls that fail.
#[derive(Debug)]
struct Fault {
    call: Call,
    name: Option<OsString>,
    first: u64,
    last: u64,
    how: How,
    /// How many such calls there were.
    seen: AtomicU64,
}

struct Faults {
    list: Vec<Fault>,
    switch: Option<CString>,
}

/// How often a call that hangs checks whether the switch is gone.
const CHECK: Duration = Duration::from_millis(100);

/// How the call that is about to be made fails, if it does, after it was slow or has hung, if it does that.
/// `name` is evaluated only if necessary.
pub fn due(call: Call, name: impl FnOnce() -> Option<PathBuf>) -> Option<How> {
    static FAULTS: OnceLock<Faults> = OnceLock::new();
    let faults = FAULTS.get_or_init(Faults::from_variables);
    if !faults.list.iter().any(|fault| fault.call == call) {
        return None;
    }
    let name = name();
    let name = name.as_ref().and_then(|name| name.file_name());
    // Every fault counts the call, so all are asked.
    let due: Vec<How> = faults.list.iter().filter_map(|fault| fault.counted(call, name)).collect();
    let is_on = faults.switch.as_ref().is_none_or(|switch| kernel::exists(switch));
    match due.first().copied().filter(|_| is_on)? {
        How::Slow(time) => {
            thread::sleep(time);
            None
        }
        How::Hang => {
            hang(faults.switch.as_ref());
            None
        }
        how => Some(how),
    }
}

/// Returns once the switch is gone. That the program has another name meanwhile is how a test sees it: the
/// program may not be allowed to do more than to name itself.
fn hang(switch: Option<&CString>) {
    kernel::take_name(c"hangs");
    while switch.is_none_or(|switch| kernel::exists(switch)) {
        thread::sleep(CHECK);
    }
    let own = std::env::args_os().next().unwrap_or_default();
    let own = Path::new(&own).file_name().unwrap_or_default();
    kernel::take_name(&CString::new(own.as_bytes()).unwrap_or_default());
}

/// The same for a call that can only fail as a whole: the error number.
pub fn errno(call: Call, name: impl FnOnce() -> Option<PathBuf>) -> Option<c_int> {
    match due(call, name)? {
        How::Errno(errno) => Some(errno),
        _ => None,
    }
}

impl Faults {
    fn from_variables() -> Faults {
        let list = match std::env::var("WANDLER_FAULTS") {
            Ok(list) => list.split_whitespace().map(read).collect(),
            Err(std::env::VarError::NotPresent) => Vec::new(),
            Err(error) => give_up(&format!("cannot read WANDLER_FAULTS: {error}")),
        };
        Faults { list, switch: file_in("WANDLER_FAULTS_WHILE") }
    }
}

/// The file that a variable names.
pub(crate) fn file_in(variable: &str) -> Option<CString> {
    CString::new(std::env::var_os(variable)?.into_vec()).ok()
}

fn read(text: &str) -> Fault {
    Fault::parse(text)
        .unwrap_or_else(|| give_up(&format!("cannot read {text:?} in WANDLER_FAULTS")))
}

impl Fault {
    fn parse(text: &str) -> Option<Fault> {
        let mut parts = text.split(':');
        let (target, which, how) = (parts.next()?, parts.next()?, parts.next()?);
        let (call, name) = match target.split_once('@') {
            Some((call, name)) => (call, Some(name.into())),
            None => (target, None),
        };
        let (call, how) = (Call::parse(call)?, How::parse(how)?);
        let (first, last) = match which.split_once('-') {
            Some((first, "")) => (first, u64::MAX),
            Some((first, last)) => (first, last.parse().ok()?),
            None => (which, which.parse().ok()?),
        };
        let first = first.parse().ok().filter(|&first| 0 < first && first <= last)?;
        let is_possible = match how {
            How::Errno(_) | How::Slow(_) | How::Hang => call != Call::Inode,
            How::Short(_) => call == Call::Write,
            How::ByName | How::EachTime => call == Call::Inode,
        };
        let is_sound = parts.next().is_none() && is_possible;
        is_sound.then_some(Fault { call, name, first, last, how, seen: AtomicU64::new(0) })
    }

    /// Counts the call if it is one of those meant; returns how it fails.
    fn counted(&self, call: Call, name: Option<&OsStr>) -> Option<How> {
        let is_meant =
            self.call == call && self.name.as_deref().is_none_or(|meant| Some(meant) == name);
        if !is_meant {
            return None;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        (self.first..=self.last).contains(&number).then_some(self.how)
    }
}

impl Call {
    fn parse(text: &str) -> Option<Call> {
        Some(match text {
            "open" => Call::Open,
            "write" => Call::Write,
            "sync" => Call::Sync,
            "syncdir" => Call::SyncDirectory,
            "truncate" => Call::Truncate,
            "rename" => Call::Rename,
            "unlink" => Call::Unlink,
            "lock" => Call::Lock,
            "status" => Call::Status,
            "opendir" => Call::OpenDirectory,
            "inode" => Call::Inode,
            _ => return None,
        })
    }
}

impl How {
    fn parse(text: &str) -> Option<How> {
        if let Some(bytes) = text.strip_prefix("short=") {
            return bytes.parse().ok().filter(|&bytes| bytes > 0).map(How::Short);
        }
        if let Some(millis) = text.strip_prefix("slow=") {
            return millis.parse().ok().map(|millis| How::Slow(Duration::from_millis(millis)));
        }
        let errno = match text {
            "hang" => return Some(How::Hang),
            "by-name" => return Some(How::ByName),
            "each-time" => return Some(How::EachTime),
            "EACCES" => libc::EACCES,
            "EBUSY" => libc::EBUSY,
            "EDQUOT" => libc::EDQUOT,
            "EFBIG" => libc::EFBIG,
            "EINTR" => libc::EINTR,
            "EINVAL" => libc::EINVAL,
            "EIO" => libc::EIO,
            "EMFILE" => libc::EMFILE,
            "ENOENT" => libc::ENOENT,
            "ENOLCK" => libc::ENOLCK,
            "ENOSPC" => libc::ENOSPC,
            "ENOSYS" => libc::ENOSYS,
            "ENOTCONN" => libc::ENOTCONN,
            "EOPNOTSUPP" => libc::EOPNOTSUPP,
            "EPERM" => libc::EPERM,
            "EROFS" => libc::EROFS,
            _ => text.parse().ok().filter(|&number| number > 0)?,
        };
        Some(How::Errno(errno))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How this many writes to `run.log` fail.
    fn writes(fault: &str, count: usize) -> Vec<Option<How>> {
        let fault = Fault::parse(fault).unwrap();
        let name = Some(OsStr::new("run.log"));
        (0..count).map(|_| fault.counted(Call::Write, name)).collect()
    }

    #[test]
    fn one_call_some_or_all_from_one_on_fail() {
        let eio = Some(How::Errno(libc::EIO));
        assert_eq!(writes("write:2:EIO", 4), [None, eio, None, None]);
        assert_eq!(writes("write:2-3:5", 4), [None, eio, eio, None]);
        assert_eq!(writes("write:3-:EIO", 4), [None, None, eio, eio]);
        assert_eq!(writes("write@run.log:1:short=7", 2), [Some(How::Short(7)), None]);
        let slow = Some(How::Slow(Duration::from_millis(5)));
        assert_eq!(writes("write:1-:slow=5", 2), [slow, slow]);
        assert_eq!(writes("write:2:hang", 2), [None, Some(How::Hang)]);
    }

    #[test]
    fn other_calls_and_other_files_do_not_count() {
        assert_eq!(writes("sync:1:EIO", 1), [None]);
        assert_eq!(writes("write@run.log.torn:1:EIO", 1), [None]);
    }

    #[test]
    fn what_is_not_a_fault_is_not_accepted_as_one() {
        for text in ["", "write", "write:1", "read:1:EIO", "write:0:EIO", "write:3-2:EIO"] {
            assert!(Fault::parse(text).is_none(), "{text:?}");
        }
        for text in [
            "write:1:EIO:",
            "write:1:EWHAT",
            "write:1:short=0",
            "write:1:slow",
            "inode:1:hang",
            "sync:1:short=7",
            "inode:1:EIO",
            "lock:1:by-name",
        ] {
            assert!(Fault::parse(text).is_none(), "{text:?}");
        }
    }
}
