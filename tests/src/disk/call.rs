//! The calls that change a disk.

use std::fmt;

/// A call that changed something, as the trace of `wandler-faults` has it. A file's number is
/// its own until another file of this number is created.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "of the fields, whose names are those of the trace")]
pub enum Call {
    /// A new file was opened.
    Create { file: u64, name: String },
    /// An existing file was opened for writing.
    Open { file: u64, length: u64, name: String },
    /// Bytes were written.
    Write { file: u64, at: u64, bytes: Vec<u8> },
    /// A file's length was set.
    Truncate { file: u64, length: u64 },
    /// A file was synced.
    Sync { file: u64 },
    /// The directory was synced.
    SyncDirectory,
    /// A file got another name, replacing the file that had it, if any.
    Rename { from: String, to: String },
    /// A name was removed.
    Unlink { name: String },
    /// Bytes were written to standard output.
    Out { bytes: Vec<u8> },
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy;
        match self {
            Call::Create { file, name } => write!(formatter, "create {file} {name}"),
            Call::Open { file, length, name } => write!(formatter, "open {file} {length} {name}"),
            Call::Write { file, at, bytes } => {
                write!(formatter, "write {file} {at} {:?}", text(bytes))
            }
            Call::Truncate { file, length } => write!(formatter, "truncate {file} {length}"),
            Call::Sync { file } => write!(formatter, "sync {file}"),
            Call::SyncDirectory => write!(formatter, "syncdir"),
            Call::Rename { from, to } => write!(formatter, "rename {from} {to}"),
            Call::Unlink { name } => write!(formatter, "unlink {name}"),
            Call::Out { bytes } => write!(formatter, "out {:?}", text(bytes)),
        }
    }
}
