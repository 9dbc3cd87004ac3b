//! The state that a record carries with `--state`, and that `--merge` reads: version 1.
//!
//! A JSON object. Integers that may be long, and samples, are strings, so that programs that take
//! JSON numbers for doubles do not change them.
//!
//! | field | meaning |
//! |---|---|
//! | `version` | 1 |
//! | `crc32` | checksum of the state without this field, in the form in which it is written here, in eight hexadecimal digits (CRC-32 as in zlib) |
//! | `n` | samples |
//! | `rejected` | lines that were not a sample |
//! | `runs` | samples that follow each other, in order: `n`, `first` and `last` sample, and their place: either `number` of the first sample, or `time` of the last one's arrival, in nanoseconds since 1970 |
//! | `places` | decimal places P of the sums |
//! | `sum`, `squares` | Σx in units of 10^−P, Σx² in units of 10^−2P |
//! | `cubes`, `fourths` | with `--more`: Σx³ and Σx⁴, likewise |
//! | `lagged` | with `--more`: Σxᵢxᵢ₊₁ within runs: `units`, each 10^−`places` |
//! | `min`, `max` | the least and the greatest sample; absent if there is none |
//! | `values` | each distinct value with its count, from the least to the greatest; or, if there were too many: |
//! | `sketch` | counts in bins by the logarithm of the magnitude: bin k holds γᵏ ≤ \|x\| < γᵏ⁺¹, γ = 1.0099 / 0.9901. `negative` and `positive` bins with their counts, each from the least key to the greatest, and `zero` |
//!
//! The same samples have the same state, whatever they were merged from, but for `runs`: those
//! that were not numbered (`--first`) stay apart.

mod text;

use num_bigint::BigInt;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stage::decimal::Decimal;
use stage::record::reason;
use thiserror::Error;

use crate::accumulator::Accumulator;
use crate::counts::MAX_DISTINCT;
use crate::distribution::Contents;
use crate::moments::{PowerSums, Powers, Totals};
use crate::sequence::{Conflict, Place, Run, Sequence};
use crate::sketch::{Bin, Filled};
use text::{Integer, Sample};

/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;

/// Decimal places that samples can have.
const MAX_PLACES: u16 = 400;

/// Why a state is not merged.
#[derive(Debug, Error)]
pub enum Refused {
    /// Made by another version of this program.
    #[error("the state has version {0}, and this program reads version {VERSION}")]
    Version(u64),
    /// Not of the form of a state.
    #[error("the state is damaged: {0}")]
    Malformed(String),
    /// Of the right form, but not what was written.
    #[error("the state is damaged: {0}")]
    Damaged(&'static str),
    /// Some figures that are wanted cannot be had from it.
    #[error("the state was made without --more")]
    NoMore,
    /// Its samples do not fit those merged before.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// The counts would overflow.
    #[error("there would be more than 2^64 samples")]
    TooMany,
}

/// All that is known of some samples.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    version: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    crc32: Option<String>,
    n: u64,
    rejected: u64,
    runs: Vec<Stretch>,
    places: u16,
    sum: Integer,
    squares: Integer,
    #[serde(skip_serializing_if = "Option::is_none")]
    cubes: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fourths: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lagged: Option<Lagged>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Sample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Sample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<(Sample, u64)>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sketch: Option<Bins>,
}

/// A [`Run`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stretch {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Integer>,
    n: u64,
    first: Sample,
    last: Sample,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lagged {
    places: u16,
    units: Integer,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bins {
    negative: Vec<(i32, u64)>,
    zero: u64,
    positive: Vec<(i32, u64)>,
}

/// What only shows the version.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Versioned {
    version: u64,
}

impl State {
    /// The state of the samples in `accumulator`, beside which `rejected` lines were none.
    pub fn of(accumulator: &mut Accumulator, rejected: u64) -> State {
        accumulator.settle();
        let Totals { places, sums } = accumulator.moments.totals();
        let more = accumulator.moments.powers() == Powers::Four;
        let (min, max) = accumulator.extremes.clone().map(|it| (it.min, it.max)).unzip();
        let (values, sketch) = match accumulator.distribution.contents() {
            Contents::Values(values) => (
                Some(values.into_iter().map(|(value, count)| (Sample(value), count)).collect()),
                None,
            ),
            Contents::Bins(bins) => (None, Some(Bins::of(&bins))),
        };
        State {
            version: VERSION,
            crc32: None,
            n: accumulator.count,
            rejected,
            runs: accumulator.sequence.runs().iter().map(Stretch::of).collect(),
            places,
            sum: Integer(sums.sum),
            squares: Integer(sums.squares),
            cubes: more.then_some(Integer(sums.cubes)),
            fourths: more.then_some(Integer(sums.fourths)),
            lagged: accumulator.sequence.lagged().map(|sum| Lagged {
                places: sum.places(),
                units: Integer(sum.mantissa().to_big()),
            }),
            min: min.map(Sample),
            max: max.map(Sample),
            values,
            sketch,
        }
    }

