//! Each value with its count, as long as there are not too many distinct ones: as short numbers in one
//! unit until a value comes that has no unit in common with them, and as decimals from then on.

use std::mem::take;

use stage::format::decimal::Decimal;

use super::short_values::ShortValues;
use crate::counts::{Counts, Full};
use crate::lattice::Lattice;
use crate::short::{MAX_SCALE, decimal, scaled, units, units_up};

/// The counts of values.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    counts: Kind,
    /// The lattice of the first `stepped` values, if they have one.
    lattice: Option<Lattice>,
    stepped: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Of short numbers.
    Short(ShortValues),
    /// Of decimals without useless zeros.
    Long(Counts<Decimal>),
}

impl Default for Kind {
    fn default() -> Kind {
        Kind::Short(ShortValues::default())
    }
}

impl Values {
    /// Counts `count` samples of the same value.
    pub(super) fn add(&mut self, value: &Decimal, count: u64) -> Result<(), Full> {
        loop {
            match &mut self.counts {
                Kind::Long(counts) => return counts.add_many(&value.normalized(), count),
                Kind::Short(values) => match units(value, values.scale()) {
                    Some(number) => return values.add(number, count),
                    None => self.refine(value.normalized().places()),
                },
            }
        }
    }

    /// Counts `count` samples `number` × 10^−`scale`.
    #[inline]
    pub(super) fn add_short(&mut self, number: i64, scale: u16, count: u64) -> Result<(), Full> {
        match self.short_in(scale) {
            Some(values) => values.add(number, count),
            None => self.add(&decimal(number, scale), count),
        }
    }

    /// Counts `numbers`, in units of 10^−`scale`, or as many as there is room for; returns how many.
    pub(super) fn add_all(&mut self, numbers: &[i64], scale: u16) -> usize {
        if let Some(values) = self.short_in(scale) {
            return values.add_all(numbers);
        }
        let is_full = |number: &i64| self.add_short(*number, scale, 1).is_err();
        numbers.iter().position(is_full).unwrap_or(numbers.len())
    }

    /// The counts of short numbers, if their unit is 10^−`scale`, or was coarser and can be made so.
    #[inline]
    fn short_in(&mut self, scale: u16) -> Option<&mut ShortValues> {
        let Kind::Short(values) = &mut self.counts else { return None };
        if !values.has_scale(scale) && values.scale() < scale {
            // Otherwise, numbers with useless zeros would go through decimals for good.
            self.refine(scale);
        }
        match &mut self.counts {
            Kind::Short(values) if values.scale() == scale => Some(values),
            _ => None,
        }
    }

    /// Removes all values, but keeps the memory for short ones.
    pub(super) fn clear(&mut self) {
        let mut counts = take(&mut self.counts);
        if let Kind::Short(values) = &mut counts {
            values.clear();
            *self = Values { counts, ..Values::default() };
        } else {
            *self = Values::default();
        }
    }

    /// Goes over to units of 10^−`to`, if these are finer and all values are short in them, or else to
    /// decimals.
    fn refine(&mut self, to: u16) {
        let Kind::Short(values) = &self.counts else { return };
        let refined = (values.scale() + 1..=MAX_SCALE).contains(&to).then(|| {
            let finer = to - values.scale();
            values.converted(to, |number| refined_number(number, finer))
        });
        self.counts = match refined.flatten() {
            Some(refined) => Kind::Short(refined),
            None => Kind::Long(lengthened(values)),
        };
    }

    /// The values with their counts, from the least value to the greatest.
    pub(super) fn sorted(&mut self) -> Vec<(Decimal, u64)> {
        match &mut self.counts {
            Kind::Short(values) => {
                let scale = values.scale();
                let sorted = values.counts().sorted();
                sorted.map(|(number, count)| (decimal(*number, scale), count)).collect()
            }
            Kind::Long(counts) => {
                counts.sorted().map(|(value, count)| (value.clone(), count)).collect()
            }
        }
    }

