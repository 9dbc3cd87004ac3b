//! What `log` promises of a disk that loses its power, and whether it is kept.
//!
//! After a crash at any moment, `log`'s next start sets a torn tail of `FILE` aside. What is then on
//! the disk, read in the order `FILE.N` … `FILE.1`, or that of the times in names, and then `FILE`,
//!
//! 1. is a whole number of lines: those that were sent, in order, with no gaps and no duplicates;
//! 2. begins with the first line, unless rotation had begun to drop the oldest file, `FILE.KEEP` or
//!    the one with the earliest time: its lines, and only those, may be gone;
//! 3. holds every line that was promised: one that was in a file when that was synced or, with
//!    `--pass --sync always`, one that had come out on standard output;
//! 4. has no file beyond `FILE.KEEP` that was not there at the start; and a torn tail that was there
//!    at the start is still there, or in `FILE.torn`;
//! 5. with `--timestamps`, has the header in front of the lines of each file, unless they were in it
//!    at the start. Neither the header nor the times belong to the lines that were sent.
//!
//! An [`Account`] is given each call before the [`Disk`] is, and judges what a crash left.

mod files;

use std::collections::HashMap;
use std::fmt;

use self::files::{first_line, number, rotated, shown, whole};
use crate::disk::{Call, Disk, Files};
use crate::random::Random;

/// How many choices of what a crash leaves are tried at each moment; where there are more, random
/// ones are tried. Enough for all choices that a correct `log` leaves in these tests.
const CHOICES: u64 = 4096;

/// What `log` was asked to do.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The file's name in its directory.
    pub name: String,
    /// The lines that were sent, each different from all others and from those in the files at the
    /// start.
    pub sent: Vec<u8>,
    /// How many old files are kept.
    pub keep: u32,
    /// Whether what comes out on standard output is on the disk.
    pub is_durable_when_passed: bool,
    /// Whether each line gets a time, and each new file a header.
    pub has_times: bool,
}

/// The header of new files if lines have times.
const HEADER: &[u8] = b"time\tvalue\n";

/// What has been promised so far.
#[derive(Clone, Debug)]
pub struct Account {
    asked: Asked,
    /// All lines: those in the files at the start, and those that were sent.
    lines: Vec<u8>,
    /// Where in `lines` each begins.
    starts: HashMap<Vec<u8>, usize>,
    /// Bytes of `lines` that were in the files at the start.
    before: usize,
    /// The greatest number that an old file may have.
    greatest: u32,
    /// A torn tail that was there at the start.
    torn: Vec<u8>,
    /// Bytes of `lines` that must be there.
    promised: usize,
    /// Bytes at the beginning of `lines` that need not be there.
    dropped: usize,
    /// Bytes that came out on standard output.
    passed: usize,
}

/// A promise that a crash breaks.
#[derive(Debug)]
pub struct Violation {
    /// How many calls were made before the crash.
    pub after: usize,
    /// What is wrong, and what the crash left.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a crash after {} calls: {}", self.after, self.what)
    }
}

/// Lets the power fail after each of the calls, made on a disk with the files `before`, and judges
/// all that may be left. Returns how many disks were judged.
pub fn check(before: &Files, calls: &[Call], asked: &Asked, seed: u64) -> Result<u64, Violation> {
    let mut disk = Disk::new(before);
    let mut account = Account::new(asked, before);
    let mut random = Random::new(seed);
    let mut looked_at = 0;
    for after in 0..=calls.len() {
        for choice in disk.choices(CHOICES, &mut random) {
            looked_at += 1;
            let files = disk.after(&choice);
            account.judge(&files).map_err(|wrong| {
                let last = calls[..after].iter().rev().take(6).rev();
                let last: String = last.map(|call| format!("  {call}\n")).collect();
                let described = disk.describe(&choice);
                let found = shown(&files);
                let what = format!(
                    "{wrong}\nthe last calls\n{last}what became of what was not synced\n\
                     {described}the disk\n{found}"
                );
                Violation { after, what }
            })?;
        }
        if let Some(call) = calls.get(after) {
            account.hear(&disk, call);
            disk.apply(call);
        }
    }
    account.finish().map(|()| looked_at).map_err(|what| Violation { after: calls.len(), what })
}

impl Asked {
    /// The part of a file that was sent: everything except the header and the times.
    fn sent_of(&self, bytes: &[u8]) -> Vec<u8> {
        if !self.has_times {
            return bytes.to_vec();
        }
        let bytes = bytes.strip_prefix(HEADER).unwrap_or(bytes);
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let value = |line: &'_ [u8]| match line.iter().position(|&byte| byte == b'\t') {
            Some(at) => line[at + 1..].to_vec(),
            None => line.to_vec(),
        };
        lines.flat_map(value).collect()
    }
}

impl Account {
    /// An account before the first call, on a disk with the files `before`; their lines are promised.
    pub fn new(asked: &Asked, before: &Files) -> Account {
        let sent = |bytes: &[u8]| asked.sent_of(bytes);
        let mut lines =
            rotated(before, &asked.name).iter().flat_map(|it| sent(it)).collect::<Vec<_>>();
        let file = before.get(&asked.name).map_or(&[][..], Vec::as_slice);
        let (whole, torn) = file.split_at(whole(file));
        lines.extend(sent(whole));
        let numbers = before.keys().filter_map(|it| number(it, &asked.name));
        let greatest = numbers.max().unwrap_or(0).max(asked.keep);
        let before = lines.len();
        lines.extend_from_slice(&asked.sent);
        let mut starts = HashMap::new();
        let mut at = 0;
        for line in lines.split_inclusive(|&byte| byte == b'\n') {
            let is_new = starts.insert(line.to_vec(), at).is_none();
            assert!(is_new, "two lines are the same: {:?}", String::from_utf8_lossy(line));
            at += line.len();
        }
        Account {
            asked: asked.clone(),
            starts,
            before,
            greatest,
            torn: torn.to_vec(),
            promised: before,
            dropped: 0,
            passed: 0,
            lines,
        }
    }

