//! Rows that lack a whole channel, since the columns of their part have none of its name. Only the
//! other channels know of them.

use crate::exact::sequence::{Run, RunPlace};

/// Numbered rows that follow each other: the first, and the one behind the last.
type Span = (u64, u64);

/// Rows that were merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Spans(Vec<Span>);

impl Spans {
    /// The numbered rows of `runs`, which may be those of several channels.
    pub(super) fn of<'a>(runs: impl Iterator<Item = &'a Run>) -> Spans {
        let mut all: Vec<Span> = runs.filter_map(span).collect();
        all.sort_unstable();
        all.dedup_by(|later, span| {
            let touches = later.0 <= span.1;
            span.1 = if touches { span.1.max(later.1) } else { span.1 };
            touches
        });
        Spans(all)
    }

    /// Those that the `runs` of a channel, in order, do not have; none if its rows have no numbers.
    pub(super) fn without<'a>(&self, runs: impl Iterator<Item = &'a Run>) -> Vec<Run> {
        let own = Spans::of(runs).0;
        if own.is_empty() {
            return Vec::new();
        }
        let mut own = own.into_iter().peekable();
        let mut absent = Vec::new();
        for (mut first, end) in self.0.iter().copied() {
            while let Some(span) = own.next_if(|span| span.1 <= end) {
                absent.push((first, span.0));
                first = span.1;
            }
            absent.push((first, end));
        }
        let runs = absent.into_iter().filter(|(first, end)| first < end);
        runs.map(|(first, end)| lacking(first, end - first)).collect()
    }
}

fn span(run: &Run) -> Option<Span> {
    match run.place {
        RunPlace::Rows { first, count } => Some((first, first.saturating_add(count))),
        RunPlace::Part(_) | RunPlace::Time { .. } => None,
    }
}

/// Rows without a sample.
fn lacking(first: u64, count: u64) -> Run {
    Run { place: RunPlace::Rows { first, count }, n: 0, ends: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(runs: &[(u64, u64)]) -> Vec<Run> {
        runs.iter().map(|(first, count)| lacking(*first, *count)).collect()
    }

    #[test]
    fn a_channel_lacks_the_rows_that_only_others_have() {
        let runs = [(1, 10), (1, 4), (5, 3), (11, 5), (30, 10), (35, 2)];
        let all = Spans::of(spans(&runs).iter());
        assert_eq!(all, Spans(vec![(1, 16), (30, 40)]));
        let absent = |own: &[(u64, u64)]| all.without(spans(own).iter());
        assert_eq!(absent(&[(1, 15), (30, 10)]), spans(&[]));
        assert_eq!(absent(&[(5, 3)]), spans(&[(1, 4), (8, 8), (30, 10)]));
        assert_eq!(absent(&[(1, 2), (12, 4), (33, 7)]), spans(&[(3, 9), (30, 3)]));
        assert_eq!(absent(&[]), spans(&[]), "its rows may have no numbers");
    }
}
