//! The limits of a histogram's bins: round numbers that seldom change.
//!
//! Limits are multiples of a width of 1, 2 or 5 times a power of ten: the least that covers the
//! range in no more bins than asked for. So they depend on the range alone: they stay where they are
//! until it outgrows them, and merged parts have the limits of the whole. A width is no finer than
//! the samples themselves, so that integers do not leave every other bin empty.
//!
//! Samples may have a step of their own, such as 0.0625. If the width is no multiple of it, some bins
//! hold more of the possible values than others, and a bell looks like a comb. In that case the width
//! is 1, 2 or 5 times a power of ten, counted in steps.

use num_bigint::BigInt;
use num_integer::Integer;
use stage::format::decimal::{Decimal, power_of_ten};
use stage::format::record::Bin;

use super::distribution::Distribution;
use super::lattice::Lattice;

/// What a histogram has to cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The least sample.
    pub min: Decimal,
    /// The greatest sample.
    pub max: Decimal,
    /// The most decimal places that samples were written with.
    pub places: u16,
    /// The samples' own step, if they have one.
    pub lattice: Option<Lattice>,
}

impl Span {
    /// The span that covers both.
    pub(crate) fn joined(self, other: &Span) -> Span {
        Span {
            min: self.min.min(other.min.clone()),
            max: self.max.max(other.max.clone()),
            places: self.places.max(other.places),
            lattice: self.lattice.zip(other.lattice.clone()).and_then(|(own, it)| own.joined(it)),
        }
    }
}

/// The least number of bins that can be asked for: 0 is always a limit, so one bin cannot cover both
/// sides of it.
pub(crate) const MIN_BINS: u16 = 2;

/// The most bins that can be asked for: enough for every picture, and a record stays readable.
pub(crate) const MAX_BINS: u16 = 1000;

/// The limits of the last histogram, which are those of the next one unless it has something else to
/// cover.
#[derive(Clone, Debug, Default)]
pub(crate) struct Limits {
    /// `None` until there is one.
    span: Option<Span>,
    bins: u16,
    limits: Vec<Decimal>,
}

impl Limits {
    /// The limits of at most `bins` bins that cover `span`.
    fn of(&mut self, span: &Span, bins: u16) -> &[Decimal] {
        if self.bins != bins || self.span.as_ref() != Some(span) {
            *self = Limits { span: Some(span.clone()), bins, limits: limits(span, bins) };
        }
        &self.limits
    }
}

/// The histogram of `n` samples, all of which lie in `span`; `kept` are the limits of the one before.
pub(crate) fn histogram(
    distribution: &mut Distribution,
    n: u64,
    span: &Span,
    bins: u16,
    kept: &mut Limits,
) -> Vec<Bin> {
    let limits = kept.of(span, bins);
    let mut below = distribution.below(limits, &span.min, &span.max);
    // A sample on the last limit belongs to the last bin.
    if let [first, .., last] = below.as_mut_slice() {
        (*first, *last) = (0, n);
    }
    let bins = limits.windows(2).zip(below.windows(2));
    bins.map(|(limits, below)| Bin {
        low: limits[0].clone(),
        high: limits[1].clone(),
        count: below[1].saturating_sub(below[0]),
    })
    .collect()
}

/// The limits of at most `bins` bins that cover `span`.
fn limits(span: &Span, bins: u16) -> Vec<Decimal> {
    let limits = round_limits(span, bins);
    match span.lattice.as_ref().filter(|lattice| lattice.is_evident()) {
        Some(lattice) if !lattice.divides(&(&limits[1] - &limits[0])) => {
            let (min, max) = (lattice.code_of(&span.min), lattice.code_of(&span.max));
            let codes = Span { min, max, places: 0, lattice: None };
            round_limits(&codes, bins).iter().map(|code| lattice.value_of(code)).collect()
        }
        _ => limits,
    }
}

