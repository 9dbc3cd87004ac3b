//! The disk that is recorded on: the lock, the syncs, the renames, the directory, and the file system.
//! Most of its faults are made by a library (see [`FailingDisk`]), so that no rights are needed; a disk
//! that is full, a directory that is gone, and one that is mounted are real.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use wandler_tests::faults::FailingDisk;
use wandler_tests::proc;
use wandler_tests::recorded::{all_files, old_numbers};
use wandler_tests::small_disk::{SmallDisk, lower_file_size};

use super::ended::Ended;
use super::pipeline::{Asked, Pipeline};

/// A file is rotated twice a second.
const ROTATING: Asked<'static> =
    Asked { log: "--sync 50ms --rotate 32K --keep 1000 run.log", ..Asked::USUAL };

/// Somebody is going to hang, and waited for.
const SHORT: &str = "1s";

/// A pipeline on a disk that is going to fail like this.
fn begin(faults: &str, grace: &str) -> Option<(Pipeline, FailingDisk)> {
    let disk = FailingDisk::new()?;
    let asked = Asked { grace, ..ROTATING };
    let pipeline = Pipeline::begin_as(asked, disk.dir(), |launcher| disk.under(launcher, faults));
    Some((pipeline, disk))
}

/// The disk fails to the end, and recording goes on.
pub(super) fn fails(faults: &str) -> Option<Ended> {
    let (pipeline, disk) = begin(faults, ROTATING.grace)?;
    disk.fail();
    pipeline.running.wait_for_message("log: cannot ");
    pipeline.goes_on();
    Some(pipeline.stop())
}

/// The disk fails for a while; meanwhile recording goes on.
pub(super) fn fails_for_a_while(faults: &str) -> Option<Ended> {
    let (pipeline, disk) = begin(faults, ROTATING.grace)?;
    disk.fail();
    pipeline.running.wait_for_message("log: cannot ");
    pipeline.goes_on();
    disk.mend();
    pipeline.running.wait_for_message(" again\n");
    pipeline.goes_on();
    Some(pipeline.stop())
}

/// The disk fails, and that is the end of the recording.
pub(super) fn fails_for_good(faults: &str) -> Option<Ended> {
    let (pipeline, disk) = begin(faults, ROTATING.grace)?;
    disk.fail();
    Some(pipeline.end())
}

/// The disk takes nothing more, to the end.
pub(super) fn takes_nothing(faults: &str) -> Option<Ended> {
    let (pipeline, disk) = begin(faults, SHORT)?;
    disk.fail();
    pipeline.running.wait_for_message(": trying again every second");
    Some(pipeline.stop())
}

/// The disk is slow, also while files are rotated.
pub(super) fn is_slow(faults: &str) -> Option<Ended> {
    let (pipeline, disk) = begin(faults, ROTATING.grace)?;
    disk.fail();
    let rotations = || old_numbers(disk.dir()).len();
    let before = rotations();
    pipeline.running.wait_until("it has rotated twice", || rotations() > before + 1);
    pipeline.goes_on();
    Some(pipeline.stop())
}

/// A pipeline whose `log` hangs in the disk.
fn begin_to_hang(faults: &str, grace: &str) -> Option<(Pipeline, FailingDisk)> {
    let (pipeline, disk) = begin(faults, grace)?;
    disk.fail();
    pipeline
        .running
        .wait_until("log hangs", || proc::children(pipeline.launcher).contains_key("hangs"));
    Some((pipeline, disk))
}

/// The disk hangs, to the end.
pub(super) fn hangs(faults: &str) -> Option<Ended> {
    let (pipeline, _disk) = begin_to_hang(faults, SHORT)?;
    Some(pipeline.stop())
}

/// The disk hangs for a while.
pub(super) fn hangs_for_a_while(faults: &str) -> Option<Ended> {
    let (pipeline, disk) = begin_to_hang(faults, ROTATING.grace)?;
    disk.mend();
    pipeline.goes_on();
    Some(pipeline.stop())
}

/// A real limit on the size of files: the disk is full, to the end.
pub(super) fn full() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = Pipeline::begin(Asked { grace: SHORT, ..Asked::USUAL }, dir.path());
    lower_file_size(pipeline.stage("log"));
    pipeline.running.wait_for_message(": trying again every second");
    Some(pipeline.stop())
}

/// A pipeline that records in the directory `there`.
fn begin_there(grace: &str, dir: &Path) -> Pipeline {
    Pipeline::begin(Asked { log: "--sync 50ms there/run.log", grace, ..Asked::USUAL }, dir)
}

/// The same, whose directory was moved away.
fn begin_to_miss(grace: &str, dir: &Path) -> Pipeline {
    fs::create_dir(dir.join("there")).unwrap();
    let pipeline = begin_there(grace, dir);
    fs::rename(dir.join("there"), dir.join("away")).unwrap();
    pipeline.running.wait_for_message(": trying again every second");
    pipeline
}

/// How it ended, with what is in the directories.
fn with_files(ended: Ended, dir: &Path) -> Ended {
    let files = ["away", "there"].map(|name| dir.join(name));
    let files = files.iter().filter(|it| it.exists());
    Ended { recorded: files.map(|it| all_files(it)).collect(), ..ended }
}

/// The directory is moved away, for good.
pub(super) fn directory_gone() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = begin_to_miss(SHORT, dir.path());
    Some(with_files(pipeline.stop(), dir.path()))
}

/// The directory is moved away, and then there is a new one.
pub(super) fn directory_again() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let pipeline = begin_to_miss(Asked::USUAL.grace, dir.path());
    fs::create_dir(dir.path().join("there")).unwrap();
    pipeline.running.wait_for_message(" again\n");
    pipeline.goes_on();
    Some(with_files(pipeline.stop(), dir.path()))
}

/// A file system is mounted where it was, with another one in its place.
pub(super) fn mounted_again() -> Option<Ended> {
    let dir = tempfile::tempdir().unwrap();
    let there = dir.path().join("there");
    fs::create_dir(&there).unwrap();
    let _before = SmallDisk::at(&there, "size=10M")?;
    let pipeline = begin_there(Asked::USUAL.grace, dir.path());
    let mut file = File::open(there.join("run.log")).unwrap();
    let _after = SmallDisk::at(&there, "size=10M")?;
    pipeline.running.wait_for_message("log: ");
    pipeline.goes_on();
    let ended = pipeline.stop();
    let mut recorded = String::new();
    file.read_to_string(&mut recorded).unwrap();
    recorded += &all_files(&there);
    Some(Ended { recorded, ..ended })
}
