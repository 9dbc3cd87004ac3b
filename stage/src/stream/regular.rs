//! A regular file that threads read in pieces, beside the input that reads it from front to back.
//!
//! Both have the same open file, so that the input can be moved past what the threads have read; and
//! a process that reads the file next, such as the next command of a shell's `( … ) < FILE`, goes on
//! where the input ended.
//!
//! A log file may be cut off while it is read, as by logrotate's `copytruncate`. Its new end may lie within a
//! line, and reads like any other: [`Length`] tells them apart.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

use nix::sys::stat::{SFlag, fstat};
use nix::unistd::{Whence, lseek};

use crate::stream::files::kind_of;
use crate::stream::transport::queue::is_queue;
use crate::stream::transport::ring::is_ring;

/// A regular file that is an input. Positions are the file's.
#[derive(Debug)]
pub struct Regular {
    file: File,
    offset: u64,
}

impl Regular {
    /// The file behind `fd`; `None` if it is not a regular one.
    pub fn of(fd: impl AsFd) -> Option<Regular> {
        let fd = fd.as_fd();
        // Queues and rings look like files.
        if kind_of(fd)? != SFlag::S_IFREG || is_queue(fd) || is_ring(fd) {
            return None;
        }
        let offset = lseek(fd, 0, Whence::SeekCur).ok()?.try_into().ok()?;
        Some(Regular { file: fd.try_clone_to_owned().ok()?.into(), offset })
    }

    /// Where the input was when this was made: the end of what had been read.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How long the file is now.
    pub fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Fills `buffer` from `position` on. It stops short only at the file's end or at an error; returns
    /// the number of bytes, and the error.
    pub fn read_at(&self, buffer: &mut [u8], position: u64) -> (usize, Option<io::Error>) {
        let mut count = 0;
        while count < buffer.len() {
            match self.file.read_at(&mut buffer[count..], position + count as u64) {
                Ok(0) => break,
                Ok(read) => count += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return (count, Some(error)),
            }
        }
        (count, None)
    }

    /// Makes the input go on at `position`.
    pub fn move_input_to(&self, position: u64) -> io::Result<()> {
        let offset = i64::try_from(position).map_err(io::Error::other)?;
        Ok(lseek(&self.file, offset, Whence::SeekSet).map(drop)?)
    }
}

/// How long a regular file is when reading begins; `None` if that says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Length(Option<u64>);

impl Length {
    /// The length of what is behind `fd`. It says nothing of what is no regular file, nor of one that is
    /// empty, which has nothing to lose (and a file of /proc always looks so), nor of one that was cut off
    /// before: its end lies before the place where reading is to begin.
    pub fn of(fd: impl AsFd) -> Length {
        let is_regular = kind_of(&fd) == Some(SFlag::S_IFREG);
        let found = length_and_offset(&fd).ok().filter(|_| is_regular);
        Length(
            found.and_then(|(length, offset)| (length > 0 && offset <= length).then_some(length)),
        )
    }

    /// To be asked where a read has brought nothing: an error if the file is shorter than it was, or than
    /// what has been read of it. (One that has grown beyond that since it was cut off looks whole.)
    pub fn check_at_end(self, fd: impl AsFd) -> io::Result<()> {
        let Some(before) = self.0 else { return Ok(()) };
        let (length, offset) = length_and_offset(fd)?;
        if length < offset.max(before) { Err(became_shorter()) } else { Ok(()) }
    }
}

/// How long a file is now, and how far its input has come.
fn length_and_offset(fd: impl AsFd) -> io::Result<(u64, u64)> {
    let (length, offset) = (fstat(&fd)?.st_size, lseek(&fd, 0, Whence::SeekCur)?);
    let length = length.try_into().map_err(io::Error::other)?;
    Ok((length, offset.try_into().map_err(io::Error::other)?))
}

/// The error of reading a file that had more before.
pub fn became_shorter() -> io::Error {
    io::Error::other("it became shorter meanwhile")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, SeekFrom, Write};

    #[test]
    fn threads_and_the_input_read_one_file() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(SeekFrom::Start(2)).unwrap();
        let regular = Regular::of(&file).unwrap();
        assert_eq!((regular.offset(), regular.length().unwrap()), (2, 10));
        let mut buffer = [0; 4];
        assert!(matches!(regular.read_at(&mut buffer, 3), (4, None)));
        assert_eq!(&buffer, b"3456");
        assert!(matches!(regular.read_at(&mut buffer, 8), (2, None)));
        assert!(matches!(regular.read_at(&mut buffer, 99), (0, None)));
        let mut rest = String::new();
        regular.move_input_to(7).unwrap();
        file.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "789");
    }

    #[test]
    fn an_error_comes_with_what_was_read_before() {
        // Readable nowhere, since no memory is mapped there.
        let memory = File::open("/proc/self/mem").unwrap();
        let regular = Regular::of(&memory).unwrap();
        let (count, error) = regular.read_at(&mut [0; 4], 0);
        assert_eq!((count, error.unwrap().raw_os_error()), (0, Some(5)));
    }

    #[test]
    fn a_file_that_is_shorter_than_it_was_or_than_what_was_read_is_noticed_at_its_end() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"0123456789").unwrap();
        file.seek(SeekFrom::Start(4)).unwrap();
        let length = Length::of(&file);
        // How long it is in the end, how much of it was read, and whether that is all of it.
        for (now, read, is_whole) in [
            (10, 10, true),
            (20, 20, true),
            (20, 15, true),
            (9, 9, false),
            (9, 4, false),
            (0, 10, false),
            (15, 20, false),
        ] {
            file.set_len(now).unwrap();
            file.seek(SeekFrom::Start(read)).unwrap();
            let checked = length.check_at_end(&file).map_err(|it| it.to_string());
            let expected = if is_whole { Ok(()) } else { Err(became_shorter().to_string()) };
            assert_eq!(checked, expected, "{now} bytes, {read} read");
        }
    }

    #[test]
    fn a_length_that_says_nothing_is_none() {
        let is_none = |fd: &dyn AsFd| Length::of(fd.as_fd()).0.is_none();
        let (pipe, _writer) = io::pipe().unwrap();
        assert!(is_none(&pipe));
        assert!(is_none(&File::open("/").unwrap()));
        assert!(is_none(&File::open("/proc/self/status").unwrap()));
        let mut file = tempfile::tempfile().unwrap();
        assert!(is_none(&file), "it is empty");
        file.write_all(b"12").unwrap();
        assert!(!is_none(&file));
        file.set_len(1).unwrap();
        assert!(is_none(&file), "reading is to begin behind its end");
        assert!(Length::of(&file).check_at_end(&file).is_ok());
    }

    #[test]
    fn only_a_regular_file_is_one() {
        let (pipe, _writer) = io::pipe().unwrap();
        assert!(Regular::of(pipe).is_none());
        assert!(Regular::of(File::open("/").unwrap()).is_none());
        assert!(Regular::of(File::open("/dev/null").unwrap()).is_none());
    }
}
