//! The pieces that a state consists of: how they are stored, and converting from and to that form.

use serde::{Deserialize, Serialize};
use stage::format::decimal::Decimal;

use super::consecutive::Consecutive;
use super::text::{Integer, StoredSample};
use crate::exact::course;
use crate::exact::sequence::{Ends, Run, RunPlace};
use crate::ranks::distribution::grid::Width;
use crate::ranks::distribution::sketch::{Filled, SketchBin};

/// A [`Run`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRun {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<Integer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<u64>,
    pub(super) n: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) first: Option<StoredSample>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<StoredSample>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredLagged {
    pub(super) places: u16,
    pub(super) units: Integer,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredBins {
    pub(super) negative: Vec<Consecutive<i32>>,
    pub(super) zero: u64,
    pub(super) positive: Vec<Consecutive<i32>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCells {
    pub(super) width: StoredSample,
    pub(super) cells: Vec<Consecutive<StoredSample>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredCourse {
    pub(super) power: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) skipped: u64,
    /// First, samples, minimum, maximum, places, sum.
    pub(super) stretches: Vec<(u64, u64, StoredSample, StoredSample, u16, Integer)>,
}

impl StoredRun {
    pub(super) fn of(run: &Run) -> StoredRun {
        let stored = |sample: &Decimal| StoredSample(sample.clone());
        let none = StoredRun {
            number: None,
            part: None,
            began: None,
            ended: None,
            rows: None,
            n: run.n,
            first: run.ends.as_ref().map(|ends| stored(&ends.first)),
            last: run.ends.as_ref().map(|ends| stored(&ends.last)),
        };
        let time = |time: u64| Some(Integer(time.into()));
        match run.place {
            RunPlace::Rows { first, count } => {
                let rows = (count != run.n).then_some(count);
                StoredRun { number: Some(first), rows, ..none }
            }
            RunPlace::Part(part) => StoredRun { part: Some(part), ..none },
            RunPlace::Time { began, ended } => {
                StoredRun { began: time(began), ended: time(ended), ..none }
            }
        }
    }

    /// Where it lies, if it says so in exactly one way.
    pub(super) fn place(&self) -> Option<RunPlace> {
        match (self.number, self.part, &self.began, &self.ended) {
            (Some(first), None, None, None) => {
                let count = self.rows.unwrap_or(self.n);
                let place = RunPlace::Rows { first, count };
                first.checked_add(count).filter(|_| count > 0).map(|_| place)
            }
            _ if self.rows.is_some() => None,
            (None, Some(part), None, None) => Some(RunPlace::Part(part)),
            (None, None, Some(Integer(began)), Some(Integer(ended))) => {
                let (began, ended) = (u64::try_from(began).ok()?, u64::try_from(ended).ok()?);
                (began <= ended).then_some(RunPlace::Time { began, ended })
            }
            _ => None,
        }
    }

    /// The run. Its place must have been checked.
    pub(super) fn run(self) -> Run {
        let place = self.place().unwrap_or(RunPlace::Time { began: 0, ended: 0 });
        let ends = self.first.zip(self.last);
        let ends = ends.map(|(first, last)| Ends { first: first.0, last: last.0 });
        Run { place, n: self.n, ends }
    }
}

impl StoredLagged {
    pub(super) fn of(sum: &Decimal) -> StoredLagged {
        StoredLagged { places: sum.places(), units: Integer(sum.mantissa().to_big()) }
    }

    pub(super) fn into_sum(self) -> Decimal {
        Decimal::from_big(self.units.0, self.places)
    }
}

impl StoredBins {
    pub(super) fn of(filled: &[Filled]) -> StoredBins {
        let (mut negative, mut zero, mut positive) = (Vec::new(), 0, Vec::new());
        for Filled { bin, count } in filled {
            match bin {
                SketchBin::Negative(key) => negative.push((*key, *count)),
                SketchBin::Zero => zero = *count,
                SketchBin::Positive(key) => positive.push((*key, *count)),
            }
        }
        negative.reverse();
        let gather = |keys| Consecutive::gather(keys, |key, next| key + 1 == *next);
        StoredBins { negative: gather(negative), zero, positive: gather(positive) }
    }

    /// The bins in ascending order of their keys, first those below zero.
    pub(super) fn filled(&self) -> impl Iterator<Item = Filled> {
        let keys = |lists: &'_ [Consecutive<i32>]| -> Vec<(i32, u64)> {
            let keys = |list: &Consecutive<i32>| -> Vec<(i32, u64)> {
                // Beyond the last key no bin exists, so saturating does no harm.
                let keys = (0..).map(|at| list.first.saturating_add(at));
                keys.zip(list.counts.iter().copied()).collect()
            };
            lists.iter().flat_map(keys).collect()
        };
        let negative =
            keys(&self.negative).into_iter().map(|(key, n)| (SketchBin::Negative(key), n));
        let zero = (self.zero > 0).then_some((SketchBin::Zero, self.zero));
        let positive =
            keys(&self.positive).into_iter().map(|(key, n)| (SketchBin::Positive(key), n));
        negative.chain(zero).chain(positive).map(|(bin, count)| Filled { bin, count })
    }
}

impl StoredCells {
    pub(super) fn of(width: Width, cells: Vec<(Decimal, u64)>) -> StoredCells {
        let step = width.to_decimal();
        let cells = cells.into_iter().map(|(cell, count)| (StoredSample(cell), count));
        let cells = Consecutive::gather(cells, |StoredSample(cell), StoredSample(next)| {
            cell + &step == *next
        });
        StoredCells { width: StoredSample(step), cells }
    }

    /// The width of its cells, if cells can have that width.
    pub(super) fn width(&self) -> Option<Width> {
        Width::of(&self.width.0)
    }

    /// How many cells are in use.
    pub(super) fn len(&self) -> usize {
        self.cells.iter().map(|list| list.counts.len()).sum()
    }

    /// The lower ends of the cells in use, with their counts.
    pub(super) fn filled(&self) -> Vec<(Decimal, u64)> {
        let mut filled = Vec::new();
        for Consecutive { first: StoredSample(first), counts } in &self.cells {
            let mut cell = first.normalized();
            for count in counts {
                let next = (&cell + &self.width.0).normalized();
                filled.push((std::mem::replace(&mut cell, next), *count));
            }
        }
        filled
    }

    pub(super) fn into_contents(self) -> Option<(Width, Vec<(Decimal, u64)>)> {
        Some((self.width()?, self.filled()))
    }
}

impl StoredCourse {
    pub(super) fn of(contents: course::Contents) -> StoredCourse {
        let course::Contents { power, skipped, stretches } = contents;
        let piece = |it: course::ExactStretch| {
            let sum = it.sum.normalized();
            let (places, units) = (sum.places(), Integer(sum.mantissa().to_big()));
            (it.first, it.n, StoredSample(it.min), StoredSample(it.max), places, units)
        };
        StoredCourse { power, skipped, stretches: stretches.into_iter().map(piece).collect() }
    }

    pub(super) fn into_contents(self) -> course::Contents {
        let stretch = |(first, n, StoredSample(min), StoredSample(max), places, Integer(units))| {
            let sum = Decimal::from_big(units, places).normalized();
            course::ExactStretch { first, n, min, max, sum }
        };
        let stretches = self.stretches.into_iter().map(stretch).collect();
        course::Contents { power: self.power, skipped: self.skipped, stretches }
    }
}

/// Whether the number need not be stored.
fn is_zero(number: &u64) -> bool {
    *number == 0
}
