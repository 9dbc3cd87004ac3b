//! What each stage is called with: its own options, and those that the launcher adds, since stages need
//! them of each other.

use std::os::fd::RawFd;

use clap::Parser;
use stage::process::called::Called;
use stage::process::sandbox::{self, Grant, Sandbox, SandboxOption};

use crate::process::{ByProcess, Process};
use crate::words::Words;

/// Bins of the histogram for a live view or a picture: about half as many as a terminal has columns. (A
/// narrower view merges them.)
const BINS: &str = "50";

/// Stretches of the course for a picture: about its width in pixels.
const STRETCHES: &str = "1000";

/// The option of `conv` and of `stat` that names channels.
const NAMES: &str = "--names";

/// The options of `conv` that put a time in front of its rows.
const TIMES: [&str; 2] = ["--stamp", "--time"];

/// The calls of all stages. (`tee` executes no program and has no words.)
#[derive(Clone, Debug)]
pub struct Calls {
    own: ByProcess<Words>,
    /// The launcher's own, which applies to all stages.
    sandbox: SandboxOption,
    /// The name that the launcher was called by: stages' names follow it.
    called: Called,
}

impl Calls {
    /// Calls with these words.
    pub(crate) fn new(own: ByProcess<Words>, sandbox: SandboxOption) -> Calls {
        Calls { own, sandbox, called: Called::by(None, "launcher") }
    }

    /// The same, for a launcher called by this name.
    pub(crate) fn called_by(self, called: Called) -> Calls {
        Calls { called, ..self }
    }

    /// The name that a stage is called by.
    pub(crate) fn name(&self, process: Process) -> String {
        self.called.other(process.name())
    }

    /// The options of a stage.
    pub fn words(&self, process: Process) -> Vec<&str> {
        let handed_on = self.sandbox.no_sandbox.then_some(sandbox::OFF);
        handed_on
            .into_iter()
            .chain(self.own[process].as_slice().iter().map(String::as_str))
            .collect()
    }

    /// The descriptors that a stage's options name.
    pub(crate) fn descriptors(&self, process: Process) -> Vec<RawFd> {
        self.own[process].descriptors().collect()
    }

    /// Whether a stage keeps all system calls.
    pub fn keeps_all_calls(&self, process: Process) -> bool {
        self.words(process).contains(&sandbox::OFF)
    }

    /// The sandbox of `tee`, with what its work needs.
    pub(crate) fn sandbox_of_tee(&self) -> Sandbox {
        self.sandbox.granting([Grant::Splice])
    }

    /// Whether `report` will show its live view where the terminal can. (With wrong options it shows
    /// nothing.)
    pub fn wants_live(&self) -> bool {
        self.report().is_some_and(|report| report.wants_live())
    }

    /// Whether `report`'s options name a format.
    pub(crate) fn names_format(&self) -> bool {
        self.report().is_some_and(|report| report.format.is_some())
    }

    /// `report`'s options, if they are right.
    fn report(&self) -> Option<wandler_report::Options> {
        let own = self.own[Process::Report].as_slice().iter();
        let words = std::iter::once("report").chain(own.map(String::as_str));
        wandler_report::Options::try_parse_from(words).ok()
    }