/// The same, without regard to the samples' step.
fn round_limits(span: &Span, bins: u16) -> Vec<Decimal> {
    let bins = bins.max(MIN_BINS);
    let finest = -i64::from(span.places);
    let mut exponent = (magnitude(span) - digits(&bins.into())).max(finest);
    loop {
        for factor in [1, 2, 5] {
            let is_finest = exponent == finest && factor == 1;
            if let Some(limits) = multiples(span, factor, exponent, is_finest, bins) {
                return limits;
            }
        }
        exponent += 1;
    }
}

/// A power of ten that is not above the span's width.
fn magnitude(span: &Span) -> i64 {
    let width = &span.max - &span.min;
    let width = if width == Decimal::ZERO { &span.max } else { &width };
    digits(&width.mantissa().to_big()) - 1 - i64::from(width.places())
}

fn digits(number: &BigInt) -> i64 {
    number.magnitude().to_string().len() as i64
}

/// The multiples of `factor` × 10^`exponent` around `span`, unless that makes more than `bins`
/// bins. A sample on the last limit belongs to the last bin, except that with `is_finest`, the
/// finest width, each bin is for one value.
fn multiples(
    span: &Span,
    factor: u8,
    exponent: i64,
    is_finest: bool,
    bins: u16,
) -> Option<Vec<Decimal>> {
    let places = [span.min.places(), span.max.places(), (-exponent).max(0) as u16];
    let places = places.into_iter().fold(0, u16::max);
    let width = power_of_ten((i64::from(places) + exponent) as u32) * factor;
    let (min, max) = (span.min.mantissa_at(places), span.max.mantissa_at(places));
    let low = min.div_floor(&width);
    let high = if is_finest { max.div_floor(&width) + 1 } else { max.div_ceil(&width) };
    let high = high.max(&low + 1);
    let count = u16::try_from(&high - &low).ok().filter(|count| *count <= bins)?;
    Some((0..=count).map(|at| Decimal::from_big((&low + at) * &width, places)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(min: &str, max: &str) -> Span {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let (min, max) = (number(min), number(max));
        Span { places: min.places().max(max.places()), min, max, lattice: None }
    }

    fn limits_of(min: &str, max: &str, bins: u16) -> String {
        let limits: Vec<String> =
            limits(&span(min, max), bins).iter().map(Decimal::to_string).collect();
        limits.join(" ")
    }

    #[test]
    fn limits_are_round_and_cover_the_range() {
        assert_eq!(limits_of("0", "100", 10), "0 10 20 30 40 50 60 70 80 90 100");
        assert_eq!(limits_of("0", "101", 10), "0 20 40 60 80 100 120");
        assert_eq!(limits_of("-3.25", "7.11", 6), "-4 -2 0 2 4 6 8");
        assert_eq!(limits_of("0.0012", "0.0049", 4), "0.001 0.002 0.003 0.004 0.005");
        assert_eq!(limits_of("-1", "1", 2), "-2 0 2");
        assert_eq!(limits_of("1e300", "3e300", 3), "1e300 2e300 3e300");
    }

    #[test]
    fn integers_get_a_bin_each_and_not_every_other_one() {
        assert_eq!(limits_of("1", "6", 20), "1 2 3 4 5 6 7");
        assert_eq!(limits_of("0.1", "0.3", 20), "0.1 0.2 0.3 0.4");
    }

    /// 12-bit codes around 2000, times a scale, as they were counted.
    fn bell(scale: &str, offset: &str, bins: u16) -> Vec<Bin> {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        let mut distribution = Distribution::default();
        let mut n = 0;
        let mut add = |code: i64, count: u64| {
            let value = Decimal::new(code, 0) * number(scale) + number(offset);
            distribution.add_many(&value.normalized(), count);
            n += count;
            value
        };
        let ends = [-200i64, 200].map(|far| {
            (0..=far.abs()).for_each(|at| drop(add(2000 + at * far.signum(), 400 - at as u64)));
            add(2000 + far, 0)
        });
        let [min, max] = ends;
        let places = number(scale).places();
        let span = Span { min, max, places, lattice: distribution.lattice() };
        histogram(&mut distribution, n, &span, bins, &mut Limits::default())
    }

    #[test]
    fn a_bell_of_codes_times_a_scale_is_not_a_comb() {
        for (scale, offset, bins) in [
            ("0.0625", "0", 20),
            ("0.0625", "0", 150),
            ("0.0625", "0", 1000),
            ("0.00488758553274682", "0", 60),
            ("3", "1", 45),
            ("1", "0.5", 30),
        ] {
            let bins = bell(scale, offset, bins);
            let counts: Vec<u64> = bins.iter().map(|bin| bin.count).collect();
            // The outermost bins may be cut; in between, counts only rise and then only fall.
            let inner = &counts[1..counts.len() - 2];
            let turns = inner.windows(3).filter(|it| (it[0] < it[1]) != (it[1] < it[2])).count();
            assert!(turns <= 1, "{scale}: {counts:?}");
        }
        let first = &bell("0.0625", "0", 150)[0];
        assert_eq!(
            (first.low.to_string(), first.high.to_string()),
            ("112.5".into(), "112.8125".into())
        );
    }

    #[test]
    fn a_few_values_have_round_limits_whatever_step_they_seem_to_have() {
        let mut distribution = Distribution::default();
        for value in [0, 30, 60, 90] {
            distribution.add(&Decimal::new(value, 0));
        }
        let lattice = distribution.lattice();
        let span = Span { lattice, ..span("0", "90") };
        let limits: Vec<String> = limits(&span, 10).iter().map(Decimal::to_string).collect();
        assert_eq!(limits.join(" "), "0 10 20 30 40 50 60 70 80 90");
    }

    #[test]
    fn kept_limits_are_those_of_the_span() {
        let mut kept = Limits::default();
        let (small, large) = (span("0", "100"), span("0", "101"));
        let places = Span { places: 1, ..small.clone() };
        for (span, bins) in
            [(&small, 10), (&small, 10), (&large, 10), (&small, 10), (&small, 20), (&places, 20)]
        {
            assert_eq!(kept.of(span, bins), limits(span, bins), "{span:?}, {bins}");
        }
    }

    #[test]
    fn one_value_has_one_bin() {
        assert_eq!(limits_of("57", "57", 20), "57 58");
        assert_eq!(limits_of("0", "0", 20), "0 1");
        assert_eq!(limits_of("-2.5", "-2.5", 20), "-2.5 -2.4");
        assert_eq!(limits_of("5e300", "5e300", 20).split(' ').count(), 2);
    }

    #[test]
    fn a_range_that_grows_seldom_moves_the_limits() {
        let mut changes = 0;
        let mut before = String::new();
        for max in 1..=100_000 {
            let now = limits_of("0", &max.to_string(), 20);
            let width = now.split(' ').nth(1).unwrap().to_owned();
            changes += usize::from(width != before);
            before = width;
        }
        assert!(changes <= 13, "{changes}");
    }

    proptest! {
        #[test]
        fn any_range_is_covered_in_as_many_bins_as_allowed(
            a in "-?[0-9]{1,30}(\\.[0-9]{0,30})?(e-?[0-9]{1,2})?",
            b in "-?[0-9]{1,30}(\\.[0-9]{0,30})?(e-?[0-9]{1,2})?",
            bins in MIN_BINS..100,
        ) {
            let number = |text: &str| text.parse::<Decimal>().unwrap();
            let (a, b) = (number(&a), number(&b));
            let places = a.places().max(b.places());
            let span = Span { min: a.clone().min(b.clone()), max: a.max(b), places, lattice: None };
            let limits = limits(&span, bins);
            prop_assert!(limits.len() <= usize::from(bins) + 1);
            prop_assert!(limits[0] <= span.min && span.max <= *limits.last().unwrap());
            prop_assert!(span.min < limits[1], "the first bin is of use");
            prop_assert!(limits[limits.len() - 2] <= span.max, "the last bin is of use");
        }
    }
}
