//! The command line of `stat`.

mod help;
mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use jiff::tz::TimeZone;
use stage::format::columns::Columns;
use stage::format::record::{FIELDS, Presence};
use stage::process::command_line::{CommandLine, Need, StageOptions};
use stage::process::exit;
use stage::process::progress;
use stage::process::quantity;
use stage::process::sandbox::{Grant, Reach, Sandbox, SandboxOption};
use stage::stream::files::STANDARD_INPUT;
use stage::stream::regular::Regular;

use self::help::EXAMPLES;
use self::values::{bins, every, first, jobs as threads, names, quantile, stretches};
use super::label::Label;
use super::selection::Wanted;
use crate::input::{files, jobs};
use crate::ranks::quantile::Quantile;
use crate::time::schedule::Every;

/// Windows that late rows are waited for, at most: the more are open, the less is kept of each.
const MAX_LATE: u32 = 100;

/// Exact running statistics of a stream of samples.
#[derive(Clone, Debug, Parser)]
#[command(name = "stat", version, after_help = format!("{EXAMPLES}{}{}", progress::HELP, exit::HELP))]
pub struct Options {
    /// Files to read, one after another, samples or, with --merge, records; `-` is standard input,
    /// which is read if none is given
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A record every N rows, or when one has come, or a line was rejected, and this time
    /// (100ms, 2s) has passed since the last record [default: 100ms; of regular files only the
    /// last record]
    #[arg(short, long, value_name = "N|DUR", value_parser = every, allow_hyphen_values = true)]
    #[arg(help_heading = "Records")]
    pub every: Option<Every>,
    /// Let each record cover only the rows since the one before: N of them, or those of
    /// this time (10s, 1min, 1h, 1d), if there are any; by the stream's own time if it has one
    ///
    /// `from` and `to` say which. The last record covers the rest.
    #[arg(short, long, value_name = "N|DUR", value_parser = every, allow_hyphen_values = true)]
    #[arg(conflicts_with = "every", help_heading = "Records")]
    pub window: Option<Every>,
    /// The time zone of windows by the stream's own time, such as Europe/Berlin, or `local`
    /// [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = quantity::time_zone, help_heading = "Records")]
    pub time_zone: Option<TimeZone>,
    /// Keep windows by the stream's own time open for this long, for rows that come late
    /// [default: 0s]
    #[arg(long, value_name = "DUR", value_parser = quantity::duration, allow_hyphen_values = true)]
    #[arg(conflicts_with = "course", help_heading = "Records")]
    pub late: Option<Duration>,
    /// Stop at the first line or field that is not a sample, with status 1 and no last record
    #[arg(long, help_heading = "Records")]
    pub strict: bool,
    /// The quantiles of each record, as percentages with at most 15 decimal places
    #[arg(short, long, value_name = "P,P,…", value_parser = quantile, value_delimiter = ',')]
    #[arg(allow_hyphen_values = true, default_value = "50,90,99", help_heading = "Figures")]
    pub quantiles: Vec<Quantile>,
    /// Whether records have the further figures.
    #[arg(short, long, help = help_of_more(), help_heading = "Figures")]
    pub more: bool,
    /// Count only these channels, in this order: their names, with or without the unit in brackets,
    /// or their numbers from 1
    #[arg(short, long, value_name = "NAME|N,…", value_parser = Wanted::parse, value_delimiter = ',')]
    #[arg(help_heading = "Channels")]
    pub columns: Vec<Wanted>,
    /// Name the columns, whatever a header calls them: all of them, the times (if any) `time`, which may
    /// then be Unix seconds without a header
    #[arg(long, value_name = "NAME,…", value_parser = names, help_heading = "Channels")]
    pub names: Option<Columns>,
    /// Take the first line of each input for a header, whatever it looks like
    #[arg(long, conflicts_with = "names", help_heading = "Channels")]
    pub header: bool,
    /// Count how many samples lie where, in at most this many bins (2 to 1000) with round limits:
    /// [low, high, count] each; low ≤ sample < high, and in the last bin also high
    #[arg(long, value_name = "BINS", value_parser = bins, allow_hyphen_values = true)]
    #[arg(help_heading = "Figures")]
    pub histogram: Option<u16>,
    /// Tell, in the last record, the course of the stream, in at most this many stretches (2 to
    /// 10000): [first sample's number, least, mean, greatest] each
    #[arg(long, value_name = "N", value_parser = stretches, allow_hyphen_values = true)]
    #[arg(help_heading = "Figures")]
    pub course: Option<u16>,
    /// Count regular files in this many threads at once (1 to 256) [default: 1; the number of
    /// processors for files of over 64 MiB in all]
    #[arg(short, long, value_name = "N", value_parser = threads, allow_hyphen_values = true)]
    #[arg(conflicts_with_all = ["every", "window", "course", "merge"], help_heading = "Threads")]
    pub jobs: Option<u16>,
    /// Label every record and state, such as site=roof; may be given several times
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = Label::parse)]
    #[arg(allow_hyphen_values = true, help_heading = "Records")]
    pub label: Vec<Label>,
    /// Add to the last record (of each window) what --merge needs
    #[arg(long, help_heading = "Merging")]
    pub state: bool,
    /// Read records with states, and give the record of all their samples
    #[arg(long, help_heading = "Merging")]
    #[arg(conflicts_with_all = ["every", "window", "strict", "first", "columns", "names", "header"])]
    pub merge: bool,
    /// The number, in the whole stream, of the first row of this part: of the classic stream, the first
    /// sample (for --state; --window numbers each channel's samples from it on, as if no row before
    /// lacked one)
    #[arg(long, value_name = "N", value_parser = first, allow_hyphen_values = true)]
    #[arg(help_heading = "Merging")]
    pub first: Option<u64>,
    /// Whether every input is a regular file: not an option, but determined by `reading`.
    #[arg(skip)]
    pub input_is_regular: bool,
    /// Which system calls remain allowed.
    #[command(flatten)]
    pub sandbox: SandboxOption,
}

