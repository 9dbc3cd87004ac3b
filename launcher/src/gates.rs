//! The start of the stages: none begins before all are ready ([`stage::process::start`] is the stage's
//! side), and none at all if one would read or write what another writes, or read something other than
//! the pipeline.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, MsgFlags, Shutdown, SockFlag, SockType, recv, shutdown, socketpair,
};
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
    heard: Heard,
}

/// What was heard from a stage. Only [`Heard::Nothing`] changes.
#[derive(Debug)]
enum Heard {
    /// It has not announced anything yet.
    Nothing,
    /// It is ready, for this.
    Ready(Ready),
    /// An announcement that cannot be received or read.
    Garbled,
    /// It has ended.
    End,
}

impl Gates {
    /// Gates for all stages, and the stages' own ends of them.
    pub(crate) fn new() -> io::Result<(Gates, ByProcess<Option<OwnedFd>>)> {
        let (mut gates, mut stages) = (Gates::default(), ByProcess::default());
        for process in Process::STAGES {
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
        gate.filter(|gate| gate.is_awaited()).map(|gate| gate.end.as_fd()).next()
    }

    /// Receives the stages' announcements; once all are there, returns whether all may begin or, with
    /// the reason, none.
    pub(crate) fn hear(&mut self) -> Option<Event> {
        self.to_hear()?;
        for process in Process::ALL {
            if let Some(gate) = self.0[process].as_mut().filter(|gate| gate.is_awaited()) {
                gate.hear();
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
        let is_garbled =
            |gate: &Option<Gate>| matches!(gate, Some(Gate { heard: Heard::Garbled, .. }));
        let (who, _) = self.0.iter().find(|(_, gate)| is_garbled(gate))?;
        Some(format!("cannot let {who} begin: what it says of itself cannot be read"))
    }

    fn all_ready(&self) -> bool {
        self.said().count() == Process::STAGES.len()
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

    /// Lets none begin: the waiting stages exit. (Closing would not suffice: a child that was just forked
    /// may still have copies of these ends.)
    pub(crate) fn close(&mut self) {
        for gate in Process::STAGES.into_iter().filter_map(|process| self.0[process].take()) {
            let _ = shutdown(gate.end.as_raw_fd(), Shutdown::Both);
        }
    }

    /// What each stage has announced.
    fn said(&self) -> impl Iterator<Item = (Process, &Ready)> {
        self.0.iter().filter_map(|(who, gate)| match &gate.as_ref()?.heard {
            Heard::Ready(ready) => Some((who, ready)),
            Heard::Nothing | Heard::Garbled | Heard::End => None,
        })
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
        Gate { end: end.into(), heard: Heard::Nothing }
    }

    fn is_awaited(&self) -> bool {
        matches!(self.heard, Heard::Nothing)
    }

    /// Receives the announcement, if it has come.
    fn hear(&mut self) {
        self.heard = match self.receive() {
            Err(Errno::EAGAIN | Errno::EINTR) => Heard::Nothing,
            Ok(message) if !message.is_empty() => {
                serde_json::from_slice(&message).map_or(Heard::Garbled, Heard::Ready)
            }
            Ok(_) | Err(Errno::ECONNRESET) => Heard::End,
            // An outer sandbox may forbid it: nothing would ever be heard.
            Err(_) => Heard::Garbled,
        }
    }

    /// The message that is there, at most [`MAX_READY`] bytes of it. (Its length is asked for first:
    /// it is short, and clearing room for the longest would delay the start.)
    fn receive(&self) -> Result<Vec<u8>, Errno> {
        let fd = self.end.as_raw_fd();
        let ask = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_PEEK | MsgFlags::MSG_TRUNC;
        let mut message = vec![0; recv(fd, &mut [], ask)?.min(MAX_READY)];
        let length = recv(fd, &mut message, MsgFlags::MSG_DONTWAIT)?;
        message.truncate(length);
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::unistd::write;
    use std::io::Read;

    /// Lets each stage announce this, in one message.
    fn heard(announcements: [&[u8]; 4]) -> Option<Event> {
        let (mut gates, mut ends) = Gates::new().unwrap();
        for (process, announcement) in Process::STAGES.into_iter().zip(announcements) {
            write(ends[process].take().unwrap(), announcement).unwrap();
        }
        gates.hear()
    }

    #[test]
    fn all_begin_once_each_has_announced_itself() {
        let (mut gates, mut ends) = Gates::new().unwrap();
        for process in Process::STAGES {
            assert_eq!(gates.hear(), None);
            assert!(gates.to_hear().is_some());
            write(ends[process].as_ref().unwrap(), b"{}").unwrap();
        }
        assert_eq!(gates.hear(), Some(Event::AllReady));
        assert!(gates.to_hear().is_none(), "nothing more is expected");
        gates.open();
        for process in Process::STAGES {
            let mut word = Vec::new();
            File::from(ends[process].take().unwrap()).read_to_end(&mut word).unwrap();
            assert_eq!(word, b"\n", "{process}");
        }
    }

    #[test]
    fn a_stage_whose_announcement_cannot_be_read_lets_none_begin() {
        let reason = "cannot let stat begin: what it says of itself cannot be read".to_owned();
        let unfit = Event::Unfit(Unfit { reason, status: Status::Failed });
        for garbled in [&b"ready"[..], b"{\"reads\":1}", &[b' '; MAX_READY + 2]] {
            assert_eq!(heard([b"{}", b"{}", garbled, b"{}"]).as_ref(), Some(&unfit));
        }
        let (mut gates, mut ends) = Gates::new().unwrap();
        write(ends[Process::Stat].take().unwrap(), b"[]x").unwrap();
        assert_eq!(gates.hear(), Some(unfit), "before the others are ready");
    }

    #[test]
    fn none_begins_once_they_are_closed_whoever_has_copies_of_them() {
        let (mut gates, mut ends) = Gates::new().unwrap();
        let copy = gates.0[Process::Stat].as_ref().unwrap().end.try_clone().unwrap();
        gates.close();
        let read = File::from(ends[Process::Stat].take().unwrap()).read(&mut [0]).unwrap();
        assert_eq!(read, 0);
        drop(copy);
    }

    #[test]
    fn a_stage_that_ends_without_a_word_is_left_to_the_signal_of_its_end() {
        let (mut gates, mut ends) = Gates::new().unwrap();
        ends[Process::Log] = None;
        assert_eq!(gates.hear(), None);
        for process in Process::STAGES.into_iter().filter(|it| *it != Process::Log) {
            write(ends[process].as_ref().unwrap(), b"{}").unwrap();
        }
        assert_eq!(gates.hear(), None);
        assert!(gates.to_hear().is_none(), "an end would be ready for ever");
    }
}
