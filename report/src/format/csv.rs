//! CSV (RFC 4180): a header, then a line for each record, each ended by CR and LF.
//!
//! The columns are those of the first record: its labels, then its fields in a record's order, and at
//! the end `quantiles`, `quantile_error` and `final`, which every table has, since records may get
//! them in the middle of a run. A later record with other columns (of another run, with other options)
//! has no place in the same table. Histogram, course and state are omitted. Only labels and channels
//! may need quotes: everything else is a number, a time, `true`, or the word for how quantiles were
//! found; a missing value is empty. A label that has the name of a field gets `label_` in front.

use std::borrow::Cow;
use std::io::Write as _;

use memchr::memchr2_iter;
use stage::format::record::{Field, Kind, Record, Value};

use crate::field_order::FieldOrder;
use crate::format::{Format, TextFormat};

/// Its row in the table of formats.
pub(crate) const FORMAT: Format = Format {
    name: "csv",
    help: "A header, and a line for each record (RFC 4180)",
    text: || Box::new(Csv::new()),
};

/// The columns so far.
#[derive(Debug)]
struct Csv {
    layout: FieldOrder,
    header: Option<Vec<String>>,
}

impl Csv {
    fn new() -> Csv {
        let has_place = |field: &Field| !matches!(field.kind, Kind::Structure);
        let layout = FieldOrder::new(&[], has_place, &["quantiles", "quantile_error", "final"]);
        Csv { layout, header: None }
    }

    /// The names of the columns for `record`.
    fn columns<'a>(&self, record: &'a Record) -> Vec<Cow<'a, str>> {
        let fields: Vec<Cow<str>> =
            self.layout.entries(record).map(|entry| entry.name.into()).collect();
        let mut columns: Vec<Cow<str>> = Vec::with_capacity(record.labels.len() + fields.len());
        for label in record.labels.keys() {
            let mut name = Cow::from(label);
            while fields.contains(&name) || columns.contains(&name) {
                name.to_mut().insert_str(0, "label_");
            }
            columns.push(name);
        }
        columns.extend(fields);
        columns
    }

    /// Whether these are the columns for `record`.
    fn are_columns(&self, header: &[String], record: &Record) -> bool {
        if !record.labels.is_empty() {
            return self.columns(record) == *header;
        }
        let mut names = header.iter();
        let mut entries = self.layout.entries(record);
        entries.all(|entry| names.next().is_some_and(|it| it == entry.name))
            && names.next().is_none()
    }
}

impl TextFormat for Csv {
    fn check(&self, record: &Record) -> Result<(), String> {
        if self.header.as_ref().is_none_or(|header| self.are_columns(header, record)) {
            return Ok(());
        }
        let names = self.columns(record).join(",");
        Err(format!("other fields than the first record's: {}", names.escape_debug()))
    }

    fn print(&mut self, record: &Record, _line: &[u8], _completes_group: bool, text: &mut Vec<u8>) {
        if self.header.is_none() {
            let header = self.columns(record).into_iter().map(Cow::into_owned).collect();
            line(self.header.insert(header), text);
        }
        let mut row = CsvRow { text, is_empty: true };
        record.labels.values().for_each(|label| row.text(label));
        self.layout.entries(record).for_each(|entry| row.value(entry.value));
        row.end();
    }

    fn records_in(&self, text: &[u8]) -> u64 {
        let mut header = Vec::new();
        line(self.header.as_deref().unwrap_or_default(), &mut header);
        // No record looks like the header: `n` is a number.
        lines_in(text) - u64::from(text.starts_with(&header))
    }
}

/// Line ends outside quotes.
fn lines_in(text: &[u8]) -> u64 {
    let mut is_quoted = false;
    let ends = memchr2_iter(b'\n', b'"', text).filter(|at| {
        is_quoted ^= text[*at] == b'"';
        text[*at] == b'\n' && !is_quoted
    });
    ends.count() as u64
}

fn line(cells: &[String], text: &mut Vec<u8>) {
    let mut row = CsvRow { text, is_empty: true };
    cells.iter().for_each(|cell| row.text(cell));
    row.end();
}

/// A line that is being written.
struct CsvRow<'a> {
    text: &'a mut Vec<u8>,
    is_empty: bool,
}

