//! Whether a state can be that of any samples. Its checksum protects against accidents, but not
//! against forgery or a bug in the program that wrote it.

use num_bigint::BigInt;
use stage::format::decimal::{Decimal, MAX_PLACES};
use stage::format::name::Name;

use super::State;
use super::origin::is_number;
use super::pieces::{StoredBins, StoredCells, StoredCourse, StoredRun};
use super::text::StoredSample;
use crate::exact::course::MAX_STRETCHES;
use crate::plan::label;
use crate::ranks::counts::MAX_DISTINCT;
use crate::ranks::distribution::sketch::Filled;
use crate::ranks::distribution::sketch::limits::LIMITS;
use crate::ranks::interval::Interval;

impl State {
    /// What is wrong with it, if anything.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        self.check_origin()?;
        self.check_sums()?;
        self.check_runs()?;
        self.check_contents()?;
        self.check_extremes()?;
        self.course.as_ref().map_or(Ok(()), |course| course.check(self.n))
    }

    fn check_origin(&self) -> Result<(), &'static str> {
        let labels = self.labels.iter().all(|(name, value)| label::check(name, value).is_ok());
        require(labels, "it has labels that cannot be")?;
        let is_called = |label: &String| label.parse::<Name>().is_ok() || is_number(label);
        let named = self.channel.as_ref().is_none_or(is_called);
        require(named, "its channel has no name that can be")?;
        let times = match (&self.start, &self.end) {
            (None, None) | (Some(None), Some(None)) => true,
            (Some(Some(start)), Some(Some(end))) => self.n > 0 && start.0 <= end.0,
            _ => false,
        };
        require(times, "its times are not those of any samples")
    }

    fn check_sums(&self) -> Result<(), &'static str> {
        let more = [self.cubes.is_some(), self.fourths.is_some(), self.lagged.is_some()];
        require(more == [more[0]; 3], "some of its sums are missing")?;
        let lagged = self.lagged.as_ref().map_or(0, |lagged| lagged.places);
        let few = self.places <= MAX_PLACES && lagged <= 2 * MAX_PLACES;
        require(few, "it has too many decimal places")?;
        // A variance is never negative; and without samples, the squares are zero.
        let (sum, squares) = (&self.sum.0, &self.squares.0);
        let possible = sum * sum <= squares * self.n && (self.n > 0 || squares == &BigInt::ZERO);
        require(possible, "its sums are not those of any samples")
    }

    fn check_runs(&self) -> Result<(), &'static str> {
        let placed = self.runs.iter().all(|run| run.place().is_some());
        require(placed, "it does not say where its runs lie")?;
        let counts = self.runs.iter().filter(|run| run.n > 0 || run.number.is_none());
        check_counts(counts.map(|run| run.n), self.n, "its runs do not add up")?;
        let ended =
            |run: &StoredRun| (run.first.is_some(), run.last.is_some()) == (run.n > 0, run.n > 0);
        require(self.runs.iter().all(ended), "its runs do not say where they end")?;
        self.check_rows()?;
        let runs: Vec<_> = self.runs.iter().cloned().map(StoredRun::run).collect();
        let apart = runs.windows(2).all(|pair| pair[0].is_apart_from(&pair[1]));
        require(apart, "its runs are out of order")
    }

    /// Checks that numbered runs have a row for each sample, and for each that is missing.
    fn check_rows(&self) -> Result<(), &'static str> {
        let numbered = self.runs.iter().filter(|run| run.number.is_some());
        if numbered.clone().any(|run| run.rows.is_some_and(|rows| rows < run.n)) {
            return Err("its runs have fewer rows than samples");
        }
        let mut rows = numbered.map(|run| run.rows.unwrap_or(run.n));
        let most = rows.clone().next().is_some().then(|| rows.try_fold(0, u64::checked_add));
        let needed = self.n.checked_add(self.missing.unwrap_or(0));
        let are_enough = most.is_none_or(|rows| needed.is_some() && rows >= needed);
        require(are_enough, "its runs lack the rows whose samples are missing")
    }

    fn check_contents(&self) -> Result<(), &'static str> {
        match (&self.values, &self.sketch) {
            (Some(_), None) if self.grid.is_some() => Err("it has both values and a grid"),
            (Some(values), None) => {
                require(values.len() <= MAX_DISTINCT, "it has too many values")?;
                let sorted = values.is_sorted_by(|a, b| a.0.0 < b.0.0);
                require(sorted, "its values are out of order")?;
                check_counts(values.iter().map(|it| it.1), self.n, "its counts do not add up")
            }
            (None, Some(bins)) => {
                bins.check(self.n)?;
                self.check_ends(bins)?;
                self.grid.as_ref().map_or(Ok(()), |cells| self.check_cells(cells))
            }
            (None, None) => match &self.grid {
                Some(cells) => self.check_cells(cells),
                None => Err("it has neither values nor a sketch"),
            },
            (Some(_), Some(_)) => Err("it has both values and a sketch"),
        }
    }

    /// Checks that the first and the last bin are those of the extremes.
    fn check_ends(&self, bins: &StoredBins) -> Result<(), &'static str> {
        let holds = |filled: Option<Filled>, sample: &Option<StoredSample>| match (filled, sample) {
            (Some(Filled { bin, .. }), Some(StoredSample(sample))) => {
                let Interval { low, high } = bin.interval();
                low <= *sample && *sample <= high
            }
            (None, None) => true,
            _ => false,
        };
        let mut filled: Vec<Filled> = bins.filled().collect();
        filled.sort_unstable_by_key(|filled| filled.bin.rank());
        let (first, last) = (filled.first().copied(), filled.last().copied());
        let are_right = holds(first, &self.min) && holds(last, &self.max);
        require(are_right, "its extremes are not those of its samples")
    }

    fn check_cells(&self, cells: &StoredCells) -> Result<(), &'static str> {
        let width = cells.width().ok_or("its cells have no width that can be")?;
        require(cells.len() <= MAX_DISTINCT, "it has too many cells")?;
        let filled = cells.filled();
        let placed = filled.iter().all(|(cell, _)| width.floor(cell) == *cell);
        require(placed, "its cells are not where cells are")?;
        require(filled.is_sorted_by(|a, b| a.0 < b.0), "its cells are out of order")?;
        check_counts(filled.iter().map(|it| it.1), self.n, "its counts do not add up")?;
        let cell_of = |sample: &Option<StoredSample>| sample.as_ref().map(|it| width.floor(&it.0));
        let ends = (filled.first(), filled.last());
        let ends = (ends.0.map(|it| it.0.clone()), ends.1.map(|it| it.0.clone()));
        let are_right = ends == (cell_of(&self.min), cell_of(&self.max));
        require(are_right, "its extremes are not those of its samples")
    }

    fn check_extremes(&self) -> Result<(), &'static str> {
        let found = match (&self.min, &self.max, &self.values) {
            (None, None, _) => self.n == 0,
            (Some(min), Some(max), Some(values)) => {
                let ends = values.first().zip(values.last());
                ends.is_some_and(|(first, last)| first.0 == *min && last.0 == *max)
            }
            (Some(min), Some(max), None) => self.n > 0 && min.0 <= max.0,
            _ => false,
        };
        require(found, "its extremes are not those of its samples")
    }
}

