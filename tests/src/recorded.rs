//! What `log` has recorded in `run.log`, and in the old files of its rotation.

use std::fs;
use std::path::Path;

/// This many samples, all different, one a line.
pub fn samples(count: usize) -> String {
    (1..=count).map(|number| format!("{number}\n")).collect()
}

/// The numbers of the old files in `dir`, in order. (If `log` was killed, one may be missing.)
pub fn old_numbers(dir: &Path) -> Vec<u64> {
    let names = fs::read_dir(dir).expect("the directory is there");
    let mut numbers: Vec<u64> = names
        .filter_map(|entry| {
            let name = entry.expect("the directory can be read").file_name();
            name.to_str()?.strip_prefix("run.log.")?.parse().ok()
        })
        .collect();
    numbers.sort_unstable();
    numbers
}

/// What `run.log.n` down to `run.log` hold together. (If a rotation was interrupted, `run.log` may be
/// missing.)
pub fn all_files(dir: &Path) -> String {
    let old = old_numbers(dir).into_iter().rev().map(|number| format!("run.log.{number}"));
    let newest = Some("run.log".to_owned()).filter(|name| dir.join(name).exists());
    let names = old.chain(newest);
    names.map(|name| fs::read_to_string(dir.join(name)).expect("it can be read")).collect()
}
