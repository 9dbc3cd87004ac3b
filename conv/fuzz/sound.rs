//! WAV files that are made of what the bytes choose: the model knows the words, and writes them.

use stage::format::columns::Columns;

use super::choices::Choices;
use super::expected::Expected;
use super::word::Described;
use super::{check, options};

/// Words that WAV may have: the coding's number, and what the words are. (8 bits have no sign.)
const CODINGS: [(u16, &str); 7] =
    [(1, "u8"), (1, "s16le"), (1, "s24le"), (1, "s32le"), (1, "s64le"), (3, "f32le"), (3, "f64le")];

/// The coding's number where the real one is elsewhere.
const EXTENSIBLE: u16 = 0xfffe;

/// The length of data of which a program does not know how long they become.
const UNKNOWN: u32 = u32::MAX;

/// Tries WAV that is right, or ends too early.
pub(crate) fn sound(data: &[u8]) {
    let [conversion, count, size, rest @ ..] = data else { return };
    let mut choices = Choices(rest);
    let said = if choices.one_in(2) { vec!["--format=wav".to_owned()] } else { Vec::new() };
    let options = options(*conversion, *count, &said);
    let (coding, name) = *choices.of(&CODINGS);
    let is_big = choices.one_in(3);
    let word = Described { is_big, ..Described::of(name) };
    let channels = 1 + choices.below(3);
    let mut wav = head(&mut choices, coding, word, channels);
    let is_unknown = choices.one_in(3);
    let more = choices.of(&[0u8, 0, 0, 1, 9]);
    let sound = choices.0;
    let length = sound.len() as u32 + u32::from(*more);
    chunk(&mut wav, is_big, b"data", if is_unknown { UNKNOWN } else { length }, sound);
    if !is_unknown && *more == 0 {
        chunk(&mut wav, is_big, b"LIST", 4, b"1234");
    }
    let mut expected = Expected::new(&options);
    if channels > 1 {
        let names: Vec<String> = (1..=channels).map(|number| format!("ch{number}")).collect();
        expected.begin(&Columns::named(names.iter().map(String::as_str)).expect("names"));
    }
    for frame in sound.chunks(word.bytes() * channels) {
        if frame.len() < word.bytes() * channels {
            expected.reject();
            continue;
        }
        expected.row(None, frame.chunks(word.bytes()).map(|it| Some(word.value(it))).collect());
    }
    assert!(check(&options, *size, &wav, &expected), "it is WAV");
}

/// What precedes the data.
fn head(choices: &mut Choices<'_>, coding: u16, word: Described, channels: usize) -> Vec<u8> {
    let is_big = word.is_big;
    let mut wav = Vec::new();
    chunk(&mut wav, is_big, if is_big { b"RIFX" } else { b"RIFF" }, 1000, b"");
    wav.extend(b"WAVE");
    if choices.one_in(3) {
        chunk(&mut wav, is_big, b"LIST", 3, b"abc");
    }
    let is_extensible = choices.one_in(2);
    let frame = (word.bytes() * channels) as u16;
    let mut format = Vec::new();
    let mut short = |number: u16| {
        format.extend(if is_big { number.to_be_bytes() } else { number.to_le_bytes() });
    };
    [if is_extensible { EXTENSIBLE } else { coding }, channels as u16]
        .into_iter()
        .for_each(&mut short);
    // The rate and the bytes a second.
    [0, 8000, 0, 0].into_iter().for_each(&mut short);
    [frame, word.storage as u16].into_iter().for_each(&mut short);
    if is_extensible {
        [22, word.storage as u16, 0, 0, coding, 0, 0, 0, 0, 0, 0, 0]
            .into_iter()
            .for_each(&mut short);
    }
    chunk(&mut wav, is_big, b"fmt ", format.len() as u32, &format);
    wav
}

/// Appends a chunk that says to have this size, padded to an even one.
fn chunk(wav: &mut Vec<u8>, is_big: bool, kind: &[u8; 4], size: u32, contents: &[u8]) {
    wav.extend(kind);
    wav.extend(if is_big { size.to_be_bytes() } else { size.to_le_bytes() });
    wav.extend(contents);
    if size != UNKNOWN && size as usize == contents.len() && !size.is_multiple_of(2) {
        wav.push(0);
    }
}
