//! What holds for any stream of bytes: nothing panics; its samples, messages and account are the
//! same however it is cut into chunks; they are those that are `expected`; and what is sent is rows of
//! canonical samples. Used by the fuzzers and by a property test.
#![allow(dead_code, unused_imports, reason = "each fuzzer has one of the checks")]

mod choices;
mod expected;
mod foreign;
mod scans;
mod sound;
mod word;

use clap::Parser;
use stage::fake::{Chunks, FakeClock};
use stage::format::columns::Columns;
use stage::format::decimal::ParseError;
use stage::format::row::{Field, Line, MAX_LINE, NotARow, Rows, single};
use stage::format::sample::Sample;
use stage::process::ledger::Entry;
use stage::stream::input::Input;
use stage::stream::lines::each_line_to_cr_too;
use wandler_conv::processing::Processing;
use wandler_conv::sender::Sender;
use wandler_conv::source::stream::Stream;
use wandler_conv::{Error, Options, convert_stream, source};

use self::expected::Expected;
pub(crate) use self::foreign::foreign;
pub(crate) use self::scans::scans;
pub(crate) use self::sound::sound;
use self::word::Described;

/// Conversions, up to the limits of what is exact, finite, and short enough to be written.
const OFFSETS: [&str; 6] = ["", "-2048", "160/9", "-273.15", "1e308", "1e-400"];
const SCALES: [&str; 6] = ["", "0.1", "-5/1023", "0.805664062", "1e300", "1e-300"];
const PLAUSIBLE: [&str; 7] =
    ["", "0..100", "-1.5..1e300", "7..7", "-1e308..-1", "100..1e9", "0..1e-400"];

/// Interleaved channels, and which of them are taken.
const CHANNELS: [(usize, &[usize]); 9] = [
    (1, &[1]),
    (2, &[1]),
    (2, &[2]),
    (3, &[2]),
    (4, &[4]),
    (7, &[1]),
    (40, &[39]),
    (2, &[1, 2]),
    (5, &[5, 1, 3]),
];

/// Words with a name, and described ones. (The first are those of the corpus.)
const WORDS: [&str; 20] = [
    "u8",
    "s8",
    "u16le",
    "u16be",
    "s16le",
    "s16be",
    "s24le",
    "s24be",
    "s32le",
    "s32be",
    "f32le",
    "f64le",
    "u24be",
    "u64le",
    "s64be",
    "f32be",
    "f64be",
    "le:s12/16>>4",
    "be:u3/8>>2",
    "le:s40/48>>5",
];

/// What is taken of tables, what it is called, and checks that remember.
const TABLES: [&str; 26] = [
    "",
    "--columns=2",
    "--columns=3,1",
    "--columns=b,a",
    "--names=a,b",
    "--names=a",
    "--time=1",
    "--columns=2 --time=time",
    "--stamp",
    "--delimiter=, --missing=,x,1000",
    "--columns=b --delimiter=;",
    "--columns=a,b --comment=A",
    "--columns=2 --decimal=,",
    "--delimiter=blanks --skip=2",
    "--columns=all",
    "--time=when --time-zone=Europe/Berlin",
    "--time=1 --time-format=%Y-%m-%d_%H:%M",
    "--time=1 --time-format=unix-ms",
    "--format=labels",
    "--format=json",
    "--format=labels --columns=a,b --time=when",
    "--format=json --columns=b --missing=x",
    "--spike=0.5 --step=20/3",
    "--columns=2 --step=100 --step-patience=1",
    "--names=a,b --spike=b=1 --flat=a=1,5",
    "--flat=1s,100 --spike=1",
];

/// In text, stands for many of the byte that follows, so that lines become too long. (It does not
/// occur in UTF-8.)
const STRETCH: u8 = 0xf5;
const STRETCHED: usize = MAX_LINE / 2 - 7;

/// The most chunks that a stretched text is cut into.
const MOST_CHUNKS: usize = 1000;

/// What a stream became.
#[derive(Debug, PartialEq)]
struct Outcome {
    samples: String,
    messages: Vec<String>,
    entry: Entry,
    /// Why it was not accepted as text or words, or lacks the columns.
    refused: Option<String>,
}

