//! Words, bit by bit: the model of what conv reads in one.

use stage::format::sample::Sample;

/// A word as it is described, which need not be possible.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described {
    pub is_big: bool,
    /// `u`, `s` or `f`.
    pub coding: char,
    /// Bits of the number, of the whole word, and below the number.
    pub bits: u32,
    pub storage: u32,
    pub shift: u32,
}

impl Described {
    /// Reads a name, such as `s16le`, or a description without a repetition.
    pub(crate) fn of(text: &str) -> Described {
        let number = |text: &str| text.parse().expect("a number");
        if let Some((order, rest)) = text.split_once(':') {
            let (coding, rest) = rest.split_at(1);
            let (bits, rest) = rest.split_once('/').expect("two widths");
            let (storage, shift) = rest.split_once(">>").unwrap_or((rest, "0"));
            return Described {
                is_big: order == "be",
                coding: coding.chars().next().expect("a letter"),
                bits: number(bits),
                storage: number(storage),
                shift: number(shift),
            };
        }
        let (coding, rest) = text.split_at(1);
        let bits = number(rest.trim_end_matches(char::is_alphabetic));
        let coding = coding.chars().next().expect("a letter");
        Described { is_big: rest.ends_with("be"), coding, bits, storage: bits, shift: 0 }
    }

    /// As the kernel writes it, with this many words for each channel.
    pub(crate) fn text(&self, repeat: u32) -> String {
        let Described { is_big, coding, bits, storage, shift } = self;
        let order = if *is_big { "be" } else { "le" };
        format!("{order}:{coding}{bits}/{storage}X{repeat}>>{shift}")
    }

    /// Whether there is such a word.
    pub(crate) fn is_possible(&self) -> bool {
        let Described { coding, bits, storage, shift, .. } = *self;
        let is_whole = [8, 16, 24, 32, 40, 48, 56, 64].contains(&storage);
        let is_float = bits == storage && (bits == 32 || bits == 64);
        is_whole && bits > 0 && bits + shift <= storage && (coding != 'f' || is_float)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.storage as usize / 8
    }

    /// The integer that the bits of a word are.
    pub(crate) fn integer(&self, word: &[u8]) -> i128 {
        let bit = |at: u32| {
            let byte = at as usize / 8;
            let byte = if self.is_big { word[word.len() - 1 - byte] } else { word[byte] };
            byte >> (at % 8) & 1 == 1
        };
        let mut value = 0;
        for at in 0..self.bits {
            if bit(self.shift + at) {
                value += 1 << at;
            }
        }
        if self.coding == 's' && bit(self.shift + self.bits - 1) {
            value -= 1 << self.bits;
        }
        value
    }

    /// The number in a word, if that is one.
    pub(crate) fn value(&self, word: &[u8]) -> Option<Sample> {
        let integer = self.integer(word);
        let text = match (self.coding, self.bits) {
            ('f', 32) => f32::from_bits(integer as u32).to_string(),
            ('f', _) => f64::from_bits(integer as u64).to_string(),
            _ => integer.to_string(),
        };
        Sample::parse(text.as_bytes()).ok()
    }
}
