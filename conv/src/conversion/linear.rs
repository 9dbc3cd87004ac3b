//! A conversion in machine words: (raw × factor + summand) / divisor, where all three depend only on how
//! many decimal places the raw reading has.

use stage::format::decimal::Decimal;
use stage::format::decimal::fixed::{Fixed, MAX_DIGITS};

use super::Affine;
use crate::fraction::DIGITS;

/// Decimal places of readings that are converted here: those of any in a machine word.
const MOST_PLACES: usize = 18;

/// A conversion in machine words.
#[derive(Debug)]
pub(crate) struct Linear {
    affine: Option<Affine>,
    /// By the readings' places, made when first needed; `None` inside if it does not fit.
    steps: [Option<Option<Step>>; MOST_PLACES + 1],
}

/// The conversion of readings that have a certain number of decimal places.
#[derive(Clone, Copy, Debug)]
struct Step {
    factor: i64,
    summand: i128,
    /// Of the value, before it is divided.
    places: u16,
    /// 1 unless there are fractions.
    divisor: i64,
}

impl Linear {
    /// The same as `affine`; without one, readings are values as they are.
    pub(crate) fn new(affine: Option<Affine>) -> Linear {
        Linear { affine, steps: [None; MOST_PLACES + 1] }
    }

    /// Converts a raw reading; `None` if it, or its value, does not fit.
    #[inline]
    pub(crate) fn apply(&mut self, raw: Fixed) -> Option<Fixed> {
        let Some(affine) = &self.affine else { return Some(raw) };
        let step = self.steps.get_mut(usize::from(raw.places()))?;
        let step = match step {
            Some(step) => step.as_ref()?,
            None => step.insert(Step::of(affine, raw.places())).as_ref()?,
        };
        let raw = i64::try_from(raw.mantissa()).ok()?;
        // At most 2^126, and far less.
        let mantissa = i128::from(raw) * i128::from(step.factor) + step.summand;
        match step.divisor {
            1 => Fixed::new(mantissa, step.places),
            divisor => quotient(mantissa, step.places, divisor),
        }
    }
}

impl Step {
    #[cold]
    fn of(affine: &Affine, places: u16) -> Option<Step> {
        let unit = Decimal::new(1, places) * &affine.factor;
        let shift = &affine.summand;
        let places = unit.places().max(shift.places());
        if u32::from(places) > MAX_DIGITS {
            return None;
        }
        let summand = shift.mantissa_at(places).try_into().ok()?;
        Some(Step {
            factor: unit.mantissa_at(places).try_into().ok()?,
            summand: Fixed::new(summand, places)?.mantissa(),
            places,
            divisor: (&affine.divisor).try_into().ok()?,
        })
    }
}

/// [`crate::fraction::quotient`] in machine words: `mantissa` × 10^−`places` / `divisor`.
fn quotient(mantissa: i128, places: u16, divisor: i64) -> Option<Fixed> {
    let divisor = i128::from(divisor);
    if mantissa % divisor == 0 {
        return Fixed::new(mantissa / divisor, places);
    }
    let (digits, shift) = rounded(mantissa.unsigned_abs(), divisor.unsigned_abs())?;
    let digits = i128::try_from(digits).ok()? * mantissa.signum();
    match i32::from(places) + shift {
        places @ 0.. => Fixed::new(digits, places.try_into().ok()?),
        places => Fixed::new(digits.checked_mul(10i128.pow(places.unsigned_abs()))?, 0),
    }
}

