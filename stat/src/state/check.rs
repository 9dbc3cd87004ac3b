//! Whether a state can be that of any samples. Its checksum protects against accidents, but not
//! against forgery or a bug in the program that wrote it.

use num_bigint::BigInt;
use stage::format::decimal::{Decimal, MAX_PLACES};
use stage::format::name::Name;

use super::State;
use super::origin::is_number;
use super::pieces::{StoredBins, StoredCells, StoredCourse, StoredRun};
use super::text::StoredSample;
use crate::counts::MAX_DISTINCT;
use crate::course::MAX_STRETCHES;
use crate::interval::Interval;
use crate::label;
use crate::sketch::Filled;
use crate::sketch::limits::LIMITS;

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
        check_counts(self.runs.iter().map(|run| run.n), self.n, "its runs do not add up")?;
        let runs: Vec<_> = self.runs.iter().cloned().map(StoredRun::run).collect();
        let apart = runs.windows(2).all(|pair| pair[0].is_apart_from(&pair[1]));
        require(apart, "its runs are out of order")
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
mod tests {
    use super::*;
    use crate::accumulator::Accumulator;
    use crate::accumulator::record::Wanted;
    use crate::quantile::Quantile;
    use crate::sequence::RunPlace;
    use crate::state::Refused;
    use crate::state::origin::Origin;
    use stage::format::record::Record;
    use stage::format::sample::Sample;

    /// The state of 1 and -2.5, as JSON.
    fn counted() -> serde_json::Value {
        let mut accumulator = Accumulator::new(true);
        for sample in ["1", "-2.5"] {
            accumulator.add(&Sample::parse(sample.as_bytes()).unwrap(), RunPlace::Number(4));
        }
        serde_json::to_value(State::new(accumulator.parts(), &Origin::default())).unwrap()
    }

    /// The same samples with a sketch.
    fn sketched() -> serde_json::Value {
        let mut state = counted();
        state.as_object_mut().unwrap().remove("values");
        state["sketch"] =
            serde_json::json!({"negative": [[46, 1]], "zero": 0, "positive": [[0, 1]]});
        state
    }

    /// The same samples with a sketch and a grid.
    fn gridded() -> serde_json::Value {
        let mut state = sketched();
        state["grid"] = serde_json::json!({"width": "0.2", "cells": [["-2.6", 1], ["1", 1]]});
        state
    }

    /// The state of 1 and -2.5, with a course.
    fn with_a_course() -> serde_json::Value {
        let mut state = counted();
        state["course"] = serde_json::json!({
            "power": 0,
            "stretches": [[4, 1, "1", "1", 0, "1"], [5, 1, "-2.5", "-2.5", 1, "-25"]],
        });
        state
    }

