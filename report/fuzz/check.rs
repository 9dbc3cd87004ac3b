//! What holds for records of any bytes: nothing panics; however they are cut, what is shown,
//! reported and accounted for is the same; a record is shown, everything else rejected; and what is
//! written is well formed, on a terminal, too. For the fuzzer, and for a property test beside it.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read};
use std::num::NonZero;
use std::path::Path;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use clap::{CommandFactory, Parser};
use serde_json::value::RawValue;
use stage::fake::{Chunks, FakeClock};
use stage::format::record::Record;
use stage::process::clock::{Clock, Wake};
use stage::process::surroundings::Surroundings;
use stage::stream::input::Input;
use stage::stream::lines::each_line;
use wandler_report::display::{Abilities, Display};
use wandler_report::openmetrics::MetricsForm;
use wandler_report::svg::Picture;
use wandler_report::{Options, Viewer, openmetrics};

/// What `--format` offers: a new format is tried as well.
static FORMATS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let command = Options::command();
    let option = command.get_arguments().find(|it| it.get_id() == "format");
    let formats = option.expect("there is --format").get_possible_values();
    assert!(!formats.is_empty(), "--format has a list");
    formats.iter().map(|it| it.get_name().to_owned()).collect()
});

/// Conditions, each with its bit; the last three are about numbers, or a channel, that not every record
/// has.
const CONDITIONS: [(u8, &str); 6] = [
    (1, "mean>60"),
    (2, "n==2"),
    (4, "sd<=0.5"),
    (8, "p50!=3"),
    (16, "skew<1e-3"),
    (64, "temp.missing>0"),
];

/// The bit for a picture.
const PICTURE: u8 = 32;

/// The fields that every record has: counts, and numbers that may be null.
const COUNTS: [&str; 2] = ["n", "rejected"];
const NUMBERS: [&str; 6] = ["last", "sum", "mean", "sd", "min", "max"];

/// Columns and rows.
type Size = (u16, u16);

/// What came of records.
#[derive(Debug, PartialEq)]
struct Outcome {
    output: Vec<u8>,
    messages: Vec<String>,
    /// Records shown, and the failure or the status.
    result: (String, Result<String, String>),
}

/// Tries `data`: its first byte chooses conditions and whether a picture is drawn, the second the
/// size of chunks, the next two the size of a terminal, and the rest is the input.
pub(crate) fn records(data: &[u8]) {
    let [choice, size, columns, rows, input @ ..] = data else { return };
    let chunk = usize::from(*size) + 1;
    let terminal = (u16::from(*columns) + 1, u16::from(*rows) % 64 + 1);
    for format in FORMATS.iter() {
        let options = options(format, *choice);
        let whole = run(&options, terminal, input);
        assert_eq!(run(&options, terminal, Chunks::of(input, chunk)), whole, "in chunks");
        check_form(format, &whole);
    }
    check_lines(input);
    check_live(&options("live", *choice), terminal, input, chunk);
    if choice & PICTURE != 0 {
        check_picture(input);
    }
}

fn options(format: &str, choice: u8) -> Options {
    let conditions = CONDITIONS.iter().filter(|(bit, _)| choice & bit != 0);
    let conditions = conditions.map(|(_, condition)| format!("--fail-if={condition}"));
    let words = ["report".to_owned(), format!("--format={format}")];
    Options::try_parse_from(words.into_iter().chain(conditions)).expect("these go together")
}

/// Runs report on a clock that stands still.
fn run(options: &Options, size: Size, input: impl Input) -> Outcome {
    run_at(options, &FakeClock::new(), Box::new(move || size), input)
}

