//! What `-v` shows: who is connected to what, what by, and at the end how each came out.

use stage::message::Messages;

use crate::Spawned;
use crate::ending::{Ending, Usage};
use crate::process::{ByProcess, Process};
use crate::wiring::Kept;

/// Tells who is connected to what, and what the channels are.
pub fn wiring(spawned: &Spawned, kept: &Kept, messages: &mut dyn Messages) {
    let inputs = Process::ALL.map(|process| kept.describe(process).0.len());
    let width = inputs.into_iter().max().unwrap_or_default();
    messages.tell(&format!("{:>8}  {:<7} {:<width$} {}", "PID", "STAGE", "INPUT", "OUTPUT"));
    for (process, child) in spawned.children.iter() {
        let (input, output) = kept.describe(process);
        let pid = child.as_ref().map_or("-".to_owned(), ToString::to_string);
        messages.tell(&format!("{pid:>8}  {process:<7} {input:<width$} {output}"));
    }
    messages.tell(&format!("{:<17} MADE OF", "CHANNEL"));
    for (channel, made_of) in kept.channels() {
        messages.tell(&format!("{channel:<17} {made_of}"));
    }
}

/// Tells how each process ended and what it used.
pub fn endings(
    endings: &ByProcess<Option<Ending>>,
    usage: &ByProcess<Usage>,
    messages: &mut dyn Messages,
) {
    messages.tell(&format!("{:<7} {:>9}  {:>9}  ENDING", "STAGE", "CPU", "PEAK"));
    for (process, ending) in endings.iter() {
        let Usage { cpu, peak_kib } = usage[process];
        let ending = ending.as_ref().map_or(String::new(), ToString::to_string);
        messages.tell(&format!(
            "{process:<7} {:>7.3} s  {:>6.1} MB  {ending}",
            cpu.as_secs_f64(),
            peak_kib as f64 * 1024.0 / 1e6
        ));
    }
}
