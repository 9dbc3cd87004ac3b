//! Which fields a view shows, and in which order.
//!
//! A view names those that come first and last; between them stand all others that it has a place
//! for, in the table's order. So a new field is shown without a change here.

use stage::format::record::{FIELDS, Field, FieldEntry, Record};

/// Fields in the order of a view.
#[derive(Clone, Debug)]
pub(crate) struct FieldOrder(Vec<&'static Field>);

impl FieldOrder {
    /// The fields called `first`, all others that have a place, and those called `last`.
    pub(crate) fn new(first: &[&str], has_place: fn(&Field) -> bool, last: &[&str]) -> FieldOrder {
        let named = |names: &[&str]| -> Vec<&'static Field> {
            let row = |name: &&str| FIELDS.iter().find(|field| field.name == *name);
            names.iter().filter_map(row).collect()
        };
        let is_other = |field: &&Field| ![first, last].concat().contains(&field.name);
        let others = FIELDS.iter().filter(is_other).filter(|field| has_place(field));
        FieldOrder(named(first).into_iter().chain(others).chain(named(last)).collect())
    }

    /// The fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static Field> {
        self.0.iter().copied()
    }

    /// What `record` has of them.
    pub(crate) fn entries<'a>(&self, record: &'a Record) -> impl Iterator<Item = FieldEntry<'a>> {
        self.fields().flat_map(|field| field.entries(record))
    }
}
