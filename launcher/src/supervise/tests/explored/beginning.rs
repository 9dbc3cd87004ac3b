//! The start explored whole: over every order of what the children do until all are ready, of when that is
//! noticed, of what the user asks for, and of up to two faults at any moment; and, where they begin, on to
//! the end of whatever they do then.
//!
//! A child can fail to be forked or executed, hang, be suspended, end or die, on its way to its gate or at
//! it; what it announces there may be garbled, and all together may be unfit.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::super::super::start::GIVEN_UP;
use super::*;

const WRONG_OPTIONS: ProcessEnding = ProcessEnding::Exited(2);
const FAILED: ProcessEnding = ProcessEnding::Exited(1);
const ENDED: ProcessEnding = ProcessEnding::Exited(0);
const CRASHED: ProcessEnding = ProcessEnding::Killed(libc::SIGSEGV);
const KILLED: ProcessEnding = ProcessEnding::Killed(libc::SIGKILL);

const NOT_STARTED: &str = "cannot execute it";
const UNFIT: &str = "they do not fit together";

/// How far a child has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Child {
    /// On its way: it executes its program, reads its options, opens its input.
    Starting,
    /// At its gate. (`tee`, which has none, waits for what `conv` sends.)
    Ready,
    /// Suspended (SIGSTOP) in one of these: it goes on once it is continued.
    Suspended(Box<Child>),
    /// Does nothing until it is killed.
    Hung,
    /// Hangs in the kernel.
    Stuck,
    /// Has ended, and the supervisor does not know yet.
    Dead(ProcessEnding),
    /// Has ended, and the supervisor knows, or has given it up.
    Gone(ProcessEnding),
}

/// The gates of all stages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Gates {
    Shut,
    Open,
    CalledOff,
}

/// The children that are to begin, their supervisor, and what has happened to them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Beginning {
    supervisor: Supervisor,
    now: Instant,
    children: ByProcess<Child>,
    gates: Gates,
    /// Which stages have announced that they are ready, even if they have ended since.
    has_announced: ByProcess<bool>,
    is_garbled: bool,
    faults_left: u8,
    is_user_impatient: bool,
    /// Whether the user has been told why nothing begins, by the launcher or a stage.
    is_told: bool,
    /// Whether options were wrong, so that the status must be 2.
    is_usage: bool,
}

impl Beginning {
    fn new() -> Beginning {
        let stop_with = ByProcess::all(false);
        Beginning {
            supervisor: Supervisor::new(Wishes { grace: GRACE, stop_with }),
            now: start(),
            children: ByProcess::from_fn(|_| Child::Starting),
            gates: Gates::Shut,
            has_announced: ByProcess::all(false),
            is_garbled: false,
            faults_left: FAULTS,
            is_user_impatient: false,
            is_told: false,
            is_usage: false,
        }
    }

    /// One in which this process could not be forked, nor those that come after it.
    fn without(culprit: Process) -> Beginning {
        let mut beginning = Beginning::new();
        let place = |process| Process::START_ORDER.iter().position(|it| *it == process);
        for process in Process::ALL.into_iter().filter(|it| place(*it) >= place(culprit)) {
            let ending = match process == culprit {
                true => ProcessEnding::NotStarted(NOT_STARTED.to_owned()),
                false => ProcessEnding::NotTried,
            };
            beginning.children[process] = Child::Gone(ending.clone());
            beginning.tell(Event::Ended(process, ending));
        }
        beginning
    }

    fn with(&self, process: Process, child: Child) -> Beginning {
        let mut beginning = self.clone();
        if child == Child::Ready && process != Process::Tee {
            beginning.has_announced[process] = true;
        }
        beginning.children[process] = child;
        beginning
    }

    fn has_ended(&self, process: Process) -> bool {
        matches!(self.children[process], Child::Dead(_) | Child::Gone(_))
    }

    /// What a child does next, if it does anything.
    fn next(&self, process: Process) -> Option<Child> {
        let is_off = self.gates == Gates::CalledOff && process != Process::Tee;
        match &self.children[process] {
            Child::Starting | Child::Ready if is_off => Some(Child::Gone(FAILED)),
            Child::Starting => Some(Child::Ready),
            Child::Ready if process == Process::Tee && self.has_ended(Process::Conv) => {
                Some(Child::Dead(ENDED))
            }
            _ => None,
        }
    }

    /// All that the children can do from here without a fault. (Those that are called off leave without a
    /// word, and none waits for another: one order of that stands for all.)
    fn moves(&self) -> Vec<Beginning> {
        let next = |process| {
            let mut world = self.with(process, self.next(process)?);
            if let Child::Gone(ending) = world.children[process].clone() {
                world.tell(Event::Ended(process, ending));
            }
            Some(world)
        };
        let most = if self.gates == Gates::CalledOff { 1 } else { Process::ALL.len() };
        Process::ALL.into_iter().filter_map(next).take(most).collect()
    }

