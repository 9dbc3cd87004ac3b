//! Values outside a range are not plausible.

use stage::format::decimal::Decimal;
use stage::format::decimal::fixed::{Fixed, MAX_DIGITS};
use stage::format::sample::Sample;
use stage::process::quantity::Bounds;

use super::Check;

/// Values outside a range are not plausible.
#[derive(Debug)]
pub(crate) struct Plausible {
    bounds: Bounds,
    /// The range's bounds in units of 10^−places, by places, once they are needed.
    limits: [Option<Limits>; MAX_DIGITS as usize + 1],
}

/// The least and the greatest number of units that lie in a range.
#[derive(Clone, Copy, Debug)]
struct Limits {
    least: i128,
    greatest: i128,
}

impl Plausible {
    /// Accepts values within `bounds`.
    pub(crate) fn new(bounds: Bounds) -> Plausible {
        Plausible { bounds, limits: [None; MAX_DIGITS as usize + 1] }
    }
}

impl Limits {
    /// The limits of `bounds` in units of 10^−`places`.
    #[cold]
    fn of(bounds: &Bounds, places: u16) -> Limits {
        let floor = |bound: &Decimal| bound.floor_to(1, -i32::from(places));
        // No value in machine words lies beyond these.
        let units = |bound: Decimal| match bound.mantissa_at(places).try_into() {
            Ok(units) => units,
            Err(_) if bound.is_negative() => i128::MIN,
            Err(_) => i128::MAX,
        };
        let Bounds { min, max } = bounds;
        Limits {
            least: min.as_ref().map_or(i128::MIN, |min| units(-floor(&-min))),
            greatest: max.as_ref().map_or(i128::MAX, |max| units(floor(max))),
        }
    }
}

impl Check for Plausible {
    fn passes(&mut self, value: &Sample) -> bool {
        self.bounds.contains(value)
    }

    fn passes_fixed(&mut self, value: Fixed) -> bool {
        let places = value.places();
        let Some(limits) = self.limits.get_mut(usize::from(places)) else { return false };
        let limits = limits.get_or_insert_with(|| Limits::of(&self.bounds, places));
        (limits.least..=limits.greatest).contains(&value.mantissa())
    }

    fn reason(&self, value: &Sample) -> String {
        format!("outside {}: {value}", self.bounds)
    }

    fn option(&self) -> &'static str {
        super::PLAUSIBLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::process::quantity::bounds;

    fn bound() -> impl Strategy<Value = Decimal> {
        prop_oneof![
            (-100i64..100, 0u16..4).prop_map(|(mantissa, places)| Decimal::new(mantissa, places)),
            (any::<i64>(), 0u16..400).prop_map(|(mantissa, places)| Decimal::new(mantissa, places)),
            "-?[1-9](\\.[0-9]{1,40})?e[0-9]{1,2}".prop_map(|text| text.parse().unwrap()),
        ]
    }

    proptest! {
        #[test]
        fn words_pass_where_samples_do(
            one in bound(), other in bound(), open in 0..4, mantissa in any::<i64>(), cut in 0u32..64, places in 0u16..36,
        ) {
            let (min, max) = (one.clone().min(other.clone()), one.max(other));
            let (min, max) = (Some(min).filter(|_| open != 1), Some(max).filter(|_| open != 2));
            let mut plausible = Plausible::new(Bounds { min, max });
            let mantissa = mantissa.checked_shr(cut).unwrap_or(0).into();
            let value = Fixed::new(mantissa, places).unwrap();
            for _ in 0..2 {
                prop_assert_eq!(plausible.passes_fixed(value), plausible.passes(&value.into()));
            }
        }
    }

    #[test]
    fn bounds_are_included_whatever_the_places() {
        let mut plausible = Plausible::new(bounds("-1.25..1.25").unwrap());
        for (mantissa, places, passes) in [
            (1, 0, true),
            (2, 0, false),
            (-2, 0, false),
            (12, 1, true),
            (13, 1, false),
            (-12, 1, true),
            (-13, 1, false),
            (125, 2, true),
            (-125, 2, true),
            (126, 2, false),
            (1250, 3, true),
            (-1251, 3, false),
        ] {
            let value = Fixed::new(mantissa, places).unwrap();
            assert_eq!(plausible.passes_fixed(value), passes, "{value:?}");
        }
    }
}
