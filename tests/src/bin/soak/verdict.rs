//! The account of the long pipeline, and its files.

use std::path::Path;

use wandler_tests::account::count;
use wandler_tests::recorded::all_files;
use wandler_tests::run::{Finished, Program};

use crate::pipeline::SAMPLES;

/// What may be said, besides the account: each is about something that was done, and how the line begins
/// and ends.
const EXPECTED: [(&str, &str, &str); 7] = [
    ("full disks", "log: cannot write \"run.log\": File too large: trying", ""),
    ("disks with room", "log: can write \"run.log\" again", ""),
    (
        "refused rotations",
        "log: cannot rename ",
        ": Is a directory: going on in the same file, and \
                            trying again every second",
    ),
    ("rotations again", "log: can rotate \"run.log\" again", ""),
    ("textfiles not written", "report: cannot write \"metrics\": ", ": trying again every second"),
    ("textfiles written again", "report: can write \"metrics\" again", ""),
    ("lost messages", "", " lost: standard error took none"),
];

/// Checks that the account balances, that all messages are about what was done, and that the files that
/// were kept hold the newest of what was sent, to the byte.
pub(crate) fn check(finished: &Finished, dir: &Path) {
    assert_eq!(finished.code(), 0, "{finished}");
    // Empty ones have filled the pipe.
    let lines: Vec<&str> = finished.stderr.lines().filter(|line| !line.is_empty()).collect();
    let Some((account, said)) = lines.split_last() else { panic!("no account\n{finished}") };
    let mut counts = [0_u64; EXPECTED.len()];
    for line in said {
        let is_like =
            |(_, start, end): &(&str, &str, &str)| line.starts_with(start) && line.ends_with(end);
        let kind = EXPECTED.iter().position(is_like);
        counts[kind.unwrap_or_else(|| panic!("not expected: {line}\n{finished}"))] += 1;
    }
    let each = EXPECTED.iter().zip(counts).map(|((what, ..), count)| format!("{count} {what}"));
    crate::tell(&format!("reported: {}", each.collect::<Vec<_>>().join(", ")));
    let sent = count(finished, "samples sent").unwrap_or_else(|| panic!("{finished}"));
    let settled =
        format!("launcher: {sent} samples sent, {sent} recorded, {sent} counted, 0 rejected");
    assert!(account.starts_with(&settled) && !account.contains("not settled"), "{finished}");
    crate::tell(account);
    Program::new("log").args(["--check", "run.log"]).dir(dir).finish().exits(0);
    let kept = all_files(dir);
    let script = format!("conv --rate max {SAMPLES} --count {sent} | tail -c {}", kept.len());
    let newest = Program::bash(&script).finish();
    assert!(newest.stdout == kept, "the files do not hold the newest samples");
}

/// What `conv` sends with these options, to the byte.
pub(crate) fn sent(options: &str, count: u64) -> String {
    let conv = Program::new("conv").words(options).words("--rate max --count");
    conv.args([count.to_string()]).finish().stdout
}