    /// The values and one more, with their counts, from the least to the greatest.
    pub(super) fn sorted_with(&mut self, value: &Decimal, count: u64) -> Vec<(Decimal, u64)> {
        let mut values = self.sorted();
        let at = values.partition_point(|(other, _)| other < value);
        values.insert(at, (value.normalized(), count));
        values
    }

    /// The same as short numbers, with their scale, if all of them are.
    pub(super) fn sorted_short_with(
        &mut self,
        value: &Decimal,
        count: u64,
    ) -> Option<(u16, Vec<(i64, u64)>)> {
        let Kind::Short(values) = &mut self.counts else { return None };
        let scale = values.scale();
        let number = units(value, scale)?;
        let sorted = values.counts().sorted();
        let mut numbers: Vec<_> = sorted.map(|(number, count)| (*number, count)).collect();
        let at = numbers.partition_point(|(other, _)| *other < number);
        numbers.insert(at, (number, count));
        Some((scale, numbers))
    }

    /// The value at `rank`, from 1, among the sorted samples.
    pub(super) fn at_rank(&mut self, rank: u64) -> Option<Decimal> {
        match &mut self.counts {
            Kind::Short(values) => {
                let scale = values.scale();
                values.counts().at_rank(rank).map(|number| decimal(*number, scale))
            }
            Kind::Long(counts) => counts.at_rank(rank).cloned(),
        }
    }

    /// How many samples are below `limit`.
    pub(super) fn below(&mut self, limit: &Decimal) -> u64 {
        match &mut self.counts {
            Kind::Short(values) => {
                let limit = units_up(limit, values.scale());
                values.counts().below(&limit)
            }
            Kind::Long(counts) => counts.below(limit),
        }
    }

    /// The most frequent value, the least of them if there are several.
    pub(super) fn mode(&self) -> Option<Decimal> {
        match &self.counts {
            Kind::Short(values) => values.mode().map(|number| decimal(number, values.scale())),
            Kind::Long(counts) => counts.mode().cloned(),
        }
    }

    /// The step between the values, if they have one.
    pub(super) fn lattice(&mut self) -> Option<Lattice> {
        let known = (self.stepped, self.lattice.take());
        let (stepped, lattice) = match &self.counts {
            Kind::Short(values) => {
                let new = values.iter().skip(self.stepped);
                extended(known, new.map(|(number, _)| decimal(*number, values.scale())))
            }
            Kind::Long(counts) => {
                extended(known, counts.iter().skip(self.stepped).map(|(value, _)| value.clone()))
            }
        };
        (self.stepped, self.lattice) = (stepped, lattice);
        self.lattice.clone()
    }
}

/// How many values there are, and their lattice, with some more.
fn extended(
    known: (usize, Option<Lattice>),
    more: impl Iterator<Item = Decimal>,
) -> (usize, Option<Lattice>) {
    more.fold(known, |(values, lattice), value| match values {
        0 => (1, Lattice::of(&value)),
        _ => (values + 1, lattice.and_then(|lattice| lattice.with(&value))),
    })
}

/// `number` in units that are finer by `places`, if it is short in them.
fn refined_number(number: i64, places: u16) -> Option<i64> {
    let magnitude = scaled(number.unsigned_abs(), places)? as i64;
    Some(if number < 0 { -magnitude } else { magnitude })
}

/// The same counts, of decimals.
fn lengthened(values: &ShortValues) -> Counts<Decimal> {
    let mut long = Counts::default();
    for (number, count) in values.iter() {
        // There is as much room.
        let _ = long.add_many(&decimal(*number, values.scale()), count);
    }
    long
}

#[cfg(test)]
mod tests {
    use super::*;
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
        values.add(&"1.5000".parse().unwrap(), 1).unwrap();
        assert_eq!(values.add_all(&[15_000, 2_500, 1], 4), 3);
        assert!(matches!(&values.counts, Kind::Short(values) if values.scale() == 4));
        let sorted = [("0.0001", 1), ("0.25", 1), ("1.5", 2)];
        assert_eq!(values.sorted(), sorted.map(|(value, n)| (value.parse().unwrap(), n)));
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
                        counts.add_short(number, value.places(), *count).unwrap();
                    }
                    _ => counts.add(value, *count).unwrap(),
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
