//! The record: what `stat` sends to `report`, one JSON object a line.
//!
//! Another field in the record: add it here, fill it in in `stat::accumulator`, and show it in
//! `report::format` (`json` shows every field as it is). Fields come in the order in which they
//! are declared. One that older records lack is not to be required when reading.

use serde::{Deserialize, Deserializer, Serialize};

use crate::decimal::Decimal;

/// Running statistics of the samples so far. The numbers are null while there are no samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(expecting = "an object")]
pub struct Record {
    /// Samples covered.
    pub n: u64,
    /// Lines that were not a sample, so far.
    pub rejected: u64,
    /// The newest sample.
    #[serde(deserialize_with = "present")]
    pub last: Option<Decimal>,
    /// The exact sum.
    #[serde(deserialize_with = "present")]
    pub sum: Option<Decimal>,
    /// The double nearest to the true mean.
    #[serde(deserialize_with = "present")]
    pub mean: Option<Decimal>,
    /// The double nearest to the true sample standard deviation (n−1); null below two samples.
    #[serde(deserialize_with = "present")]
    pub sd: Option<Decimal>,
    /// The least sample.
    #[serde(deserialize_with = "present")]
    pub min: Option<Decimal>,
    /// The greatest sample.
    #[serde(deserialize_with = "present")]
    pub max: Option<Decimal>,
    /// Whether this is the last record.
    #[serde(default, rename = "final", skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
}

/// A field that may be null but not absent. (Without this, serde takes absent for null.)
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    Option::deserialize(deserializer)
}

impl Record {
    /// Reads one line; the error names what is wrong or missing.
    pub fn parse(line: &[u8]) -> Result<Record, serde_json::Error> {
        serde_json::from_slice(line)
    }

    /// Appends the record, as one line, to `text`.
    pub fn print(&self, text: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        serde_json::to_writer(&mut *text, self)?;
        text.push(b'\n');
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "{\"n\":2,\"rejected\":0,\"last\":0.3,\"sum\":0.4,\"mean\":0.2,\
                        \"sd\":0.1414213562373095,\"min\":0.1,\"max\":0.3,\"final\":true}\n";

    #[test]
    fn a_record_is_one_line_and_reads_back() {
        let record = Record::parse(LINE.as_bytes()).unwrap();
        assert_eq!(record.n, 2);
        assert_eq!(record.sum, Some(Decimal::new(4, 1)));
        assert!(record.is_final);
        let mut text = Vec::new();
        record.print(&mut text).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), LINE);
    }

    #[test]
    fn a_sum_may_be_larger_than_any_sample() {
        let line = LINE.replace("\"sum\":0.4", "\"sum\":3.5e308");
        assert_eq!(Record::parse(line.as_bytes()).unwrap().sum.unwrap().to_string(), "3.5e308");
    }

    #[test]
    fn fields_of_later_versions_are_ignored_and_missing_ones_named() {
        let later = LINE.replace("\"n\":2", "\"n\":2,\"p50\":0.1,\"more\":{\"deep\":[1]}");
        assert!(Record::parse(later.as_bytes()).is_ok());
        let error = Record::parse(LINE.replace("\"sd\"", "\"ds\"").as_bytes()).unwrap_err();
        assert!(error.to_string().starts_with("missing field `sd`"), "{error}");
    }
}
