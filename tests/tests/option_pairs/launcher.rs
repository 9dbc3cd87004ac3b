//! The launcher: its first line, the file and the messages, what the stages are connected by, and which
//! of them keep all system calls, are seen of a pipeline whose `stat` dies, and that is stopped then.

use std::fs;

use nix::sys::signal::{Signal, kill};
use wandler_launcher::process::Process;
use wandler_tests::proc;
use wandler_tests::run::{Program, Running};

use super::pairs::{Bench, Example, Given, Seen};

pub(crate) const BENCH: Bench = Bench {
    options: &[
        Example { id: "conv", words: &["--conv --range 7..7"], needs: &[] },
        Example { id: "log", words: &["--log other.log"], needs: &[] },
        Example { id: "stat", words: &["--stat --more --every 1"], needs: &[] },
        Example {
            id: "report",
            words: &["--report --format json", "--report --textfile text"],
            needs: &[],
        },
        Example { id: "grace", words: &["--grace 0s"], needs: &[] },
        Example { id: "stop_with", words: &["--stop-with stat"], needs: &[] },
        Example { id: "via", words: &["--via shm", "--via fifo"], needs: &[] },
        Example { id: "print", words: &["--print"], needs: &[] },
        Example { id: "quiet", words: &["--quiet"], needs: &[] },
        Example { id: "verbose", words: &["--verbose"], needs: &[] },
        Example { id: "no_sandbox", words: &["--no-sandbox"], needs: &[] },
    ],
    elsewhere: &[],
    refused: &[("print", &["grace", "stop_with", "verbose"])],
    unseen: &[],
    inputs: 1,
    observe,
};

fn observe(given: &Given, _: usize) -> Option<Seen> {
    let dir = tempfile::tempdir().unwrap();
    let mut base = Vec::new();
    if !given.has("conv") {
        base.extend(["--conv", "--range 5..5"]);
    }
    if !given.has("stat") {
        base.extend(["--stat", "--every 1"]);
    }
    // What does not reach standard output is seen in a file.
    if given.has("quiet") && !given.has("report") {
        base.extend(["--report", "--textfile metrics"]);
    }
    let options = given.parsed::<wandler_launcher::Options>(&base);
    let program = Program::new("launcher").args(&base).args(given.words()).dir(&dir);
    let Some(options) = options.filter(|options| !options.print) else {
        // It ends by itself.
        return Seen::of(&program.finish(), dir.path());
    };
    let running = program.start();
    running.wait_for_lines(usize::from(!options.quiet));
    running.wait_until("a sample is recorded", || {
        let files = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path());
        files.into_iter().any(|path| fs::read(path).is_ok_and(|text| text.ends_with(b"\n")))
    });
    let connected = connected_by(&running);
    kill(proc::children(running.pid())["stat"], Signal::SIGKILL).unwrap();
    running.wait_for_message("stat was killed by SIGKILL");
    running.signal(Signal::SIGTERM);
    let mut seen = Seen::of(&running.finish(), dir.path())?;
    let keeping =
        Process::ALL.into_iter().filter(|process| options.calls().keeps_all_calls(*process));
    let keeping: Vec<&str> = keeping.map(Process::name).collect();
    seen.more = vec![connected, format!("{keeping:?}")];
    let first = |text: &str| text.lines().take(1).collect::<String>();
    seen.stdout = first(&seen.stdout);
    seen.files.values_mut().for_each(|text| *text = format!("{}{:?}", first(text), metrics(text)));
    seen.stderr = ["STAGE", "did not end within", "the recording goes on"]
        .into_iter()
        .filter(|said| seen.stderr.contains(said))
        .collect();
    Some(seen)
}

/// The names of the metrics in a textfile.
fn metrics(text: &str) -> Vec<&str> {
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect()
}

/// What `stat` reads from.
fn connected_by(running: &Running) -> String {
    let stat = proc::children(running.pid())["stat"];
    let input = &proc::descriptors(stat)[&0];
    input.chars().filter(|char| char.is_ascii_alphabetic()).take(7).collect()
}
