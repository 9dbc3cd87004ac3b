//! A cache of printed samples by code: a code seen before is not converted, checked or printed
//! again. (That takes 0.8 ns for a sample of a simulated range and 2 ns for a raw word; making the
//! text takes 15.)
//!
//! It holds only what has been printed once, so a few samples cost no more than without a cache.
//! Texts lie in slots of a fixed size, short ones at first: the shorter the slots, the more of them
//! stay in the processor's cache. If too many texts do not fit, the slots are made longer; if the longest
//! are too short, the cache is given up.
//!
//! Memory: 8, 16, 24 or 32 bytes for each code whose text is kept, at most 2 MB.

use crate::reading::MAX_CODES;

/// Bytes of a slot for texts of up to 7: a 16-bit word with its line feed, or two percentages.
const SHORT: usize = 8;

/// Bytes of a slot for texts of up to 15.
const LONG: usize = 16;

/// Bytes of a slot for texts of up to 23: a 16-bit word times a scale of 15 places, such as 1/32768.
const LONGER: usize = 24;

/// Bytes of a slot for texts of up to 31: two samples of up to 15 bytes each.
pub(crate) const LONGEST: usize = 32;

/// At most one text in this many may be too long for its slot.
const TOLERANCE: u64 = 256;

/// A text, with its length in the last byte; 0 means no text. Copied as a whole.
pub(crate) type Slot<const SIZE: usize> = [u8; SIZE];

/// Texts by code.
#[derive(Debug, Default)]
pub(crate) struct TextCache {
    slots: Slots,
    /// How many codes there are, and how many lines each stands for.
    codes: usize,
    lines: u64,
    asked: u64,
    too_long: u64,
}

/// The slots, by code; a code past the last has no text.
#[derive(Debug)]
pub enum Slots {
    /// Of 8 bytes.
    Short(Vec<Slot<SHORT>>),
    /// Of 16 bytes.
    Long(Vec<Slot<LONG>>),
    /// Of 24 bytes.
    Longer(Vec<Slot<LONGER>>),
    /// Of 32 bytes.
    Longest(Vec<Slot<LONGEST>>),
    /// Nothing is kept.
    None,
}

impl Default for Slots {
    fn default() -> Slots {
        Slots::Short(Vec::new())
    }
}

impl TextCache {
    /// A cache that keeps nothing.
    pub(crate) fn off() -> TextCache {
        TextCache { slots: Slots::None, ..TextCache::default() }
    }

    /// Makes slots for the codes below `codes` (at most [`MAX_CODES`]), each of which stands for
    /// `lines` lines, and notes that `times` more texts will be looked up.
    pub(crate) fn prepare(&mut self, codes: usize, lines: u64, times: usize) {
        self.asked += times as u64;
        let codes = codes.min(MAX_CODES);
        if (self.codes, self.lines) == (codes, lines) {
            return;
        }
        // Another table: what is cached stands for something else.
        (self.codes, self.lines) = (codes, lines);
        if !matches!(self.slots, Slots::None) {
            // Allocated anew: resizing would touch every slot.
            self.slots = Slots::Short(vec![[0; SHORT]; codes]);
        }
    }

    /// The slots as they are.
    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Keeps `text` for `code`, if it has a slot that is long enough.
    pub(crate) fn keep(&mut self, code: u16, text: &[u8]) {
        let code = usize::from(code);
        let kept = match &mut self.slots {
            Slots::Short(slots) => slots.get_mut(code).map(|slot| fill(slot, text)),
            Slots::Long(slots) => slots.get_mut(code).map(|slot| fill(slot, text)),
            Slots::Longer(slots) => slots.get_mut(code).map(|slot| fill(slot, text)),
            Slots::Longest(slots) => slots.get_mut(code).map(|slot| fill(slot, text)),
            Slots::None => None,
        };
        if kept == Some(false) {
            self.too_long += 1;
            if self.too_long * TOLERANCE > self.asked {
                self.lengthen();
            }
        }
    }

