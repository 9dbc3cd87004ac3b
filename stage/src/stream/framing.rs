//! Input in a framing that is not supported, and would be mistaken for samples or garbage: **refused,
//! with what to do**.
//!
//! | begins with | is | recognised in |
//! |---|---|---|
//! | `RIFF`, `RIFX`, `RF64` or `BW64`, 4 bytes, 4 letters | WAV and its like | text, raw words |
//! | `FORM`, 4 bytes, 4 letters | AIFF and its like | text, raw words |
//! | the 5 to 8 bytes of `SOUNDS` | FLAC, AU, W64, CAF, Ogg | text, raw words |
//! | `#`, a digit n ≥ 4, n digits, data | a block of an instrument (IEEE 488.2) | text, raw words |
//! | `#`, a digit n < 4, n digits, a byte that is not text | the same, or (n = 0) without a length | text |
//! | EF BB BF | UTF-8 with a byte order mark | text |
//! | FF FE or FE FF, or two characters with a zero before or behind each | UTF-16 | text |
//! | FF FE 00 00 or 00 00 FE FF, or two characters with three zeros before or behind each | UTF-32 | text |
//!
//! Raw words may begin with any bytes. They are refused only for beginnings so specific that noise has
//! one once in 2³² streams; and not for a byte order mark, which is a plausible sample such as −257.
//!
//! [`Unframed`] examines an input's first bytes, and only as long as they may begin one of these, so
//! that a trickle of numbers is not held up.

mod unframed;

use std::fmt;
use std::io;

use thiserror::Error;

pub use self::unframed::Unframed;

/// The most bytes that are examined, and the smallest buffer to read into: a block's header with nine
/// digits, and a byte of its data.
pub const MOST: usize = 12;

/// How many digits of a block's length rule out raw words and comments such as `#2024-11-25`.
const SURE_DIGITS: usize = 4;

/// Characters to examine for UTF-16 and UTF-32 without a mark. Zeros beside a single one may be noise.
const UNMARKED: usize = 2;

/// How other files of sound begin, by whose headers and packed samples text and words are ruled out.
const SOUNDS: [(&str, &[u8]); 6] = [
    ("FLAC", b"fLaC\0\0\0\x22"),
    ("FLAC", b"fLaC\x80\0\0\x22"),
    ("AU", b".snd\0\0"),
    ("W64", b"riff\x2e\x91\xcf\x11"),
    ("CAF", b"caff\0\x01"),
    ("Ogg", b"OggS\0\x02"),
];

/// What the input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Riff,
    Aiff,
    Sound(&'static str),
    /// With a header of this many bytes.
    Block(usize),
    Utf8Mark,
    /// UTF-16 or UTF-32, as iconv calls it.
    Wide(&'static str),
}

/// What the first bytes reveal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Is(Kind),
    /// More bytes are needed.
    Undecided,
    IsNone,
}

/// Why the input is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub struct Framed {
    kind: Kind,
    /// The command that would read it if it were text.
    reader: &'static str,
}

impl Framed {
    /// The reason that `error` carries, if any.
    pub fn of(error: &io::Error) -> Option<Framed> {
        error.get_ref().and_then(|inner| inner.downcast_ref()).copied()
    }

    /// Whether it is RIFF, as WAV is.
    pub fn is_riff(&self) -> bool {
        self.kind == Kind::Riff
    }

    /// The reason not to read input that begins with `bytes` as text, if there is one.
    pub fn at_start(bytes: &[u8], reader: &'static str) -> Option<Framed> {
        match look(&bytes[..bytes.len().min(MOST)], true) {
            Look::Is(kind) => Some(Framed { kind, reader }),
            Look::Undecided | Look::IsNone => None,
        }
    }
}

impl fmt::Display for Framed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reader = self.reader;
        match self.kind {
            Kind::Riff => formatter.write_str(
                "it is RIFF (WAV), whose headers are no samples: conv --from FILE --format wav",
            ),
            Kind::Aiff => formatter.write_str(
                "it is FORM (AIFF), whose headers are no samples: \
                 sox FILE -t wav - | conv --from - --format wav",
            ),
            Kind::Sound(name) => write!(
                formatter,
                "it is {name}, whose headers are no samples: \
                 sox FILE -t wav - | conv --from - --format wav"
            ),
            Kind::Block(header) => write!(
                formatter,
                "it is an instrument's block with a header of {header} bytes: leave that out, \
                 tail -c +{} FILE | conv --from -, with the --format of its data",
                header + 1
            ),
            Kind::Utf8Mark => write!(
                formatter,
                "it begins with a byte order mark: leave that out, tail -c +4 FILE | {reader}"
            ),
            Kind::Wide(name) => write!(
                formatter,
                "it is {}: iconv -f {name} -t UTF-8 FILE | {reader}, \
                 unless it is raw words, which conv reads with --format",
                name.trim_end_matches(['L', 'B', 'E'])
            ),
        }
    }
}

