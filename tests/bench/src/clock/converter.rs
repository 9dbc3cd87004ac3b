//! A `conv` whose samples are timed as they arrive.

use std::io::{self, PipeReader, PipeWriter, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use wandler_launcher::ending::ProcessEnding;

use super::RATE;
use crate::Bench;
use crate::error::Error;

/// More than arrives between two reads: a page of samples after a stall.
const AT_ONCE: usize = 64 * 1024;

/// A `conv` that runs at [`RATE`]. One that is dropped early ends by itself: its reader is gone.
pub(super) struct Converter {
    command: String,
    child: Child,
    output: PipeReader,
    started: Instant,
    arrivals: Vec<Duration>,
}

/// How it went.
pub(super) struct Run {
    /// When each sample arrived, since `conv` was started.
    pub arrivals: Vec<Duration>,
    /// When it ended.
    pub whole: Duration,
    /// Ticks that it reported as missed.
    pub missed: Option<u64>,
}

impl Converter {
    /// Starts one that sends `count` samples through a pipe.
    pub(super) fn start(
        bench: &Bench,
        count: u64,
        (output, input): (PipeReader, PipeWriter),
    ) -> Result<Converter, Error> {
        let arguments = ["--rate", RATE, "--count", &count.to_string()];
        let command = format!("conv {}", arguments.join(" "));
        let started = Instant::now();
        let child = Command::new(bench.programs.ours("conv"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(input)
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| Error::Run { command: command.clone(), source })?;
        Ok(Converter { command, child, output, started, arrivals: Vec::new() })
    }

    /// How long ago it was started.
    pub(super) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Reads on until this many samples have arrived since the start, or all of them.
    pub(super) fn read_until(&mut self, samples: usize) -> Result<(), Error> {
        let mut block = vec![0; AT_ONCE];
        while self.arrivals.len() < samples {
            let length = match self.output.read(&mut block) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Error::Pipe { program: "conv", source }),
            };
            let now = self.age();
            let lines = block[..length].iter().filter(|&&byte| byte == b'\n').count();
            self.arrivals.extend(std::iter::repeat_n(now, lines));
        }
        Ok(())
    }

    /// Reads to the end of file, and waits for the process.
    pub(super) fn finish(mut self) -> Result<Run, Error> {
        self.read_until(usize::MAX)?;
        let failed = |source| Error::Run { command: self.command.clone(), source };
        let mut said = String::new();
        if let Some(messages) = &mut self.child.stderr {
            messages.read_to_string(&mut said).map_err(failed)?;
        }
        let status = self.child.wait().map_err(failed)?;
        let whole = self.age();
        let last = said.lines().last().unwrap_or_default();
        if !status.success() {
            let ending = ProcessEnding::from_status(status.into_raw());
            return Err(Error::Failed { command: self.command, ending, said: format!(": {last}") });
        }
        Ok(Run { arrivals: self.arrivals, whole, missed: missed(last) })
    }
}

/// The number in `conv: 1802 samples sent, 0 rejected, 198 ticks missed`.
fn missed(closing_line: &str) -> Option<u64> {
    closing_line.strip_suffix(" ticks missed")?.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_tells_the_ticks_missed() {
        assert_eq!(missed("conv: 1802 samples sent, 0 rejected, 198 ticks missed"), Some(198));
        assert_eq!(missed("conv: something else"), None);
        assert_eq!(missed(""), None);
    }
}
