//! What a transport is made of: both of its ends, and what the launcher keeps of it.
//!
//! Every end is close-on-exec from birth, and no transport still has a name when a process uses it:
//! nothing can be left behind. (`stage::stream::transport` reads and writes them.)

use std::fs::{self, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;

use clap::ValueEnum;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{setsockopt, sockopt};
use nix::sys::stat::Mode;
use nix::unistd::{mkdtemp, mkfifo, pipe2};
use stage::process::message::quoted_path;
use stage::stream::size;
use stage::stream::transport::{Keeper, Pair, queue, ring};
use thiserror::Error;

/// What the transports are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Via {
    /// Anonymous pipes
    #[default]
    Pipe,
    /// Named pipes
    Fifo,
    /// Pairs of Unix sockets
    Socket,
    /// POSIX message queues
    Mqueue,
    /// Rings in shared memory, with semaphores
    Shm,
}

impl Via {
    /// What one transport is called.
    pub fn name(self) -> &'static str {
        match self {
            Via::Pipe => "pipe",
            Via::Fifo => "named pipe",
            Via::Socket => "socket",
            Via::Mqueue => "message queue",
            Via::Shm => "shared memory",
        }
    }

    /// What several transports are called.
    pub(crate) fn plural(self) -> String {
        match self {
            Via::Shm => self.name().to_owned(),
            _ => format!("{}s", self.name()),
        }
    }
}