    /// Notes a call that is about to be made on `disk`.
    pub fn hear(&mut self, disk: &Disk, call: &Call) {
        match call {
            Call::Sync { file } => {
                let name = disk.name_of(*file).filter(|name| self.is_ours(name));
                let end = name.and_then(|name| self.end(disk.named(name)?));
                self.promised = self.promised.max(end.unwrap_or(0));
            }
            Call::Rename { to: name, .. } | Call::Unlink { name } => {
                let is_oldest = matches!(call, Call::Unlink { .. })
                    && files::time(name, &self.asked.name).is_some();
                let is_last = is_oldest || number(name, &self.asked.name) >= Some(self.asked.keep);
                let bytes = disk.named(name).filter(|_| is_last);
                let end = bytes.and_then(|bytes| self.end(bytes));
                self.dropped = self.dropped.max(end.unwrap_or(0));
            }
            Call::Out { bytes } => {
                self.passed += bytes.len();
                let passed = &self.asked.sent[..self.passed];
                if self.asked.is_durable_when_passed {
                    self.promised = self.promised.max(self.before + whole(passed));
                }
            }
            _ => {}
        }
    }

    fn is_ours(&self, name: &str) -> bool {
        let own = &self.asked.name;
        name == own || number(name, own).is_some() || files::time(name, own).is_some()
    }

    /// Where, in all lines, the whole lines of a file end.
    fn end(&self, bytes: &[u8]) -> Option<usize> {
        let lines = self.asked.sent_of(bytes);
        let start = self.starts.get(first_line(&lines))?;
        Some(start + whole(&lines))
    }

    /// Notes a good end: all lines are promised.
    fn finish(&self) -> Result<(), String> {
        let missing = self.lines.len() - self.promised;
        if missing == 0 { Ok(()) } else { Err(format!("{missing} bytes were never promised")) }
    }

    /// Checks that what a crash left keeps the promises; an error says what is wrong.
    pub fn judge(&self, files: &Files) -> Result<(), String> {
        self.judge_names(files)?;
        let file = files.get(&self.asked.name).map_or(&[][..], Vec::as_slice);
        let old = rotated(files, &self.asked.name);
        if old.iter().any(|bytes| whole(bytes) < bytes.len()) {
            return Err("an old file ends in a torn line".to_owned());
        }
        let file = &file[..whole(file)];
        let files = || old.iter().map(Vec::as_slice).chain([file]);
        files().try_for_each(|bytes| self.judge_header(bytes))?;
        let text: Vec<u8> = files().flat_map(|bytes| self.asked.sent_of(bytes)).collect();
        let (start, end) = self.place(&text)?;
        if start > self.dropped {
            return Err(format!("the first {start} bytes are gone, {} may be", self.dropped));
        }
        if end < self.promised {
            let lost = String::from_utf8_lossy(&self.lines[end..self.promised]);
            return Err(format!("promised lines are gone: {lost:?}"));
        }
        Ok(())
    }

    /// Whether a file of whole lines begins with the header, if it was begun with times.
    fn judge_header(&self, bytes: &[u8]) -> Result<(), String> {
        if !self.asked.has_times || bytes.is_empty() || bytes.starts_with(HEADER) {
            return Ok(());
        }
        let lines = self.asked.sent_of(bytes);
        match self.starts.get(first_line(&lines)) {
            Some(start) if *start < self.before => Ok(()),
            _ => Err(format!("no header before {:?}", String::from_utf8_lossy(first_line(bytes)))),
        }
    }

    /// The range of a text within all lines.
    fn place(&self, text: &[u8]) -> Result<(usize, usize), String> {
        if text.is_empty() {
            return Ok((self.dropped, self.dropped));
        }
        let first = first_line(text);
        let Some(&start) = self.starts.get(first) else {
            return Err(format!("nobody sent {:?}", String::from_utf8_lossy(first)));
        };
        let rest = &self.lines[start..];
        let same = text.iter().zip(rest).take_while(|(one, other)| one == other).count();
        let end = start + same;
        if same < text.len() {
            let found = String::from_utf8_lossy(first_line(&text[whole(&text[..same])..]));
            return Err(format!("the lines do not go on after {end} bytes: {found:?}"));
        }
        Ok((start, end))
    }

    fn judge_names(&self, files: &Files) -> Result<(), String> {
        let mut numbers = files.keys().filter_map(|name| number(name, &self.asked.name));
        if let Some(beyond) = numbers.find(|&number| number > self.greatest) {
            return Err(format!("{beyond} old files, but {} are kept", self.greatest));
        }
        let is_in = |name: &str| {
            let bytes = files.get(name).map_or(&[][..], Vec::as_slice);
            bytes.windows(self.torn.len()).any(|window| window == self.torn)
        };
        if !self.torn.is_empty()
            && !is_in(&self.asked.name)
            && !is_in(&format!("{}.torn", self.asked.name))
        {
            return Err("the torn line is gone".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
