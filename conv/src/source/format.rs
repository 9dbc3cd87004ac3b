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
}

/// The word for lines of text.
const TEXT: &str = "text";

impl Format {
    /// The format of its words; `None` if it does not consist of words of a known format.
    pub fn word(self) -> Option<Word> {
        match self {
            Format::Text => None,
            Format::Words(word) => Some(word),
        }
    }

    /// Every format that has a name. (Words can also be described.)
    pub fn names() -> impl Iterator<Item = &'static str> {
        [TEXT].into_iter().chain(Word::NAMES)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Format, String> {
        if text == TEXT {
            return Ok(Format::Text);
        }
        Word::parse(text)
            .unwrap_or_else(|| {
                let names = Format::names().collect::<Vec<_>>().join(", ");
                Err(format!("expected {names}, or a word as the kernel describes it: le:s12/16>>4"))
            })
            .map(Format::Words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_format() {
        for name in Format::names() {
            let format: Format = name.parse().unwrap();
            assert_eq!(format.word().is_none(), name == TEXT, "{name}");
        }
    }
}
