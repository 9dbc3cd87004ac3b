//! What is known before a table has begun.

use super::super::super::dialect::{Delimiter, Dialect};
use super::super::header::Header;
use super::super::part::Part;

/// Lines that may stand before a header. (Title pages of stations' files have up to some hundred.)
pub(super) const MOST_PASSED: u64 = 1000;

/// Rows of numbers that may stand in front of a table behind a header of their own, as of a station or an
/// instrument. (More are surely the data themselves.)
pub(in super::super) const MOST_DATA: u8 = 3;

/// Widths of lines that are remembered for the message that none is the header.
const MOST_REMEMBERED: usize = 16;

/// What is known before a table has begun.
#[derive(Debug)]
pub(in super::super) struct Search {
    /// What may separate fields.
    pub(super) candidates: Vec<Delimiter>,
    /// Lines passed over.
    pub(super) passed: u64,
    /// Rows of numbers among them.
    pub(super) data: u8,
    /// Lines that may be the header, the newest last.
    pub(super) likely: Vec<Likely>,
    /// What lines lacked that looked like headers, the first of each width.
    nearest: Vec<Nearest>,
}

/// A line that may be the header.
#[derive(Debug)]
pub(super) struct Likely {
    /// What separates its fields.
    pub delimiter: Delimiter,
    /// The names in it.
    pub header: Header,
    /// The part that it would begin.
    pub part: Part,
    /// The line, without the sign of a comment.
    pub line: Vec<u8>,
    /// How many lines had been passed over by then, and whether it is one of them.
    pub passed: u64,
    pub is_passed: bool,
}

/// What a line lacked that might have been the header.
#[derive(Debug)]
pub(super) struct Nearest {
    /// How many fields it had.
    pub fields: usize,
    pub why: String,
}

/// What a line lacks of the columns asked for.
pub(super) struct Lacks {
    /// How many fields it has.
    pub fields: usize,
    pub why: String,
    pub is_header: bool,
    /// Whether it is surely a row, so that no header of these fields follows.
    pub is_data: bool,
}

impl Search {
    pub(in super::super) fn new(dialect: &Dialect) -> Search {
        let candidates = dialect.candidates();
        Search { candidates, passed: 0, data: 0, likely: Vec::new(), nearest: Vec::new() }
    }

    /// What the line lacked that had as many fields as the data; or else the one that had most.
    pub(super) fn nearest_of(&self, fields: usize) -> Option<&Nearest> {
        self.nearest.iter().max_by_key(|nearest| (nearest.fields == fields, nearest.fields))
    }

    /// Whether a line of this many fields might have been the header.
    pub(super) fn has_header_of(&self, fields: usize) -> bool {
        self.nearest.iter().any(|nearest| nearest.fields == fields)
    }

    /// Remembers what a header lacks.
    pub(super) fn remember(&mut self, header: Lacks) {
        let Lacks { fields, why, .. } = header;
        if !self.has_header_of(fields) && self.nearest.len() < MOST_REMEMBERED {
            self.nearest.push(Nearest { fields, why });
        }
    }

    /// Whether a row of the data, which lacks columns that are asked for, may stand in front of another
    /// header; it is counted.
    pub(super) fn may_precede(&mut self, row: &Lacks) -> bool {
        let may = self.has_header_of(row.fields) && self.data < MOST_DATA;
        self.data += u8::from(may);
        may
    }

    /// What is lacking where a row does not.
    pub(super) fn lacking(&self, row: Lacks) -> String {
        match self.nearest_of(row.fields) {
            Some(Nearest { why, .. }) if self.data > 0 => {
                format!("{why} (see --skip for a header further on)")
            }
            Some(Nearest { why, .. }) => why.clone(),
            None => row.why,
        }
    }
}
