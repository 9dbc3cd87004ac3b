//! What a field is: a row of the table of them, in `table`.
//!
//! Code that shows records goes through the table, and handles a field by its [`Kind`]; only a field
//! that needs more (the quantiles' error beside them, a histogram as a picture) is known there by its
//! name.

mod table;

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::parts::{Bin, Exactness, Figure, Stretch};
use crate::format::decimal::Decimal;
use crate::format::time::Time;

pub use table::{FIELDS, Record};

/// A field of the records.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON; `p` for the quantiles, which share a row.
    pub name: &'static str,
    /// How its values are shown.
    pub kind: Kind,
    /// Which records have it.
    pub presence: Presence,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// Its value; `None` if the record does not have it.
    pub(super) get: fn(&Record) -> Option<Value<'_>>,
    /// The slot for its value; taking it adds the field to the record.
    pub(super) slot: fn(&mut Record) -> FieldSlot<'_>,
}

/// How a field's values are shown.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// How many.
    Count,
    /// A sample's number in the stream: identifies it, and measures nothing.
    Ordinal,
    /// An exact number.
    Exact,
    /// The double nearest to the true value.
    Rounded(Estimate),
    /// A number that is as exact as the record's [`Exactness`] says. The row stands for all of
    /// them; each is called `p` and its percentage.
    Quantile,
    /// By how much another number may be wrong: rounded up, never down.
    Bound,
    /// A time, in RFC 3339.
    Time,
    /// A word about the other fields, or a flag.
    Word,
    /// Anything that is more than a number or a word.
    Structure,
}

/// How well a rounded number estimates the measured process.
#[derive(Clone, Copy, Debug)]
pub struct Estimate {
    /// The standard error of a value, as if the samples were independent and normally distributed:
    /// close enough to decide how many of its digits are significant.
    pub standard_error: fn(&Record, f64) -> Option<f64>,
    /// Values that it has only in a perfect case, so that no other value may be rounded to them.
    pub perfect: &'static [i64],
}

/// Which records have a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// All; null without a value.
    Always,
    /// Those of windows; null without a value.
    Windows,
    /// All of a run, if it was asked for; null without a value.
    Optional,
    /// The same, asked for with `stat --more`.
    More,
    /// Those that have a value, possibly only from the middle of a run on.
    Arising,
}

/// A field's value in a record.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// A count, or an ordinal.
    Count(Option<u64>),
    /// A number.
    Number(Option<&'a Decimal>),
    /// A time.
    Time(Option<Time>),
    /// All quantiles.
    Quantiles(&'a [Figure]),
    /// A word.
    Word(Option<&'a str>),
    /// A flag.
    Flag(bool),
    /// Labels.
    Labels(&'a BTreeMap<String, String>),
    /// A histogram.
    Histogram(&'a [Bin]),
    /// The course of the stream.
    Course(&'a [Stretch]),
    /// A state.
    State(&'a RawValue),
}

/// The place of a field's value in a record.
pub(super) enum FieldSlot<'a> {
    Count(&'a mut u64),
    Ordinal(&'a mut Option<u64>),
    Number(&'a mut Option<Decimal>),
    Time(&'a mut Option<Time>),
    Channel(&'a mut Option<String>),
    Exactness(&'a mut Option<Exactness>),
    Flag(&'a mut bool),
    Labels(&'a mut BTreeMap<String, String>),
    Histogram(&'a mut Option<Vec<Bin>>),
    Course(&'a mut Option<Vec<Stretch>>),
    /// None: the value is not kept when a record is read.
    Nowhere,
}

/// A field of one record; each quantile is an entry of its own.
#[derive(Clone, Copy, Debug)]
pub struct FieldEntry<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its row.
    pub field: &'static Field,
    /// Its value, never [`Value::Quantiles`].
    pub value: Value<'a>,
}

impl Field {
    /// The row of a field of this name.
    pub fn named(name: &str) -> Option<&'static Field> {
        FIELDS.iter().find(|field| field.is_called(name))
    }

    /// Whether the field, or one that the row stands for, has this name.
    fn is_called(&self, name: &str) -> bool {
        match self.kind {
            Kind::Quantile => percentage(name).is_some(),
            _ => self.name == name,
        }
    }

    /// Whether it is a number about the samples, which conditions may compare.
    pub fn is_figure(&self) -> bool {
        match self.kind {
            Kind::Count | Kind::Exact | Kind::Rounded(_) | Kind::Quantile | Kind::Bound => true,
            Kind::Ordinal | Kind::Time | Kind::Word | Kind::Structure => false,
        }
    }

    /// The entries of this field in `record`: none, one, or one for each quantile.
    pub fn entries<'a>(&'static self, record: &'a Record) -> impl Iterator<Item = FieldEntry<'a>> {
        let value = (self.get)(record);
        let (one, several) = match value {
            Some(Value::Quantiles(several)) => (None, several),
            one => (one, &[][..]),
        };
        let one = one.map(|value| FieldEntry { name: self.name, field: self, value });
        one.into_iter().chain(several.iter().map(move |it| FieldEntry {
            name: &it.name,
            field: self,
            value: Value::Number(it.value.as_ref()),
        }))
    }
}

impl Record {
    /// All its entries, in the table's order.
    pub fn entries(&self) -> impl Iterator<Item = FieldEntry<'_>> {
        FIELDS.iter().flat_map(|field| field.entries(self))
    }

    /// Its entry of this name.
    pub fn entry(&self, name: &str) -> Option<FieldEntry<'_>> {
        Field::named(name)?.entries(self).find(|entry| entry.name == name)
    }
}

impl Value<'_> {
    /// Whether there is no value: null in JSON, or no field at all.
    pub fn is_none(&self) -> bool {
        matches!(
            self,
            Value::Count(None)
                | Value::Number(None)
                | Value::Time(None)
                | Value::Word(None)
                | Value::Flag(false)
        )
    }

    /// A count or number as a number.
    pub fn number(&self) -> Option<Decimal> {
        match *self {
            Value::Count(count) => count.map(|count| Decimal::from_big(count.into(), 0)),
            Value::Number(number) => number.cloned(),
            _ => None,
        }
    }
}

/// The number behind the `p` of a quantile's name, such as `p99.9`.
pub(super) fn percentage(name: &str) -> Option<Decimal> {
    name.strip_prefix('p')?.parse().ok()
}
