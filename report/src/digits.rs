//! The one rule of what digits a figure has, wherever people read it: in the plain format, the live
//! view, the picture, and messages. (`json` and `csv` have them all, `openmetrics` those of a double.)
//!
//! 1. What is exact has its own digits: counts, sum, min, max, last, range, mode, and quantiles
//!    while every value is counted.
//! 2. An approximate quantile has them up to the second digit of its error.
//! 3. Any other figure has six significant digits; but at least those up to the second digit of its
//!    standard error, and at most those up to the sixth. Two digits are what the GUM (JCGM 100:2008,
//!    7.2.6) gives an uncertainty and its figure; six digits of a mean that is 10 million times its
//!    spread would say nothing, and those far below its standard error mean nothing. Before the point
//!    no digit is rounded away in a number that is written without an exponent: the zeros in its place
//!    would look like digits of it.
//! 4. Figures that differ look different, and in the same order: where rounding would make two of a
//!    record alike, or pass another one, there are as many digits more as it takes.
//! 5. The limits of an axis have the digits that their distance makes meaningful; its ticks are round
//!    numbers, and have as many as the step between them ([`ticks()`]).
//!
//! A figure with more digits than there is room for is cut by [`crate::number::fitted`], which
//! marks that, and never rounds.

mod ticks;

use stage::format::decimal::Decimal;
use stage::format::record::{EXACT, Exactness, Figure, MORE, Record};

pub use ticks::{Ticks, ticks};

/// Significant digits of a figure that is not exact: enough to watch, few enough to read.
const SIGNIFICANT: i32 = 6;

/// Digits of a figure's uncertainty that it has at least, and at most.
const LEAST_UNCERTAIN: i32 = 2;
const MOST_UNCERTAIN: i32 = 6;

/// A double knows no more of them.
const DIGITS_OF_A_DOUBLE: i32 = 15;

/// Digits of the distance between an axis' limits that they have.
const OF_A_RANGE: i32 = 3;

/// The figures of `record` as people read them: with the digits that are meaningful. (Labels,
/// histogram and course are omitted.)
pub fn shown(record: &Record) -> Record {
    let mut order = Order::of(record);
    let mut round = |name: &str, value: &Option<Decimal>| {
        let value = value.as_ref()?;
        Some(match place(record, name, value) {
            Some(place) => order.rounded(value, place),
            None => value.clone(),
        })
    };
    let mut rounded = |figures: &[Figure]| -> Vec<Figure> {
        let rounded =
            |it: &Figure| Figure { name: it.name.clone(), value: round(&it.name, &it.value) };
        figures.iter().map(rounded).collect()
    };
    // Quantiles first: what is rounded later gives way, and these have no digits to spare.
    let (quantiles, more) = (rounded(&record.quantiles), rounded(&record.more));
    Record {
        n: record.n,
        rejected: record.rejected,
        window: record.window,
        last: record.last.clone(),
        sum: record.sum.clone(),
        mean: round("mean", &record.mean),
        sd: round("sd", &record.sd),
        min: record.min.clone(),
        max: record.max.clone(),
        quantiles,
        exactness: record.exactness,
        quantile_error: record.quantile_error.as_ref().map(bound),
        more,
        is_final: record.is_final,
        ..Record::default()
    }
}

/// `value`, the figure `name` of `record`, as people read it beside a `limit`: it is not shown as
/// the limit, or on its other side, unless it is there.
pub fn beside(limit: &Decimal, record: &Record, name: &str, value: &Decimal) -> Decimal {
    let Some(place) = place(record, name, value) else { return value.clone() };
    let mut order = Order::default();
    order.add(limit, true);
    order.add(value, false);
    order.rounded(value, place)
}

/// The limits of an axis, with the digits that tell them apart.
pub fn of_a_range(low: &Decimal, high: &Decimal) -> [Decimal; 2] {
    let place = high.plus(&low.negated()).magnitude().map(|first| first + 1 - OF_A_RANGE);
    [low, high].map(|limit| place.map_or(limit.clone(), |place| limit.round_to(place)))
}

