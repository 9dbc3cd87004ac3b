//! What the two processes do with the ring: the loops of `stage::stream::output` and
//! `stage::stream::input`.

use std::cell::{Cell, RefCell};
use std::io::{self, Stderr};
use std::os::fd::AsFd;

use crate::process::clock::Wake;
use crate::process::wait::{Sleep, Stop};
use crate::stream::transport::ring::{Reader, Writer};

/// When a reader waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// Whenever a read has brought nothing.
    AfterNothing,
    /// Before every read, too: as a stage does that has a deadline.
    BeforeEachRead,
}

/// What a writer does with what there is no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoom {
    /// Waits until there is room.
    Wait,
    /// Puts it off until the next piece comes, and waits only at the end: as a view does.
    PutOff,
}

/// Any descriptor: the machine has one ring.
pub(crate) fn descriptor() -> Stderr {
    io::stderr()
}

/// Writes `pieces`, and ends. `taken` is how many bytes were handed over.
pub(crate) fn write(
    mut writer: Writer,
    pieces: &[&str],
    no_room: NoRoom,
    taken: &Cell<usize>,
) -> io::Result<()> {
    let result = match no_room {
        NoRoom::Wait => pieces.iter().try_for_each(|piece| write_all(&mut writer, piece, taken)),
        NoRoom::PutOff => offer_each(&mut writer, pieces, taken),
    };
    writer.end();
    result
}

/// Offers each of `pieces`, together with what was put off before; in the end, writes the rest.
fn offer_each(writer: &mut Writer, pieces: &[&str], taken: &Cell<usize>) -> io::Result<()> {
    let mut put_off = String::new();
    for piece in pieces {
        put_off += piece;
        let count = offer(writer, &put_off, taken)?;
        put_off.drain(..count);
    }
    write_all(writer, &put_off, taken)
}

/// Writes as much of `text` as there is room for; returns how many bytes that is.
fn offer(writer: &mut Writer, text: &str, taken: &Cell<usize>) -> io::Result<usize> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() && writer.has_room(descriptor().as_fd(), Sleep::AtOnce)? {
        let count = writer.write(rest)?.expect("there is room, and nobody posts in vain");
        taken.set(taken.get() + count);
        rest = &rest[count..];
    }
    Ok(text.len() - rest.len())
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
    waits: Waits,
    stop: &Stop,
    text: &RefCell<Vec<u8>>,
) -> io::Result<()> {
    let (mut buffer, mut count) = (vec![0; room], 0);
    let wait = |reader: &mut Reader| reader.wait(descriptor().as_fd(), Sleep::Until(stop));
    while count < reads {
        if waits == Waits::BeforeEachRead && wait(&mut reader)? == Wake::Stop {
            break;
        }
        match reader.read(&mut buffer)? {
            Some(0) => break,
            Some(length) => {
                text.borrow_mut().extend_from_slice(&buffer[..length]);
                count += 1;
            }
            None if wait(&mut reader)? == Wake::Stop => break,
            None => {}
        }
    }
    reader.end();
    Ok(())
}
