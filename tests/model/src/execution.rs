//! A run of a writer and a reader, and what became of it.

use std::cell::{Cell, RefCell};
use std::io;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::thread::{self, JoinHandle};

use crate::process::wait::Stop;
use crate::sides::{self, descriptor};
pub use crate::sides::{NoRoom, Waits};
use crate::stream::transport::peer;
pub use crate::stream::transport::peer::End;
use crate::stream::transport::ring::memory::Memory;
use crate::stream::transport::ring::{self, Reader, Writer};
use crate::{life, time};

/// What both processes do, and what happens to them.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// What is written.
    pub text: Text,
    /// What the writer does with what there is no room for.
    pub no_room: NoRoom,
    /// When the reader waits.
    pub waits: Waits,
    /// How many bytes the reader takes at a time.
    pub room: usize,
    /// After how many reads the reader leaves.
    pub reads: usize,
    /// Whether the reader is asked to stop, at any time.
    pub is_stopped: bool,
    /// Which process is killed, and at which of its places.
    pub killed: Option<(End, usize)>,
    /// How a side learns of the end of the other.
    pub notice: Notice,
}

/// What is written, line by line.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Before the reader starts.
    pub before: &'static str,
    /// While it reads.
    pub then: &'static [&'static str],
}

/// How a side learns of the end of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// From the launcher. No sleep ever times out.
    Launcher,
    /// By itself, from the kernel's locks, once its sleep times out. There is no launcher.
    Alone,
    /// Not at all, if it is the writer: the launcher drains the ring in place of the reader.
    Drain,
    /// From the other as it ends, if it does so in order. There are neither locks nor a launcher.
    Peer,
}

/// What became of a run.
#[derive(Debug)]
pub struct Outcome {
    /// What the writer ended with; `None` if it was killed.
    pub writer: Ended,
    /// What the reader ended with; `None` if it was killed.
    pub reader: Ended,
    /// How many bytes the writer knew to be handed over.
    pub taken: usize,
    /// What the reader had got.
    pub read: Vec<u8>,
    /// How many slots were left filled, or taken.
    pub unfree: usize,
    /// How many tokens said that a slot is free.
    pub free: usize,
}

/// What a process ended with; `None` if it was killed.
pub type Ended = Option<Result<(), io::ErrorKind>>;

/// A process, and what it will have ended with.
type Process = JoinHandle<Ended>;

impl Run {
    /// All is read, `room` bytes at a time.
    pub const fn of(text: Text, room: usize, notice: Notice) -> Run {
        Run {
            text,
            no_room: NoRoom::Wait,
            waits: Waits::AfterNothing,
            room,
            reads: usize::MAX,
            is_stopped: false,
            killed: None,
            notice,
        }
    }

    /// Runs both processes once, and does for them what a launcher and a kernel do.
    pub fn once(self) -> Outcome {
        let memory = Memory::start();
        peer::start(self.notice != Notice::Peer);
        time::start(self.notice == Notice::Alone);
        let outcome = self.on(&memory);
        Memory::end();
        peer::end();
        time::end();
        outcome
    }

    fn on(self, memory: &Memory) -> Outcome {
        let (taken, read) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(Vec::new())));
        let mut writer = Writer::new(descriptor().as_fd()).unwrap();
        sides::write_all(&mut writer, self.text.before, &taken).unwrap();
        let reader = Reader::new(descriptor().as_fd()).unwrap();
        let (stop, wake) = (Rc::new(Stop::default()), reader.waker());

        let noted = Rc::clone(&taken);
        let writer = self.start(End::Writer, memory, move || {
            sides::write(writer, self.text.then, self.no_room, &noted)
        });
        let (noted, heard) = (Rc::clone(&read), Rc::clone(&stop));
        let reader = self.start(End::Reader, memory, move || {
            sides::read(reader, self.room, self.reads, self.waits, &heard, &noted)
        });
        if self.is_stopped {
            stop.request();
            wake();
        }
        let (writer, reader) = self.look_after(memory, writer, reader);
        let header = memory.header();
        let unfree = header.words.iter().filter(|word| word.0.load(Ordering::Acquire) != 0).count();
        let free = std::iter::from_fn(|| header.free.0.try_take().then_some(())).count();
        Outcome { writer, reader, taken: taken.get(), read: read.take(), unfree, free }
    }

    /// Starts a process that has one end open.
    fn start(
        self,
        end: End,
        memory: &Memory,
        process: impl FnOnce() -> io::Result<()> + 'static,
    ) -> Process {
        let place = self.killed.filter(|(killed, _)| *killed == end).map(|(_, place)| place);
        let memory = memory.clone();
        thread::spawn(move || {
            let ended = life::up_to(place, process);
            match (end, self.notice) {
                // The launcher has a copy of the end that it will drain.
                (End::Reader, Notice::Drain) => {}
                // The launcher notices the writer's end while it drains.
                (End::Writer, Notice::Drain) => {
                    peer::close(end);
                    ring::close(&memory, end);
                }
                _ => peer::close(end),
            }
            ended.map(|result| result.map_err(|error| error.kind()))
        })
    }

    /// Waits for both, and lets the other one notice the end of the first.
    fn look_after(self, memory: &Memory, writer: Process, reader: Process) -> (Ended, Ended) {
        let reader_leaves = self.reads < usize::MAX || self.is_stopped;
        if reader_leaves || matches!(self.killed, Some((End::Reader, _))) {
            let reader = reader.join().unwrap();
            self.notify(memory, End::Reader);
            (writer.join().unwrap(), reader)
        } else {
            let writer = writer.join().unwrap();
            self.notify(memory, End::Writer);
            (writer, reader.join().unwrap())
        }
    }

    /// Lets the other side notice that the process at `end` has ended.
    fn notify(self, memory: &Memory, end: End) {
        match (self.notice, end) {
            (Notice::Launcher, _) => ring::close(memory, end),
            (Notice::Alone, _) => time::pass(),
            (Notice::Drain, End::Reader) => ring::drain(descriptor().as_fd()).unwrap(),
            (Notice::Drain, End::Writer) | (Notice::Peer, _) => {}
        }
    }
}