impl StoredBins {
    fn check(&self, n: u64) -> Result<(), &'static str> {
        // Each list must end before the next begins.
        let end = |first: i32, counts: &[u64]| i64::from(first) + counts.len() as i64;
        let sorted = [&self.negative, &self.positive]
            .iter()
            .all(|side| side.is_sorted_by(|a, b| end(a.first, &a.counts) <= i64::from(b.first)));
        require(sorted, "its bins are out of order")?;
        let counts = self.negative.iter().chain(&self.positive).map(|it| it.counts.len());
        require(counts.sum::<usize>() <= 2 * LIMITS.bins(), "it has bins beyond all samples")?;
        let exist = self.filled().all(|filled| filled.bin.exists());
        require(exist, "it has bins beyond all samples")?;
        check_counts(self.filled().map(|filled| filled.count), n, "its counts do not add up")
    }
}

impl StoredCourse {
    fn check(&self, n: u64) -> Result<(), &'static str> {
        require(self.power < u64::BITS, "its course has stretches that are too long")?;
        require(self.stretches.len() <= MAX_STRETCHES, "its course has too many stretches")?;
        let counts = self.stretches.iter().map(|it| it.1);
        check_counts(counts, n, "its course does not add up")?;
        let length = 1u64 << self.power;
        let fits = self.stretches.iter().all(|(first, n, min, max, places, sum)| {
            let rest = first.checked_sub(1).map(|before| length - before % length);
            let (least, most) = (
                &min.0 * Decimal::from_big((*n).into(), 0),
                &max.0 * Decimal::from_big((*n).into(), 0),
            );
            let sum = Decimal::from_big(sum.0.clone(), (*places).min(MAX_PLACES));
            rest.is_some_and(|rest| *n <= rest)
                && *places <= MAX_PLACES
                && least <= sum
                && sum <= most
        });
        require(fits, "its course is not that of any samples")?;
        let number = |it: &(u64, u64, _, _, _, _)| (it.0 - 1) >> self.power;
        let sorted = self.stretches.is_sorted_by(|a, b| number(a) < number(b));
        require(sorted, "its course is out of order")
    }
}

fn require(holds: bool, otherwise: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(otherwise) }
}

/// Checks that `counts` are not zero, and add up to `n`.
fn check_counts(
    mut counts: impl Iterator<Item = u64>,
    n: u64,
    otherwise: &'static str,
) -> Result<(), &'static str> {
    let sum =
        counts.try_fold(0u64, |sum, count| if count == 0 { None } else { sum.checked_add(count) });
    require(sum == Some(n), otherwise)
}

#[cfg(test)]
mod tests;
