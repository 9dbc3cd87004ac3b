//! The command line of `bench`.

use std::time::Duration;

use clap::{Parser, ValueEnum};
use stage::process::command_line::CommandLine;
use stage::process::quantity;

use crate::table::Style;

const EXAMPLES: &str = "\
Examples:
  scripts/bench                                   everything
  scripts/bench throughput --samples 100000000    closer to the steady state
  scripts/bench --write --samples 100000000       as BENCHMARKS.md

Times are the wall times of whole processes, their start included; a competitor takes turns with
ours, and each time is the median of the rounds. Only the ratios mean anything on another
machine. Inputs are made in a temporary directory, in memory where there is a /dev/shm.

Exit status: 0 measured, whatever the figures; 1 something could not be run; 2 wrong usage.";

/// Measures the programs, beside their competitors where they have any.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench", version, after_help = EXAMPLES)]
pub(crate) struct Options {
    /// What to measure
    #[arg(value_enum, value_name = "SECTION", default_values_t = Section::value_variants().to_vec())]
    pub sections: Vec<Section>,
    /// How often each command is measured
    #[arg(long, value_name = "N", default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: u32,
    /// Samples in the throughput's inputs; slow competitors get a tenth
    // A thousand is past the point where the tenth, and any figure, means something.
    #[arg(long, value_name = "N", default_value_t = 20_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1_000..))]
    pub samples: u64,
    /// How long the idle pipeline and the live view are watched
    #[arg(long, value_name = "DUR", value_parser = watching, default_value = "10s")]
    pub idle_time: Duration,
    /// Print the tables as Markdown
    #[arg(long)]
    pub markdown: bool,
    /// Write them, as Markdown, to BENCHMARKS.md in the working directory instead
    #[arg(long)]
    pub write: bool,
}

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// Samples a second, beside competitors
    Throughput,
    /// What each kind of transport carries, beside the bare kernel object
    Transports,
    /// From a sample to its line in the report
    Latency,
    /// How well conv keeps its ticks
    Clock,
    /// What the default pipeline costs while little happens
    Idle,
    /// What the live view costs
    Live,
}

impl Options {
    /// How tables look.
    pub(crate) fn style(&self) -> Style {
        if self.markdown || self.write { Style::Markdown } else { Style::Plain }
    }
}

impl CommandLine for Options {}

fn watching(text: &str) -> Result<Duration, String> {
    match quantity::duration(text)? {
        Duration::ZERO => Err("a time to watch must be longer than zero".to_owned()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured_unless_sections_are_named() {
        let sections = |words: &[&str]| {
            Options::try_parse_from([&["bench"], words].concat()).unwrap().sections
        };
        assert_eq!(sections(&[]), Section::value_variants());
        assert_eq!(sections(&["idle", "--markdown", "clock"]), [Section::Idle, Section::Clock]);
    }

    #[test]
    fn nothing_is_measured_zero_times() {
        for words in [["--rounds", "0"], ["--samples", "0"], ["--idle-time", "0s"]] {
            assert!(Options::try_parse_from([&["bench"], &words[..]].concat()).is_err());
        }
    }
}