/// Tries text: the first byte of `data` chooses the conversion, the second how many samples are
/// wanted, the third the size of chunks, and the rest is the text.
pub(crate) fn text(data: &[u8]) {
    let [conversion, count, size, text @ ..] = data else { return };
    let options = options(*conversion, *count, &[]);
    let text = &stretched(text);
    let mut expected = Expected::new(&options);
    expected.text(text);
    check(&options, *size, text, &expected);
    each_line_to_cr_too(text).for_each(check_number);
}

/// Tries tables: as text, but a fourth byte chooses what is taken of them.
pub(crate) fn tables(data: &[u8]) {
    let [conversion, count, size, table, text @ ..] = data else { return };
    let table = TABLES[usize::from(*table) % TABLES.len()];
    if table.is_empty() {
        return self::text(&[&[*conversion, *count, *size], text].concat());
    }
    let words: Vec<String> = table.split(' ').map(str::to_owned).collect();
    let options = options(*conversion, *count, &words);
    let text = &stretched(text);
    let whole = run(&options, &text[..]);
    let size = (usize::from(*size) + 1).max(text.len() / MOST_CHUNKS);
    assert_eq!(run(&options, Chunks::of(text, size)), whole, "in chunks of {size}");
    check_rows(&whole.samples);
}

/// Tries raw words: as text, but a fourth byte chooses the format and the channels.
pub(crate) fn words(data: &[u8]) {
    let [conversion, count, size, layout, words @ ..] = data else { return };
    let (format, layout) = (usize::from(*layout) % WORDS.len(), usize::from(*layout) / WORDS.len());
    let (format, (channels, taken)) = (WORDS[format], CHANNELS[layout % CHANNELS.len()]);
    let word = Described::of(format);
    let columns: Vec<String> = taken.iter().map(usize::to_string).collect();
    let layout = [
        format!("--format={format}"),
        format!("--channels={channels}"),
        format!("--columns={}", columns.join(",")),
    ];
    let options = options(*conversion, *count, &layout);
    let width = word.bytes();
    let mut expected = Expected::new(&options);
    if taken.len() > 1 {
        let names = columns.iter().map(|number| format!("ch{number}")).collect::<Vec<_>>();
        expected.begin(&Columns::named(names.iter().map(String::as_str)).unwrap());
    }
    for frame in words.chunks(width * channels) {
        if frame.len() < width * channels {
            expected.reject();
            continue;
        }
        let bytes = |channel: &usize| &frame[width * (channel - 1)..][..width];
        expected.row(None, taken.iter().map(|it| Some(word.value(bytes(it)))).collect());
    }
    check(&options, *size, words, &expected);
}

/// Tries WAV: as text, but a fourth byte chooses whether it is said to be WAV.
pub(crate) fn wav(data: &[u8]) {
    let [conversion, count, size, said, wav @ ..] = data else { return };
    let said = if said % 2 > 0 { vec!["--format=wav".to_owned()] } else { Vec::new() };
    let options = options(*conversion, *count, &said);
    let whole = run(&options, wav);
    let size = usize::from(*size) + 1;
    assert_eq!(run(&options, Chunks::of(wav, size)), whole, "in chunks of {size}");
    check_rows(&whole.samples);
}

fn options(conversion: u8, count: u8, layout: &[String]) -> Options {
    let conversion = usize::from(conversion);
    let mut words = vec!["conv".to_owned(), "--from=-".to_owned()];
    words.extend_from_slice(layout);
    for (name, value) in [
        ("offset", OFFSETS[conversion % 6]),
        ("scale", SCALES[conversion / 6 % 6]),
        ("plausible", PLAUSIBLE[conversion / 36 % 7]),
    ] {
        if !value.is_empty() {
            words.push(format!("--{name}={value}"));
        }
    }
    if let Some(count) = count.checked_sub(128) {
        words.push(format!("--count={count}"));
    }
    Options::try_parse_from(words).expect("these options go together")
}

/// Checks what conv makes of `input`; whether it was not refused.
fn check(options: &Options, size: u8, input: &[u8], expected: &Expected<'_>) -> bool {
    check_runs(size, input, expected, |input| run(options, input))
}

