//! CSV (RFC 4180): a header, then a line for each record, each ended by CR and LF.
//!
//! The columns are those of the first record, in the order of a record's fields; a later record
//! with others (of another run, with other options) has no place in the same table. The histogram
//! and the state are left out. No value needs quoting: they are numbers, `true`, and the words for
//! how quantiles were found; one that does not exist is empty.

use stage::decimal::Decimal;
use stage::record::{Record, Window};

/// How every header begins, and no record's line.
pub const HEADER: &[u8] = b"n,rejected,";

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
                return Err(format!("other fields than the first record's: {}", names.join(",")));
            }
            Some(_) => {}
        }
        line(&values, text);
        Ok(())
    }
}

fn line(cells: &[String], text: &mut Vec<u8>) {
    text.extend_from_slice(cells.join(",").as_bytes());
    text.extend_from_slice(b"\r\n");
}

/// Each column's name and value.
fn cells(record: &Record) -> Vec<(String, String)> {
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
            "n,rejected,last,sum,mean,sd,min,max,p50,quantiles,final\r\n\
             1,0,57,57,57,,57,57,57,exact,\r\n\
             2,0,57,57,57,,57,57,57,exact,true\r\n"
        );
    }

    #[test]
    fn a_record_with_other_fields_has_no_place() {
        let (mut csv, mut text) = (Csv::default(), Vec::new());
        csv.print(&record(FIRST), &mut text).unwrap();
        let error = csv.print(&record(&FIRST.replace("p50", "p99")), &mut text).unwrap_err();
        let names = "n,rejected,last,sum,mean,sd,min,max,p99,quantiles,final";
        assert_eq!(error, format!("other fields than the first record's: {names}"));
        assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 2);
    }
}
