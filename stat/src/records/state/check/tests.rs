use super::*;
use crate::accumulator::Accumulator;
use crate::accumulator::record::Wanted;
use crate::exact::sequence::RunPlace;
use crate::ranks::quantile::Quantile;
use crate::records::state::Refused;
use crate::records::state::origin::Origin;
use stage::format::record::Record;
use stage::format::sample::Sample;

/// The state of 1 and -2.5, as JSON.
fn counted() -> serde_json::Value {
    let mut accumulator = Accumulator::new(true);
    let place = RunPlace::Rows { first: 4, count: 2 };
    for sample in ["1", "-2.5"] {
        accumulator.add(&Sample::parse(sample.as_bytes()).unwrap(), place);
    }
    serde_json::to_value(State::new(accumulator.parts(), &Origin::default())).unwrap()
}

/// The same samples with a sketch.
fn sketched() -> serde_json::Value {
    let mut state = counted();
    state.as_object_mut().unwrap().remove("values");
    state["sketch"] = serde_json::json!({"negative": [[46, 1]], "zero": 0, "positive": [[0, 1]]});
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
    let none =
        State::new(Accumulator::new(false).parts(), &Origin { rejected: 3, ..Origin::default() });
    assert_eq!(said(serde_json::to_value(none).unwrap()), "");
    for (channel, start, end) in [("temp [°C]", "-5", "5"), ("12", "0", "0")] {
        let mut state = counted();
        (state["channel"], state["missing"]) = (channel.into(), 7.into());
        state["runs"][0]["rows"] = 9.into();
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
    let cases: [(Change, &str); 30] = [
        (|it| drop(it.as_object_mut().unwrap().remove("cubes")), "some of its sums are missing"),
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
        (
            |it| {
                let run = serde_json::json!({"began": "5", "ended": "6", "n": it["n"], "first": "1", "last": "1"});
                it["runs"] = serde_json::json!([run, {"began": "7", "ended": "8", "n": 0}]);
            },
            "its runs do not add up",
        ),
        (|it| it["runs"][0]["n"] = 0.into(), "it does not say where its runs lie"),
        (
            |it| drop(it["runs"][0].as_object_mut().unwrap().remove("last")),
            "its runs do not say where they end",
        ),
        (|it| it["runs"][0]["rows"] = 1.into(), "its runs have fewer rows than samples"),
        (|it| it["missing"] = 1.into(), "its runs lack the rows whose samples are missing"),
        (
            |it| {
                it["runs"]
                    .as_array_mut()
                    .unwrap()
                    .push(serde_json::json!({"number": 9, "rows": 0, "n": 0}))
            },
            "it does not say where its runs lie",
        ),
        (
            |it| {
                it["runs"]
                    .as_array_mut()
                    .unwrap()
                    .push(serde_json::json!({"number": 5, "rows": 2, "n": 0}))
            },
            "its runs are out of order",
        ),
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
        (|it| it["grid"]["cells"].as_array_mut().unwrap().reverse(), "its cells are out of order"),
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
        (|it| it["course"]["stretches"][0][0] = 0.into(), "its course is not that of any samples"),
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
        Accumulator::new(false).with_course(Some(crate::exact::course::Course::new(2, 1)));
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
