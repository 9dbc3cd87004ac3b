//! Putting back into order what comes out of order.

use std::collections::VecDeque;

/// Things that are numbered from 0, and wait for those before them.
#[derive(Debug)]
pub(super) struct InOrder<T> {
    /// The number of the first that has not been taken.
    next: u64,
    /// Those from there on that have come.
    waiting: VecDeque<Option<T>>,
}

impl<T> InOrder<T> {
    /// None has come.
    pub(super) fn new() -> InOrder<T> {
        InOrder { next: 0, waiting: VecDeque::new() }
    }

    /// The number of the one that comes next.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Puts the one with this number, which must not have been put before.
    pub(super) fn put(&mut self, number: u64, item: T) {
        let at = (number - self.next) as usize;
        if self.waiting.len() <= at {
            self.waiting.resize_with(at + 1, || None);
        }
        self.waiting[at] = Some(item);
    }

    /// Takes the next, if it has come.
    pub(super) fn take(&mut self) -> Option<T> {
        let item = self.waiting.front_mut()?.take()?;
        self.waiting.pop_front();
        self.next += 1;
        Some(item)
    }

    /// All that are waiting, whatever is missing before them.
    pub(super) fn into_waiting(self) -> impl Iterator<Item = T> {
        self.waiting.into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_comes_too_early_waits() {
        let mut order = InOrder::new();
        order.put(2, 'c');
        assert_eq!((order.take(), order.next()), (None, 0));
        order.put(0, 'a');
        assert_eq!((order.take(), order.take(), order.next()), (Some('a'), None, 1));
        assert_eq!(order.into_waiting().collect::<Vec<_>>(), ['c']);
    }

    proptest! {
        #[test]
        fn in_whatever_order_they_come_they_are_taken_in_theirs(
            coming in Just((0..20u64).collect::<Vec<_>>()).prop_shuffle()
        ) {
            let (mut order, mut taken) = (InOrder::new(), Vec::new());
            for number in coming {
                order.put(number, number);
                taken.extend(std::iter::from_fn(|| order.take()));
            }
            prop_assert!(taken.into_iter().eq(0..20));
        }
    }
}
