//! Disks that are full: small file systems in memory, and limits on the size of files.

use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::Pid;
use tempfile::TempDir;

use crate::needs::left_out;

/// A file system in memory, mounted for a test.
#[derive(Debug)]
pub struct SmallDisk {
    path: PathBuf,
    /// The directory, if it is its own.
    _directory: Option<TempDir>,
}

impl SmallDisk {
    /// One with these options of `tmpfs`. Where this user may not mount, `None`, and a message.
    pub fn new(options: &str) -> Option<SmallDisk> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let mut disk = SmallDisk::at(directory.path(), options)?;
        disk._directory = Some(directory);
        Some(disk)
    }

    /// The same on a directory, which may have another one on it already.
    pub fn at(directory: &Path, options: &str) -> Option<SmallDisk> {
        if mount(&["-t", "tmpfs", "-o", options, "tmpfs"], directory) {
            return Some(SmallDisk { path: directory.to_owned(), _directory: None });
        }
        left_out("a file system must be mounted, which this user may not");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts an empty one in its place. What is open in the old one stays there.
    pub fn replace(&self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|it| it.success()), "cannot unmount {self:?}");
        assert!(mount(&["-t", "tmpfs", "tmpfs"], self.path()), "cannot mount another {self:?}");
    }

    /// Gives it other options, such as more room.
    pub fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(mount(&["-o", &options], self.path()), "cannot remount with {options}");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a test that failed may have left a process in it.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    let output = Command::new("mount").args(arguments).arg(at).output();
    output.is_ok_and(|output| output.status.success())
}

/// Prevents a process from writing to files, as if the disk were full.
pub fn lower_file_size(pid: Pid) {
    limit_file_size(pid, "0:");
}

/// Lifts a process's limit on the size of files.
pub fn raise_file_size(pid: Pid) {
    limit_file_size(pid, "unlimited:");
}

/// Sets the soft limit.
fn limit_file_size(pid: Pid, limit: &str) {
    let arguments = [format!("--pid={pid}"), format!("--fsize={limit}")];
    let status = Command::new("prlimit").args(arguments).status();
    assert!(status.expect("prlimit (of util-linux) can be run").success());
}
