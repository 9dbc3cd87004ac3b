//! What a frame of raw words consists of: how long it is, which of its words are taken, and where each
//! lies.

use std::ops::Range;

use stage::format::columns::Columns;

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
}

/// What every frame of a stream looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Its bytes.
    pub(super) length: usize,
    /// The words that are taken, at least one, in the order in which they are sent.
    pub(super) taken: Vec<Element>,
    /// What is sent.
    pub(super) columns: Columns,
}

impl Frame {
    /// Words that all look like `word`; `layout` says how many there are, and which are taken.
    pub(super) fn uniform(layout: &Layout, word: Word) -> Result<Frame, String> {
        let width = word.width();
        let element = |index| Element { word, at: width * index };
        Ok(Frame {
            length: width * layout.words(word),
            taken: layout.taken(word)?.into_iter().map(element).collect(),
            columns: layout.sent_words(word)?,
        })
    }
}
