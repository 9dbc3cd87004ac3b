//! How rows that lack a sample move the samples behind them.
//!
//! Rows are numbered in the stream, the samples of a course in their channel. A piece numbers its
//! samples from the number of its first row on, as if no row before it lacked one. Only merging shows
//! how many did.

use super::{Run, Sequence};

/// How the samples of two pieces move when these become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moves {
    /// By how many numbers those that were there move towards the beginning.
    pub own: u64,
    /// By how many those that are added do.
    pub added: u64,
    /// Whether what is added begins before what was there.
    pub begins_with_added: bool,
}

impl Sequence {
    /// How samples move when `runs`, which are in order, are added; `None` if those of a piece
    /// would have to move by different numbers.
    pub(crate) fn moves(&self, runs: &[Run]) -> Option<Moves> {
        let begins_with_added =
            runs.first().is_some_and(|added| self.runs().next().is_none_or(|own| added < own));
        if self.lacking == 0 && runs.iter().all(|run| run.lacking() == 0) {
            return Some(Moves { own: 0, added: 0, begins_with_added });
        }
        let own = lacking_before(self.runs(), runs.iter())?;
        let added = lacking_before(runs.iter(), self.runs())?;
        Some(Moves { own, added, begins_with_added })
    }
}

/// How many rows of `others` that lack a sample lie before the samples of `runs`; `None` if not
/// equally many before all of them. Both are in order.
fn lacking_before<'a>(
    runs: impl Iterator<Item = &'a Run>,
    others: impl Iterator<Item = &'a Run>,
) -> Option<u64> {
    let mut others = others.peekable();
    let (mut before, mut found) = (0u64, None);
    for run in runs.filter(|run| run.n > 0) {
        while let Some(other) = others.next_if(|other| *other < run) {
            before = before.saturating_add(other.lacking());
        }
        if *found.get_or_insert(before) != before {
            return None;
        }
    }
    Some(found.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::sequence::{Ends, RunPlace};
    use stage::format::decimal::Decimal;

    /// `n` samples in `count` rows.
    fn run(first: u64, count: u64, n: u64) -> Run {
        let ends = || Ends { first: Decimal::new(1, 0), last: Decimal::new(2, 0) };
        Run { place: RunPlace::Rows { first, count }, n, ends: (n > 0).then(ends) }
    }

    fn moves(own: &[Run], added: &[Run]) -> Option<(u64, u64)> {
        let mut sequence = Sequence::new(false);
        sequence.absorb(own.to_vec()).unwrap();
        sequence.moves(added).map(|moves| (moves.own, moves.added))
    }

    #[test]
    fn rows_that_lack_a_sample_move_those_behind_them() {
        let parts = [run(1, 10, 8), run(11, 10, 10), run(21, 10, 5)];
        assert_eq!(moves(&parts[..1], &parts[1..2]), Some((0, 2)));
        assert_eq!(moves(&parts[1..2], &parts[..1]), Some((2, 0)));
        assert_eq!(moves(&parts[..2], &parts[2..]), Some((0, 2)));
        assert_eq!(moves(&parts[1..], &[run(1, 10, 0)]), Some((10, 0)));
        assert_eq!(moves(&[], &parts), Some((0, 0)));
    }

    #[test]
    fn what_lies_between_samples_must_not_pull_them_apart() {
        let around = [run(1, 10, 10), run(21, 10, 10)];
        assert_eq!(moves(&around, &[run(11, 10, 10)]), Some((0, 0)));
        assert_eq!(moves(&around, &[run(11, 10, 9)]), None);
        assert_eq!(moves(&[run(11, 10, 9)], &around), None);
        assert_eq!(moves(&[run(1, 5, 4), run(31, 5, 4)], &[run(11, 10, 9)]), None);
    }
}
