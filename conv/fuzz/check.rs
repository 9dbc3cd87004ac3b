//! What holds for any stream of bytes: nothing panics; its samples, messages and account are the
//! same however it is cut into chunks; they are those of the readings taken one by one, without
//! blocks, batches and the cache of texts; and every sample is canonical. Used by the fuzzers and by
//! a property test.
#![allow(dead_code, reason = "each fuzzer has one of the two checks")]

use clap::{Parser, ValueEnum};
use stage::fake::Chunks;
use stage::format::decimal::ParseError;
use stage::format::sample::Sample;
use stage::format::single::{Line, MAX_LINE, NotARow, Row, Rows};
use stage::process::ledger::Entry;
use stage::stream::framing::Framed;
use stage::stream::input::Input;
use stage::stream::lines::each_line_to_cr_too;
use wandler_conv::processing::Processing;
use wandler_conv::sender::Sender;
use wandler_conv::source::stream::Stream;
use wandler_conv::source::word::Format;
use wandler_conv::{Error, Options, convert_stream, source};

/// Conversions, up to the limits of what is exact, finite, and short enough to be written.
const OFFSETS: [&str; 6] = ["", "-2048", "0.5", "-273.15", "1e308", "1e-400"];
const SCALES: [&str; 6] = ["", "0.1", "-1", "0.805664062", "1e300", "1e-300"];
const PLAUSIBLE: [&str; 7] =
    ["", "0..100", "-1.5..1e300", "7..7", "-1e308..-1", "100..1e9", "0..1e-400"];

/// Interleaved channels, and which of them is taken.
const CHANNELS: [(u16, u16); 7] = [(1, 1), (2, 1), (2, 2), (3, 2), (4, 4), (7, 1), (40, 39)];

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
    /// Why it was not accepted as text or words.
    refused: Option<Framed>,
}

/// Tries text: the first byte of `data` chooses the conversion, the second how many samples are
/// wanted, the third the size of chunks, and the rest is the text.
pub(crate) fn text(data: &[u8]) {
    let [conversion, count, size, text @ ..] = data else { return };
    let options = options(*conversion, *count, &[]);
    let text = &stretched(text);
    let lines = || each_line_to_cr_too(text);
    let mut rows = Rows::new();
    let readings = lines().filter_map(|line| match rows.read(line) {
        Ok(Line::Header) => None,
        Ok(Line::Row(row)) => Some(Some(row.sample)),
        Err(_) => Some(None),
    });
    check(&options, *size, text, readings);
    lines().for_each(check_number);
}

/// Tries raw words: as text, but a fourth byte chooses the format and the channels.
pub(crate) fn words(data: &[u8]) {
    let [conversion, count, size, layout, words @ ..] = data else { return };
    let formats = &Format::value_variants()[1..];
    let (format, layout) =
        (usize::from(*layout) % formats.len(), usize::from(*layout) / formats.len());
    let (format, (channels, channel)) = (formats[format], CHANNELS[layout % CHANNELS.len()]);
    let name = format.to_possible_value().expect("every format has a name");
    let layout = [
        format!("--format={}", name.get_name()),
        format!("--channels={channels}"),
        format!("--channel={channel}"),
    ];
    let options = options(*conversion, *count, &layout);
    let width = format.width().expect("words have a width");
    let frames = words.chunks(width * usize::from(channels));
    let readings = frames.map(|frame| match frame.len() / width {
        whole if whole == usize::from(channels) => {
            let start = width * usize::from(channel - 1);
            format.decode(&frame[start..start + width])
        }
        _torn => None,
    });
    check(&options, *size, words, readings);
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

fn check(
    options: &Options,
    size: u8,
    input: &[u8],
    readings: impl Iterator<Item = Option<Sample>>,
) {
    let whole = run(options, input);
    let size = (usize::from(size) + 1).max(input.len() / MOST_CHUNKS);
    assert_eq!(run(options, Chunks::of(input, size)), whole, "in chunks of {size}");
    if whole.refused.is_some() {
        assert_eq!(whole.samples, "", "nothing of it is a sample");
        return;
    }
    let (samples, entry) = one_by_one(options, readings);
    assert_eq!((&whole.samples, &whole.entry), (&samples, &entry));
    whole.samples.lines().for_each(check_canonical);
    for message in &whole.messages {
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

fn run(options: &Options, input: impl Input) -> Outcome {
    let (mut samples, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut samples, options.count, &mut messages);
    let processing = Processing::new(options.conversion(), options.checks());
    let stream = Stream::whole(input, "memory", options.layout());
    let refused = match convert_stream(stream, processing, &mut sender) {
        Ok(()) => None,
        Err(Error::Source(source::Error::Framed { source, .. })) => Some(source),
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

/// Samples and account of readings that are converted and printed one by one.
fn one_by_one(
    options: &Options,
    mut readings: impl Iterator<Item = Option<Sample>>,
) -> (String, Entry) {
    let (mut conversion, mut checks) = (options.conversion(), options.checks());
    let mut value = |raw: Sample| {
        let mut value = raw;
        conversion.apply(&mut value).ok()?;
        checks.failed(&value).is_none().then_some(value)
    };
    let (mut samples, mut sent, mut rejected) = (String::new(), 0, 0);
    while options.count.is_none_or(|count| sent < count)
        && let Some(reading) = readings.next()
    {
        match reading.and_then(&mut value) {
            Some(value) => {
                samples.push_str(&format!("{value}\n"));
                sent += 1;
            }
            None => rejected += 1,
        }
    }
    (samples, Entry::Conv { sent, rejected, missed: 0, table: None })
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
    match Rows::new().read(line) {
        Ok(Line::Row(Row { time: None, sample: ours })) => {
            assert_eq!(theirs, Some(ours.to_f64()), "{text}");
        }
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
