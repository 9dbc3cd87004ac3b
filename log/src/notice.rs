//! What happened to the file, in the words in which it is reported.
//!
//! The rooms below the loop print nothing: they return notices, or leave them with the recorder, and
//! the loop reports them.

use std::fmt;

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
}

/// What became of a file whose name does not lead to it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LostName {
    /// Whether it has another name.
    pub(crate) has_other_name: bool,
    /// Whether its name leads to another file.
    pub(crate) is_replaced: bool,
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
                write!(formatter, "{name} was {lost}")?;
                if !lost.has_other_name {
                    write!(formatter, ", and {lines} samples of this recording are gone")?;
                }
                formatter.write_str(match (goes_on, lost.is_replaced) {
                    (false, _) => "",
                    (true, true) => ": going on in the file that has that name now",
                    (true, false) => ": going on in a new file of that name",
                })
            }
        }
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
            LostName { is_replaced: true, .. } => "replaced",
            LostName { has_other_name: true, .. } => "moved",
            LostName { has_other_name: false, .. } => "removed",
        })
    }
}
