//! The plain format: one line a record, for files, pagers and people.
//!
//! Labels come first, each as `NAME=VALUE`; then names and values, two blanks in between.

use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Figure, Record, Window};

use crate::digits;
use crate::labels;

/// Appends `record` to `text`, without a line feed.
pub fn print(record: &Record, text: &mut Vec<u8>) {
    let shown = digits::shown(record);
    let mut words = labels::words(&record.labels);
    words.extend(fields(&shown).into_iter().map(|(name, value)| format!("{name} {value}")));
    text.extend_from_slice(words.join("  ").as_bytes());
}

/// Each field's name and value.
fn fields(shown: &Record) -> Vec<(&str, String)> {
    let number = |number: Option<u64>| number.map_or("-".to_owned(), |it| it.to_string());
    let mut fields: Vec<(&str, String)> = Vec::new();
    if let Some(Window { from, to }) = shown.window {
        fields.extend([("from", number(from)), ("to", number(to))]);
    }
    let n = if shown.window.is_some() { "n in window" } else { "n" };
    fields.extend([
        (n, shown.n.to_string()),
        ("sum", decimal(&shown.sum)),
        ("mean", decimal(&shown.mean)),
        ("sd", decimal(&shown.sd)),
        ("min", decimal(&shown.min)),
        ("max", decimal(&shown.max)),
    ]);
    fields.extend(shown.quantiles.iter().map(figure));
    if shown.exactness == Some(Exactness::Approximate) {
        fields.push(("quantiles", Exactness::Approximate.name().to_owned()));
        let error = shown.quantile_error.as_ref();
        fields.extend(error.map(|error| ("quantile_error", error.to_string())));
    }
    fields.extend(shown.more.iter().map(figure));
    fields.push(("last", decimal(&shown.last)));
    if shown.rejected > 0 {
        fields.push(("rejected", shown.rejected.to_string()));
    }
    fields
}

fn figure(figure: &Figure) -> (&str, String) {
    (&figure.name, decimal(&figure.value))
}

fn decimal(number: &Option<Decimal>) -> String {
    number.as_ref().map_or("-".to_owned(), Decimal::to_string)
}
