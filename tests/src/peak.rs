//! How much memory a program takes at most.

use crate::run::{Finished, Program};

/// Runs its arguments, and says at the end how much memory that took at most, in KiB. (The interpreter's
/// own 10 MB are the least that it can say, since they were the process's before it became the program.)
const MEASURE: &str = "
import os, sys
pid = os.spawnvp(os.P_NOWAIT, sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(pid, 0)
print(usage.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
";

/// Runs a program to its end; returns that, and the most memory that it had, in KiB.
#[track_caller]
pub fn peak(program: Program) -> (Finished, u64) {
    let mut finished = program.wrapped(&["python3", "-c", MEASURE]).finish();
    let said = finished.stderr.trim_end().to_owned();
    let (before, peak) = said.rsplit_once('\n').unwrap_or(("", &said));
    let peak = peak.parse().unwrap_or_else(|_| panic!("{peak:?} is no number\n{finished}"));
    finished.stderr = before.to_owned();
    (finished, peak)
}
