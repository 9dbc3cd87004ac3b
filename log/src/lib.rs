//! Records every sample in a file.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`open`] | opening the file: lock, truncation, the directory's entry |
//! | [`directory`] | putting a directory's entries on the disk |
//! | [`torn`] | setting aside the torn line that a crash left |
//! | [`batch`] | the lines in hand, and how far they are written |
//! | [`recorder`] | writing lines, and counting those written and those on the disk |
//! | [`mod@file`] | the file, whatever becomes of its name |
//! | [`rotation`] | **the order of a rotation** |
//! | [`retry`] | what is done while the disk takes nothing |
//! | [`sync`] | when what was written must be on the disk: **the sync policies** |
//! | [`timestamps`] | the form of arrival times |
//! | [`check`] | `--check`: reading what was recorded |
//! | [`error`] | what can go wrong with the file |

#![forbid(unsafe_code)]

pub mod batch;
pub mod check;
pub mod directory;
pub mod error;
pub mod file;
pub mod open;
pub mod options;
pub mod recorder;
pub mod retry;
pub mod rotation;
pub mod sync;
pub mod timestamps;
pub mod torn;

use std::io::{self, Write};
use std::time::SystemTime;

use memchr::memchr_iter;
use stage::process::clock::Timer;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::message::Messages;
use stage::process::program::Ended;
use stage::stream::ending::{CutOff, Unread};
use stage::stream::input::Input;
use stage::stream::lines::{Block, Lines};
use stage::stream::output::reader_is_gone;
use thiserror::Error;

use crate::file::LogFile;
pub use crate::options::Options;
use crate::recorder::{Disk, Recorder};
use crate::retry::Unwritten;
use crate::timestamps::Stamper;

