//! What `-v` shows: what is connected to what, and by what means; what the stages gave up; and at
//! the end how each ended.

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

/// Reports whether the processes give up the system calls and files that they do not need, or why not:
/// what keeps all of them from giving up calls, and what they give up files by.
pub(crate) fn sandbox(
    calls: &Calls,
    obstacle: Option<String>,
    landlock: Result<u32, String>,
    messages: &mut dyn Messages,
) {
    let keeps_all = |process: &Process| calls.keeps_all_calls(*process);
    let keeping: Vec<&str> =
        Process::ALL.into_iter().filter(keeps_all).map(Process::name).collect();
    let filter = obstacle.map_or_else(|| Ok("seccomp".to_owned()), Err);
    messages.tell(&given_up("system call", filter, &keeping));
    let rules = landlock.map(|version| format!("Landlock ABI {version}"));
    messages.tell(&given_up("file", rules, &keeping));
}

/// What is said of one kind of things that are given up, by which means or why not, except by the
/// processes that keep all.
fn given_up(kind: &str, means: Result<String, String>, keeping: &[&str]) -> String {
    let none = format!("no stage gives up a {kind}");
    if keeping.len() == Process::ALL.len() {
        return format!("{none}: {}", sandbox::OFF);
    }
    match means {
        Err(why) => format!("{none}: {why}"),
        Ok(means) => {
            let all = format!("each stage gives up the {kind}s that it does not need ({means})");
            match keeping {
                [] => all,
                _ => format!("{all}, but for {}: {}", keeping.join(", "), sandbox::OFF),
            }
        }
    }
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
        let told = |words: &[&str], obstacle: Option<&str>, landlock: Result<u32, &str>| {
            let options = crate::Options::try_parse_from([&["launcher"], words].concat()).unwrap();
            let mut messages = Vec::new();
            let (obstacle, landlock) =
                (obstacle.map(str::to_owned), landlock.map_err(str::to_owned));
            sandbox(&options.calls(), obstacle, landlock, &mut messages);
            messages
        };
        let calls = "each stage gives up the system calls that it does not need (seccomp)";
        let files = "each stage gives up the files that it does not need (Landlock ABI 7)";
        assert_eq!(told(&[], None, Ok(7)), [calls, files]);
        let two = told(&["--stat", "--no-sandbox", "--log", "--no-sandbox"], None, Ok(7));
        let but = ", but for log, stat: --no-sandbox";
        assert_eq!(two, [format!("{calls}{but}"), format!("{files}{but}")]);
        let off = ["no stage gives up a system call", "no stage gives up a file"];
        let because = |why: &str| off.map(|it| format!("{it}: {why}"));
        assert_eq!(told(&["--no-sandbox"], None, Ok(7)), because("--no-sandbox"));
        assert_eq!(told(&["--no-sandbox"], Some("x"), Err("x")), because("--no-sandbox"));
        assert_eq!(told(&["--stat", "--no-sandbox"], Some("x"), Err("x")), because("x"));
        assert_eq!(
            told(&[], None, Err("it is old")),
            [calls, "no stage gives up a file: it is old"]
        );
    }
}
