//! CSV (RFC 4180): a header, then a line for each record, each ended by CR and LF.
//!
//! The columns are those of the first record: its labels, then its fields in a record's order, and
//! `quantile_error`, `quantiles` and `final` in any case, since they come to a record as it runs. A
//! later record with others (of another run, with other options) has no place in the same table.
//! Histogram, course and state are omitted. Only labels may need quotes: all else are numbers,
//! `true`, and the words for how quantiles were found; what does not exist is empty. A label that is
//! named like a field has `label_` before its name.

use memchr::memchr2_iter;
use stage::format::decimal::Decimal;
use stage::format::record::{Record, Window};

/// The columns so far.
#[derive(Debug, Default)]
pub struct Csv {
    header: Option<Vec<String>>,
}

impl Csv {
    /// Appends `record` to `text`, the first after the header; fails if it has other fields than
    /// the first.
    pub fn print(&mut self, record: &Record, text: &mut Vec<u8>) -> Result<(), String> {
        let (names, values): (Vec<String>, Vec<String>) = cells(record).into_iter().unzip();
        match &self.header {
            None => {
                line(&names, text);
                self.header = Some(names);
            }
            Some(header) if *header != names => {
                return Err(format!(
                    "other fields than the first record's: {}",
                    names.join(",").escape_debug()
                ));
            }
            Some(_) => {}
        }
        line(&values, text);
        Ok(())
    }

    /// How many records this beginning of what was printed shows whole.
    pub fn records_in(&self, text: &[u8]) -> u64 {
        let mut header = Vec::new();
        line(self.header.as_deref().unwrap_or_default(), &mut header);
        // No record has its columns' names for values: `n` is a number.
        lines_in(text) - u64::from(text.starts_with(&header))
    }
}

/// Line ends that are not part of a value in quotes.
fn lines_in(text: &[u8]) -> u64 {
    let mut is_quoted = false;
    let ends = memchr2_iter(b'\n', b'"', text).filter(|at| {
        is_quoted ^= text[*at] == b'"';
        text[*at] == b'\n' && !is_quoted
    });
    ends.count() as u64
}

fn line(cells: &[String], text: &mut Vec<u8>) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(b',');
        }
        // Quotes only where its characters ask for them.
        match cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
            true => text.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes()),
            false => text.extend_from_slice(cell.as_bytes()),
        }
    }
    text.extend_from_slice(b"\r\n");
}

/// Each column's name and value.
fn cells(record: &Record) -> Vec<(String, String)> {
    let fields = fields(record);
    if record.labels.is_empty() {
        return fields;
    }
    let mut cells: Vec<(String, String)> = Vec::with_capacity(record.labels.len() + fields.len());
    for (name, value) in &record.labels {
        let is_taken = |name: &str| fields.iter().any(|(field, _)| field == name);
        let mut name = name.clone();
        while is_taken(&name) || cells.iter().any(|(other, _)| *other == name) {
            name.insert_str(0, "label_");
        }
        cells.push((name, value.clone()));
    }
    cells.extend(fields);
    cells
}

fn fields(record: &Record) -> Vec<(String, String)> {
    let count = |number: Option<u64>| number.map(|it| it.to_string()).unwrap_or_default();
    let decimal =
        |number: &Option<Decimal>| number.as_ref().map(Decimal::to_string).unwrap_or_default();
    let mut cells = vec![
        ("n".to_owned(), record.n.to_string()),
        ("rejected".to_owned(), record.rejected.to_string()),
    ];
    if let Some(Window { from, to }) = record.window {
        cells.extend([("from".to_owned(), count(from)), ("to".to_owned(), count(to))]);
    }
    for (name, value) in [
        ("last", &record.last),
        ("sum", &record.sum),
        ("mean", &record.mean),
        ("sd", &record.sd),
        ("min", &record.min),
        ("max", &record.max),
    ] {
        cells.push((name.to_owned(), decimal(value)));
    }
    let figures = record.quantiles.iter().chain(&record.more);
    cells.extend(figures.map(|figure| (figure.name.clone(), decimal(&figure.value))));
    let exactness = record.exactness.map(|it| it.name().to_owned()).unwrap_or_default();
    cells.push(("quantiles".to_owned(), exactness));
    cells.push(("quantile_error".to_owned(), decimal(&record.quantile_error)));
    let is_final = if record.is_final { "true" } else { "" };
    cells.push(("final".to_owned(), is_final.to_owned()));
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"n":1,"rejected":0,"last":57,"sum":57,"mean":57,"sd":null,"min":57,"max":57,"p50":57,"quantiles":"exact","histogram":[[0,100,1]]}"#;

    fn record(text: &str) -> Record {
        Record::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_header_comes_first_and_once() {
        let (mut csv, mut text) = (Csv::default(), Vec::new());
        csv.print(&record(FIRST), &mut text).unwrap();
        let last = FIRST
            .replace("\"n\":1", "\"n\":2")
            .replace("\"quantiles\"", "\"final\":true,\"quantiles\"");
        csv.print(&record(&last), &mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "n,rejected,last,sum,mean,sd,min,max,p50,quantiles,quantile_error,final\r\n\
             1,0,57,57,57,,57,57,57,exact,,\r\n\
             2,0,57,57,57,,57,57,57,exact,,true\r\n"
        );
    }

    #[test]
    fn a_record_with_other_fields_has_no_place() {
        let (mut csv, mut text) = (Csv::default(), Vec::new());
        csv.print(&record(FIRST), &mut text).unwrap();
        let error = csv.print(&record(&FIRST.replace("p50", "p99")), &mut text).unwrap_err();
        let names = "n,rejected,last,sum,mean,sd,min,max,p99,quantiles,quantile_error,final";
        assert_eq!(error, format!("other fields than the first record's: {names}"));
        assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 2);
    }

    #[test]
    fn quantiles_may_become_approximate() {
        let (mut csv, mut text) = (Csv::default(), Vec::new());
        csv.print(&record(FIRST), &mut text).unwrap();
        let later = FIRST.replace("\"exact\"", "\"approximate\",\"quantile_error\":0.0005");
        csv.print(&record(&later), &mut text).unwrap();
        assert!(text.ends_with(b"57,approximate,0.0005,\r\n"), "{text:?}");
    }

    #[test]
    fn labels_come_first_and_are_quoted_where_they_must_be() {
        let labels = r#"{"labels":{"a,b":"x\ny","n":"5 \"in\"","site":"roof"},"n""#;
        let (mut csv, mut text) = (Csv::default(), Vec::new());
        csv.print(&record(&FIRST.replace("{\"n\"", labels)), &mut text).unwrap();
        let expected = "\"a,b\",label_n,site,n,rejected,last,sum,mean,sd,min,max,p50,quantiles,\
                        quantile_error,final\r\n\
                        \"x\ny\",\"5 \"\"in\"\"\",roof,1,0,57,57,57,,57,57,57,exact,,\r\n";
        assert_eq!(String::from_utf8_lossy(&text), expected);
        assert_eq!(csv.records_in(&text), 1);
        assert_eq!(csv.records_in(&text[..text.len() - 1]), 0);
        assert_eq!(csv.records_in(&text[..20]), 0);
        csv.print(&record(&FIRST.replace("{\"n\"", labels)), &mut text).unwrap();
        assert_eq!(csv.records_in(&text), 2);
    }
}
