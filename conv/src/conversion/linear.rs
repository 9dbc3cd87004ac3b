//! A conversion in machine words: (raw + offset) × scale is raw × factor + summand, where both depend
//! only on how many decimal places the raw reading has.

use stage::format::decimal::Decimal;
use stage::format::decimal::fixed::{Fixed, MAX_DIGITS};

use super::Conversion;

/// Decimal places of readings that are converted here: those of any in a machine word.
const MOST_PLACES: usize = 18;

/// A conversion in machine words.
#[derive(Debug)]
pub(crate) struct Linear {
    conversion: Conversion,
    /// By the readings' places, made when first needed; `None` inside if it does not fit.
    steps: [Option<Option<Step>>; MOST_PLACES + 1],
}

/// The conversion of readings that have a certain number of decimal places.
#[derive(Clone, Copy, Debug)]
struct Step {
    factor: i64,
    summand: i128,
    /// Of the value.
    places: u16,
}

impl Linear {
    /// The same as `conversion`.
    pub(crate) fn new(conversion: Conversion) -> Linear {
        Linear { conversion, steps: [None; MOST_PLACES + 1] }
    }

    /// Converts a raw reading; `None` if it, or its value, does not fit.
    #[inline]
    pub(crate) fn apply(&mut self, raw: Fixed) -> Option<Fixed> {
        if self.conversion.is_none() {
            return Some(raw);
        }
        let step = self.steps.get_mut(usize::from(raw.places()))?;
        let step = match step {
            Some(step) => step.as_ref()?,
            None => step.insert(Step::of(&self.conversion, raw.places())).as_ref()?,
        };
        let raw = i64::try_from(raw.mantissa()).ok()?;
        // At most 2^126, and far less.
        let mantissa = i128::from(raw) * i128::from(step.factor) + step.summand;
        Fixed::new(mantissa, step.places)
    }
}

impl Step {
    #[cold]
    fn of(conversion: &Conversion, places: u16) -> Option<Step> {
        let offset = conversion.offset.as_ref().unwrap_or(&Decimal::ZERO);
        let one = Decimal::new(1, 0);
        let scale = conversion.scale.as_ref().unwrap_or(&one);
        let unit = Decimal::new(1, places) * scale;
        let shift = offset * scale;
        let places = unit.places().max(shift.places());
        if u32::from(places) > MAX_DIGITS {
            return None;
        }
        let summand = shift.mantissa_at(places).try_into().ok()?;
        Some(Step {
            factor: unit.mantissa_at(places).try_into().ok()?,
            summand: Fixed::new(summand, places)?.mantissa(),
            places,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::format::sample::Sample;

    fn part() -> impl Strategy<Value = Option<Decimal>> {
        let words = (any::<i64>(), 0u32..64, 0u16..40);
        proptest::option::of(prop_oneof![
            words.prop_map(|(word, cut, places)| Decimal::new(word >> cut, places)),
            "-?[1-9](\\.[0-9]{1,40})?e-?[0-9]{1,2}".prop_map(|text| text.parse().unwrap()),
        ])
    }

    proptest! {
        #[test]
        fn words_become_what_samples_become(
            offset in part(), scale in part(), mantissa in any::<i64>(), cut in 0u32..64, places in 0u16..36,
        ) {
            let mut conversion = Conversion { offset, scale };
            let raw = Fixed::new((mantissa >> cut).into(), places).unwrap();
            if let Some(value) = Linear::new(conversion.clone()).apply(raw) {
                let mut expected = Sample::from(raw);
                conversion.apply(&mut expected).unwrap();
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
        ] {
            let mut linear =
                Linear::new(Conversion { offset: number(offset), scale: number(scale) });
            let raw = Fixed::of(&raw.parse().unwrap()).unwrap();
            let given = Sample::from(linear.apply(raw).unwrap()).to_string();
            assert_eq!(given, value);
        }
    }
}
