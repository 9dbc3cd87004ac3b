//! What the two processes do with the ring: the loops of `stage::stream::output` and
//! `stage::stream::input`.

use std::cell::{Cell, RefCell};
use std::io::{self, Stderr};
use std::os::fd::AsFd;

use crate::process::clock::Wake;
use crate::process::wait::{Sleep, Stop};
use crate::stream::transport::ring::{Reader, Writer};

/// Any descriptor: the machine has one ring.
pub(crate) fn descriptor() -> Stderr {
    io::stderr()
}

/// Writes `pieces`, and ends. `taken` is how many bytes were handed over.
pub(crate) fn write(mut writer: Writer, pieces: &[&str], taken: &Cell<usize>) -> io::Result<()> {
    let result = pieces.iter().try_for_each(|piece| write_all(&mut writer, piece, taken));
    writer.end();
    result
}

/// Writes all of `piece`, and notes it in `taken`.
pub(crate) fn write_all(writer: &mut Writer, piece: &str, taken: &Cell<usize>) -> io::Result<()> {
    let mut rest = piece.as_bytes();
    while !rest.is_empty() {
        match writer.write(rest)? {
            Some(count) => {
                taken.set(taken.get() + count);
                rest = &rest[count..];
            }
            None => drop(writer.wait(descriptor().as_fd(), Sleep::Deaf)?),
        }
    }
    Ok(())
}

/// Reads up to `room` bytes at a time into `text`: to the end, or `reads` times, or until a stop.
pub(crate) fn read(
    mut reader: Reader,
    room: usize,
    reads: usize,
    stop: &Stop,
    text: &RefCell<Vec<u8>>,
) -> io::Result<()> {
    let (mut buffer, mut count) = (vec![0; room], 0);
    while count < reads && reader.wait(descriptor().as_fd(), Sleep::Until(stop))? != Wake::Stop {
        match reader.read(&mut buffer)? {
            Some(0) => break,
            Some(length) => {
                text.borrow_mut().extend_from_slice(&buffer[..length]);
                count += 1;
            }
            None => {}
        }
    }
    reader.end();
    Ok(())
}
