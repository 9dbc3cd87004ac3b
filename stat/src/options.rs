//! The command line of `stat`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Parser;
use stage::format::columns::Columns;
use stage::format::decimal::Decimal;
use stage::format::record::{FIELDS, Presence};
use stage::process::command_line::{CommandLine, Need, StageOptions};
use stage::process::exit;
use stage::process::progress;
use stage::process::quantity;
use stage::process::sandbox::{Grant, Sandbox, SandboxOption};
use stage::stream::files::STANDARD_INPUT;
use stage::stream::regular::Regular;

use crate::course::{MAX_STRETCHES, MIN_STRETCHES};
use crate::files;
use crate::histogram::{MAX_BINS, MIN_BINS};
use crate::jobs::{self, MAX_JOBS};
use crate::label::Label;
use crate::quantile::Quantile;
use crate::schedule::Every;
use crate::selection::Wanted;

const EXAMPLES: &str = "\
Examples:
  conv | stat                                a record for each sample
  stat samples.log                           the record of a whole file
  stat monday.log tuesday.log                that of both together
  stat --every 1000 < samples.log            a record every 1000 samples
  conv --rate 1k | stat --window 1s          the statistics of each second
  stat --quantiles 5,95,99.9 --more samples.log
  stat --course 500 samples.log | report --svg samples.svg
  stat --columns temp,hum weather.tsv        two columns of a table
  stat --state monday.log > monday.state
  stat --merge *.state                       the record of all days together

Input: rows of numbers, with one TAB between the fields. A line of one number is the classic \
stream; blanks around it are ignored. With several, each column is a channel. A header, a line of at \
least two names, names them: a name is a letter, then letters, digits, blanks and _-/%°µ()[]; a unit may \
stand behind it in brackets. Without a header they are numbered from 1. A time (RFC 3339) may stand \
in the first field; behind a header that begins with \"time\" it may also be in Unix seconds. The \
first row or header decides. The same header again is skipped; another one begins a part with other \
columns, as in files that were put together.

Rejected is everything else: reported (the first few), counted and skipped. A row of another width, \
or with a time that cannot be read, is rejected whole, and counts once for each channel; a field that \
is not a number is rejected alone. An empty field is a missing sample, which is neither: \"missing\" \
counts these.

Channels: each has a record of its own, next to each other, with its \"channel\" in front; the \
classic stream and its times (a header time, TAB, value) have a channel without a name. With times, \
\"start\" and \"end\" are those of the oldest and the newest sample. --every N, --window N and the \
pipeline's account count rows.

Records: of regular files only the last one is written, unless --every or --window says otherwise, \
so that the same file always gives the same. A last window without samples has no record, unless \
lines were rejected in it, a course is wanted, or there is no other record.

Exact: sum, min, max, last, range and mode, to the last digit; mean, sd, var, rms, skew, kurtosis \
and autocorrelation are the doubles nearest to the true values. Null is what has no value: every \
number without samples, sd and var below two, skew, kurtosis and autocorrelation of a constant \
series, and what is beyond the largest double.

Quantiles are by nearest rank: p90 is the least sample with at least 90 % of all at or below it. \
They are exact while there are at most 65536 distinct values. Then \"quantiles\" says \
\"approximate\", and \"quantile_error\" by how much any of them may be wrong at most. They are \
within 1 % of that sample's value (samples nearer to zero than 2.2e-308 count as 0), and in the \
same cell of a grid: cells are 1 or 2 times a power of ten wide, as narrow as 65536 of them in use \
allow, which for a bell is about a thousandth of its sd. The histogram's counts are exact as long \
as its limits are those of cells, and else estimates; mode is null.