fn run_at(
    options: &Options,
    clock: &FakeClock,
    size: Box<dyn Fn() -> Size>,
    input: impl Input,
) -> Outcome {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let abilities = Abilities { colour: true, unicode: true };
    let is_ours = Box::new(|| true);
    let display = Some(Display { abilities, size, is_ours, suspension: None });
    let screen = Viewer { display, messages_are_shown: true };
    let around = Surroundings::new(input, &mut output, clock, &mut messages);
    let ended = wandler_report::run(options, around, screen);
    let status = ended.result.map(|status| format!("{status:?}"));
    let result = status.map_err(|error| stage::process::message::chain(&error));
    Outcome { output, messages, result: (format!("{:?}", ended.entry), result) }
}

/// What is written is what the format's name says.
fn check_form(format: &str, outcome: &Outcome) {
    let output = &outcome.output;
    for message in &outcome.messages {
        assert!(!message.contains(char::is_control), "{message:?}");
    }
    if format == "live" {
        return check_terminal(output);
    }
    let text = std::str::from_utf8(output).expect("what is written is text");
    match format {
        "json" => text.lines().for_each(|line| {
            serde_json::from_str::<&RawValue>(line).unwrap_or_else(|it| panic!("{it}: {line}"));
        }),
        "csv" => check_table(text),
        "openmetrics" => check_metrics(text),
        _ => assert!(!text.contains(|char: char| char.is_control() && char != '\n'), "{text:?}"),
    }
}

/// Nothing but text, line ends, and our own sequences.
fn check_terminal(output: &[u8]) {
    let text = std::str::from_utf8(output).expect("what is written is text");
    let foreign = |char: char| char.is_control() && !['\r', '\n', '\x1b'].contains(&char);
    assert!(!text.contains(foreign), "{text:?}");
}

/// Each row has as many cells as there are columns, and no two columns have the same name.
fn check_table(text: &str) {
    let mut rows = rows(text).into_iter();
    let Some(header) = rows.next() else { return };
    let names: HashSet<&String> = header.iter().collect();
    assert_eq!(names.len(), header.len(), "{header:?}");
    rows.for_each(|row| assert_eq!(row.len(), header.len(), "{row:?}"));
}

/// The cells of each row; what stands in quotes neither ends a cell nor a row.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut is_quoted = false;
    for char in text.chars() {
        is_quoted ^= char == '"';
        let row = rows.last_mut().expect("there is always one");
        match char {
            '\n' if !is_quoted => rows.push(vec![String::new()]),
            ',' if !is_quoted => row.push(String::new()),
            _ => row.last_mut().expect("a row has a cell").push(char),
        }
    }
    assert!(!is_quoted, "{text:?}");
    let last = rows.pop();
    assert_eq!(last, Some(vec![String::new()]), "{text:?}");
    rows
}

/// No metric is there twice, and each has a number.
fn check_metrics(text: &str) {
    let mut names = HashSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').expect("a name and a number");
        assert!(number.parse::<f64>().is_ok(), "{line}");
        assert!(names.insert(name), "twice: {line}");
    }
    assert!(text.is_empty() || text.ends_with("# EOF\n"), "{text}");
}

/// What is a record beyond doubt is read as one, and nothing else is.
fn check_lines(input: &[u8]) {
    for line in each_line(input) {
        let text = String::from_utf8_lossy(line);
        match (Record::parse(line), fields(line)) {
            (Ok(record), Some(fields)) => {
                assert_eq!(fields.get("n"), Some(&record.n.to_string()), "{text}");
                check_reading_back(&record);
            }
            (Ok(_), None) => panic!("no record: {text}"),
            (Err(error), Some(fields)) => assert!(!is_plain(&fields, &text), "{error}: {text}"),
            (Err(_), None) => {}
        }
    }
}

/// The fields of a record, which are there and of the right kind, if it is one.
fn fields(line: &[u8]) -> Option<BTreeMap<String, String>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(line).ok()?;
    let fields: BTreeMap<String, String> =
        fields.into_iter().map(|(name, value)| (name, value.get().to_owned())).collect();
    let is_count = |name: &str| fields.get(name).is_some_and(|it| it.parse::<u64>().is_ok());
    let is_number = |value: &String| value == "null" || value.parse::<f64>().is_ok();
    let are_counts = COUNTS.iter().all(|name| is_count(name));
    let are_numbers = NUMBERS.iter().all(|name| fields.get(*name).is_some_and(is_number));
    (are_counts && are_numbers).then_some(fields)
}

