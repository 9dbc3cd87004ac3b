//! The statistics of thousands of streams, whatever they contain, are what Python computes with
//! fractions and correct rounding (`exact.py`).

#![allow(clippy::print_stdout, reason = "and says why it is skipped")]

use std::collections::BTreeMap;
use std::process::Command;

use clap::Parser;
use num_bigint::BigInt;
use num_traits::One;
use serde::Deserialize;
use serde_json::value::RawValue;
use stage::fake::FakeClock;
use stage::format::decimal::power_of_ten;
use stage::process::surroundings::Surroundings;
use wandler_stat::files::only;

/// Streams in a round; `WANDLER_ROUNDS` sets the number of rounds.
const STREAMS: u32 = 1000;

#[derive(Deserialize)]
struct Case {
    input: String,
    record: BTreeMap<String, Value>,
}

/// A number, or a histogram.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Value {
    Number(Option<String>),
    Bins(Vec<[String; 3]>),
}

impl Value {
    /// Whether `found` agrees with it.
    fn agrees_with(&self, found: &str) -> bool {
        match self {
            Value::Number(None) => found == "null",
            Value::Number(Some(expected)) => found != "null" && agrees(found, expected),
            Value::Bins(bins) => {
                let found: Vec<[Box<RawValue>; 3]> = serde_json::from_str(found).unwrap();
                let agree = |(found, expected): (&[Box<RawValue>; 3], &[String; 3])| {
                    found.iter().zip(expected).all(|(found, it)| agrees(found.get(), it))
                };
                found.len() == bins.len() && found.iter().zip(bins).all(agree)
            }
        }
    }
}

fn last_record(input: &str) -> BTreeMap<String, Box<RawValue>> {
    let words = ["stat", "--more", "--histogram", "20", "--quantiles", "50,90,99,99.9,0,100,29"];
    let options = wandler_stat::Options::try_parse_from(words).unwrap();
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let clock = FakeClock::new();
    wandler_stat::run(
        &options,
        Surroundings::new(only(input.as_bytes()), &mut output, &clock, &mut messages),
    );
    assert!(messages.is_empty(), "{messages:?} for {input}");
    let output = String::from_utf8(output).unwrap();
    serde_json::from_str(output.lines().last().unwrap()).unwrap()
}

/// Whether the number `found` is the `expected` fraction, integer or double.
fn agrees(found: &str, expected: &str) -> bool {
    let (numerator, denominator) = expected.split_once('/').unwrap_or((expected, "1"));
    match (numerator.parse::<BigInt>(), denominator.parse::<BigInt>()) {
        (Ok(numerator), Ok(denominator)) => {
            let (mantissa, unit) = exact(found);
            mantissa * denominator == numerator * unit
        }
        _ => found.parse::<f64>().unwrap().to_bits() == expected.parse::<f64>().unwrap().to_bits(),
    }
}

/// A decimal as a fraction; a sum or a range may have more digits than a sample.
fn exact(text: &str) -> (BigInt, BigInt) {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().unwrap();
    let behind = digits.split_once('.').map_or(0, |(_, behind)| behind.len() as i32);
    let mantissa: BigInt = digits.replace('.', "").parse().unwrap();
    let power = exponent - behind;
    match u32::try_from(power) {
        Ok(power) => (mantissa * power_of_ten(power), BigInt::one()),
        Err(_) => (mantissa, power_of_ten(power.unsigned_abs())),
    }
}

/// The streams of a seed, or `None` if there is no Python.
fn streams(seed: u64, count: u32, more: &[&str]) -> Option<Vec<Case>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exact.py");
    let mut python = Command::new("python3");
    python.arg(script).args([seed.to_string(), count.to_string()]).args(more);
    let output = match python.output() {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: cannot run python3: {error}");
            return None;
        }
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let cases = String::from_utf8(output.stdout).unwrap();
    assert_eq!(cases.lines().count(), count as usize);
    Some(cases.lines().map(|case| serde_json::from_str(case).unwrap()).collect())
}

fn rounds(otherwise: u64) -> u64 {
    std::env::var("WANDLER_ROUNDS").map_or(otherwise, |rounds| rounds.parse().unwrap())
}

/// Compares all expected figures of the streams with those of `stat`.
fn check(seed: u64, cases: Option<Vec<Case>>) {
    for Case { input, record } in cases.into_iter().flatten() {
        let found = last_record(&input);
        for (name, expected) in &record {
            let found = found[name].get();
            assert!(
                expected.agrees_with(found),
                "{name} is {found}, not {expected:?} (seed {seed}), of\n{input:.3000}"
            );
        }
    }
}

#[test]
fn every_figure_is_what_fractions_give() {
    for seed in 0..rounds(3) {
        check(seed, streams(seed, STREAMS, &[]));
    }
}

#[test]
fn figures_and_histograms_stay_exact_beyond_what_is_counted_value_by_value() {
    for seed in 0..rounds(1) {
        check(seed, streams(seed, 1, &["many"]));
    }
}

#[test]
fn the_comparison_can_fail() {
    assert!(
        agrees("0.5", "1/2")
            && agrees("5e-1", "1/2")
            && agrees("1e40", &format!("1{}", "0".repeat(40)))
    );
    assert!(!agrees("0.5000000000000001", "1/2") && !agrees("0.1", "0.10000000000000002"));
}
