//! What a semaphore shares with other processes, and asks of the kernel.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use loom::sync::Mutex;
use loom::thread::{self, Thread};
use nix::errno::Errno;

use crate::life;
use crate::time;

/// The fence between what a process did before and does after it.
pub(super) fn fence(order: Ordering) {
    life::may_end();
    loom::sync::atomic::fence(order);
}

/// A number in shared memory. A process may be killed before each access to it.
#[derive(Debug, Default)]
pub(crate) struct AtomicU32 {
    number: loom::sync::atomic::AtomicU32,
    /// Who sleeps on it, behind the lock that the kernel takes to add or wake one.
    sleepers: Mutex<Vec<Sleeper>>,
}

impl AtomicU32 {
    pub(crate) fn load(&self, order: Ordering) -> u32 {
        life::may_end();
        self.number.load(order)
    }

    /// An exchange, so that it comes after every exchange before it: loom would also let it come in
    /// between one and what that has read, which no machine does.
    pub(crate) fn store(&self, value: u32, order: Ordering) {
        life::may_end();
        self.number.swap(value, order);
    }

    pub(crate) fn swap(&self, value: u32, order: Ordering) -> u32 {
        life::may_end();
        self.number.swap(value, order)
    }

    pub(crate) fn fetch_add(&self, value: u32, order: Ordering) -> u32 {
        life::may_end();
        self.number.fetch_add(value, order)
    }

    pub(crate) fn fetch_sub(&self, value: u32, order: Ordering) -> u32 {
        life::may_end();
        self.number.fetch_sub(value, order)
    }

    pub(crate) fn fetch_or(&self, value: u32, order: Ordering) -> u32 {
        life::may_end();
        self.number.fetch_or(value, order)
    }

    pub(crate) fn compare_exchange(
        &self,
        current: u32,
        new: u32,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u32, u32> {
        life::may_end();
        self.number.compare_exchange(current, new, success, failure)
    }

    pub(crate) fn fetch_update(
        &self,
        success: Ordering,
        failure: Ordering,
        update: impl FnMut(u32) -> Option<u32>,
    ) -> Result<u32, u32> {
        life::may_end();
        self.number.fetch_update(success, failure, update)
    }
}

/// A process that sleeps.
#[derive(Clone, Debug)]
struct Sleeper {
    thread: Thread,
    end: Rc<Cell<Option<Result<(), Errno>>>>,
}

impl Sleeper {
    /// This process, about to sleep.
    fn new() -> Sleeper {
        Sleeper { thread: thread::current(), end: Rc::default() }
    }

    /// Sleeps until it is woken; returns with what.
    fn sleep(self) -> Result<(), Errno> {
        loop {
            match self.end.get() {
                Some(end) => return end,
                None => thread::park(),
            }
        }
    }

    /// Ends its sleep with `end`, unless that has ended already.
    fn wake(&self, end: Result<(), Errno>) {
        if self.end.get().is_none() {
            self.end.set(Some(end));
            self.thread.unpark();
        }
    }
}

/// The deadline of a sleep.
#[derive(Debug)]
pub(super) struct Deadline;

impl Deadline {
    pub(super) fn new(_at: Instant) -> io::Result<Deadline> {
        Ok(Deadline)
    }

    pub(super) fn has_passed(&self) -> bool {
        time::seems_late()
    }
}

/// Sleeps if `number` is `expected`, until it is woken or `deadline` comes.
pub(super) fn sleep(
    number: &AtomicU32,
    expected: u32,
    deadline: Option<&Deadline>,
) -> Result<(), Errno> {
    life::may_end();
    // The kernel has a full barrier between whatever came before the call and its comparison.
    loom::sync::atomic::fence(Ordering::SeqCst);
    let mut sleepers = number.sleepers.lock().unwrap();
    if number.number.load(Ordering::Relaxed) != expected {
        return Err(Errno::EAGAIN);
    }
    let sleeper = Sleeper::new();
    if deadline.is_some() {
        let late = sleeper.clone();
        time::when_late(move || late.wake(Err(Errno::ETIMEDOUT)));
    }
    sleepers.push(sleeper.clone());
    drop(sleepers);
    let end = sleeper.sleep();
    if end.is_err() {
        number.sleepers.lock().unwrap().retain(|sleeper| sleeper.end.get().is_none());
    }
    end
}

/// Wakes the first process that sleeps on `number`, if there is any.
pub(super) fn wake_one(number: &AtomicU32) {
    life::may_end();
    let mut sleepers = number.sleepers.lock().unwrap();
    let first = if sleepers.is_empty() { None } else { Some(sleepers.remove(0)) };
    drop(sleepers);
    if let Some(first) = first {
        first.wake(Ok(()));
    }
}
