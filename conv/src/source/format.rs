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
            if let Some(likely) = likely(text) {
                return Err(format!("perhaps {likely} is meant"));
            }
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

/// What other programs call formats, without case or what separates their parts; and what it is called here.
const OTHERS: [(&str, &str); 15] = [
    ("csv", "text, with --columns or --delimiter,"),
    ("tsv", "text, with --columns or --delimiter,"),
    ("txt", "text"),
    ("jsonl", JSON),
    ("ndjson", JSON),
    ("label", LABELS),
    ("wave", WAV),
    ("floatle", "f32le"),
    ("floatbe", "f32be"),
    ("float", "f32le or f32be"),
    ("double", "f64le or f64be"),
    ("s243le", "s24le"),
    ("s243be", "s24be"),
    ("u243le", "u24le"),
    ("u243be", "u24be"),
];

/// arecord's words of 32 bits with a number of 24, whose names differ from ours only by what separates their
/// parts.
const PADDED: [(&str, &str); 4] = [
    ("s24_le", "le:s24/32>>0"),
    ("s24_be", "be:s24/32>>0"),
    ("u24_le", "le:u24/32>>0"),
    ("u24_be", "be:u24/32>>0"),
];

/// Beginnings of the names of words elsewhere (arecord, ffmpeg, numpy), the longer ones first, and here.
const PREFIXES: [(&str, &str); 5] =
    [("pcm", ""), ("uint", "u"), ("int", "s"), ("float", "f"), ("i", "s")];

/// What is likely meant by a name that no format has.
fn likely(text: &str) -> Option<String> {
    let separates = |it: char| matches!(it, '_' | '-' | ' ' | '.');
    let lower = text.to_lowercase();
    let mut key = lower.replace(separates, "");
    let is_padded = |(name, _): &&(&str, &str)| *name == lower;
    let other = PADDED.iter().find(is_padded).or(OTHERS.iter().find(|(other, _)| *other == key));
    if let Some((_, name)) = other {
        return Some((*name).to_owned());
    }
    for (there, here) in PREFIXES {
        if let Some(rest) = key.strip_prefix(there) {
            key = format!("{here}{rest}");
        }
    }
    let is_it = |name: &&str| {
        let order = name.strip_prefix(key.as_str());
        order.is_some_and(|order| matches!(order, "" | "le" | "be"))
    };
    let names: Vec<&str> = Format::names().filter(is_it).collect();
    (!names.is_empty()).then(|| names.join(" or "))
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

    #[test]
    fn a_name_of_another_program_is_answered_with_ours() {
        for (text, likely) in [
            ("JSON", "json"),
            ("csv", "text, with --columns or --delimiter,"),
            ("s16", "s16le or s16be"),
            ("S16_LE", "s16le"),
            ("S24_LE", "le:s24/32>>0"),
            ("S24_3LE", "s24le"),
            ("pcm_s24be", "s24be"),
            ("U8", "u8"),
            ("i32", "s32le or s32be"),
            ("int16", "s16le or s16be"),
            ("uint32_le", "u32le"),
            ("float64", "f64le or f64be"),
            ("FLOAT_LE", "f32le"),
        ] {
            let why = text.parse::<Format>().unwrap_err();
            assert_eq!(why, format!("perhaps {likely} is meant"), "{text}");
        }
        for text in ["", "s", "s12", "pcm", "x16le", "16"] {
            let why = text.parse::<Format>().unwrap_err();
            assert!(why.starts_with("expected text, labels, json, wav, u8, "), "{text}: {why}");
        }
    }
}
