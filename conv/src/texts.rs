//! The texts of samples, kept by the converter's code for them: a code that comes again is not
//! converted and printed again. (0.8 ns for a sample of a simulated range, and 2 ns for a raw word,
//! where making the text takes 30.)
//!
//! Only what has been made once is there, so that a few samples cost no more than without. Texts
//! lie in slots of a fixed size, short ones at first: the shorter the slots, the more of them stay
//! in a cache. Where too many texts do not fit, the slots become long, and then are given up.
//!
//! Memory: 8 or 16 bytes for each code whose text is kept, at most 1 MB.

/// Codes that a table can have: those of a 16-bit converter.
pub const MAX_CODES: usize = 1 << 16;

/// Bytes of a slot for texts of up to 7: a 16-bit word with its line feed, or two percentages.
const SHORT: usize = 8;

/// Bytes of a slot for texts of up to 15.
pub const LONG: usize = 16;

/// One text in so many may be too long for its slot.
const TOLERANCE: u64 = 256;

/// A text and, in the last byte, its length; 0 if there is none. Copied as a whole.
pub type Slot<const SIZE: usize> = [u8; SIZE];

/// Texts by code.
#[derive(Debug)]
pub struct Texts {
    slots: Slots,
    codes: usize,
    asked: u64,
    too_long: u64,
}

/// The slots, by code; those behind the last are empty.
#[derive(Debug)]
pub enum Slots {
    /// Of 8 bytes.
    Short(Vec<Slot<SHORT>>),
    /// Of 16 bytes.
    Long(Vec<Slot<LONG>>),
    /// The texts are too long.
    None,
}

impl Default for Texts {
    fn default() -> Texts {
        Texts { slots: Slots::Short(Vec::new()), codes: 0, asked: 0, too_long: 0 }
    }
}

impl Texts {
    /// The slots for codes below `codes` (at most [`MAX_CODES`]), which are going to be asked for
    /// `times` texts.
    pub fn prepare(&mut self, codes: usize, times: usize) -> &Slots {
        self.codes = codes.min(MAX_CODES);
        self.asked_for(times);
        // Not resized: that would touch all of them. (A source always has as many codes.)
        match &mut self.slots {
            Slots::Short(slots) if slots.len() < self.codes => {
                *slots = vec![[0; SHORT]; self.codes]
            }
            Slots::Long(slots) if slots.len() < self.codes => *slots = vec![[0; LONG]; self.codes],
            _ => {}
        }
        &self.slots
    }

    /// Takes note that so many texts more are going to be asked for.
    pub fn asked_for(&mut self, times: usize) {
        self.asked += times as u64;
    }

    /// The slots as they are.
    pub fn slots(&self) -> &Slots {
        &self.slots
    }

    /// The text of `code`, if there is one.
    pub fn text(&self, code: u16) -> Option<&[u8]> {
        match &self.slots {
            Slots::Short(slots) => text(slots.get(usize::from(code))?),
            Slots::Long(slots) => text(slots.get(usize::from(code))?),
            Slots::None => None,
        }
    }

    /// Keeps `text` for `code`, if it has a slot that is long enough.
    pub fn keep(&mut self, code: u16, text: &[u8]) {
        let kept = match &mut self.slots {
            Slots::Short(slots) => slots.get_mut(usize::from(code)).map(|slot| fill(slot, text)),
            Slots::Long(slots) => slots.get_mut(usize::from(code)).map(|slot| fill(slot, text)),
            Slots::None => None,
        };
        if kept == Some(false) {
            self.too_long += 1;
            if self.too_long * TOLERANCE > self.asked {
                self.lengthen();
            }
        }
    }

    /// Begins anew with longer slots, or none.
    fn lengthen(&mut self) {
        self.slots = match self.slots {
            Slots::Short(_) => Slots::Long(vec![[0; LONG]; self.codes]),
            Slots::Long(_) | Slots::None => Slots::None,
        };
        self.too_long = 0;
    }
}

fn text<const SIZE: usize>(slot: &Slot<SIZE>) -> Option<&[u8]> {
    slot.get(..usize::from(slot[SIZE - 1])).filter(|text| !text.is_empty())
}

/// Whether `text` fits.
fn fill<const SIZE: usize>(slot: &mut Slot<SIZE>, text: &[u8]) -> bool {
    let fits = text.len() < SIZE;
    if fits {
        slot[..text.len()].copy_from_slice(text);
        slot[SIZE - 1] = text.len() as u8;
    }
    fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_become_as_long_as_most_texts_need() {
        let mut texts = Texts::default();
        texts.prepare(10, 1000);
        texts.keep(1, b"1\n");
        for _ in 0..3 {
            texts.keep(2, b"1234567\n");
        }
        assert_eq!((texts.text(1), texts.text(2)), (Some(&b"1\n"[..]), None), "that is tolerated");
        texts.keep(3, b"1234567\n");
        texts.keep(3, b"1234567\n");
        assert_eq!((texts.text(1), texts.text(3)), (None, Some(&b"1234567\n"[..])));
        for _ in 0..4 {
            texts.keep(4, b"123456789012345\n");
        }
        assert!(matches!(texts.slots(), Slots::None));
    }

    #[test]
    fn a_code_without_a_slot_has_no_text() {
        let mut texts = Texts::default();
        texts.prepare(2, 1);
        texts.keep(2, b"1\n");
        assert_eq!(texts.text(2), None);
    }
}
