//! The command line of `log`.

use std::path::{Path, PathBuf};

use clap::Parser;
use stage::format::time::Time;
use stage::process::command_line::{CommandLine, Need, StageOptions};
use stage::process::exit;
use stage::process::progress;
use stage::process::sandbox::{Grant, Reach, Sandbox, SandboxOption};
use stage::stream::files::STANDARD_INPUT;

use crate::cat::Range;
use crate::file::rotation::{Keeping, Naming};
use crate::schedule::{self, Period, Schedule};
use crate::sync::{self, SyncPolicy};
use crate::timestamps::Timestamps;
use crate::when::{self, End};

/// The file that is recorded in unless another is named.
const DEFAULT: &str = "samples.log";

const EXAMPLES: &str = "\
Examples:
  conv | log                               append to samples.log
  conv | log --pass run.log | stat | report
  conv --rate 1k | log --truncate --timestamps iso --sync 100ms run.log
  conv --rate 1k | log --rotate 100M --keep 20 run.log
  conv --rate 1k | log --rotate 1d --keep 365 run.log   one file a day
  log --check run.log                      also its old files
  log --cat run.log --since 22:00 --until 6:00 | stat

Exit status 0 means that every line received is on the disk, except for what somebody else did to \
the file, which is reported. Lines are recorded byte for byte, whatever they hold; a last line \
without a line feed gets one. But half a line that a stop, a hang-up or an error cut off is not \
recorded: it is reported. Only one log writes a file at a time; a user who may only read it cannot \
keep a log from it. A torn last line, left by a crash, is set aside in FILE.torn at the next start.

If the disk is full, or writing fails for another reason, log says so once, keeps what it has, \
reads no more (so that the pipeline waits), and tries again every second, from the exact byte. \
Asked to stop meanwhile, it says how many samples are not recorded, and ends with status 1. A \
failed sync is final: status 1. If FILE is removed, moved, replaced, cut off or written to by \
somebody else, or its file system is gone, log notices within a second, says so, and goes on in \
FILE. A symbolic link to a file is followed, and reported. With --pass, recording ends when nobody \
reads standard output any more.

What the file system lacks is no failure: if it has no locks, cannot sync files or directories, or \
gives a file another inode number each time, or if the directory may not be read, log records all \
the same, and says once which promise does not hold there.

With --rotate SIZE, FILE becomes an old file before it would grow beyond SIZE; with --rotate DUR, \
when a line comes in a later period of that length, counted from 1970 in UTC (1d: from midnight to \
midnight). A line is never divided. Each step is on the disk before the next. Names by number: FILE \
is renamed to FILE.1, FILE.1 to FILE.2, and so on, so that a rotation costs a rename and a sync for \
each old file; whatever lies at those names is taken for an old file. Names by time: FILE is renamed \
once, and for good, to when it, or its period, began, as run.log to run.20261125T180000Z.log; a \
rotation costs one rename, however many are kept, and what is old can be compressed or moved away. If \
that name is taken, even compressed, or there is a later one, 0001, 0002, ... stands behind the newest \
time; no file is replaced. --keep N (10) old files stay, whoever named them; compressed ones are \
neither counted nor removed. A file that is there at the start counts as begun when it was last written to.

