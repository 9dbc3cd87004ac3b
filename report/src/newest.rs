//! The newest record of a channel that covers samples: the one that is judged, drawn and kept.
//!
//! A record without samples, such as that of a last window with nothing but rejected lines, says
//! nothing about them: it ends no alarm and empties no picture.

use stage::format::record::{Record, Window};

/// The newest record, and how many samples there were by then.
#[derive(Debug, Default)]
pub(crate) struct Newest {
    record: Option<Record>,
    /// The record that came last, if that is a different one, without samples.
    empty: Option<Record>,
    /// The number of the first window's first sample: `stat --first` counts from it.
    first: Option<u64>,
    /// Samples so far, in the record or before its window.
    pub(crate) samples: u64,
}

impl Newest {
    /// Takes a record. If it has no samples and others came before it, only its fields about the whole
    /// stream count.
    pub(crate) fn take(&mut self, record: Record) {
        let samples = self.samples_by(&record);
        match &mut self.record {
            Some(newest) if record.n == 0 && newest.n > 0 => {
                newest.rejected = record.rejected;
                newest.is_final = record.is_final;
                if record.course.is_some() {
                    newest.course.clone_from(&record.course);
                }
                self.empty = Some(record);
            }
            newest => {
                self.samples = samples;
                *newest = Some(record);
                self.empty = None;
            }
        }
    }

    /// Adds what `conv` has rejected since; if there is no record yet, to one without samples.
    pub(crate) fn reject(&mut self, count: u64) {
        let record = self.record.get_or_insert_default();
        record.rejected = record.rejected.saturating_add(count);
    }

    /// Samples by the end of `record`.
    fn samples_by(&mut self, record: &Record) -> u64 {
        match record.window {
            None => record.n,
            Some(Window { from: Some(from), to: Some(to) }) => {
                let first = *self.first.get_or_insert(from);
                to.saturating_sub(first).saturating_add(1)
            }
            Some(_) => self.samples,
        }
    }

    /// The record that came last, as it came.
    pub(crate) fn arrived(&self) -> Option<&Record> {
        self.empty.as_ref().or(self.record.as_ref())
    }

    /// The newest record, if one has come.
    pub(crate) fn record(&self) -> Option<&Record> {
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
        newest.take(record(10, r#""rejected":1,"from":1,"to":10"#));
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

    #[test]
    fn what_conv_rejects_is_added_even_if_there_is_no_record() {
        let mut newest = Newest::default();
        newest.reject(2);
        let shown = newest.record().unwrap();
        assert_eq!((shown.n, shown.rejected, newest.samples), (0, 2, 0));
        newest.take(record(10, r#""rejected":3,"from":1,"to":10"#));
        newest.reject(1);
        let shown = newest.record().unwrap();
        assert_eq!((shown.n, shown.rejected, newest.samples), (10, 4, 10));
        newest.take(record(10, &format!(r#""rejected":{}"#, u64::MAX)));
        newest.reject(1);
        assert_eq!(newest.record().unwrap().rejected, u64::MAX);
    }

    #[test]
    fn samples_are_counted_from_the_first_whatever_number_it_has() {
        let mut newest = Newest::default();
        newest.take(record(0, r#""rejected":1,"from":null,"to":null"#));
        assert_eq!(newest.samples, 0);
        newest.take(record(5, r#""rejected":1,"from":100,"to":104"#));
        assert_eq!(newest.samples, 5);
        newest.take(record(5, r#""rejected":1,"from":105,"to":109"#));
        assert_eq!(newest.samples, 10);
    }
}
