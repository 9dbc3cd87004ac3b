//! Rows that the bytes choose, and the text that other programs would make of them: CSV in its dialects,
//! labels, JSON, and times of each form. What conv has to send follows from the rows, not from the text.

use stage::format::columns::Columns;
use stage::format::sample::Sample;
use stage::format::time::Time;

use super::choices::Choices;
use super::expected::Expected;
use super::{check, options};

/// The channels, in the order in which they are asked for.
const NAMES: [&str; 2] = ["b", "a"];
const TIME: &str = "when";

/// What stands for no reading, as the options say.
const NONE: &str = "NA";

/// What is neither a number, nor a time, nor a name.
const GARBAGE: &str = "1.2.3";

const NANOS: u64 = 1_000_000_000;

/// Hours between UTC and Tokyo, where the clocks are never changed any more.
const TOKYO: i64 = 9;

/// How the text is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    /// Fields between these; the option that says so.
    Csv(&'static str, &'static str),
    Labels,
    Json,
}

const STYLES: [Style; 7] = [
    Style::Csv(",", "--delimiter=,"),
    Style::Csv(";", "--delimiter=;"),
    Style::Csv("|", "--delimiter=|"),
    Style::Csv("\t", "--delimiter=tab"),
    Style::Csv("  ", "--delimiter=blanks"),
    Style::Labels,
    Style::Json,
];

/// How times are written: the option, and whether there are blanks in it.
#[derive(Clone, Copy)]
enum Clock {
    /// A count of units, each a power of ten of a second: the number is the exponent, without its sign.
    Count(usize),
    /// ISO 8601, with an offset of this many hours from UTC; `None`: Tokyo's time, without an offset.
    Iso(Option<i64>),
    /// By a pattern with a blank in it.
    Pattern,
}

const CLOCKS: [Clock; 9] = [
    Clock::Count(0),
    Clock::Count(3),
    Clock::Count(6),
    Clock::Count(9),
    Clock::Iso(Some(0)),
    Clock::Iso(Some(-7)),
    Clock::Iso(Some(14)),
    Clock::Iso(None),
    Clock::Pattern,
];

/// A channel's field.
#[derive(Clone, PartialEq)]
enum Cell {
    Number(Sample),
    /// Nothing at all.
    Absent,
    /// A word for it.
    None,
    Garbage,
}

/// What is wrong with a line.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    /// Nothing.
    Sound,
    /// Its time is not one.
    Time,
    /// A field too many; a label that comes twice; an object that is not closed.
    Shape,
}

struct Row {
    /// Nanoseconds since 1970.
    time: u64,
    cells: [Cell; 2],
    flaw: Flaw,
}

/// Tries the text of rows: the first bytes of `data` choose as in text, then how it is written; the rest
/// are rows.
pub(crate) fn foreign(data: &[u8]) {
    let [conversion, count, size, rest @ ..] = data else { return };
    let mut choices = Choices(rest);
    let style = *choices.of(&STYLES);
    let clock = clock(&mut choices, style);
    let has_comma = ![Style::Json, STYLES[0]].contains(&style) && choices.one_in(2);
    let options = options(*conversion, *count, &layout(style, clock, has_comma));
    let mut text = match style {
        Style::Csv(delimiter, _) => [NAMES[1], TIME, NAMES[0]].join(delimiter) + "\n",
        Style::Labels | Style::Json => String::new(),
    };
    let mut expected = Expected::new(&options);
    expected.begin(&Columns::named(NAMES).expect("names").with_time());
    let mut is_first = true;
    while !choices.are_over() || is_first {
        let row = row(&mut choices, clock, is_first, matches!(style, Style::Csv(..)));
        is_first = false;
        text += &line(&mut choices, &row, style, clock, has_comma);
        text += *choices.of(&["\n", "\n", "\r\n"]);
        match row.flaw {
            Flaw::Sound => expected.row(Some(time(row.time)), row.cells.map(reading).into()),
            Flaw::Time | Flaw::Shape => expected.reject(),
        }
    }
    assert!(check(&options, *size, text.as_bytes(), &expected), "it is read: {text}");
}

/// How times are written: where blanks separate the fields, without any.
fn clock(choices: &mut Choices<'_>, style: Style) -> Clock {
    let has_blanks = matches!(style, Style::Labels | Style::Csv("  ", _));
    let possible = CLOCKS.len() - usize::from(has_blanks);
    *choices.of(&CLOCKS[..possible])
}

