//! How an input ends, and what becomes of its last bytes: **the table of ends**.
//!
//! | the input ended by | half a line | half a raw word or frame | the program |
//! |---|---|---|---|
//! | its clean end: of a file, pipe, FIFO, socket, queue or ring, or Ctrl-D on the program's own terminal | is a line like any other | is rejected as torn | 0; 3 if anything was rejected |
//! | the end of a recorded file (`log --check`) | is rejected as torn: `log` ends every line | | 3 |
//! | a hang-up of a terminal or serial line | is dropped, reported | is dropped, reported | 1: `NAME hung up` |
//! | a FIFO's last writer, where another is awaited (`conv --reconnect`) | is dropped, reported | is dropped, reported | goes on with the next writer |
//! | byte 4 from a terminal that is not raw, and not the program's own | is dropped, reported | is dropped, reported | 1, with that reason |
//! | an error, as of a regular file that [became shorter](crate::stream::regular::Length) | is dropped, reported | is dropped, reported | 1: `cannot read NAME: …` |
//! | a stop, also by a hang-up of the program's own terminal | is dropped, reported | is dropped, reported | 0; 3 if anything was rejected |
//! | a deadline (`conv --duration`) | is dropped, reported | is dropped, reported | 0; 3 if anything was rejected |
//!
//! However the input ends, a whole line or word counts. What is dropped is neither a sample nor a
//! rejection: what it would have been is unknown. The report says how many bytes it had ([`CutOff`]).
//! A stop or a deadline drops nothing of a regular file, so nothing is reported: the line is still there.
//! The exit statuses are those of [`crate::process::exit`].
//!
//! [`Ending::fate`] is the table; [`crate::stream::input::Input`] says how an input ended, and
//! [`crate::stream::lines`] and the like consult the table.

use std::fmt;
use std::io;

use thiserror::Error;

use crate::process::message::{bytes, quoted};

/// How an input ended: the rows of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It came to its regular end.
    Clean,
    /// A file that holds only whole lines came to its end.
    Recorded,
    /// The terminal, or the serial line, is gone.
    HungUp,
    /// The last writer of a FIFO is gone, and another is awaited. Whether it was killed within a line,
    /// nothing tells.
    WriterGone,
    /// Byte 4, which a line-editing terminal takes for an end of file, came from a device.
    EndByte,
    /// It could not be read.
    Failed,
    /// The program was asked to stop.
    Stopped,
    /// The program's own time limit was reached.
    Deadline,
}

/// What came last: the table's columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Bytes without a line end.
    Line,
    /// Fewer bytes than a raw word, or a frame of words, has.
    Word,
}

/// What becomes of what came last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is processed like any other.
    Taken,
    /// It is rejected as torn.
    Torn,
    /// It is dropped, and that is reported.
    Dropped,
}

impl Ending {
    /// The table of ends.
    pub fn fate(self, half: Half) -> Fate {
        match (self, half) {
            (Ending::Clean, Half::Line) => Fate::Taken,
            (Ending::Clean, Half::Word) | (Ending::Recorded, _) => Fate::Torn,
            (
                Ending::HungUp
                | Ending::WriterGone
                | Ending::EndByte
                | Ending::Failed
                | Ending::Stopped
                | Ending::Deadline,
                _,
            ) => Fate::Dropped,
        }
    }

    /// Whether the program has ended it, so that what a file holds behind what was read is not lost.
    pub fn is_by_the_reader(self) -> bool {
        matches!(self, Ending::Stopped | Ending::Deadline)
    }

    /// How an input ended, by the error of reading it.
    pub fn of_error(error: &io::Error) -> Ending {
        match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(Lost::HungUp) => Ending::HungUp,
            Some(Lost::EndByte) => Ending::EndByte,
            None => Ending::Failed,
        }
    }
}

/// As the cause of a cut: `cut off by the stop`.
impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Ending::Clean | Ending::Recorded => "the end",
            Ending::HungUp => "a hang-up",
            Ending::WriterGone => "the end of its writer",
            Ending::EndByte => "byte 4",
            Ending::Failed => "an error",
            Ending::Stopped => "the stop",
            Ending::Deadline => "the end of the time",
        })
    }
}

