//! What `/proc` shows of processes.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::Pid;

use crate::PATIENCE;

/// A process as `/proc/PID/stat` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: Pid,
    /// Its name, the one that `ps` shows.
    pub name: String,
    /// `R`, `S`, `Z` and so on.
    pub state: char,
    /// Its parent's number.
    pub parent: Pid,
    /// Its group's number.
    pub group: Pid,
}

/// All processes there are.
pub fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("/proc can be read");
    entries.filter_map(|entry| read(entry.ok()?.path().join("stat"))).collect()
}

fn read(path: PathBuf) -> Option<Process> {
    let text = fs::read_to_string(path).ok()?;
    // The name is in parentheses, and may contain some itself.
    let (pid, rest) = text.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?.chars().next()?;
    let mut number = || fields.next()?.parse().ok().map(Pid::from_raw);
    let (parent, group) = (number()?, number()?);
    Some(Process {
        pid: Pid::from_raw(pid.parse().ok()?),
        name: name.to_owned(),
        state,
        parent,
        group,
    })
}

/// The children of `parent`, by their names.
pub fn children(parent: Pid) -> BTreeMap<String, Pid> {
    let children = all().into_iter().filter(|process| process.parent == parent);
    children.map(|process| (process.name, process.pid)).collect()
}

/// The processes of a group, a line each, for a message.
pub fn group(group: Pid) -> String {
    let members = all().into_iter().filter(|process| process.group == group);
    members
        .map(|it| format!("  {} {} {} child of {}\n", it.pid, it.name, it.state, it.parent))
        .collect()
}

/// The processes of a group that are still alive. (A zombie whose parent died does not count: it
/// waits for the system's first process to reap it.)
pub fn alive(group: Pid) -> Vec<Process> {
    all().into_iter().filter(|process| process.group == group && process.state != 'Z').collect()
}

/// Waits until nothing of a process group is left.
#[track_caller]
pub fn wait_until_gone(group: Pid) {
    let deadline = Instant::now() + PATIENCE;
    while !alive(group).is_empty() {
        assert!(Instant::now() < deadline, "not gone:\n{}", self::group(group));
        thread::sleep(Duration::from_millis(1));
    }
}

/// A field of `/proc/PID/status`; empty if it has none of that name.
pub fn status(pid: Pid, field: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let values = text.lines().filter_map(|line| line.strip_prefix(field)?.strip_prefix(":\t"));
    values.map(str::to_owned).collect()
}

/// The open descriptors of a process, and what they are.
pub fn descriptors(pid: Pid) -> BTreeMap<u32, String> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process is there");
    entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let number = path.file_name()?.to_str()?.parse().ok()?;
            Some((number, fs::read_link(path).ok()?.to_string_lossy().into_owned()))
        })
        .collect()
}

/// How many bytes a process has read, of whatever kind; 0 of one that has ended.
pub fn bytes_read(pid: Pid) -> u64 {
    input_or_output(pid, "rchar: ")
}

/// How many bytes a process has written, of whatever kind; 0 of one that has ended.
pub fn bytes_written(pid: Pid) -> u64 {
    input_or_output(pid, "wchar: ")
}

fn input_or_output(pid: Pid, field: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(field));
    value.and_then(|value| value.parse().ok()).unwrap_or(0)
}

/// The process of this name that is a child of this one, or of one of its children, and so on.
pub fn below(pid: Pid, name: &str) -> Option<Pid> {
    let all = all();
    let parent = |pid: Pid| all.iter().find(|it| it.pid == pid).map(|it| it.parent);
    let is_below = |it: Pid| std::iter::successors(Some(it), |it| parent(*it)).any(|it| it == pid);
    all.iter().find(|it| it.name == name && is_below(it.pid)).map(|it| it.pid)
}

/// What the launcher says of one of its processes that was killed while it worked.
pub fn told_of_killed(process: &str) -> String {
    let told = format!("launcher: {process} was killed by SIGKILL");
    match process {
        "stat" | "report" => format!("{told}: the recording goes on without it"),
        _ => told,
    }
}
