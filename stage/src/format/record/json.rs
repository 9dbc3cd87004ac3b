//! Reading records, which are JSON objects with fields in any order.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::bounded::{Bounded, has_room, is_short};
use super::field::{FIELDS, Field, FieldSlot, Presence, Record, percentage};
use super::parts::{Exactness, Figure};
use crate::format::decimal::Decimal;

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Record, D::Error> {
        deserializer.deserialize_map(Reading::new())
    }
}

/// A record that is being read.
struct Reading {
    record: Record,
    /// Which rows of the table have come, a bit each.
    seen: u64,
    /// The percentages of the quantiles.
    percentages: BTreeSet<Decimal>,
}

/// What a name in the object is.
enum Key {
    /// The field of this row of the table.
    Field(usize),
    /// A quantile.
    Quantile { name: String, percentage: Decimal },
    /// Anything else, such as a field of a later version.
    Unknown,
}

/// Reads a name. Most fields come in the table's order, so the search for a row begins after the last
/// one that came.
struct KeySeed {
    next: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
        if let Some(percentage) = percentage(name) {
            return Ok(Key::Quantile { name: name.to_owned(), percentage });
        }
        let is_it = |at: &usize| FIELDS[*at].name == name;
        let found = (self.next..FIELDS.len()).find(is_it).or_else(|| (0..self.next).find(is_it));
        Ok(found.map_or(Key::Unknown, Key::Field))
    }
}

impl<'de> Visitor<'de> for Reading {
    type Value = Record;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Record, A::Error> {
        let mut next = 0;
        while let Some(key) = map.next_key_seed(KeySeed { next })? {
            match key {
                Key::Field(at) => {
                    self.read(at, &mut map)?;
                    next = at + 1;
                }
                Key::Quantile { name, percentage } => {
                    if !self.percentages.insert(percentage) {
                        return Err(duplicate(&name));
                    }
                    has_room(self.record.quantiles.len())?;
                    let value = map.next_value()?;
                    self.record.quantiles.push(Figure { name, value });
                }
                Key::Unknown => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        self.missing()?;
        Ok(self.record)
    }
}

impl Reading {
    fn new() -> Reading {
        const { assert!(FIELDS.len() <= u64::BITS as usize, "a bit for each row") };
        Reading { record: Record::default(), seen: 0, percentages: BTreeSet::new() }
    }

    /// Reads the value of the field in row `at`.
    fn read<'de, A: MapAccess<'de>>(&mut self, at: usize, map: &mut A) -> Result<(), A::Error> {
        let field = &FIELDS[at];
        if self.has_seen(at) && comes_once(field) {
            return Err(duplicate(field.name));
        }
        self.seen |= 1 << at;
        match (field.slot)(&mut self.record) {
            FieldSlot::Count(count) => *count = map.next_value()?,
            FieldSlot::Ordinal(ordinal) => *ordinal = map.next_value()?,
            FieldSlot::Number(number) => *number = map.next_value()?,
            FieldSlot::Time(time) => *time = map.next_value()?,
            FieldSlot::Channel(channel) => {
                *channel = map.next_value()?;
                channel.as_deref().map_or(Ok(()), is_short)?;
            }
            FieldSlot::Flag(flag) => *flag = map.next_value()?,
            FieldSlot::Labels(labels) => *labels = map.next_value_seed(Bounded::map())?,
            FieldSlot::Histogram(bins) => *bins = Some(map.next_value_seed(Bounded::list())?),
            FieldSlot::Course(stretches) => {
                *stretches = Some(map.next_value_seed(Bounded::list())?)
            }
            FieldSlot::Exactness(exactness) => {
                let new: Exactness = map.next_value()?;
                // The error may have come before.
                if exactness.as_ref().is_none_or(|it| it.name() != new.name()) {
                    *exactness = Some(new);
                }
            }
            FieldSlot::Nowhere => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn has_seen(&self, at: usize) -> bool {
        self.seen >> at & 1 == 1
    }

    /// Fails if the record lacks fields, all of which are named.
    fn missing<E: serde::de::Error>(&self) -> Result<(), E> {
        let is_needed = |field: &Field| match field.presence {
            Presence::Always => true,
            Presence::Windows => self.record.window.is_some(),
            Presence::Optional | Presence::More | Presence::Arising => false,
        };
        let rows = FIELDS.iter().enumerate();
        let missing = rows.filter(|(at, field)| is_needed(field) && !self.has_seen(*at));
        match &missing.map(|(_, field)| field.name).collect::<Vec<_>>()[..] {
            [] => Ok(()),
            [name] => Err(E::missing_field(name)),
            names => {
                let names = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                Err(E::custom(format_args!("missing fields {}", names.join(", "))))
            }
        }
    }
}

/// Whether a field that comes twice is an error. (Of the others, the last one counts.)
fn comes_once(field: &Field) -> bool {
    matches!(field.presence, Presence::Always | Presence::Windows | Presence::More)
}

/// Like `duplicate_field`, which takes static names only.
fn duplicate<E: serde::de::Error>(name: &str) -> E {
    E::custom(format_args!("duplicate field `{name}`"))
}
