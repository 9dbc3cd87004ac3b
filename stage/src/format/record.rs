//! The record: what `stat` sends to `report`, one JSON object a line.
//!
//! | module | owns |
//! |---|---|
//! | `field` | what a field is: its kind, which records have it, how to get its value |
//! | `field::table` | [`Record`] and **its fields: a new one is added there** |
//! | `parts` | windows, bins, stretches, and how exact quantiles are |
//! | `json` | reading; `bounded`: lists of bounded length |
//! | `print` | writing |

mod bounded;
mod field;
mod json;
mod parts;
mod print;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

pub use self::field::{Estimate, FIELDS, Field, FieldEntry, Kind, Presence, Record, Value};
pub use self::parts::{Bin, Exactness, Figure, Stretch, Times, Window};
use crate::process::message::explained;

/// Bytes of the longest record that is written or read. The largest state of samples that were
/// counted in one go (65,536 values of over 700 digits each) has 47 MB.
pub const MAX_RECORD: usize = 64 << 20;

/// Labels that the metrics already use, that Prometheus takes for parts of a histogram, or that it sets
/// itself.
pub const RESERVED_LABELS: [&str; 5] = ["q", "quantile", "le", "job", "instance"];

/// Whether this is the name of a field, of this version or a later one. No label may have it,
/// since it becomes a column beside them.
pub fn is_field(name: &str) -> bool {
    Field::named(name).is_some()
}

impl Record {
    /// Reads one line; the error names what is wrong or missing.
    pub fn parse(line: &[u8]) -> Result<Record, serde_json::Error> {
        // serde_json does not check values that it skips for UTF-8.
        let text = str::from_utf8(line).map_err(|_| serde_json::Error::custom("not UTF-8"))?;
        serde_json::from_str(text)
    }
}

/// The same line with another number of rejections. A line that is not a record stays as it is.
pub fn with_rejected(line: &[u8], rejected: u64) -> Cow<'_, [u8]> {
    let Ok(Rejected { rejected: old }) = serde_json::from_slice(line) else { return line.into() };
    let at = old.get().as_ptr().addr() - line.as_ptr().addr();
    let behind = &line[at + old.get().len()..];
    [&line[..at], rejected.to_string().as_bytes(), behind].concat().into()
}

/// The text of one field of a record.
#[derive(Deserialize)]
struct Rejected<'a> {
    #[serde(borrow)]
    rejected: &'a RawValue,
}