    /// How a state is refused once its checksum is made right.
    fn said(state: serde_json::Value) -> String {
        let state: State = serde_json::from_value(state).unwrap();
        match State::parse(&state.print().unwrap()) {
            Ok(_) => String::new(),
            Err(Refused::Damaged(reason)) => reason.to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_state_that_was_counted_is_right() {
        for state in [counted(), sketched(), gridded(), with_a_course()] {
            assert_eq!(said(state), "");
        }
        let none = State::new(
            Accumulator::new(false).parts(),
            &Origin { rejected: 3, ..Origin::default() },
        );
        assert_eq!(said(serde_json::to_value(none).unwrap()), "");
        for (channel, start, end) in [("temp [°C]", "-5", "5"), ("12", "0", "0")] {
            let mut state = counted();
            (state["channel"], state["missing"]) = (channel.into(), 7.into());
            (state["start"], state["end"]) = (start.into(), end.into());
            assert_eq!(said(state), "");
        }
    }

    type Change = fn(&mut serde_json::Value);

    /// Changes a state in each way, and checks how it is refused.
    #[track_caller]
    fn all_are_damaged(state: fn() -> serde_json::Value, cases: &[(Change, &str)]) {
        for (change, reason) in cases {
            let mut state = state();
            change(&mut state);
            assert_eq!(said(state), *reason);
        }
    }

    #[test]
    fn one_that_cannot_have_been_counted_is_damaged() {
        let cases: [(Change, &str); 24] = [
            (
                |it| drop(it.as_object_mut().unwrap().remove("cubes")),
                "some of its sums are missing",
            ),
            (|it| it["places"] = 401.into(), "it has too many decimal places"),
            (|it| it["lagged"]["places"] = 801.into(), "it has too many decimal places"),
            (|it| it["squares"] = "1".into(), "its sums are not those of any samples"),
            (|it| it["runs"][0]["ended"] = "5".into(), "it does not say where its runs lie"),
            (|it| it["runs"][0]["part"] = 5.into(), "it does not say where its runs lie"),
            (|it| it["labels"] = serde_json::json!({"mean": "x"}), "it has labels that cannot be"),
            (|it| it["channel"] = "".into(), "its channel has no name that can be"),
            (|it| it["channel"] = "007".into(), "its channel has no name that can be"),
            (|it| it["start"] = "5".into(), "its times are not those of any samples"),
            (
                |it| (it["start"], it["end"]) = ("6".into(), "5".into()),
                "its times are not those of any samples",
            ),
            (|it| it["grid"] = gridded()["grid"].take(), "it has both values and a grid"),
            (|it| it["runs"][0]["number"] = u64::MAX.into(), "it does not say where its runs lie"),
            (|it| it["runs"][0]["n"] = 1.into(), "its runs do not add up"),
            (|it| it["runs"][0]["n"] = 0.into(), "its runs do not add up"),
            (|it| it["values"][1][1] = 2.into(), "its counts do not add up"),
            (|it| it["values"][1][1] = u64::MAX.into(), "its counts do not add up"),
            (|it| it["values"].as_array_mut().unwrap().reverse(), "its values are out of order"),
            (
                |it| drop(it.as_object_mut().unwrap().remove("values")),
                "it has neither values nor a sketch",
            ),
            (|it| it["sketch"] = sketched()["sketch"].take(), "it has both values and a sketch"),
            (|it| it["min"] = "-3".into(), "its extremes are not those of its samples"),
            (|it| it["max"] = "3".into(), "its extremes are not those of its samples"),
            (
                |it| drop(it.as_object_mut().unwrap().remove("min")),
                "its extremes are not those of its samples",
            ),
            (
                |it| {
                    let run = it["runs"][0].clone();
                    it["runs"] =
                        serde_json::json!([run, {"number": 5, "n": 1, "first": "1", "last": "1"}]);
                    it["runs"][0]["n"] = 1.into();
                },
                "its runs are out of order",
            ),
        ];
        all_are_damaged(counted, &cases);
    }

    #[test]
    fn a_sketch_and_a_grid_that_cannot_have_been_counted_are_damaged() {
        let cases: [(Change, &str); 9] = [
            (|it| it["sketch"]["zero"] = 1.into(), "its counts do not add up"),
            (|it| it["sketch"]["positive"][0][0] = 40_000.into(), "it has bins beyond all samples"),
            (
                |it| it["sketch"]["positive"] = serde_json::json!([[1, 1], [0, 1]]),
                "its bins are out of order",
            ),
            (|it| it["max"] = "-3".into(), "its extremes are not those of its samples"),
            (|it| it["grid"]["width"] = "0.5".into(), "its cells have no width that can be"),
            (|it| it["grid"]["cells"][1][0] = "1.1".into(), "its cells are not where cells are"),
            (
                |it| it["grid"]["cells"].as_array_mut().unwrap().reverse(),
                "its cells are out of order",
            ),
            (|it| it["grid"]["cells"][1][1] = 2.into(), "its counts do not add up"),
            (
                |it| it["grid"]["cells"][1][0] = "1.2".into(),
                "its extremes are not those of its samples",
            ),
        ];
        all_are_damaged(gridded, &cases);
    }

    #[test]
    fn a_course_that_cannot_have_been_counted_is_damaged() {
        let cases: [(Change, &str); 5] = [
            (|it| it["course"]["power"] = 64.into(), "its course has stretches that are too long"),
            (|it| it["course"]["stretches"][0][1] = 2.into(), "its course does not add up"),
            (
                |it| it["course"]["stretches"][0][0] = 0.into(),
                "its course is not that of any samples",
            ),
            (
                |it| it["course"]["stretches"][0][5] = "99".into(),
                "its course is not that of any samples",
            ),
            (
                |it| it["course"]["stretches"].as_array_mut().unwrap().reverse(),
                "its course is out of order",
            ),
        ];
        all_are_damaged(with_a_course, &cases);
    }

    /// The record of a state that passes the check, with everything that is computed from it.
    fn record_of(states: &[serde_json::Value]) -> Result<Record, String> {
        let mut accumulator =
            Accumulator::new(false).with_course(Some(crate::course::Course::new(2, 1)));
        for state in states {
            let state: State = serde_json::from_value(state.clone()).unwrap();
            let state = State::parse(&state.print().unwrap()).map_err(|it| it.to_string())?;
            accumulator.absorb(state.into_parts()).map_err(|it| it.to_string())?;
        }
        let percentages: [Decimal; 3] = ["0", "50", "100"].map(|it| it.parse().unwrap());
        let quantiles = percentages.iter().map(|it| Quantile::new(it).unwrap()).collect();
        let wanted = Wanted { quantiles, more: false, histogram: Some(40) };
        Ok(accumulator.record(&wanted, None))
    }

    /// This many samples between 2.5 and 2.52, in a sketch.
    fn many(n: u64) -> serde_json::Value {
        serde_json::json!({
            "version": 2, "n": n, "rejected": 0, "places": 0, "sum": "0", "squares": "0",
            "runs": [{"number": 1, "n": n, "first": "2.5", "last": "2.5"}],
            "min": "2.50", "max": "2.520",
            "sketch": {"negative": [], "zero": 0, "positive": [[46, n]]},
            "course": {"power": 63, "stretches": [[1, n, "2.5", "2.52", 0, "0"]]},
        })
    }

    #[test]
    fn a_forged_state_that_passes_the_check_does_no_harm() {
        // Above 2^53 a count may not be a double, and the sum of two may overflow.
        for n in [(1 << 53) + 3, u64::MAX / 2 + 1] {
            let mut state = many(n);
            state["course"]["stretches"][0][5] = (u128::from(n) * 5 / 2 + 1).to_string().into();
            let record = record_of(std::slice::from_ref(&state)).unwrap();
            let histogram = record.histogram.unwrap();
            assert_eq!(histogram.iter().map(|bin| bin.count).sum::<u64>(), n);
            let median = record.quantiles[1].value.clone().unwrap();
            assert!(record.min.unwrap() <= median && median <= record.max.unwrap());
            let twice = record_of(&[state.clone(), state]);
            let why = twice.unwrap_err();
            assert!(why.contains("merged already") || why.contains("more than 2^64"), "{why}");
        }
    }

    #[test]
    fn extremes_lie_in_the_first_and_the_last_bin() {
        let extremes = "its extremes are not those of its samples";
        for (field, value) in [("min", "1"), ("max", "2.6"), ("max", "1e6")] {
            let mut state = sketched();
            state.as_object_mut().unwrap().remove("grid");
            state[field] = value.into();
            assert_eq!(said(state), extremes, "{field} {value}");
        }
    }

    #[test]
    fn a_state_with_more_bins_than_there_are_is_refused_before_they_are_listed() {
        let mut state = sketched();
        let counts = vec![1u64; 200_000];
        let list: Vec<serde_json::Value> =
            std::iter::once((-35_777).into()).chain(counts.into_iter().map(Into::into)).collect();
        state["sketch"]["positive"] = serde_json::json!([list]);
        assert_eq!(said(state), "it has bins beyond all samples");
    }

    #[test]
    fn an_integer_too_long_to_be_a_sum_is_not_even_read() {
        let mut state = counted();
        state["sum"] = "7".repeat(3000).into();
        let error = serde_json::from_value::<State>(state).unwrap_err();
        assert_eq!(error.to_string(), "an integer is too long");
    }
}
