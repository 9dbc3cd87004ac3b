//! The loop around the supervisor: signals become events, and actions become signals.
//!
//! SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGCHLD are blocked and read from a descriptor, one by one.
//! Nothing else is waited for without them. A stop signal that was ignored when the launcher started
//! stays ignored. The stages have SIGQUIT blocked: what a terminal sends to all of them is the launcher's
//! to answer.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::time::TimeSpec;
use stage::process::ledger::Entry;
use stage::process::message::Messages;
use stage::process::suspension::Suspension;
use stage::process::{kernel as stage_kernel, stop};

use crate::children::Spawned;
use crate::ending::ResourceUse;
use crate::kernel;
use crate::message_router::MessageRouter;
use crate::process::{ByProcess, Process};
use crate::side::LauncherSide;
use crate::supervise::{Action, Event, Supervisor};
use crate::suspension;

/// What the launcher listens for besides the end of its children.
fn requests() -> impl Iterator<Item = Signal> {
    stop::SIGNALS.into_iter().chain([Signal::SIGQUIT])
}

/// Listens for signals.
#[derive(Debug)]
pub(crate) struct Watch {
    signals: SignalFd,
    /// The mask for children: as inherited, and the stop signals blocked.
    for_children: SigSet,
    usage: ByProcess<ResourceUse>,
    /// Where Ctrl-Z is heard while `report` draws.
    suspension: Option<Suspension>,
}