/// Checks what `run` makes of `input`, as a whole and in chunks; whether it was not refused.
fn check_runs(
    size: u8,
    input: &[u8],
    expected: &Expected<'_>,
    run: impl Fn(Chunks) -> Outcome,
) -> bool {
    let whole = run(Chunks::of(input, input.len().max(1)));
    let size = (usize::from(size) + 1).max(input.len() / MOST_CHUNKS);
    assert_eq!(run(Chunks::of(input, size)), whole, "in chunks of {size}");
    if whole.refused.is_some() {
        assert_eq!(whole.samples, "", "nothing of it is a sample");
        return false;
    }
    assert_eq!((&whole.samples, &whole.entry), (&expected.output, &expected.entry()));
    check_rows(&whole.samples);
    for message in &whole.messages {
        assert!(!message.contains(char::is_control), "{message:?}");
    }
    true
}

fn run(options: &Options, input: impl Input) -> Outcome {
    let stream = Stream::whole(input, "memory", options.layout(), FakeClock::new());
    outcome(options, |processing, sender| convert_stream(stream, processing, sender))
}

/// What becomes of a stream that `convert` converts.
fn outcome(
    options: &Options,
    convert: impl FnOnce(Processing, &mut Sender<'_, &mut Vec<u8>>) -> Result<(), Error>,
) -> Outcome {
    let (mut samples, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut samples, options.count, &mut messages);
    let refused = match convert(Processing::new(options.settings()), &mut sender) {
        Ok(()) => None,
        Err(Error::Source(
            why @ (source::Error::Framed { .. }
            | source::Error::Wav { .. }
            | source::Error::Columns { .. }),
        )) => Some(why.to_string()),
        Err(error @ Error::NoTimes) => Some(error.to_string()),
        Err(error) => panic!("memory can be read and written: {error}"),
    };
    let entry = sender.close();
    Outcome {
        samples: String::from_utf8(samples).expect("samples are text"),
        messages,
        entry,
        refused,
    }
}

/// What is sent is rows or headers, to the last field, and each sample is canonical.
fn check_rows(text: &str) {
    let mut rows = Rows::new();
    for line in text.lines() {
        match rows.read(line.as_bytes()) {
            Ok(Line::Header) => {}
            Ok(Line::Row { .. }) => {
                for field in rows.fields() {
                    assert!(!matches!(field, Field::Rejected(_)), "{line:?}");
                }
                let first = usize::from(rows.columns().is_some_and(Columns::have_time));
                let samples = line.split('\t').skip(first).filter(|field| !field.is_empty());
                samples.for_each(check_canonical);
            }
            Err(why) => panic!("{why}: {line:?}"),
        }
    }
}

/// A sample reads back as itself, even by another parser.
fn check_canonical(line: &str) {
    let value = Sample::parse(line.as_bytes()).unwrap_or_else(|reason| panic!("{reason}: {line}"));
    assert_eq!(value.to_string(), line);
    assert_eq!(line.parse(), Ok(value.to_f64()), "{line}");
}

/// Rust's own parser reads a line as the same number, or as none.
fn check_number(line: &[u8]) {
    let text = String::from_utf8_lossy(line.strip_suffix(b"\n").unwrap_or(line));
    let text = text.strip_suffix('\r').unwrap_or(&text).trim_matches([' ', '\t']);
    let is_word = text.contains(|char: char| char.is_alphabetic() && !matches!(char, 'e' | 'E'));
    let theirs: Option<f64> = text.parse().ok().filter(|_| !is_word);
    match single(line) {
        Ok(ours) => assert_eq!(theirs, Some(ours.to_f64()), "{text}"),
        Err(NotARow::Number(ParseError::NotFinite)) => {
            assert_eq!(theirs.map(f64::abs), Some(f64::INFINITY), "{text}")
        }
        // Whether it is also beyond the doubles does not matter here.
        Err(NotARow::Number(ParseError::TooManyPlaces)) => assert!(theirs.is_some(), "{text}"),
        Err(NotARow::TooLong) => assert!(line.len() > MAX_LINE),
        _ => assert_eq!(theirs, None, "{text}"),
    }
}

fn stretched(text: &[u8]) -> Vec<u8> {
    /// More would only take longer.
    const MOST: usize = 5 * STRETCHED;
    let (mut all, mut bytes) = (Vec::new(), text.iter());
    while let Some(&byte) = bytes.next() {
        match byte {
            STRETCH if all.len() < MOST => {
                all.extend(bytes.next().into_iter().flat_map(|byte| [*byte; STRETCHED]));
            }
            _ => all.push(byte),
        }
    }
    all
}
