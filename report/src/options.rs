//! The command line of `report`.

use std::path::PathBuf;

use clap::Parser;
use stage::command_line::{CommandLine, StageOptions};
use stage::sandbox::{Grant, Sandbox, SandboxOption};

use crate::condition::Condition;
use crate::format::Format;

const EXAMPLES: &str = "\
Examples:
  conv | stat --histogram 50 | report
  stat < samples.log | report | tail -n 1
  conv --rate 1k | stat --every 1000 | report --format json | jq .mean
  conv | stat | report --textfile /var/lib/node_exporter/wandler.prom
  stat < samples.log | report --svg samples.svg --fail-if 'mean>60' --fail-if 'sd>=3.5'

Input: the records of stat, one JSON object a line. Fields that are not known are ignored; a
line that is no record, or lacks a field, is told and skipped.

Limits: a record is looked at up to 64 MiB. The plain format rounds what is not exact, such as
mean and sd, to six digits; the live view also shortens exact numbers that have no room; json
and csv have everything (csv without the histogram, and only records with the same fields as the
first). The live view's last state stays on the screen. In a shell pipeline other programs'
messages move its panel down a row. OpenMetrics knows doubles only, and gets no histogram. A
--fail-if whose number does not exist does not hold; without any record the status is 1.

";

/// Shows running statistics as they come.
#[derive(Clone, Debug, Parser)]
#[command(name = "report", version, after_help = format!("{EXAMPLES}{}", stage::exit::HELP))]
pub struct Options {
    /// What to show [default: live on a terminal, plain elsewhere]
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,
    /// Keep the newest record in FILE as OpenMetrics, replaced atomically, for Prometheus' node
    /// exporter
    #[arg(long, value_name = "FILE")]
    pub textfile: Option<PathBuf>,
    /// At the end, and at each minute, draw a picture for a report or a web page
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Tell when a condition such as mean>60 begins and ceases to hold; status 1 if it holds for the
    /// last record (may be given several times)
    #[arg(long, value_name = "COND")]
    pub fail_if: Vec<Condition>,
    /// What is kept of the system calls.
    #[command(flatten)]
    pub sandbox: SandboxOption,
}

impl Options {
    /// Whether there will be a live view, if standard output is a terminal that can show one.
    pub fn wants_live(&self) -> bool {
        self.format.is_none_or(|format| format == Format::Live)
    }
}

impl CommandLine for Options {}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        let kept = self.svg.as_ref().or(self.textfile.as_ref());
        self.sandbox.granting(kept.map(|_| Grant::KeepFiles))
    }
}
