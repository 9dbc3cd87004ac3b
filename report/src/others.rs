//! What other stages say while the live view is on.
//!
//! The launcher gives the other stages a pipe as their standard error, and `report` the reading
//! end, named by [`VARIABLE`] as the ledger is: the terminal has one writer, who shows those lines
//! above the panel. What is left unread when `report` ends, the launcher prints.

use std::fs::File;
use std::io::{self, Read};
use std::time::Duration;

use memchr::memchr;
use stage::kernel;
use thiserror::Error;

/// The environment variable that names the descriptor.
pub const VARIABLE: &str = "WANDLER_MESSAGES";

/// How often it is looked whether something was said: soon enough for who reads it.
pub const LOOK: Duration = Duration::from_millis(100);

/// The variable does not hold the number of an open descriptor.
#[derive(Debug, Error)]
#[error("cannot use {VARIABLE}")]
pub struct Unusable(#[source] io::Error);

/// The reading end, which does not block.
#[derive(Debug)]
pub struct Others {
    pipe: File,
    /// The start of a line of which the rest is still to come.
    rest: Vec<u8>,
}

impl Others {
    /// The pipe that the environment names, if it names one. Once a process.
    pub fn from_environment() -> Result<Option<Others>, Unusable> {
        let Some(value) = std::env::var_os(VARIABLE) else { return Ok(None) };
        let number = value.to_string_lossy().parse();
        let number = number.map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
        let pipe = number.and_then(kernel::adopt).map_err(Unusable)?;
        Ok(Some(Others { pipe: pipe.into(), rest: Vec::new() }))
    }

    /// Hands over each line that has come.
    pub fn lines(&mut self, mut tell: impl FnMut(&str)) {
        let mut buffer = [0; 4096];
        // An error, besides that there is nothing now, means that there will be nothing.
        while let Ok(count @ 1..) = self.pipe.read(&mut buffer) {
            self.rest.extend_from_slice(&buffer[..count]);
        }
        while let Some(end) = memchr(b'\n', &self.rest) {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            tell(&String::from_utf8_lossy(&line[..end]));
        }
    }
}