/// Why there is no transport.
#[derive(Debug, Error)]
pub enum Error {
    /// A pipe could not be made.
    #[error("a pipe")]
    Pipe(#[source] io::Error),
    /// A named pipe could not be made, opened or removed again.
    #[error("a named pipe in {directory}")]
    Fifo {
        /// Where temporary files go, quoted.
        directory: String,
        /// Why.
        source: io::Error,
    },
    /// A pair of sockets could not be made.
    #[error("a pair of sockets")]
    Socket(#[source] io::Error),
    /// A queue could not be made.
    #[error(transparent)]
    Queue(#[from] queue::Error),
    /// Shared memory could not be made.
    #[error("shared memory")]
    Ring(#[source] io::Error),
    /// There is no `/proc`, where its ends are opened.
    #[error("shared memory, each end of which is opened by its name in /proc")]
    RingWithoutProc(#[source] io::Error),
}

impl Error {
    fn of_ring(source: io::Error) -> Error {
        match source.kind() {
            io::ErrorKind::NotFound => Error::RingWithoutProc(source),
            _ => Error::Ring(source),
        }
    }
}

/// What crosses a transport.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// Many bytes.
    Samples,
    /// Few.
    Records,
}

/// A new transport, before its ends are handed out.
#[derive(Debug)]
pub struct Transport {
    /// Its ends, for the processes.
    pub ends: Pair,
    /// What the launcher keeps of it.
    pub keeper: Keeper,
    /// What it is, in words.
    pub(crate) made_of: String,
}

impl Transport {
    /// Makes a transport, called `label` where `/proc` shows a name; a queue with this capacity.
    pub fn new(
        via: Via,
        label: &str,
        load: Load,
        capacity: queue::Capacity,
    ) -> Result<Transport, Error> {
        match via {
            Via::Pipe => {
                let (reader, writer) =
                    pipe2(OFlag::O_CLOEXEC).map_err(|errno| Error::Pipe(errno.into()))?;
                Ok(Transport::of_pipe(via, Pair { reader, writer }, load))
            }
            Via::Fifo => Ok(Transport::of_pipe(via, named_pipe(label)?, load)),
            Via::Socket => socket_pair(load),
            Via::Mqueue => {
                let (ends, keeper) = queue::create(label, capacity)?;
                let queue::Capacity { messages, size } = capacity;
                let made_of = format!("message queue, up to {messages} messages of {size} bytes");
                Ok(Transport { ends, keeper: Keeper::Queue(keeper), made_of })
            }
            Via::Shm => {
                let (ends, keeper) = ring::create(label).map_err(Error::of_ring)?;
                let (slots, size) = (ring::SLOTS, ring::SLOT);
                let made_of =
                    format!("shared memory, {slots} slots of {size} bytes, and two semaphores");
                Ok(Transport { ends, keeper: Keeper::Ring(keeper), made_of })
            }
        }
    }

    /// A pipe with or without a name, of the right size.
    fn of_pipe(via: Via, ends: Pair, load: Load) -> Transport {
        if load == Load::Samples {
            let _ = fcntl(ends.writer.as_fd(), FcntlArg::F_SETPIPE_SZ(size::PIPE as i32));
        }
        let bytes = fcntl(ends.writer.as_fd(), FcntlArg::F_GETPIPE_SZ).unwrap_or_default();
        let made_of = format!("{}, up to {bytes} bytes", via.name());
        Transport { ends, keeper: Keeper::Kernel, made_of }
    }
}

fn socket_pair(load: Load) -> Result<Transport, Error> {
    let (reader, writer) = UnixStream::pair().map_err(Error::Socket)?;
    if load == Load::Samples {
        // The kernel grants as much as net.core.wmem_max allows.
        let _ = setsockopt(&writer, sockopt::SndBuf, &size::PIPE);
    }
    let ends = Pair { reader: reader.into(), writer: writer.into() };
    Ok(Transport { ends, keeper: Keeper::Kernel, made_of: "socket, AF_UNIX, SOCK_STREAM".into() })
}

/// A named pipe whose name is removed again. It is made in a directory that no other user may enter.
/// (Only a launcher killed between the first of these calls and the last leaves it behind.)
fn named_pipe(label: &str) -> Result<Pair, Error> {
    let temporary = std::env::temp_dir();
    let failed = |source| Error::Fifo { directory: quoted_path(&temporary), source };
    let directory =
        mkdtemp(&temporary.join("wandler-XXXXXX")).map_err(|errno| failed(errno.into()))?;
    let path = directory.join(label);
    let ends = open_named_pipe(&path);
    // These two calls need no descriptor: there may be none left. The pipe may not exist.
    let _ = fs::remove_file(&path);
    let removed = fs::remove_dir(&directory);
    // A failure to open matters more than a failure to remove.
    ends.and_then(|ends| removed.map(|()| ends)).map_err(failed)
}

fn open_named_pipe(path: &Path) -> io::Result<Pair> {
    mkfifo(path, Mode::S_IRUSR | Mode::S_IWUSR)?;
    // The reader's end first, without waiting for a writer: opening the writer's end would wait for a
    // reader.
    let flags = OFlag::O_NONBLOCK.bits();
    let reader = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let writer = OpenOptions::new().write(true).open(path)?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::empty()))?;
    Ok(Pair { reader: reader.into(), writer: writer.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::OwnedFd;

    fn a_transport(via: Via, load: Load) -> Transport {
        // Small, since other tests may have queues at the same time.
        let capacity = queue::Capacity { messages: 1, size: 1024 };
        Transport::new(via, "test", load, capacity).unwrap()
    }

    fn is_close_on_exec(fd: &OwnedFd) -> bool {
        fcntl(fd, FcntlArg::F_GETFD).unwrap() == nix::fcntl::FdFlag::FD_CLOEXEC.bits()
    }

    #[test]
    fn every_end_is_close_on_exec_and_has_no_name_any_more() {
        for &via in Via::value_variants() {
            let Transport { ends, .. } = a_transport(via, Load::Samples);
            for end in [&ends.reader, &ends.writer] {
                assert!(is_close_on_exec(end), "{via:?}");
                let link = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(end));
                let name = fs::read_link(link).unwrap();
                assert!(!name.exists(), "{via:?} is {}", name.display());
            }
        }
    }

    #[test]
    fn the_reader_of_a_named_pipe_waits_like_that_of_any_other() {
        let Transport { ends, .. } = a_transport(Via::Fifo, Load::Samples);
        let flags = OFlag::from_bits_retain(fcntl(&ends.reader, FcntlArg::F_GETFL).unwrap());
        assert!(!flags.contains(OFlag::O_NONBLOCK));
    }

    #[test]
    fn it_is_said_what_a_transport_is() {
        let made_of = |via, load| a_transport(via, load).made_of;
        assert_eq!(made_of(Via::Pipe, Load::Records), "pipe, up to 65536 bytes");
        assert!(made_of(Via::Fifo, Load::Samples).starts_with("named pipe, up to "));
        assert_eq!(made_of(Via::Socket, Load::Samples), "socket, AF_UNIX, SOCK_STREAM");
        let queue = "message queue, up to 1 messages of 1024 bytes";
        assert_eq!(made_of(Via::Mqueue, Load::Samples), queue);
        let ring = "shared memory, 16 slots of 65536 bytes, and two semaphores";
        assert_eq!(made_of(Via::Shm, Load::Records), ring);
    }
}
