//! What standard error has not taken yet: a message never holds up the work.
//!
//! Standard error may hang: a terminal that was stopped by Ctrl-S, a pipe whose reader is stopped. Other
//! processes share it, so it must not be made non-blocking. Therefore nothing is written there that it
//! would not take at once: `poll` says whether it takes a piece, and a terminal, which may take less, is
//! opened once more, non-blocking. (Another process may fill a pipe in between; then the write blocks
//! after all.)
//!
//! A message that is not taken is kept, and so are those that follow, up to `KEPT`; the others are
//! counted, and their number is reported later. It is tried again
//!
//! 1. with the next message;
//! 2. whenever the stage waits for something else ([`crate::process::wait`]);
//! 3. at the end of the process, which waits for it: for as long as it takes, but under a launcher, or
//!    once it was asked to stop, only for `PATIENCE`.
//!
//! There is one standard error, and so there is one queue in a process.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Stderr};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

use super::counted;
use crate::stream::{size, terminal};

/// The most messages that are kept: more than any stage has to say, unless something is badly wrong.
const KEPT: usize = 100;

/// How long a process that has ended its work waits for its messages to be taken.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// Pause where standard error polls as writable but takes nothing, as a terminal may.
const PAUSE: Duration = Duration::from_millis(10);

static UNWRITTEN: Mutex<Unwritten> = Mutex::new(Unwritten::new());

/// Whether there is anything in it, so that asking costs nothing.
static IS_WAITING: AtomicBool = AtomicBool::new(false);

static STANDARD_ERROR: LazyLock<Stderr> = LazyLock::new(io::stderr);

/// Standard error, if it is a terminal, opened again so that it does not block.
static TERMINAL: OnceLock<Option<File>> = OnceLock::new();

/// Messages that are still to be written.
#[derive(Debug)]
struct Unwritten {
    lines: VecDeque<Vec<u8>>,
    /// Messages for which there was no room, and whose they were.
    lost: u64,
    program: &'static str,
}

impl Unwritten {
    const fn new() -> Unwritten {
        Unwritten { lines: VecDeque::new(), lost: 0, program: "" }
    }

    fn add(&mut self, program: &'static str, line: String) {
        if self.lines.len() < KEPT && self.lost == 0 {
            self.lines.push_back(line.into_bytes());
        } else {
            (self.lost, self.program) = (self.lost + 1, program);
        }
    }

