//! Every pair of options is refused, or both are in force: none is ever silently ignored.
//!
//! The options are clap's own list, so that a new one without an example fails here. An option is in
//! force if something that can be observed of the program differs without it: its output, messages,
//! status and files, and what a program's bench also observes. Each pair is tried on its own, and with
//! what its options need; the pairs that are refused are listed, so that none is refused by mistake.

mod conv;
mod launcher;
mod log;
mod pairs;
mod report;
mod stat;

use self::pairs::check;

#[test]
fn of_conv() {
    check::<wandler_conv::Options>(&conv::BENCH);
}

#[test]
fn of_log() {
    check::<wandler_log::Options>(&log::BENCH);
}

#[test]
fn of_stat() {
    check::<wandler_stat::Options>(&stat::BENCH);
}

#[test]
fn of_report() {
    check::<wandler_report::Options>(&report::BENCH);
}

#[test]
fn of_launcher() {
    check::<wandler_launcher::Options>(&launcher::BENCH);
}
