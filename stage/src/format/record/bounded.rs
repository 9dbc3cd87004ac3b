//! Lists, maps and texts of bounded length.
//!
//! A short text can become a large value: seven bytes of a record make a bin that takes a hundred in
//! memory; and names are kept in many places. So what has more entries than any `stat` writes, or a longer
//! name, is not a record.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The most entries: as many as a course may have stretches, of all lists the longest.
pub(super) const MOST: usize = 10_000;

/// Reads a list, or a map of texts, of at most [`MOST`] entries.
pub(super) struct Bounded<T>(PhantomData<T>);

impl<T> Bounded<Vec<T>> {
    /// One that reads a list.
    pub(super) fn list() -> Bounded<Vec<T>> {
        Bounded(PhantomData)
    }
}

impl Bounded<BTreeMap<String, String>> {
    /// One that reads a map.
    pub(super) fn map() -> Bounded<BTreeMap<String, String>> {
        Bounded(PhantomData)
    }
}

/// The most bytes of a channel's name, or of a label's name or value: `stat` writes at most 256.
const LONGEST: usize = 1024;

/// Whether a text is short enough.
pub(super) fn is_short<E: Error>(text: &str) -> Result<(), E> {
    match text.len() <= LONGEST {
        true => Ok(()),
        false => Err(E::custom(format_args!("a name of over {LONGEST} bytes"))),
    }
}

/// Whether there is room for one more entry than this many.
pub(super) fn has_room<E: Error>(count: usize) -> Result<(), E> {
    match count < MOST {
        true => Ok(()),
        false => Err(E::custom(format_args!("more than {MOST} entries"))),
    }
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Bounded<Vec<T>> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<Vec<T>> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            has_room(list.len())?;
            list.push(entry);
        }
        Ok(list)
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<BTreeMap<String, String>> {
    type Value = BTreeMap<String, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Bounded<BTreeMap<String, String>> {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((name, value)) = entries.next_entry::<String, String>()? {
            has_room(map.len())?;
            [&name, &value].into_iter().try_for_each(|text| is_short(text))?;
            map.insert(name, value);
        }
        Ok(map)
    }
}
