//! Which ends of the ring are still open: the kernel's locks.

use std::cell::RefCell;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::sync::atomic::AtomicU32;

use crate::current::{self, Current};
use crate::life;

/// An end of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Where bytes go in.
    Writer,
    /// Where they come out.
    Reader,
}

thread_local! {
    /// A run without it has a ring whose ends are not marked.
    static CLOSED: Current<[AtomicU32; 2]> = const { RefCell::new(None) };
}

/// Begins a run, in which the ends of the ring are marked or not.
pub(crate) fn start(are_marked: bool) {
    CLOSED.set(are_marked.then(Rc::default));
}

/// Ends a run.
pub(crate) fn end() {
    CLOSED.set(None);
}

/// The last descriptor of this end is closed.
pub(crate) fn close(end: End) {
    if let Some(closed) = current::get(&CLOSED) {
        closed[end as usize].swap(1, Ordering::AcqRel);
    }
}

/// What one end knows of the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(End);

impl Peer {
    pub(crate) fn of(_fd: impl AsFd, mine: End) -> Peer {
        match mine {
            End::Writer => Peer(End::Reader),
            End::Reader => Peer(End::Writer),
        }
    }

    pub(crate) fn is_marked(self) -> bool {
        current::get(&CLOSED).is_some()
    }

    pub(crate) fn is_there(self, _fd: impl AsFd) -> bool {
        life::may_end();
        // An addition is always made to the newest value: the kernel's answer is never old.
        let is_closed =
            |closed: &[AtomicU32; 2]| closed[self.0 as usize].fetch_add(0, Ordering::AcqRel);
        current::get(&CLOSED).is_none_or(|closed| is_closed(&closed) == 0)
    }
}
