//! Standard output as text, in one of the [formats](crate::format).

use stage::format::record::Record;
use stage::process::exit::Status;

use crate::error::Error;
use crate::format::{Format, TextFormat};
use crate::view::{Desk, Refusal, View};

/// Records as text, those that arrived together in one write.
#[derive(Debug)]
pub(crate) struct Text {
    format: Box<dyn TextFormat>,
    /// What is not written yet.
    unwritten: Vec<u8>,
}

impl Text {
    /// Nothing is written yet.
    pub(crate) fn new(format: Format) -> Text {
        Text { format: (format.text)(), unwritten: Vec::new() }
    }

    fn write(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        let format = &self.format;
        Ok(desk.output.write(&mut self.unwritten, |written| format.records_in(written))?)
    }
}

impl View for Text {
    fn check(&self, record: &Record) -> Result<(), Refusal> {
        self.format.check(record).map_err(Refusal::Record)
    }

    fn take(&mut self, line: &[u8], desk: &mut Desk<'_>) {
        if let Some(record) = desk.newest.arrived() {
            self.format.print(record, line, &mut self.unwritten);
        }
    }

    fn follows_the_newest(&self) -> bool {
        false
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        self.write(desk)
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        self.format.finish(&desk.newest, &mut self.unwritten);
        self.write(desk).map(|()| Status::Done)
    }
}
