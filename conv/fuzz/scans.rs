//! Scans of an IIO buffer: the model lays them out byte by byte, and reads them bit by bit.

use stage::fake::{Chunks, FakeClock};
use stage::format::columns::Columns;
use stage::format::time::{Form, Time};
use wandler_conv::source::format::Format;
use wandler_conv::source::iio::{Scan, ScanElement};
use wandler_conv::source::stream::Stream;
use wandler_conv::{Options, convert_frames};

use super::choices::Choices;
use super::expected::Expected;
use super::word::Described;
use super::{Outcome, check_runs, options, outcome};

const MOST_ELEMENTS: usize = 5;
const TIMESTAMP: &str = "in_timestamp";
const NANOS: i128 = 1_000_000_000;

/// An element, as the model knows it.
struct Element {
    name: String,
    index: u32,
    word: Described,
    repeat: u32,
}

impl Element {
    fn length(&self) -> usize {
        self.word.bytes() * self.repeat as usize
    }

    fn is_timestamp(&self) -> bool {
        self.name == TIMESTAMP
    }
}

/// Where a word lies, and what it is.
struct Placed {
    name: String,
    word: Described,
    at: usize,
}

/// Tries scans: the first bytes of `data` choose as in text, the next ones the elements, and the rest are
/// the scans.
pub(crate) fn scans(data: &[u8]) {
    let [conversion, count, size, rest @ ..] = data else { return };
    let mut choices = Choices(rest);
    let columns = *choices.of(&["", "--columns=all", "--columns=1", "--columns=2,1"]);
    let is_time = !choices.one_in(4);
    let Some(elements) = elements(&mut choices) else { return };
    let layout: Vec<String> = columns.split_whitespace().map(str::to_owned).collect();
    let options = options(*conversion, *count, &layout);
    let described = elements.iter().map(|element| {
        let text = element.word.text(element.repeat);
        let word = text.parse::<Format>().expect("a format").word().expect("of words");
        ScanElement { name: element.name.clone(), index: element.index, word }
    });
    let scan = Scan::of(described.collect());
    let Some((placed, length)) = placed(elements) else {
        assert!(scan.is_err(), "nothing says where its words lie: {scan:?}");
        return;
    };
    let scan = scan.expect("each word has its place");
    let (time, channels): (Vec<_>, Vec<_>) =
        placed.into_iter().partition(|placed| placed.name == TIMESTAMP);
    let Some(taken) = taken(columns, channels) else {
        assert!(scan.frame(&options.layout().choice, is_time).is_err());
        return;
    };
    let time = time.first().filter(|_| is_time);
    let expected = expected(&options, choices.0, length, time, &taken);
    let run = |input: Chunks| run(&options, &scan, is_time, input);
    assert!(check_runs(*size, choices.0, &expected, run), "scans are never refused");
}

/// What the bytes choose; `None` if one of them is no word, which is all that is checked then.
fn elements(choices: &mut Choices<'_>) -> Option<Vec<Element>> {
    let mut elements = Vec::new();
    for number in 0..=choices.below(MOST_ELEMENTS) {
        let is_timestamp = number > 0 && choices.one_in(5);
        let is_known = elements.iter().any(Element::is_timestamp);
        let (word, repeat) = match is_timestamp && !is_known {
            true => (Described { is_big: choices.one_in(2), ..Described::of("s64le") }, 1),
            false => (word(choices), *choices.of(&[1, 1, 1, 2, 4, 3])),
        };
        let name = match is_timestamp && !is_known {
            true => TIMESTAMP.to_owned(),
            false => format!("in_c{number}"),
        };
        let text = word.text(repeat);
        assert_eq!(text.parse::<Format>().is_ok(), word.is_possible(), "{text}");
        if !word.is_possible() {
            return None;
        }
        elements.push(Element { name, index: choices.below(32) as u32, word, repeat });
    }
    Some(elements)
}

/// Mostly one that is possible.
fn word(choices: &mut Choices<'_>) -> Described {
    let storage = *choices.of(&[8, 16, 32, 64, 16, 32, 24, 40, 48, 56, 12, 72, 0]);
    let bits = match choices.below(3) {
        0 => storage,
        _ => 1 + choices.below(storage as usize + 1) as u32,
    };
    let shift = choices.below(storage.saturating_sub(bits) as usize + 2) as u32;
    let coding = *choices.of(&['u', 's', 's', 'f']);
    let shift = if bits == storage && !choices.one_in(8) { 0 } else { shift };
    Described { is_big: choices.one_in(2), coding, bits, storage, shift }
}

/// The words of a scan and its length; `None` if nothing says where one lies.
fn placed(mut elements: Vec<Element>) -> Option<(Vec<Placed>, usize)> {
    elements.sort_by_key(|element| element.index);
    if elements.windows(2).any(|pair| pair[0].index == pair[1].index) {
        return None;
    }
    let last = elements.iter().position(Element::is_timestamp);
    if let Some(last) = last {
        let timestamp = elements.remove(last);
        elements.push(timestamp);
    }
    let (mut placed, mut at) = (Vec::new(), 0);
    for element in &elements {
        let length = element.length();
        if ![1, 2, 4, 8, 16, 32].contains(&length) {
            return None;
        }
        while at % length != 0 {
            at += 1;
        }
        for turn in 1..=element.repeat {
            let name = match element.repeat {
                1 => element.name.clone(),
                _ => format!("{}_{turn}", element.name),
            };
            placed.push(Placed { name, word: element.word, at });
            at += element.word.bytes();
        }
    }
    while elements.iter().any(|element| at % element.length() != 0) {
        at += 1;
    }
    Some((placed, at))
}

/// The channels that the option takes of these.
fn taken(columns: &str, mut channels: Vec<Placed>) -> Option<Vec<Placed>> {
    match columns {
        "--columns=1" => channels.truncate(1),
        "--columns=2,1" => {
            channels.truncate(2);
            channels.reverse();
            if channels.len() < 2 {
                return None;
            }
        }
        _ => {}
    }
    Some(channels)
}

fn expected<'o>(
    options: &'o Options,
    scans: &[u8],
    length: usize,
    time: Option<&Placed>,
    taken: &[Placed],
) -> Expected<'o> {
    let mut expected = Expected::new(options);
    let names: Vec<&str> = taken.iter().map(|placed| placed.name.as_str()).collect();
    let columns = Columns::named(names).expect("names of channels");
    expected.begin(&if time.is_some() { columns.with_time() } else { columns });
    for scan in scans.chunks(length) {
        if scan.len() < length {
            expected.reject();
            continue;
        }
        let bytes = |placed: &Placed| &scan[placed.at..][..placed.word.bytes()];
        let time = time.map(|placed| of_nanoseconds(placed.word.integer(bytes(placed))));
        let values = taken.iter().map(|placed| Some(placed.word.value(bytes(placed))));
        expected.row(time, values.collect());
    }
    expected
}

/// The time this many nanoseconds after the beginning of 1970.
fn of_nanoseconds(count: i128) -> Time {
    let sign = if count < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:09}", count.abs() / NANOS, count.abs() % NANOS);
    Form::Unix.read(text.as_bytes()).expect("a time")
}

fn run(options: &Options, scan: &Scan, is_time: bool, input: Chunks) -> Outcome {
    let layout = options.layout();
    let frame = scan.frame(&layout.choice, is_time).expect("the channels exist");
    let stream = Stream::whole(input, "memory", layout, FakeClock::new());
    outcome(options, |processing, sender| convert_frames(stream, frame, processing, sender))
}
