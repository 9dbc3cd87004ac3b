//! The raw formats: what one converter word looks like in a stream.
//!
//! To add a format: add it to [`Format`], where the command line finds it, to [`Format::width`] and
//! to [`Format::decode`].

use clap::ValueEnum;
use stage::format::decimal::Decimal;
use stage::format::sample::Sample;

use crate::reading::CodeTable;

/// What a stream consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names say it: sign, bits, byte order")]
pub enum Format {
    /// One number a line
    #[default]
    Text,
    U8,
    S8,
    U16le,
    U16be,
    S16le,
    S16be,
    S24le,
    S24be,
    S32le,
    S32be,
    F32le,
    F64le,
}

impl Format {
    /// Bytes in a word; `None` for text.
    pub fn width(self) -> Option<usize> {
        match self {
            Format::Text => None,
            Format::U8 | Format::S8 => Some(1),
            Format::U16le | Format::U16be | Format::S16le | Format::S16be => Some(2),
            Format::S24le | Format::S24be => Some(3),
            Format::S32le | Format::S32be | Format::F32le => Some(4),
            Format::F64le => Some(8),
        }
    }

    /// The number in a word of [`Format::width`] bytes. `None` if that is not a number (NaN, an
    /// infinity), or the word has another length.
    pub fn decode(self, word: &[u8]) -> Option<Sample> {
        let integer: i64 = match self {
            Format::Text => return None,
            Format::U8 => u8::from_le_bytes(array(word)?).into(),
            Format::S8 => i8::from_le_bytes(array(word)?).into(),
            Format::U16le => u16::from_le_bytes(array(word)?).into(),
            Format::U16be => u16::from_be_bytes(array(word)?).into(),
            Format::S16le => i16::from_le_bytes(array(word)?).into(),
            Format::S16be => i16::from_be_bytes(array(word)?).into(),
            // Put into the upper three bytes, so that the shift extends the sign.
            Format::S24le => {
                let [a, b, c] = array(word)?;
                (i32::from_le_bytes([0, a, b, c]) >> 8).into()
            }
            Format::S24be => {
                let [a, b, c] = array(word)?;
                (i32::from_be_bytes([a, b, c, 0]) >> 8).into()
            }
            Format::S32le => i32::from_le_bytes(array(word)?).into(),
            Format::S32be => i32::from_be_bytes(array(word)?).into(),
            Format::F32le => {
                let single = Decimal::shortest_f32(f32::from_le_bytes(array(word)?));
                return Sample::try_from(single?).ok();
            }
            Format::F64le => {
                let double = Decimal::shortest(f64::from_le_bytes(array(word)?));
                return Sample::try_from(double?).ok();
            }
        };
        Sample::new(integer, 0)
    }
}

/// Words of at most 16 bits have codes: the word's bytes as an unsigned integer.
impl Format {
    /// Whether words have codes.
    pub fn has_codes(self) -> bool {
        matches!(self.width(), Some(1 | 2))
    }

    /// The code of a word of one or two bytes.
    #[inline]
    pub fn code(word: &[u8]) -> u16 {
        match *word {
            [low, high] => u16::from_le_bytes([low, high]),
            [low, ..] => low.into(),
            [] => 0,
        }
    }
}

impl CodeTable for Format {
    fn size(&self) -> usize {
        match self.width() {
            Some(width @ 1..=2) => 1 << (8 * width),
            _ => 0,
        }
    }

    fn readings(&self) -> u64 {
        1
    }

    /// The number in the word with this code; 0 if a word has no code.
    fn reading(&self, code: u16, _position: u64) -> Sample {
        let bytes = code.to_le_bytes();
        let word = bytes.get(..self.width().unwrap_or(0)).unwrap_or_default();
        self.decode(word).unwrap_or(Sample::ZERO)
    }
}

fn array<const N: usize>(word: &[u8]) -> Option<[u8; N]> {
    word.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_reads_its_extremes() {
        for (format, word, value) in [
            (Format::U8, &[0xff][..], "255"),
            (Format::S8, &[0x80], "-128"),
            (Format::U16le, &[0x34, 0x12], "4660"),
            (Format::U16be, &[0xff, 0xfe], "65534"),
            (Format::S16le, &[0x00, 0x80], "-32768"),
            (Format::S16be, &[0x7f, 0xff], "32767"),
            (Format::S24le, &[0x00, 0x00, 0x80], "-8388608"),
            (Format::S24le, &[0xff, 0xff, 0x7f], "8388607"),
            (Format::S24be, &[0xff, 0xff, 0xff], "-1"),
            (Format::S32le, &[0x00, 0x00, 0x00, 0x80], "-2147483648"),
            (Format::S32be, &[0x00, 0x00, 0x00, 0x01], "1"),
            (Format::F32le, &0.1f32.to_le_bytes(), "0.1"),
            (Format::F64le, &1e300f64.to_le_bytes(), "1e300"),
        ] {
            assert_eq!(Some(word.len()), format.width(), "{format:?}");
            assert_eq!(format.decode(word).unwrap().to_string(), value, "{format:?} {word:?}");
            if format.has_codes() {
                let code = Format::code(word);
                assert!(usize::from(code) < format.size());
                assert_eq!(format.reading(code, 0).to_string(), value, "{format:?} {word:?}");
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_not_a_number() {
        assert_eq!(Format::F32le.decode(&f32::NAN.to_le_bytes()), None);
        assert_eq!(Format::F64le.decode(&f64::NEG_INFINITY.to_le_bytes()), None);
    }
}
