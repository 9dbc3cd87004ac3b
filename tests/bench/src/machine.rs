//! The line that says what the figures were measured on.

use std::env::consts::ARCH;
use std::fs;
use std::thread;

/// Cores, processor and kernel.
pub(crate) fn description() -> String {
    let cores = thread::available_parallelism().map_or_else(|_| "?".to_owned(), |n| n.to_string());
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = model(&processors).unwrap_or("unknown processor");
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("Measured on {cores} cores, {model} ({ARCH}), Linux {}.", kernel.trim())
}

/// The first processor's name; not every architecture shows one.
fn model(processors: &str) -> Option<&str> {
    let line = processors.lines().find(|line| line.starts_with("model name"))?;
    line.split_once(':').map(|(_, model)| model.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processors_name_is_found() {
        assert_eq!(model("processor\t: 0\nmodel name\t: Abacus 5\n"), Some("Abacus 5"));
        assert_eq!(model("processor\t: 0\n"), None);
    }
}
