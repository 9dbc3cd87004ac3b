//! The command line of `report`.

use std::path::{Path, PathBuf};

use clap::Parser;
use stage::process::command_line::{CommandLine, StageOptions};
use stage::process::sandbox::{Grant, Reach, Sandbox, SandboxOption};

use crate::condition::Condition;
use crate::format::{Format, LIVE};

const EXAMPLES: &str = "\
Examples:
  conv | stat --histogram 50 | report
  stat < samples.log | report | tail -n 1
  conv --rate 1k | stat --every 1000 | report --format json | jq .mean
  conv | stat | report --textfile /var/lib/node_exporter/wandler.prom
  stat < samples.log | report --svg samples.svg --fail-if 'mean>60' --fail-if 'sd>=3.5'

Input: the records of stat, one JSON object a line. Fields that are not known are ignored; a line \
that is not a record, or lacks a field, is reported and skipped. In the launcher's pipeline what \
conv rejects is added to their rejected, and judged and shown at once; in a shell it is not known.

Figures: what is exact, such as min, max, last and sum, has all its digits, in the plain format, \
too. Any other, such as mean and sd, has six; more, where its standard error makes more meaningful \
(mean 10000000.19977 beside sd 0.0497432) or where it would look like a figure that differs. A \
figure that has no room in the live view ends in an ellipsis, and is not rounded. Once quantiles \
are approximate, each format says so, and how near they are; people see no more of their digits \
than that makes meaningful.

What is judged, drawn, kept in a textfile and left on the screen is the last record that covers \
samples: one without any, such as that of a last window in which nothing came but rejected lines, \
ends no alarm.

Channels: of a stream of several, each has its own last record, line, metrics (with the label \
channel) and alarms. A condition without a channel is watched for each, and the status is 1 if it \
holds for any in the end; temp.mean>60 is about the channel temp or, if none has just that name, about \
those that are called so but for a unit in brackets. No name has a point or an operator, so none \
is quoted in a condition: quote the whole for the shell, as in --fail-if 'room temp [K].mean>300'. \
Channels without names have numbers (2.mean>60). What conv rejects is added to the rejected of each \
channel, since it is not known whose it was; a rejected reading also counts as missing for its own.

Files: that of --textfile or --svg is replaced as a whole, so that a reader never sees a part of it; \
where its directory does not allow that, as with a file that is mounted by itself, it is written in \
place, which is reported. Into a FIFO or the like each text is written whole, or not at all while it \
has no reader. One that cannot be written neither ends nor delays the report: that is reported once, \
and tried again every second with what is newest then. If it is not written at the end either, the \
status is 1.

Environment: NO_COLOR, if it is set and not empty, takes colours out of the live view; where TERM \
is dumb there is no live view; LC_ALL, LC_CTYPE or LANG say whether the terminal shows UTF-8.

Limits: a record has at most 64 MiB, 10,000 bins, stretches, quantiles or labels, and names of at \
most 1,024 bytes; a stream at most 1,000 channels. Of several channels the live \
view shows as many as it has rows, up to 37, and the picture 30, each with a line of figures and a \
small course; both say how many more there are. The formats json and csv have everything (csv without \
histogram and course, and only records with the same fields and labels as the first). The live \
view's last state stays on the screen. While the terminal is paused (Ctrl-S) or hangs, records are \
read all the same, and the newest are shown once it goes on; only the last state waits for that. \
Ctrl-Z clears the panel away, and fg draws it anew. A terminal that is closed is a reader that left. In \
a shell pipeline other programs' messages move its panel down a row. OpenMetrics knows doubles only, and gets no histogram; the counters have their type in a \
textfile only, which is in the older text format that the node exporter reads. A --fail-if whose \
number does not exist does not hold; without any record the status is 1. Where the kernel has Landlock, \
--svg and --textfile reach what is below FILE's directory and the one above, but not all of / or /dev (unless it lies in / itself); \
a link that is set to lead elsewhere is refused (Permission denied).

";

/// Shows running statistics as they come.
#[derive(Clone, Debug, Parser)]
#[command(name = "report", version, after_help = format!("{EXAMPLES}{}", stage::process::exit::HELP))]
pub struct Options {
    /// What to show [default: live on a terminal, plain elsewhere]
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,
    /// Keep the newest record of each channel in FILE as metrics, replaced atomically, for Prometheus' node exporter
    #[arg(long, value_name = "FILE")]
    pub textfile: Option<PathBuf>,
    /// At the end, and at each minute, draw a picture for a report or a web page: the mean so far;
    /// at the end the samples themselves, if the last record has their course (stat --course)
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Report when a condition such as mean>60 or temp.mean>60 starts and stops holding; status 1 if it
    /// holds for the last record (may be given several times). last>60 sees the newest sample of each record only;
    /// max>60 sees every sample
    #[arg(long, value_name = "COND")]
    pub fail_if: Vec<Condition>,
    /// What is kept of the system calls.
    #[command(flatten)]
    pub sandbox: SandboxOption,
}

impl Options {
    /// Whether there will be a live view, if standard output is a terminal that can show one.
    pub fn wants_live(&self) -> bool {
        self.format.is_none_or(|format| format == LIVE)
    }
}

impl CommandLine for Options {
    fn check(&self) -> Result<(), String> {
        let is_stream = |file: &&PathBuf| *file == Path::new("-");
        if [&self.svg, &self.textfile].into_iter().flatten().any(|file| is_stream(&file)) {
            return Err(
                "--svg and --textfile keep a file, which - is not (one of that name is ./-)"
                    .to_owned(),
            );
        }
        match &self.svg {
            Some(svg) if self.textfile.as_ref() == Some(svg) => {
                Err("--svg and --textfile name the same file".to_owned())
            }
            _ => Ok(()),
        }
    }
}

impl StageOptions for Options {
    fn sandbox(&self) -> Sandbox {
        let kept = self.writes();
        let grant = (!kept.is_empty()).then_some(Grant::KeepFiles);
        self.sandbox.granting(grant).reaching(kept.into_iter().map(Reach::Keep))
    }

    fn draws(&self) -> bool {
        self.wants_live()
    }

    fn writes(&self) -> Vec<PathBuf> {
        [&self.svg, &self.textfile].into_iter().flatten().cloned().collect()
    }
}
