//! The newest record that covers samples: what is judged, drawn and kept, and what stays.
//!
//! A record without samples, such as that of a last window in which nothing came but rejected lines,
//! says nothing about them: an alarm that holds goes on to hold, and a picture is not emptied.

use stage::record::Record;

/// The newest record, and how many samples there were by then.
#[derive(Debug, Default)]
pub struct Newest {
    record: Option<Record>,
    /// Samples so far, in the record or before its window.
    pub samples: u64,
}

impl Newest {
    /// Takes a record. Of one without samples, after others, only what is about the whole stream is
    /// taken over.
    pub fn take(&mut self, record: Record) {
        let number = record.window.map_or(Some(record.n), |window| window.to);
        match &mut self.record {
            Some(newest) if record.n == 0 && newest.n > 0 => {
                newest.rejected = record.rejected;
                newest.is_final = record.is_final;
                newest.course = record.course.or(newest.course.take());
            }
            newest => {
                self.samples = number.unwrap_or(self.samples);
                *newest = Some(record);
            }
        }
    }

    /// The newest record, if one has come.
    pub fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(n: u64, rest: &str) -> Record {
        let value = if n == 0 { "null" } else { "24" };
        let text = format!(
            r#"{{"n":{n},"last":{value},"sum":{value},"mean":{value},"sd":null,"min":{value},"max":{value},{rest}}}"#
        );
        Record::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_record_without_samples_changes_only_what_is_about_the_whole_stream() {
        let mut newest = Newest::default();
        newest.take(record(0, r#""rejected":1"#));
        assert_eq!(newest.record().unwrap().rejected, 1, "there is no other");
        newest.take(record(10, r#""rejected":1,"from":11,"to":20"#));
        let last = r#""rejected":3,"from":null,"to":null,"final":true,"course":[[1,2,3,4]]"#;
        newest.take(record(0, last));
        let shown = newest.record().unwrap();
        assert_eq!((shown.n, shown.rejected, shown.is_final), (10, 3, true));
        assert_eq!(shown.max.as_ref().map(ToString::to_string).as_deref(), Some("24"));
        assert_eq!(shown.window.and_then(|window| window.to), Some(20));
        assert_eq!(shown.course.as_ref().map(Vec::len), Some(1));
        assert_eq!(newest.samples, 20);
        newest.take(record(3, r#""rejected":3,"from":21,"to":23"#));
        assert_eq!((newest.record().unwrap().n, newest.samples), (3, 23));
    }
}
