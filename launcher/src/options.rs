//! The command line of `launcher`.

use std::ffi::OsString;
use std::time::Duration;

use clap::{CommandFactory, Parser, ValueEnum};
use stage::process::command_line::CommandLine;
use stage::process::message::quoted;
use stage::process::quantity;
use stage::process::sandbox::SandboxOption;

use crate::calls::Calls;
use crate::invocation;
use crate::process::{ByProcess, Process};
use crate::supervise::Wishes;
use crate::transport::Via;
use crate::words::{Words, for_a_shell};

const EXAMPLES: &str = "\
Examples:
  launcher                                 the classic system: Ctrl-C ends it
  launcher --conv \"--rate 1k --seed 7\" --log \"run.log --sync always\"
  arecord -t raw -f S16_LE | launcher --conv \"--from - --format s16le\"
  launcher --conv \"--poll /sys/class/thermal/thermal_zone0/temp --scale 0.001\"
  launcher --via shm -v                    the same over shared memory; shows the wiring
  launcher stat --more samples.log         one stage by itself
  launcher help stat                       its options

The stages are the programs conv, log, stat and report in the launcher's own directory (lib/wandler, \
where it is installed); tee is the launcher's own work. At the end, the account says how many \
samples were sent, recorded and counted; of several channels or of times, how many rows, and how many \
readings were rejected or missing in them.

The launcher gives stat the options that the other stages make necessary: --histogram and --course \
where report draws them, and --names for a single channel named by conv, since the stream does not \
carry its name.

No stage begins before all have read their options and conv has opened its input: a wrong option \
ends the launcher with status 2, and nothing was touched. So does a file that log, stat or report \
would read in the place of what conv sends; and, with status 1, an input that cannot be opened, \
and a file that log would write and another reads or writes, or that is a standard stream of the \
launcher's (log writes to samples.log unless told otherwise).

Environment: what the stages read of it (NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG: see report), \
HOME, for ~, and TMPDIR, where --via fifo makes its named pipes. The stages find in WANDLER_START, \
WANDLER_LEDGER, WANDLER_REJECTED and WANDLER_MESSAGES what joins them to the launcher.

Service: wandler@NAME, where wandler is installed for all users, is a pipeline that systemd starts \
with the machine (systemctl enable --now wandler@NAME) and again after a failure. Its file of \
options, without which it does not start, has lines such as CONV='--from /dev/ttyUSB0': CONV, which \
must be there, LOG, STAT and REPORT are the values of --conv and so on, and MORE is further options \
of the launcher, such as --via shm -v. It runs with --quiet and --grace 20s, so REPORT may write \
files (--svg, --textfile) and judge figures (--fail-if), but takes no --format. (For a longer grace \
period in MORE, raise TimeoutStopSec with systemctl edit, too.) journalctl -u wandler@NAME shows the \
messages and the account.

Files: samples.log in the working directory, unless --log names another. The service has its \
options in /etc/wandler/NAME.env (mkdir -p /etc/wandler makes the directory, which no installation \
does), and /var/lib/wandler/NAME is its working directory.

Limits: in a stage's options ~ is expanded at a word's start, and nothing else. If stat or report \
fails, the recording goes on without it, what is sent to it is read and dropped, and the status is 1 \
at the end; so --stop-with stat is for those who need the figures, as with stat's --strict. What is \
still there after the grace period is ended step by step. All are asked to stop and to go on; a second \
later (or less, with a shorter grace period) the one that holds the others up is killed, such as a conv \
whose reading hangs, or a report that cannot write; and whenever one has ended, the rest get a grace \
period of their own. What does not end 5 s after it was killed hangs in the kernel, and the launcher \
ends without it. The account says what is not known for it. Without a grace period all are killed at \
once, as they are by SIGQUIT (Ctrl-\\) and by a second Ctrl-C. \
If the reader of standard error hangs as well, the account waits for it as long, and is then not \
said. If the launcher itself is killed, the stages end by themselves. Where the kernel has no \
seccomp, the stages cannot give up the system calls that they do not need, and without Landlock not \
the files; -v says so. Without /proc, --via shm does not work, and a terminal that is paused (Ctrl-S) \
may hold up the launcher's messages. In this \
pipeline log --pass passes to nobody. A transport that is full makes conv miss ticks. Message \
queues hold only 10 messages (/proc/sys/fs/mqueue), so with --via mqueue that happens soonest: at \
100 Hz when a stage is held up for a fifth of a second. All message queues of a user share a limit \
(ulimit -q); four full ones take 330 kB of the usual 819200 bytes, and smaller ones are made where \
there is less.

