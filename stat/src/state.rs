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
//! The same samples have the same state, whatever they were merged from, if they were numbered
//! (`--first`). Otherwise the runs stay apart, each with 60 bytes and its samples' digits, and
//! `lagged` lacks the products between them, which are added when a record is made.
//!
//! Which bin a sample is in depends on the machine's logarithm: on another kind of machine one that
//! lies on a limit may be in the next.

mod check;
mod text;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use stage::decimal::Decimal;
use stage::record::reason;
use thiserror::Error;

use crate::accumulator::{Extremes, Parts, Unfit};
use crate::distribution::Contents;
use crate::moments::{PowerSums, Totals};
use crate::sequence::{Place, Run};
use crate::sketch::{Bin, Filled};
use text::{Integer, Sample};

/// The version that is written, and the only one that is read.
const VERSION: u64 = 1;

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
    /// Its samples do not fit those merged before.
    #[error(transparent)]
    Unfit(#[from] Unfit),
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
    /// The state of the samples of which `parts` is known, beside which `rejected` lines were none.
    pub fn new(parts: Parts, rejected: u64) -> State {
        let Totals { places, sums } = parts.totals;
        let more = parts.lagged.is_some();
        let (min, max) = parts.extremes.map(|it| (it.min, it.max)).unzip();
        let (values, sketch) = match parts.contents {
            Contents::Values(values) => {
                let values = values.into_iter().map(|(value, count)| (Sample(value), count));
                (Some(values.collect()), None)
            }
            Contents::Approximate { bins, .. } => (None, Some(Bins::of(&bins))),
        };
        State {
            version: VERSION,
            crc32: None,
            n: parts.n,
            rejected,
            runs: parts.runs.iter().map(Stretch::of).collect(),
            places,
            sum: Integer(sums.sum),
            squares: Integer(sums.squares),
            cubes: more.then_some(Integer(sums.cubes)),
            fourths: more.then_some(Integer(sums.fourths)),
            lagged: parts.lagged.map(|sum| Lagged {
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

    /// What is known of the samples.
    pub fn into_parts(self) -> Parts {
        let power = |sum: Option<Integer>| sum.map(|Integer(sum)| sum).unwrap_or_default();
        let extremes = self.min.zip(self.max);
        let contents = match (self.values, self.sketch) {
            (None, Some(bins)) => {
                Contents::Approximate { bins: bins.filled().collect(), grid: None }
            }
            (values, _) => {
                let values = values.unwrap_or_default().into_iter();
                Contents::Values(values.map(|(Sample(value), count)| (value, count)).collect())
            }
        };
        Parts {
            n: self.n,
            totals: Totals {
                places: self.places,
                sums: PowerSums {
                    sum: self.sum.0,
                    squares: self.squares.0,
                    cubes: power(self.cubes),
                    fourths: power(self.fourths),
                },
            },
            lagged: self.lagged.map(|sum| Decimal::from_big(sum.units.0, sum.places)),
            runs: self.runs.into_iter().map(Stretch::run).collect(),
            extremes: extremes.map(|(Sample(min), Sample(max))| Extremes { min, max }),
            contents,
        }
    }
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

    /// Whether it says where it lies, in one way.
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
}
