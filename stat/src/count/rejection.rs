//! Why a line, or a field of a row, is not counted.

use stage::format::row::NotARow;
use stage::format::time::Time;
use stage::process::message::quoted;

use crate::plan::selection::MAX_CHANNELS;

/// Why a line is rejected.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rejection {
    /// It is not a row.
    NotARow(NotARow),
    /// Its columns, or the header's above it, would make too many channels.
    TooManyChannels,
    /// Its window is closed.
    Late {
        /// When that ended.
        end: Time,
        /// The time of the newest row, which shows if that was wrong.
        newest: Time,
    },
}

impl Rejection {
    /// The reason together with the start of the line.
    pub(super) fn of(self, line: &[u8]) -> String {
        match self {
            Rejection::NotARow(reason) => reason.of(line),
            Rejection::Late { end, newest } => {
                let reason =
                    format!("late: its window ended at {end}, and the newest row is of {newest}");
                about(&reason, line)
            }
            Rejection::TooManyChannels => {
                about(&format!("more than {MAX_CHANNELS} channels in all"), line)
            }
        }
    }
}

fn about(reason: &str, line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    format!("{reason}: {}", quoted(line.strip_suffix(b"\r").unwrap_or(line)))
}

/// What separates the fields of a line that looks like the header of CSV, which `conv` reads.
pub(super) fn csv_delimiter(line: &[u8]) -> Option<char> {
    let text = str::from_utf8(line).ok()?;
    let is_name = |field: &str| field.trim_matches([' ', '"']).starts_with(char::is_alphabetic);
    let divides =
        |delimiter: &char| text.contains(*delimiter) && text.split(*delimiter).all(is_name);
    [',', ';'].into_iter().find(divides)
}
