//! The harness of the end-to-end tests: it drives the real programs as processes.
//!
//! | module | owns |
//! |---|---|
//! | [`programs`] | building the programs, and where they lie |
//! | [`run`](mod@run) | starting a program, waiting for its output and its end, and printing all that is known of it |
//! | [`peak`](mod@peak) | how much memory a program takes at most |
//! | [`proc`] | what `/proc` shows of processes: children, names, descriptors, leftovers |
//! | [`account`] | the account that the launcher prints at the end |
//! | [`converted`] | what `conv` makes of text, from a file and piped in |
//! | [`refused`] | command lines that are refused, before anything is done |
//! | [`via`] | running a test over each kind of transport |
//! | [`serial`] | a serial line, and the device that sends |
//! | [`iio`] | a stand-in for an IIO device, in a tree of its own |
//! | [`turns`] | what only a few tests may do at a time |
//! | [`terminal`] | a pseudo-terminal, and what a person would see on it |
//! | [`recorded`] | what `log` has recorded, old files included |
//! | [`small_disk`] | disks that are full |
//! | [`abuse`] | the pipe-abuse kit: readers that leave, hang or are slow, closed streams |
//! | [`faults`] | a disk that fails when told to, and a trace of what is done to it |
//! | [`disk`] | a model of a disk that loses its power: what may be on it then |
//! | [`promise`] | what `log` promises of such a disk, and whether it is kept |
//! | [`installation`] | installing from a checkout, and what must hold of an installation, whichever way it came |
//! | [`packages`] | the packages that install wandler: made, and installed in a root of their own |
//! | [`needs`] | what a test needs of the machine, and what is said where it is left out |
//! | [`stand_ins`] | scripts that stand in for commands of the machine, or for a stage |
//! | [`random`] | random choices that can be repeated |
//!
//! A test waits for an event, never for a time. [`PATIENCE`] only limits how long a test that has
//! already failed may hang.

pub mod abuse;
pub mod account;
pub mod converted;
pub mod disk;
pub mod faults;
mod finished;
pub mod iio;
pub mod installation;
mod kept;
pub mod lease;
pub mod needs;
pub mod packages;
pub mod peak;
pub mod proc;
pub mod programs;
pub mod promise;
pub mod random;
pub mod record;
pub mod recorded;
pub mod refused;
pub mod run;
pub mod serial;
pub mod small_disk;
pub mod stand_ins;
pub mod terminal;
pub mod turns;
pub mod via;

use std::time::Duration;

/// How long an event may take before the test fails: long enough for a busy machine with two cores.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How often a random test is repeated: `WANDLER_ROUNDS`, or a few times.
pub fn rounds() -> u32 {
    match std::env::var("WANDLER_ROUNDS") {
        Ok(rounds) => rounds.parse().expect("WANDLER_ROUNDS is a number"),
        Err(_) => 5,
    }
}
