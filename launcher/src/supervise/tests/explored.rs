//! The supervisor explored whole: beside a model of the processes, over every order of what they do, of
//! when their ends are noticed, of what the user asks for, and of up to two faults at any moment.
//!
//! The model knows what a process must know to end: whether its input has ended, whether its reader takes
//! what it writes. Time passes only when no process can do anything more, as if the grace period were long
//! enough for every process that does not hang, and every end that has come is noticed before that.

mod beginning;
mod held;

use std::collections::HashSet;
use std::sync::OnceLock;

use super::super::late::STEP;
use super::super::*;

const GRACE: Duration = Duration::from_secs(10);

/// Faults on a path: every pair of them is covered.
const FAULTS: u8 = 2;

/// Long after the last process should have ended, however many had to be killed, and abandoned.
const END: Duration = Duration::from_secs(120);

/// The state of a process, as nature knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Body {
    Well,
    /// Suspended (SIGSTOP): well again once it is continued.
    Suspended,
    /// Waits for a full disk: reads on, and fails at its end, once it is asked to stop.
    Waiting,
    /// As above, after it was asked.
    Failing,
    /// Does nothing until it is killed.
    Hung,
    /// Hangs in the kernel.
    Stuck,
    /// Has ended, and the supervisor does not know yet.
    Dead(End),
    /// Has ended, and the supervisor knows, or has given it up.
    Gone(End),
}

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum End {
    Clean,
    /// As above, of a `report` whose reader had left.
    ReaderLeft,
    Failed,
    Crashed,
    Killed,
    Abandoned,
}

/// A fault that can happen to a process.
const BLOWS: [Body; 6] = [
    Body::Dead(End::Crashed),
    Body::Dead(End::Failed),
    Body::Suspended,
    Body::Waiting,
    Body::Hung,
    Body::Stuck,
];

/// The processes, their supervisor, and what has happened to them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct World {
    supervisor: Supervisor,
    now: Instant,
    bodies: ByProcess<Body>,
    /// Whether so much is sent that whatever is not read blocks its writer.
    is_busy: bool,
    /// Whether a `report` that hangs does so in its output, whose reader takes nothing.
    is_output_held: bool,
    /// When each was first asked to stop.
    asked: ByProcess<Option<Instant>>,
    /// Whether a process that has ended is read for, so that its writer does not notice.
    is_drained: ByProcess<bool>,
    faults_left: u8,
    /// Whether something happened that may stop the recording.
    may_stop: bool,
    is_user_impatient: bool,
    /// Since when `log` can end: since the stop began, or the last of the others ended, or was killed or
    /// given up.
    log_may_end: Instant,
}

fn start() -> Instant {
    static START: OnceLock<Instant> = OnceLock::new();
    *START.get_or_init(Instant::now)
}

/// Who writes to this process.
fn writer_of(process: Process) -> Option<Process> {
    match process {
        Process::Conv => None,
        Process::Tee => Some(Process::Conv),
        Process::Log | Process::Stat => Some(Process::Tee),
        Process::Report => Some(Process::Stat),
    }
}

fn readers_of(process: Process) -> impl Iterator<Item = Process> {
    Process::ALL.into_iter().filter(move |&reader| writer_of(reader) == Some(process))
}

impl World {
    fn new(is_busy: bool, is_output_held: bool, stop_with: bool) -> World {
        let stop_with = ByProcess::all(stop_with);
        let mut supervisor = Supervisor::new(Wishes { grace: GRACE, stop_with });
        supervisor.on(Event::AllReady, start());
        World {
            supervisor,
            now: start(),
            bodies: ByProcess::all(Body::Well),
            is_busy,
            is_output_held,
            asked: ByProcess::all(None),
            is_drained: ByProcess::all(false),
            faults_left: FAULTS,
            may_stop: stop_with[Process::Stat],
            is_user_impatient: false,
            log_may_end: start(),
        }
    }

    fn has_ended(&self, process: Process) -> bool {
        matches!(self.bodies[process], Body::Dead(_) | Body::Gone(_))
    }

    fn acts(&self, process: Process) -> bool {
        matches!(self.bodies[process], Body::Well | Body::Failing)
    }

    /// Whether what is written to this process goes away: it reads, or nobody ever will.
    fn takes(&self, process: Process) -> bool {
        match self.bodies[process] {
            Body::Gone(_) => true,
            Body::Dead(_) => false,
            _ => self.acts(process) && !self.is_blocked(process),
        }
    }

    fn is_blocked(&self, process: Process) -> bool {
        self.is_busy && readers_of(process).any(|reader| !self.takes(reader))
    }

    /// Whether nothing more will be written to this process.
    fn has_read_all(&self, process: Process) -> bool {
        writer_of(process).is_some_and(|writer| self.has_ended(writer))
    }

    /// Whether the kernel has told a process that nobody reads what it writes.
    fn is_alone(&self, process: Process) -> bool {
        let is_gone =
            |reader| matches!(self.bodies[reader], Body::Gone(_)) && !self.is_drained[reader];
        readers_of(process).count() > 0 && readers_of(process).all(is_gone)
    }

