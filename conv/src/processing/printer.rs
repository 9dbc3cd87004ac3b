//! The texts that lines of readings become: kept by line, and for rows also converted, checked and printed here.

use stage::format::decimal::fixed::Fixed;

use crate::canonical::Line;
use crate::channel::Channel;
use crate::gathered::NewRow;
use crate::line_cache::{LineCache, TEXT};
use crate::text_cache::Slot;

/// Prints the samples of one channel, and keeps their texts by the lines they came from.
#[derive(Debug)]
pub(super) struct Printer {
    /// Texts, with what follows them.
    cache: LineCache,
    /// What follows each sample.
    behind: u8,
}

impl Printer {
    /// The printer of a channel by itself.
    pub(super) fn only() -> Printer {
        Printer { cache: LineCache::one_of(1), behind: b'\n' }
    }

    /// Those of rows of this many channels.
    pub(super) fn of_row(channels: usize) -> Vec<Printer> {
        let behind = |index| if index < channels { b'\t' } else { b'\n' };
        let of = |index| Printer { cache: LineCache::one_of(channels), behind: behind(index) };
        (1..=channels).map(of).collect()
    }

    /// Whether it is worth while, since lines come again.
    pub(super) fn is_worthwhile(&self) -> bool {
        !self.cache.is_given_up()
    }

    /// What this line became before, if that is kept.
    #[inline(always)]
    pub(super) fn known(&mut self, line: Line<'_>) -> Option<&Slot<TEXT>> {
        line.characters().and_then(|characters| self.cache.text(characters))
    }

    /// Keeps what this line became, which was not known.
    pub(super) fn keep(&mut self, line: Line<'_>, text: &[u8]) {
        self.cache.keep(line.characters(), text);
    }

    /// Appends the sample that the `channel` makes of the reading in `line`; returns false if that does not fit
    /// machine words, stands for no reading, or fails a check.
    #[inline(always)]
    pub(super) fn print(
        &mut self,
        line: Line<'_>,
        channel: &mut Channel,
        row: &mut NewRow<'_>,
    ) -> bool {
        match self.known(line) {
            Some(text) => {
                row.push_slot(text);
                true
            }
            None => self.print_new(line, channel, row),
        }
    }

    /// The same for a line that is not in the cache. (Not inlined, so that it takes no registers from the loops
    /// around it.)
    #[inline(never)]
    fn print_new(&mut self, line: Line<'_>, channel: &mut Channel, row: &mut NewRow<'_>) -> bool {
        let sample = converted(line, channel);
        if let Some(sample) = sample {
            self.keep(line, row.push_fixed(sample, self.behind));
        }
        sample.is_some()
    }
}

/// The sample that the `channel` makes of the reading in `line`; `None` where [`Printer::print`] returns false.
#[inline(always)]
pub(super) fn converted(line: Line<'_>, channel: &mut Channel) -> Option<Fixed> {
    let raw = (!channel.is_missing_line(line.bytes())).then(|| line.number())?;
    channel.sample(raw?)
}

#[cfg(test)]
impl Printer {
    /// One whose cache was given up.
    pub(super) fn given_up() -> Printer {
        Printer { cache: LineCache::given_up(), ..Printer::only() }
    }
}
