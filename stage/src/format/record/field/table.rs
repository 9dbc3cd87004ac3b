//! The record's fields, in the order in which they are written.
//!
//! To add a number that [only some records have](Record::more): a row here, and its value in
//! `stat::exact::figures` or, if it is not computed from sums, in `stat::accumulator::record`. Then every
//! format and view shows it, conditions can use it, and no label can take its name. (The picture has no
//! room for the numbers of `stat --more`.) Anything else needs a place in [`Record`] as well and,
//! unless it is a count or a word, a view that can draw it. The README's table of fields describes
//! each.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{Estimate, Field, FieldSlot, Kind, Presence, Value};
use crate::format::decimal::Decimal;
use crate::format::record::parts::{Bin, Exactness, Figure, Stretch, Times, Window};

/// Statistics of the samples so far, or of a window. The numbers are null while there are no
/// samples.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The channel; `None` if nothing names it.
    pub channel: Option<String>,
    /// What distinguishes these samples from others (`stat --label`): values by name.
    pub labels: BTreeMap<String, String>,
    /// Samples covered.
    pub n: u64,
    /// Rows in which this channel's sample was missing; only where a row can lack one.
    pub missing: Option<u64>,
    /// Lines and fields that were not samples, so far.
    pub rejected: u64,
    /// When the samples were taken, if the stream has times.
    pub times: Option<Times>,
    /// Which samples are covered, if not all.
    pub window: Option<Window>,
    /// The newest sample.
    pub last: Option<Decimal>,
    /// The exact sum.
    pub sum: Option<Decimal>,
    /// The double nearest to the true mean.
    pub mean: Option<Decimal>,
    /// The double nearest to the true sample standard deviation (n−1); null below two samples.
    pub sd: Option<Decimal>,
    /// The least sample.
    pub min: Option<Decimal>,
    /// The greatest sample.
    pub max: Option<Decimal>,
    /// Quantiles by nearest rank.
    pub quantiles: Vec<Figure>,
    /// How the quantiles were found; records of other programs may not say.
    pub exactness: Option<Exactness>,
    /// Numbers that only some records have, such as those of `stat --more`.
    pub more: Vec<Figure>,
    /// The histogram.
    pub histogram: Option<Vec<Bin>>,
    /// The stream from its first sample to its last, in stretches; in the last record only.
    pub course: Option<Vec<Stretch>>,
    /// Whether this is the last record.
    pub is_final: bool,
    /// What `stat --merge` needs to continue from here. Not kept when a record is read: `report` does
    /// not need it.
    pub state: Option<Box<RawValue>>,
}

impl Record {
    fn further(&self, name: &str) -> Option<Value<'_>> {
        let figure = self.more.iter().find(|figure| figure.name == name)?;
        Some(Value::Number(figure.value.as_ref()))
    }

    fn further_slot(&mut self, name: &str) -> FieldSlot<'_> {
        let at = self.more.iter().position(|figure| figure.name == name);
        let at = at.unwrap_or_else(|| {
            self.more.push(Figure { name: name.to_owned(), value: None });
            self.more.len() - 1
        });
        FieldSlot::Number(&mut self.more[at].value)
    }
}

/// A number that every record has.
macro_rules! number {
    ($name:ident, $kind:expr, $help:literal) => {
        Field {
            name: stringify!($name),
            kind: $kind,
            presence: Presence::Always,
            help: $help,
            get: |it| Some(Value::Number(it.$name.as_ref())),
            slot: |it| FieldSlot::Number(&mut it.$name),
        }
    };
}

/// A number that only some records have, among [`Record::more`].
macro_rules! further {
    ($name:ident, $presence:ident, $kind:expr, $help:literal) => {
        Field {
            name: stringify!($name),
            kind: $kind,
            presence: Presence::$presence,
            help: $help,
            get: |it| it.further(stringify!($name)),
            slot: |it| it.further_slot(stringify!($name)),
        }
    };
}

/// A number that is the double nearest to the true value.
const fn rounded(standard_error: fn(&Record, f64) -> Option<f64>) -> Kind {
    Kind::Rounded(Estimate { standard_error, perfect: &[] })
}