/// Names the figures that the record's table of fields has for `--more`.
fn help_of_more() -> String {
    let fields = FIELDS.iter().filter(|field| field.presence == Presence::More);
    let names: Vec<&str> = fields.map(|field| field.name).collect();
    let (last, others) = names.split_last().unwrap_or((&"", &[]));
    format!("Tell {} and {last}, too", others.join(", "))
}

impl Options {
    /// The same options, given whether standard input is a regular file.
    pub fn reading(self, standard_input_is_regular: bool) -> Options {
        let input_is_regular = files::are_regular(&self.files, standard_input_is_regular);
        Options { input_is_regular, ..self }
    }
}

impl Options {
    /// Checks that the window has the length that other options need.
    fn check_window(&self) -> Result<(), String> {
        let length = match self.window {
            Some(Every::Time(length)) => length,
            Some(Every::Samples(_)) if self.late.is_some() => {
                return Err("--late needs a --window of some time, such as 10s".to_owned());
            }
            Some(Every::Samples(_)) if self.time_zone.is_some() => {
                return Err("--time-zone needs a --window of some time, such as 1h".to_owned());
            }
            _ => return Ok(()),
        };
        match self.late {
            Some(late) if late.as_nanos() > length.as_nanos() * u128::from(MAX_LATE) => {
                Err(format!("--late is at most {MAX_LATE} times as long as the window"))
            }
            _ => Ok(()),
        }
    }

    /// Whether all inputs are regular files, before any is opened.
    fn has_regular_input(&self) -> bool {
        files::are_regular(&self.files, Regular::of(std::io::stdin()).is_some())
    }
}

impl CommandLine for Options {
    const NEEDS: &'static [Need] = &[
        Need { option: "first", one_of: &["state", "window"] },
        Need { option: "time-zone", one_of: &["window"] },
        Need { option: "late", one_of: &["window"] },
    ];

    fn check(&self) -> Result<(), String> {
        self.check_window()?;
        let mut names: Vec<&str> = self.quantiles.iter().map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("the quantile {} is asked for twice", pair[0]));
        }
        if let Some(twice) = self
            .columns
            .iter()
            .enumerate()
            .find_map(|(at, wanted)| self.columns[..at].contains(wanted).then_some(wanted))
        {
            return Err(format!("the channel {twice} is asked for twice"));
        }
        let mut names: Vec<&str> = self.label.iter().map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(format!("the label {} is given twice", pair[0])),
            None => Ok(()),
        }
    }
}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        let files: Vec<Reach> =
            self.reads().into_iter().map(|it| Reach::Read(it.to_owned())).collect();
        self.sandbox.granting((!files.is_empty()).then_some(Grant::ReadFiles)).reaching(files)
    }

    fn helpers(&self) -> usize {
        let has_one_record = (self.every, self.window) == (None, None) && !self.merge;
        match has_one_record && self.course.is_none() && self.has_regular_input() {
            true => jobs::threads_for(&self.files, self.jobs) - 1,
            false => 0,
        }
    }

    fn reads(&self) -> Vec<&Path> {
        let files = self.files.iter().map(PathBuf::as_path);
        files.filter(|path| *path != Path::new(STANDARD_INPUT)).collect()
    }

    fn reads_no_samples(&self) -> Option<&'static str> {
        self.merge.then_some("records (--merge)")
    }

    fn reads_standard_input(&self) -> bool {
        self.files.is_empty() || self.reads().len() < self.files.len()
    }
}
