//! A POSIX message queue as a channel: a stream of bytes in messages of whole lines.
//!
//! | side | does |
//! |---|---|
//! | writer | sends what it is given in messages as long as the queue takes them, each cut behind its last line feed; a line longer than a message crosses in several. An empty message is the end |
//! | reader | joins messages to a stream again, so it need not know how they were cut |
//! | launcher | makes the queue and unlinks it at once ([`create`]); when a process has ended, wakes who waits for it ([`Keeper`]) |
//!
//! A queue does not tell when a side dies, and who sleeps in it sleeps on. Therefore:
//!
//! 1. who is about to sleep looks first whether the other end is still open ([`super::ends`]):
//!    a reader of an empty queue without a writer has come to the end, a writer to a full queue
//!    without a reader gets EPIPE;
//! 2. who sleeps already is woken by the launcher when it learns of the death: a reader by an
//!    empty message, for which there is room since it sleeps; a writer by taking a message out,
//!    which nobody will read. Awake, either comes to rule 1.
//! 3. should the launcher be dead as well, a reader ends by its grace period, and a writer looks
//!    again every `LOOK_AGAIN` (of [`crate::output`]).

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use memchr::memrchr;
use nix::errno::Errno;
use nix::mqueue::{
    MQ_OFlag, MqAttr, MqdT, mq_attr_member_t, mq_close, mq_getattr, mq_open, mq_receive, mq_send,
    mq_set_nonblock, mq_unlink,
};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::Mode;
use nix::sys::statfs::{FsType, fstatfs};
use thiserror::Error;

use super::ends::{self, End, Opposite};
use super::{Ends, Sleep};
use crate::kernel::with_queue;
use crate::size;
use crate::stop::{Event, Polled};

/// What `fstatfs` says of a queue: MQUEUE_MAGIC of the kernel's `ipc/mqueue.c`.
const MAGIC: FsType = FsType(0x1980_0202);

/// Bytes of a message at most, where the system allows more: enough to make a call's cost small.
const MESSAGE: usize = 64 * 1024;

/// How long a writer that ends waits for room for the empty message, while there is a reader.
/// Longer than a reader is away from its input in normal operation; if it is still too short,
/// nothing is lost: the reader finds the writer gone (rules 1 and 2).
const PATIENCE: Duration = Duration::from_secs(1);

/// Whether `fd` is a message queue.
pub fn is_queue(fd: BorrowedFd<'_>) -> bool {
    fstatfs(fd).is_ok_and(|it| it.filesystem_type() == MAGIC)
}

/// Bytes of the longest message, after making sure that calls do not block: waiting is done
/// elsewhere, where a stop can end it.
fn prepare(fd: BorrowedFd<'_>) -> io::Result<usize> {
    let attributes = with_queue(fd, |queue| {
        mq_set_nonblock(queue)?;
        mq_getattr(queue)
    })?;
    Ok(usize::try_from(attributes.msgsize()).unwrap_or(0))
}

/// The reading side.
#[derive(Debug)]
pub struct Reader {
    size: usize,
    writer: Opposite,
    /// A message for which the caller's buffer was too small, and how much of it was handed out.
    spare: Vec<u8>,
    handed_out: usize,
    /// Whether nobody can send any more.
    alone: bool,
    over: bool,
}

impl Reader {
    /// Reads from the queue `fd`.
    pub fn new(fd: BorrowedFd<'_>) -> io::Result<Reader> {
        let size = prepare(fd)?;
        let writer = Opposite::of(fd, End::Reader);
        Ok(Reader { size, writer, spare: Vec::new(), handed_out: 0, alone: false, over: false })
    }

