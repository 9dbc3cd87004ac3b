//! The account of the long pipeline, and its files.

use std::path::Path;

use wandler_tests::account::count;
use wandler_tests::recorded::all_files;
use wandler_tests::run::{Finished, Program};

use crate::CONV;

/// Checks that the account balances, that all messages are about full disks, and that the files that
/// were kept hold the newest of what was sent, to the byte.
pub(crate) fn check(finished: &Finished, dir: &Path) {
    assert_eq!(finished.code(), 0, "{finished}");
    let sent = count(finished, "samples sent").unwrap_or_else(|| panic!("{finished}"));
    let ticks = finished.stderr.lines().find(|line| line.contains(" ticks missed"));
    for line in finished.stderr.lines() {
        let expected = line.starts_with("log: cannot write \"run.log\": File too large: trying")
            || line == "log: can write \"run.log\" again"
            || line.starts_with("launcher: ");
        assert!(expected, "{line}\n{finished}");
    }
    let account =
        format!("launcher: {sent} samples sent, {sent} recorded, {sent} counted, 0 rejected");
    assert!(finished.stderr.lines().any(|line| line.starts_with(&account)), "{finished}");
    crate::tell(&format!(
        "{sent} samples sent, recorded and counted {}",
        ticks.unwrap_or_default()
    ));
    Program::new("log").args(["--check", "run.log"]).dir(dir).finish().exits(0);
    let kept = all_files(dir);
    let seed = CONV.rsplit(' ').next().unwrap_or_default();
    let (count, bytes) = (sent.to_string(), kept.len().to_string());
    let script = format!("conv --rate max --seed {seed} --count {count} | tail -c {bytes}");
    let newest = Program::bash(&script).finish();
    assert!(newest.stdout == kept, "the files do not hold the newest samples");
}