/// Whether a record has nothing but the fields that it must have, each once, and others that nobody
/// knows, which begin with x, and all numbers are of a usual size.
fn is_plain(fields: &BTreeMap<String, String>, text: &str) -> bool {
    let is_needed = |name: &str| COUNTS.contains(&name) || NUMBERS.contains(&name);
    let is_usual =
        |value: &String| value.len() < 40 && !value.contains(['e', 'E']) || value == "null";
    !text.contains('\\')
        && fields.keys().all(|name| is_needed(name) || name.starts_with('x'))
        && fields.keys().all(|name| text.matches(&format!("\"{name}\"")).count() == 1)
        && NUMBERS.iter().all(|name| is_usual(&fields[*name]))
}

/// What was read is printed as what reads back.
fn check_reading_back(record: &Record) {
    let print = |record: &Record| {
        let mut text = Vec::new();
        record.print(&mut text).expect("a record can be printed");
        text
    };
    let text = print(record);
    let again = Record::parse(&text).unwrap_or_else(|error| panic!("{error}: {record:?}"));
    assert_eq!(print(&again), text);
}

/// An input that takes a frame's time for each chunk.
struct Paced<'a> {
    rest: &'a [u8],
    chunk: usize,
    clock: FakeClock,
}

impl Input for Paced<'_> {
    fn wait(&mut self, _deadline: Option<Instant>) -> io::Result<Wake> {
        Ok(Wake::Ready)
    }
}

impl Read for Paced<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.clock.advance(Duration::from_millis(60));
        let most = buffer.len().min(self.chunk);
        (&mut self.rest).take(most as u64).read(buffer)
    }
}

/// A frame for each chunk, also on a terminal that changes its size, and the last one stays there.
fn check_live(options: &Options, size: Size, input: &[u8], chunk: usize) {
    let chunk = chunk.max(input.len() / 20);
    let show = |clock: FakeClock, size: Box<dyn Fn() -> Size>| {
        let outcome =
            run_at(options, &clock, size, Paced { rest: input, chunk, clock: clock.clone() });
        check_terminal(&outcome.output);
        outcome
    };
    let outcome = show(FakeClock::new(), Box::new(move || size));
    let [columns, rows] = [size.0, size.1].map(|it| NonZero::new(it).expect("there is room"));
    let mut terminal = vt100::Parser::new(rows, columns, 0);
    terminal.process(&outcome.output);
    let screen = terminal.screen().contents();
    assert!(size.0 < 20 || size.1 < 5 || screen.contains("samples"), "{size:?}: {screen}");

    let clock = FakeClock::new();
    let time = clock.clone();
    let turned = move || match time.elapsed().as_millis() / 150 % 2 {
        0 => size,
        _ => (size.1, size.0),
    };
    show(clock, Box::new(turned));
}

/// A picture is drawn of whatever records there are.
fn check_picture(input: &[u8]) {
    let mut picture = Picture::new(Path::new("unused"), FakeClock::new().now());
    let mut places = BTreeMap::new();
    for (samples, line) in (0..).zip(each_line(input)) {
        if let Ok(record) = Record::parse(line) {
            let channels = places.len();
            let at = *places.entry(record.channel.clone()).or_insert(channels);
            picture.note(at, &record, record.n.max(samples));
            check_metrics(&openmetrics::text(&[(&record, record.n)], MetricsForm::Textfile));
        }
    }
    let text = picture.text().expect("a picture can be drawn");
    assert!(text.starts_with("<svg") && text.ends_with("</svg>\n"), "{text}");
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
}