    fn can_end(&self, process: Process) -> bool {
        let may = match process {
            Process::Conv => true,
            _ => self.has_read_all(process) || self.is_alone(process),
        };
        self.acts(process) && may && (!self.is_blocked(process) || self.is_alone(process))
    }

    /// All that the processes can do from here without a fault.
    fn moves(&self) -> Vec<World> {
        let able = Process::ALL.into_iter().filter(|&process| self.can_end(process));
        let end = |process| match self.bodies[process] {
            Body::Failing => self.with(process, Body::Dead(End::Failed)),
            _ => self.with(process, Body::Dead(End::Clean)),
        };
        able.map(end).collect()
    }

    /// Everything that can go wrong from here.
    fn faults(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        if self.faults_left == 0 {
            return worlds;
        }
        for process in Process::ALL.into_iter().filter(|&process| self.acts(process)) {
            for blow in BLOWS {
                if blow == Body::Waiting && process != Process::Log {
                    continue;
                }
                let is_beside = matches!(process, Process::Stat | Process::Report);
                let is_spared = is_beside && matches!(blow, Body::Dead(_));
                worlds.push(self.struck(process, blow, !is_spared));
            }
        }
        if self.acts(Process::Report) {
            worlds.push(self.struck(Process::Report, Body::Dead(End::ReaderLeft), true));
        }
        worlds
    }

    fn struck(&self, process: Process, blow: Body, may_stop: bool) -> World {
        let mut world = self.with(process, blow);
        world.faults_left -= 1;
        world.may_stop |= may_stop;
        world
    }

    fn with(&self, process: Process, body: Body) -> World {
        let mut world = self.clone();
        world.bodies[process] = body;
        world
    }

    /// All that the supervisor can notice from here.
    fn notices(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        for process in Process::ALL {
            let Body::Dead(end) = self.bodies[process] else { continue };
            let mut world = self.clone();
            // It settles before anybody can read the end of what it sent.
            if self.bodies[Process::Conv] == Body::Dead(End::Clean) {
                world.tell(Event::ConvSettled);
            }
            if process == Process::Report && matches!(end, End::Clean | End::ReaderLeft) {
                world.tell(Event::ReportSettled { reader_gone: end == End::ReaderLeft });
            }
            let ending = match end {
                End::Clean | End::ReaderLeft => ProcessEnding::Exited(0),
                End::Failed => ProcessEnding::Exited(1),
                End::Crashed => ProcessEnding::Killed(libc::SIGSEGV),
                End::Killed => ProcessEnding::Killed(libc::SIGKILL),
                End::Abandoned => continue,
            };
            world.bodies[process] = Body::Gone(end);
            world.tell(Event::Ended(process, ending));
            worlds.push(world);
        }
        worlds
    }

    /// All that the user can ask for.
    fn requests(&self) -> Vec<World> {
        let mut worlds = Vec::new();
        if !self.may_stop || self.supervisor.stop_request.is_none() {
            for request in [Event::Terminate, Event::Interrupt] {
                let mut world = self.clone();
                world.may_stop = true;
                // A finger takes longer than an echo.
                world.now += ECHO;
                world.is_user_impatient |= world.supervisor.stop_request.is_some();
                world.tell(request);
                worlds.push(world);
            }
        }
        if self.supervisor.is_stopping() && !self.is_user_impatient && self.faults_left > 0 {
            let mut world = self.clone();
            world.faults_left -= 1;
            world.is_user_impatient = true;
            world.tell(Event::Quit);
            worlds.push(world);
        }
        worlds
    }

    /// The time for which the supervisor waits has come.
    fn later(&self) -> Option<World> {
        let mut world = self.clone();
        world.now = self.supervisor.due()?;
        assert!(world.now < start() + END, "it does not end: {self:#?}");
        world.tell(Event::Due(self.view()));
        Some(world)
    }

    fn view(&self) -> View {
        let unread = ByProcess::from_fn(|process| {
            let is_written_to = writer_of(process).is_some_and(|writer| !self.has_ended(writer));
            self.is_busy && is_written_to && !self.has_ended(process) && !self.takes(process)
        });
        let is_output_full = self.is_output_held && self.bodies[Process::Report] == Body::Hung;
        View { unread, is_output_full }
    }
}

/// Visits every world that can come of these; returns how many there are.
fn explore(mut ahead: Vec<World>) -> usize {
    let mut seen = HashSet::new();
    while let Some(world) = ahead.pop() {
        if !seen.insert(world.clone()) {
            continue;
        }
        if world.supervisor.is_over() {
            world.check_end();
            continue;
        }
        let mut next = [world.moves(), world.notices()].concat();
        if next.is_empty() {
            match world.later() {
                Some(later) => next.push(later),
                None => world.check_end(),
            }
        }
        ahead.extend(next.into_iter().chain(world.requests()).chain(world.faults()));
    }
    seen.len()
}

#[test]
fn whatever_goes_wrong_twice_it_ends_kills_only_what_hangs_and_says_only_what_is_so() {
    for is_busy in [false, true] {
        for is_output_held in [false, true] {
            for stop_with in [false, true] {
                let worlds = explore(vec![World::new(is_busy, is_output_held, stop_with)]);
                assert!(worlds > 10_000, "{worlds} worlds");
            }
        }
    }
}