    /// As many messages as are there and fit; 0 bytes at the end, `None` if there is none yet.
    pub fn read(&mut self, fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let mut count = self.hand_out(buffer);
        while !self.over && buffer.len() - count >= self.size {
            match self.receive(fd, &mut buffer[count..])? {
                Some(bytes) => count += bytes,
                None => break,
            }
        }
        if count == 0 && !self.over && !buffer.is_empty() && buffer.len() < self.size {
            self.spare.resize(self.size, 0);
            let mut spare = std::mem::take(&mut self.spare);
            let received = self.receive(fd, &mut spare)?;
            spare.truncate(received.unwrap_or(0));
            (self.spare, self.handed_out) = (spare, 0);
            count = self.hand_out(buffer);
        }
        Ok((count > 0 || self.over || buffer.is_empty()).then_some(count))
    }

    /// What is left of a message that did not fit.
    fn hand_out(&mut self, buffer: &mut [u8]) -> usize {
        let rest = &self.spare[self.handed_out..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.handed_out += count;
        count
    }

    /// One message; `None` if there is none now.
    fn receive(&mut self, fd: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let received = super::now(|| with_queue(fd, |queue| mq_receive(queue, buffer, &mut 0)))?;
        self.over |= received == Some(0) || (received.is_none() && self.alone);
        Ok(received)
    }

    /// Waits for a message, or for the end.
    pub fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Polled> {
        // Looked at before the queue: what was sent until then is still read.
        self.alone = !self.writer.is_there(fd);
        if self.over || self.alone || self.handed_out < self.spare.len() {
            return Ok(Polled::Ready);
        }
        sleep(Event::Descriptor(fd, PollFlags::POLLIN))
    }
}

/// The writing side.
#[derive(Debug)]
pub struct Writer {
    size: usize,
    reader: Opposite,
}

impl Writer {
    /// Writes to the queue `fd`.
    pub fn new(fd: BorrowedFd<'_>) -> io::Result<Writer> {
        Ok(Writer { size: prepare(fd)?, reader: Opposite::of(fd, End::Writer) })
    }

    /// Sends one message of what is at the start of `bytes`; `None` if there is no room yet.
    pub fn write(&mut self, fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<Option<usize>> {
        if bytes.is_empty() {
            return Ok(Some(0));
        }
        let message = whole_lines(bytes, self.size);
        let sent = super::now(|| {
            with_queue(fd, |queue| mq_send(queue, message, 0)).map(|()| message.len())
        })?;
        if sent.is_none() && !self.reader.is_there(fd) {
            return Err(Errno::EPIPE.into());
        }
        Ok(sent)
    }

    /// Waits for room.
    pub fn wait(&mut self, fd: BorrowedFd<'_>, sleep: Sleep<'_>) -> io::Result<Polled> {
        sleep(Event::Descriptor(fd, PollFlags::POLLOUT))
    }

    /// Sends the empty message that is the end, if there is somebody to read it.
    pub fn end(&mut self, fd: BorrowedFd<'_>) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let sent = super::now(|| with_queue(fd, |queue| mq_send(queue, &[], 0)).map(|()| 0));
            let left = deadline.saturating_duration_since(Instant::now());
            if !matches!(sent, Ok(None)) || left.is_zero() || !self.reader.is_there(fd) {
                return;
            }
            let mut interest = [PollFd::new(fd, PollFlags::POLLOUT)];
            let _ = poll(&mut interest, PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO));
        }
    }
}

/// As many whole lines from the start of `bytes` as fit, or as much of a longer line.
fn whole_lines(bytes: &[u8], fit: usize) -> &[u8] {
    if bytes.len() <= fit {
        return bytes;
    }
    let most = &bytes[..fit];
    memrchr(b'\n', most).map_or(most, |last| &most[..=last])
}

/// What a queue holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Messages.
    pub messages: usize,
    /// Bytes of each.
    pub size: usize,
}

