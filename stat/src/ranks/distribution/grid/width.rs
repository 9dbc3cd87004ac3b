//! The width of cells, and the indices of cells of that width.

use num_bigint::BigInt;
use num_integer::Integer;
use stage::format::decimal::fixed::power;
use stage::format::decimal::{Decimal, power_of_ten};

/// The width of a cell. Ordered by width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Width {
    exponent: i32,
    /// Whether it is twice the power of ten.
    is_double: bool,
}

impl Width {
    /// 10^`exponent`.
    pub(crate) fn power_of_ten(exponent: i32) -> Width {
        Width { exponent, is_double: false }
    }

    /// The width that is `decimal`, if one is.
    pub(crate) fn of(decimal: &Decimal) -> Option<Width> {
        let exponent = decimal.magnitude()?;
        let widths = [false, true].map(|is_double| Width { exponent, is_double });
        widths.into_iter().find(|width| width.to_decimal() == *decimal)
    }

    /// The width as a number.
    pub(crate) fn to_decimal(self) -> Decimal {
        Decimal::power(self.factor(), self.exponent)
    }

    fn factor(self) -> u8 {
        if self.is_double { 2 } else { 1 }
    }

    /// This width, coarsened by `steps`.
    pub(super) fn coarser(self, steps: i32) -> Width {
        let rank = 2 * self.exponent + i32::from(self.is_double) + steps;
        Width { exponent: rank.div_euclid(2), is_double: rank.rem_euclid(2) == 1 }
    }

    /// The lower end of the cell that `value` is in.
    pub(crate) fn floor(self, value: &Decimal) -> Decimal {
        value.floor_to(self.factor(), self.exponent)
    }

    /// The index of the cell that `value` is in.
    #[inline]
    pub(super) fn index(self, value: &Decimal) -> Index {
        let short = value.small_mantissa().and_then(|it| self.index_of(it, value.places()));
        short.map_or_else(|| self.long_index(value), Index::from)
    }

    /// The index of the cell that `mantissa` × 10^−`places` is in, if it can be computed in machine
    /// words.
    #[inline]
    pub(super) fn index_of(self, mantissa: i64, places: u16) -> Option<i128> {
        let shift = i32::from(places) + self.exponent;
        let power = power(shift.unsigned_abs() as usize)?;
        let factor = i64::from(self.factor());
        match shift {
            0.. => Some(i128::from(mantissa.div_euclid(factor * power))),
            _ => Some(i128::from(mantissa) * i128::from(power / factor)),
        }
    }

    /// Whether a cell begins at `value`. (If that takes more than machine words, it is not found out.)
    pub(super) fn begins_at(self, value: &Decimal) -> bool {
        let Some(mantissa) = value.small_mantissa() else { return false };
        match self.divisor_and_factor(value.places()) {
            Some((divisor, _)) => mantissa % divisor == 0,
            None => false,
        }
    }

    /// What a number in units of 10^−`scale` must be divided by, and multiplied by, to be the index of its
    /// cell; one of them is 1. `None` if that is no machine word.
    pub(super) fn divisor_and_factor(self, scale: u16) -> Option<(i64, i64)> {
        let shift = i32::from(scale) + self.exponent;
        let power = power(shift.unsigned_abs() as usize)?;
        let factor = i64::from(self.factor());
        Some(if shift >= 0 { (factor * power, 1) } else { (1, power / factor) })
    }

    #[cold]
    fn long_index(self, value: &Decimal) -> Index {
        let shift = i32::from(value.places()) + self.exponent;
        let power = power_of_ten(shift.unsigned_abs());
        let mantissa = value.mantissa().to_big();
        match shift {
            0.. => mantissa.div_floor(&(power * self.factor())).into(),
            // At least ten, of which twice one is a divisor.
            _ => (mantissa * power / self.factor()).into(),
        }
    }

    /// How many of these cells a cell of a greater width has, if that fits a machine word.
    pub(super) fn times(self, greater: Width) -> Option<i64> {
        let steps = usize::try_from(greater.exponent - self.exponent).ok()?;
        Some(i64::from(greater.factor()) * power(steps)? / i64::from(self.factor()))
    }

    /// The same for any greater width.
    pub(super) fn all_times(self, greater: Width) -> Times {
        if let Some(times) = self.times(greater) {
            return Times::Word(times);
        }
        let steps = greater.exponent.abs_diff(self.exponent);
        let times = power_of_ten(steps) * greater.factor() / self.factor();
        i64::try_from(&times).map_or(Times::Big(times), Times::Word)
    }

