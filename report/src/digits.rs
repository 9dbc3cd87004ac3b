//! How many digits a figure has wherever people read it: in the plain format, the live view, the
//! picture, and messages. (`json` and `csv` have them all, `openmetrics` those of a double.)
//!
//! 1. An exact figure keeps all its digits: counts, sum, min, max, last, range, mode, and quantiles
//!    while every value is counted.
//! 2. An approximate quantile has digits down to the second of its error.
//! 3. Any other figure has six significant digits, but goes at least to the second digit of its
//!    standard error, and at most to the sixth. Two digits are what the GUM (JCGM 100:2008,
//!    7.2.6) gives an uncertainty and its figure; six digits of a mean that is 10 million times its
//!    spread would say nothing, and those far below its standard error mean nothing. In a
//!    number without an exponent, no digit before the point is rounded away: the zeros in its place
//!    would look like digits.
//! 4. Figures that differ look different, and keep their order: where rounding would make two of a
//!    record equal or swap them, they get as many more digits as it takes.
//! 5. The limits of an axis have the digits that their distance makes meaningful. Its ticks are round
//!    numbers with the digits of the step between them ([`ticks()`]).
//!
//! A figure that does not fit is cut by [`crate::number::fitted`], which marks the cut and never
//! rounds.

mod ticks;

use std::borrow::Cow;

use stage::format::decimal::Decimal;
use stage::format::record::{Estimate, Exactness, FIELDS, Field, Kind, Presence, Record, Value};

pub(crate) use ticks::{AxisTicks, ticks};

/// Significant digits of a figure that is not exact: enough to watch, few enough to read.
const SIGNIFICANT: i32 = 6;

/// A figure goes at least, and at most, to this digit of its uncertainty.
const LEAST_UNCERTAIN: i32 = 2;
const MOST_UNCERTAIN: i32 = 6;

/// Significant digits that a double can hold.
const DIGITS_OF_A_DOUBLE: i32 = 15;

/// The limits of an axis go to this digit of the distance between them.
const OF_A_RANGE: i32 = 3;

/// The figures of a record as people read them: with the digits that are meaningful.
pub(crate) struct Shown {
    order: Order,
    /// Whether quantiles have fewer digits than they came with.
    are_quantiles_rounded: bool,
}

impl Shown {
    /// Those of `record`.
    pub(crate) fn of(record: &Record) -> Shown {
        let mut order = Order::of(record);
        for turn in TURNS {
            let fields = FIELDS.iter().filter(|field| turn(field));
            fields.flat_map(|field| field.entries(record)).for_each(|entry| {
                if let Value::Number(Some(value)) = entry.value
                    && let Some(place) = place(record, entry.field, value)
                {
                    order.round(value, place);
                }
            });
        }
        let exactness = record.exactness.as_ref();
        let are_quantiles_rounded = exactness.is_some_and(Exactness::is_approximate);
        Shown { order, are_quantiles_rounded }
    }

    /// `value`, that of `field` in the record.
    pub(crate) fn number<'a>(&'a self, field: &Field, value: &'a Decimal) -> Cow<'a, Decimal> {
        let is_rounded = match field.kind {
            Kind::Rounded(_) => true,
            Kind::Quantile => self.are_quantiles_rounded,
            Kind::Bound => return Cow::Owned(bound(value)),
            _ => false,
        };
        let shown = is_rounded.then(|| self.order.shown(value)).flatten();
        Cow::Borrowed(shown.unwrap_or(value))
    }
}

/// The order in which fields are rounded. Quantiles come first: a figure that is rounded later gives
/// way, and quantiles have no digits to spare.
const TURNS: [fn(&Field) -> bool; 3] = [
    |field| matches!(field.kind, Kind::Quantile),
    |field| matches!(field.kind, Kind::Rounded(_)) && field.presence != Presence::Always,
    |field| matches!(field.kind, Kind::Rounded(_)) && field.presence == Presence::Always,
];

/// `value`, that of `field` in `record`, as people read it beside a `limit`: rounding never moves it
/// onto the limit or past it.
pub(crate) fn beside(limit: &Decimal, record: &Record, field: &Field, value: &Decimal) -> Decimal {
    let Some(place) = place(record, field, value) else { return value.clone() };
    let mut order = Order::default();
    order.add(limit, true);
    order.add(value, false);
    order.round(value, place);
    order.shown(value).unwrap_or(value).clone()
}

/// The limits of an axis, with enough digits to differ.
pub(crate) fn of_a_range(low: &Decimal, high: &Decimal) -> [Decimal; 2] {
    let place = (high - low).magnitude().map(|first| first + 1 - OF_A_RANGE);
    [low, high].map(|limit| place.map_or(limit.clone(), |place| limit.round_to(place)))
}

