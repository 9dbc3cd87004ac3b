//! Streams that can go on with another input once theirs is gone.

use stage::stream::ending::Ending;

use super::Source;
use super::stream::Stream;

/// A stream whose input may go and return. What it knows of its columns stays, and its lines or words
/// are counted on.
pub(crate) trait Reconnecting: Source {
    /// Where its bytes come from.
    type Input;

    /// Goes on with what `stream` brings, in place of the input that has ended; or with that input, which
    /// has more after all.
    fn go_on(&mut self, stream: Option<Stream<Self::Input>>);

    /// How its input has ended.
    fn ending(&self) -> Option<Ending>;

    /// How many lines or frames it has given.
    fn number(&self) -> u64;

    /// How often an end has cut off half a line or frame. The first few times are reported.
    fn cuts(&self) -> u64;
}
