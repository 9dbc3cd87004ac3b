//! What the kernel shows of a process in `/proc`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;

/// The children of a process, each with its name.
pub(crate) fn children(parent: u32) -> Result<Vec<(u32, String)>, Error> {
    let mut children = Vec::new();
    for entry in entries(Path::new("/proc"))? {
        let pid = entry.file_name().and_then(|name| name.to_str()?.parse().ok());
        // A process may have ended since it was listed; then it is no child any more.
        if let (Some(pid), Ok(status)) = (pid, fs::read_to_string(entry.join("status")))
            && field(&status, "PPid") == Some(parent.into())
        {
            let name = status.lines().find_map(|line| line.strip_prefix("Name:\t"));
            children.push((pid, name.unwrap_or_default().to_owned()));
        }
    }
    Ok(children)
}

/// How often the process's threads have gone to sleep.
pub(crate) fn sleeps(pid: u32) -> Result<u64, Error> {
    let mut sleeps = 0;
    for thread in entries(Path::new(&format!("/proc/{pid}/task")))? {
        let status = read(&thread.join("status"))?;
        sleeps += field(&status, "voluntary_ctxt_switches").unwrap_or_default();
    }
    Ok(sleeps)
}

/// For how long the process's threads have had a core.
pub(crate) fn cpu(pid: u32) -> Result<Duration, Error> {
    let mut nanos = 0;
    for thread in entries(Path::new(&format!("/proc/{pid}/task")))? {
        let text = read(&thread.join("schedstat"))?;
        nanos += text.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(nanos))
}

/// Bytes of memory that the process holds, including those that it shares with others.
pub(crate) fn resident(pid: u32) -> Result<u64, Error> {
    let status = read(Path::new(&format!("/proc/{pid}/status")))?;
    // The kernel's kB is 1024 bytes.
    Ok(field(&status, "VmRSS").unwrap_or_default() * 1024)
}

/// The number behind a name in a `status` file.
fn field(status: &str, name: &str) -> Option<u64> {
    let mut lines = status.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|source| cannot_read(path, source))
}

fn entries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(path).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    entries.map_err(|source| cannot_read(path, source))
}

fn cannot_read(path: &Path, source: io::Error) -> Error {
    Error::Kernel { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let status = "Name:\tconv\nVmRSS:\t    1832 kB\nvoluntary_ctxt_switches:\t7\n\
                      nonvoluntary_ctxt_switches:\t2\n";
        assert_eq!(field(status, "VmRSS"), Some(1832));
        assert_eq!(field(status, "voluntary_ctxt_switches"), Some(7));
        assert_eq!(field(status, "nonvoluntary_ctxt_switches"), Some(2));
        assert_eq!(field(status, "PPid"), None);
    }
}