Histogram: limits are multiples of 1, 2 or 5 times a power of ten; or, where at least 32 distinct \
values lie whole steps apart (a converter's codes times a scale), of such steps. With --window \
they cover all windows so far, so that they stay where they are.

More figures: var, sample variance (n-1); rms, root mean square; range, max - min; mode, the most \
frequent value, the least of several; skew, g1 = m3/m2^1.5; kurtosis, g2 = m4/m2^2 - 3, 0 for a \
normal distribution (m2, m3, m4: central moments over n); autocorrelation, r1 of neighbouring \
samples, as NIST defines it.

Threads: --jobs N counts regular files in N threads, each file in all of them, with the same \
result, byte for byte. By default these are as many as there are processors where the files have \
over 64 MiB in all, and otherwise one. Pipes and the like, rows of several fields, and whatever is \
counted with --every, --window, --course or --merge have one thread. What is appended to a file \
meanwhile is counted; one that becomes shorter cannot be read if what was cut off had been counted. \
Asked to stop, the threads finish what has been handed out to them, about 1 MiB each.

Labels: a name is a letter or _, then letters, digits and _; not that of a field, and none of q, \
quantile, le, job, instance and __..., which have a meaning where metrics are read.

Course: a stretch is a power of two samples long, as short as the number of stretches allows. In \
windows, it is that of the whole stream, in the last record.

Merging: the states of any parts of a stream give the record of the whole, in whatever order they \
come, for each channel by its name; some parts may lack a channel. Channels with numbers do not go \
together with those that have names (--names gives them some). What depends on the samples' order (last, autocorrelation) takes the parts in the order in \
which they were counted; if that was not the stream's, say --first for each. Then samples that \
were merged already are noticed, and autocorrelation is null if some are missing; otherwise only \
the same state is noticed. Of parts that were counted at the same time without --first the order \
is not known: both are null, and that is reported. (States made by version 0.1.0 do not say when \
they began.) --more needs parts that were counted with --more; --course needs parts with a course \
of at least as many stretches and, for more than one, --first. The merged record keeps the labels \
that all parts have in common.

Limits: a line is looked at up to 64 KiB; a row has at most 1000 columns, and a stream, with all its \
parts, 1000 channels; a sample has at most 400 decimal places and is finite as \
a double. Asked to stop, stat reads standard input on until it ends or is silent for a second; \
reading files, it ends there and reports what it has counted. Half a line that is cut off so, or \
by a hang-up, is dropped, and reported. Memory: 4 MB; up to 12 MB with 65536 distinct values, 30 \
MB with more, and 90 MB if they have hundreds of digits; with --jobs, as much for each thread. A \
state has at most 2 MB (47 MB with \
hundreds of digits) and up to 1 MB more with a course, and 100 bytes for each part merged that was \
not numbered with --first; making or merging it takes up to 40 MB (170 MB) in all. A record with a \
state has at most 64 MiB.

";

/// Exact running statistics of a stream of samples.
#[derive(Clone, Debug, Parser)]
#[command(name = "stat", version, after_help = format!("{EXAMPLES}{}{}", progress::HELP, exit::HELP))]
pub struct Options {
    /// Files to read, one after another, samples or, with --merge, records; `-` is standard input,
    /// which is read if none is given
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// A record every N samples, or when a sample has come, or a line was rejected, and this time
    /// (100ms, 2s) has passed since the last record [default: 100ms; of regular files only the
    /// last record]
    #[arg(short, long, value_name = "N|DUR", value_parser = every, allow_hyphen_values = true)]
    #[arg(help_heading = "Records")]
    pub every: Option<Every>,
    /// Let each record cover only the samples since the one before: N of them, or those of
    /// this time, if there are any
    ///
    /// `from` and `to` say which. The last record covers the rest.
    #[arg(short, long, value_name = "N|DUR", value_parser = every, allow_hyphen_values = true)]
    #[arg(conflicts_with = "every", help_heading = "Records")]
    pub window: Option<Every>,
    /// Stop at the first line that is not a sample, with status 1 and no last record
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
    /// Name the columns, whatever a header calls them: all of them, the times (if any) `time`
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
    #[arg(short, long, value_name = "N", value_parser = jobs, allow_hyphen_values = true)]
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
    /// The number, in the whole stream, of the first sample of this part (for --state, and for
    /// the numbers that --window tells)
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
    /// Whether all inputs are regular files, before any is opened.
    fn has_regular_input(&self) -> bool {
        files::are_regular(&self.files, Regular::of(std::io::stdin()).is_some())
    }
}

impl CommandLine for Options {
    const NEEDS: &'static [Need] = &[Need { option: "first", one_of: &["state", "window"] }];

    fn check(&self) -> Result<(), String> {
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
        self.sandbox.granting(files::need_opening(&self.files).then_some(Grant::ReadFiles))
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

fn every(text: &str) -> Result<Every, String> {
    match (text.parse(), quantity::duration(text)) {
        (Ok(0), _) => Err("a record cannot come every 0 samples".to_owned()),
        (Ok(count), _) => Ok(Every::Samples(count)),
        (_, Ok(time)) if time > Duration::ZERO => Ok(Every::Time(time)),
        _ => Err("expected a number of samples, or a duration such as 100ms or 2s".to_owned()),
    }
}

fn quantile(text: &str) -> Result<Quantile, String> {
    let percent: Decimal =
        text.parse().map_err(|_| "expected percentages such as 50,99.9".to_owned())?;
    Quantile::new(&percent)
}

fn names(text: &str) -> Result<Columns, String> {
    Columns::named(text.split(',').map(str::trim)).map_err(|error| error.to_string())
}

fn bins(text: &str) -> Result<u16, String> {
    let bins = text.parse().ok().filter(|bins| (MIN_BINS..=MAX_BINS).contains(bins));
    bins.ok_or_else(|| format!("expected a number of bins from {MIN_BINS} to {MAX_BINS}"))
}

fn stretches(text: &str) -> Result<u16, String> {
    let allowed = MIN_STRETCHES as u16..=MAX_STRETCHES as u16;
    let stretches = text.parse().ok().filter(|stretches| allowed.contains(stretches));
    stretches.ok_or_else(|| {
        format!("expected a number of stretches from {MIN_STRETCHES} to {MAX_STRETCHES}")
    })
}

fn jobs(text: &str) -> Result<u16, String> {
    let jobs = text.parse().ok().filter(|jobs| (1..=MAX_JOBS).contains(jobs));
    jobs.ok_or_else(|| format!("expected a number of threads from 1 to {MAX_JOBS}"))
}

/// Half of what a number can be, so that counting on from there never overflows.
const MAX_FIRST: u64 = u64::MAX / 2;

fn first(text: &str) -> Result<u64, String> {
    let first = text.parse().ok().filter(|first| (1..=MAX_FIRST).contains(first));
    first.ok_or_else(|| format!("expected the number of a sample, from 1 to {MAX_FIRST}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_by_number_or_by_time() {
        assert_eq!(every("10"), Ok(Every::Samples(10)));
        assert_eq!(every("2s"), Ok(Every::Time(Duration::from_secs(2))));
        assert_eq!(every("0").unwrap_err(), "a record cannot come every 0 samples");
        for wrong in ["", "-1", "1.5", "0s", "often"] {
            let refusal = every(wrong).unwrap_err();
            assert_eq!(refusal, "expected a number of samples, or a duration such as 100ms or 2s");
        }
    }
}