/// The first [`DIGITS`] digits of `magnitude` / `divisor`, rounded, in units of 10^−shift; and that
/// shift.
fn rounded(magnitude: u128, divisor: u128) -> Option<(u128, i32)> {
    let length = |number: u128| number.ilog10() as i32;
    // With this shift the quotient has as many digits as are wanted, or one less.
    let mut shift = DIGITS as i32 - 1 - (length(magnitude) - length(divisor));
    let power = |exponent: i32| 10u128.checked_pow(exponent.max(0).unsigned_abs());
    let scaled = |shift: i32| {
        Some((magnitude.checked_mul(power(shift)?)?, divisor.checked_mul(power(-shift)?)?))
    };
    let (mut dividend, mut over) = scaled(shift)?;
    if dividend < over.checked_mul(10u128.pow(DIGITS - 1))? {
        shift += 1;
        (dividend, over) = scaled(shift)?;
    }
    Some((dividend.checked_mul(2)?.checked_add(over)? / over.checked_mul(2)?, shift))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversion::Conversion;
    use crate::fraction::Fraction;
    use proptest::prelude::*;
    use stage::format::sample::Sample;

    fn number() -> impl Strategy<Value = Decimal> {
        let words = (any::<i64>(), 0u32..64, 0u16..40);
        prop_oneof![
            words.prop_map(|(word, cut, places)| Decimal::new(word >> cut, places)),
            "-?[1-9](\\.[0-9]{1,40})?e-?[0-9]{1,2}".prop_map(|text| text.parse().unwrap()),
        ]
    }

    fn divisor() -> impl Strategy<Value = Decimal> {
        prop_oneof![
            Just(Decimal::new(1, 0)),
            (1i64..2000).prop_map(|divisor| Decimal::new(divisor, 0)),
            (1..i64::MAX, 0u32..63).prop_map(|(word, cut)| Decimal::new((word >> cut).max(1), 0)),
        ]
    }

    fn part() -> impl Strategy<Value = Option<Fraction>> {
        let fraction = (number(), divisor());
        proptest::option::of(fraction.prop_map(|(one, other)| Fraction::new(&one, &other).unwrap()))
    }

    proptest! {
        #[test]
        fn words_become_what_samples_become(
            offset in part(), scale in part(), mantissa in any::<i64>(), cut in 0u32..64, places in 0u16..36,
        ) {
            let affine = Affine::of(&Conversion { offset, scale });
            let raw = Fixed::new((mantissa >> cut).into(), places).unwrap();
            if let Some(value) = Linear::new(affine.clone()).apply(raw) {
                let raw = Sample::from(raw);
                let expected = affine.map_or(Ok(raw.clone()), |affine| affine.apply(&raw)).unwrap();
                prop_assert_eq!(Sample::from(value).to_string(), expected.to_string());
            }
        }

        #[test]
        fn words_are_divided_as_big_integers_are(
            high in any::<i64>(), low in any::<u64>(), cut in 2u32..128, places in 0u16..36,
            divisor in 1..i64::MAX, by in 0u32..63,
        ) {
            let mantissa = (i128::from(high) << 64 | i128::from(low)) >> cut;
            // As a fraction's divisor: without a factor in common with ten.
            let divisor = Fraction::new(&Decimal::new(1, 0), &Decimal::new((divisor >> by).max(1), 0));
            let divisor: i64 = divisor.unwrap().divisor().try_into().unwrap();
            if let Some(value) = quotient(mantissa, places, divisor) {
                let numerator = Decimal::from_big(mantissa.into(), places);
                let expected = crate::fraction::quotient(numerator, &divisor.into());
                prop_assert_eq!(Sample::from(value).to_string(), expected.to_string());
            }
        }
    }

    #[test]
    fn what_converters_send_fits() {
        let number = |text: &str| Some(text.parse().unwrap());
        for (offset, scale, raw, value) in [
            ("-2048", "0.805664062", "4095", "1649.194334914"),
            ("0", "0.000030517578125", "-32768", "-1"),
            ("-273.15", "1.8", "0.123456789012345678", "-491.4477777797777777796"),
            ("0.5", "1", "123456789012345678", "123456789012345678.5"),
            ("0", "5/1023", "1023", "5"),
            ("0", "5/1023", "512", "2.5024437927663734"),
            ("0", "-5/1023", "511", "-2.4975562072336266"),
            ("160/9", "9/5", "20", "68"),
            ("1/3", "1/7", "0.5", "0.11904761904761905"),
            ("0", "1/3", "123456789012345678", "41152263004115226"),
            ("0", "1/3", "123456789012345679", "41152263004115226"),
        ] {
            let conversion = Conversion { offset: number(offset), scale: number(scale) };
            let mut linear = Linear::new(Affine::of(&conversion));
            let raw = Fixed::of(&raw.parse().unwrap()).unwrap();
            let given = Sample::from(linear.apply(raw).unwrap()).to_string();
            assert_eq!(given, value);
        }
    }
}