/// The place of the last digit that is shown of `value`, that of `field` in `record`, unless
/// another figure is too near; `None` if it is exact.
fn place(record: &Record, field: &Field, value: &Decimal) -> Option<i32> {
    match field.kind {
        Kind::Rounded(estimate) => place_of_estimate(record, estimate, value),
        Kind::Quantile => place_of_quantile(record, value),
        _ => None,
    }
}

fn place_of_quantile(record: &Record, value: &Decimal) -> Option<i32> {
    let Some(Exactness::Approximate { error }) = &record.exactness else { return None };
    let first = value.magnitude()?;
    Some(match error.as_ref().and_then(Decimal::magnitude) {
        Some(error) => (error + 1 - LEAST_UNCERTAIN).min(first),
        None => first + 1 - SIGNIFICANT,
    })
}

fn place_of_estimate(record: &Record, estimate: Estimate, value: &Decimal) -> Option<i32> {
    let first = value.magnitude()?;
    // With one sample, or equal ones, a mean is not an estimate.
    let is_certain = record.n <= 1 || record.sd.as_ref().is_some_and(|sd| *sd == Decimal::ZERO);
    if is_certain {
        return None;
    }
    let six = first + 1 - SIGNIFICANT;
    let place = match (estimate.standard_error)(record, value.to_f64()).and_then(place_of) {
        Some(error) => {
            let six = six.min(error + 1 - LEAST_UNCERTAIN).max(error + 1 - MOST_UNCERTAIN);
            six.min(first)
        }
        None => six,
    };
    Some(if first < DIGITS_OF_A_DOUBLE { place.min(0) } else { place })
}

/// The place of the first digit of a positive number.
fn place_of(number: f64) -> Option<i32> {
    (number > 0.0 && number.is_finite()).then(|| number.log10().floor() as i32)
}

/// An error, rounded up to its second digit.
pub(crate) fn bound(error: &Decimal) -> Decimal {
    let Some(first) = error.magnitude() else { return error.clone() };
    let place = first + 1 - LEAST_UNCERTAIN;
    let nearest = error.round_to(place);
    if nearest < *error { nearest + Decimal::power(1, place) } else { nearest }
}

/// The figures of a record, in rising order.
#[derive(Default)]
struct Order(Vec<Ranked>);

struct Ranked {
    value: Decimal,
    /// How it is shown, once that is known.
    shown: Option<Decimal>,
}

impl Order {
    /// The figures of `record`; those that are exact are shown as they are.
    fn of(record: &Record) -> Order {
        let mut order = Order::default();
        let figures = FIELDS.iter().filter(|it| it.is_figure() && !matches!(it.kind, Kind::Bound));
        figures.flat_map(|field| field.entries(record)).for_each(|entry| {
            if let Kind::Rounded(estimate) = entry.field.kind {
                // Nearly perfect is not perfect.
                estimate.perfect.iter().for_each(|&it| order.add(&Decimal::new(it, 0), true));
            }
            match entry.value {
                Value::Number(Some(value)) => {
                    order.add(value, place(record, entry.field, value).is_none());
                }
                Value::Count(Some(count)) => order.add(&Decimal::from_big(count.into(), 0), true),
                _ => {}
            }
        });
        order
    }

    /// How a value is shown, once that is known.
    fn shown(&self, value: &Decimal) -> Option<&Decimal> {
        self.0[self.search(value).ok()?].shown.as_ref()
    }

    fn search(&self, value: &Decimal) -> Result<usize, usize> {
        self.0.binary_search_by(|ranked| ranked.value.cmp(value))
    }

    fn add(&mut self, value: &Decimal, is_exact: bool) {
        let shown = is_exact.then(|| value.clone());
        match self.search(value) {
            Ok(at) if is_exact => self.0[at].shown = shown,
            Ok(_) => {}
            Err(at) => self.0.insert(at, Ranked { value: value.clone(), shown }),
        }
    }

    /// Rounds a value to a place, unless it has been rounded. It stays between its neighbours, with
    /// more digits where that takes them.
    fn round(&mut self, value: &Decimal, place: i32) {
        let Ok(at) = self.search(value) else { return };
        if self.0[at].shown.is_some() {
            return;
        }
        // A neighbour that has not been rounded yet may need all its digits.
        let at_most = |ranked: &Ranked| ranked.shown.clone().unwrap_or(ranked.value.clone());
        let below = at.checked_sub(1).map(|at| at_most(&self.0[at]));
        let above = self.0.get(at + 1).map(at_most);
        let is_between = |shown: &Decimal| {
            below.as_ref().is_none_or(|it| it < shown) && above.as_ref().is_none_or(|it| shown < it)
        };
        let places = -i32::from(value.places())..=place;
        let mut candidates = places.rev().map(|place| value.round_to(place));
        let shown = candidates.find(is_between).unwrap_or_else(|| value.clone());
        self.0[at].shown = Some(shown);
    }
}

#[cfg(test)]
mod tests;
