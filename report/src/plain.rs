//! The plain format: one line a record, for files, pagers and people.

use stage::decimal::Decimal;
use stage::record::{EXACT, Exactness, Record, Window};

use crate::number::significant;

/// Appends `record` to `text`, without a line feed.
pub fn print(record: &Record, text: &mut Vec<u8>) {
    let number = |number: Option<u64>| number.map_or("-".to_owned(), |it| it.to_string());
    let exact =
        |number: &Option<Decimal>| number.as_ref().map_or("-".to_owned(), Decimal::to_string);
    let rounded = |number: &Option<Decimal>| number.as_ref().map_or("-".to_owned(), significant);
    let mut fields: Vec<(&str, String)> = Vec::new();
    if let Some(Window { from, to }) = record.window {
        fields.extend([("from", number(from)), ("to", number(to))]);
    }
    fields.extend([
        ("n", record.n.to_string()),
        ("sum", exact(&record.sum)),
        ("mean", rounded(&record.mean)),
        ("sd", rounded(&record.sd)),
        ("min", exact(&record.min)),
        ("max", exact(&record.max)),
    ]);
    fields.extend(record.quantiles.iter().map(|it| (it.name.as_str(), exact(&it.value))));
    if record.exactness == Some(Exactness::Approximate) {
        fields.push(("quantiles", Exactness::Approximate.name().to_owned()));
    }
    fields.extend(record.more.iter().map(|it| {
        let value = if EXACT.contains(&it.name.as_str()) { exact } else { rounded };
        (it.name.as_str(), value(&it.value))
    }));
    fields.push(("last", exact(&record.last)));
    if record.rejected > 0 {
        fields.push(("rejected", record.rejected.to_string()));
    }
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name} {value}")).collect();
    text.extend_from_slice(fields.join("  ").as_bytes());
}
