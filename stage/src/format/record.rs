//! The record: what `stat` sends to `report`, one JSON object a line.
//!
//! To add a field:
//!
//! - A number that only some records have is a [`Figure`]. It needs its name in [`MORE`] (and in
//!   [`EXACT`], if it is exact), its value in `stat::accumulator::record`, its help in `report::openmetrics`,
//!   and, unless it is exact, its standard error in `report::digits`. Every format then shows it, but
//!   for the picture, and conditions can be about it.
//! - Anything else needs its name in `FIELDS`, so that no label takes it, a place in [`Record`],
//!   reading and writing in `json` (and among the fields that must be there, if it is in every record),
//!   and a value in `stat::accumulator::record`. In `report` it needs its digits in `digits::shown`, which
//!   hands on nothing that it does not know; a place in `plain`, `csv`, `openmetrics`,
//!   `live::panel::figures` and `svg::figures` (`--format json` passes every field on); in `condition`,
//!   if a condition can be about it; and in `newest`, if a record without samples says something new
//!   of it.
//! - Either is described in the README's table of fields and in `stat --help`.

mod json;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use crate::format::decimal::Decimal;
use crate::process::message::explained;

/// Bytes of the longest record that is written or read. The largest state of samples that were
/// counted in one go (65,536 values of over 700 digits each) has 47 MB.
pub const MAX_RECORD: usize = 64 << 20;

/// The figures behind `stat --more`, in their order.
pub const MORE: [&str; 7] = ["var", "rms", "range", "mode", "skew", "kurtosis", "autocorrelation"];

/// Those of [`MORE`] that are exact decimals; the others are doubles.
pub const EXACT: [&str; 2] = ["range", "mode"];

/// The other fields' names that are fixed: no label may be called like a field, since it becomes a
/// column beside them. (`channel`, `start`, `end` and `missing` are kept free.)
const FIELDS: [&str; 20] = [
    "channel",
    "labels",
    "n",
    "missing",
    "rejected",
    "from",
    "to",
    "start",
    "end",
    "last",
    "sum",
    "mean",
    "sd",
    "min",
    "max",
    "quantiles",
    "quantile_error",
    "histogram",
    "course",
    "final",
];

/// Labels that metrics have already, or that Prometheus takes for parts of a histogram, or gives
/// itself.
pub const RESERVED_LABELS: [&str; 5] = ["q", "quantile", "le", "job", "instance"];

/// Whether a record can have a field of this name.
pub fn is_field(name: &str) -> bool {
    FIELDS.contains(&name) || MORE.contains(&name) || name == "state" || json::is_quantile(name)
}

/// Statistics of the samples so far, or of a window. The numbers are null while there are no
/// samples.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// What tells these samples from others, by `stat --label`: values by their names.
    pub labels: BTreeMap<String, String>,
    /// Samples covered.
    pub n: u64,
    /// Lines that were not a sample, so far.
    pub rejected: u64,
    /// Which samples are covered, where not all are.
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
    /// How the quantiles were found; records of other programs may not tell.
    pub exactness: Option<Exactness>,
    /// How far any of the quantiles is from the sample of its rank, at most; absent while they are
    /// exact.
    pub quantile_error: Option<Decimal>,
    /// Those of [`MORE`] that were asked for.
    pub more: Vec<Figure>,
    /// How many samples lie where.
    pub histogram: Option<Vec<Bin>>,
    /// The stream from its first sample to its last, in stretches; in the last record only.
    pub course: Option<Vec<Stretch>>,
    /// Whether this is the last record.
    pub is_final: bool,
    /// What `stat --merge` needs to go on from here. Not kept when a record is read: `report`
    /// has no use for it.
    pub state: Option<Box<RawValue>>,
}

/// The numbers of a window's samples, from 1; null in an empty window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The number of its first sample.
    pub from: Option<u64>,
    /// The number of its last sample.
    pub to: Option<u64>,
}

/// A number with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// The field's name, such as `p99.9` or `skew`.
    pub name: String,
    /// Null where it has no value.
    pub value: Option<Decimal>,
}

/// How quantiles were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exactness {
    /// Every value was counted.
    Exact,
    /// There were too many distinct values; quantiles are near the sample of their rank, as near as
    /// `quantile_error` says.
    Approximate,
}

impl Exactness {
    /// The field's text.
    pub fn name(self) -> &'static str {
        match self {
            Exactness::Exact => "exact",
            Exactness::Approximate => "approximate",
        }
    }
}

/// Samples x of a histogram with `low` ≤ x < `high`; in the last bin, x = `high` as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bin {
    /// The lower limit.
    pub low: Decimal,
    /// The upper limit.
    pub high: Decimal,
    /// Samples in between.
    pub count: u64,
}

/// Samples that follow each other: those of a part of the stream's [`Record::course`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the first of them, from 1.
    pub first: u64,
    /// The least of them.
    pub min: Decimal,
    /// The double nearest to their mean.
    pub mean: Decimal,
    /// The greatest of them.
    pub max: Decimal,
}

impl Record {
    /// Reads one line; the error names what is wrong or missing.
    pub fn parse(line: &[u8]) -> Result<Record, serde_json::Error> {
        // Of what it ignores, serde_json does not look whether it is text.
        let text = str::from_utf8(line).map_err(|_| serde_json::Error::custom("not UTF-8"))?;
        serde_json::from_str(text)
    }

    /// Appends the record, as one line, to `text`.
    pub fn print(&self, text: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut *text, self)?;
        text.push(b'\n');
        Ok(())
    }
}

/// The same line with another number of rejections; what is no record stays as it is.
pub fn with_rejected(line: &[u8], rejected: u64) -> Cow<'_, [u8]> {
    let Ok(Rejected { rejected: old }) = serde_json::from_slice(line) else { return line.into() };
    let at = old.get().as_ptr().addr() - line.as_ptr().addr();
    let behind = &line[at + old.get().len()..];
    [&line[..at], rejected.to_string().as_bytes(), behind].concat().into()
}

/// The text of a record's one field.
#[derive(Deserialize)]
struct Rejected<'a> {
    #[serde(borrow)]
    rejected: &'a RawValue,
}

/// What is wrong, without the position that serde_json adds: the line's number is ours.
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

    #[test]
    fn a_line_gets_another_number_of_rejections_and_nothing_else_changes() {
        let with = |line: &str, rejected| {
            String::from_utf8(with_rejected(line.as_bytes(), rejected).into_owned()).unwrap()
        };
        let line = r#"{"labels":{"rejected":"5"}, "n":1,"rejected" : 5 ,"other":{"rejected":5}}"#;
        assert_eq!(with(line, 17), line.replace(": 5 ", ": 17 "));
        assert_eq!(with("{\"n\":1}", 17), "{\"n\":1}");
    }

    const LINE: &str = "{\"n\":2,\"rejected\":0,\"last\":0.3,\"sum\":0.4,\"mean\":0.2,\
                        \"sd\":0.1414213562373095,\"min\":0.1,\"max\":0.3,\"p50\":0.1,\"p99.9\":0.3,\
                        \"quantiles\":\"exact\",\"final\":true}\n";

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
