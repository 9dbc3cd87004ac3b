//! A model of a disk that loses its power: what may be on it then.
//!
//! The model knows one directory. It is given the calls that a program made, and is sure to keep
//! only what was synced. Of the rest, anything may be there that a disk with a journal allows:
//!
//! - **A file's changes** since its last sync are there up to any byte, in order: a file never has a
//!   later write without an earlier one. Its new length may be there before the data, which then read
//!   as zeros at the end of the file. (A disk that writes a file's blocks in any order may also leave
//!   zeros in the middle, with data behind them. That is *not* modelled: without checksums nothing
//!   can detect it.)
//! - **The directory's changes** since its last sync are each there or not, regardless of the others
//!   and of their order. A single rename is there as a whole or not at all.
//! - Syncing a file does not sync its name, and syncing the directory does not sync what the files
//!   hold.
//!
//! What is on the disk after a crash is a [`Choice`] for each of these.

mod call;
mod file;

use std::collections::BTreeMap;
use std::fmt::Write;

pub use call::Call;

use crate::random::Random;

use self::file::{Change, File};

/// The files of a directory: their names, and what they hold.
pub type Files = BTreeMap<String, Vec<u8>>;

/// An index into [`Disk::files`].
type Id = usize;

/// A disk with one directory.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Every file there ever was.
    files: Vec<File>,
    /// Which file has which number now.
    numbers: BTreeMap<u64, Id>,
    synced: BTreeMap<String, Id>,
    now: BTreeMap<String, Id>,
    /// What happened to the names since they were synced.
    pending: Vec<Entry>,
}

#[derive(Clone, Debug)]
enum Entry {
    Create { name: String, file: Id },
    Rename { from: String, to: String, file: Id },
    Unlink { name: String, file: Id },
}

/// Which unsynced changes survive a crash: for each change of the directory, 0 or 1; and for each
/// file with changes, the number of steps that survive (a step is a byte, or a truncation), doubled,
/// plus one if zeros fill the file up to its new length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice(Vec<u64>);

impl Disk {
    /// A disk with these files, all synced.
    pub fn new(files: &Files) -> Disk {
        let names: BTreeMap<String, Id> = files.keys().cloned().zip(0..).collect();
        let file = |bytes: &Vec<u8>| File {
            synced: bytes.clone(),
            now: bytes.clone(),
            pending: Vec::new(),
        };
        Disk {
            files: files.values().map(file).collect(),
            numbers: BTreeMap::new(),
            synced: names.clone(),
            now: names,
            pending: Vec::new(),
        }
    }

    /// Repeats what a call did.
    pub fn apply(&mut self, call: &Call) {
        match call {
            Call::Create { file, name } => self.create(*file, name),
            Call::Open { file, length, name } => {
                let id = self.now[name];
                assert_eq!(self.files[id].now.len() as u64, *length, "the length of {name}");
                self.numbers.insert(*file, id);
            }
            Call::Write { file, at, bytes } => {
                let at = usize::try_from(*at).expect("an offset in memory");
                self.change(*file, Change::Write { at, bytes: bytes.clone() });
            }
            Call::Truncate { file, length } => {
                let length = usize::try_from(*length).expect("a length in memory");
                self.change(*file, Change::Truncate { length });
            }
            Call::Sync { file } => self.files[self.numbers[file]].sync(),
            Call::SyncDirectory => {
                self.synced = self.now.clone();
                self.pending.clear();
            }
            Call::Rename { from, to } => {
                let entry =
                    Entry::Rename { from: from.clone(), to: to.clone(), file: self.now[from] };
                self.enter(entry);
            }
            Call::Unlink { name } => {
                let entry = Entry::Unlink { name: name.clone(), file: self.now[name] };
                self.enter(entry);
            }
            Call::Out { .. } => {}
        }
    }

    fn create(&mut self, number: u64, name: &str) {
        let file = self.files.len();
        self.files.push(File::default());
        self.numbers.insert(number, file);
        self.enter(Entry::Create { name: name.to_owned(), file });
    }

    fn change(&mut self, number: u64, change: Change) {
        let file = &mut self.files[self.numbers[&number]];
        change.apply(&mut file.now, usize::MAX);
        file.pending.push(change);
    }

    fn enter(&mut self, entry: Entry) {
        entry.apply(&mut self.now);
        self.pending.push(entry);
    }

