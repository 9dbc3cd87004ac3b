//! A text that goes on with another input.

use stage::stream::ending::Ending;
use stage::stream::framing::Unframed;
use stage::stream::input::Input;
use stage::stream::lines::Lines;

use super::super::reconnecting::Reconnecting;
use super::super::stream::{Beginning, Stream};
use super::TextStream;

/// The lines of an input that begins here, each of which may end with a CR.
pub(super) fn lines<I: Input>(input: I, beginning: Beginning) -> Lines<I> {
    let lines = Lines::new(input).ended_by_cr_too();
    match beginning {
        Beginning::Whole => lines,
        Beginning::Anywhere => lines.from_the_next(),
    }
}

impl<I: Input> Reconnecting for TextStream<I> {
    type Input = I;

    fn go_on(&mut self, stream: Option<Stream<I>>) {
        self.at = 0;
        self.is_cut_reported = false;
        let Some(stream) = stream else { return self.lines.resume() };
        let Stream { input, beginning, notices, .. } = stream;
        // What a line sends as it is plugged in may be anything.
        self.lines = lines(Unframed::examined(input), beginning);
        self.notices = notices;
    }

    fn ending(&self) -> Option<Ending> {
        self.lines.ending()
    }

    fn number(&self) -> u64 {
        self.number
    }

    fn cuts(&self) -> u64 {
        self.cuts
    }
}
