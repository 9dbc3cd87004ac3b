//! How much memory each process holds.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use nix::unistd::Pid;
use wandler_tests::proc;

/// More than this, compared with an earlier measurement, is growth.
const MOST: f64 = 1.1;

/// Resident memory by process, in KiB.
#[derive(Clone, Debug)]
pub(crate) struct Memory(BTreeMap<String, u64>);

impl Memory {
    /// Measures the launcher and its children.
    pub(crate) fn of(launcher: Pid) -> Memory {
        let children = proc::children(launcher);
        let all = children.into_iter().chain([("launcher".to_owned(), launcher)]);
        Memory(all.map(|(name, pid)| (name, resident(pid))).collect())
    }

    /// Checks that nothing has grown since an earlier measurement.
    pub(crate) fn check_against(&self, earlier: &Memory) {
        for (name, &before) in &earlier.0 {
            let after = self.0[name];
            let most = before as f64 * MOST;
            assert!(after as f64 <= most, "{name} has grown from {before} to {after} KiB");
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.0.iter().map(|(name, kib)| format!("{name} {kib}")).collect();
        write!(formatter, "KiB {}", each.join(" "))
    }
}

fn resident(pid: Pid) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    kib.unwrap_or_else(|| panic!("process {pid} is gone, or tells nothing:\n{status}"))
}
