//! Reading the options' values.

use std::time::Duration;

use stage::format::columns::Columns;
use stage::format::decimal::Decimal;
use stage::process::quantity;

use crate::exact::course::{MAX_STRETCHES, MIN_STRETCHES};
use crate::input::jobs::MAX_JOBS;
use crate::ranks::histogram::{MAX_BINS, MIN_BINS};
use crate::ranks::quantile::Quantile;
use crate::time::schedule::Every;

/// Reads how often a record is wanted, or how long a window is.
pub(super) fn every(text: &str) -> Result<Every, String> {
    match (text.parse(), quantity::duration(text)) {
        (Ok(0), _) => Err("a record cannot come every 0 samples".to_owned()),
        (Ok(count), _) => Ok(Every::Samples(count)),
        (_, Ok(time)) if time > Duration::ZERO => Ok(Every::Time(time)),
        _ => Err("expected a number of samples, or a duration such as 100ms or 2s".to_owned()),
    }
}

/// Reads one of `--quantiles`.
pub(super) fn quantile(text: &str) -> Result<Quantile, String> {
    let percent: Decimal =
        text.parse().map_err(|_| "expected percentages such as 50,99.9".to_owned())?;
    Quantile::new(&percent)
}

/// Reads the value of `--names`.
pub(super) fn names(text: &str) -> Result<Columns, String> {
    Columns::named(text.split(',').map(str::trim)).map_err(|error| error.to_string())
}

/// Reads the value of `--histogram`.
pub(super) fn bins(text: &str) -> Result<u16, String> {
    let bins = text.parse().ok().filter(|bins| (MIN_BINS..=MAX_BINS).contains(bins));
    bins.ok_or_else(|| format!("expected a number of bins from {MIN_BINS} to {MAX_BINS}"))
}

/// Reads the value of `--course`.
pub(super) fn stretches(text: &str) -> Result<u16, String> {
    let allowed = MIN_STRETCHES as u16..=MAX_STRETCHES as u16;
    let stretches = text.parse().ok().filter(|stretches| allowed.contains(stretches));
    stretches.ok_or_else(|| {
        format!("expected a number of stretches from {MIN_STRETCHES} to {MAX_STRETCHES}")
    })
}

/// Reads the value of `--jobs`.
pub(super) fn jobs(text: &str) -> Result<u16, String> {
    let jobs = text.parse().ok().filter(|jobs| (1..=MAX_JOBS).contains(jobs));
    jobs.ok_or_else(|| format!("expected a number of threads from 1 to {MAX_JOBS}"))
}

/// Half of what a number can be, so that counting on from there never overflows.
const MAX_FIRST: u64 = u64::MAX / 2;

/// Reads the value of `--first`.
pub(super) fn first(text: &str) -> Result<u64, String> {
    let first = text.parse().ok().filter(|first| (1..=MAX_FIRST).contains(first));
    first.ok_or_else(|| format!("expected the number of a sample, from 1 to {MAX_FIRST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_by_number_or_by_time() {
        assert_eq!(every("10"), Ok(Every::Samples(10)));
        assert_eq!(every("2s"), Ok(Every::Time(Duration::from_secs(2))));
        assert_eq!(every("0").unwrap_err(), "a record cannot come every 0 samples");
        for wrong in ["", "-1", "1.5", "0s", "often"] {
            let refusal = every(wrong).unwrap_err();
            assert_eq!(refusal, "expected a number of samples, or a duration such as 100ms or 2s");
        }
    }
}
