//! A reader in a thread of its own, at the pace that it is told. Slowness is a matter of time, so the
//! thread sleeps; a test that uses it waits for what has been read.

use std::fs::File;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

/// What a slow reader, or a slow terminal, takes at a time, and how long it pauses then: some 60 KB a second.
pub(crate) const LITTLE: usize = 64;
pub(crate) const PAUSE: Duration = Duration::from_millis(1);

/// How often a reader without anything to read checks whether it was told something, in milliseconds.
const CHECK: u16 = 10;

/// How much of what was read is kept: the end of a long report, or all that is ever said.
const KEPT: usize = 1024 * 1024;

/// How a reader reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Whatever comes.
    Fast,
    /// A little at a time.
    Slow,
    /// Nothing.
    Hung,
}

/// A reader that runs until its input ends, or it is dropped.
#[derive(Debug)]
pub struct Reader {
    state: Arc<Mutex<State>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct State {
    pace: Pace,
    leaves: bool,
    /// What was read last.
    newest: Vec<u8>,
    lines: u64,
}

impl Reader {
    /// Reads `source` at this pace, until told otherwise.
    pub fn of(source: impl Into<OwnedFd>, pace: Pace) -> Reader {
        let state = State { pace, leaves: false, newest: Vec::new(), lines: 0 };
        let state = Arc::new(Mutex::new(state));
        let (source, shared) = (File::from(source.into()), Arc::clone(&state));
        let thread = Some(thread::spawn(move || read(source, &shared)));
        Reader { state, thread }
    }

    /// Reads at another pace from now on.
    pub fn set(&self, pace: Pace) {
        lock(&self.state).pace = pace;
    }

    /// Lines read so far.
    pub fn lines(&self) -> u64 {
        lock(&self.state).lines
    }

    /// What was read so far; of much, the end.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.state).newest).into_owned()
    }

    /// Reads to the end; returns what was read.
    pub fn finish(mut self) -> String {
        self.set(Pace::Fast);
        self.thread.take().map(JoinHandle::join);
        self.text()
    }

    /// Leaves: when this returns, it has closed its input.
    pub fn leave(mut self) {
        lock(&self.state).leaves = true;
        self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        lock(&self.state).leaves = true;
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no reader panics")
}

fn read(mut source: File, state: &Mutex<State>) {
    let mut buffer = [0; 4096];
    loop {
        let State { pace, leaves, .. } = *lock(state);
        if leaves {
            return;
        }
        if pace == Pace::Hung {
            thread::sleep(Duration::from_millis(CHECK.into()));
            continue;
        }
        let mut interest = [PollFd::new(source.as_fd(), PollFlags::POLLIN)];
        if matches!(poll(&mut interest, PollTimeout::from(CHECK)), Ok(0)) {
            continue;
        }
        let most = if pace == Pace::Slow { LITTLE } else { buffer.len() };
        match source.read(&mut buffer[..most]) {
            Ok(count @ 1..) => lock(state).add(&buffer[..count]),
            // A terminal whose other side is closed answers with an error.
            Ok(0) | Err(_) => return,
        }
        if pace == Pace::Slow {
            thread::sleep(PAUSE);
        }
    }
}

impl State {
    fn add(&mut self, bytes: &[u8]) {
        self.lines += bytes.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.newest.extend_from_slice(bytes);
        if self.newest.len() > 2 * KEPT {
            self.newest.drain(..self.newest.len() - KEPT);
        }
    }
}
