//! What `-v` shows: what is connected to what, and by what means; which stages gave up system calls;
//! and at the end how each ended.

use stage::process::message::Messages;
use stage::process::sandbox;

use crate::calls::Calls;
use crate::children::Spawned;
use crate::ending::{ProcessEnding, ResourceUse};
use crate::process::{ByProcess, Process};
use crate::side::LauncherSide;

/// Reports what is connected to what, and what the transports are made of.
pub(crate) fn wiring(spawned: &Spawned, side: &LauncherSide, messages: &mut dyn Messages) {
    let inputs = Process::ALL.map(|process| side.describe(process).0.len());
    let width = inputs.into_iter().max().unwrap_or_default();
    messages.tell(&format!("{:>8}  {:<7} {:<width$} {}", "PID", "STAGE", "INPUT", "OUTPUT"));
    for process in Process::ALL {
        let (input, output) = side.describe(process);
        let pid = spawned.children.pid(process).map_or("-".to_owned(), |pid| pid.to_string());
        messages.tell(&format!("{pid:>8}  {process:<7} {input:<width$} {output}"));
    }
    messages.tell(&format!("{:<17} MADE OF", "TRANSPORT"));
    for (transport, made_of) in side.transports() {
        messages.tell(&format!("{transport:<17} {made_of}"));
    }
}

/// Reports whether the processes give up the system calls that they do not need, or why not: `obstacle`
/// is the system's reason.
pub(crate) fn sandbox(calls: &Calls, obstacle: Option<&str>, messages: &mut dyn Messages) {
    let keeps_all = |process: &Process| calls.keeps_all_calls(*process);
    let keeping: Vec<&str> =
        Process::ALL.into_iter().filter(keeps_all).map(Process::name).collect();
    let none = "no stage gives up a system call";
    let given_up = "each stage gives up the system calls that it does not need (seccomp)";
    let told = match (keeping.len(), obstacle) {
        (all, _) if all == Process::ALL.len() => format!("{none}: {}", sandbox::OFF),
        (_, Some(why)) => format!("{none}: {why}"),
        (0, None) => given_up.to_owned(),
        (_, None) => format!("{given_up}, but for {}: {}", keeping.join(", "), sandbox::OFF),
    };
    messages.tell(&told);
}

/// Reports how each process ended and what it used.
pub(crate) fn endings(
    endings: &ByProcess<Option<ProcessEnding>>,
    usage: &ByProcess<ResourceUse>,
    messages: &mut dyn Messages,
) {
    messages.tell(&format!("{:<7} {:>9}  {:>9}  ENDING", "STAGE", "CPU", "PEAK"));
    for (process, ending) in endings.iter() {
        let ResourceUse { cpu, peak_kib } = usage[process];
        let ending = ending.as_ref().map_or(String::new(), ToString::to_string);
        messages.tell(&format!(
            "{process:<7} {:>7.3} s  {:>6.1} MB  {ending}",
            cpu.as_secs_f64(),
            peak_kib as f64 * 1024.0 / 1e6
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn what_the_stages_give_up_is_reported_or_why_they_do_not() {
        let told = |words: &[&str], obstacle| {
            let options = crate::Options::try_parse_from([&["launcher"], words].concat()).unwrap();
            let calls = options.calls();
            let mut messages = Vec::new();
            sandbox(&calls, obstacle, &mut messages);
            messages.concat()
        };
        let given_up = "each stage gives up the system calls that it does not need (seccomp)";
        assert_eq!(told(&[], None), given_up);
        let one = told(&["--stat", "--no-sandbox", "--log", "--no-sandbox"], None);
        assert_eq!(one, format!("{given_up}, but for log, stat: --no-sandbox"));
        let off = "no stage gives up a system call: --no-sandbox";
        assert_eq!(told(&["--no-sandbox"], None), off);
        assert_eq!(told(&["--no-sandbox"], Some("there is none")), off);
        assert_eq!(
            told(&["--stat", "--no-sandbox"], Some("there is none")),
            "no stage gives up a system call: there is none"
        );
    }
}