/// All fields.
pub static FIELDS: &[Field] = &[
    Field {
        name: "channel",
        kind: Kind::Word,
        presence: Presence::Optional,
        help: "Which channel the samples are of.",
        get: |it| it.channel.as_deref().map(|channel| Value::Word(Some(channel))),
        slot: |it| FieldSlot::Channel(&mut it.channel),
    },
    Field {
        name: "labels",
        kind: Kind::Structure,
        presence: Presence::Optional,
        help: "What distinguishes these samples from others.",
        get: |it| (!it.labels.is_empty()).then_some(Value::Labels(&it.labels)),
        slot: |it| FieldSlot::Labels(&mut it.labels),
    },
    Field {
        name: "n",
        kind: Kind::Count,
        presence: Presence::Always,
        help: "Samples covered.",
        get: |it| Some(Value::Count(Some(it.n))),
        slot: |it| FieldSlot::Count(&mut it.n),
    },
    Field {
        name: "missing",
        kind: Kind::Count,
        presence: Presence::Optional,
        help: "Rows without a sample of this channel.",
        get: |it| it.missing.map(|missing| Value::Count(Some(missing))),
        slot: |it| FieldSlot::Ordinal(&mut it.missing),
    },
    Field {
        name: "rejected",
        kind: Kind::Count,
        presence: Presence::Always,
        help: "Readings and lines that were rejected, so far.",
        get: |it| Some(Value::Count(Some(it.rejected))),
        slot: |it| FieldSlot::Count(&mut it.rejected),
    },
    Field {
        name: "start",
        kind: Kind::Time,
        presence: Presence::Optional,
        help: "When the oldest sample was taken, or the window begins.",
        get: |it| it.times.map(|times| Value::Time(times.start)),
        slot: |it| FieldSlot::Time(&mut it.times.get_or_insert_default().start),
    },
    Field {
        name: "end",
        kind: Kind::Time,
        presence: Presence::Optional,
        help: "When the newest sample was taken, or the window ends.",
        get: |it| it.times.map(|times| Value::Time(times.end)),
        slot: |it| FieldSlot::Time(&mut it.times.get_or_insert_default().end),
    },
    Field {
        name: "from",
        kind: Kind::Ordinal,
        presence: Presence::Windows,
        help: "The number of the window's first sample.",
        get: |it| it.window.map(|window| Value::Count(window.from)),
        slot: |it| FieldSlot::Ordinal(&mut it.window.get_or_insert_default().from),
    },
    Field {
        name: "to",
        kind: Kind::Ordinal,
        presence: Presence::Windows,
        help: "The number of the window's last sample.",
        get: |it| it.window.map(|window| Value::Count(window.to)),
        slot: |it| FieldSlot::Ordinal(&mut it.window.get_or_insert_default().to),
    },
    number!(last, Kind::Exact, "The newest sample."),
    number!(sum, Kind::Exact, "The sum of the samples."),
    number!(mean, rounded(of_a_mean), "The mean of the samples."),
    number!(
        sd,
        rounded(|it, value| Some(value / (2.0 * it.n as f64).sqrt())),
        "The standard deviation of the samples (n-1)."
    ),
    number!(min, Kind::Exact, "The least sample."),
    number!(max, Kind::Exact, "The greatest sample."),
    Field {
        name: "p",
        kind: Kind::Quantile,
        presence: Presence::Optional,
        help: "Quantiles of the samples, by nearest rank; see their error.",
        get: |it| Some(Value::Quantiles(&it.quantiles)),
        // Each is read under a name of its own.
        slot: |_| FieldSlot::Nowhere,
    },
    Field {
        name: "quantiles",
        kind: Kind::Word,
        presence: Presence::Arising,
        help: "Whether quantiles are exact or approximate.",
        get: |it| Some(Value::Word(it.exactness.as_ref().map(Exactness::name))),
        slot: |it| FieldSlot::Exactness(&mut it.exactness),
    },
    Field {
        name: "quantile_error",
        kind: Kind::Bound,
        presence: Presence::Arising,
        help: "How far a quantile is from the sample of its rank at most.",
        get: |it| Some(Value::Number(it.exactness.as_ref().and_then(Exactness::error))),
        slot: |it| match it.exactness.get_or_insert(Exactness::Approximate { error: None }) {
            Exactness::Approximate { error } => FieldSlot::Number(error),
            Exactness::Exact => FieldSlot::Nowhere,
        },
    },
    further!(
        var,
        More,
        rounded(|it, value| Some(value * (2.0 / it.n as f64).sqrt())),
        "The variance of the samples (n-1)."
    ),
    further!(rms, More, rounded(of_a_mean), "The root mean square of the samples."),
    further!(range, More, Kind::Exact, "The greatest sample minus the least."),
    further!(mode, More, Kind::Exact, "The most frequent sample, the least if there are several."),
    further!(
        skew,
        More,
        rounded(|it, _| Some((6.0 / it.n as f64).sqrt())),
        "The skewness of the samples."
    ),
    further!(
        kurtosis,
        More,
        rounded(|it, _| Some((24.0 / it.n as f64).sqrt())),
        "The excess kurtosis of the samples: 0 for a normal distribution."
    ),
    further!(
        autocorrelation,
        More,
        Kind::Rounded(Estimate {
            standard_error: |it, value| Some(((1.0 - value * value) / it.n as f64).sqrt()),
            perfect: &[-1, 1],
        }),
        "The autocorrelation of neighbouring samples."
    ),
    Field {
        name: "histogram",
        kind: Kind::Structure,
        presence: Presence::Optional,
        help: "How many samples lie where.",
        get: |it| it.histogram.as_deref().map(Value::Histogram),
        slot: |it| FieldSlot::Histogram(&mut it.histogram),
    },
    Field {
        name: "course",
        kind: Kind::Structure,
        presence: Presence::Optional,
        help: "The stream from its first sample to its last.",
        get: |it| it.course.as_deref().map(Value::Course),
        slot: |it| FieldSlot::Course(&mut it.course),
    },
    Field {
        name: "final",
        kind: Kind::Word,
        presence: Presence::Arising,
        help: "Whether this is the last record.",
        get: |it| Some(Value::Flag(it.is_final)),
        slot: |it| FieldSlot::Flag(&mut it.is_final),
    },
    Field {
        name: "state",
        kind: Kind::Structure,
        presence: Presence::Optional,
        help: "What stat --merge needs to go on from here.",
        get: |it| it.state.as_deref().map(Value::State),
        slot: |_| FieldSlot::Nowhere,
    },
];

/// The standard error of the mean, which serves for the root mean square as well.
fn of_a_mean(record: &Record, _: f64) -> Option<f64> {
    Some(record.sd.as_ref()?.to_f64() / (record.n as f64).sqrt())
}
