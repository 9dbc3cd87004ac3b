//! What is reported of a stream of text that is not a rejection.

use stage::process::message::bytes;
use stage::stream::ending::Ending;
use stage::stream::input::Input;
use stage::stream::rejects::REPORTED;

use super::super::Error;
use super::{TextStream, place};

impl<I: Input> TextStream<I> {
    /// The table lacks columns that were asked for.
    pub(super) fn lacking(&self, why: &str) -> Error {
        Error::Columns { name: self.name.clone(), why: why.to_owned() }
    }

    /// Reports what was dropped before the first line, once that is known.
    pub(super) fn before_first(&mut self) -> Option<String> {
        let dropped = bytes(self.lines.take_before_first().filter(|count| *count > 0)?);
        let name = &self.name;
        Some(format!(
            "{name} may have been sending before: {dropped} up to the first line end dropped"
        ))
    }

    /// Reports what is left without a line end, once the input has ended.
    pub(super) fn cut_off(&mut self) -> Option<String> {
        if self.is_over {
            self.lines.end_by(Ending::Deadline);
        }
        let cut = self.lines.cut_off().filter(|_| !self.is_cut_reported)?;
        self.is_cut_reported = true;
        self.cuts += 1;
        if self.cuts > REPORTED {
            return None;
        }
        // A line that is too long is already counted. 0 means that no line has begun.
        let number = self.number + u64::from(!cut.start.is_empty());
        Some(match number {
            0 => format!("{} has sent no line end: {cut}", self.name),
            _ => format!("{}: {cut}", place(number)),
        })
    }
}