    /// What puts a time in front of `conv`'s rows, if anything does.
    pub(crate) fn time(&self) -> Option<&'static str> {
        TIMES.into_iter().find(|option| self.own[Process::Conv].have(option))
    }

    /// Whether `log` is to put arrival times in front of rows.
    pub(crate) fn adds_times(&self) -> bool {
        self.own[Process::Log].have("--timestamps")
    }

    /// The same, with the option that `conv` makes necessary for `stat`: the name of a single channel
    /// without times, which the stream does not carry. (Several names, or one beside a time, are in its
    /// header.)
    pub fn for_stat(mut self) -> Calls {
        let name = self.own[Process::Conv].value(NAMES).filter(|names| !names.contains(','));
        let name = name.filter(|_| self.time().is_none()).map(str::to_owned);
        let stat = &mut self.own[Process::Stat];
        let is_named = [NAMES, "--header", "--merge"].iter().any(|option| stat.have(option));
        if let Some(name) = name.filter(|_| !is_named) {
            stat.prepend([NAMES, &name]);
        }
        self
    }

    /// The same, with the `stat` options that `report` needs, unless they are given: a histogram for a
    /// live view or a picture, and the course for a picture.
    pub fn for_report(mut self, is_live: bool) -> Calls {
        // Parsing them all, as `report` does, would delay the first sample.
        let has =
            |words: &Words, option: &str| words.as_slice().iter().any(|it| it.starts_with(option));
        let is_drawn = has(&self.own[Process::Report], "--svg");
        let stat = &mut self.own[Process::Stat];
        for (is_needed, option, value) in
            [(is_drawn, "--course", STRETCHES), (is_live || is_drawn, "--histogram", BINS)]
        {
            if is_needed && !has(stat, option) {
                stat.prepend([option, value]);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn parse(arguments: &[&str]) -> Options {
        Options::try_parse_from([&["launcher"], arguments].concat()).unwrap()
    }

    #[test]
    fn for_a_live_view_stat_is_asked_for_a_histogram() {
        let stat = |words: &[&str], is_live| {
            let calls = parse(words).calls().for_report(is_live);
            calls.words(Process::Stat).join(" ")
        };
        assert_eq!(stat(&["--stat", "--every 5"], true), "--histogram 50 --every 5");
        assert_eq!(stat(&["--stat", "--every 5"], false), "--every 5");
        assert_eq!(stat(&["--stat", "--histogram=7"], true), "--histogram=7");
        assert!(parse(&[]).calls().wants_live());
        assert!(parse(&["--report", "--format live"]).calls().wants_live());
        assert!(!parse(&["--report", "-f json"]).calls().wants_live());
        assert!(!parse(&["--report", "--bogus"]).calls().wants_live());
    }

    #[test]
    fn for_a_picture_stat_is_asked_for_a_histogram_and_the_course() {
        let stat = |report: &str, stat: &str| {
            let options = parse(&["--report", report, "--stat", stat]);
            options.calls().for_report(false).words(Process::Stat).join(" ")
        };
        let both = "--histogram 50 --course 1000";
        assert_eq!(stat("--svg x.svg", "--every 5"), format!("{both} --every 5"));
        assert_eq!(stat("-f json --svg=x.svg", ""), both);
        assert_eq!(stat("--svg x.svg", "--course 7"), "--histogram 50 --course 7");
        assert_eq!(stat("--svg x.svg", "--histogram=7"), "--course 1000 --histogram=7");
        assert_eq!(stat("--textfile x.svg", ""), "");
    }

    #[test]
    fn the_name_of_a_single_channel_without_times_is_handed_on_to_stat() {
        let stat = |conv: &str, stat: &str| {
            let calls = parse(&["--conv", conv, "--stat", stat]).calls().for_stat();
            calls.words(Process::Stat).join(" ")
        };
        assert_eq!(
            stat("--rate 5 --names 'temp [°C]'", "--every 5"),
            "--names temp [°C] --every 5"
        );
        assert_eq!(stat("--names=temp", ""), "--names temp");
        for conv in
            ["--rate 5", "--names a,b", "--names temp --stamp", "--names=temp --time=1", "--names"]
        {
            assert_eq!(stat(conv, ""), "", "{conv}");
        }
        for own in ["--names hum", "--names=hum", "--header"] {
            assert_eq!(stat("--names temp", own), own);
        }
    }

    #[test]
    fn to_switch_the_sandbox_off_is_for_all_stages_or_for_one() {
        let calls = parse(&["--no-sandbox", "--stat", "--no-sandbox --every 5"]).calls();
        assert_eq!(calls.words(Process::Stat), ["--no-sandbox", "--no-sandbox", "--every", "5"]);
        assert!(Process::ALL.into_iter().all(|process| calls.keeps_all_calls(process)));
        let calls = parse(&["--stat", "--no-sandbox"]).calls();
        let kept = Process::ALL.into_iter().filter(|&process| calls.keeps_all_calls(process));
        assert_eq!(kept.collect::<Vec<_>>(), [Process::Stat]);
    }
}
