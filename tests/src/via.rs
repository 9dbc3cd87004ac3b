//! Running a test over each kind of transport that the launcher makes.

use nix::mqueue::{MQ_OFlag, mq_open};
use nix::sys::stat::Mode;
use nix::unistd::Pid;

use crate::run::Program;
use crate::turns::{QUEUES, Turn};

/// The launcher with transports made of `via`.
pub fn launcher(via: &str) -> Program {
    Program::new("launcher").args(["--via", via])
}

/// What `/proc/PID/fd` shows of an end of a transport made of `via`.
pub fn is_end(via: &str, what: &str) -> bool {
    match via {
        "pipe" => what.starts_with("pipe:["),
        "fifo" => what.contains("/wandler-") && what.ends_with(" (deleted)"),
        "socket" => what.starts_with("socket:["),
        "mqueue" => what.starts_with("/wandler-") && what.ends_with(" (deleted)"),
        _ => what.starts_with("/memfd:wandler-"),
    }
}

/// Whether a message queue of a launcher with this number still has its name. (`/dev/mqueue`
/// shows them all, but is not mounted everywhere, and other tests' queues have names for a moment.)
pub fn has_left_a_queue(launcher: Pid) -> bool {
    ["conv-tee", "tee-log", "tee-stat", "stat-report"].iter().any(|label| {
        let name = format!("/wandler-{launcher}-{label}");
        mq_open(name.as_str(), MQ_OFlag::O_RDONLY | MQ_OFlag::O_CLOEXEC, Mode::empty(), None)
            .is_ok()
    })
}

/// Waits for the turn of a test that makes transports of `via`.
pub fn turn(via: &str) -> Option<Turn> {
    (via == "mqueue").then(|| QUEUES.take())
}

/// Makes tests of functions that take a value of `--via`: one for each value, in modules named alike.
#[macro_export]
macro_rules! over_every_transport {
    ($($test:ident),+ $(,)?) => {
        mod pipe { $crate::over_transport!("pipe", $($test),+); }
        mod fifo { $crate::over_transport!("fifo", $($test),+); }
        mod socket { $crate::over_transport!("socket", $($test),+); }
        mod mqueue { $crate::over_transport!("mqueue", $($test),+); }
        mod shm { $crate::over_transport!("shm", $($test),+); }
    };
}

/// Makes tests of functions that take what `--via` takes.
#[macro_export]
macro_rules! over_transport {
    ($via:literal, $($test:ident),+) => {
        $(
            #[test]
            fn $test() {
                let _turn = $crate::via::turn($via);
                super::$test($via);
            }
        )+
    };
}