Exit status: 0 every stage ended with 0 and the account is settled; 1 failed, a stage failed or \
died, or the account is not settled; 2 wrong usage; 3 done, but some input was rejected.";

/// Wires conv, tee, log, stat and report together, and looks after them.
#[derive(Clone, Debug, Parser)]
#[command(name = "launcher", version, after_help = EXAMPLES, next_help_heading = "Pipeline")]
pub struct Options {
    /// Options for conv, in one word that is split as a shell splits words
    #[arg(long, value_name = "ARGS", value_parser = Words::split, help_heading = "Stages")]
    #[arg(default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) conv: Words,
    /// Options for log
    #[arg(long, value_name = "ARGS", value_parser = Words::split, help_heading = "Stages")]
    #[arg(default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) log: Words,
    /// Options for stat
    #[arg(long, value_name = "ARGS", value_parser = Words::split, help_heading = "Stages")]
    #[arg(default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) stat: Words,
    /// Options for report
    #[arg(long, value_name = "ARGS", value_parser = Words::split, help_heading = "Stages")]
    #[arg(default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) report: Words,
    // (Of an option given twice the last counts, so that one behind a script's or a service's own
    // replaces it.)
    /// How long the stages may take to end once they were asked to
    #[arg(long, value_name = "DUR", value_parser = quantity::duration, allow_hyphen_values = true)]
    #[arg(default_value = "5s", overrides_with = "grace")]
    pub(crate) grace: Duration,
    /// Stages whose failure stops the recording as well, separated by commas: it goes on without them
    /// otherwise
    #[arg(long, value_name = "STAGES", value_enum, value_delimiter = ',')]
    #[arg(overrides_with = "stop_with")]
    pub(crate) stop_with: Vec<Beside>,
    /// What the transports are made of: the stages do not care
    #[arg(long, value_enum, default_value_t, overrides_with = "via")]
    pub via: Via,
    /// Print the same pipeline as a bash command, if the stages take their options, and run
    /// nothing (for --via pipe and fifo: a shell has no other transports)
    #[arg(long, conflicts_with_all = ["grace", "stop_with", "verbose"])]
    pub print: bool,
    /// Show no report, only messages and the account, as for a journal. (Options of report that
    /// write files or judge the figures still do)
    #[arg(short, long, overrides_with = "quiet")]
    pub quiet: bool,
    /// Show the wiring at the start, and how each stage ended
    #[arg(short, long, overrides_with = "verbose")]
    pub(crate) verbose: bool,
    /// What the stages keep of the system calls.
    #[command(flatten)]
    pub(crate) sandbox: SandboxOption,
}

/// A stage beside the recording, which goes on without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Beside {
    /// The statistics
    Stat,
    /// The report
    Report,
}

impl Options {
    /// What the supervisor is to do.
    pub(crate) fn wishes(&self) -> Wishes {
        let stop_with = ByProcess::from_fn(|process| match process {
            Process::Stat => self.stop_with.contains(&Beside::Stat),
            Process::Report => self.stop_with.contains(&Beside::Report),
            // Without these there is no recording.
            Process::Conv | Process::Tee | Process::Log => true,
        });
        Wishes { grace: self.grace, stop_with }
    }

