//! The figures that every record has. Nearly always they are computed in machine words.

use stage::format::decimal::Decimal;
use stage::format::decimal::fixed::Fixed;

use super::Figures;
use crate::exact::moments::{Moments, WordTotals};
use crate::exact::nearest::words::{ratio, root_of_ratio};

/// The figures that every record has; none without samples.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Common {
    /// The exact sum.
    pub sum: Option<Decimal>,
    /// The mean.
    pub mean: Option<Decimal>,
    /// The sample standard deviation; `None` below two samples.
    pub sd: Option<Decimal>,
}

impl Common {
    /// Of `count` samples whose powers are summed in `moments`.
    pub(crate) fn of(count: u64, moments: &Moments) -> Common {
        if count == 0 {
            return Common::default();
        }
        let in_words = moments.word_totals().and_then(|totals| Common::in_words(count, totals));
        in_words.unwrap_or_else(|| Common::from(&Figures::new(count, moments.totals())))
    }

    /// The same, if all that it takes fits machine words.
    fn in_words(count: u64, totals: WordTotals) -> Option<Common> {
        let WordTotals { places, sum, squares } = totals;
        let unit = 10u64.checked_pow(places.into())?;
        let square_of_sum = sum.unsigned_abs().checked_mul(sum.unsigned_abs())?;
        let second = u128::from(count).checked_mul(squares)?.checked_sub(square_of_sum)?;
        let mean = ratio(sum, count.checked_mul(unit)?);
        let divisor = count.checked_mul(count - 1)?.checked_mul(unit.checked_mul(unit)?)?;
        let sd = (divisor > 0).then(|| root_of_ratio(second, divisor));
        Some(Common {
            sum: Some(Fixed::new(sum, places)?.into()),
            mean: Decimal::shortest(mean),
            sd: sd.and_then(Decimal::shortest),
        })
    }
}

impl From<&Figures> for Common {
    fn from(figures: &Figures) -> Common {
        Common { sum: Some(figures.sum()), mean: figures.mean(), sd: figures.sd() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::moments::Powers;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn words_give_what_big_integers_give(
            values in proptest::collection::vec((any::<i64>(), 0u32..64, 0u16..20), 1..40), cut in 0u32..64,
        ) {
            let mut moments = Moments::new(Powers::Two);
            for (value, own_cut, places) in &values {
                moments.add(&Decimal::new(value >> cut.max(*own_cut), *places).normalized());
            }
            let count = values.len() as u64;
            let expected = Common::from(&Figures::new(count, moments.totals()));
            prop_assert_eq!(Common::of(count, &moments), expected);
        }
    }
}
