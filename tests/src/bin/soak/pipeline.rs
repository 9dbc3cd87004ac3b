//! The long pipeline, and what is around it: it is shown live in a terminal, keeps a textfile, which is a
//! FIFO, and says what it has to say into a pipe.

use std::io::PipeWriter;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use wandler_tests::abuse::{Pace, Reader, narrow_fifo, narrow_pipe, open_fifo};
use wandler_tests::proc;
use wandler_tests::run::{Finished, Running};
use wandler_tests::terminal::Terminal;

/// The options of `conv`, besides the rate; its samples are the same in each run.
pub(crate) const SAMPLES: &str = "--seed 1";

/// How many old files are kept.
pub(crate) const KEEP: u32 = 5;

/// A rotation every few seconds, and little disk space.
const SCRIPT: &str = "exec launcher --conv \"--rate 100k $SAMPLES\" \
    --log \"--rotate 2M --keep $KEEP --sync 100ms run.log\" --report '--textfile metrics'";

/// A pipeline that runs.
pub(crate) struct Pipeline {
    running: Running,
    pub(crate) launcher: Pid,
    /// Its stages, which do not change, by their names.
    pub(crate) stages: Vec<(String, Pid)>,
    pub(crate) dir: PathBuf,
    pub(crate) terminal: Terminal,
    /// Reads what it says, from the pipe that this leads to.
    pub(crate) messages: Reader,
    pub(crate) standard_error: PipeWriter,
    /// Reads the textfile.
    pub(crate) textfile: Option<Reader>,
}

impl Pipeline {
    /// Begins one in `dir`, and waits until it is shown.
    pub(crate) fn begin(dir: &Path) -> Pipeline {
        let textfile = Reader::of(narrow_fifo(&dir.join("metrics")), Pace::Fast);
        let terminal = Terminal::new(120, 30);
        let (read, written) = narrow_pipe();
        let keep = KEEP.to_string();
        let variables = [("SAMPLES", SAMPLES), ("KEEP", &keep)];
        let standard_error = written.try_clone().expect("a copy");
        let running = terminal.program(SCRIPT, dir, &variables).stderr(written).start();
        terminal.wait_for("samples ");
        let launcher = proc::below(running.pid(), "launcher").expect("the launcher is there");
        let stages: Vec<(String, Pid)> = proc::children(launcher).into_iter().collect();
        assert_eq!(stages.len(), 5, "{running}");
        Pipeline {
            running,
            launcher,
            stages,
            dir: dir.to_owned(),
            terminal,
            messages: Reader::of(read, Pace::Fast),
            standard_error,
            textfile: Some(textfile),
        }
    }

    /// The process of `log`.
    pub(crate) fn log(&self) -> Pid {
        self.stages.iter().find(|(name, _)| name == "log").expect("log is there").1
    }

    /// Lets somebody read the textfile again.
    pub(crate) fn read_textfile(&mut self) {
        let fifo = open_fifo(&self.dir.join("metrics"));
        self.textfile = Some(Reader::of(fifo, Pace::Fast));
    }

    /// Stops it in order: not by SIGINT, which a shell makes its background processes ignore.
    pub(crate) fn end(self) -> Finished {
        kill(self.launcher, Signal::SIGTERM).expect("the launcher is there");
        let mut finished = self.running.finish();
        drop(self.standard_error);
        finished.stderr = self.messages.finish();
        finished
    }
}
