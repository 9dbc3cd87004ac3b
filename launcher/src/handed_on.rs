//! Descriptors that the command line names for a stage, as in `--log >(gzip > x.gz)`, which bash turns
//! into `--log /dev/fd/63`: that stage gets them, and no other process.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};

use crate::calls::Calls;
use crate::kernel;
use crate::process::{ByProcess, Process};

/// The inherited descriptors that the launcher hands on.
#[derive(Debug, Default)]
pub(crate) struct HandedOn {
    descriptors: Vec<OwnedFd>,
    /// The numbers that each process gets.
    named: ByProcess<Vec<RawFd>>,
}

impl HandedOn {
    /// Takes over the descriptors that `calls` name, if they are open, and closes all others that were
    /// inherited. Call it once, before anything is opened.
    pub(crate) fn take_over(calls: &Calls) -> HandedOn {
        let named = ByProcess::from_fn(|process| calls.descriptors(process));
        let mut numbers: Vec<RawFd> = named.iter().flat_map(|(_, it)| it).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        // The stage itself reports one that is not open.
        let open = numbers.into_iter().filter_map(|it| stage::process::kernel::adopt(it).ok());
        let descriptors: Vec<OwnedFd> = open.collect();
        let kept: Vec<BorrowedFd<'_>> = descriptors.iter().map(AsFd::as_fd).collect();
        #[allow(unsafe_code, reason = "only here is it known that nothing is open yet")]
        // SAFETY: nothing has been opened yet, and what was taken over is kept.
        unsafe {
            kernel::close_all_but(&kept);
        }
        HandedOn { descriptors, named }
    }

    /// In a child: lets its own descriptors survive `exec`, and no others.
    pub(crate) fn leave_to(&self, process: Process) -> Result<(), Errno> {
        self.descriptors.iter().try_for_each(|fd| {
            let flags =
                if self.is_named(fd, process) { FdFlag::empty() } else { FdFlag::FD_CLOEXEC };
            fcntl(fd, FcntlArg::F_SETFD(flags)).map(drop)
        })
    }

    /// The descriptors that a process gets.
    pub(crate) fn left_to(&self, process: Process) -> impl Iterator<Item = BorrowedFd<'_>> {
        self.descriptors.iter().filter(move |fd| self.is_named(fd, process)).map(AsFd::as_fd)
    }

    fn is_named(&self, fd: &OwnedFd, process: Process) -> bool {
        self.named[process].contains(&fd.as_raw_fd())
    }
}
