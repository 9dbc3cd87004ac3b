//! Counts of consecutive bins or cells, as most are: `[FIRST, COUNT, COUNT, …]`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Counts of consecutive items, from the first on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Consecutive<T> {
    /// The first.
    pub first: T,
    /// Its count, and those of the items that follow it.
    pub counts: Vec<u64>,
}

impl<T> Consecutive<T> {
    /// Groups counts into lists; `follows` says whether the second of two items comes right after the
    /// first.
    pub(super) fn gather(
        counts: impl IntoIterator<Item = (T, u64)>,
        follows: impl Fn(&T, &T) -> bool,
    ) -> Vec<Consecutive<T>>
    where
        T: Clone,
    {
        let mut gathered: Vec<Consecutive<T>> = Vec::new();
        let mut before: Option<T> = None;
        for (item, count) in counts {
            match gathered.last_mut() {
                Some(last) if before.as_ref().is_some_and(|before| follows(before, &item)) => {
                    last.counts.push(count);
                }
                _ => gathered.push(Consecutive { first: item.clone(), counts: vec![count] }),
            }
            before = Some(item);
        }
        gathered
    }
}

impl<T: Serialize> Serialize for Consecutive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(1 + self.counts.len()))?;
        list.serialize_element(&self.first)?;
        self.counts.iter().try_for_each(|count| list.serialize_element(count))?;
        list.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Consecutive<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Consecutive<T>, D::Error> {
        deserializer.deserialize_seq(List(PhantomData))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Consecutive<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a first one and counts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Consecutive<T>, A::Error> {
        let first = list.next_element()?.ok_or_else(|| A::Error::custom("an empty list"))?;
        let mut counts = Vec::new();
        while let Some(count) = list.next_element()? {
            counts.push(count);
        }
        Ok(Consecutive { first, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consecutive_items_are_one_list() {
        let counts = [(-2, 7), (-1, 1), (0, 2), (5, 9)];
        let gathered = Consecutive::gather(counts, |a, b| a + 1 == *b);
        let text = serde_json::to_string(&gathered).unwrap();
        assert_eq!(text, "[[-2,7,1,2],[5,9]]");
        assert_eq!(serde_json::from_str::<Vec<Consecutive<i32>>>(&text).unwrap(), gathered);
        assert!(serde_json::from_str::<Consecutive<i32>>("[]").is_err());
    }
}
