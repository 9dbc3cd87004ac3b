//! Ctrl-Z while `report` draws on the terminal: the launcher stops after `report`, which clears its panel
//! away first, since the shell takes the terminal back as soon as it sees the launcher stopped.

use std::thread;
use std::time::{Duration, Instant};

use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use stage::process::suspension::{Request, Suspension};

/// How long `report` may take: it looks for the signal a few times a second.
const PATIENCE: Duration = Duration::from_secs(1);

/// Time between two looks at `report`.
const PAUSE: Duration = Duration::from_millis(2);

/// Stops this process if it was asked to, once `report` is stopped or has taken too long.
pub(crate) fn obey(suspension: &Suspension, report: Option<Pid>) {
    if suspension.look() != Request::Stop {
        return;
    }
    let end = Instant::now() + PATIENCE;
    while report.is_some_and(runs) && Instant::now() < end {
        thread::sleep(PAUSE);
    }
    suspension.stop();
}

/// Whether a child neither is stopped nor has ended.
fn runs(child: Pid) -> bool {
    let flags = WaitPidFlag::WSTOPPED | WaitPidFlag::WEXITED;
    let flags = flags | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    matches!(waitid(Id::Pid(child), flags), Ok(WaitStatus::StillAlive))
}
