//! What happened to the file, in the words in which it is reported.
//!
//! The rooms below the loop print nothing: they return notices, or leave them with the recorder, and
//! the loop reports them.

use std::fmt;

use stage::process::message::{chain, counted};

use crate::error::Error;

/// Something that happened to the file; all names are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A torn last line was moved to another file.
    SetAside { name: String, bytes: u64, aside: String },
    /// The name is a symbolic link's.
    Link { name: String, target: String },
    /// Somebody else made the file shorter or longer.
    Resized { name: String, resized: Resized, goes_on: bool },
    /// Somebody else took its name away.
    Lost { name: String, lost: LostName, lines: u64, goes_on: bool },
    /// It could not be rotated.
    NotRotated { why: String },
    /// It can be rotated again.
    Rotates { name: String },
    /// What failed with a file that has lost its name, and may be missing of it.
    Failed { why: String, lines: u64 },
    /// The file system does not have, or refuses, what a promise rests on.
    Lacking { why: String, promise: Promise },
}

/// A promise that rests on what the file system has, or lets be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// What was synced is on the disk.
    Data,
    /// So are the names of files.
    Name,
    /// No other `log` writes the file.
    Alone,
    /// A file that takes the name is noticed.
    Followed,
    /// No more old files are kept than asked for.
    Keep,
}

impl Notice {
    /// That this error is no reason to record nothing, although the promise does not hold.
    pub(crate) fn lacking(why: &Error, promise: Promise) -> Notice {
        Notice::Lacking { why: chain(why), promise }
    }
}

/// What became of a file whose name does not lead to it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LostName {
    /// Where the file is now.
    pub(crate) fate: Fate,
    /// Whether its name leads to another file.
    pub(crate) is_replaced: bool,
}

/// Where a file is that has lost its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Under another name.
    Moved,
    /// Nowhere: it has no name left.
    Gone,
    /// Unknown: it can be asked nothing any more, as when its file system is gone.
    Silent,
}

/// What somebody else did to a file's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resized {
    /// Cut this many bytes off.
    CutOff(u64),
    /// Wrote this many bytes.
    Written(u64),
}

impl Resized {
    /// What happened to a file that should have `expected` bytes and has `found`.
    pub(crate) fn between(expected: u64, found: u64) -> Resized {
        match found.checked_sub(expected) {
            None => Resized::CutOff(expected - found),
            Some(more) => Resized::Written(more),
        }
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Notice::SetAside { name, bytes, aside } => {
                write!(formatter, "{name} ended in a torn line: {bytes} bytes set aside in {aside}")
            }
            Notice::Link { name, target } => {
                write!(formatter, "{name} is a symbolic link: recording in {target}")
            }
            Notice::Resized { name, resized, goes_on } => {
                let next = if *goes_on { ": going on at its end" } else { "" };
                write!(formatter, "{name} was {resized}{next}")
            }
            Notice::Lost { name, lost, lines, goes_on } => {
                write!(formatter, "{name} {lost}")?;
                if lost.fate == Fate::Gone {
                    let (lost, are) =
                        (counted(*lines, "sample"), if *lines == 1 { "is" } else { "are" });
                    write!(formatter, ", and {lost} of this recording {are} gone")?;
                }
                formatter.write_str(match (goes_on, lost.is_replaced) {
                    (false, _) => "",
                    (true, true) => ": going on in the file that has that name now",
                    (true, false) => ": going on in a new file of that name",
                })
            }
            Notice::NotRotated { why } => {
                write!(formatter, "{why}: going on in the same file, and trying again every second")
            }
            Notice::Rotates { name } => write!(formatter, "can rotate {name} again"),
            Notice::Failed { why, lines: 0 } => formatter.write_str(why),
            Notice::Failed { why, lines } => {
                write!(formatter, "{why}: up to {} may be gone", counted(*lines, "sample"))
            }
            Notice::Lacking { why, promise } => {
                write!(formatter, "{why}: recording all the same, but {promise}")
            }
        }
    }
}

impl fmt::Display for Promise {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Promise::Data => "a power failure may take what was recorded",
            Promise::Name => "a power failure may undo the making and renaming of files",
            Promise::Alone => "another log would not be noticed",
            Promise::Keep => "more old files are kept than --keep says",
            Promise::Followed => "a file that takes its name would not be noticed",
        })
    }
}

impl fmt::Display for Resized {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Resized::CutOff(bytes) => {
                write!(formatter, "cut off, {bytes} bytes are gone, and a line may be damaged")
            }
            Resized::Written(bytes) => write!(
                formatter,
                "written by somebody else, has {bytes} bytes more, and may have lost or damaged lines"
            ),
        }
    }
}

impl fmt::Display for LostName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            LostName { fate: Fate::Silent, .. } => "cannot be looked at any more",
            LostName { is_replaced: true, .. } => "was replaced",
            LostName { fate: Fate::Moved, .. } => "was moved",
            LostName { fate: Fate::Gone, .. } => "was removed",
        })
    }
}
