//! Trying all pairs of a program's options.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::CommandFactory;
use stage::process::command_line::{CommandLine, StageOptions, parse};
use stage::process::sandbox::SandboxOption;
use wandler_tests::run::Finished;

/// How many pairs are tried at the same time: most of them only wait.
const WORKERS: usize = 4;

/// A program's options, and how to observe it.
pub(crate) struct Bench {
    /// An example of each option.
    pub options: &'static [Example],
    /// Options that show only beside something that is not tried here, such as a device; they have tests
    /// of their own.
    pub elsewhere: &'static [&'static str],
    /// The pairs that are refused.
    pub refused: &'static [(&'static str, &'static [&'static str])],
    /// Options that do nothing to be seen beside others, since what they look for does not come: each is
    /// ignored there only as far as the bench can tell.
    pub unseen: &'static [(&'static str, &'static [&'static str])],
    /// How many inputs there are to choose from: what shows one option may hide another.
    pub inputs: usize,
    /// Runs the program; `None` if it refuses the options.
    pub observe: fn(&Given, usize) -> Option<Seen>,
}

/// An option, by the name that clap has for it.
pub(crate) struct Example {
    pub id: &'static str,
    /// Its words, in the forms that show it beside one option or the other.
    pub words: &'static [&'static str],
    /// Options without which it is refused.
    pub needs: &'static [&'static str],
}

/// The options that are given, with their words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Given(BTreeMap<&'static str, &'static str>);

impl Given {
    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub(crate) fn has_any(&self, ids: &[&str]) -> bool {
        ids.iter().any(|id| self.has(id))
    }

    /// All words, split as a shell splits them; a file's name without an option last.
    pub(crate) fn words(&self) -> Vec<String> {
        let words = |text: &&str| {
            let mut words = vec![];
            let mut rest = text.splitn(2, ' ');
            words.extend(rest.next().map(str::to_owned));
            words.extend(rest.next().map(str::to_owned));
            words
        };
        self.0.values().flat_map(words).collect()
    }

    /// The program's own reading of them, if it accepts them.
    pub(crate) fn parsed<O: CommandLine>(&self, base: &[&str]) -> Option<O> {
        let words = base.iter().map(|word| (*word).to_owned()).chain(self.words());
        parse(std::iter::once("program".to_owned()).chain(words).map(OsString::from)).ok()
    }
}

impl Given {
    /// Whether a stage keeps all system calls.
    pub(crate) fn keeps_all_calls<O: StageOptions>(&self, base: &[&str]) -> String {
        let sandbox = self.parsed::<O>(base).map(|options| options.sandbox());
        let everything = SandboxOption { no_sandbox: true }.granting([]);
        format!("keeps all calls: {}", sandbox == Some(everything))
    }
}

/// All that is observed of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    status: i32,
    pub stdout: String,
    pub stderr: String,
    pub files: BTreeMap<String, String>,
    /// What the program's bench also observes.
    pub more: Vec<String>,
}

impl Seen {
    /// What a run left behind in `directory`; `None` if the options were refused.
    pub(crate) fn of(finished: &Finished, directory: &Path) -> Option<Seen> {
        let read = |entry: fs::DirEntry| {
            let text = fs::read(entry.path()).unwrap_or_default();
            let name = entry.file_name().into_string().unwrap();
            (name, String::from_utf8_lossy(&text).into_owned())
        };
        (finished.code() != 2).then(|| Seen {
            status: finished.code(),
            stdout: finished.stdout.clone(),
            stderr: finished.stderr.clone(),
            files: fs::read_dir(directory).unwrap().map(|entry| read(entry.unwrap())).collect(),
            more: Vec::new(),
        })
    }
}

/// What came of one option beside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Refused,
    InForce,
    Ignored,
}

