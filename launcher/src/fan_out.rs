//! The work of `tee`: copies its input to both outputs.
//!
//! Between pipes, named or not, the bytes stay in the kernel: tee(2) copies them from the input to the
//! first output without consuming them, then splice(2) moves exactly as many to the second. If any end
//! is not a pipe, the bytes are read and written; so are pieces smaller than `SMALL`, since each
//! spliced piece takes a whole slot of the pipe, and slots are few: a trickle would fill a pipe of 1
//! MiB with 256 samples. Where one of these calls is refused (`calls`), everything is read and written from
//! then on.
//!
//! An output whose reader is gone gets nothing more; the other continues. The work ends when the input
//! ends or both readers are gone.

mod calls;

use std::io::{self, Read};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::stat::SFlag;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::program::Ended;
use stage::process::stop::Stop;
use stage::stream::files::kind_of;
use stage::stream::input::{Input, Stoppable};
use stage::stream::output::{self, Delivery, Unwritable, deliver};
use stage::stream::size;
use thiserror::Error;

use crate::fan_out::calls::{CALLS, Calls, is_refusal};

/// Bytes below which copying is better than splicing: four pages.
const SMALL: usize = 16 * 1024;

/// Why the fan-out ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The input could not be read.
    #[error("cannot read the samples")]
    Read(#[source] io::Error),
    /// An output could not be written.
    #[error("cannot pass on the samples")]
    Write(#[source] io::Error),
}

/// Copies `input` to both outputs until it ends.
pub fn run<I: AsFd>(input: Stoppable<I>, outputs: [&dyn AsFd; 2], stop: &Stop) -> Ended<Error> {
    run_by(CALLS, input, outputs, stop)
}

fn run_by<I: AsFd>(
    calls: Calls,
    input: Stoppable<I>,
    outputs: [&dyn AsFd; 2],
    stop: &Stop,
) -> Ended<Error> {
    let all_pipes = is_pipe(input.fd()) && outputs.iter().all(is_pipe);
    let mut fan_out = FanOut {
        calls,
        input,
        outputs: outputs
            .map(|fd| Some(Output { fd, writer: output::Unbuffered::new(fd, stop.clone()) })),
        buffer: vec![0; if all_pipes { SMALL } else { size::BLOCK }],
        splices: all_pipes,
        taken: 0,
    };
    let result = fan_out.run();
    Ended { entry: Entry::Tee { taken: fan_out.taken }, result: result.map(|()| Status::Done) }
}

fn is_pipe(fd: &(impl AsFd + ?Sized)) -> bool {
    kind_of(fd.as_fd()) == Some(SFlag::S_IFIFO)
}

struct Output<'a> {
    fd: &'a dyn AsFd,
    writer: output::Unbuffered<&'a dyn AsFd>,
}

struct FanOut<'a, I> {
    calls: Calls,
    input: Stoppable<I>,
    /// The outputs whose reader is still there.
    outputs: [Option<Output<'a>>; 2],
    buffer: Vec<u8>,
    /// Whether the kernel may move bytes: every end is a pipe, and it has not refused to.
    splices: bool,
    /// Bytes taken from the input.
    taken: u64,
}

impl<I: AsFd> FanOut<'_, I> {
    fn run(&mut self) -> Result<(), Error> {
        loop {
            self.input.wait(None).map_err(Error::Read)?;
            let moved = if self.is_worth_splicing()? { self.splice()? } else { self.copy()? };
            self.taken += moved as u64;
            if moved == 0 {
                return Ok(());
            }
        }
    }

    fn is_worth_splicing(&mut self) -> Result<bool, Error> {
        if !self.splices || self.input.has_ended() {
            return Ok(false);
        }
        match (self.calls.waiting)(self.input.fd().as_fd()) {
            Ok(bytes) => Ok(bytes >= SMALL),
            Err(errno) if is_refusal(errno) => {
                self.give_up_splicing();
                Ok(false)
            }
            Err(errno) => Err(Error::Read(errno.into())),
        }
    }

    fn give_up_splicing(&mut self) {
        self.splices = false;
        self.buffer.resize(size::BLOCK, 0);
    }

    /// Reads once and writes to both; 0 at the end of input, or when no reader is left.
    fn copy(&mut self) -> Result<usize, Error> {
        let count = self.input.read(&mut self.buffer).map_err(Error::Read)?;
        for to in 0..self.outputs.len() {
            self.write(to, count)?;
        }
        Ok(if self.is_alone() { 0 } else { count })
    }

    /// Writes what was read to one output, if that is still there.
    fn write(&mut self, to: usize, count: usize) -> Result<(), Error> {
        let Some(output) = &mut self.outputs[to] else { return Ok(()) };
        let (_, delivery) = deliver(&mut output.writer, &self.buffer[..count]);
        if delivery.map_err(|Unwritable(error)| Error::Write(error))? == Delivery::ReaderGone {
            self.outputs[to] = None;
        }
        Ok(())
    }

    /// Lets the kernel move what is there; 0 when no reader is left.
    fn splice(&mut self) -> Result<usize, Error> {
        let count = match &self.outputs {
            [Some(first), Some(_)] => {
                let (from, to) = (self.input.fd().as_fd(), first.fd.as_fd());
                match (self.calls.tee)(from, to, size::PIPE) {
                    Err(Errno::EPIPE) => {
                        self.outputs[0] = None;
                        return self.splice();
                    }
                    Err(errno) if is_refusal(errno) => {
                        self.give_up_splicing();
                        return self.copy();
                    }
                    result => result.map_err(|errno| Error::Write(errno.into()))?,
                }
            }
            [None, None] => return Ok(0),
            _ => size::PIPE,
        };
        let second = if self.outputs[1].is_some() { 1 } else { 0 };
        self.hand_over(count, self.outputs[0].is_some() && second == 1, second)
    }

    /// Moves up to `count` bytes from the input to one output: all of them if they were already
    /// `copied` to the other, else as many as one call moves.
    fn hand_over(&mut self, count: usize, copied: bool, to: usize) -> Result<usize, Error> {
        let mut moved = 0;
        while moved < count {
            let Some(output) = &self.outputs[to] else { break };
            let (from, to_fd) = (self.input.fd().as_fd(), output.fd.as_fd());
            match (self.calls.splice)(from, to_fd, count - moved) {
                Ok(0) => break,
                Ok(bytes) => moved += bytes,
                Err(Errno::EPIPE) => self.outputs[to] = None,
                Err(errno) if is_refusal(errno) => {
                    self.give_up_splicing();
                    break;
                }
                Err(errno) => return Err(Error::Write(errno.into())),
            }
            if !copied {
                break;
            }
        }
        match copied && moved < count {
            true => self.hand_over_by_hand(count - moved, to).map(|()| count),
            false if self.splices || moved > 0 => Ok(moved),
            false => self.copy(),
        }
    }

    /// Reads `count` bytes that one output has already, and writes them to the other, if its reader is
    /// still there.
    fn hand_over_by_hand(&mut self, count: usize, to: usize) -> Result<(), Error> {
        let mut left = count;
        while left > 0 {
            let most = left.min(self.buffer.len());
            match self.input.read(&mut self.buffer[..most]).map_err(Error::Read)? {
                0 => return Ok(()),
                bytes => {
                    self.write(to, bytes)?;
                    left -= bytes;
                }
            }
        }
        Ok(())
    }

    fn is_alone(&self) -> bool {
        self.outputs.iter().all(Option::is_none)
    }
}

#[cfg(test)]
mod tests;