    /// The lower end of the cell with this index.
    pub(super) fn low(self, index: &Index) -> Decimal {
        let unit = Decimal::power(self.factor(), self.exponent);
        match index {
            Index::Word(index) => Decimal::new(*index, 0) * unit,
            Index::Far(index) => Decimal::from_big(index.clone(), 0) * unit,
        }
        .normalized()
    }

    /// The width in units of 10^−`scale`, or one unit if it is narrower; `None` if it is too wide for a
    /// machine word.
    pub(crate) fn in_units(self, scale: u16) -> Option<i64> {
        let shift = i32::from(scale) + self.exponent;
        let power = power(shift.max(0) as usize)?;
        Some(if self.is_at_least_a_unit(scale) { i64::from(self.factor()) * power } else { 1 })
    }

    /// Whether it is at least 10^−`scale`.
    pub(crate) fn is_at_least_a_unit(self, scale: u16) -> bool {
        i32::from(scale) + self.exponent >= 0
    }

    /// The finest width from this one on of which the cells in use have room, given how much `room` those
    /// of a width take.
    pub(super) fn coarse_enough(self, most: usize, room: impl Fn(Width) -> usize) -> Width {
        let fits = |steps| room(self.coarser(steps)) <= most;
        // Few values, one of them far finer than the others, take many steps.
        let mut too_fine = -1;
        let mut coarse = 0;
        while !fits(coarse) {
            (too_fine, coarse) = (coarse, 2 * coarse + 1);
        }
        while coarse - too_fine > 1 {
            let middle = too_fine + (coarse - too_fine) / 2;
            if fits(middle) { coarse = middle } else { too_fine = middle }
        }
        self.coarser(coarse)
    }

    /// The same, given also how many cells of a width lie `between` the ends of those in use. Often nearly
    /// all of these are in use, so that the width is not much finer than if all were.
    pub(super) fn coarse_enough_from(
        self,
        most: usize,
        between: impl Fn(Width) -> u64,
        cells: impl Fn(Width) -> usize,
    ) -> Width {
        let between = |width| usize::try_from(between(width)).unwrap_or(usize::MAX);
        let mut fits = self.coarse_enough(most, between);
        let mut steps = 1;
        while fits > self {
            let finer = fits.coarser(-steps).max(self);
            if cells(finer) > most {
                // It is one of those in between.
                return finer.coarser(1).coarse_enough(most, cells);
            }
            (fits, steps) = (finer, 2 * steps);
        }
        fits
    }

    /// How much room the cells take that are in use for values that ascend, given their indices, and the
    /// room of a far one.
    pub(super) fn room(indices: impl Iterator<Item = Index>, far: usize) -> usize {
        let (mut last, mut room) = (None, 0);
        for index in indices {
            let index = Some(index);
            if index != last {
                room += if matches!(index, Some(Index::Far(_))) { far } else { 1 };
                last = index;
            }
        }
        room
    }
}

/// How many cells a cell of a greater width has.
#[derive(Clone, Debug)]
pub(super) enum Times {
    /// Nearly always.
    Word(i64),
    /// Beyond the machine words.
    Big(BigInt),
}

impl Times {
    /// The index, in the wider cells, of the cell that a cell is in.
    pub(super) fn index(&self, index: &Index) -> Index {
        match (index, self) {
            (Index::Word(index), Times::Word(times)) => Index::Word(index.div_euclid(*times)),
            // No word reaches beyond the first of them.
            (Index::Word(index), Times::Big(_)) => Index::Word(if *index < 0 { -1 } else { 0 }),
            (Index::Far(index), Times::Word(times)) => {
                index.div_floor(&BigInt::from(*times)).into()
            }
            (Index::Far(index), Times::Big(times)) => index.div_floor(times).into(),
        }
    }
}

/// The index of a cell, counted from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Index {
    /// Nearly always.
    Word(i64),
    /// Beyond the machine words.
    Far(BigInt),
}

impl From<i128> for Index {
    fn from(index: i128) -> Index {
        i64::try_from(index).map_or_else(|_| Index::Far(index.into()), Index::Word)
    }
}

impl From<BigInt> for Index {
    fn from(index: BigInt) -> Index {
        i64::try_from(&index).map_or(Index::Far(index), Index::Word)
    }
}