fn layout(style: Style, clock: Clock, has_comma: bool) -> Vec<String> {
    let style = match style {
        Style::Csv(_, delimiter) => delimiter,
        Style::Labels => "--format=labels",
        Style::Json => "--format=json",
    };
    let (form, zone) = match clock {
        Clock::Count(0) => ("unix", None),
        Clock::Count(3) => ("unix-ms", None),
        Clock::Count(6) => ("unix-us", None),
        Clock::Count(_) => ("unix-ns", None),
        Clock::Iso(Some(_)) => ("iso", None),
        Clock::Iso(None) => ("iso", Some("Asia/Tokyo")),
        Clock::Pattern => ("%d.%m.%Y %H:%M:%S", Some("Asia/Tokyo")),
    };
    let mut words = vec![
        style.to_owned(),
        format!("--columns={}", NAMES.join(",")),
        format!("--time={TIME}"),
        format!("--time-format={form}"),
        format!("--missing={NONE}"),
    ];
    words.extend(zone.map(|zone| format!("--time-zone={zone}")));
    words.extend(has_comma.then(|| "--decimal=,".to_owned()));
    words
}

/// The next row. The first is sound, so that the table begins with it. One of a table with delimiters has a
/// number besides the time, since a line without any might be a header.
fn row(choices: &mut Choices<'_>, clock: Clock, is_first: bool, needs_number: bool) -> Row {
    // Nowhere before 1970.
    let seconds = 1_000_000 + u64::from(choices.number());
    let nanos = match clock {
        Clock::Pattern => 0,
        _ => u64::from(choices.number()) % NANOS,
    };
    let mut cells = [cell(choices), cell(choices)];
    let flaw = *choices.of(&[Flaw::Sound, Flaw::Sound, Flaw::Sound, Flaw::Time, Flaw::Shape]);
    let is_number = |cell: &Cell| matches!(cell, Cell::Number(_));
    if is_first || needs_number && !cells.iter().any(is_number) {
        cells[0] = Cell::Number(Sample::new(7, 0).expect("a sample"));
    }
    Row { time: seconds * NANOS + nanos, cells, flaw: if is_first { Flaw::Sound } else { flaw } }
}

fn cell(choices: &mut Choices<'_>) -> Cell {
    match choices.below(8) {
        0 => Cell::Absent,
        1 => Cell::None,
        2 => Cell::Garbage,
        _ => {
            let mantissa = i16::from_le_bytes([choices.byte(), choices.byte()]);
            Cell::Number(Sample::new(mantissa.into(), choices.below(4) as u16).expect("a sample"))
        }
    }
}

/// What conv has to make of a field: missing, no number, or a number.
fn reading(cell: Cell) -> Option<Option<Sample>> {
    match cell {
        Cell::Number(sample) => Some(Some(sample)),
        Cell::Absent | Cell::None => None,
        Cell::Garbage => Some(None),
    }
}

/// A line with this row, without its end.
fn line(
    choices: &mut Choices<'_>,
    row: &Row,
    style: Style,
    clock: Clock,
    has_comma: bool,
) -> String {
    let with_sign = |text: String| if has_comma { text.replace('.', ",") } else { text };
    let time = match row.flaw {
        Flaw::Time => GARBAGE.to_owned(),
        _ => match clock {
            Clock::Count(_) => with_sign(written(row.time, clock)),
            _ => written(row.time, clock),
        },
    };
    let text = |cell: &Cell| match cell {
        Cell::Number(sample) => Some(with_sign(sample.to_string())),
        Cell::Absent => None,
        Cell::None => Some(NONE.to_owned()),
        Cell::Garbage => Some(GARBAGE.to_owned()),
    };
    let [b, a] = [text(&row.cells[0]), text(&row.cells[1])];
    match style {
        Style::Csv(delimiter, _) => separated(choices, [a, Some(time), b], row.flaw, delimiter),
        Style::Labels => labelled(choices, a, b, &time, row.flaw),
        Style::Json => object(choices, a, b, &time, row.flaw),
    }
}

