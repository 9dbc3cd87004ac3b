//! What a stream consists of, as the command line names it.

use std::str::FromStr;

use super::word::Word;

/// What a stream consists of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines of text.
    #[default]
    Text,
    /// Lines of text whose fields carry their labels.
    Labelled(Labelling),
    /// Raw words.
    Words(Word),
    /// Raw words behind headers that say what they are.
    Wav,
}

/// How fields carry their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelling {
    /// `temp:21.5,hum:48`.
    Labels,
    /// `{"temp":21.5,"hum":48}`.
    Json,
}

/// The words for lines of text and for WAV.
const TEXT: &str = "text";
const LABELS: &str = "labels";
const JSON: &str = "json";
const WAV: &str = "wav";

impl Format {
    /// The format of its words; `None` if it has none, or says itself which.
    pub fn word(self) -> Option<Word> {
        match self {
            Format::Text | Format::Labelled(_) | Format::Wav => None,
            Format::Words(word) => Some(word),
        }
    }

    /// Whether it is text of any kind.
    pub fn is_text(self) -> bool {
        matches!(self, Format::Text | Format::Labelled(_))
    }

    /// How fields carry their labels, if they do.
    pub fn labelling(self) -> Option<Labelling> {
        match self {
            Format::Labelled(labelling) => Some(labelling),
            Format::Text | Format::Words(_) | Format::Wav => None,
        }
    }

    /// Every format that has a name. (Words can also be described.)
    pub fn names() -> impl Iterator<Item = &'static str> {
        [TEXT, LABELS, JSON, WAV].into_iter().chain(Word::NAMES)
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
            LABELS => Ok(Format::Labelled(Labelling::Labels)),
            JSON => Ok(Format::Labelled(Labelling::Json)),
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
            let are_words = ![TEXT, LABELS, JSON, WAV].contains(&name);
            assert_eq!(format.word().is_some(), are_words, "{name}");
        }
    }
}
