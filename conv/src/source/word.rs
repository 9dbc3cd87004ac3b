//! Raw words: what one word of a converter looks like in a stream.
//!
//! A word is one to eight bytes, the low or the high one first. The number takes some of its bits; those
//! below and above it mean nothing. The kernel's industrial I/O has a notation for that, which is read here
//! as well (`description`); the usual words have names.

mod description;

use std::fmt;

use stage::format::decimal::Decimal;
use stage::format::decimal::fixed::Fixed;
use stage::format::sample::Sample;

use crate::reading::CodeTable;

/// What the bits of a number mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Unsigned,
    /// In two's complement.
    Signed,
    /// IEEE 754, of 32 or 64 bits.
    Float,
}

/// Which byte comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// The one with the lowest bits.
    Little,
    /// The one with the highest.
    Big,
}

/// The most bits of a number that is a code.
const MOST_CODED: u8 = 16;

/// The format of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    coding: Coding,
    order: Order,
    /// Bits of the number, and of what lies below it in the word.
    bits: u8,
    shift: u8,
    /// Bytes of the word, at most 8.
    bytes: u8,
    /// How many words each channel has, at least one.
    repeat: u16,
}

impl Word {
    /// The words that have a name: sign, bits, byte order.
    pub const NAMES: [&'static str; 22] = [
        "u8", "s8", "u16le", "u16be", "s16le", "s16be", "u24le", "u24be", "s24le", "s24be",
        "u32le", "u32be", "s32le", "s32be", "u64le", "u64be", "s64le", "s64be", "f32le", "f32be",
        "f64le", "f64be",
    ];

    /// Whole words of this many bits.
    pub(super) fn unsigned(order: Order, bits: u8) -> Word {
        Word { coding: Coding::Unsigned, order, bits, shift: 0, bytes: bits / 8, repeat: 1 }
    }

    /// The same with a sign.
    pub(super) fn signed(order: Order, bits: u8) -> Word {
        Word { coding: Coding::Signed, ..Word::unsigned(order, bits) }
    }

    /// The same as floats, of 32 or 64 bits.
    pub(super) fn float(order: Order, bits: u8) -> Word {
        Word { coding: Coding::Float, ..Word::unsigned(order, bits) }
    }

    /// Bytes in a word.
    pub fn width(self) -> usize {
        self.bytes.into()
    }

    /// How many words each channel has.
    pub fn repeat(self) -> usize {
        self.repeat.into()
    }

    /// The number in a word of [`Word::width`] bytes. `None` if that is not a number (NaN, an infinity),
    /// or the word has another length.
    pub fn decode(self, word: &[u8]) -> Option<Sample> {
        if self.coding != Coding::Float {
            return self.fixed(word).map(Sample::from);
        }
        let bits = self.load(word)?;
        let number = match self.bits {
            32 => Decimal::shortest_f32(f32::from_bits(bits as u32)),
            _ => Decimal::shortest(f64::from_bits(bits)),
        };
        Sample::try_from(number?).ok()
    }

    /// The same in machine words; `None` also where only [`Word::decode`] can tell.
    #[inline]
    pub(super) fn fixed(self, word: &[u8]) -> Option<Fixed> {
        if self.coding != Coding::Float {
            return Fixed::new(self.integer(word)?, 0);
        }
        let bits = self.load(word)?;
        match self.bits {
            32 => Fixed::shortest_f32(f32::from_bits(bits as u32)),
            _ => Fixed::shortest(f64::from_bits(bits)),
        }
    }

    /// The integer in a word of [`Word::width`] bytes; `None` for a float, and if the word has another
    /// length.
    pub(super) fn integer(self, word: &[u8]) -> Option<i128> {
        self.number(self.load(word)? >> self.shift)
    }