/// Why recording ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The file could not be made ready, does not take what it is given, or cannot be read.
    #[error(transparent)]
    File(#[from] error::Error),
    /// A stop was asked for while it did not.
    #[error("cannot record {lines} samples")]
    GivenUp {
        /// Lines received, also those that came after that, which are not in the file.
        lines: u64,
        /// Why.
        source: error::Error,
    },
    /// A stop could not be waited for, or asked for.
    #[error("cannot wait")]
    Wait(#[source] io::Error),
    /// The samples could not be read.
    #[error(transparent)]
    Read(#[from] Unread),
    /// With `--pass`: a sample could not be passed on. With `--check`: what was found could not be
    /// written.
    #[error("cannot write standard output")]
    Output(#[source] io::Error),
    /// With `--check`: a stop was asked for.
    #[error("stopped before the end")]
    Stopped,
}

/// Records `input` to its end; `output` is written to only with `--pass`. Or, with `--check`, reads
/// what was recorded.
pub fn run(
    options: &Options,
    input: impl Input,
    output: impl Write,
    timer: &mut impl Timer,
    messages: &mut dyn Messages,
) -> Ended<Error> {
    let nothing = Entry::Log { recorded: 0, durable: 0 };
    if options.check {
        return Ended {
            entry: nothing,
            result: check::run(&options.files, output, timer, messages),
        };
    }
    let (file, length) = match LogFile::open(options, messages) {
        Ok(opened) => opened,
        Err(error) => return Ended { entry: nothing, result: Err(error.into()) },
    };
    let recorder = Recorder::new(file, length, options.sync, options.rotate);
    let stamper = Stamper::new(options.timestamps);
    let mut recording = Recording { recorder, stamper, timer, messages };
    let result = recording.record(options.pass, Lines::in_pieces(input), output);
    let mut recorder = recording.recorder;
    if let Err(Error::Read(_) | Error::Output(_)) = result {
        // What was written is worth keeping; why it ended is told.
        let _ = recorder.sync();
    }
    let entry = Entry::Log { recorded: recorder.recorded(), durable: recorder.durable() };
    Ended { entry, result: result.map(|()| Status::Done) }
}

/// Lines on their way to the disk.
struct Recording<'a, D, T> {
    recorder: Recorder<D>,
    stamper: Stamper,
    timer: &'a mut T,
    messages: &'a mut dyn Messages,
}

impl<D: Disk, T: Timer> Recording<'_, D, T> {
    fn record(
        &mut self,
        pass: bool,
        mut lines: Lines<impl Input>,
        mut output: impl Write,
    ) -> Result<(), Error> {
        loop {
            let deadline = self.recorder.deadline();
            let (bytes, began, ended) = match lines.next_timed(deadline, self.timer) {
                Ok((Block::Lines(lines) | Block::TooLong(lines), began)) => (lines, began, false),
                Ok((Block::Deadline, began)) => (&[][..], began, false),
                Ok((Block::End, began)) => (&[][..], began, true),
                Err(error) => {
                    self.leave_out(lines.cut_off())?;
                    return Err(Unread::standard_input(error).into());
                }
            };
            if let Err(failed) = self.write(bytes, began) {
                return Err(self.end_after(failed, lines));
            }
            // Before it is passed on: with a sync after every batch, what comes out is on the disk.
            let now = self.timer.now();
            self.recorder.sync_if_due(now)?;
            if pass {
                match output.write_all(bytes) {
                    Err(error) if reader_is_gone(&error) => {
                        // The rest of a long line will not be read.
                        self.recorder.cut_half_a_line()?;
                        return Ok(self.recorder.finish(self.messages)?);
                    }
                    result => result.map_err(Error::Output)?,
                }
            }
            if ended {
                break;
            }
        }
        if let Some(cut) = lines.cut_off() {
            self.leave_out(Some(cut))?;
            return Ok(self.recorder.finish(self.messages)?);
        }
        match self.end_line() {
            Ok(()) => Ok(self.recorder.finish(self.messages)?),
            Err(failed) => Err(self.end_after(failed, lines)),
        }
    }

    /// Writes `bytes`, the first of which arrived at `began`, and sees that the file has its name;
    /// after a failure, how many lines of them are not written.
    fn write(&mut self, bytes: &[u8], began: SystemTime) -> Result<(), (Unwritten, u64)> {
        let mut batch = self.stamper.stamp(bytes, began, self.timer.time_of_day());
        let result = retry::write(&mut self.recorder, &mut batch, self.timer, self.messages);
        result.map_err(|unwritten| {
            batch.back_to_line_start();
            (unwritten, batch.lines_left())
        })
    }

    /// Reports what of the input is no line, and takes back what of it was written.
    fn leave_out(&mut self, cut: Option<CutOff<'_>>) -> Result<(), Error> {
        let Some(cut) = cut else { return Ok(()) };
        self.messages.tell(&format!("line {}: {cut}", self.recorder.recorded() + 1));
        Ok(self.recorder.cut_half_a_line()?)
    }

    /// Gives the last line its line feed.
    fn end_line(&mut self) -> Result<(), (Unwritten, u64)> {
        match self.stamper.is_at_line_start() {
            true => Ok(()),
            false => self.write(b"\n", self.timer.time_of_day()),
        }
    }

    /// What to say after a failure that left so many lines unwritten. If they were given up, then
    /// what is in the file is made whole and safe, and what is still to come is read and counted, so
    /// that those who send it are not held up.
    fn end_after(
        &mut self,
        (unwritten, left): (Unwritten, u64),
        lines: Lines<impl Input>,
    ) -> Error {
        match unwritten {
            Unwritten::Final(error) => error.into(),
            Unwritten::Wait(error) => Error::Wait(error),
            Unwritten::GivenUp(source) => {
                let cut = self.recorder.cut_half_a_line();
                let synced = self.recorder.sync();
                self.messages.tell("what comes from here on is counted, and not recorded");
                let rest = count_rest(lines);
                // Half a line that is left is counted already.
                let is_half = left > 0 && !self.stamper.is_at_line_start();
                let unsafe_lines = self.recorder.recorded() - self.recorder.durable();
                let lines = unsafe_lines + left + rest.saturating_sub(u64::from(is_half));
                Error::GivenUp { lines, source: synced.and(cut).err().unwrap_or(source) }
            }
        }
    }
}

/// Lines that come until the input ends, or cannot be read.
fn count_rest(mut lines: Lines<impl Input>) -> u64 {
    let mut count = 0;
    let mut is_whole = true;
    while let Ok(block) = lines.next(None) {
        match block {
            Block::Lines(lines) | Block::TooLong(lines) => {
                count += memchr_iter(b'\n', lines).count() as u64;
                is_whole = lines.ends_with(b"\n");
            }
            Block::Deadline => {}
            Block::End => break,
        }
    }
    count + u64::from(!is_whole && lines.cut_off().is_none())
}

#[cfg(test)]
mod fake;

#[cfg(test)]
mod tests;
