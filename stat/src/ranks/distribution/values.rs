//! Each value with its count, as long as there are not too many distinct ones: as a short number in one
//! unit, or as a decimal if it is not short in that unit.
//!
//! The unit becomes finer when a value needs that and all short numbers remain short. What was not
//! short before is not short then either: it was too great, or needs a unit in which some number
//! is too great.

use std::cmp::Ordering;
use std::mem::take;

use stage::format::decimal::Decimal;

use super::short_values::ShortValues;
use crate::ranks::counts::{Counts, Full};
use crate::ranks::lattice::Lattice;
use crate::short::ascending::Ascending;
use crate::short::{MAX_SCALE, decimal, refined, units, units_up};

/// The counts of values.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    short: ShortValues,
    /// Decimals without useless zeros.
    long: Counts<Decimal>,
    /// How many samples they are.
    long_samples: u64,
    lattice: KnownLattice,
    /// The decimal places of the coarsest unit in which some short number is known not to be short.
    too_fine: Option<u16>,
}

/// The lattice of the first values, if they have one.
#[derive(Clone, Debug, Default)]
struct KnownLattice {
    lattice: Option<Lattice>,
    /// How many of the short values it is of, and of the long ones.
    short: (usize, usize),
    long: usize,
}

impl Values {
    /// Counts `count` samples of the same value, if there are then at most `most` distinct ones.
    pub(super) fn add(&mut self, value: &Decimal, count: u64, most: usize) -> Result<(), Full> {
        if let Some(number) = self.short_number(value) {
            return self.short.add(number, count, self.most_short(most));
        }
        let value = value.normalized();
        let may_be_full = self.short.distinct_at_most() + self.long.distinct() >= most;
        if may_be_full && self.distinct() >= most && self.long.count_of(&value) == 0 {
            return Err(Full);
        }
        self.long_samples += count;
        self.long.add_many(&value, count)
    }

    /// The value in units of short numbers, which become finer if that is possible and takes it.
    fn short_number(&mut self, value: &Decimal) -> Option<i64> {
        units(value, self.short.scale()).or_else(|| {
            self.make_unit(value.normalized().places());
            units(value, self.short.scale())
        })
    }

    /// Counts `count` samples `number` × 10^−`scale`, if there are then at most `most` distinct values.
    #[inline]
    pub(super) fn add_short(
        &mut self,
        number: i64,
        scale: u16,
        count: u64,
        most: usize,
    ) -> Result<(), Full> {
        match self.has_unit(scale) {
            true => self.short.add(number, count, self.most_short(most)),
            false => self.add(&decimal(number, scale), count, most),
        }
    }

    /// Counts ascending numbers in units of 10^−`scale`, for which there is room, each with its count,
    /// if there may be at most `most` distinct values.
    pub(super) fn add_counts(&mut self, numbers: &[(i64, u64)], scale: u16, most: usize) {
        match self.has_unit(scale) {
            true => self.short.add_counts(numbers, self.most_short(most)),
            false => numbers.iter().for_each(|(it, n)| _ = self.add_short(*it, scale, *n, most)),
        }
    }

    /// Counts `numbers`, in units of 10^−`scale`, of which `ends` are the least and the greatest, or as many
    /// as there is room for if there may be at most `most` distinct values; returns how many.
    pub(super) fn add_all(
        &mut self,
        numbers: &[i64],
        ends: (i64, i64),
        scale: u16,
        most: usize,
    ) -> usize {
        if self.has_unit(scale) {
            if !self.short.has_table() {
                self.lattice = KnownLattice::default();
            }
            return self.short.add_all(numbers, ends, self.most_short(most));
        }
        let is_full = |number: &i64| self.add_short(*number, scale, 1, most).is_err();
        numbers.iter().position(is_full).unwrap_or(numbers.len())
    }

    /// How many distinct values there are.
    pub(super) fn distinct(&mut self) -> usize {
        self.short.distinct() + self.long.distinct()
    }

    /// How many distinct short numbers there may be, if there may be at most `most` values.
    fn most_short(&self, most: usize) -> usize {
        most.saturating_sub(self.long.distinct())
    }

