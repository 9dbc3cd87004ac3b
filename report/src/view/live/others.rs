//! What other stages say while the live view is on.
//!
//! The launcher gives the other stages a pipe as their standard error, and `report` the reading
//! end, named by [`VARIABLE`]. So the terminal has one writer, which shows those lines above the
//! panel. What is left unread when `report` ends, the launcher prints.

use std::fs::File;
use std::io::Read;

use memchr::memchr;
use stage::process::inherited;
use stage::process::message::VARIABLE;

/// Bytes of a line at most: a stage's are shorter, and what has no end is shown in pieces.
const LINE: usize = 4096;

/// The reading end, which does not block.
#[derive(Debug)]
pub(crate) struct Others {
    pipe: File,
    /// The start of a line whose rest is still to come.
    rest: Vec<u8>,
}

impl Others {
    /// The pipe that the environment names, if it names one. To be called once a process.
    pub(crate) fn from_environment() -> Result<Option<Others>, inherited::Error> {
        let pipe = inherited::descriptor(VARIABLE)?;
        Ok(pipe.map(|pipe| Others { pipe: pipe.into(), rest: Vec::new() }))
    }

    /// Hands over each line that has come.
    pub(crate) fn lines(&mut self, mut tell: impl FnMut(&str)) {
        let mut buffer = [0; LINE];
        // Any error other than "nothing now" means that nothing more will come.
        while let Ok(count @ 1..) = self.pipe.read(&mut buffer) {
            self.rest.extend_from_slice(&buffer[..count]);
            while let Some(end) = memchr(b'\n', &self.rest) {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                tell(&String::from_utf8_lossy(&line[..end]));
            }
            if self.rest.len() > LINE {
                self.last_line(&mut tell);
            }
        }
    }

    /// Hands over what has come of an unfinished line.
    pub(crate) fn last_line(&mut self, mut tell: impl FnMut(&str)) {
        if !self.rest.is_empty() {
            tell(&String::from_utf8_lossy(&std::mem::take(&mut self.rest)));
        }
    }
}
