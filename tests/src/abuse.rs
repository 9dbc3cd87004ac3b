//! The pipe-abuse kit: readers that leave, hang or are slow, and closed streams. (`reader` owns those that
//! read in a thread of their own.)

mod reader;

use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};

pub(crate) use self::reader::{LITTLE, PAUSE};
pub use self::reader::{Pace, Reader};
use crate::programs;
use crate::run::Program;

/// Bytes of a narrow pipe: a page.
const NARROW: i32 = 4096;

/// A pipe whose reader has left.
pub fn left_pipe() -> PipeWriter {
    let (reader, writer) = io::pipe().expect("a pipe");
    drop(reader);
    writer
}

/// A pipe of a single page, whose reader decides when to read: little can pile up in it.
pub fn narrow_pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = io::pipe().expect("a pipe");
    fcntl(&writer, FcntlArg::F_SETPIPE_SZ(NARROW)).expect("a pipe of one page");
    (reader, writer)
}

/// A narrow pipe that is full of empty lines.
pub fn full_pipe() -> (PipeReader, PipeWriter) {
    let (reader, mut writer) = narrow_pipe();
    while !is_full(&writer) {
        writer.write_all(&[b'\n'; NARROW as usize]).expect("a page fits");
    }
    (reader, writer)
}

/// A new, narrow FIFO, opened to be read from. It never comes to its end.
pub fn narrow_fifo(path: &Path) -> File {
    mkfifo(path, Mode::S_IRWXU).expect("a FIFO can be made");
    let fifo = open_fifo(path);
    fcntl(&fifo, FcntlArg::F_SETPIPE_SZ(NARROW)).expect("a FIFO of one page");
    fifo
}

/// A FIFO, opened to be read from. It never comes to its end, since it is opened for writing as well.
pub fn open_fifo(path: &Path) -> File {
    let flags = OFlag::O_NONBLOCK.bits();
    let fifo = File::options().read(true).write(true).custom_flags(flags).open(path);
    fifo.expect("a FIFO can be opened")
}

/// Whether a pipe is full, since its reader hangs.
pub fn is_full(writer: &impl AsFd) -> bool {
    let mut interest = [PollFd::new(writer.as_fd(), PollFlags::POLLOUT)];
    matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0))
}

/// Whether the pipe that a process has as its standard output is full.
pub fn is_output_full(pid: Pid) -> bool {
    let path = format!("/proc/{pid}/fd/1");
    let pipe = File::options().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path);
    pipe.is_ok_and(|pipe| is_full(&pipe))
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
