//! What a record looks like.
//!
//! A new report format: add it to [`Format`], where the command line finds it, and to
//! [`Format::print`], which is called for each record. One that has a header or needs to know
//! the records before keeps that in `crate::Report`.

use clap::ValueEnum;
use stage::decimal::Decimal;
use stage::record::{EXACT, Exactness, Record, Window};

/// Significant digits of rounded numbers in the plain format: enough to watch, few enough to
/// read. (`json` has them all.)
const DIGITS: usize = 6;

/// A form in which records are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One line a record; what is not exact, such as mean and sd, to six digits
    #[default]
    Plain,
    /// The records as they come, one JSON object a line
    Json,
}

impl Format {
    /// Appends `record`, which was read from `line`, to `text`.
    pub fn print(self, record: &Record, line: &[u8], text: &mut Vec<u8>) {
        match self {
            Format::Plain => print_plain(record, text),
            Format::Json => text.extend_from_slice(line.trim_ascii()),
        }
        text.push(b'\n');
    }
}

fn print_plain(record: &Record, text: &mut Vec<u8>) {
    let number = |number: Option<u64>| number.map_or("-".to_owned(), |it| it.to_string());
    let exact =
        |number: &Option<Decimal>| number.as_ref().map_or("-".to_owned(), Decimal::to_string);
    let rounded = |number: &Option<Decimal>| {
        number.as_ref().map_or("-".to_owned(), |it| significant(it.to_f64()))
    };
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

/// `value` to [`DIGITS`] significant digits, in the samples' canonical form.
fn significant(value: f64) -> String {
    let rounded = format!("{value:.*e}", DIGITS - 1);
    rounded.parse().ok().and_then(Decimal::shortest).map_or(rounded, |decimal| decimal.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_significant_and_trailing_zeros_are_not_shown() {
        for (value, text) in [
            (52.833333333333336, "52.8333"),
            (50.0, "50"),
            (0.1, "0.1"),
            (-123456789.0, "-123457000"),
            (1.23456789e-9, "0.00000000123457"),
            (1e300, "1e300"),
            (0.0, "0"),
        ] {
            assert_eq!(significant(value), text);
        }
    }
}