    /// The state as JSON, with its checksum.
    pub fn print(mut self) -> Result<Box<RawValue>, serde_json::Error> {
        self.crc32 = Some(self.checksum()?);
        serde_json::value::to_raw_value(&self)
    }

    /// Reads a state, and makes sure that it is what was written.
    pub fn parse(text: &RawValue) -> Result<State, Refused> {
        let malformed = |error| Refused::Malformed(reason(&error));
        let Versioned { version } = serde_json::from_str(text.get()).map_err(malformed)?;
        if version != VERSION {
            return Err(Refused::Version(version));
        }
        let mut state: State = serde_json::from_str(text.get()).map_err(malformed)?;
        let told = state.crc32.take();
        // A fuzzer cannot guess checksums, and is to try what lies behind this one.
        if !cfg!(fuzzing) && told != Some(state.checksum().map_err(malformed)?) {
            return Err(Refused::Damaged("its checksum is wrong"));
        }
        state.check().map_err(Refused::Damaged)?;
        Ok(state)
    }

    /// Samples in it.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Lines that were not a sample.
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// Of the state without a checksum.
    fn checksum(&self) -> Result<String, serde_json::Error> {
        Ok(format!("{:08x}", crc32fast::hash(&serde_json::to_vec(self)?)))
    }

    /// Adds the samples of this state to `accumulator`, which may be unusable after an error.
    pub fn merge_into(self, accumulator: &mut Accumulator) -> Result<(), Refused> {
        let wanted = accumulator.moments.powers();
        if wanted == Powers::Four && self.cubes.is_none() {
            return Err(Refused::NoMore);
        }
        accumulator.count = accumulator.count.checked_add(self.n).ok_or(Refused::TooMany)?;
        let contents = self.contents();
        let totals = self.totals();
        let lagged = self.lagged.map(Lagged::sum);
        let runs = self.runs.into_iter().map(Stretch::run).collect();
        accumulator.sequence.absorb(runs, lagged.as_ref())?;
        accumulator.moments.absorb(&totals);
        accumulator.distribution.absorb(&contents);
        if let (Some(Sample(min)), Some(Sample(max))) = (&self.min, &self.max) {
            accumulator.widen(min, max);
        }
        Ok(())
    }

    fn contents(&self) -> Contents {
        match (&self.values, &self.sketch) {
            (Some(values), _) => Contents::Values(
                values.iter().map(|(Sample(value), count)| (value.clone(), *count)).collect(),
            ),
            (None, Some(bins)) => Contents::Bins(bins.filled().collect()),
            (None, None) => Contents::Values(Vec::new()),
        }
    }

    fn totals(&self) -> Totals {
        let power = |sum: &Option<Integer>| sum.as_ref().map(|it| it.0.clone()).unwrap_or_default();
        Totals {
            places: self.places,
            sums: PowerSums {
                sum: self.sum.0.clone(),
                squares: self.squares.0.clone(),
                cubes: power(&self.cubes),
                fourths: power(&self.fourths),
            },
        }
    }

