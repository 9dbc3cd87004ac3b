//! `stat`, the terminal, and standard error.

use std::fs::{self, File};
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use wandler_tests::abuse::{Pace, Reader, full_pipe, is_output_full, narrow_pipe};
use wandler_tests::proc;
use wandler_tests::run::Program;
use wandler_tests::stand_ins::{BEGINS, launcher_with};
use wandler_tests::terminal::Terminal;
use wandler_tests::turns::FULL_SPEED;

use super::ended::Ended;
use super::pipeline::{Asked, Pipeline};

/// Its output takes nothing, since `report` is stopped.
pub(super) fn full_stat() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let stat = "--every 1ms --histogram 50";
    let pipeline = Pipeline::begin(Asked { stat, grace: "1s", ..Asked::USUAL }, dir.path());
    let running = &pipeline.running;
    running.stop(pipeline.stage("report"));
    running.wait_until("the pipe to report is full", || is_output_full(pipeline.stage("stat")));
    pipeline.goes_on();
    // After the grace, the launcher lets report continue.
    Some(pipeline.stop())
}

/// It stands still, time and again.
pub(super) fn slow_stat() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = Pipeline::begin(Asked::USUAL, dir.path());
    let stat = pipeline.stage("stat");
    for _ in 0..5 {
        pipeline.running.stop(stat);
        pipeline.goes_on();
        kill(stat, Signal::SIGCONT).unwrap();
        pipeline.running.wait_for_lines(pipeline.running.lines() + 1);
    }
    Some(pipeline.stop())
}

/// It reads nothing, whatever it is asked.
pub(super) fn hung_stat() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let programs = launcher_with("stat", Some(&format!("{BEGINS} trap '' TERM; exec sleep 1000")));
    let asked = Asked { grace: "1s", ..Asked::USUAL };
    let launcher = Program::other(programs.path().join("launcher"));
    let running = launcher.args(asked.options()).dir(&dir).start();
    let pipeline = Pipeline::of(running, asked, dir.path());
    pipeline.goes_on();
    Some(pipeline.stop())
}

pub(super) fn dead_stat() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = Pipeline::begin(Asked::USUAL, dir.path());
    kill(pipeline.stage("stat"), Signal::SIGKILL).unwrap();
    pipeline.running.wait_for_message(&proc::told_of_killed("stat"));
    pipeline.goes_on();
    Some(pipeline.stop())
}

/// It is stopped until it holds `conv` up, and goes on.
pub(super) fn stat_again() -> Option<Ended> {
    let (_turn, dir) = (FULL_SPEED.take(), tempfile::tempdir().unwrap());
    let pipeline = Pipeline::begin(Asked { rate: "1M", ..Asked::USUAL }, dir.path());
    let stat = pipeline.stage("stat");
    pipeline.running.stop(stat);
    pipeline.running.wait_until_blocked(pipeline.stage("conv"));
    kill(stat, Signal::SIGCONT).unwrap();
    pipeline.goes_on();
    Some(pipeline.stop())
}

/// A live view in a terminal, which has begun to show it; messages go to the file `said`.
fn live(grace: &str, dir: &Path) -> (Pipeline, Terminal) {
    let terminal = Terminal::new(80, 24);
    let asked = Asked { grace, ..Asked::USUAL };
    let words: Vec<String> = asked.options().iter().map(|word| format!("'{word}'")).collect();
    let script = format!("exec launcher {} 2> said", words.join(" "));
    let pipeline = Pipeline::of(terminal.bash(&script, dir, &[]), asked, dir);
    terminal.wait_for("samples ");
    (pipeline, terminal)
}

/// How it ended, with what is in the file.
fn with_messages(ended: Ended, dir: &Path) -> Ended {
    ended.saying(Some(fs::read_to_string(dir.join("said")).unwrap()))
}

pub(super) fn slow_terminal() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let (pipeline, terminal) = live("10s", dir.path());
    terminal.slow_down();
    let shown = terminal.received().len();
    pipeline.running.wait_until("more is shown", || terminal.received().len() > shown + 10_000);
    pipeline.goes_on();
    Some(with_messages(pipeline.stop(), dir.path()))
}

/// A live view whose terminal is held by Ctrl-S.
fn held(grace: &str, dir: &Path) -> (Pipeline, Terminal) {
    let (pipeline, mut terminal) = live(grace, dir);
    terminal.types("\x13");
    pipeline.running.wait_until("the terminal is held", || terminal.is_held());
    pipeline.goes_on();
    (pipeline, terminal)
}

pub(super) fn held_terminal() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let (pipeline, terminal) = held("1s", dir.path());
    let ended = with_messages(pipeline.stop(), dir.path());
    drop(terminal);
    Some(ended)
}

pub(super) fn closed_terminal() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let (pipeline, terminal) = live("10s", dir.path());
    terminal.close();
    Some(with_messages(pipeline.end(), dir.path()))
}

pub(super) fn terminal_again() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let (pipeline, mut terminal) = held("10s", dir.path());
    let shown = terminal.received().len();
    // Ctrl-Q.
    terminal.types("\x11");
    pipeline.running.wait_until("it is drawn again", || terminal.received().len() > shown);
    pipeline.goes_on();
    Some(with_messages(pipeline.stop(), dir.path()))
}

/// A pipeline with something to say.
const SAYING: Asked<'static> =
    Asked { conv: "--range 100000..999999 --seed 1 --plausible 100000..900000", ..Asked::USUAL };

pub(super) fn full_standard_error() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let pipeline = Pipeline::begin_as(SAYING, dir.path(), |launcher| launcher.stderr(full));
    pipeline.goes_on();
    Some(pipeline.stop().saying(None))
}

pub(super) fn slow_standard_error() -> Option<Ended> {
    let (dir, (read, written)) = (tempfile::tempdir().unwrap(), narrow_pipe());
    let reader = Reader::of(read, Pace::Slow);
    let pipeline = Pipeline::begin_as(SAYING, dir.path(), |launcher| launcher.stderr(written));
    pipeline.goes_on();
    Some(pipeline.stop().saying(Some(reader.finish())))
}

pub(super) fn hung_standard_error() -> Option<Ended> {
    let (dir, (read, written)) = (tempfile::tempdir().unwrap(), full_pipe());
    let pipeline = Pipeline::begin_as(SAYING, dir.path(), |launcher| launcher.stderr(written));
    pipeline.goes_on();
    let ended = pipeline.stop().saying(None);
    drop(read);
    Some(ended)
}

pub(super) fn standard_error_without_reader() -> Option<Ended> {
    let (dir, (read, written)) = (tempfile::tempdir().unwrap(), narrow_pipe());
    let reader = Reader::of(read, Pace::Fast);
    let pipeline = Pipeline::begin_as(SAYING, dir.path(), |launcher| launcher.stderr(written));
    pipeline.running.wait_until("something is said", || reader.lines() > 0);
    reader.leave();
    pipeline.goes_on();
    Some(pipeline.stop().saying(None))
}

pub(super) fn standard_error_read_again() -> Option<Ended> {
    let (dir, (read, written)) = (tempfile::tempdir().unwrap(), full_pipe());
    let pipeline = Pipeline::begin_as(SAYING, dir.path(), |launcher| launcher.stderr(written));
    pipeline.goes_on();
    let reader = Reader::of(read, Pace::Fast);
    pipeline.running.wait_until("something is said", || reader.text().contains("conv: "));
    Some(pipeline.stop().saying(Some(reader.finish())))
}
