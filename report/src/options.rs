//! The command line of `report`.

use clap::Parser;
use stage::program::CommandLine;

use crate::format::Format;

const EXAMPLES: &str = "\
Examples:
  conv | stat | report
  stat < samples.log | report | tail -n 1
  conv --rate 1k | stat --every 1000 | report --format json | jq .mean

Input: the records of stat, one JSON object a line. Fields that are not known are ignored; a
line that is no record, or lacks a field, is told and skipped.

Limits: a record is looked at up to 64 MiB. The plain format rounds what is not exact, such as
mean and sd, to six digits, and leaves out the histogram and the state; json has everything.

";

/// Shows running statistics as they come.
#[derive(Clone, Debug, Parser)]
#[command(name = "report", version, after_help = format!("{EXAMPLES}{}", stage::exit::HELP))]
pub struct Options {
    /// What to show
    #[arg(short, long, value_enum, default_value_t)]
    pub format: Format,
}

impl CommandLine for Options {}
