//! A cache of printed samples by what stood on a line: a line that became a sample before is not converted,
//! checked or printed again. (That takes some 40 instructions instead of about 250.)
//!
//! Sensors and converters give few different numbers, most of them near each other and of at most eight
//! characters; longer lines are not kept. A line's place depends on its digits: neighbours do not displace each
//! other, and a new line replaces one that is far from it. A channel that finds fewer than three lines in four
//! gives its cache up.
//!
//! Memory: 32 bytes for each line, at most 2 MB for all channels together; only what is used is touched.

use crate::canonical::Characters;
use crate::text_cache::{self, Slot};

/// Lines of all channels that are kept, at most: all that a single converter of 16 bits gives.
const ALL: usize = 1 << 16;

/// A cache is judged whenever this many lines were not found for each that it has room for.
const JUDGED: u64 = 2;

/// Then it is given up unless this many lines were found for each that was not: with fewer, it costs more than
/// it saves.
const LEAST_FOUND: u64 = 3;

/// Bytes of a text: up to 23 characters.
pub(crate) const TEXT: usize = size_of::<Entry>() - size_of::<u64>();

/// A line, then its text; zeros if there is none. (In pieces of eight bytes: the standard library allocates only
/// short arrays of zeros without touching them.)
type Entry = [[u8; 8]; 4];

/// Texts by line, of one channel.
#[derive(Debug)]
pub(crate) struct LineCache {
    /// A power of two of them, made when first needed; none if it was given up.
    entries: Vec<Entry>,
    /// How many there are to be.
    size: usize,
    /// Lines found, and lines that became samples without being found, since the cache was last judged.
    found: u64,
    missed: u64,
}

impl LineCache {
    /// The cache of one of this many channels.
    pub(crate) fn one_of(channels: usize) -> LineCache {
        let size = ALL / channels.next_power_of_two();
        LineCache { entries: Vec::new(), size, found: 0, missed: 0 }
    }

    /// Whether it was given up.
    pub(crate) fn is_given_up(&self) -> bool {
        self.size == 0
    }

    /// The text kept for `line`.
    #[inline(always)]
    pub(crate) fn text(&mut self, line: Characters) -> Option<&Slot<TEXT>> {
        let [kept, text @ ..] = self.entries.get(self.place(line))?;
        let is_its = u64::from_le_bytes(*kept) == line.register();
        self.found += u64::from(is_its);
        text.as_flattened().first_chunk().filter(|_| is_its)
    }

    /// Keeps `text` for a line that was not found. `None` is a line that is too long to be kept: it only counts
    /// as not found.
    pub(crate) fn keep(&mut self, line: Option<Characters>, text: &[u8]) {
        if self.is_given_up() {
            return;
        }
        self.missed += 1;
        if self.missed > JUDGED * self.size as u64 {
            self.judge();
        }
        let Some(line) = line else { return };
        if self.entries.len() < self.size {
            self.entries = vec![Entry::default(); self.size];
        }
        let mut slot = [0; TEXT];
        let place = self.place(line);
        if text_cache::fill(&mut slot, text)
            && let Some([kept, room @ ..]) = self.entries.get_mut(place)
        {
            *kept = line.register().to_le_bytes();
            room.as_flattened_mut().copy_from_slice(&slot);
        }
    }

    /// Gives up if too few lines were found.
    #[cold]
    fn judge(&mut self) {
        if self.found < LEAST_FOUND * self.missed {
            (self.size, self.entries) = (0, Vec::new());
        }
        (self.found, self.missed) = (0, 0);
    }

