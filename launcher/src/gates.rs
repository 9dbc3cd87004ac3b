//! The start of the stages: none begins before all are ready ([`stage::process::start`] has a stage's side of
//! it), and none at all if one would read or write what another writes, or another input than the
//! pipeline.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, socketpair};
use stage::process::exit::Status;
use stage::process::start::{MAX_READY, Ready};
use stage::stream::files::Used;

use crate::process::{ByProcess, Process};
use crate::supervise::{Event, Unfit};

/// The launcher's ends of the sockets at which stages wait. (`tee` has no command line, and nothing
/// to do before `conv` begins.)
#[derive(Debug, Default)]
pub(crate) struct Gates(ByProcess<Option<Gate>>);

#[derive(Debug)]
struct Gate {
    end: File,
    /// What the stage said; `None` until it does.
    heard: Option<Ready>,
    /// Whether it will say nothing any more.
    is_over: bool,
    /// Whether it said something else than that it is ready.
    is_garbled: bool,
}

impl Gates {
    /// Gates for all stages; with them the ends that those wait at.
    pub(crate) fn new() -> io::Result<(Gates, ByProcess<Option<OwnedFd>>)> {
        let (mut gates, mut stages) = (Gates::default(), ByProcess::default());
        for process in Process::ALL.into_iter().filter(|&process| process != Process::Tee) {
            let flags = SockFlag::SOCK_CLOEXEC;
            let (end, stage) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags)?;
            gates.0[process] = Some(Gate::new(end));
            stages[process] = Some(stage);
        }
        Ok((gates, stages))
    }

    /// What to wait on for more to hear: a single gate, of the stage that is likely to be ready last.
    /// All are needed, and each time the launcher wakes up it takes a processor from those that are
    /// not ready. (A signal says that a stage has ended without a word.)
    pub(crate) fn to_hear(&self) -> Option<BorrowedFd<'_>> {
        let gate =
            Process::START_ORDER.iter().rev().filter_map(|process| self.0[*process].as_ref());
        gate.filter(|gate| !gate.is_over).map(|gate| gate.end.as_fd()).next()
    }

    /// Hears what stages have said; what follows from it, once all have: all may begin, or, for a
    /// reason, none.
    pub(crate) fn hear(&mut self) -> Option<Event> {
        self.to_hear()?;
        let mut message = vec![0; MAX_READY];
        for process in Process::ALL {
            if let Some(gate) = self.0[process].as_mut().filter(|gate| !gate.is_over) {
                gate.hear(&mut message);
            }
        }
        if let Some(reason) = self.garbled() {
            return Some(Event::Unfit(Unfit { reason, status: Status::Failed }));
        }
        self.all_ready().then(|| {
            let usage =
                other_input(self.said()).map(|reason| Unfit { reason, status: Status::Usage });
            let unfit = || Some(Unfit { reason: self.conflict()?, status: Status::Failed });
            usage.or_else(unfit).map_or(Event::AllReady, Event::Unfit)
        })
    }

    /// Why a stage could not be understood.
    fn garbled(&self) -> Option<String> {
        let mut gates = self.0.iter();
        let (who, _) = gates.find(|(_, gate)| gate.as_ref().is_some_and(|gate| gate.is_garbled))?;
        Some(format!("cannot let {who} begin: what it says of itself cannot be read"))
    }

    fn all_ready(&self) -> bool {
        let mut stages = self.0.iter().filter(|(process, _)| *process != Process::Tee);
        stages.all(|(_, gate)| gate.as_ref().is_some_and(|gate| gate.heard.is_some()))
    }

    /// Lets all stages begin.
    pub(crate) fn open(&mut self) {
        let gates = std::mem::take(self).0;
        // conv last: once there is a sample, every stage has been let begin.
        for gate in Process::START_ORDER.iter().rev().filter_map(|process| gates[*process].as_ref())
        {
            // A stage that is gone will be seen to have ended.
            let _ = (&gate.end).write_all(b"\n");
        }
    }

    /// Lets none begin: those that wait leave.
    pub(crate) fn close(&mut self) {
        *self = Gates::default();
    }

    /// What each stage has said.
    fn said(&self) -> impl Iterator<Item = (Process, &Ready)> {
        self.0.iter().filter_map(|(who, gate)| Some((who, gate.as_ref()?.heard.as_ref()?)))
    }

    /// Why what the stages are going to read and write does not go together.
    fn conflict(&self) -> Option<String> {
        let mut streams =
            self.said().flat_map(|(who, ready)| ready.streams.iter().map(move |it| (who, it)));
        if let Some((writer, (name, stream))) = streams.next() {
            return Some(format!("cannot let {writer} write {name}: it is {stream} as well"));
        }
        let reads =
            || self.said().flat_map(|(who, ready)| ready.reads.iter().map(move |it| (who, it)));
        let writes =
            || self.said().flat_map(|(who, ready)| ready.writes.iter().map(move |it| (who, it)));
        writes().find_map(|(writer, file)| {
            let is_another =
                |(who, other): &(Process, &Used)| *who != writer && other.is_same(file);
            let stream = file.standard_stream().map(|stream| format!("it is {stream} as well"));
            let read = || reads().find(is_another).map(|(reader, _)| format!("{reader} reads it"));
            let written =
                || writes().find(is_another).map(|(other, _)| format!("{other} does, too"));
            let reason = stream.or_else(read).or_else(written)?;
            Some(format!("cannot let {writer} write {}: {reason}", file.name))
        })
    }
}

/// Why a stage must not read what it says: all but `conv` read what that sends.
pub(crate) fn other_input<'a>(
    mut said: impl Iterator<Item = (Process, &'a Ready)>,
) -> Option<String> {
    let is_other = |ready: &Ready| ready.ignores_input || !ready.reads.is_empty();
    let (who, ready) = said.find(|(who, ready)| *who != Process::Conv && is_other(ready))?;
    let what = ready.reads.first().map_or("another input", |file| &file.name);
    Some(format!(
        "cannot let {who} read {what}: in a pipeline it reads what conv sends (use --conv \
         '--from FILE', or {who} by itself)"
    ))
}

impl Gate {
    fn new(end: OwnedFd) -> Gate {
        Gate { end: end.into(), heard: None, is_over: false, is_garbled: false }
    }

    /// Hears what has been said, if it is there.
    fn hear(&mut self, message: &mut [u8]) {
        match recv(self.end.as_raw_fd(), message, MsgFlags::MSG_DONTWAIT) {
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Ok(length) if length > 0 => {
                self.heard = serde_json::from_slice(&message[..length]).ok();
                self.is_garbled = self.heard.is_none();
                self.is_over = true;
            }
            // The stage has ended.
            _ => self.is_over = true,
        }
    }
}
