//! What a stream consists of, as the command line names it.

use std::str::FromStr;

use super::word::Word;

/// What a stream consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines of text.
    #[default]
    Text,
    /// Raw words.
    Words(Word),
    /// Raw words behind headers that say what they are.
    Wav,
}

/// The words for lines of text and for WAV.
const TEXT: &str = "text";
const WAV: &str = "wav";

impl Format {
    /// The format of its words; `None` if it has none, or says itself which.
    pub fn word(self) -> Option<Word> {
        match self {
            Format::Text | Format::Wav => None,
            Format::Words(word) => Some(word),
        }
    }

    /// Every format that has a name. (Words can also be described.)
    pub fn names() -> impl Iterator<Item = &'static str> {
        [TEXT, WAV].into_iter().chain(Word::NAMES)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        let unknown = || {
            let names = Format::names().collect::<Vec<_>>().join(", ");
            Err(format!("expected {names}, or a word as the kernel describes it: le:s12/16>>4"))
        };
        match text {
            TEXT => Ok(Format::Text),
            WAV => Ok(Format::Wav),
            word => Word::parse(word).unwrap_or_else(unknown).map(Format::Words),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_format() {
        for name in Format::names() {
            let format: Format = name.parse().unwrap();
            assert_eq!(format.word().is_none(), [TEXT, WAV].contains(&name), "{name}");
        }
    }
}
