//! Which pieces of a file may be counted: those before the first one that may have a header in it.
//!
//! A header in the middle of a file changes what the lines behind it are, but pieces are counted in
//! any order. A header has a TAB, which hardly any line of one number has. So each piece is searched
//! for one, which costs little, and is not counted before all earlier ones have been searched as well.
//! From the first TAB on, the file is read in one thread.

use std::collections::BTreeSet;
use std::sync::{Condvar, Mutex, PoisonError};

/// What is known of the pieces of one file.
#[derive(Debug, Default)]
pub(super) struct Gate {
    searched: Mutex<Searched>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Searched {
    /// The first piece that has not been searched.
    next: u64,
    /// Those behind it that have.
    ahead: BTreeSet<u64>,
    /// The first that may have a header.
    closed_at: Option<u64>,
}

impl Searched {
    /// Whether this piece may be counted, if that is known.
    fn verdict(&self, number: u64) -> Option<bool> {
        match self.closed_at {
            Some(closed_at) if closed_at <= number => Some(false),
            _ => (self.next > number).then_some(true),
        }
    }
}

impl Gate {
    /// Notes whether the piece of this number `may_have_header`, and waits until it is known whether it
    /// may be counted. (Each piece before it must have been given to somebody who searches it first.)
    pub(super) fn admits(&self, number: u64, may_have_header: bool) -> bool {
        let mut searched = self.searched.lock().unwrap_or_else(PoisonError::into_inner);
        if may_have_header {
            let first = searched.closed_at.map_or(number, |other| other.min(number));
            searched.closed_at = Some(first);
        }
        searched.ahead.insert(number);
        while searched.ahead.first() == Some(&searched.next) {
            searched.ahead.pop_first();
            searched.next += 1;
        }
        self.changed.notify_all();
        loop {
            if let Some(verdict) = searched.verdict(number) {
                return verdict;
            }
            searched = self.changed.wait(searched).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn pieces_pass_up_to_the_first_that_may_have_a_header() {
        let gate = Gate::default();
        assert!(gate.admits(0, false) && gate.admits(1, false));
        assert!(!gate.admits(2, true) && !gate.admits(3, false));
    }

    #[test]
    fn a_piece_waits_for_those_before_it() {
        let gate = Gate::default();
        let admitted: Vec<bool> = thread::scope(|scope| {
            let late = (0..8u64).rev().map(|number| {
                let gate = &gate;
                scope.spawn(move || (number, gate.admits(number, number == 5)))
            });
            let late: Vec<_> = late.collect();
            let mut admitted: Vec<_> = late.into_iter().map(|it| it.join().unwrap()).collect();
            admitted.sort_unstable();
            admitted.into_iter().map(|(_, is_admitted)| is_admitted).collect()
        });
        assert_eq!(admitted, [true, true, true, true, true, false, false, false]);
    }
}