/// What the first bytes of a stream of text or raw words are.
fn look(bytes: &[u8], is_text: bool) -> Look {
    let looks = [
        riff_or_aiff(bytes),
        sound(bytes),
        block(bytes, is_text),
        if is_text { encoding(bytes) } else { Look::IsNone },
    ];
    let decided = looks.iter().find(|look| matches!(look, Look::Is(_)));
    let open = looks.iter().find(|look| matches!(look, Look::Undecided));
    decided.or(open).copied().unwrap_or(Look::IsNone)
}

fn riff_or_aiff(bytes: &[u8]) -> Look {
    let kinds = [
        (b"RIFF", Kind::Riff),
        (b"RIFX", Kind::Riff),
        (b"RF64", Kind::Riff),
        (b"BW64", Kind::Riff),
        (b"FORM", Kind::Aiff),
    ];
    let Some((_, kind)) = kinds.into_iter().find(|(magic, _)| agrees(*magic, bytes)) else {
        return Look::IsNone;
    };
    match bytes.get(8..12) {
        None => Look::Undecided,
        Some(form) if form.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ') => {
            Look::Is(kind)
        }
        Some(_) => Look::IsNone,
    }
}

/// Whether the first of these bytes, as far as there are any, are this `begin`.
fn agrees(begin: &[u8], bytes: &[u8]) -> bool {
    begin.iter().zip(bytes).all(|(one, other)| one == other)
}

fn sound(bytes: &[u8]) -> Look {
    match SOUNDS.into_iter().find(|(_, begin)| agrees(begin, bytes)) {
        None => Look::IsNone,
        Some((_, begin)) if bytes.len() < begin.len() => Look::Undecided,
        Some((name, _)) => Look::Is(Kind::Sound(name)),
    }
}

/// A block: `#`, the number of digits, the digits, and at least a byte of data. That must not be a line
/// end, nor, with few digits, text: a line may be `#12`, or `#2024-11-25`. The data of a block without
/// digits (`#0`) continue to the end.
fn block(bytes: &[u8], is_text: bool) -> Look {
    match bytes.first() {
        None => return Look::Undecided,
        Some(b'#') => {}
        Some(_) => return Look::IsNone,
    }
    let digits = match bytes.get(1) {
        None => return Look::Undecided,
        Some(count @ b'0'..=b'9') => usize::from(count - b'0'),
        Some(_) => return Look::IsNone,
    };
    if !is_text && digits < SURE_DIGITS {
        return Look::IsNone;
    }
    let behind = &bytes[2..];
    if !behind.iter().take(digits).all(u8::is_ascii_digit) {
        return Look::IsNone;
    }
    match behind.get(digits) {
        None => Look::Undecided,
        Some(b'\r' | b'\n') if is_text => Look::IsNone,
        Some(b'\t' | b' '..=b'~') if digits < SURE_DIGITS => Look::IsNone,
        Some(_) => Look::Is(Kind::Block(2 + digits)),
    }
}

fn encoding(bytes: &[u8]) -> Look {
    // Of two marks of which one begins like the other, the longer one first.
    let marks: [(&[u8], Kind); 5] = [
        (b"\xef\xbb\xbf", Kind::Utf8Mark),
        (b"\xff\xfe\0\0", Kind::Wide("UTF-32")),
        (b"\0\0\xfe\xff", Kind::Wide("UTF-32")),
        (b"\xff\xfe", Kind::Wide("UTF-16")),
        (b"\xfe\xff", Kind::Wide("UTF-16")),
    ];
    // How many bytes a character has, and which of them is not zero.
    let unmarked = [("UTF-32LE", 4, 0), ("UTF-32BE", 4, 3), ("UTF-16LE", 2, 0), ("UTF-16BE", 2, 1)];
    let of_mark = marks.iter().map(|(mark, kind)| match mark {
        mark if !agrees(mark, bytes) => Look::IsNone,
        mark if bytes.len() < mark.len() => Look::Undecided,
        _ => Look::Is(*kind),
    });
    let of_zeros = unmarked.iter().map(|&(name, width, place)| match bytes {
        bytes if !has_zeros(bytes, width, place) => Look::IsNone,
        bytes if bytes.len() < UNMARKED * width => Look::Undecided,
        _ => Look::Is(Kind::Wide(name)),
    });
    of_mark.chain(of_zeros).find(|look| *look != Look::IsNone).unwrap_or(Look::IsNone)
}

/// Whether each of the first characters, which take this many bytes each, is text padded with zeros.
fn has_zeros(bytes: &[u8], width: usize, place: usize) -> bool {
    let is_text = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    let fits =
        |(at, &byte): (usize, &u8)| if at % width == place { is_text(byte) } else { byte == 0 };
    bytes.iter().take(UNMARKED * width).enumerate().all(fits)
}

#[cfg(test)]
mod tests;
