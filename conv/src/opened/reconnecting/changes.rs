//! How often a stream was waited for that comes and goes by itself: a FIFO whose every line has a writer
//! of its own, or a device that ends at once. The first few times are reported, and all are summed up.

use std::io::Write;

use stage::stream::rejects::REPORTED;

use crate::sender::Sender;

/// How often it was waited for.
#[derive(Debug, Default)]
pub(super) struct Changes(u64);

impl Changes {
    /// Counts one more time.
    pub(super) fn add(&mut self, sender: &mut Sender<impl Write>) {
        self.0 += 1;
        if self.0 == REPORTED + 1 {
            sender.notify("further changes are counted, and summed up at the end");
        }
    }

    /// Reports something of the time that was counted last.
    pub(super) fn report(&self, text: &str, sender: &mut Sender<impl Write>) {
        if self.0 <= REPORTED {
            sender.notify(text);
        }
    }

    /// Reports how often the stream called `name` was waited for, and how often an end of it was one within
    /// a line or word, unless every time was reported.
    pub(super) fn sum_up(&self, cuts: u64, name: &str, sender: &mut Sender<impl Write>) {
        for (count, what) in [(cuts, "ended within a line or word"), (self.0, "was waited for")] {
            if count > REPORTED {
                sender.notify(&format!(
                    "{name} {what} {count} times, the first {REPORTED} of them reported above"
                ));
            }
        }
    }
}