    /// What to call each stage with.
    pub fn calls(&self) -> Calls {
        let words = ByProcess::from_fn(|process| match process {
            Process::Conv => self.conv.clone(),
            Process::Tee => Words::default(),
            Process::Log => self.log.clone(),
            Process::Stat => self.stat.clone(),
            Process::Report => self.report.clone(),
        });
        Calls::new(words, self.sandbox)
    }
}

impl CommandLine for Options {
    const OTHER_FORMS: &'static [&'static str] = invocation::OTHER_FORMS;
    const OTHERS_OPTIONS: Option<&'static str> =
        Some("a stage's options go in one word, as in --conv '--rate 1k'");

    fn check(&self) -> Result<(), String> {
        if self.print && !matches!(self.via, Via::Pipe | Via::Fifo) {
            let transports = self.via.plural();
            return Err(format!(
                "a shell has no {transports}: --print goes with --via pipe or fifo"
            ));
        }
        let calls = self.calls();
        if self.quiet && calls.names_format() {
            return Err(
                "--quiet shows no report, so --format has no effect: leave one out".to_owned()
            );
        }
        if let Some(time) = calls.time().filter(|_| calls.adds_times()) {
            return Err(format!(
                "conv's {time} puts the time in front of each row already: leave it or log's \
                 --timestamps out"
            ));
        }
        let named =
            Process::ALL.into_iter().find_map(|it| Some((it, *calls.descriptors(it).first()?)));
        if let Some((process, number)) = named.filter(|_| self.print) {
            return Err(format!(
                "--print cannot hand on descriptor {number} of this command to {process}: name a file \
                 in its place, and put the >(...) or <(...) into what is printed"
            ));
        }
        Ok(())
    }

    /// A stage's options given as several words (`--conv --rate 10`), or a stage that is unknown or not
    /// the first word.
    fn likely_meant(words: &[OsString], unexpected: &str) -> Option<String> {
        let is_first = words.get(1).is_some_and(|word| word == unexpected);
        if is_first && unexpected == invocation::HELP {
            return Some(format!("help takes one stage: the stages are {}", stages()));
        }
        if is_first && !unexpected.starts_with('-') {
            let name = quoted(unexpected.as_bytes());
            return Some(format!("there is no stage {name}: the stages are {}", stages()));
        }
        several_words(words, unexpected).or_else(|| {
            let is_stage = Process::STAGES.iter().any(|stage| stage.name() == unexpected);
            is_stage.then(|| format!("{unexpected} by itself must be the first word"))
        })
    }
}

/// What was meant by a stage's options in several words.
fn several_words(words: &[OsString], unexpected: &str) -> Option<String> {
    let words: Vec<&str> = words.iter().map(|word| word.to_str()).collect::<Option<_>>()?;
    let at = words.iter().position(|word| word.starts_with(unexpected))?;
    let (option, first) = match words.get(at.checked_sub(1)?)?.split_once('=') {
        Some(both) => both,
        None => (*words.get(at.checked_sub(2)?)?, words[at - 1]),
    };
    // A word with a blank in it was quoted on purpose.
    if !WORDS_OF_STAGES.contains(&option) || first.contains(char::is_whitespace) {
        return None;
    }
    let behind = words[at..].iter().take_while(|word| !is_own_option(word));
    let meant = shell_words::join([&first].into_iter().chain(behind));
    let meant = for_a_shell(meant.as_ref()).to_string_lossy().into_owned();
    // What cannot be shown in a line is no help.
    let is_line = !meant.contains(char::is_control);
    is_line.then(|| format!("{option} takes one word: {option} {meant}"))
}

/// The stages' names, in words.
fn stages() -> String {
    let [conv, log, stat, report] = Process::STAGES.map(Process::name);
    format!("{conv}, {log}, {stat} and {report}")
}

/// The options whose value is a stage's options.
const WORDS_OF_STAGES: [&str; 4] = ["--conv", "--log", "--stat", "--report"];