/// Tries all pairs.
pub(crate) fn check<O: CommandLine>(bench: &Bench) {
    has_an_example_of_each::<O>(bench);
    let tried = Tried { bench, seen: Mutex::default() };
    let ids: Vec<&'static str> = bench.options.iter().map(|it| it.id).collect();
    let pairs: Vec<_> = (0..ids.len())
        .flat_map(|at| (0..at).map(move |other| (at, other)))
        .map(|(at, other)| (ids[other], ids[at]))
        .collect();
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(BTreeSet::new()));
    let work = || {
        while let Some(&(one, other)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
            wrong.lock().unwrap().extend(tried.pair(one, other));
        }
    };
    thread::scope(|scope| (0..WORKERS).for_each(|_| drop(scope.spawn(work))));
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Help and version are shown whatever else is given.
fn has_an_example_of_each<O: CommandFactory>(bench: &Bench) {
    let command = O::command();
    let known = command.get_arguments().map(|it| it.get_id().as_str());
    let known: BTreeSet<&str> = known.filter(|id| *id != "help").collect();
    let examples = bench.options.iter().map(|it| it.id).chain(bench.elsewhere.iter().copied());
    let examples: BTreeSet<&str> = examples.collect();
    assert_eq!(examples, known, "each option has an example, and nothing else");
}

struct Tried<'a> {
    bench: &'a Bench,
    seen: Mutex<HashMap<(Given, usize), Option<Seen>>>,
}

impl Tried<'_> {
    /// What is wrong with a pair.
    fn pair(&self, one: &'static str, other: &'static str) -> Vec<String> {
        let mut wrong = Vec::new();
        let is_refused = |a: &str, b: &str| {
            self.bench.refused.iter().any(|(it, others)| *it == a && others.contains(&b))
        };
        let is_refused = is_refused(one, other) || is_refused(other, one);
        for with_needs in [false, true] {
            for (which, beside) in [(one, other), (other, one)] {
                let outcome = self.outcome(which, beside, with_needs);
                let is_unseen =
                    |(it, others): &(&str, &[&str])| *it == which && others.contains(&beside);
                let is_right = match (outcome, is_refused) {
                    (Outcome::Ignored, _) if self.bench.unseen.iter().any(is_unseen) => true,
                    (Outcome::Refused, true) => true,
                    // Without what one of the two needs.
                    (Outcome::Refused, false) => !with_needs,
                    (Outcome::InForce, is_refused) => !is_refused,
                    (Outcome::Ignored, _) => false,
                };
                if !is_right {
                    let with = if with_needs { "with" } else { "without" };
                    wrong.push(format!(
                        "{which} beside {beside}, {with} what they need: {outcome:?}"
                    ));
                }
            }
        }
        wrong
    }

    /// What comes of `which` beside `beside`, over all their examples and inputs.
    fn outcome(&self, which: &'static str, beside: &'static str, with_needs: bool) -> Outcome {
        let mut outcome = Outcome::Refused;
        for words in self.example(which).words {
            for words_beside in self.example(beside).words {
                let mut given = Given(BTreeMap::from([(which, *words), (beside, *words_beside)]));
                if with_needs {
                    self.add_needs(&mut given);
                }
                let without = self.without(&given, which);
                for input in 0..self.bench.inputs {
                    let Some(with) = self.observe(&given, input) else { continue };
                    if Some(with) != self.observe(&without, input) {
                        return Outcome::InForce;
                    }
                    outcome = Outcome::Ignored;
                }
            }
        }
        outcome
    }

    fn example(&self, id: &str) -> &Example {
        self.bench.options.iter().find(|it| it.id == id).unwrap()
    }

    fn add_needs(&self, given: &mut Given) {
        let mut lacking: Vec<&'static str> = given.0.keys().copied().collect();
        while let Some(id) = lacking.pop() {
            for &need in self.example(id).needs {
                if !given.has(need) {
                    given.0.insert(need, self.example(need).words[0]);
                    lacking.push(need);
                }
            }
        }
    }

    /// The same without an option, and without those that need it.
    fn without(&self, given: &Given, id: &str) -> Given {
        let mut left = given.clone();
        left.0.remove(id);
        let needing = left.0.keys().copied().find(|other| self.example(other).needs.contains(&id));
        match needing {
            Some(other) => {
                let left = self.without(&left, other);
                self.without(&left, id)
            }
            None => left,
        }
    }

    fn observe(&self, given: &Given, input: usize) -> Option<Seen> {
        let key = (given.clone(), input);
        if let Some(seen) = self.seen.lock().unwrap().get(&key) {
            return seen.clone();
        }
        let seen = (self.bench.observe)(given, input);
        self.seen.lock().unwrap().insert(key, seen.clone());
        seen
    }
}
