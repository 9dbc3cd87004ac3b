//! The work of `tee`: copies its input to both outputs.
//!
//! Between pipes, named or not, the bytes stay in the kernel: tee(2) copies them from the input to the
//! first output without consuming them, then splice(2) moves exactly as many to the second. If any end
//! is not a pipe, the bytes are read and written; so are pieces smaller than `SMALL`, since each
//! spliced piece takes a whole slot of the pipe, and slots are few: a trickle would fill a pipe of 1
//! MiB with 256 samples. Where a call is refused (an outer sandbox, such as a container's, forbids it, or
//! the kernel lacks it), everything is read and written from then on.
//!
//! An output whose reader is gone gets nothing more; the other continues. The work ends when the input
//! ends or both readers are gone.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};

use nix::errno::Errno;
use nix::fcntl::{SpliceFFlags, splice, tee};
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

use crate::kernel;

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

/// The system calls that may be refused.
#[derive(Clone, Copy)]
struct Calls {
    pending: fn(BorrowedFd<'_>) -> Result<usize, Errno>,
    /// From one pipe to another, at most this many bytes.
    tee: fn(BorrowedFd<'_>, BorrowedFd<'_>, usize) -> Result<usize, Errno>,
    splice: fn(BorrowedFd<'_>, BorrowedFd<'_>, usize) -> Result<usize, Errno>,
}

/// The kernel's.
const CALLS: Calls = Calls {
    pending: |pipe| kernel::pending(pipe),
    tee: |from, to, most| tee(from, to, most, SpliceFFlags::empty()),
    splice: |from, to, most| splice(from, None, to, None, most, SpliceFFlags::empty()),
};

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
        match (self.calls.pending)(self.input.fd().as_fd()) {
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
                match retry(|| (self.calls.tee)(from, to, size::PIPE)) {
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
            match retry(|| (self.calls.splice)(from, to_fd, count - moved)) {
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

/// Whether a call failed since it is not to be had here, rather than for what it was asked.
fn is_refusal(errno: Errno) -> bool {
    matches!(errno, Errno::ENOSYS | Errno::EPERM | Errno::EACCES | Errno::EINVAL | Errno::ENOTTY)
}

/// Repeats a call that a signal interrupts.
fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    loop {
        match call() {
            Err(Errno::EINTR) => {}
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::stream::input::AfterStop;
    use std::io::PipeReader;
    use std::io::Write;
    use std::os::unix::net::UnixStream;
    use std::thread;
    use std::time::{Duration, Instant};

    fn stoppable<F: AsFd>(fd: F) -> Stoppable<F> {
        Stoppable::new(fd, Stop::never(), AfterStop::End)
    }

    /// This many bytes, in no short pattern.
    fn bytes(count: usize) -> Vec<u8> {
        (0..count).map(|at| (at * at / 7) as u8).collect()
    }

    /// Feeds `input` in pieces of `piece` to a fan-out over pipes, whose readers stop after `read`
    /// bytes; returns what they got, and the fan-out's entry.
    fn through_pipes(input: &[u8], piece: usize, read: [usize; 2]) -> ([Vec<u8>; 2], Entry) {
        through_pipes_by(CALLS, input, piece, read)
    }

    fn through_pipes_by(
        calls: Calls,
        input: &[u8],
        piece: usize,
        read: [usize; 2],
    ) -> ([Vec<u8>; 2], Entry) {
        let (reader, mut writer) = io::pipe().unwrap();
        let ((first, to_first), (second, to_second)) = (io::pipe().unwrap(), io::pipe().unwrap());
        let receive = |pipe: PipeReader, most: usize| {
            move || {
                let mut text = Vec::new();
                pipe.take(most as u64).read_to_end(&mut text).unwrap();
                text
            }
        };
        thread::scope(|scope| {
            let first = scope.spawn(receive(first, read[0]));
            let second = scope.spawn(receive(second, read[1]));
            scope.spawn(move || {
                // The fan-out may leave before everything is written.
                let _ = input.chunks(piece).try_for_each(|piece| writer.write_all(piece));
            });
            let outputs: [&dyn AsFd; 2] = [&to_first, &to_second];
            let ended = run_by(calls, stoppable(reader), outputs, &Stop::never());
            drop((to_first, to_second));
            assert_eq!(ended.result.unwrap(), Status::Done);
            ([first.join().unwrap(), second.join().unwrap()], ended.entry)
        })
    }

    #[test]
    fn both_outputs_get_every_byte_whatever_the_pieces() {
        let input = bytes(3_000_000);
        for piece in [1 << 20, 100_000, 4096, 1000] {
            let (outputs, entry) = through_pipes(&input, piece, [usize::MAX; 2]);
            assert!(outputs.iter().all(|output| *output == input), "pieces of {piece}");
            assert_eq!(entry, Entry::Tee { taken: 3_000_000 });
        }
    }

    #[test]
    fn a_call_that_is_refused_is_done_without() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static CALLED: AtomicUsize = AtomicUsize::new(0);
        /// Refuses from the third time on, after half of what is there.
        fn half(from: BorrowedFd<'_>, to: BorrowedFd<'_>, most: usize) -> Result<usize, Errno> {
            match CALLED.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => splice(from, None, to, None, most.div_ceil(2), SpliceFFlags::empty()),
                _ => Err(Errno::EPERM),
            }
        }
        let input = bytes(3_000_000);
        for calls in [
            Calls { pending: |_| Err(Errno::ENOTTY), ..CALLS },
            Calls { tee: |_, _, _| Err(Errno::ENOSYS), ..CALLS },
            Calls { splice: |_, _, _| Err(Errno::EPERM), ..CALLS },
            Calls { splice: half, ..CALLS },
        ] {
            for read in [[usize::MAX; 2], [usize::MAX, 70_000], [70_000, usize::MAX]] {
                let (outputs, entry) = through_pipes_by(calls, &input, 1 << 20, read);
                for (output, most) in outputs.iter().zip(read) {
                    assert!(*output == input[..input.len().min(most)], "{} bytes", output.len());
                }
                assert_eq!(entry, Entry::Tee { taken: 3_000_000 });
            }
        }
    }

    #[test]
    fn an_output_that_leaves_does_not_keep_the_other_from_getting_everything() {
        let input = bytes(3_000_000);
        for piece in [1 << 20, 1000] {
            for left in [0, 1, 70_000] {
                let (outputs, _) = through_pipes(&input, piece, [left, usize::MAX]);
                assert!(outputs[1] == input, "first left after {left}, pieces of {piece}");
                let (outputs, _) = through_pipes(&input, piece, [usize::MAX, left]);
                assert!(outputs[0] == input, "second left after {left}, pieces of {piece}");
            }
        }
    }

    #[test]
    fn when_both_have_left_the_work_ends() {
        let (_, entry) = through_pipes(&bytes(3_000_000), 1 << 20, [10, 10]);
        let Entry::Tee { taken } = entry else { unreachable!() };
        assert!(taken < 3_000_000);
    }

    #[test]
    fn ends_that_are_not_pipes_are_read_and_written() {
        let input = bytes(1_000_000);
        let (mut feed, socket) = UnixStream::pair().unwrap();
        let files =
            [tempfile::NamedTempFile::new().unwrap(), tempfile::NamedTempFile::new().unwrap()];
        thread::scope(|scope| {
            let input = &input;
            scope.spawn(move || feed.write_all(input).unwrap());
            let outputs: [&dyn AsFd; 2] = [files[0].as_file(), files[1].as_file()];
            let ended = run(stoppable(socket), outputs, &Stop::never());
            assert_eq!(ended.entry, Entry::Tee { taken: 1_000_000 });
        });
        for file in files {
            assert!(std::fs::read(file.path()).unwrap() == input);
        }
    }

    #[test]
    fn small_pieces_do_not_use_up_the_pipes_slots() {
        // A pipe of the kernel's default size has 16 slots. Each piece is written once the one before
        // has been taken, so that no two are merged on the way in.
        const PIECES: usize = 100;
        let (reader, mut writer) = io::pipe().unwrap();
        let watched = reader.try_clone().unwrap();
        let ((first, to_first), (_second, to_second)) = (io::pipe().unwrap(), io::pipe().unwrap());
        thread::scope(|scope| {
            scope.spawn(move || {
                for piece in 1..=PIECES {
                    writer.write_all(b"57\n").unwrap();
                    let deadline = Instant::now() + Duration::from_secs(60);
                    while kernel::pending(&watched).unwrap() > 0
                        || kernel::pending(&first).unwrap() < 3 * piece
                    {
                        assert!(Instant::now() < deadline, "stuck after {piece} pieces");
                        thread::yield_now();
                    }
                }
            });
            let ended = run(stoppable(reader), [&to_first, &to_second], &Stop::never());
            assert_eq!(ended.entry, Entry::Tee { taken: 3 * PIECES as u64 });
        });
    }
}
