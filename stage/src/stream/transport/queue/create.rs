//! Making a queue without a name, and how large it may be.
//!
//! The order: open it under a new name, open both ends, remove the name. A launcher killed by SIGKILL
//! in between (its stop signals are blocked) leaves the name behind.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::mqueue::{MQ_OFlag, MqAttr, MqdT, mq_attr_member_t, mq_close, mq_open, mq_unlink};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::Mode;
use thiserror::Error;

use super::Keeper;
use crate::stream::size;
use crate::stream::transport::Pair;
use crate::stream::transport::peer::{self, End};

/// The most bytes of a message, where the system allows more: enough to make a call's cost small.
const MESSAGE: usize = 64 * 1024;

/// What a queue holds. A limit covers all queues of a user (RLIMIT_MSGQUEUE), so several must share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Messages.
    pub messages: usize,
    /// Bytes of each.
    pub size: usize,
}

impl Capacity {
    /// What the kernel grants a user unless it is told otherwise.
    pub const DEFAULT: Capacity = Capacity { messages: 10, size: 8192 };

    /// What a user may ask for, up to a useful size.
    pub fn granted() -> Capacity {
        let of_system = |name, default| {
            let text = std::fs::read_to_string(format!("/proc/sys/fs/mqueue/{name}"));
            text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(default)
        };
        // The defaults are for where there is no `/proc`.
        let size = of_system("msgsize_max", Capacity::DEFAULT.size).clamp(1, MESSAGE);
        let messages = of_system("msg_max", Capacity::DEFAULT.messages).clamp(1, size::PIPE / size);
        Capacity { messages, size }
    }

    /// Half of it: fewer messages, or shorter ones if there are only two; `None` if that would be too
    /// short for a record.
    pub fn halved(self) -> Option<Capacity> {
        const LEAST: usize = 1024;
        match self {
            Capacity { messages: 0..=2, size } if size / 2 < LEAST => None,
            Capacity { messages: messages @ 0..=2, size } => {
                Some(Capacity { messages, size: size / 2 })
            }
            Capacity { messages, size } => Some(Capacity { messages: messages / 2, size }),
        }
    }
}

/// Why there is no queue.
#[derive(Debug, Error)]
pub enum Error {
    /// Message queues of a user are limited, all together.
    #[error("message queues: RLIMIT_MSGQUEUE, {limit} bytes for all of a user's, leaves no room")]
    Limit {
        /// The limit in bytes.
        limit: u64,
    },
    /// The number of queues is limited.
    #[error("a message queue: there are as many as /proc/sys/fs/mqueue/queues_max allows")]
    TooMany,
    /// The kernel was built without them.
    #[error("a message queue: the kernel has none of POSIX's")]
    Unknown,
    /// Anything else.
    #[error("a message queue")]
    Other(#[from] io::Error),
}

impl From<Errno> for Error {
    fn from(errno: Errno) -> Error {
        match errno {
            Errno::ENOSPC => Error::TooMany,
            Errno::ENOSYS => Error::Unknown,
            other => Error::Other(other.into()),
        }
    }
}

/// Makes a queue, and removes its name, which ends in `label`: `/proc` goes on showing it.
pub fn create(label: &str, capacity: Capacity) -> Result<(Pair, Keeper), Error> {
    let (name, queue) = open_new(label, capacity)?;
    // Even if that fails, the name must go.
    let made = open_ends(&name, queue, capacity);
    mq_unlink(name.as_str())?;
    let (ends, keeper) = made?;
    peer::hold(&ends.reader, End::Reader)?;
    peer::hold(&ends.writer, End::Writer)?;
    Ok((ends, keeper))
}

fn open_ends(name: &str, queue: MqdT, capacity: Capacity) -> nix::Result<(Pair, Keeper)> {
    let queue = owned(queue)?;
    let open = |flag| mq_open(name, ALWAYS | flag, Mode::empty(), None).and_then(owned);
    let (reader, writer) = (open(MQ_OFlag::O_RDONLY)?, open(MQ_OFlag::O_WRONLY)?);
    Ok((Pair { reader, writer }, Keeper { queue, size: capacity.size }))
}

/// Calls do not block: waiting is done elsewhere, where a stop can end it.
const ALWAYS: MQ_OFlag = MQ_OFlag::O_CLOEXEC.union(MQ_OFlag::O_NONBLOCK);

/// Opens a queue under a new name.
fn open_new(label: &str, capacity: Capacity) -> Result<(String, MqdT), Error> {
    let [messages, size] = [capacity.messages, capacity.size].map(|it| it as mq_attr_member_t);
    let attributes = MqAttr::new(0, messages, size, 0);
    let flags = ALWAYS | MQ_OFlag::O_RDWR | MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL;
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    let mut name = format!("/wandler-{}-{label}", std::process::id());
    loop {
        match mq_open(name.as_str(), flags, mode, Some(&attributes)) {
            Ok(queue) => return Ok((name, queue)),
            // Left behind by a launcher that had the same number and was killed.
            Err(Errno::EEXIST) => name.push('+'),
            // EMFILE is also a lack of descriptors.
            Err(Errno::EMFILE) if io::stderr().as_fd().try_clone_to_owned().is_ok() => {
                let (limit, _) = getrlimit(Resource::RLIMIT_MSGQUEUE)?;
                return Err(Error::Limit { limit });
            }
            Err(errno) => return Err(errno.into()),
        }
    }
}

/// The same descriptor, closed when dropped.
fn owned(queue: MqdT) -> nix::Result<OwnedFd> {
    let copy = queue.as_fd().try_clone_to_owned();
    mq_close(queue)?;
    copy.map_err(|error| error.raw_os_error().map_or(Errno::EMFILE, Errno::from_raw))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_room_means_fewer_messages_and_then_shorter_ones() {
        let mut capacity = Capacity { messages: 10, size: 8192 };
        let mut sizes = Vec::new();
        while let Some(less) = capacity.halved() {
            sizes.push((less.messages, less.size));
            capacity = less;
        }
        assert_eq!(sizes, [(5, 8192), (2, 8192), (2, 4096), (2, 2048), (2, 1024)]);
    }
}
