//! Time, in which one thing happens at most: every deadline passes, those of present sleeps and those of
//! later ones.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::sync::atomic::AtomicU32;

use crate::current::{self, Current};

thread_local! {
    /// A run without it is over before any deadline.
    static CLOCK: Current<Clock> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Clock {
    /// 1 once all deadlines have passed.
    is_late: AtomicU32,
    /// What is to be done then.
    waiting: RefCell<Vec<Box<dyn FnOnce()>>>,
}

/// Begins a run, with deadlines that can pass or not.
pub(crate) fn start(can_pass: bool) {
    CLOCK.set(can_pass.then(Rc::default));
}

/// Ends a run.
pub(crate) fn end() {
    CLOCK.set(None);
}

/// Lets all deadlines pass.
pub(crate) fn pass() {
    if let Some(clock) = current::get(&CLOCK) {
        clock.is_late.swap(1, Ordering::AcqRel);
        let waiting = clock.waiting.take();
        waiting.into_iter().for_each(|then| then());
    }
}

/// Whether deadlines have passed, as far as this process knows.
pub(crate) fn seems_late() -> bool {
    current::get(&CLOCK).is_some_and(|clock| clock.is_late.load(Ordering::Relaxed) != 0)
}

/// Does `then` when deadlines pass; at once, if they have passed already.
pub(crate) fn when_late(then: impl FnOnce() + 'static) {
    let Some(clock) = current::get(&CLOCK) else { return };
    // An addition is always made to the newest value: the kernel's clock is never slow.
    if clock.is_late.fetch_add(0, Ordering::AcqRel) != 0 {
        then();
    } else {
        clock.waiting.borrow_mut().push(Box::new(then));
    }
}