/// The place of the last digit that is shown of `value`, the figure `name` of `record`, unless
/// another one is too near; `None` if it is exact.
fn place(record: &Record, name: &str, value: &Decimal) -> Option<i32> {
    let first = value.magnitude()?;
    let six = first + 1 - SIGNIFICANT;
    if !is_rounded(name) {
        let is_approximate = record.exactness == Some(Exactness::Approximate);
        let error = record.quantile_error.as_ref().and_then(Decimal::magnitude);
        let of_quantile = || error.map_or(six, |error| (error + 1 - LEAST_UNCERTAIN).min(first));
        return (is_quantile(name) && is_approximate).then(of_quantile);
    }
    // One sample, or equal ones: a mean that is no estimate.
    let is_certain = record.n <= 1 || record.sd.as_ref().is_some_and(|sd| *sd == Decimal::ZERO);
    if is_certain {
        return None;
    }
    let place = match standard_error(record, name, value.to_f64()).and_then(place_of) {
        Some(error) => {
            let six = six.min(error + 1 - LEAST_UNCERTAIN).max(error + 1 - MOST_UNCERTAIN);
            six.min(first)
        }
        None => six,
    };
    Some(if first < DIGITS_OF_A_DOUBLE { place.min(0) } else { place })
}

fn is_rounded(name: &str) -> bool {
    ["mean", "sd"].contains(&name) || MORE.contains(&name) && !EXACT.contains(&name)
}

fn is_quantile(name: &str) -> bool {
    name.starts_with('p')
}

/// The standard error of `value`, the figure `name` of `record`, as of that many independent samples
/// of a normal distribution; close enough to tell how many of its digits mean something.
fn standard_error(record: &Record, name: &str, value: f64) -> Option<f64> {
    let n = record.n as f64;
    Some(match name {
        "mean" | "rms" => record.sd.as_ref()?.to_f64() / n.sqrt(),
        "sd" => value / (2.0 * n).sqrt(),
        "var" => value * (2.0 / n).sqrt(),
        "skew" => (6.0 / n).sqrt(),
        "kurtosis" => (24.0 / n).sqrt(),
        "autocorrelation" => ((1.0 - value * value) / n).sqrt(),
        _ => return None,
    })
}

/// The place of the first digit of a positive number.
fn place_of(number: f64) -> Option<i32> {
    (number > 0.0 && number.is_finite()).then(|| number.log10().floor() as i32)
}

/// An error to its second digit, and no less than it is.
pub fn bound(error: &Decimal) -> Decimal {
    let Some(first) = error.magnitude() else { return error.clone() };
    let place = first + 1 - LEAST_UNCERTAIN;
    let nearest = error.round_to(place);
    if nearest < *error { nearest.plus(&Decimal::power(1, place)) } else { nearest }
}

/// The figures of a record, in rising order.
#[derive(Default)]
struct Order(Vec<Ranked>);

struct Ranked {
    value: Decimal,
    /// What is shown of it, once that is known.
    shown: Option<Decimal>,
}

impl Order {
    /// That of `record`'s; what is exact is shown as it is.
    fn of(record: &Record) -> Order {
        let mut order = Order::default();
        for count in [record.n, record.rejected] {
            order.add(&Decimal::from_big(count.into(), 0), true);
        }
        let exact = [&record.sum, &record.last, &record.min, &record.max];
        exact.into_iter().flatten().for_each(|value| order.add(value, true));
        let figures = record.quantiles.iter().chain(&record.more);
        let figures = figures.map(|it| (it.name.as_str(), &it.value));
        for (name, value) in figures.chain([("mean", &record.mean), ("sd", &record.sd)]) {
            if let Some(value) = value {
                order.add(value, place(record, name, value).is_none());
            }
            // Nearly perfect is not perfect.
            if name == "autocorrelation" {
                [-1, 1].into_iter().for_each(|limit| order.add(&Decimal::new(limit, 0), true));
            }
        }
        order
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

    /// What is shown of a value that is to be rounded to a place: it stays between its neighbours,
    /// and for that gets more digits if need be.
    fn rounded(&mut self, value: &Decimal, place: i32) -> Decimal {
        let Ok(at) = self.search(value) else { return value.clone() };
        if let Some(shown) = &self.0[at].shown {
            return shown.clone();
        }
        // A neighbour that is not shown yet may need all of its digits.
        let at_most = |ranked: &Ranked| ranked.shown.clone().unwrap_or(ranked.value.clone());
        let below = at.checked_sub(1).map(|at| at_most(&self.0[at]));
        let above = self.0.get(at + 1).map(at_most);
        let is_between = |shown: &Decimal| {
            below.as_ref().is_none_or(|it| it < shown) && above.as_ref().is_none_or(|it| shown < it)
        };
        let places = -i32::from(value.places())..=place;
        let mut candidates = places.rev().map(|place| value.round_to(place));
        let shown = candidates.find(is_between).unwrap_or_else(|| value.clone());
        self.0[at].shown = Some(shown.clone());
        shown
    }
}

#[cfg(test)]
mod tests;