    /// The integer in the lowest bits; `None` for a float.
    fn number(self, bits: u64) -> Option<i128> {
        let unused = u64::BITS - u32::from(self.bits);
        let bits = bits << unused;
        match self.coding {
            Coding::Unsigned => Some((bits >> unused).into()),
            // The sign is shifted in behind the number.
            Coding::Signed => Some((bits.cast_signed() >> unused).into()),
            Coding::Float => None,
        }
    }

    /// Whether a word is NaN.
    pub fn is_nan(self, word: &[u8]) -> bool {
        let bits = self.load(word).filter(|_| self.coding == Coding::Float);
        bits.is_some_and(|bits| match self.bits {
            32 => f32::from_bits(bits as u32).is_nan(),
            _ => f64::from_bits(bits).is_nan(),
        })
    }

    /// All bits of a word.
    fn load(self, word: &[u8]) -> Option<u64> {
        let mut bytes = [0; 8];
        let width = self.width();
        if word.len() != width {
            return None;
        }
        match self.order {
            Order::Little => {
                bytes.get_mut(..width)?.copy_from_slice(word);
                Some(u64::from_le_bytes(bytes))
            }
            Order::Big => {
                bytes.get_mut(8 - width..)?.copy_from_slice(word);
                Some(u64::from_be_bytes(bytes))
            }
        }
    }
}

/// The name of a whole word.
impl fmt::Display for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coding = match self.coding {
            Coding::Unsigned => 'u',
            Coding::Signed => 's',
            Coding::Float => 'f',
        };
        let order = match self.order {
            _ if self.bytes == 1 => "",
            Order::Little => "le",
            Order::Big => "be",
        };
        write!(formatter, "{coding}{}{order}", self.bits)
    }
}

/// Numbers of at most 16 bits have codes: their bits, as an unsigned integer.
impl Word {
    /// Whether numbers have codes.
    pub fn has_codes(self) -> bool {
        self.bits <= MOST_CODED
    }

    /// Fills `codes` with those of these words, of [`Word::width`] bytes each; returns how many there are.
    pub(super) fn codes<'w>(
        self,
        words: impl Iterator<Item = &'w [u8]>,
        codes: &mut [u16],
    ) -> usize {
        let used = u16::MAX >> MOST_CODED.saturating_sub(self.bits);
        let code = |word: u16| word >> self.shift & used;
        // The usual widths each have a loop of their own.
        match (self.bytes, self.order) {
            (1, _) => {
                fill(codes, words.map(|word| code(word.first().copied().unwrap_or(0).into())))
            }
            (2, Order::Little) => {
                fill(codes, words.map(|word| code(u16::from_le_bytes(pair(word)))))
            }
            (2, Order::Big) => fill(codes, words.map(|word| code(u16::from_be_bytes(pair(word))))),
            _ => {
                let number = |word| self.load(word).unwrap_or(0) >> self.shift;
                fill(codes, words.map(|word| number(word) as u16 & used))
            }
        }
    }
}

/// The bytes of a word of two.
#[inline(always)]
fn pair(word: &[u8]) -> [u8; 2] {
    word.first_chunk().copied().unwrap_or_default()
}

/// Fills `codes` from `source`; returns how many there are.
#[inline(always)]
fn fill(codes: &mut [u16], source: impl Iterator<Item = u16>) -> usize {
    let mut filled = 0;
    for (room, code) in codes.iter_mut().zip(source) {
        *room = code;
        filled += 1;
    }
    filled
}

impl CodeTable for Word {
    fn size(&self) -> usize {
        if self.has_codes() { 1 << self.bits } else { 0 }
    }

    fn readings(&self) -> u64 {
        1
    }

    /// The number with this code; 0 if numbers have no codes.
    fn reading(&self, code: u16, _position: u64) -> Sample {
        let number = self.number(code.into()).and_then(|number| Fixed::new(number, 0));
        number.filter(|_| self.has_codes()).map_or(Sample::ZERO, Sample::from)
    }
}

#[cfg(test)]
mod tests;