    /// Writes as much as `take` takes of it: of each piece the number of bytes, `None` if not now.
    fn write(&mut self, mut take: impl FnMut(&[u8]) -> Option<usize>) {
        loop {
            if self.lines.is_empty() && self.lost > 0 {
                let lost = counted(std::mem::take(&mut self.lost), "message");
                let line = format!("{}: {lost} lost: standard error took none\n", self.program);
                self.lines.push_back(line.into_bytes());
            }
            let Some(line) = self.lines.front_mut() else { return };
            match take(&line[..line.len().min(size::PIECE)]) {
                None => return,
                Some(count) if count < line.len() => drop(line.drain(..count)),
                Some(_) => drop(self.lines.pop_front()),
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.lost == 0
    }
}

/// Opens standard error again, if it is a terminal: while files may still be opened.
pub(crate) fn prepare() {
    TERMINAL.get_or_init(|| terminal::reopened(io::stderr()));
}

/// Writes a message of `program`, a whole line, or keeps it.
pub(super) fn tell(program: &'static str, line: String) {
    let mut unwritten = lock();
    unwritten.add(program, line);
    unwritten.write(take);
    IS_WAITING.store(!unwritten.is_empty(), Ordering::Relaxed);
}

/// Writes `text`, which is of no use later, if standard error takes it now and no message waits.
pub(crate) fn show(text: &str) {
    if !is_waiting() {
        take(text.as_bytes());
    }
}

/// Whether there are messages that have not been taken.
pub(crate) fn is_waiting() -> bool {
    IS_WAITING.load(Ordering::Relaxed)
}

/// Standard error, to be waited for, if there are messages that it has not taken.
pub(crate) fn awaited() -> Option<BorrowedFd<'static>> {
    is_waiting().then(stream)
}

/// Writes what is taken now of the messages that wait; pauses if that is nothing.
pub(crate) fn try_again() {
    let mut unwritten = lock();
    let mut taken = 0;
    unwritten.write(|piece| take(piece).inspect(|count| taken += count));
    IS_WAITING.store(!unwritten.is_empty(), Ordering::Relaxed);
    if taken == 0 {
        thread::sleep(PAUSE);
    }
}

/// At the end of a process that hears no stop requests: waits until all messages are taken. (Where it
/// hears them, [`Stop::settle_messages`](crate::process::stop::Stop) has waited already.)
pub(crate) fn settle(is_supervised: bool) {
    let end = is_supervised.then(|| Instant::now() + PATIENCE);
    while let Some(stream) = awaited() {
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let timeout = left.map_or(Ok(PollTimeout::NONE), PollTimeout::try_from);
        match poll(
            &mut [PollFd::new(stream, PollFlags::POLLOUT)],
            timeout.unwrap_or(PollTimeout::ZERO),
        ) {
            Ok(0) => give_up(),
            _ => try_again(),
        }
    }
}

/// Drops what is still to be written.
pub(crate) fn give_up() {
    *lock() = Unwritten::new();
    IS_WAITING.store(false, Ordering::Relaxed);
}

fn lock() -> MutexGuard<'static, Unwritten> {
    UNWRITTEN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stream() -> BorrowedFd<'static> {
    match TERMINAL.get() {
        Some(Some(terminal)) => terminal.as_fd(),
        _ => STANDARD_ERROR.as_fd(),
    }
}

/// Hands a piece to standard error, if it takes one now. Where it is gone, everything is taken.
fn take(piece: &[u8]) -> Option<usize> {
    let mut interest = [PollFd::new(stream(), PollFlags::POLLOUT)];
    if matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0)) {
        return None;
    }
    match write(stream(), piece) {
        Ok(count) => Some(count),
        Err(Errno::EINTR) => Some(0),
        Err(Errno::EAGAIN) => None,
        Err(_) => Some(piece.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is taken of these messages by something that takes this many bytes.
    fn taken(unwritten: &mut Unwritten, mut room: usize) -> String {
        let mut text = Vec::new();
        unwritten.write(|piece| {
            let count = piece.len().min(room);
            room -= count;
            text.extend_from_slice(&piece[..count]);
            (count > 0).then_some(count)
        });
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn messages_are_written_in_order_and_each_whole() {
        let mut unwritten = Unwritten::new();
        let long = format!("stat: {}\n", "x".repeat(10_000));
        for line in ["stat: 1\n", &long, "stat: 3\n"] {
            unwritten.add("stat", line.to_owned());
        }
        let mut text = taken(&mut unwritten, 5);
        assert!(!unwritten.is_empty());
        text += &taken(&mut unwritten, 7000);
        text += &taken(&mut unwritten, usize::MAX);
        assert!(text == format!("stat: 1\n{long}stat: 3\n"), "{text}");
        assert!(unwritten.is_empty());
    }

    #[test]
    fn those_for_which_there_is_no_room_are_counted_and_their_number_is_told_in_their_place() {
        let mut unwritten = Unwritten::new();
        let told = |from: usize, to: usize| -> String {
            (from..to).map(|at| format!("conv: {at}\n")).collect()
        };
        for at in 0..KEPT + 7 {
            unwritten.add("conv", told(at, at + 1));
        }
        let first = taken(&mut unwritten, told(0, 1).len());
        // What is said later comes later, although there is room again.
        unwritten.add("conv", told(999, 1000));
        let rest = taken(&mut unwritten, usize::MAX);
        let lost = "conv: 8 messages lost: standard error took none\n";
        assert_eq!(first + &rest, told(0, KEPT) + lost);
    }
}