    /// Whether the unit is 10^−`scale`, or was coarser and is made so. (Otherwise, numbers with useless
    /// zeros would go through decimals for good.)
    #[inline]
    fn has_unit(&mut self, scale: u16) -> bool {
        if self.short.scale() != scale {
            self.make_unit(scale);
        }
        self.short.scale() == scale
    }

    /// Goes over to units of 10^−`scale`, if nothing is counted or these are finer and all short numbers
    /// remain short.
    fn make_unit(&mut self, scale: u16) {
        // Without remembering, every value that needs such a unit would be a search for that number.
        if scale > MAX_SCALE || self.too_fine.is_some_and(|places| places <= scale) {
            return;
        }
        if self.distinct() == 0 {
            return self.short.set_scale(scale);
        }
        let finer = scale.checked_sub(self.short.scale()).filter(|places| *places > 0);
        let refined =
            finer.and_then(|places| self.short.converted(scale, |number| refined(number, places)));
        match refined {
            Some(refined) => {
                self.short = refined;
                self.lattice = KnownLattice::default();
            }
            None => self.too_fine = finer.map(|_| scale).or(self.too_fine),
        }
    }

    /// Removes all values, but keeps the memory.
    pub(super) fn clear(&mut self) {
        self.short.clear();
        self.long.clear();
        (self.long_samples, self.lattice, self.too_fine) = (0, KnownLattice::default(), None);
    }

    /// Forgets the limits below which samples were counted.
    pub(super) fn forget_limits(&mut self) {
        self.short.forget_limits();
        self.long.forget_limits();
    }

    /// The values with their counts, from the least value to the greatest.
    pub(super) fn sorted(&mut self) -> Vec<(Decimal, u64)> {
        let scale = self.short.scale();
        let short = self.short.sorted().into_iter();
        let mut sorted: Vec<_> = short.map(|(number, n)| (decimal(number, scale), n)).collect();
        if self.long.distinct() > 0 {
            sorted.extend(self.long.sorted().map(|(value, n)| (value.clone(), n)));
            // Two runs, which are merged.
            sorted.sort();
        }
        sorted
    }

    /// The unit of short numbers: its decimal places.
    pub(super) fn scale(&self) -> u16 {
        self.short.scale()
    }

    /// Those that are short in units of 10^−`scale`, and the others.
    pub(super) fn split(mut self, scale: u16) -> (Ascending, Vec<(Decimal, u64)>) {
        let (mut short, mut long) = (Vec::new(), Vec::new());
        let mut put = |value: Decimal, count| match units(&value, scale) {
            Some(number) => short.push((number, count)),
            None => long.push((value, count)),
        };
        self.long.iter().for_each(|(value, count)| put(value.clone(), count));
        let own = self.short.scale();
        if own != scale {
            self.short.iter().for_each(|(number, count)| put(decimal(number, own), count));
        } else {
            short.extend(self.short.iter());
        }
        (Ascending::of(short), long)
    }

    /// The value at `rank`, from 1, among the sorted samples.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<Decimal> {
        // So many long ones come before that rank, at least and at most.
        let (mut before, mut most) = (0, self.long_samples);
        while before < most {
            let place = before + (most - before).div_ceil(2);
            let value = self.long.at_rank(place)?;
            let limit = units_up(value, self.short.scale());
            match (self.short.below(limit) + place).cmp(&rank) {
                Ordering::Less => before = place,
                Ordering::Equal => return Some(value.clone()),
                Ordering::Greater => most = place - 1,
            }
        }
        let number = self.short.at_rank(rank - before)?;
        Some(decimal(number, self.short.scale()))
    }

    /// How many samples are below `limit`.
    pub(super) fn below(&mut self, limit: &Decimal) -> u64 {
        let number = units_up(limit, self.short.scale());
        self.short.below(number) + self.long.below(limit)
    }

    /// The most frequent value, the least of them if there are several.
    pub(super) fn mode(&mut self) -> Option<Decimal> {
        let scale = self.short.scale();
        let short = self.short.mode().map(|(it, n)| (n, decimal(it, scale)));
        let long = self.long.mode().map(|value| (self.long.count_of(value), value.clone()));
        let modes = short.into_iter().chain(long);
        modes.max_by(|(n, value), (m, other)| n.cmp(m).then(other.cmp(value))).map(|(_, it)| it)
    }

    /// The step between the values, if they have one.
    pub(super) fn lattice(&mut self) -> Option<Lattice> {
        let known = take(&mut self.lattice);
        let scale = self.short.scale();
        let short = self.short.behind(known.short).map(|(number, _)| decimal(number, scale));
        let long = self.long.behind(known.long).map(|(value, _)| value.clone());
        let values = known.short.0 + known.short.1 + known.long;
        let lattice = extended(values, known.lattice, short.chain(long));
        self.lattice = KnownLattice {
            lattice: lattice.clone(),
            short: self.short.lengths(),
            long: self.long.distinct(),
        };
        lattice
    }
}