impl Capacity {
    /// What a user may ask for, within what is of use.
    fn granted() -> Capacity {
        let of_system = |name, default| {
            let text = std::fs::read_to_string(format!("/proc/sys/fs/mqueue/{name}"));
            text.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(default)
        };
        // The defaults are the kernel's own, for where there is no `/proc`.
        let size = of_system("msgsize_max", 8192).clamp(1, MESSAGE);
        let messages = of_system("msg_max", 10).clamp(1, size::PIPE / size);
        Capacity { messages, size }
    }

    /// Half of it: fewer messages, or shorter ones if there are but two; `None` if that were too
    /// short for a record.
    fn halved(self) -> Option<Capacity> {
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
    #[error("a message queue: RLIMIT_MSGQUEUE, {limit} bytes for all of a user's, leaves no room")]
    Limit {
        /// The limit in bytes.
        limit: u64,
    },
    /// Queues are limited in number.
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

/// Makes a queue that has no name any more, as large as it may be.
pub fn create() -> Result<(Ends, Keeper, Capacity), Error> {
    let mut capacity = Capacity::granted();
    loop {
        match create_with(capacity) {
            // This is also what a lack of descriptors is called.
            Err(Errno::EMFILE) if io::stderr().as_fd().try_clone_to_owned().is_ok() => {
                let (limit, _) = getrlimit(Resource::RLIMIT_MSGQUEUE)?;
                capacity = capacity.halved().ok_or(Error::Limit { limit })?;
            }
            result => {
                let (ends, keeper) = result?;
                ends::hold(&ends.reader, End::Reader)?;
                ends::hold(&ends.writer, End::Writer)?;
                return Ok((ends, keeper, capacity));
            }
        }
    }
}

fn create_with(capacity: Capacity) -> nix::Result<(Ends, Keeper)> {
    let always = MQ_OFlag::O_CLOEXEC | MQ_OFlag::O_NONBLOCK;
    let mode = Mode::S_IRUSR | Mode::S_IWUSR;
    let [messages, size] = [capacity.messages, capacity.size].map(|it| it as mq_attr_member_t);
    let attributes = MqAttr::new(0, messages, size, 0);
    // The name is free again before this process could want it a second time; only what a killed
    // process of the same number left behind could be in the way.
    let pid = std::process::id();
    let (name, keeper) = (0..)
        .map(|number| format!("/wandler-{pid}-{number}"))
        .find_map(|name| {
            let flags = always | MQ_OFlag::O_RDWR | MQ_OFlag::O_CREAT | MQ_OFlag::O_EXCL;
            match mq_open(name.as_str(), flags, mode, Some(&attributes)) {
                Err(Errno::EEXIST) => None,
                result => Some(result.map(|queue| (name, queue))),
            }
        })
        .unwrap_or(Err(Errno::EEXIST))?;
    let open = |flag| mq_open(name.as_str(), always | flag, mode, None).and_then(owned);
    let ends = open(MQ_OFlag::O_RDONLY)
        .and_then(|reader| Ok(Ends { reader, writer: open(MQ_OFlag::O_WRONLY)? }));
    mq_unlink(name.as_str())?;
    Ok((ends?, Keeper { queue: owned(keeper)?, size: capacity.size }))
}

/// The same descriptor as one that is closed by itself.
fn owned(queue: MqdT) -> nix::Result<OwnedFd> {
    let copy = queue.as_fd().try_clone_to_owned();
    mq_close(queue)?;
    copy.map_err(|error| Errno::from_raw(error.raw_os_error().unwrap_or(libc::EMFILE)))
}

/// What the launcher keeps to wake who waits for a process that has ended.
#[derive(Debug)]
pub struct Keeper {
    queue: OwnedFd,
    size: usize,
}

impl Keeper {
    /// The process at this end has ended. Where the queue has no room or no message, nobody
    /// sleeps; that is no failure.
    pub fn close(&self, end: End) {
        let _ = with_queue(self.queue.as_fd(), |queue| match end {
            End::Writer => mq_send(queue, &[], 0),
            End::Reader => mq_receive(queue, &mut vec![0; self.size], &mut 0).map(drop),
        });
    }
}