    /// Everything that can go wrong from here.
    fn faults(&self) -> Vec<Beginning> {
        let mut worlds = Vec::new();
        if self.faults_left == 0 {
            return worlds;
        }
        for process in Process::ALL {
            let child = &self.children[process];
            let is_starting = *child == Child::Starting;
            if !is_starting && *child != Child::Ready {
                continue;
            }
            let suspended = Child::Suspended(Box::new(child.clone()));
            let mut blows = vec![Child::Dead(CRASHED), suspended, Child::Hung, Child::Stuck];
            if is_starting {
                let not_started = ProcessEnding::NotStarted(NOT_STARTED.to_owned());
                blows.extend([FAILED, not_started].map(Child::Dead));
            }
            if is_starting && process != Process::Tee {
                blows.extend([WRONG_OPTIONS, ENDED].map(Child::Dead));
                let mut garbled = self.with(process, Child::Ready);
                garbled.is_garbled = true;
                worlds.push(garbled);
            }
            worlds.extend(blows.into_iter().map(|blow| self.with(process, blow)));
        }
        for world in &mut worlds {
            world.faults_left -= 1;
        }
        worlds
    }

    /// All that the supervisor can notice from here.
    fn notices(&self) -> Vec<Beginning> {
        let heard = self.heard().into_iter().map(|event| {
            let mut world = self.clone();
            world.is_usage |=
                matches!(&event, Event::Unfit(unfit) if unfit.status == Status::Usage);
            world.tell(event);
            world
        });
        let reaped = Process::ALL.into_iter().filter_map(|process| {
            let Child::Dead(ending) = &self.children[process] else { return None };
            let mut world = self.with(process, Child::Gone(ending.clone()));
            // One that could not open its input has said so, also in its ledger.
            if matches!(self.children[Process::Conv], Child::Dead(FAILED)) {
                world.tell(Event::ConvSettled);
            }
            // A stage with wrong options, or that failed, says so.
            world.is_told |= matches!(*ending, WRONG_OPTIONS | FAILED);
            world.is_usage |= *ending == WRONG_OPTIONS;
            world.tell(Event::Ended(process, ending.clone()));
            Some(world)
        });
        heard.chain(reaped).collect()
    }

    /// What may be heard at the gates.
    fn heard(&self) -> Vec<Event> {
        let unfit = |status| Event::Unfit(Unfit { reason: UNFIT.to_owned(), status });
        match self.gates {
            Gates::Shut if self.is_garbled => vec![unfit(Status::Failed)],
            Gates::Shut if self.have_all_announced() => {
                vec![Event::AllReady, unfit(Status::Failed), unfit(Status::Usage)]
            }
            _ => vec![],
        }
    }

    fn have_all_announced(&self) -> bool {
        Process::STAGES.into_iter().all(|stage| self.has_announced[stage])
    }

    /// All that the user can ask for: to stop, and after that to stop at once.
    fn requests(&self) -> Vec<Beginning> {
        let requests = match self.supervisor.stop_request {
            _ if self.is_user_impatient => vec![],
            None => vec![Event::Terminate, Event::Interrupt, Event::Quit],
            Some(_) => vec![Event::Interrupt, Event::Quit],
        };
        let ask = |request: Event| {
            let mut world = self.clone();
            world.is_user_impatient =
                request == Event::Quit || self.supervisor.stop_request.is_some();
            // A finger takes longer than an echo.
            world.now += if world.is_user_impatient { ECHO } else { Duration::ZERO };
            world.tell(request);
            world
        };
        requests.into_iter().map(ask).collect()
    }

    /// The time for which the supervisor waits has come.
    fn later(&self) -> Option<Beginning> {
        let mut world = self.clone();
        world.now = self.supervisor.due()?;
        assert!(world.now < start() + END, "it does not end: {self:#?}");
        world.tell(Event::Due(View::default()));
        Some(world)
    }

    /// Tells the supervisor, and does what it asks for.
    fn tell(&mut self, event: Event) {
        for action in self.supervisor.on(event, self.now) {
            self.obey(action);
        }
    }

    fn obey(&mut self, action: Action) {
        match action {
            Action::Begin | Action::CallOff => {
                assert_eq!(self.gates, Gates::Shut, "{action:?}: {self:#?}");
                let is_begin = action == Action::Begin;
                self.gates = if is_begin { Gates::Open } else { Gates::CalledOff };
            }
            // It hears that once it begins.
            Action::Stop(_) => {}
            Action::Continue(process) => {
                if let Child::Suspended(child) = self.children[process].clone() {
                    self.children[process] = *child;
                }
            }
            Action::Kill(process) => self.kill(process),
            Action::Abandon(process) => {
                assert_eq!(self.children[process], Child::Stuck, "{process}: {self:#?}");
                self.children[process] = Child::Gone(ProcessEnding::Abandoned);
            }
            Action::Say(text) => self.check(&text),
            Action::Drain(_) => panic!("{action:?}: {self:#?}"),
        }
    }

