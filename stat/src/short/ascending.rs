//! Short numbers with their counts, in ascending order: what tables are made of when they are emptied,
//! and what is joined, divided and searched in one pass, without hashing.

use std::cmp::Ordering;
use std::iter::once;

/// Distinct numbers, ascending, with their counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ascending(Vec<(i64, u64)>);

impl Ascending {
    /// Of numbers in any order, some of which may be the same.
    pub(crate) fn of(mut numbers: Vec<(i64, u64)>) -> Ascending {
        if numbers.is_sorted_by(|(number, _), (next, _)| number < next) {
            return Ascending(numbers);
        }
        numbers.sort_unstable_by_key(|(number, _)| *number);
        Ascending(numbers).divided(1)
    }

    /// How many distinct numbers there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The numbers with their counts.
    pub(crate) fn as_slice(&self) -> &[(i64, u64)] {
        &self.0
    }

    /// The least and the greatest number; if there is none, the least is above the greatest.
    pub(crate) fn ends(&self) -> (i64, i64) {
        match self.0.as_slice() {
            [] => (i64::MAX, i64::MIN),
            [first, ..] => (first.0, self.0[self.0.len() - 1].0),
        }
    }

    /// These and `other` numbers.
    pub(crate) fn joined(self, other: Ascending) -> Ascending {
        if self.0.is_empty() || other.0.is_empty() {
            return if self.0.is_empty() { other } else { self };
        }
        let mut all = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut own, mut other) = (self.0.as_slice(), other.0.as_slice());
        while let ([(number, count), own_rest @ ..], [(another, more), other_rest @ ..]) =
            (own, other)
        {
            let order = number.cmp(another);
            let count = if order.is_le() { *count } else { 0 };
            let more = if order.is_ge() { *more } else { 0 };
            all.push((*number.min(another), count + more));
            own = if order == Ordering::Greater { own } else { own_rest };
            other = if order == Ordering::Less { other } else { other_rest };
        }
        all.extend_from_slice(own);
        all.extend_from_slice(other);
        Ascending(all)
    }

    /// How many there are when divided by `divisor`, which must be positive, and rounded down.
    pub(crate) fn quotients(&self, divisor: i64) -> usize {
        let (mut quotients, mut last) = (0, None);
        for (number, _) in &self.0 {
            // A division takes longer than a comparison.
            if last.is_none_or(|last| *number > last) {
                let rest = number.rem_euclid(divisor);
                last = Some(number.saturating_add(divisor - 1 - rest));
                quotients += 1;
            }
        }
        quotients
    }

    /// Each divided by `divisor`, which must be positive, and rounded down.
    pub(crate) fn divided(mut self, divisor: i64) -> Ascending {
        let mut kept = 0;
        for at in 0..self.0.len() {
            let (number, count) = self.0[at];
            let quotient = if divisor == 1 { number } else { number.div_euclid(divisor) };
            if kept > 0 && self.0[kept - 1].0 == quotient {
                self.0[kept - 1].1 += count;
            } else {
                self.0[kept] = (quotient, count);
                kept += 1;
            }
        }
        self.0.truncate(kept);
        self
    }

    /// Each multiplied by `factor`, where that fits a machine word.
    pub(crate) fn multiplied(&self, factor: i64) -> Option<Ascending> {
        let product = |(number, count): &(i64, u64)| Some((number.checked_mul(factor)?, *count));
        self.0.iter().map(product).collect::<Option<_>>().map(Ascending)
    }

    /// How many samples there are up to each number, before the first one 0: what ranks are found by.
    pub(crate) fn totals(&self) -> Vec<u64> {
        let total = |total: &mut u64, (_, count): &(i64, u64)| {
            *total += count;
            Some(*total)
        };
        once(0).chain(self.0.iter().scan(0, total)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn numbers() -> impl Strategy<Value = Vec<(i64, u64)>> {
        let number = prop_oneof![-9i64..9, any::<i64>(), Just(i64::MIN), Just(i64::MAX)];
        proptest::collection::vec((number, 1u64..5), 0..50)
    }

    fn expected(numbers: &[(i64, u64)], divisor: i64) -> Vec<(i64, u64)> {
        let mut all = BTreeMap::new();
        for (number, count) in numbers {
            *all.entry(number.div_euclid(divisor)).or_insert(0) += count;
        }
        all.into_iter().collect()
    }

    proptest! {
        #[test]
        fn numbers_are_joined_and_divided_as_one_by_one(
            numbers in numbers(), others in numbers(), divisor in prop_oneof![1i64..9, 1..=i64::MAX],
        ) {
            let ascending = Ascending::of(numbers.clone());
            prop_assert_eq!(ascending.as_slice(), expected(&numbers, 1));
            let quotients = expected(&numbers, divisor);
            prop_assert_eq!(ascending.quotients(divisor), quotients.len());
            let divided = ascending.clone().divided(divisor);
            prop_assert_eq!(divided.as_slice(), quotients);
            let all = [numbers, others.clone()].concat();
            let joined = ascending.joined(Ascending::of(others));
            prop_assert_eq!(joined.as_slice(), expected(&all, 1));
            let samples = all.iter().map(|(_, count)| count).sum::<u64>();
            prop_assert_eq!(joined.totals().pop(), Some(samples));
        }
    }
}