Where a rotation is refused (the directory may not be written, FILE is a mount point or append-only, \
an old file is somebody else's in a sticky directory), log says so once, goes on in the same file, \
and tries again with a line, at most every second. Only a full disk is waited for. A name that would \
be too long is refused at the start. A file that somebody else puts in the place of the new one is \
not recorded in.

Headers: if the stream begins with one (a TAB b, the names of its columns), every new file does, \
including those that a rotation begins, and a file that already has lines is appended to without \
it. With --timestamps it has time in front; samples alone get the header time TAB value, columns \
without names ch1, ch2, ... A header counts toward SIZE, but not as a sample; --pass hands on what \
came. A stream of other columns than FILE, or of times in another form, is an error before anything \
is written: name another FILE, or use --truncate. FILE's columns are those of the last header in its \
last 64 MiB, or else those of its first lines; where only the first lines have the stream's columns, \
the stream's header is written once more. What is neither a header nor a row in FILE's first line is \
no obstacle. Headers in the middle of a stream are recorded as they come, and new files begin with the \
last one.

Files: samples.log in the working directory, unless FILE is named; FILE.1, FILE.2, ..., or those \
with a time in their names, the old files of --rotate; FILE.torn, what a crash left half written.

Limits: FILE must not be a standard stream as well, under whatever name, unless it is a device, \
and neither must old files, with --rotate. In the launcher's pipeline conv and report must use \
none of these names, either (of very many, the newest few hundred are looked at). A file that is \
not a regular one (a FIFO, a device) is neither locked nor synced, and cannot be rotated; while \
its reader hangs, only kill -9 ends log. While a sync lasts, nothing is read: what comes meanwhile \
waits in the pipe, which log makes 1 MiB wide where a shell made it. While the reader of \
--pass does not read, nothing is synced. A single line longer than SIZE has a file of its own (behind its header). \
Where the kernel has Landlock, log reaches what is below FILE's directory and the one above, but not \
all of / or /dev (unless FILE lies in / itself): a file system that is mounted anew directly below /, or a link that is set to lead to \
another directory, is refused (Permission denied) until log is started again, or with --no-sandbox. \
What somebody does to old files, and bytes changed in FILE while its length stays the same, are \
not noticed. A regular file that becomes shorter while it is read, as standard input or with --check or \
--cat, is an error: status 1, even if it was only log that took back half a line there; unless it has grown \
beyond its former length by then. --check and --cat read old files by number and by time, and may miss or double lines of \
a file that is being rotated. They take old files behind two missing numbers for somebody else's, read no compressed ones, and say so where \
there are any; a line of over 64 KiB is no sample. --cat prints a header again only where another one \
came in between. With --since or --until, a line without a time is not printed, but reported, and the \
status is 3; a T that names no zone is in the local one (TZ), where a time that comes twice is the \
earlier one; Unix seconds have 9 or 10 digits before the point, or an @ in front (@0). All lines are \
read, even if none is in the range.

";

/// Records every sample in a file.
#[derive(Clone, Debug, Parser)]
#[command(name = "log", version, after_help = format!("{EXAMPLES}{}{}", progress::HELP, exit::HELP))]
pub struct Options {
    /// The file to append to; with --cat, the one to print; with --check, the files to read
    #[arg(value_name = "FILE", default_value = DEFAULT, num_args = 0..)]
    pub(crate) files: Vec<PathBuf>,
    /// Start the file anew
    #[arg(short, long)]
    pub(crate) truncate: bool,
    /// Put each line's arrival time and a tab in front of it; a new file begins with a header line,
    /// such as time, tab, value. Rows that have times already are refused
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) timestamps: Option<Timestamps>,
    /// When what was received is on the disk: never (only at the end), always (after every
    /// batch), or after this time at the latest
    #[arg(long, value_name = "never|DUR|always", value_parser = sync::policy, allow_hyphen_values = true, default_value = "1s")]
    pub sync: SyncPolicy,
    /// Begin a new file before this one grows beyond a size (4096, 64K, 100M: powers of 1024), or when
    /// a time has passed (1h, 1d: at multiples of it in UTC)
    #[arg(long, value_name = "SIZE|DUR", value_parser = schedule::parse, allow_hyphen_values = true)]
    pub(crate) rotate: Option<Schedule>,
    /// How --rotate names old files; by default by number with SIZE, and by time with DUR
    #[arg(long, value_enum, value_name = "WHAT")]
    pub(crate) name_by: Option<Naming>,
    /// How many old files --rotate keeps
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), default_value = "10")]
    pub(crate) keep: u64,
    /// Copy the input to standard output, each sample after it was written to the file (with --sync
    /// always: after it is on the disk); without it, what stands behind log in a pipeline gets no samples
    #[arg(short, long)]
    pub(crate) pass: bool,
    /// Record nothing: read recorded files, and say how many samples they hold, for each channel, from
    /// when to when, and which lines are not samples
    #[arg(long, conflicts_with_all = ["truncate", "timestamps", "sync", "rotate", "name_by", "keep", "pass"])]
    pub(crate) check: bool,
    /// Record nothing: print what was recorded, the old files first, with one header
    #[arg(long, conflicts_with_all = ["truncate", "timestamps", "sync", "rotate", "name_by", "keep", "pass", "check"])]
    pub(crate) cat: bool,
    /// With --cat, only rows from this time on: 22:00 (the last that has passed), 2026-11-25,
    /// 2026-11-25T22:00, 2026-11-25T22:00:00Z, 1764180000 (Unix seconds) or -8h (ago)
    #[arg(long, value_name = "T", value_parser = when::parse, allow_hyphen_values = true)]
    pub(crate) since: Option<Time>,
    /// With --cat, only rows before this time; a time of day is the first after --since
    #[arg(long, value_name = "T", value_parser = when::parse_end, allow_hyphen_values = true)]
    pub(crate) until: Option<End>,
    /// Which system calls are kept.
    #[command(flatten)]
    pub(crate) sandbox: SandboxOption,
}

impl Options {
    /// The file to record in.
    pub(crate) fn file(&self) -> &Path {
        self.files.first().map_or(Path::new(DEFAULT), PathBuf::as_path)
    }

    /// Whether something that was recorded is read, and nothing recorded.
    fn reads_files(&self) -> bool {
        self.check || self.cat
    }

    /// The times of the rows that are printed.
    pub(crate) fn range(&self) -> Range {
        let until = self.until.as_ref().map(|end| end.of_range_from(self.since));
        Range { since: self.since, until }
    }