impl Watch {
    /// Begins to listen. Call it before the first fork.
    pub(crate) fn begin() -> io::Result<Watch> {
        // Inherited as ignored, it would hide how children ended.
        stage_kernel::restore_default(Signal::SIGCHLD)?;
        let mut heard = SigSet::from(Signal::SIGCHLD);
        let mut for_children = SigSet::thread_get_mask()?;
        for signal in requests() {
            if !stage_kernel::is_ignored(signal)? {
                heard.add(signal);
            }
            for_children.add(signal);
        }
        for_children.remove(Signal::SIGCHLD);
        sigprocmask(SigmaskHow::SIG_BLOCK, Some(&heard), None)?;
        let signals = SignalFd::with_flags(&heard, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
        let usage = ByProcess::default();
        Ok(Watch { signals, for_children, usage, suspension: None })
    }

    /// Listens for Ctrl-Z as well, if `report` draws. Call it before the first fork.
    pub(crate) fn hear_suspension(&mut self, draws: bool) -> io::Result<()> {
        self.suspension = if draws { Suspension::prepare()? } else { None };
        Ok(())
    }

    /// In a child: sets the signal mask that it should start with.
    pub(crate) fn leave_to_child(&self) -> Result<(), Errno> {
        sigprocmask(SigmaskHow::SIG_SETMASK, Some(&self.for_children), None)
    }

    /// Supervises the processes until all have ended; returns what each of them used.
    pub(crate) fn run(
        &mut self,
        mut spawned: Spawned,
        side: &mut LauncherSide,
        supervisor: &mut Supervisor,
        router: &mut MessageRouter,
    ) -> io::Result<ByProcess<ResourceUse>> {
        for process in Process::ALL {
            if let Some(ending) = spawned.not_forked[process].take() {
                if process == Process::Report {
                    router.report_ended(&ending);
                }
                handle(Event::Ended(process, ending), supervisor, &spawned, side, router);
            }
        }
        while !supervisor.is_over() {
            for event in self.next_events(supervisor.due(), &mut spawned, side, router)? {
                handle(event, supervisor, &spawned, side, router);
            }
        }
        Ok(self.usage)
    }

    fn next_events(
        &mut self,
        due: Option<Instant>,
        spawned: &mut Spawned,
        side: &mut LauncherSide,
        router: &mut MessageRouter,
    ) -> io::Result<Vec<Event>> {
        let timeout = due.map(|due| due.saturating_duration_since(Instant::now()));
        let mut interest = vec![readable(self.signals.as_fd())];
        interest.extend(self.suspension.iter().map(|it| readable(it.as_fd())));
        interest.extend(router.to_pass_on().map(readable));
        interest.extend(router.blocked_on().map(writable));
        interest.extend(side.gates.to_hear().map(readable));
        match ppoll(&mut interest, timeout.map(TimeSpec::from_duration), None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(suspension) = &self.suspension {
            suspension::obey(suspension, spawned.children.pid(Process::Report));
        }
        router.flush();
        if router.to_pass_on().is_some() {
            router.pass_on();
        }
        let mut events = Vec::from_iter(side.gates.hear());
        while let Some(signal) = self.signals.read_signal()? {
            match Signal::try_from(signal.ssi_signo as i32) {
                Ok(Signal::SIGINT) => events.push(Event::Interrupt),
                Ok(Signal::SIGQUIT) => events.push(Event::Quit),
                Ok(Signal::SIGCHLD) => events.extend(self.reap(spawned, side, router)?),
                _ => events.push(Event::Terminate),
            }
        }
        // After the ends: a process that has ended is not late.
        if due.is_some_and(|due| Instant::now() >= due) {
            events.push(Event::Due(side.view()));
        }
        Ok(events)
    }

    /// At the end: waits until queued messages are written, for at most `patience` if given, or until a
    /// stop is requested.
    pub(crate) fn let_speak(
        &self,
        router: &mut MessageRouter,
        patience: Option<Duration>,
    ) -> io::Result<()> {
        let end = patience.and_then(deadline);
        while router.blocked_on().next().is_some() {
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let mut interest = vec![readable(self.signals.as_fd())];
            interest.extend(router.blocked_on().map(writable));
            let ready = match ppoll(&mut interest, left.map(TimeSpec::from_duration), None) {
                Err(Errno::EINTR) => continue,
                result => result?,
            };
            while let Some(signal) = self.signals.read_signal()? {
                // The end of a child that was already reaped is no such request.
                if signal.ssi_signo != Signal::SIGCHLD as u32 {
                    return Ok(());
                }
            }
            // A terminal may poll as writable and accept nothing.
            if ready == 0 || end.is_some_and(|end| Instant::now() >= end) {
                return Ok(());
            }
            router.flush();
        }
        Ok(())
    }

    /// Reaps all that have ended, in the pipeline's order: if several have, the cause should be
    /// reported before its effects.
    fn reap(
        &mut self,
        spawned: &mut Spawned,
        side: &mut LauncherSide,
        router: &mut MessageRouter,
    ) -> io::Result<Vec<Event>> {
        let (mut ended, mut events) = (Vec::new(), Vec::new());
        while let Some((pid, ending, usage)) = kernel::reap()? {
            if let Some((process, ending)) = spawned.children.reaped(pid, ending) {
                self.usage[process] = usage;
                ended.push((process, ending));
            }
        }
        ended.sort_by_key(|(process, _)| *process);
        events.extend(side.has_settled(Process::Conv).then_some(Event::ConvSettled));
        for (process, ending) in ended {
            if process == Process::Report {
                router.report_ended(&ending);
            }
            if let Some(&Entry::Report { reader_gone, .. }) = side.read_ledger(process) {
                events.push(Event::ReportSettled { reader_gone });
            }
            events.push(Event::Ended(process, ending));
        }
        Ok(events)
    }
}

/// Lets the supervisor decide what to do about `event`, and does it.
fn handle(
    event: Event,
    supervisor: &mut Supervisor,
    spawned: &Spawned,
    side: &mut LauncherSide,
    router: &mut MessageRouter,
) {
    let ended = if let Event::Ended(process, _) = &event { Some(*process) } else { None };
    for action in supervisor.on(event, Instant::now()) {
        act(action, spawned, side, router);
    }
    // Last, since an input that is drained stays open.
    if let Some(process) = ended {
        side.close_ends_of(process);
    }
}

fn act(action: Action, spawned: &Spawned, side: &mut LauncherSide, router: &mut MessageRouter) {
    let children = &spawned.children;
    match action {
        Action::Begin => side.gates.open(),
        Action::CallOff => side.gates.close(),
        Action::Stop(process) => children.signal(process, Signal::SIGTERM),
        Action::Continue(process) => children.signal(process, Signal::SIGCONT),
        Action::Kill(process) => children.signal(process, Signal::SIGKILL),
        Action::Drain(process) => side.drain_to(process),
        Action::Abandon(process) => {
            side.drain_to(process);
            side.end_input_from(process);
        }
        Action::Say(text) => router.tell(&text),
    }
}

fn readable(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::POLLIN)
}

fn writable(fd: BorrowedFd<'_>) -> PollFd<'_> {
    PollFd::new(fd, PollFlags::POLLOUT)
}

/// `None` means never, for a grace that the clock cannot express.
fn deadline(grace: Duration) -> Option<Instant> {
    Instant::now().checked_add(grace)
}
