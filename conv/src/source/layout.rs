//! What a stream consists of.

use super::word::Format;

/// What a stream consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The format of a word.
    pub format: Format,
    /// Words in a frame.
    pub channels: usize,
    /// Which of them is taken, from 1.
    pub channel: usize,
}
