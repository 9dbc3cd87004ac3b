//! What is done to the long pipeline. None of it may cost a sample that was sent.

use std::fmt;
use std::fs;
use std::io::Write;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;
use wandler_tests::abuse::Pace;
use wandler_tests::small_disk::{lower_file_size, raise_file_size};

use crate::pipeline::{KEEP, Pipeline};

/// How long most disturbances last at most: three times as long as anything is tried again after. (A directory
/// stays in a rotation's way for four times that.)
const LONGEST: Duration = Duration::from_secs(3);

/// How long the pipeline is left alone at most.
const PEACE: Duration = Duration::from_secs(2);

/// Something that is done to the pipeline and undone after a time.
type Disturbance = fn(&mut Pipeline, Duration, &mut Xoshiro256PlusPlus);

/// All that is done, and how it is called.
const DISTURBANCES: [(&str, Disturbance); 7] = [
    ("stops", stop_one),
    ("full disks", fill_the_disk),
    ("rotations in the way", refuse_rotations),
    ("paused views", pause_the_view),
    ("hung standard errors", hang_standard_error),
    ("textfiles without a reader", take_the_textfiles_reader),
    ("textfiles whose reader hung", hang_the_textfiles_reader),
];

/// How often each was done.
#[derive(Default)]
pub(crate) struct Disturbances([u64; DISTURBANCES.len()]);

impl Disturbances {
    /// Disturbs the pipeline once, then leaves it alone for a while.
    pub(crate) fn happen(&mut self, pipeline: &mut Pipeline, random: &mut Xoshiro256PlusPlus) {
        let kind = random.random_range(0..DISTURBANCES.len());
        let time = LONGEST.mul_f64(random.random::<f64>());
        let (_, disturb) = DISTURBANCES[kind];
        disturb(pipeline, time, random);
        self.0[kind] += 1;
        thread::sleep(PEACE.mul_f64(random.random::<f64>()));
    }
}

impl fmt::Display for Disturbances {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each =
            DISTURBANCES.iter().zip(self.0).map(|((name, _), count)| format!("{count} {name}"));
        formatter.write_str(&each.collect::<Vec<_>>().join(", "))
    }
}

/// Waits until everything works again, whatever was done before.
pub(crate) fn leave_in_peace() {
    thread::sleep(LONGEST);
}

fn stop_one(pipeline: &mut Pipeline, time: Duration, random: &mut Xoshiro256PlusPlus) {
    let (_, pid) = pipeline.stages[random.random_range(0..pipeline.stages.len())];
    kill(pid, Signal::SIGSTOP).expect("the stage is there");
    thread::sleep(time);
    kill(pid, Signal::SIGCONT).expect("the stage is there");
}

fn fill_the_disk(pipeline: &mut Pipeline, time: Duration, _: &mut Xoshiro256PlusPlus) {
    lower_file_size(pipeline.log());
    thread::sleep(time);
    raise_file_size(pipeline.log());
}

/// A directory takes the place of the oldest file, and no file can be renamed to it. It mostly stays until
/// the next rotation, which comes every seven seconds.
fn refuse_rotations(pipeline: &mut Pipeline, time: Duration, _: &mut Xoshiro256PlusPlus) {
    let oldest = pipeline.dir.join(format!("run.log.{KEEP}"));
    // A rotation may just now make it anew, or it is not there yet.
    let _ = fs::remove_file(&oldest);
    if fs::create_dir(&oldest).is_ok() {
        thread::sleep(4 * time);
        fs::remove_dir(&oldest).expect("nobody else removes it");
    }
}

fn pause_the_view(pipeline: &mut Pipeline, time: Duration, _: &mut Xoshiro256PlusPlus) {
    // Ctrl-S and Ctrl-Q.
    pipeline.terminal.types("\x13");
    thread::sleep(time);
    pipeline.terminal.types("\x11");
}

fn hang_standard_error(pipeline: &mut Pipeline, time: Duration, random: &mut Xoshiro256PlusPlus) {
    pipeline.messages.set(Pace::Hung);
    // A pipe of one page that holds anything counts as full.
    pipeline.standard_error.write_all(b"\n").expect("a page takes a byte");
    // So that there is something to say.
    fill_the_disk(pipeline, time, random);
    pipeline.messages.set(Pace::Fast);
}

fn take_the_textfiles_reader(pipeline: &mut Pipeline, time: Duration, _: &mut Xoshiro256PlusPlus) {
    if let Some(reader) = pipeline.textfile.take() {
        reader.leave();
    }
    thread::sleep(time);
    pipeline.read_textfile();
}

fn hang_the_textfiles_reader(pipeline: &mut Pipeline, time: Duration, _: &mut Xoshiro256PlusPlus) {
    let hang = |pace| pipeline.textfile.iter().for_each(|reader| reader.set(pace));
    hang(Pace::Hung);
    thread::sleep(time);
    hang(Pace::Fast);
}
