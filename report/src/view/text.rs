//! Standard output as text, in one of the [formats](crate::format).

use std::time::{Duration, Instant};

use stage::format::record::Record;
use stage::process::exit::Status;

use crate::error::Error;
use crate::format::{Format, TextFormat};
use crate::view::{Desk, Refusal, View};

/// How long records wait for those of other channels. `stat` writes them together; only a transport
/// may tear them apart, for less than that. The first ones always wait: nobody knows yet how many
/// channels there are.
const TOGETHER: Duration = Duration::from_millis(50);

/// Records as text, those that arrived together in one write.
#[derive(Debug)]
pub(crate) struct Text {
    format: Box<dyn TextFormat>,
    /// What is not written yet.
    unwritten: Vec<u8>,
    /// Until when records wait.
    until: Option<Instant>,
}

impl Text {
    /// Nothing is written yet.
    pub(crate) fn new(format: Format) -> Text {
        Text { format: (format.text)(), unwritten: Vec::new(), until: None }
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
        if let Some(record) = desk.channels.arrived() {
            let completes_group = desk.channels.completes_group();
            self.format.print(record, line, completes_group, &mut self.unwritten);
        }
        self.until = match self.format.is_waiting() {
            true => self.until.or(Some(desk.now + TOGETHER)),
            false => None,
        };
    }

    fn wakes_at(&self, _now: Instant) -> Option<Instant> {
        self.until
    }

    fn follows_the_newest(&self) -> bool {
        false
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        if self.until.take_if(|until| *until <= desk.now).is_some() {
            self.format.settle(&mut self.unwritten);
        }
        self.write(desk)
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        self.format.settle(&mut self.unwritten);
        self.format.finish(&desk.channels, &mut self.unwritten);
        self.write(desk).map(|()| Status::Done)
    }
}
