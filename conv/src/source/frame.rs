//! What a frame of raw words consists of: how long it is, which of its words are taken, and where each
//! lies.

use std::ops::Range;

use jiff::Timestamp;
use stage::format::columns::Columns;
use stage::format::time::Time;

use super::layout::Layout;
use super::word::Word;

/// A word of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element {
    /// What it looks like.
    pub word: Word,
    /// Its first byte, from 0.
    pub at: usize,
}

impl Element {
    /// Its bytes' places in a frame.
    pub(super) fn range(self) -> Range<usize> {
        self.at..self.at + self.word.width()
    }

    /// The time in it, which is a count of nanoseconds since 1970; `None` if that is none.
    pub(super) fn time(self, frame: &[u8]) -> Option<Time> {
        let nanoseconds = self.word.integer(frame.get(self.range())?)?;
        Time::of(Timestamp::from_nanosecond(nanoseconds).ok()?)
    }
}

/// What every frame of a stream looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What messages call it.
    pub(super) what: &'static str,
    /// Its bytes.
    pub(super) length: usize,
    /// The words that are taken, at least one, in the order in which they are sent.
    pub(super) taken: Vec<Element>,
    /// The time of the frame.
    pub(super) time: Option<Element>,
    /// What is sent.
    pub(super) columns: Columns,
}

impl Frame {
    /// What its words are sent as.
    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Words that all look like `word`; `layout` says how many there are, and which are taken.
    pub(super) fn uniform(layout: &Layout, word: Word) -> Result<Frame, String> {
        let width = word.width();
        let element = |index| Element { word, at: width * index };
        Ok(Frame {
            what: "word",
            length: width * layout.words(word),
            taken: layout.taken(word)?.into_iter().map(element).collect(),
            time: None,
            columns: layout.sent_words(word)?,
        })
    }
}