/// What is wrong, without the position that serde_json adds: the caller reports the line's number.
pub fn reason(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "it ends too early".to_owned();
    }
    let text = error.to_string();
    explained(text.rfind(" at line ").map_or(&text, |at| &text[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::decimal::Decimal;

    const LINE: &str = "{\"n\":2,\"rejected\":0,\"last\":0.3,\"sum\":0.4,\"mean\":0.2,\
                        \"sd\":0.1414213562373095,\"min\":0.1,\"max\":0.3,\"p50\":0.1,\"p99.9\":0.3,\
                        \"quantiles\":\"exact\",\"final\":true}\n";

    #[test]
    fn a_line_gets_another_number_of_rejections_and_nothing_else_changes() {
        let with = |line: &str, rejected| {
            String::from_utf8(with_rejected(line.as_bytes(), rejected).into_owned()).unwrap()
        };
        let line = r#"{"labels":{"rejected":"5"}, "n":1,"rejected" : 5 ,"other":{"rejected":5}}"#;
        assert_eq!(with(line, 17), line.replace(": 5 ", ": 17 "));
        assert_eq!(with("{\"n\":1}", 17), "{\"n\":1}");
    }

    fn printed(record: &Record) -> String {
        let mut text = Vec::new();
        record.print(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_record_is_one_line_and_reads_back() {
        let record = Record::parse(LINE.as_bytes()).unwrap();
        assert_eq!(record.n, 2);
        assert_eq!(record.sum, Some(Decimal::new(4, 1)));
        let names: Vec<&str> = record.quantiles.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["p50", "p99.9"]);
        assert!(record.is_final);
        assert_eq!(printed(&record), LINE);
    }

    #[test]
    fn everything_that_may_be_asked_for_reads_back() {
        let line = LINE
            .replace("{\"n\"", "{\"labels\":{\"site\":\"a \\\"b\\\"\",\"unit\":\"°C\"},\"n\"")
            .replace("\"last\"", "\"from\":11,\"to\":12,\"last\"")
            .replace("\"exact\"", "\"approximate\",\"quantile_error\":0.0005")
            .replace(
                ",\"final\"",
                ",\"var\":0.02,\"skew\":null,\"histogram\":[[0,0.2,1],[0.2,0.4,1]],\
                 \"course\":[[1,0.1,0.1,0.1],[2,0.3,0.3,0.3]],\"final\"",
            );
        assert_eq!(printed(&Record::parse(line.as_bytes()).unwrap()), line);
        let empty = line.replace("\"from\":11,\"to\":12", "\"from\":null,\"to\":null");
        assert_eq!(printed(&Record::parse(empty.as_bytes()).unwrap()), empty);
    }

    #[test]
    fn the_fields_of_a_table_read_back() {
        let line = LINE
            .replace("{\"n\":2", "{\"channel\":\"temp [°C]\",\"n\":2,\"missing\":1")
            .replace(
                "\"last\"",
                "\"start\":\"2023-11-14T22:13:20.00005Z\",\"end\":\"2023-11-14T23:00:00Z\",\"last\"",
            );
        let record = Record::parse(line.as_bytes()).unwrap();
        assert_eq!(printed(&record), line);
        let empty = line.replace("\"2023-11-14T23:00:00Z\"", "null");
        assert_eq!(printed(&Record::parse(empty.as_bytes()).unwrap()), empty);
        let wrong = line.replace("23:00:00Z", "24:00:00Z");
        let why = reason(&Record::parse(wrong.as_bytes()).unwrap_err());
        assert_eq!(why, "not a time in RFC 3339: \"2023-11-14T24:00:00Z\"");
    }

    #[test]
    fn text_from_inside_a_value_is_escaped_and_cut() {
        let told = |value: &str| {
            let line = LINE.replace("\"sum\":0.4", &format!("\"sum\":{value}"));
            reason(&Record::parse(line.as_bytes()).unwrap_err())
        };
        assert_eq!(told("\"a\u{9b}2J\u{7f}\""), r#"not a number: "a\u{9b}2J\u{7f}""#);
        let long = told(&format!("\"{}\"", "7".repeat(1 << 20)));
        assert_eq!(long, format!("not a number: \"{}…{}\"", "7".repeat(45), "7".repeat(59)));
        let line = LINE.replace("\"n\":2", &format!("\"n\":\"{}\"", "7".repeat(1 << 20)));
        let long = reason(&Record::parse(line.as_bytes()).unwrap_err());
        assert!(
            long.starts_with("invalid type: string \"777") && long.ends_with("7\", expected u64")
        );
        assert!(long.chars().count() < 200, "{long}");
    }

    #[test]
    fn a_sum_may_be_larger_than_any_sample() {
        let line = LINE.replace("\"sum\":0.4", "\"sum\":3.5e308");
        assert_eq!(Record::parse(line.as_bytes()).unwrap().sum.unwrap().to_string(), "3.5e308");
    }

    #[test]
    fn what_has_more_entries_than_any_stat_writes_is_not_a_record() {
        let with = |count: usize| {
            let list = |entry: &str| vec![entry; count].join(",");
            let labels = (0..count).map(|at| format!("\"l{at}\":\"\"")).collect::<Vec<_>>();
            let quantiles = (0..count).map(|at| format!("\"p0.{at:05}1\":1")).collect::<Vec<_>>();
            [
                format!("\"labels\":{{{}}}", labels.join(",")),
                format!("\"histogram\":[{}]", list("[0,1,1]")),
                format!("\"course\":[{}]", list("[1,0,1,2]")),
                quantiles.join(","),
            ]
            .map(|field| LINE.replace("\"p50\":0.1,\"p99.9\":0.3", &field))
        };
        for line in with(bounded::MOST) {
            assert!(Record::parse(line.as_bytes()).is_ok(), "{line:.200}");
        }
        for line in with(bounded::MOST + 1) {
            let error = Record::parse(line.as_bytes()).unwrap_err();
            assert_eq!(reason(&error), "more than 10000 entries", "{line:.200}");
        }
        let long = "x".repeat(1025);
        for field in [format!("\"channel\":\"{long}\""), format!("\"labels\":{{\"a\":\"{long}\"}}")]
        {
            let line = LINE.replace("{\"n\"", &format!("{{{field},\"n\""));
            let error = Record::parse(line.as_bytes()).unwrap_err();
            assert_eq!(reason(&error), "a name of over 1024 bytes");
        }
    }

    #[test]
    fn fields_of_later_versions_are_ignored_and_missing_ones_named() {
        let later = LINE.replace("\"n\":2", "\"n\":2,\"px\":\"x\",\"more\":{\"deep\":[1]}");
        assert_eq!(printed(&Record::parse(later.as_bytes()).unwrap()), LINE);
        let error = Record::parse(LINE.replace("\"sd\"", "\"ds\"").as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("missing field `sd`"), "{error}");
        let error = Record::parse(LINE.replace("\"n\":2", "\"n\":2,\"n\":3").as_bytes());
        assert!(error.unwrap_err().to_string().starts_with("duplicate field `n`"));
        let error =
            Record::parse(&[&LINE.as_bytes()[..LINE.len() - 2], b",\"x\":\"\xff\"}"].concat());
        assert_eq!(error.unwrap_err().to_string(), "not UTF-8");
        for (field, name) in
            [("\"p5e1\":1", "p5e1"), ("\"p99.9\":1", "p99.9"), ("\"var\":1,\"var\":1", "var")]
        {
            let line = LINE.replace("\"final\"", &format!("{field},\"final\""));
            let error = Record::parse(line.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("duplicate field `{name}`")), "{error}");
        }
        let several = LINE.replace("\"sd\"", "\"ds\"").replace("\"n\"", "\"N\"");
        let error = Record::parse(several.replace("\"max\"", "\"x\"").as_bytes()).unwrap_err();
        assert_eq!(reason(&error), "missing fields `n`, `sd`, `max`");
        for (wrong, reason) in [
            ("[1,2]", "invalid type: sequence, expected an object"),
            ("1", "invalid type: integer `1`, expected an object"),
        ] {
            let error = Record::parse(wrong.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