    /// Where a line has its entry.
    #[inline(always)]
    fn place(&self, line: Characters) -> usize {
        line.nearness() & self.size.wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::lines;
    use stage::format::columns::MAX_COLUMNS;

    impl LineCache {
        /// One in which nothing is kept.
        pub(crate) fn given_up() -> LineCache {
            LineCache { size: 0, ..LineCache::one_of(1) }
        }
    }

    fn characters(line: &str) -> Option<Characters> {
        lines(format!("{line}\n").as_bytes()).next().unwrap().characters()
    }

    /// The text of `line`, if there is one.
    fn text(cache: &mut LineCache, line: &str) -> Option<String> {
        let slot = cache.text(characters(line)?)?;
        Some(String::from_utf8(slot[..text_cache::length(slot)].to_vec()).unwrap())
    }

    /// Asks for these lines, each of which becomes itself.
    fn ask(cache: &mut LineCache, lines: impl Iterator<Item = i32>) {
        for line in lines.map(|it| it.to_string()) {
            match text(cache, &line) {
                Some(found) => assert_eq!(found, line),
                None => cache.keep(characters(&line), line.as_bytes()),
            }
        }
    }

    #[test]
    fn every_line_has_its_own_text() {
        let mut cache = LineCache::one_of(1);
        let lines = ["0", "1", "-1", "0.1", "10", "100", "1.5", "15", "12345678", "-1234.56"];
        for line in lines {
            assert_eq!(text(&mut cache, line), None, "{line}");
            cache.keep(characters(line), line.as_bytes());
        }
        for line in lines {
            assert_eq!(text(&mut cache, line), Some(line.to_owned()));
        }
    }

    #[test]
    fn a_line_replaces_one_that_is_far_from_it() {
        let mut cache = LineCache::one_of(1);
        let far = (1 + ALL).to_string();
        cache.keep(characters("1"), b"a\n");
        cache.keep(characters(&far), b"b\n");
        assert_eq!(text(&mut cache, "1"), None);
        assert_eq!(text(&mut cache, &far), Some("b\n".to_owned()));
    }

    #[test]
    fn what_is_too_long_is_not_kept() {
        let mut cache = LineCache::one_of(1);
        assert_eq!(characters("123456789"), None);
        cache.keep(None, b"1\n");
        cache.keep(characters("7"), &[b'1'; TEXT]);
        assert_eq!(text(&mut cache, "7"), None);
        cache.keep(characters("7"), &[b'1'; TEXT - 1]);
        assert_eq!(text(&mut cache, "7"), Some("1".repeat(TEXT - 1)));
    }

    #[test]
    fn the_lines_of_a_converter_of_16_bits_all_stay() {
        let mut cache = LineCache::one_of(1);
        for _ in 0..3 {
            ask(&mut cache, 0..ALL as i32);
        }
        assert_eq!((cache.missed, cache.is_given_up()), (ALL as u64, false));
        let mut cache = LineCache::one_of(1);
        for _ in 0..3 {
            ask(&mut cache, -(ALL as i32) / 2..ALL as i32 / 2);
        }
        assert_eq!((cache.missed, cache.is_given_up()), (ALL as u64, false), "with a sign");
    }

    #[test]
    fn a_cache_of_lines_that_do_not_come_again_is_given_up() {
        let mut cache = LineCache::one_of(1);
        ask(&mut cache, 0..2 * ALL as i32);
        assert!(!cache.is_given_up() && !cache.entries.is_empty());
        ask(&mut cache, 7_000_000..7_000_000 + 2 * ALL as i32);
        assert!(cache.is_given_up() && cache.entries.is_empty());
        ask(&mut cache, 0..3);
        assert_eq!(text(&mut cache, "1"), None);
    }

    #[test]
    fn a_cache_is_kept_if_three_lines_in_four_are_found() {
        for (times, is_given_up) in [(5, false), (3, true)] {
            let mut cache = LineCache::one_of(MAX_COLUMNS);
            (0..1000).for_each(|line| ask(&mut cache, std::iter::repeat_n(line, times)));
            assert_eq!(cache.is_given_up(), is_given_up, "{times}");
        }
    }

    #[test]
    fn channels_share_the_memory() {
        for (channels, size) in [(1, ALL), (2, ALL / 2), (3, ALL / 4), (MAX_COLUMNS, ALL / 1024)] {
            assert_eq!(LineCache::one_of(channels).size, size, "{channels}");
            assert!(channels * size <= ALL);
        }
    }
}