/// Bytes that were dropped because the input ended before their line or word did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutOff<'a> {
    /// How the input ended.
    pub ending: Ending,
    /// How many bytes.
    pub bytes: u64,
    /// The start of their text; empty if it was not kept, or if they are not text.
    pub start: &'a [u8],
}

impl fmt::Display for CutOff<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CutOff { ending, bytes: count, start } = *self;
        match ending {
            Ending::Clean | Ending::Recorded => formatter.write_str("without a line end")?,
            _ => write!(formatter, "cut off by {ending}")?,
        }
        write!(formatter, ": {} dropped", bytes(count))?;
        if !start.is_empty() {
            write!(formatter, ": {}", quoted(start))?;
        }
        Ok(())
    }
}

/// An abnormal end of a terminal. It travels as an [`io::Error`], so that no reader mistakes it for an
/// end of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Lost {
    /// See [`Ending::HungUp`].
    #[error("it hung up")]
    HungUp,
    /// See [`Ending::EndByte`].
    #[error("byte 4 ended it: it is not raw")]
    EndByte,
}

impl From<Lost> for io::Error {
    fn from(lost: Lost) -> io::Error {
        io::Error::other(lost)
    }
}

/// An input that could not be read to its end.
#[derive(Debug, Error)]
pub enum Unread {
    /// The device is gone.
    #[error("{0} hung up")]
    HungUp(String),
    /// Reading failed.
    #[error("cannot read {name}")]
    Failed {
        /// The input; a file's name in quotes.
        name: String,
        /// Why.
        source: io::Error,
    },
}

impl Unread {
    /// The error to report for `error`, from the input of this name.
    pub fn new(name: String, error: io::Error) -> Unread {
        match Ending::of_error(&error) {
            Ending::HungUp => Unread::HungUp(name),
            _ => Unread::Failed { name, source: error },
        }
    }

    /// The same of standard input.
    pub fn standard_input(error: io::Error) -> Unread {
        Unread::new("standard input".to_owned(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::message::chain;

    #[test]
    fn the_table_of_ends() {
        use Ending::*;
        use Fate::{Dropped, Taken, Torn};
        for (ending, line, word) in [
            (Clean, Taken, Torn),
            (Recorded, Torn, Torn),
            (HungUp, Dropped, Dropped),
            (WriterGone, Dropped, Dropped),
            (EndByte, Dropped, Dropped),
            (Failed, Dropped, Dropped),
            (Stopped, Dropped, Dropped),
            (Deadline, Dropped, Dropped),
        ] {
            assert_eq!(
                (ending.fate(Half::Line), ending.fate(Half::Word)),
                (line, word),
                "{ending:?}"
            );
        }
    }

    #[test]
    fn a_hang_up_is_distinguished_from_other_errors_and_named() {
        let hung_up = || io::Error::from(Lost::HungUp);
        let failed = || io::Error::from_raw_os_error(5);
        assert_eq!(Ending::of_error(&hung_up()), Ending::HungUp);
        assert_eq!(Ending::of_error(&Lost::EndByte.into()), Ending::EndByte);
        assert_eq!(Ending::of_error(&failed()), Ending::Failed);
        let told = |error| chain(&Unread::new("\"/dev/ttyS0\"".to_owned(), error));
        assert_eq!(told(hung_up()), "\"/dev/ttyS0\" hung up");
        assert_eq!(told(failed()), "cannot read \"/dev/ttyS0\": Input/output error");
        assert_eq!(
            chain(&Unread::standard_input(Lost::EndByte.into())),
            "cannot read standard input: byte 4 ended it: it is not raw"
        );
    }

    #[test]
    fn what_was_cut_off_is_reported_with_its_size_and_start() {
        let cut = CutOff { ending: Ending::Stopped, bytes: 3, start: b"101" };
        assert_eq!(cut.to_string(), "cut off by the stop: 3 bytes dropped: \"101\"");
        let cut = CutOff { ending: Ending::Deadline, bytes: 1, start: b"" };
        assert_eq!(cut.to_string(), "cut off by the end of the time: 1 byte dropped");
        let cut = CutOff { ending: Ending::Clean, bytes: 70_000, start: b"" };
        assert_eq!(cut.to_string(), "without a line end: 70000 bytes dropped");
    }
}