    /// Which old files are kept, if the file is rotated.
    pub(crate) fn keeping(&self) -> Option<Keeping> {
        let usual = match self.rotate? {
            Schedule::Size(_) => Naming::Number,
            Schedule::Every(_) => Naming::Time,
        };
        Some(Keeping { naming: self.name_by.unwrap_or(usual), keep: self.keep })
    }

    /// The size beyond which the file does not grow.
    pub(crate) fn size(&self) -> Option<u64> {
        match self.rotate {
            Some(Schedule::Size(bytes)) => Some(bytes),
            _ => None,
        }
    }

    /// The period at whose end a new file is begun.
    pub(crate) fn period(&self) -> Option<Period> {
        match self.rotate {
            Some(Schedule::Every(period)) => Some(period),
            _ => None,
        }
    }
}

impl CommandLine for Options {
    const NEEDS: &'static [Need] = &[
        Need { option: "name-by", one_of: &["rotate"] },
        Need { option: "keep", one_of: &["rotate"] },
        Need { option: "since", one_of: &["cat"] },
        Need { option: "until", one_of: &["cat"] },
    ];

    fn check(&self) -> Result<(), String> {
        if self.files.len() > 1 && !self.check {
            let done = if self.cat { "printed" } else { "recorded in" };
            return Err(format!("only one file can be {done}"));
        }
        if let Range { since: Some(since), until: Some(until) } = self.range()
            && since >= until
        {
            return Err(format!("no time is from --since {since} to --until {until}"));
        }
        if self.files.iter().any(|file| file == Path::new(STANDARD_INPUT)) {
            let what = match (self.check, self.cat) {
                (true, _) => "--check reads files, and not standard input",
                (_, true) => "--cat reads a file, and not standard input",
                _ => "log reads standard input, and --pass copies it to standard output",
            };
            return Err(format!("{what} (a file called - is ./-)"));
        }
        Ok(())
    }
}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        match self.reads_files() {
            true => self
                .sandbox
                .granting([Grant::ReadFiles, Grant::ListDirectories])
                .reaching(self.files.iter().cloned().map(Reach::ReadBeside)),
            false => self
                .sandbox
                .granting([Grant::KeepFiles])
                .reaching([Reach::Keep(self.file().to_owned())]),
        }
    }

    fn reads(&self) -> Vec<&Path> {
        self.files.iter().filter(|_| self.reads_files()).map(PathBuf::as_path).collect()
    }

    fn reads_standard_input(&self) -> bool {
        !self.reads_files()
    }

    fn writes(&self) -> Vec<PathBuf> {
        if self.reads_files() {
            return Vec::new();
        }
        let file = self.file();
        let old = self.keeping().map(|keeping| keeping.names(file)).unwrap_or_default();
        [file.to_owned()].into_iter().chain(old).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &str) -> Result<Options, String> {
        let words = ["log"].into_iter().chain(words.split_whitespace());
        let options = Options::try_parse_from(words).map_err(|error| error.to_string())?;
        options.check().map(|()| options)
    }

    #[test]
    fn samples_log_is_recorded_in_unless_another_file_is_named() {
        assert_eq!(parse("").unwrap().file(), Path::new("samples.log"));
        assert_eq!(parse("--rotate 1K run.log").unwrap().file(), Path::new("run.log"));
    }

    #[test]
    fn files_are_named_by_number_or_with_a_time_by_time_unless_asked_otherwise() {
        let naming = |words| parse(words).unwrap().keeping().map(|keeping| keeping.naming);
        for (words, expected) in [
            ("", None),
            ("--rotate 1K", Some(Naming::Number)),
            ("--rotate 1h", Some(Naming::Time)),
            ("--rotate 1K --name-by time", Some(Naming::Time)),
            ("--rotate 1h --name-by number", Some(Naming::Number)),
        ] {
            assert_eq!(naming(words), expected, "{words}");
        }
        parse("--check --name-by time").unwrap_err();
    }

    #[test]
    fn only_a_check_takes_several_files_and_it_records_nothing() {
        assert_eq!(parse("a b").unwrap_err(), "only one file can be recorded in");
        assert_eq!(parse("--check a b").unwrap().files.len(), 2);
        for words in ["--truncate", "--sync always", "--rotate 1K", "--keep 3", "--pass"] {
            parse(&format!("--check {words}")).unwrap_err();
        }
        parse("--keep 0").unwrap_err();
        assert_eq!(parse("--cat a b").unwrap_err(), "only one file can be printed");
        assert_eq!(parse("--cat --since -8h a").unwrap().file(), Path::new("a"));
        let why = "no time is from --since 2026-11-25T00:00:00Z to --until 2026-11-24T23:00:00Z";
        let range = "--since 2026-11-25T00:00:00Z --until 2026-11-25T00:00:00+01:00";
        assert_eq!(parse(&format!("--cat {range} a")).unwrap_err(), why);
        parse("--cat --since 22:00 --until 6:00 a").unwrap();
        parse("--cat --since 6:00 --until 22:00 a").unwrap();
    }
}