/// Whether the launcher has this option.
fn is_own_option(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    Options::command().get_arguments().any(|it| {
        let long = it.get_long().is_some_and(|long| name.strip_prefix("--") == Some(long));
        long || it.get_short().is_some_and(|short| name == format!("-{short}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        Options::try_parse_from([&["launcher"], arguments].concat())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_shell_form_is_there_for_what_a_shell_has() {
        let check = |via| parse(&["--print", "--via", via]).unwrap().check();
        assert_eq!(check("pipe"), Ok(()));
        assert_eq!(check("fifo"), Ok(()));
        let reason = "a shell has no message queues: --print goes with --via pipe or fifo";
        assert_eq!(check("mqueue"), Err(reason.to_owned()));
        for via in ["socket", "shm"] {
            assert!(check(via).is_err());
        }
    }

    #[test]
    fn rows_get_one_time() {
        let check = |conv, log| parse(&["--conv", conv, "--log", log]).unwrap().check();
        assert_eq!(check("--stamp", "run.log"), Ok(()));
        assert_eq!(check("--rate 5", "--timestamps iso"), Ok(()));
        for (conv, time) in [("--stamp --rate 5", "--stamp"), ("--time=1", "--time")] {
            let reason = format!(
                "conv's {time} puts the time in front of each row already: leave it or log's \
                 --timestamps out"
            );
            assert_eq!(check(conv, "--timestamps=unix"), Err(reason));
        }
    }

    #[test]
    fn a_report_that_is_not_shown_has_no_format() {
        let check = |report| parse(&["--quiet", "--report", report]).unwrap().check();
        assert_eq!(check("--svg x.svg"), Ok(()));
        let reason = "--quiet shows no report, so --format has no effect: leave one out";
        assert_eq!(check("-f json"), Err(reason.to_owned()));
    }

    #[test]
    fn options_behind_those_of_a_service_add_to_them_or_replace_them() {
        let service = ["--quiet", "--grace", "20s"];
        let options = parse(&[&service[..], &["-v", "--grace=1min", "-q", "--verbose"]].concat());
        let options = options.unwrap();
        assert!(options.quiet && options.verbose);
        assert_eq!(options.grace, Duration::from_secs(60));
        assert_eq!(parse(&["--via", "shm", "--via", "fifo"]).unwrap().via, Via::Fifo);
        // One of two would be lost without a word.
        let twice = parse(&["--conv", "--rate 5", "--conv", "--count 1"]).unwrap_err();
        assert!(twice.contains("cannot be used multiple times"), "{twice}");
    }

    #[test]
    fn options_of_a_stage_in_several_words_are_put_together() {
        let meant = |line: &str| {
            let words = format!("launcher {line}");
            match stage::process::command_line::parse::<Options>(
                words.split(' ').map(OsString::from),
            ) {
                Err(stage::process::command_line::NoOptions::Wrong(why)) => why,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(meant("--conv --rate 10"), "--conv takes one word: --conv '--rate 10'");
        assert_eq!(
            meant("--log run.log --sync always -v --grace 1s"),
            "--log takes one word: --log 'run.log --sync always'"
        );
        assert_eq!(meant("--conv=--rate 10"), "--conv takes one word: --conv '--rate 10'");
        let unshown = meant("--conv --rate 10 --\u{1f}");
        assert!(!unshown.contains("one word") && !unshown.contains('\u{1f}'), "{unshown:?}");
        assert_eq!(meant("-v 10"), "unexpected argument '10' found");
        assert_eq!(meant("-v stat"), "stat by itself must be the first word");
    }

    #[test]
    fn stage_options_are_split_as_a_shell_splits_words() {
        let options =
            parse(&["--log", "'my run.log' --sync always", "--conv", "--rate 5"]).unwrap();
        assert_eq!(options.calls().words(Process::Log), ["my run.log", "--sync", "always"]);
        assert_eq!(options.calls().words(Process::Conv), ["--rate", "5"]);
        assert_eq!(options.calls().words(Process::Stat), [""; 0]);
        assert!(parse(&["--log", "'x"]).unwrap_err().contains("a quote is not closed"));
    }
}
