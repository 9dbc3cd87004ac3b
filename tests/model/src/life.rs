//! The life of a process, and its death by `kill -9`.
//!
//! A process can be killed at any time. What others can see of it changes only where it touches what it
//! shares with them, so it is enough to kill it before each such access: these are its places, counted
//! from 0. Killed while it sleeps, it is as if it had not fallen asleep yet.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

loom::thread_local! {
    /// How many places this process still lives through; `None` for all of them.
    static LEFT: Cell<Option<usize>> = Cell::new(None);
}

/// What is thrown to end a process.
struct Killed;

/// Runs `process`, which is killed at `place` if it comes there; returns what it returns if not.
pub(crate) fn up_to<T>(place: Option<usize>, process: impl FnOnce() -> T) -> Option<T> {
    LEFT.with(|left| left.set(place));
    // What it leaves behind is what it shares, and that is what is tried here.
    let ended = catch_unwind(AssertUnwindSafe(process));
    // What its thread does from now on is done by others.
    LEFT.with(|left| left.set(None));
    match ended {
        Ok(result) => Some(result),
        Err(thrown) if thrown.is::<Killed>() => None,
        Err(thrown) => resume_unwind(thrown),
    }
}

/// A place where the process may be killed.
pub(crate) fn may_end() {
    let is_last = LEFT.with(|left| {
        let is_last = left.get() == Some(0);
        left.set(left.get().and_then(|places| places.checked_sub(1)));
        is_last
    });
    if is_last {
        resume_unwind(Box::new(Killed));
    }
}