    /// Starts over with longer slots, or none.
    fn lengthen(&mut self) {
        self.slots = match self.slots {
            Slots::Short(_) => Slots::Long(vec![[0; LONG]; self.codes]),
            Slots::Long(_) => Slots::Longer(vec![[0; LONGER]; self.codes]),
            Slots::Longer(_) => Slots::Longest(vec![[0; LONGEST]; self.codes]),
            Slots::Longest(_) | Slots::None => Slots::None,
        };
        self.too_long = 0;
    }
}

/// Puts `text` into `slot`, if it fits; returns whether it does.
pub(crate) fn fill<const SIZE: usize>(slot: &mut Slot<SIZE>, text: &[u8]) -> bool {
    let fits = text.len() < SIZE;
    if fits {
        slot[..text.len()].copy_from_slice(text);
        slot[SIZE - 1] = text.len() as u8;
    }
    fits
}

/// How long the text in `slot` is; 0 if there is none.
#[inline(always)]
pub(crate) fn length<const SIZE: usize>(slot: &Slot<SIZE>) -> usize {
    slot[SIZE - 1].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    impl TextCache {
        /// The text of `code`, if there is one.
        fn text(&self, code: u16) -> Option<&[u8]> {
            fn of<const SIZE: usize>(slots: &[Slot<SIZE>], code: u16) -> Option<&[u8]> {
                let slot = slots.get(usize::from(code))?;
                slot.get(..length(slot)).filter(|text| !text.is_empty())
            }
            match &self.slots {
                Slots::Short(slots) => of(slots, code),
                Slots::Long(slots) => of(slots, code),
                Slots::Longer(slots) => of(slots, code),
                Slots::Longest(slots) => of(slots, code),
                Slots::None => None,
            }
        }
    }

    #[test]
    fn slots_become_as_long_as_most_texts_need() {
        let mut cache = TextCache::default();
        cache.prepare(10, 1, 1000);
        cache.keep(1, b"1\n");
        for _ in 0..3 {
            cache.keep(2, b"1234567\n");
        }
        assert_eq!(
            (cache.text(1), cache.text(2)),
            (Some(&b"1\n"[..]), None),
            "a few long texts are tolerated"
        );
        for _ in 0..2 {
            cache.keep(3, b"1234567\n");
        }
        assert_eq!((cache.text(1), cache.text(3)), (None, Some(&b"1234567\n"[..])));
        for length in [23, 31] {
            let text = [b'1'; 31];
            let text = &text[..length];
            for _ in 0..5 {
                cache.keep(4, text);
            }
            assert_eq!((cache.text(3), cache.text(4)), (None, Some(text)));
        }
        for _ in 0..4 {
            cache.keep(4, &[b'1'; 32]);
        }
        assert!(matches!(cache.slots(), Slots::None));
    }

    #[test]
    fn every_16_bit_word_has_a_slot_of_any_length() {
        let mut cache = TextCache::default();
        cache.prepare(MAX_CODES, 1, 1);
        for length in [8, 16, 24] {
            cache.keep(0xffff, &[b'1'; 31][..length]);
        }
        assert!(matches!(cache.slots(), Slots::Longest(slots) if slots.len() == MAX_CODES));
        cache.keep(0xffff, &[b'1'; 32]);
        assert!(matches!(cache.slots(), Slots::None));
    }

    #[test]
    fn a_code_without_a_slot_has_no_text() {
        let mut cache = TextCache::default();
        cache.prepare(2, 1, 1);
        cache.keep(2, b"1\n");
        assert_eq!(cache.text(2), None);
    }

    #[test]
    fn another_table_has_other_texts() {
        let mut cache = TextCache::default();
        cache.prepare(10, 1, 1);
        cache.keep(1, b"1\n");
        cache.prepare(10, 2, 1);
        assert_eq!(cache.text(1), None);
    }

    #[test]
    fn a_cache_that_is_off_stays_so() {
        let mut cache = TextCache::off();
        cache.prepare(10, 1, 1);
        cache.keep(1, b"1\n");
        assert_eq!(cache.text(1), None);
    }
}
