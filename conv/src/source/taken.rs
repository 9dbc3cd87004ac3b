//! The samples of many rows, taken from block after block without looking at anything else: as lines, among
//! which those that are canonical are then looked for as in the classic stream. The samples of a row follow
//! each other.
//!
//! | module | owns |
//! |---|---|
//! | `delimited` | rows whose fields are columns, between delimiters (`separators`: where they end) |
//! | `alike` | rows that differ from one before only in their numbers |
//! | `rows` | what was taken of them |
//!
//! Only rows are taken that cannot be anything else. What is left of a block goes the long way.

mod alike;
mod delimited;
mod rows;
mod separators;

use std::ops::Range;

use self::rows::Rows;
use super::pattern::Pattern;

/// What is taken of rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The number of the table's part that they belong to.
    pub part: u64,
    /// Which columns are taken, from 0; none is lacking.
    pub columns: &'a [Option<usize>],
    /// How they are found.
    pub way: Way<'a>,
}

/// How the columns of a row are found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way<'a> {
    /// By their order.
    Delimited(Delimited),
    /// By the text around them, as in this line, which has a number in each column that is taken.
    Like(&'a Pattern),
}

/// How fields are separated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delimited {
    /// What stands between them.
    pub delimiter: u8,
    /// Whether they may be quoted.
    pub may_be_quoted: bool,
    /// How many a row has, at least two.
    pub width: usize,
}

/// What was taken of a block.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// The part of the table.
    part: u64,
    rows: Rows,
    /// How many of them have been handed on.
    handed_on: usize,
    /// Where the fields of the newest row begin, and where one behind them would.
    starts: Vec<usize>,
    /// Where the numbers of the newest row are.
    places: Vec<Range<usize>>,
}

