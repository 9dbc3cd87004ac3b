//! The command line of `bench`.

use std::time::Duration;

use clap::{Parser, ValueEnum};
use stage::process::command_line::CommandLine;
use stage::process::quantity;

use crate::table::Style;
use crate::targets::rows::{self, Row};
use crate::timing::Patience;

/// Before the list of rows.
const EXAMPLES: &str = "\
Examples:
  scripts/bench                          everything; about half an hour
  scripts/bench targets                  the table of targets
  scripts/bench --only floats engines    two of its rows
  scripts/bench --only 5 --quick         whether a row works; its figures mean little
  scripts/bench --write                  the table of targets, into the README

Times are the wall times of whole processes (unless --cpu is given), their start included. What is \
compared takes turns, and each time is the median of the rounds; short runs get more rounds. Only \
the ratios mean anything on another machine. Inputs are made in a temporary directory, in memory \
where there is a /dev/shm: with 20 million samples up to 3 GB.

Rows, by number or name:
";

/// Behind it.
const REST: &str = "
A row that lacks what it needs besides coreutils and bash is named as not measured. That is mawk and \
datamash (apt-get install mawk datamash); Polars and DuckDB (pip install polars duckdb, in a virtual \
environment that is active when the benchmark is run); two cores for two threads. The row `start` \
also builds the static programs (scripts/build-static).

Exit status: 0 measured, whatever the figures; 1 something could not be run; 2 wrong usage.";

/// Rounds of a run whose figures are to be believed; those in the README have at least as many.
const ROUNDS: u32 = 5;
const SAMPLES: u64 = 20_000_000;
const IDLE_TIME: Duration = Duration::from_secs(10);
/// With `--quick`: enough for every command to do all of its work once.
const QUICK_SAMPLES: u64 = 1_000_000;
const QUICK_IDLE_TIME: Duration = Duration::from_secs(1);
/// Rounds go on for this long: after it the median of runs of some milliseconds is steady.
const ENOUGH: Duration = Duration::from_secs(2);

/// Measures the programs, beside their competitors where they have any.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench", version, after_help = format!("{EXAMPLES}{}{REST}", rows::list()))]
pub(crate) struct Options {
    /// What to measure [default: all of it]
    #[arg(value_enum, value_name = "SECTION")]
    sections: Vec<Section>,
    /// Only these rows of the table of targets
    #[arg(long, value_name = "ROW", num_args = 1.., value_delimiter = ',', value_parser = row)]
    #[arg(conflicts_with = "sections")]
    only: Vec<&'static Row>,
    /// Also the rows that take very long
    #[arg(long)]
    long: bool,
    /// At least how often each command is measured [default: 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Samples in most inputs; the shortest have five times as many, slow competitors get a tenth
    /// [default: 20000000]
    // A thousand is past the point where the tenth, and any figure, means something.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1_000..))]
    samples: Option<u64>,
    /// How long the idle pipeline and the live view are watched [default: 10s]
    #[arg(long, value_name = "DUR", value_parser = watching)]
    idle_time: Option<Duration>,
    /// One round of small inputs, to see that all can be run
    #[arg(long)]
    quick: bool,
    /// In the table of targets, compare processor times: on a busy machine these are steadier, but
    /// several processes or threads at once gain nothing by them
    #[arg(long)]
    pub cpu: bool,
    /// Print the tables as Markdown
    #[arg(long)]
    markdown: bool,
    /// Also write the table of targets into the README
    #[arg(long, conflicts_with_all = ["sections", "only", "quick", "cpu"])]
    pub write: bool,
}

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Section {
    /// What is promised about speed, and whether it holds
    Targets,
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
    /// The parts to measure.
    pub(crate) fn sections(&self) -> Vec<Section> {
        match self.sections.is_empty() {
            true if self.write || !self.only.is_empty() => vec![Section::Targets],
            true => Section::value_variants().to_vec(),
            false => self.sections.clone(),
        }
    }

    /// Whether a row of the table of targets is measured.
    pub(crate) fn includes(&self, row: &Row) -> bool {
        match self.only.is_empty() {
            true => self.long || !row.is_long,
            false => self.only.iter().any(|only| only.name == row.name),
        }
    }

    /// How often each command is measured, at least.
    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { ROUNDS })
    }

    /// The same, and how long short runs are repeated.
    pub(crate) fn patience(&self) -> Patience {
        let time = if self.quick { Duration::ZERO } else { ENOUGH };
        Patience { rounds: self.rounds(), time }
    }

    /// Samples in most inputs.
    pub(crate) fn samples(&self) -> u64 {
        self.samples.unwrap_or(if self.quick { QUICK_SAMPLES } else { SAMPLES })
    }

    /// How long a pipeline is watched.
    pub(crate) fn idle_time(&self) -> Duration {
        self.idle_time.unwrap_or(if self.quick { QUICK_IDLE_TIME } else { IDLE_TIME })
    }

    /// How tables look.
    pub(crate) fn style(&self) -> Style {
        if self.markdown { Style::Markdown } else { Style::Plain }
    }
}