fn separated(
    choices: &mut Choices<'_>,
    fields: [Option<String>; 3],
    flaw: Flaw,
    delimiter: &str,
) -> String {
    let may_be_quoted = !delimiter.starts_with([' ', '\t']);
    // Between blanks, nothing cannot be written.
    let nothing = if delimiter.starts_with(' ') { NONE } else { "" };
    let mut texts = fields.map(|field| {
        let field = field.unwrap_or_else(|| nothing.to_owned());
        if may_be_quoted && choices.one_in(3) { format!("\"{field}\"") } else { field }
    });
    if flaw == Flaw::Shape {
        texts[0] = format!("{}{delimiter}1", texts[0]);
    }
    texts.join(delimiter)
}

fn labelled(
    choices: &mut Choices<'_>,
    a: Option<String>,
    b: Option<String>,
    time: &str,
    flaw: Flaw,
) -> String {
    let mut words = vec![format!("{TIME}={time}")];
    let sign = *choices.of(&[":", "=", ": "]);
    for (label, text) in [(NAMES[1], a), (NAMES[0], b)] {
        words.extend(text.map(|text| format!("{label}{sign}{text}")));
    }
    if flaw == Flaw::Shape {
        words.push(format!("{TIME}:0"));
    }
    let turn = choices.below(words.len());
    words.rotate_left(turn);
    words.insert(0, (*choices.of(&["", "12:30", "Roof"])).to_owned());
    words.join(*choices.of(&[" ", "; ", "\t"]))
}

fn object(
    choices: &mut Choices<'_>,
    a: Option<String>,
    b: Option<String>,
    time: &str,
    flaw: Flaw,
) -> String {
    let is_number = |text: &str| Sample::parse(text.as_bytes()).is_ok();
    let mut entry = |name: &str, text: &str| match is_number(text) && !choices.one_in(4) {
        true => format!("\"{name}\":{text}"),
        false => format!("\"{name}\":\"{text}\""),
    };
    let mut entries = vec![entry(TIME, time)];
    for (name, text) in [(NAMES[1], a), (NAMES[0], b)] {
        entries.push(text.map_or_else(|| format!("\"{name}\":null"), |text| entry(name, &text)));
    }
    let turn = choices.below(entries.len());
    entries.rotate_left(turn);
    let end = if flaw == Flaw::Shape { "" } else { "}" };
    format!("{{{}{end}", entries.join(", "))
}

/// A point in time as `clock` writes it.
fn written(nanos: u64, clock: Clock) -> String {
    let (seconds, rest) = (nanos / NANOS, nanos % NANOS);
    let days_and_time = |hours: i64| {
        let local = seconds as i64 + hours * 3600;
        (date(local.div_euclid(86_400)), local.rem_euclid(86_400))
    };
    match clock {
        Clock::Count(places) => {
            let digits = format!("{seconds}{rest:09}");
            let (count, part) = digits.split_at(digits.len() - (9 - places));
            let count = count.trim_start_matches('0');
            let count = if count.is_empty() { "0" } else { count };
            if part.is_empty() { count.to_owned() } else { format!("{count}.{part}") }
        }
        Clock::Iso(hours) => {
            let ((year, month, day), time) = days_and_time(hours.unwrap_or(TOKYO));
            let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
            let offset = match hours {
                None => String::new(),
                Some(0) => "Z".to_owned(),
                Some(hours) => {
                    format!("{}{:02}:00", if hours < 0 { '-' } else { '+' }, hours.abs())
                }
            };
            format!(
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{rest:09}{offset}"
            )
        }
        Clock::Pattern => {
            let ((year, month, day), time) = days_and_time(TOKYO);
            let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
            format!("{day:02}.{month:02}.{year:04} {hour:02}:{minute:02}:{second:02}")
        }
    }
}

/// The time this many nanoseconds after the beginning of 1970.
fn time(nanos: u64) -> Time {
    Time::parse(written(nanos, Clock::Iso(Some(0))).as_bytes()).expect("a time")
}

/// The date this many days after 1970-01-01, found by counting.
fn date(days: i64) -> (i64, usize, i64) {
    let (mut year, mut left) = (1970, days);
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    loop {
        let february = if is_leap(year) { 29 } else { 28 };
        for (month, length) in
            [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
        {
            if left < length {
                return (year, month + 1, left + 1);
            }
            left -= length;
        }
        year += 1;
    }
}