impl CsvRow<'_> {
    fn separate(&mut self) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.text.push(b',');
        }
    }

    /// Appends a cell, in quotes only where its characters ask for them.
    fn text(&mut self, cell: &str) {
        self.separate();
        match cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
            true => self.text.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes()),
            false => self.text.extend_from_slice(cell.as_bytes()),
        }
    }

    /// Appends a value as a cell; a missing one is an empty cell.
    fn value(&mut self, value: Value<'_>) {
        match value {
            Value::Word(Some(word)) => return self.text(word),
            Value::Flag(true) => return self.text("true"),
            _ => self.separate(),
        }
        // Writing to memory does not fail.
        let _ = match value {
            Value::Count(Some(count)) => write!(self.text, "{count}"),
            Value::Number(Some(number)) => write!(self.text, "{number}"),
            Value::Time(Some(time)) => write!(self.text, "{time}"),
            _ => Ok(()),
        };
    }

    fn end(self) {
        self.text.extend_from_slice(b"\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = r#"{"n":1,"rejected":0,"last":57,"sum":57,"mean":57,"sd":null,"min":57,"max":57,"p50":57,"quantiles":"exact","histogram":[[0,100,1]]}"#;

    fn record(text: &str) -> Record {
        Record::parse(text.as_bytes()).unwrap()
    }

    fn print(csv: &mut Csv, record: &Record, text: &mut Vec<u8>) -> Result<(), String> {
        csv.check(record)?;
        csv.print(record, b"", true, text);
        Ok(())
    }

    #[test]
    fn the_header_comes_first_and_once() {
        let (mut csv, mut text) = (Csv::new(), Vec::new());
        print(&mut csv, &record(FIRST), &mut text).unwrap();
        let last = FIRST
            .replace("\"n\":1", "\"n\":2")
            .replace("\"quantiles\"", "\"final\":true,\"quantiles\"");
        print(&mut csv, &record(&last), &mut text).unwrap();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "n,rejected,last,sum,mean,sd,min,max,p50,quantiles,quantile_error,final\r\n\
             1,0,57,57,57,,57,57,57,exact,,\r\n\
             2,0,57,57,57,,57,57,57,exact,,true\r\n"
        );
    }

    #[test]
    fn a_record_with_other_fields_has_no_place() {
        let (mut csv, mut text) = (Csv::new(), Vec::new());
        print(&mut csv, &record(FIRST), &mut text).unwrap();
        let error = print(&mut csv, &record(&FIRST.replace("p50", "p99")), &mut text).unwrap_err();
        let names = "n,rejected,last,sum,mean,sd,min,max,p99,quantiles,quantile_error,final";
        assert_eq!(error, format!("other fields than the first record's: {names}"));
        assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 2);
    }

    #[test]
    fn quantiles_may_become_approximate() {
        let (mut csv, mut text) = (Csv::new(), Vec::new());
        print(&mut csv, &record(FIRST), &mut text).unwrap();
        let later = FIRST.replace("\"exact\"", "\"approximate\",\"quantile_error\":0.0005");
        print(&mut csv, &record(&later), &mut text).unwrap();
        assert!(text.ends_with(b"57,approximate,0.0005,\r\n"), "{text:?}");
    }

    #[test]
    fn a_table_has_the_channels_and_times_of_its_rows() {
        let of_table = FIRST
            .replace("{\"n\"", "{\"channel\":\"temp [°C]\",\"labels\":{\"site\":\"roof\"},\"n\"")
            .replace(
                "\"rejected\":0",
                "\"missing\":2,\"rejected\":0,\"start\":\"2023-11-14T22:13:20.5Z\",\"end\":null",
            );
        let (mut csv, mut text) = (Csv::new(), Vec::new());
        print(&mut csv, &record(&of_table), &mut text).unwrap();
        let foreign = of_table.replace("temp [°C]", "a,\\n");
        print(&mut csv, &record(&foreign), &mut text).unwrap();
        print(&mut csv, &record(FIRST), &mut text).unwrap_err();
        assert_eq!(
            String::from_utf8_lossy(&text),
            "site,channel,n,missing,rejected,start,end,last,sum,mean,sd,min,max,p50,quantiles,\
             quantile_error,final\r\n\
             roof,temp [°C],1,2,0,2023-11-14T22:13:20.5Z,,57,57,57,,57,57,57,exact,,\r\n\
             roof,\"a,\n\",1,2,0,2023-11-14T22:13:20.5Z,,57,57,57,,57,57,57,exact,,\r\n"
        );
        assert_eq!(csv.records_in(&text), 2);
    }

    #[test]
    fn labels_come_first_and_are_quoted_where_they_must_be() {
        let labels = r#"{"labels":{"a,b":"x\ny","n":"5 \"in\"","site":"roof"},"n""#;
        let (mut csv, mut text) = (Csv::new(), Vec::new());
        print(&mut csv, &record(&FIRST.replace("{\"n\"", labels)), &mut text).unwrap();
        let expected = "\"a,b\",label_n,site,n,rejected,last,sum,mean,sd,min,max,p50,quantiles,\
                        quantile_error,final\r\n\
                        \"x\ny\",\"5 \"\"in\"\"\",roof,1,0,57,57,57,,57,57,57,exact,,\r\n";
        assert_eq!(String::from_utf8_lossy(&text), expected);
        assert_eq!(csv.records_in(&text), 1);
        assert_eq!(csv.records_in(&text[..text.len() - 1]), 0);
        assert_eq!(csv.records_in(&text[..20]), 0);
        print(&mut csv, &record(&FIRST.replace("{\"n\"", labels)), &mut text).unwrap();
        assert_eq!(csv.records_in(&text), 2);
    }
}
