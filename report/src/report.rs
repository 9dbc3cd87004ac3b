//! The records, one after another: read, judged, and handed to every view.
//!
//! Those that arrived together are drawn together, so that a flood of them is no slower than it
//! has to be.

use std::borrow::Cow;
use std::time::Instant;

use stage::format::record::{MAX_RECORD, Record, reason, with_rejected};
use stage::format::sample::Sample;
use stage::process::clock::Clock;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::message::quoted;
use stage::process::program::Ended;
use stage::stream::ending::Unread;
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines, each_line};
use stage::stream::rejects::Rejects;

use crate::by_conv::ByConv;
use crate::error::Error;
use crate::view::{Desk, Refusal, View};

/// A report that is being made.
pub(crate) struct Report<'a> {
    desk: Desk<'a>,
    views: Vec<Box<dyn View>>,
    clock: &'a dyn Clock,
    by_conv: ByConv,
    /// Lines read.
    lines: u64,
    rejects: Rejects,
}

impl<'a> Report<'a> {
    /// A report that `views` make of no records yet.
    pub(crate) fn new(
        desk: Desk<'a>,
        views: Vec<Box<dyn View>>,
        clock: &'a dyn Clock,
        by_conv: ByConv,
    ) -> Report<'a> {
        Report { desk, views, clock, by_conv, lines: 0, rejects: Rejects::default() }
    }

    /// Makes it of all records of `input`, or until the reader of standard output leaves.
    pub(crate) fn make(mut self, input: impl Input) -> Ended<Error> {
        let mut lines = Lines::of_up_to(MAX_RECORD, input);
        let result = self.show(&mut lines);
        if let Some(cut) = lines.cut_off() {
            // A record that is too long has its number already.
            let number = self.lines + u64::from(!cut.start.is_empty());
            self.desk.voice.error.tell(&format!("line {number}: {cut}"));
        }
        self.close(result)
    }

    fn show(&mut self, lines: &mut Lines<impl Input>) -> Result<(), Error> {
        loop {
            self.draw()?;
            if self.desk.output.reader_gone {
                return Ok(());
            }
            let next = lines.next(self.wakes_at()).map_err(Unread::standard_input)?;
            // Rejections were counted before the samples of the records that have come.
            self.look_for_rejections();
            match next {
                Block::Lines(block) => each_line(block).try_for_each(|line| self.take(line))?,
                Block::TooLong(start) => self.take(start)?,
                Block::Deadline => {}
                Block::End => return Ok(()),
            }
        }
    }

    fn draw(&mut self) -> Result<(), Error> {
        self.desk.now = self.clock.now();
        self.views.iter_mut().try_for_each(|view| view.draw(&mut self.desk))
    }

    fn wakes_at(&self) -> Option<Instant> {
        let now = self.clock.now();
        let follows = self.views.iter().any(|view| view.follows_the_newest());
        let next_look = follows.then(|| self.by_conv.next_look(now)).flatten();
        self.views.iter().filter_map(|view| view.wakes_at(now)).chain(next_look).min()
    }

    /// Shows what `conv` has rejected, even if no record comes.
    fn look_for_rejections(&mut self) {
        let count = self.by_conv.look();
        if count > 0 {
            self.desk.channels.reject(count);
            self.see();
        }
    }

    /// Shows every view the newest record, which has changed.
    fn see(&mut self) {
        self.desk.now = self.clock.now();
        self.views.iter_mut().for_each(|view| view.see(&mut self.desk));
    }

    fn take(&mut self, line: &[u8]) -> Result<(), Error> {
        self.lines += 1;
        let mut record = match read(line) {
            Ok(record) => record,
            Err(why) => {
                self.reject(line, &why);
                return Ok(());
            }
        };
        record.rejected = record.rejected.saturating_add(self.by_conv.total);
        // Conditions come last and are asked first: a number that they miss says more than that
        // columns differ.
        let has_room = self.desk.channels.check(&record).map_err(Refusal::Record);
        let has_place = || self.views.iter().rev().try_for_each(|view| view.check(&record));
        match has_room.and_then(|()| has_place()) {
            Ok(()) => {}
            Err(Refusal::All(error)) => return Err(error),
            Err(Refusal::Record(why)) => {
                self.reject(line, &why);
                return Ok(());
            }
        }
        let line = match self.by_conv.total {
            0 => Cow::Borrowed(line),
            _ => with_rejected(line.trim_ascii(), record.rejected),
        };
        self.desk.channels.take(record);
        self.desk.now = self.clock.now();
        self.views.iter_mut().for_each(|view| view.take(&line, &mut self.desk));
        self.see();
        Ok(())
    }

    fn reject(&mut self, line: &[u8], reason: &str) {
        let number = self.lines;
        let voice = &mut self.desk.voice;
        self.rejects.add(voice, || format!("line {number}: {reason}: {}", quoted(line)));
    }

    /// Lets every view finish, whatever went wrong; the first failure is the one that counts.
    fn close(mut self, result: Result<(), Error>) -> Ended<Error> {
        self.desk.now = self.clock.now();
        let mut result = result.map(|()| Status::of_rejected(self.rejects.count()));
        for view in &mut self.views {
            result = match (result, view.finish(&mut self.desk)) {
                (Ok(_), Ok(Status::Failed)) => Ok(Status::Failed),
                (Ok(_), Err(error)) => Err(error),
                (result, _) => result,
            };
        }
        self.rejects.sum_up(self.desk.voice.error, "lines");
        let output = &self.desk.output;
        let entry = Entry::Report { shown: output.shown, reader_gone: output.reader_gone };
        Ended { entry, result }
    }
}

/// The record in a line, or why there is none.
fn read(line: &[u8]) -> Result<Record, String> {
    if line.len() > MAX_RECORD {
        return Err(format!("not a record: longer than {MAX_RECORD} bytes"));
    }
    Record::parse(line).map_err(|error| match Sample::parse(line.trim_ascii()) {
        Ok(_) => "a sample, not a record (put stat before report)".to_owned(),
        Err(_) => format!("not a record: {}", reason(&error)),
    })
}
