//! The start of the stages: none begins before all are ready ([`stage::process::start`] is the stage's
//! side), and none at all if one would read or write what another writes, or read something other than
//! the pipeline.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, socketpair};
use stage::process::exit::Status;
use stage::process::start::{MAX_READY, Ready};
use stage::stream::files::UsedFile;

use crate::process::{ByProcess, Process};
use crate::supervise::{Event, Unfit};

/// The launcher's ends of the sockets at which stages wait. (`tee` has none: it has no command line,
/// and no work before `conv` begins.)
#[derive(Debug, Default)]
pub(crate) struct Gates(ByProcess<Option<Gate>>);

#[derive(Debug)]
struct Gate {
    end: File,
    /// What the stage announced; `None` until it has.
    heard: Option<Ready>,
    /// Whether nothing more will come.
    is_over: bool,
    /// Whether its message could not be read.
    is_garbled: bool,
}

impl Gates {
    /// Gates for all stages, and the stages' own ends of them.
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

    /// What to poll for more announcements: a single gate, that of the stage likely to be ready last.
    /// All are needed anyway, and each time the launcher wakes, it takes a processor from stages that
    /// are not ready. (A stage that ends silently is reported by SIGCHLD.)
    pub(crate) fn to_hear(&self) -> Option<BorrowedFd<'_>> {
        let gate =
            Process::START_ORDER.iter().rev().filter_map(|process| self.0[*process].as_ref());
        gate.filter(|gate| !gate.is_over).map(|gate| gate.end.as_fd()).next()
    }

    /// Receives the stages' announcements; once all are there, returns whether all may begin or, with
    /// the reason, none.
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

    /// Which stage's announcement could not be read.
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
        // conv last: once there is a sample, every stage has been told to begin.
        for gate in Process::START_ORDER.iter().rev().filter_map(|process| gates[*process].as_ref())
        {
            // A stage that is gone is reported as ended.
            let _ = (&gate.end).write_all(b"\n");
        }
    }

    /// Lets none begin: the waiting stages exit.
    pub(crate) fn close(&mut self) {
        *self = Gates::default();
    }

    /// What each stage has announced.
    fn said(&self) -> impl Iterator<Item = (Process, &Ready)> {
        self.0.iter().filter_map(|(who, gate)| Some((who, gate.as_ref()?.heard.as_ref()?)))
    }

    /// Why the files that the stages will read and write conflict.
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
                |(who, other): &(Process, &UsedFile)| *who != writer && other.is_same(file);
            let stream = file.standard_stream().map(|stream| format!("it is {stream} as well"));
            let read = || reads().find(is_another).map(|(reader, _)| format!("{reader} reads it"));
            let written =
                || writes().find(is_another).map(|(other, _)| format!("{other} does, too"));
            let reason = stream.or_else(read).or_else(written)?;
            Some(format!("cannot let {writer} write {}: {reason}", file.name))
        })
    }
}

/// Why a stage must not read what it announced: all but `conv` read what `conv` sends.
pub(crate) fn other_input<'a>(
    mut said: impl Iterator<Item = (Process, &'a Ready)>,
) -> Option<String> {
    let is_other = |ready: &Ready| {
        ready.ignores_input || !ready.reads.is_empty() || ready.no_samples.is_some()
    };
    let (who, ready) = said.find(|(who, ready)| *who != Process::Conv && is_other(ready))?;
    let what = ready.reads.first().map(|file| &file.name).or(ready.no_samples.as_ref());
    let what = what.map_or("another input", String::as_str);
    Some(format!(
        "cannot let {who} read {what}: in a pipeline it reads what conv sends (use --conv \
         '--from FILE', or {who} by itself)"
    ))
}

impl Gate {
    fn new(end: OwnedFd) -> Gate {
        Gate { end: end.into(), heard: None, is_over: false, is_garbled: false }
    }

    /// Receives the announcement, if it has come.
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