impl CommandLine for Options {
    fn check(&self) -> Result<(), String> {
        match self.write && self.rounds() < ROUNDS {
            true => Err(format!("--write needs at least {ROUNDS} rounds")),
            false => Ok(()),
        }
    }
}

fn row(text: &str) -> Result<&'static Row, String> {
    let known = || format!("expected a name or a number up to {}", rows::ROWS.len());
    Row::find(text).ok_or_else(known)
}

fn watching(text: &str) -> Result<Duration, String> {
    match quantity::duration(text)? {
        Duration::ZERO => Err("a time to watch must be longer than zero".to_owned()),
        time => Ok(time),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str]) -> Options {
        Options::try_parse_from([&["bench"], words].concat()).unwrap()
    }

    fn is_refused(words: &[&str]) -> bool {
        let parsed = Options::try_parse_from([&["bench"], words].concat());
        parsed.map_or(true, |options| options.check().is_err())
    }

    /// The names of the rows measured.
    fn rows(words: &[&str]) -> Vec<&'static str> {
        let options = parsed(words);
        rows::ROWS.iter().filter(|row| options.includes(row)).map(|row| row.name).collect()
    }

    #[test]
    fn everything_is_measured_unless_sections_are_named() {
        assert_eq!(parsed(&[]).sections(), Section::value_variants());
        let sections = parsed(&["idle", "--markdown", "clock"]).sections();
        assert_eq!(sections, [Section::Idle, Section::Clock]);
    }

    #[test]
    fn rows_are_chosen_by_name_and_by_number() {
        assert_eq!(parsed(&["--only", "floats"]).sections(), [Section::Targets]);
        assert_eq!(rows(&["--only", "1", "text,start", "--quick"]), ["integers", "text", "start"]);
        assert!(is_refused(&["--only", "float"]) && is_refused(&["--only", "0"]));
        assert!(is_refused(&["idle", "--only", "1"]));
    }

    #[test]
    fn long_rows_are_measured_when_they_are_asked_for() {
        assert_eq!(rows(&[]).len(), rows::ROWS.len() - 1);
        assert_eq!(rows(&["--long"]).len(), rows::ROWS.len());
        assert_eq!(rows(&["--only", "long-run"]), ["long-run"]);
    }

    #[test]
    fn nothing_is_measured_zero_times() {
        for words in [["--rounds", "0"], ["--samples", "0"], ["--idle-time", "0s"]] {
            assert!(is_refused(&words), "{words:?}");
        }
    }

    #[test]
    fn a_quick_run_is_small_except_where_sizes_are_given() {
        let quick = parsed(&["--quick"]);
        assert_eq!((quick.rounds(), quick.samples()), (1, 1_000_000));
        assert_eq!(quick.patience().time, Duration::ZERO);
        let given = parsed(&["--quick", "--rounds", "3", "--samples", "5000"]);
        assert_eq!((given.rounds(), given.samples()), (3, 5000));
        assert_eq!((parsed(&[]).rounds(), parsed(&[]).samples()), (5, 20_000_000));
    }

    #[test]
    fn the_readme_gets_the_whole_table_and_believable_figures() {
        assert_eq!(parsed(&["--write"]).sections(), [Section::Targets]);
        assert!(!is_refused(&["--write", "--rounds", "5", "--long"]));
        for words in
            [&["--write", "--quick"][..], &["--write", "--rounds", "4"], &["--write", "--cpu"]]
        {
            assert!(is_refused(words), "{words:?}");
        }
        assert!(is_refused(&["--write", "--only", "1"]) && is_refused(&["--write", "targets"]));
    }
}
