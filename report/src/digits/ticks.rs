//! The ticks of an axis: round numbers, evenly spaced and exact. Their step determines how many
//! digits they need.

use stage::format::decimal::Decimal;

use super::place_of;

/// The steps between two powers of ten.
const STEPS: [u8; 3] = [1, 2, 5];

/// Ticks in rising order, and the place of their step's digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AxisTicks {
    /// Where they are.
    pub(crate) values: Vec<Decimal>,
    /// The place of the last digit that they need.
    pub(crate) place: i32,
}

/// At most this many ticks from `low` to `high`.
pub(crate) fn ticks(low: f64, high: f64, most: usize) -> AxisTicks {
    let first = place_of(high - low).unwrap_or_default();
    let steps = (first - 2..=first + 1).flat_map(|place| STEPS.map(|digit| (place, digit)));
    for (place, digit) in steps {
        let step = Decimal::power(digit, place);
        let (first, last) = multiples(low, high, step.to_f64());
        if last - first < most as f64 {
            let numbers = (0..most as i64).map(|at| first as i64 + at);
            let numbers = numbers.take_while(|number| *number as f64 <= last);
            let values = numbers.map(|number| &step * Decimal::from_big(number.into(), 0));
            return AxisTicks { values: values.collect(), place };
        }
    }
    AxisTicks { values: Vec::new(), place: first }
}

/// The first and the last multiple of `step` from `low` to `high`, in steps.
fn multiples(low: f64, high: f64, step: f64) -> (f64, f64) {
    /// The part of a step by which a double may miss a limit that is itself a multiple.
    const MISSED: f64 = 1e-6;
    ((low / step - MISSED).ceil(), (high / step + MISSED).floor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_numbers() {
        for (low, high, most, expected, place) in [
            (0.0, 100.0, 7, "0 20 40 60 80 100", 1),
            (0.0, 7.5e6, 7, "0 2000000 4000000 6000000", 6),
            (10000000.04, 10000000.21, 4, "10000000.05 10000000.1 10000000.15 10000000.2", -2),
            (-12345678.01, -12345678.001, 2, "-12345678.01 -12345678.005", -3),
            (0.0, 1.0, 2, "0 1", 0),
            (1.5, 8.5, 1, "5", 0),
            (-2e-20, 3e-20, 3, "-0.00000000000000000002 0 0.00000000000000000002", -20),
            (1e299, 9e299, 3, "5e299", 299),
        ] {
            let AxisTicks { values, place: shown } = ticks(low, high, most);
            let text = values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            assert_eq!((text.as_str(), shown), (expected, place), "{low} to {high}");
        }
    }

    proptest! {
        #[test]
        fn ticks_are_within_the_axis_and_enough(
            low in -1e12f64..1e12, extent in 1e-3f64..1e12, most in 2usize..10,
        ) {
            let high = low + extent;
            let values = ticks(low, high, most).values;
            prop_assert!(values.len() <= most && (most < 4 || values.len() >= most / 3), "{values:?}");
            let off = extent * 1e-5;
            for tick in &values {
                let tick = tick.to_f64();
                prop_assert!(low - off <= tick && tick <= high + off, "{tick}");
            }
        }
    }
}