impl Taken {
    /// Forgets what was taken: another block has been read.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.handed_on = 0;
    }

    /// The lines of the columns from the row on that begins at `at` of `block`. Each is taken only once.
    pub(super) fn from(&mut self, block: &[u8], at: usize, wanted: Wanted<'_>) -> &[u8] {
        while self.rows.end_in_block(self.handed_on).is_some_and(|end| end <= at) {
            self.handed_on += 1;
        }
        if self.handed_on == self.rows.count() || self.part != wanted.part {
            self.clear();
            self.part = wanted.part;
            let Wanted { columns, .. } = wanted;
            match wanted.way {
                Way::Delimited(delimited) => self.take_delimited(block, at, columns, delimited),
                Way::Like(pattern) => self.take_alike(block, at, columns, pattern),
            }
        }
        self.rows.lines_from(self.handed_on)
    }

    /// Hands on this many rows, at least one; returns where their lines are, and where the block goes on.
    pub(super) fn hand_on(&mut self, rows: u64) -> (&[u8], usize) {
        let first = self.handed_on;
        self.handed_on += rows as usize;
        let end = self.rows.end_in_block(self.handed_on - 1).unwrap_or_default();
        (self.rows.lines_of(first..self.handed_on), end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::row::MAX_LINE;

    fn wanted(columns: &[Option<usize>]) -> Wanted<'_> {
        let delimited = Delimited { delimiter: b',', may_be_quoted: true, width: 2 };
        Wanted { part: 1, columns, way: Way::Delimited(delimited) }
    }

    fn taken(block: &str, wanted: Wanted<'_>) -> (String, usize) {
        let mut taken = Taken::default();
        let lines = taken.from(block.as_bytes(), 0, wanted).to_vec();
        let last = taken.rows.count().checked_sub(1);
        let end = last.and_then(|last| taken.rows.end_in_block(last)).unwrap_or(0);
        (String::from_utf8(lines).unwrap(), end)
    }

    #[test]
    fn rows_are_taken_up_to_the_first_line_that_may_be_something_else() {
        let column = |block, at: usize| taken(block, wanted(&[Some(at)]));
        assert_eq!(column("1,2\n3, 4 \r\n5,6\r7,\n", 1), ("2\n4\n6\n\n".to_owned(), 18));
        assert_eq!(column("1,2\n3,4,5\n", 0), ("1\n".to_owned(), 4));
        assert_eq!(column("1,2\na,4\n", 1), ("2\n".to_owned(), 4));
        assert_eq!(column("1,2\n#,4\n", 1), ("2\n".to_owned(), 4));
        assert_eq!(column("1,2\n3,\"4\"\n", 1), ("2\n".to_owned(), 4));
        assert_eq!(column("1,2\n3,4", 1), ("2\n".to_owned(), 4));
        assert_eq!(column(",2\n\n3,4\n", 1), ("2\n".to_owned(), 3));
    }

    #[test]
    fn columns_are_taken_in_the_order_in_which_they_are_sent() {
        let long = "123456789012345678901";
        let block = format!("1,{long}\n 3 ,4\n");
        let (lines, end) = taken(&block, wanted(&[Some(1), Some(0)]));
        assert_eq!((lines, end), (format!("{long}\n1\n4\n3\n"), block.len()));
    }

    fn alike<'a>(pattern: &'a Pattern, columns: &'a [Option<usize>]) -> Wanted<'a> {
        Wanted { part: 1, columns, way: Way::Like(pattern) }
    }

    #[test]
    fn lines_are_taken_up_to_the_first_that_is_not_like_the_one_learned() {
        let mut pattern = Pattern::default();
        pattern
            .learn(b"a:1,n:2,b:3", [(2..3, Some(1)), (6..7, None), (10..11, Some(0))].into_iter());
        let taken = |block: &str| taken(block, alike(&pattern, &[Some(0), Some(1)]));
        let first = "a:1.50,n:0,b:-3\r\n";
        assert_eq!(
            taken(&format!("{first}a:,n:0,b:7\ra:5,n:-1,b:6\n")),
            ("-3\n1.50\n7\n\n6\n5\n".to_owned(), 41)
        );
        for other in [
            "\n",
            "a:1,n:2,b:3",
            "a:1,n:2\n,b:3\n",
            "a:1,n:02,b:3\n",
            "a:1,n:2,b:3,\n",
            "a:1,n:2,b:3 \n",
            "a:1,n:2,c:3\n",
            "a:1,n:2,b:1e3\n",
            " a:1,n:2,b:3\n",
            "b:3,n:2,a:1\n",
            "a:x,n:2,b:3\n",
        ] {
            let block = format!("{first}{other}{first}");
            assert_eq!(taken(&block), ("-3\n1.50\n".to_owned(), first.len()), "{block:?}");
        }
    }

    #[test]
    fn rows_beyond_the_most_are_taken_next() {
        let mut pattern = Pattern::default();
        pattern.learn(b"a:1", [(2..3, Some(0))].into_iter());
        let block: String = (0..600).map(|row| format!("a:{row}\n")).collect();
        let (mut taken, mut at, mut lines) = (Taken::default(), 0, Vec::new());
        while at < block.len() {
            lines.extend_from_slice(taken.from(block.as_bytes(), at, alike(&pattern, &[Some(0)])));
            let rows = taken.rows.count() as u64;
            assert!(rows < 600, "all at once");
            at = taken.hand_on(rows).1;
        }
        let expected: String = (0..600).map(|row| format!("{row}\n")).collect();
        assert_eq!(lines, expected.as_bytes());
    }

    #[test]
    fn a_line_that_is_too_long_is_not_taken() {
        let line = format!("a:1{},b:2", " ".repeat(MAX_LINE - 7));
        let mut pattern = Pattern::default();
        pattern.learn(line.as_bytes(), [(2..3, Some(0))].into_iter());
        let longer = line.replace("a:1", "a:12");
        let (lines, end) = taken(&format!("{line}\n{longer}\n"), alike(&pattern, &[Some(0)]));
        assert_eq!((lines, end), ("1\n".to_owned(), MAX_LINE + 1));
    }

    #[test]
    fn a_block_is_gone_on_with_where_its_rows_were_handed_on() {
        let block = b"1,2\n3,x\n5,6\n7,8\n";
        let wanted = wanted(&[Some(1)]);
        let mut taken = Taken::default();
        assert_eq!(taken.from(block, 0, wanted), b"2\nx\n6\n8\n");
        assert_eq!(taken.hand_on(1), (&b"2\n"[..], 4));
        // The row in between went the long way.
        assert_eq!(taken.from(block, 8, wanted), b"6\n8\n");
        // So did another header.
        let columns = [Some(0)];
        let other = Wanted { part: 2, columns: &columns, ..wanted };
        assert_eq!(taken.from(block, 8, other), b"5\n7\n");
        assert_eq!(taken.hand_on(2), (&b"5\n7\n"[..], 16));
    }
}