    fn kill(&mut self, process: Process) {
        let is_well = matches!(self.children[process], Child::Starting | Child::Ready);
        assert!(!is_well || self.is_user_impatient, "{process} does not hang: {self:#?}");
        if !self.has_ended(process) && self.children[process] != Child::Stuck {
            self.children[process] = Child::Dead(KILLED);
        }
    }

    /// What is said is so.
    fn check(&mut self, text: &str) {
        self.is_told = true;
        let is_so = match text {
            UNFIT => !self.heard().is_empty(),
            GIVEN_UP => self.supervisor.is_stopping() && !self.have_all_announced(),
            _ => Process::ALL.into_iter().any(|process| self.is_so_of(process, text)),
        };
        assert!(is_so, "{text}: {self:#?}");
    }

    fn is_so_of(&self, process: Process, text: &str) -> bool {
        let told = |rest: &str| text.strip_prefix(process.name()) == Some(rest);
        match &self.children[process] {
            Child::Gone(ProcessEnding::NotStarted(reason)) => text == reason,
            Child::Gone(ENDED) => told(" ended"),
            Child::Gone(CRASHED) => told(" was killed by SIGSEGV"),
            Child::Gone(KILLED) => {
                let late = " did not end within 10s, and was killed";
                let asked = [" was killed at the second Ctrl-C", " was killed at SIGQUIT"];
                told(late) || self.is_user_impatient && asked.into_iter().any(told)
            }
            Child::Stuck => told(" cannot be killed: the launcher ends without it"),
            _ => false,
        }
    }

    /// Nothing more can happen, and nothing has begun: all have ended, and the user knows why; or one hangs,
    /// and nobody wanted it to end.
    fn check_end(&self) {
        let is_gone = |(_, child): (Process, &Child)| matches!(child, Child::Gone(_));
        let hangs = |(_, child): (Process, &Child)| {
            matches!(child, Child::Hung | Child::Stuck | Child::Suspended(_))
        };
        if !self.supervisor.is_over() {
            let is_wanted = !self.supervisor.is_stopping() && self.gates == Gates::Shut;
            assert!(is_wanted && self.children.iter().any(hangs), "it waits: {self:#?}");
            return;
        }
        assert!(self.children.iter().all(is_gone) && self.is_told, "{self:#?}");
        let status = if self.is_usage { Status::Usage } else { Status::Failed };
        assert_eq!(self.supervisor.called_off(), Some(status), "{self:#?}");
    }

    /// The same, at work.
    fn begun(&self) -> World {
        assert!(self.supervisor.called_off().is_none() && self.have_all_announced(), "{self:#?}");
        let body = |child: &Child| match child {
            Child::Starting | Child::Ready => Body::Well,
            Child::Suspended(_) => Body::Suspended,
            Child::Hung => Body::Hung,
            Child::Stuck => Body::Stuck,
            Child::Dead(ENDED) => Body::Dead(End::Clean),
            Child::Dead(CRASHED) => Body::Dead(End::Crashed),
            Child::Dead(KILLED) => Body::Dead(End::Killed),
            Child::Dead(_) => Body::Dead(End::Failed),
            // `tee`, whose input has ended.
            Child::Gone(ENDED) => Body::Gone(End::Clean),
            Child::Gone(_) => panic!("it ended, and the others begin: {self:#?}"),
        };
        World {
            supervisor: self.supervisor.clone(),
            now: self.now,
            bodies: ByProcess::from_fn(|process| body(&self.children[process])),
            is_busy: false,
            is_output_held: false,
            asked: ByProcess::all(None),
            is_drained: ByProcess::all(false),
            faults_left: self.faults_left,
            may_stop: self.supervisor.is_stopping() || self.faults_left < FAULTS,
            is_user_impatient: self.is_user_impatient,
            log_may_end: self.now,
        }
    }
}

/// Visits everything that can come of these until the stages begin; returns how much there is, and the
/// worlds in which they have begun.
fn explore_start(mut ahead: Vec<Beginning>) -> (usize, HashSet<World>) {
    // There are too many to keep them whole.
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let (mut seen, mut begun) = (HashSet::new(), HashSet::new());
    while let Some(world) = ahead.pop() {
        if world.gates == Gates::Open {
            begun.insert(world.begun());
            continue;
        }
        if !seen.insert(hasher.hash_one(&world)) {
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
    (seen.len(), begun)
}

#[test]
fn whatever_goes_wrong_twice_before_all_are_ready_all_begin_or_none_and_it_ends() {
    let (beginnings, begun) = explore_start(vec![Beginning::new()]);
    assert!(beginnings > 100_000 && begun.len() > 100, "{beginnings}, {} begun", begun.len());
    let worlds = explore(begun.into_iter().collect());
    assert!(worlds > 10_000, "{worlds} worlds");
}

#[test]
fn what_cannot_be_forked_lets_none_begin() {
    for culprit in Process::ALL {
        let (_, begun) = explore_start(vec![Beginning::without(culprit)]);
        assert!(begun.is_empty(), "{culprit}: {begun:#?}");
    }
}
