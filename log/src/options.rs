//! The command line of `log`.

use std::path::PathBuf;

use clap::Parser;
use stage::program::{CommandLine, StageOptions};
use stage::sandbox::{Grant, Sandbox, SandboxOption};

use crate::sync::{self, Policy};
use crate::timestamps::Timestamps;

const EXAMPLES: &str = "\
Examples:
  conv | log                               append to samples.log
  conv | log --pass run.log | stat | report
  conv --rate 1k | log --truncate --timestamps iso --sync 100ms run.log

Exit status 0 means that every line received is on the disk. Lines are recorded byte for byte,
whatever they hold; a last line without a line feed gets one. Only one log writes a file at a
time. A torn last line, left by a crash, is set aside in FILE.torn at the next start.

Limits: a write error ends the recording with status 1. A file that is not a regular one (a
FIFO, a device) is neither locked nor synced. While a sync lasts, nothing is read.

";

/// Records every sample in a file.
#[derive(Clone, Debug, Parser)]
#[command(name = "log", version, after_help = format!("{EXAMPLES}{}", stage::exit::HELP))]
pub struct Options {
    /// The file to append to
    #[arg(default_value = "samples.log")]
    pub file: PathBuf,
    /// Start the file anew
    #[arg(short, long)]
    pub truncate: bool,
    /// Put each line's arrival time and a tab in front of it
    #[arg(long, value_enum, value_name = "FORM")]
    pub timestamps: Option<Timestamps>,
    /// When what was received is on the disk: never (only at the end), always (after every
    /// batch), or after this time at the latest
    #[arg(long, value_name = "never|DUR|always", value_parser = sync::policy, allow_hyphen_values = true, default_value = "1s")]
    pub sync: Policy,
    /// Copy the input to standard output, each sample after it was written to the file
    #[arg(short, long)]
    pub pass: bool,
    /// What is kept of the system calls.
    #[command(flatten)]
    pub sandbox: SandboxOption,
}

impl CommandLine for Options {}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        self.sandbox.granting([Grant::KeepFiles])
    }
}