/// The `lattice` of this many `values`, extended to some more.
fn extended(
    values: usize,
    lattice: Option<Lattice>,
    mut more: impl Iterator<Item = Decimal>,
) -> Option<Lattice> {
    let lattice = match values {
        0 => more.next().and_then(|value| Lattice::of(&value)),
        _ => lattice,
    };
    more.try_fold(lattice?, |lattice, value| lattice.with(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::counts::MAX_DISTINCT;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn value() -> impl Strategy<Value = Decimal> {
        prop_oneof![
            4 => (-99i64..99, 0u16..3).prop_map(|(mantissa, places)| Decimal::new(mantissa, places)),
            1 => (any::<i64>(), 0u16..25).prop_map(|(mantissa, places)| Decimal::new(mantissa, places)),
        ]
    }

    #[test]
    fn numbers_with_useless_zeros_make_the_unit_finer() {
        let mut values = Values::default();
        values.add(&"1.5000".parse().unwrap(), 1, MAX_DISTINCT).unwrap();
        assert_eq!(values.add_all(&[15_000, 2_500, 1], (1, 15_000), 4, MAX_DISTINCT), 3);
        assert_eq!((values.short.scale(), values.long.distinct()), (4, 0));
        let sorted = [("0.0001", 1), ("0.25", 1), ("1.5", 2)];
        assert_eq!(values.sorted(), sorted.map(|(value, n)| (value.parse().unwrap(), n)));
    }

    #[test]
    fn a_unit_that_was_too_fine_is_not_tried_again_until_the_values_are_gone() {
        let mut values = Values::default();
        let add = |values: &mut Values, value: &str| {
            values.add(&value.parse().unwrap(), 1, MAX_DISTINCT).unwrap();
            (values.short.scale(), values.too_fine, values.long.distinct())
        };
        assert_eq!(add(&mut values, "7000000"), (0, None, 0));
        assert_eq!(add(&mut values, "1e-15"), (0, Some(15), 1));
        assert_eq!(add(&mut values, "1e-16"), (0, Some(15), 2));
        assert_eq!(add(&mut values, "1e-13"), (0, Some(13), 3));
        assert_eq!(add(&mut values, "1e-12"), (12, Some(13), 3));
        values.clear();
        assert_eq!(add(&mut values, "1e-15"), (15, None, 0));
    }

    proptest! {
        #[test]
        fn values_are_the_same_short_or_long(
            values in proptest::collection::vec((value(), 1u64..4), 0..60), limits in proptest::collection::vec(value(), 3),
        ) {
            let (mut counts, mut expected) = (Values::default(), BTreeMap::new());
            for (value, count) in &values {
                match (units(value, value.places()), value.places()) {
                    (Some(number), 0..=MAX_SCALE) if count % 2 == 0 => {
                        counts.add_short(number, value.places(), *count, MAX_DISTINCT).unwrap();
                    }
                    _ => counts.add(value, *count, MAX_DISTINCT).unwrap(),
                }
                *expected.entry(value.clone()).or_insert(0) += count;
            }
            let sorted: Vec<_> = expected.clone().into_iter().collect();
            prop_assert_eq!(counts.sorted(), sorted);
            let all: Vec<_> = expected.iter().flat_map(|(it, count)| vec![it; *count as usize]).collect();
            for (at, value) in all.iter().enumerate() {
                prop_assert_eq!(counts.at_rank(at as u64 + 1), Some((*value).clone()));
            }
            for limit in limits {
                let below = all.iter().filter(|value| ***value < limit).count();
                prop_assert_eq!(counts.below(&limit), below as u64);
            }
        }
    }
}
