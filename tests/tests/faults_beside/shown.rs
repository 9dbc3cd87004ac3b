//! The report's output, and the files that it keeps beside it.

use std::fs::{self, File};
use std::io::PipeReader;
use std::path::Path;

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use wandler_tests::abuse::{Pace, Reader, is_full, narrow_fifo, narrow_pipe, open_fifo};
use wandler_tests::small_disk::lower_file_size;

use super::ended::Ended;
use super::pipeline::{Asked, Pipeline};

/// Records come so often that a pipe is soon full of them.
const OFTEN: Asked<'static> = Asked { stat: "--every 1ms", ..Asked::USUAL };

pub(super) fn full_output() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let pipeline = Pipeline::begin_as(Asked::USUAL, dir.path(), |launcher| launcher.stdout(full));
    pipeline.running.wait_for_message("the recording goes on without it");
    pipeline.goes_on();
    Some(pipeline.stop())
}

pub(super) fn slow_output() -> Option<Ended> {
    let (dir, (output, writer)) = (tempfile::tempdir().unwrap(), narrow_pipe());
    let reader = Reader::of(output, Pace::Slow);
    let pipeline = Pipeline::begin_as(OFTEN, dir.path(), |launcher| launcher.stdout(writer));
    pipeline.running.wait_until("some lines have come", || reader.lines() > 20);
    pipeline.goes_on();
    Some(pipeline.stop().showing(reader))
}

/// A pipeline whose output is full, and where it would come out.
fn held_up(asked: Asked<'_>, dir: &Path) -> (Pipeline, PipeReader) {
    let (output, writer) = narrow_pipe();
    let copy = writer.try_clone().unwrap();
    let pipeline = Pipeline::begin_as(asked, dir, |launcher| launcher.stdout(writer));
    pipeline.running.wait_until("the pipe is full", || is_full(&copy));
    pipeline.running.wait_until_blocked(pipeline.stage("report"));
    pipeline.goes_on();
    (pipeline, output)
}

pub(super) fn hung_output() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let (pipeline, output) = held_up(Asked { grace: "1s", ..OFTEN }, dir.path());
    let ended = pipeline.stop();
    drop(output);
    Some(ended)
}

pub(super) fn output_without_reader() -> Option<Ended> {
    let (dir, (output, writer)) = (tempfile::tempdir().unwrap(), narrow_pipe());
    let reader = Reader::of(output, Pace::Fast);
    let pipeline = Pipeline::begin_as(Asked::USUAL, dir.path(), |launcher| launcher.stdout(writer));
    pipeline.running.wait_until("a line has come", || reader.lines() > 0);
    reader.leave();
    Some(pipeline.end())
}

pub(super) fn output_read_again() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let (pipeline, output) = held_up(OFTEN, dir.path());
    let reader = Reader::of(output, Pace::Fast);
    // More than the pipe held.
    pipeline.running.wait_until("the report goes on", || reader.lines() > 200);
    pipeline.goes_on();
    Some(pipeline.stop().showing(reader))
}

/// A pipeline whose report keeps this file.
fn keeping(option: &str, file: &str, dir: &Path) -> Pipeline {
    let report = format!("{option} {file}");
    Pipeline::begin(Asked { report: &report, ..Asked::USUAL }, dir)
}

/// Waits until it is said that the file cannot be written, and goes on for a while.
fn cannot_write(pipeline: &Pipeline) {
    pipeline.running.wait_for_message("report: cannot write ");
    pipeline.goes_on();
}

pub(super) fn full_device(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = keeping(option, "/dev/full", dir.path());
    cannot_write(&pipeline);
    Some(pipeline.stop())
}

pub(super) fn full_disk(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = keeping_there(option, dir.path());
    lower_file_size(pipeline.stage("report"));
    cannot_write(&pipeline);
    Some(pipeline.stop())
}

/// The file ends in `end`, and a page of a pipe is less than all of it.
pub(super) fn slow_fifo(option: &str, end: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let reader = Reader::of(narrow_fifo(&dir.path().join("fifo")), Pace::Slow);
    let pipeline = keeping(option, "fifo", dir.path());
    pipeline.running.wait_until("it has come", || reader.text().contains(end));
    pipeline.goes_on();
    let ended = pipeline.stop();
    reader.leave();
    Some(ended)
}

pub(super) fn hung_fifo(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let fifo = narrow_fifo(&dir.path().join("fifo"));
    let pipeline = keeping(option, "fifo", dir.path());
    cannot_write(&pipeline);
    let ended = pipeline.stop();
    drop(fifo);
    Some(ended)
}

pub(super) fn fifo_without_reader(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    mkfifo(&dir.path().join("fifo"), Mode::S_IRWXU).unwrap();
    let pipeline = keeping(option, "fifo", dir.path());
    cannot_write(&pipeline);
    Some(pipeline.stop())
}

pub(super) fn fifo_read_again(option: &str, end: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fifo");
    mkfifo(&path, Mode::S_IRWXU).unwrap();
    let pipeline = keeping(option, "fifo", dir.path());
    cannot_write(&pipeline);
    let reader = Reader::of(open_fifo(&path), Pace::Fast);
    pipeline.running.wait_for_message("again\n");
    pipeline.running.wait_until("it has come", || reader.text().contains(end));
    let ended = pipeline.stop();
    reader.leave();
    Some(ended)
}

/// A pipeline whose report has written the file in the directory `there`.
fn keeping_there(option: &str, dir: &Path) -> Pipeline {
    fs::create_dir(dir.join("there")).unwrap();
    let pipeline = keeping(option, "there/file", dir);
    pipeline.running.wait_until("the file is written", || dir.join("there/file").exists());
    pipeline
}

/// Moves the directory away, so that nobody changes it meanwhile.
fn take_directory(dir: &Path) {
    fs::rename(dir.join("there"), dir.join("away")).unwrap();
}

pub(super) fn directory_gone(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = keeping_there(option, dir.path());
    take_directory(dir.path());
    cannot_write(&pipeline);
    Some(pipeline.stop())
}

/// Nobody notices before the pipeline is stopped.
pub(super) fn directory_gone_at_the_end(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = keeping_there(option, dir.path());
    take_directory(dir.path());
    pipeline.goes_on();
    Some(pipeline.stop())
}

pub(super) fn directory_back(option: &str) -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = keeping_there(option, dir.path());
    take_directory(dir.path());
    cannot_write(&pipeline);
    fs::rename(dir.path().join("away"), dir.path().join("there")).unwrap();
    pipeline.running.wait_for_message("again\n");
    pipeline.goes_on();
    Some(pipeline.stop())
}