    /// Whether the state can be that of any samples: its checksum does not protect it from
    /// whoever can compute one.
    fn check(&self) -> Result<(), &'static str> {
        let require = |holds: bool, otherwise| if holds { Ok(()) } else { Err(otherwise) };
        let more = [self.cubes.is_some(), self.fourths.is_some(), self.lagged.is_some()];
        require(more == [more[0]; 3], "some of the sums are missing")?;
        let places = [self.places, self.lagged.as_ref().map_or(0, |it| it.places / 2)];
        require(places.iter().all(|it| *it <= MAX_PLACES), "it has too many decimal places")?;
        let (sum, squares) = (&self.sum.0, &self.squares.0);
        let possible = sum * sum <= squares * self.n && (self.n > 0 || squares == &BigInt::ZERO);
        require(possible, "its sums are not those of any samples")?;
        self.check_runs()?;
        self.check_contents()
    }

    fn check_runs(&self) -> Result<(), &'static str> {
        let total = self.runs.iter().try_fold(0u64, |sum, run| sum.checked_add(run.n));
        if total != Some(self.n) || self.runs.iter().any(|run| run.n == 0 || !run.has_one_place()) {
            return Err("its runs do not have as many samples");
        }
        let runs = || self.runs.iter().cloned().map(Stretch::run);
        let mut sequence = Sequence::new(false);
        if sequence.absorb(runs().collect(), None).is_err() || !runs().eq(sequence.runs().to_vec())
        {
            return Err("its runs are out of order");
        }
        Ok(())
    }

    fn check_contents(&self) -> Result<(), &'static str> {
        let ends = match (&self.values, &self.sketch) {
            (Some(values), None) if values.len() <= MAX_DISTINCT => {
                if !values.is_sorted_by(|a, b| a.0.0 < b.0.0) {
                    return Err("its values are out of order");
                }
                check_counts(values.iter().map(|it| it.1), self.n)?;
                values.first().zip(values.last()).map(|(min, max)| (&min.0, &max.0))
            }
            (None, Some(bins)) => {
                bins.check(self.n)?;
                self.min.as_ref().zip(self.max.as_ref())
            }
            _ => return Err("it has neither values nor a sketch"),
        };
        let told = self.min.as_ref().zip(self.max.as_ref());
        if self.min.is_some() != self.max.is_some()
            || ends != told
            || ends.is_some() != (self.n > 0)
        {
            return Err("its extremes are not those of its samples");
        }
        match told {
            Some((min, max)) if min.0 > max.0 => Err("its extremes are not those of its samples"),
            _ => Ok(()),
        }
    }
}

/// Whether `counts`, none of them zero, add up to `n`.
fn check_counts(mut counts: impl Iterator<Item = u64>, n: u64) -> Result<(), &'static str> {
    let sum =
        counts.try_fold(0u64, |sum, count| if count == 0 { None } else { sum.checked_add(count) });
    if sum == Some(n) { Ok(()) } else { Err("its counts do not add up") }
}

impl Stretch {
    fn of(run: &Run) -> Stretch {
        let (number, time) = match run.place {
            Place::Number(number) => (Some(number), None),
            Place::Time(time) => (None, Some(Integer(time.into()))),
        };
        Stretch {
            number,
            time,
            n: run.n,
            first: Sample(run.first.clone()),
            last: Sample(run.last.clone()),
        }
    }

    fn has_one_place(&self) -> bool {
        match (&self.number, &self.time) {
            (Some(number), None) => number.checked_add(self.n).is_some(),
            (None, Some(Integer(time))) => u64::try_from(time).is_ok(),
            _ => false,
        }
    }

    fn run(self) -> Run {
        let time = self.time.and_then(|Integer(time)| u64::try_from(time).ok());
        let place = match self.number {
            Some(number) => Place::Number(number),
            None => Place::Time(time.unwrap_or_default()),
        };
        Run { place, n: self.n, first: self.first.0, last: self.last.0 }
    }
}

impl Lagged {
    fn sum(self) -> Decimal {
        Decimal::from_big(self.units.0, self.places)
    }
}

impl Bins {
    fn of(filled: &[Filled]) -> Bins {
        let mut bins = Bins { negative: Vec::new(), zero: 0, positive: Vec::new() };
        for Filled { bin, count } in filled {
            match bin {
                Bin::Negative(key) => bins.negative.push((*key, *count)),
                Bin::Zero => bins.zero = *count,
                Bin::Positive(key) => bins.positive.push((*key, *count)),
            }
        }
        bins.negative.reverse();
        bins
    }

    fn filled(&self) -> impl Iterator<Item = Filled> {
        let negative = self.negative.iter().map(|&(key, count)| (Bin::Negative(key), count));
        let zero = (self.zero > 0).then_some((Bin::Zero, self.zero));
        let positive = self.positive.iter().map(|&(key, count)| (Bin::Positive(key), count));
        negative.chain(zero).chain(positive).map(|(bin, count)| Filled { bin, count })
    }

    fn check(&self, n: u64) -> Result<(), &'static str> {
        let sides = [&self.negative, &self.positive];
        if !sides.iter().all(|side| side.is_sorted_by(|a, b| a.0 < b.0)) {
            return Err("its bins are out of order");
        }
        if !self.filled().all(|filled| filled.bin.exists()) {
            return Err("it has bins beyond all samples");
        }
        check_counts(self.filled().map(|filled| filled.count), n)
    }
}
