//! Turns: what only a few tests may do at a time, however many run.

use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;

/// Pipelines that send as fast as they can, one for each processor. With more, a stage would wait for
/// its turn on a processor as long as one that has been asked to stop waits for its input.
pub static FULL_SPEED: Turns =
    Turns::new(|| thread::available_parallelism().map_or(1, NonZero::get));

/// Pipelines with message queues. Three have room: RLIMIT_MSGQUEUE, 819,200 bytes unless it was
/// changed, covers all queues of a user. (Whoever takes both turns takes this one first.)
pub static QUEUES: Turns = Turns::new(|| 3);

/// The turns of one kind.
pub struct Turns {
    most: fn() -> usize,
    taken: Mutex<usize>,
    ended: Condvar,
}

/// A test's turn, until it is dropped.
pub struct Turn(&'static Turns);

impl Turns {
    const fn new(most: fn() -> usize) -> Turns {
        Turns { most, taken: Mutex::new(0), ended: Condvar::new() }
    }

    /// Waits for a turn.
    pub fn take(&'static self) -> Turn {
        let taken = self.ended.wait_while(self.taken(), |taken| *taken == (self.most)());
        *taken.expect("nothing panics while it is locked") += 1;
        Turn(self)
    }

    fn taken(&self) -> MutexGuard<'_, usize> {
        self.taken.lock().expect("nothing panics while it is locked")
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0.taken() -= 1;
        self.0.ended.notify_one();
    }
}
