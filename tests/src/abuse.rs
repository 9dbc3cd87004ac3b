//! The pipe-abuse kit: readers that leave, hang or are slow, and closed streams.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;

use nix::fcntl::{FcntlArg, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::programs;
use crate::run::Program;

/// A pipe whose reader has left.
pub fn left_pipe() -> PipeWriter {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    writer
}

/// A pipe of a single page, whose reader decides when to read: little can pile up in it.
pub fn narrow_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(4096)).expect("a pipe of one page");
    (reader, writer)
}

/// Whether a pipe is full, since its reader hangs.
pub fn is_full(writer: &PipeWriter) -> bool {
    let mut interest = [PollFd::new(writer.as_fd(), PollFlags::POLLOUT)];
    matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0))
}

/// Reads exactly `count` bytes: a reader that reads this much and then hangs, or leaves when the pipe
/// is dropped.
pub fn read_some(reader: &mut PipeReader, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    reader.read_exact(&mut bytes).expect("so many bytes come");
    bytes
}

/// One of our programs with a standard stream closed: `stream` is `<&-`, `>&-` or `2>&-`.
pub fn with_closed(stream: &str, program: &str, arguments: &[&str]) -> Program {
    let script = format!("exec \"$0\" \"$@\" {stream}");
    let path = programs::program(program);
    Program::other("sh").args(["-c", &script]).args([path]).args(arguments)
}