    /// What the program sees.
    pub fn now(&self) -> Files {
        let files = self.now.iter();
        files.map(|(name, &id)| (name.clone(), self.files[id].now.clone())).collect()
    }

    /// What the program sees of one file.
    pub fn named(&self, name: &str) -> Option<&[u8]> {
        self.now.get(name).map(|&id| &*self.files[id].now)
    }

    /// The name that the file of this number has now.
    pub fn name_of(&self, number: u64) -> Option<&str> {
        let id = self.numbers.get(&number)?;
        self.now.iter().find_map(|(name, it)| (it == id).then_some(name.as_str()))
    }

    /// All that a crash may leave, if there are no more than `most` choices; else this many random
    /// ones.
    pub fn choices(&self, most: u64, random: &mut Random) -> Vec<Choice> {
        let ends = self.ends();
        let all = ends.iter().try_fold(1_u64, |all, end| all.checked_mul(*end));
        match all.filter(|&all| all <= most) {
            Some(all) => (0..all).map(|number| Choice::numbered(number, &ends)).collect(),
            None => (0..most).map(|_| Choice::random(&ends, random)).collect(),
        }
    }

    /// How many choices there are for each part of a [`Choice`].
    fn ends(&self) -> Vec<u64> {
        let names = self.pending.iter().map(|_| 2);
        names.chain(self.dirty().map(|file| 2 * file.steps() as u64 + 1)).collect()
    }

    fn dirty(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.pending.is_empty())
    }

    /// What a crash leaves.
    pub fn after(&self, choice: &Choice) -> Files {
        let (entries, mut rest) = choice.0.split_at(self.pending.len());
        let mut names = self.synced.clone();
        for (entry, _) in self.pending.iter().zip(entries).filter(|(_, is_there)| **is_there == 1) {
            entry.apply(&mut names);
        }
        let mut files: Vec<Option<Vec<u8>>> = Vec::new();
        for file in &self.files {
            files.push(match rest.split_first() {
                Some((&left, others)) if !file.pending.is_empty() => {
                    rest = others;
                    Some(file.after(left))
                }
                _ => None,
            });
        }
        let content = |id: Id| files[id].clone().unwrap_or_else(|| self.files[id].synced.clone());
        names.into_iter().map(|(name, id)| (name, content(id))).collect()
    }

    /// The choice in words.
    pub fn describe(&self, choice: &Choice) -> String {
        let (entries, files) = choice.0.split_at(self.pending.len());
        let mut text = String::new();
        for (entry, is_there) in self.pending.iter().zip(entries) {
            let verdict = if *is_there == 1 { "there" } else { "lost" };
            let _ = writeln!(text, "  {verdict}: {entry:?}");
        }
        for (file, left) in self.dirty().zip(files) {
            let zeros = if left % 2 == 1 { ", zeros up to its new length" } else { "" };
            let (left, all, synced) = (left / 2, file.steps(), file.synced.len());
            let _ = writeln!(text, "  {left} of {all} steps after {synced} synced bytes{zeros}");
        }
        text
    }
}

impl Entry {
    fn apply(&self, names: &mut BTreeMap<String, Id>) {
        match self {
            Entry::Create { name, file } => {
                names.insert(name.clone(), *file);
            }
            Entry::Rename { from, to, file } => {
                remove(names, from, *file);
                names.insert(to.clone(), *file);
            }
            Entry::Unlink { name, file } => remove(names, name, *file),
        }
    }
}

/// Removes a name, if it is still this file's.
fn remove(names: &mut BTreeMap<String, Id>, name: &str, file: Id) {
    if names.get(name) == Some(&file) {
        names.remove(name);
    }
}

impl Choice {
    /// Each number below the product of `ends` gives another choice.
    fn numbered(mut number: u64, ends: &[u64]) -> Choice {
        let digit = |end: &u64| {
            let digit = number % end;
            number /= end;
            digit
        };
        Choice(ends.iter().map(digit).collect())
    }

    /// A random choice: half of the time, a part is nothing or everything.
    fn random(ends: &[u64], random: &mut Random) -> Choice {
        let digit = |end: &u64| match random.below(4) {
            0 => 0,
            1 => end - 1,
            _ => random.below(*end),
        };
        Choice(ends.iter().map(digit).collect())
    }
}

#[cfg(test)]
mod tests;
