//! Records as JSON objects, their fields in a fixed order.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Bin, Exactness, Figure, MORE, Record, Stretch, Window};
use crate::format::decimal::Decimal;

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if !self.labels.is_empty() {
            map.serialize_entry("labels", &self.labels)?;
        }
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("rejected", &self.rejected)?;
        if let Some(Window { from, to }) = &self.window {
            map.serialize_entry("from", from)?;
            map.serialize_entry("to", to)?;
        }
        map.serialize_entry("last", &self.last)?;
        map.serialize_entry("sum", &self.sum)?;
        map.serialize_entry("mean", &self.mean)?;
        map.serialize_entry("sd", &self.sd)?;
        map.serialize_entry("min", &self.min)?;
        map.serialize_entry("max", &self.max)?;
        add_figures(&mut map, &self.quantiles)?;
        if let Some(exactness) = self.exactness {
            map.serialize_entry("quantiles", exactness.name())?;
        }
        add_if_there(&mut map, "quantile_error", &self.quantile_error)?;
        add_figures(&mut map, &self.more)?;
        add_if_there(&mut map, "histogram", &self.histogram)?;
        add_if_there(&mut map, "course", &self.course)?;
        if self.is_final {
            map.serialize_entry("final", &true)?;
        }
        add_if_there(&mut map, "state", &self.state)?;
        map.end()
    }
}

/// Adds a field that a record has only if it has a value; others are null without one.
fn add_if_there<M: SerializeMap>(
    map: &mut M,
    name: &str,
    value: &Option<impl Serialize>,
) -> Result<(), M::Error> {
    value.as_ref().map_or(Ok(()), |value| map.serialize_entry(name, value))
}

/// Adds numbers under their own names.
fn add_figures<M: SerializeMap>(map: &mut M, figures: &[Figure]) -> Result<(), M::Error> {
    figures.iter().try_for_each(|figure| map.serialize_entry(&figure.name, &figure.value))
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_map(Fields::default())
    }
}

/// The fields that every record has, as far as they were found; the others are put into
/// `record` as they come.
#[derive(Default)]
struct Fields {
    record: Record,
    n: Option<u64>,
    rejected: Option<u64>,
    from: Option<Option<u64>>,
    to: Option<Option<u64>>,
    last: Option<Option<Decimal>>,
    sum: Option<Option<Decimal>>,
    mean: Option<Option<Decimal>>,
    sd: Option<Option<Decimal>>,
    min: Option<Option<Decimal>>,
    max: Option<Option<Decimal>>,
    /// The percentages of the quantiles.
    percentages: HashSet<Decimal>,
}

impl<'de> Visitor<'de> for Fields {
    type Value = Record;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Record, A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                "n" => once("n", &mut self.n, &mut map)?,
                "rejected" => once("rejected", &mut self.rejected, &mut map)?,
                "from" => once("from", &mut self.from, &mut map)?,
                "to" => once("to", &mut self.to, &mut map)?,
                "last" => once("last", &mut self.last, &mut map)?,
                "sum" => once("sum", &mut self.sum, &mut map)?,
                "mean" => once("mean", &mut self.mean, &mut map)?,
                "sd" => once("sd", &mut self.sd, &mut map)?,
                "min" => once("min", &mut self.min, &mut map)?,
                "max" => once("max", &mut self.max, &mut map)?,
                "quantiles" => self.record.exactness = Some(map.next_value()?),
                "quantile_error" => self.record.quantile_error = map.next_value()?,
                "histogram" => self.record.histogram = Some(map.next_value()?),
                "course" => self.record.course = Some(map.next_value()?),
                "labels" => self.record.labels = map.next_value()?,
                "final" => self.record.is_final = map.next_value()?,
                _ if MORE.contains(&name.as_str()) => {
                    if self.record.more.iter().any(|figure| figure.name == name) {
                        return Err(duplicate(&name));
                    }
                    let value = map.next_value()?;
                    self.record.more.push(Figure { name, value });
                }
                _ => match percentage(&name).map(|percent| self.percentages.insert(percent)) {
                    Some(false) => return Err(duplicate(&name)),
                    Some(true) => {
                        let value = map.next_value()?;
                        self.record.quantiles.push(Figure { name, value });
                    }
                    None => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        self.into_record()
    }
}

impl Fields {
    fn into_record<E: serde::de::Error>(self) -> Result<Record, E> {
        let mut missing = Missing::default();
        let window = match (self.from, self.to) {
            (None, None) => None,
            (from, to) => Some(Window { from: missing.or("from", from), to: missing.or("to", to) }),
        };
        let record = Record {
            n: missing.or("n", self.n),
            rejected: missing.or("rejected", self.rejected),
            window,
            last: missing.or("last", self.last),
            sum: missing.or("sum", self.sum),
            mean: missing.or("mean", self.mean),
            sd: missing.or("sd", self.sd),
            min: missing.or("min", self.min),
            max: missing.or("max", self.max),
            ..self.record
        };
        missing.none().map(|()| record)
    }
}

/// The names of fields that a record lacks.
#[derive(Default)]
struct Missing(Vec<&'static str>);

impl Missing {
    /// The field; if it is not there, anything, and its name is noted.
    fn or<T: Default>(&mut self, name: &'static str, field: Option<T>) -> T {
        if field.is_none() {
            self.0.push(name);
        }
        field.unwrap_or_default()
    }

    /// That there are none, or which.
    fn none<E: serde::de::Error>(self) -> Result<(), E> {
        match &self.0[..] {
            [] => Ok(()),
            [name] => Err(E::missing_field(name)),
            names => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                Err(E::custom(format_args!("missing fields {}", names.join(", "))))
            }
        }
    }
}

fn once<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    name: &'static str,
    field: &mut Option<T>,
    map: &mut A,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = Some(map.next_value()?);
    Ok(())
}

/// The same as `duplicate_field`, which takes names of one program only.
fn duplicate<E: serde::de::Error>(name: &str) -> E {
    E::custom(format_args!("duplicate field `{name}`"))
}

/// Whether this is a quantile's name.
pub(super) fn is_quantile(name: &str) -> bool {
    percentage(name).is_some()
}

/// The number behind a `p`, as in `p99.9`, which is a quantile's name.
fn percentage(name: &str) -> Option<Decimal> {
    name.strip_prefix('p')?.parse().ok()
}

impl Serialize for Bin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.low, &self.high, self.count).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Bin, D::Error> {
        let (low, high, count) = Deserialize::deserialize(deserializer)?;
        Ok(Bin { low, high, count })
    }
}

impl Serialize for Stretch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.first, &self.min, &self.mean, &self.max).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Stretch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stretch, D::Error> {
        let (first, min, mean, max) = Deserialize::deserialize(deserializer)?;
        Ok(Stretch { first, min, mean, max })
    }
}

impl<'de> Deserialize<'de> for Exactness {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exactness, D::Error> {
        let name = String::deserialize(deserializer)?;
        [Exactness::Exact, Exactness::Approximate]
            .into_iter()
            .find(|exactness| exactness.name() == name)
            .ok_or_else(|| D::Error::custom(format_args!("unknown kind of quantiles: {name:?}")))
    }
}
