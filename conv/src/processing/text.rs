//! Readings that come as text in canonical form: not even read unless something is to be done to them.

use std::io::Write;

use stage::format::row::NotARow;
use stage::format::sample::Sample;

use super::Processing;
use super::printer::{Printer, converted};
use crate::canonical::{self, Line, Lines};
use crate::channel::Channel;
use crate::reading::{NoReading, Place, Reading, Row, Rows, Text};
use crate::sender::Sender;

impl Processing {
    /// Like `take`, for readings that come as text.
    pub fn take_text(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        match self.channels.len() {
            0 | 1 => self.take_lines(text, sender),
            _ => self.take_rows_of_text(text, sender),
        }
    }

    /// The readings of a single channel.
    fn take_lines<W: Write>(&mut self, text: Text<'_>, sender: &mut Sender<W>) {
        match self.history {
            None if self.channel.is_plain() => sender.send_lines(text.lines, text.rows),
            None if self.printer.is_worthwhile() => {
                self.take_each(text, sender, Processing::take_known);
            }
            None => self.take_each(text, sender, |this, place, line, sender| {
                this.take_new(place, line, sender);
            }),
            Some(_) => self.take_each(text, sender, Processing::take_any),
        }
    }

    /// Gives each line to `take`, until no more are wanted.
    fn take_each<W: Write>(
        &mut self,
        text: Text<'_>,
        sender: &mut Sender<W>,
        take: impl Fn(&mut Processing, Place, Line<'_>, &mut Sender<W>),
    ) {
        let mut place = text.place;
        for line in canonical::lines(text.lines) {
            take(self, place, line, sender);
            if self.is_over(sender) {
                break;
            }
            place = place.after(1);
        }
    }

    /// Sends the sample that this line became before; if that is not known, takes the line as new and keeps its
    /// sample.
    #[inline(always)]
    fn take_known(&mut self, place: Place, line: Line<'_>, sender: &mut Sender<impl Write>) {
        match self.printer.known(line) {
            Some(text) => {
                sender.send_new(|row| {
                    row.push_slot(text);
                    true
                });
            }
            None => self.take_unknown(place, line, sender),
        }
    }

    /// The same for a line whose sample is not known. (Not inlined, so that it takes no registers from the loop
    /// around it.)
    #[inline(never)]
    fn take_unknown(&mut self, place: Place, line: Line<'_>, sender: &mut Sender<impl Write>) {
        if let Some(text) = self.take_new(place, line, sender) {
            self.printer.keep(line, text);
        }
    }

    /// Sends or rejects the reading in a line, or counts it as missing; returns the line sent, if its sample is in
    /// machine words.
    #[inline(always)]
    fn take_new<'s>(
        &mut self,
        place: Place,
        line: Line<'_>,
        sender: &'s mut Sender<impl Write>,
    ) -> Option<&'s [u8]> {
        if self.channel.is_missing_line(line.bytes()) {
            self.miss(sender);
            return None;
        }
        match line.number().and_then(|raw| self.channel.converted_fixed(raw)) {
            Some(value) => self.send_fixed(place, value, sender),
            None => {
                self.take_any(place, line, sender);
                None
            }
        }
    }

    /// The same for a reading of any length, or where checks remember: returns nothing, since it is never kept.
    fn take_any(&mut self, place: Place, line: Line<'_>, sender: &mut Sender<impl Write>) {
        let raw = sample(line.bytes());
        self.take([Reading { place, raw }], sender);
    }

    /// Rows of several channels.
    fn take_rows_of_text(&mut self, text: Text<'_>, sender: &mut Sender<impl Write>) {
        match self.history {
            None if self.channels.iter().all(Channel::is_plain) => {
                sender.send_rows(text.lines, self.channels.len(), text.rows);
            }
            None if self.printers.iter().any(Printer::is_worthwhile) => {
                self.take_each_row(text, sender, Processing::print_row_of_lines);
            }
            None => self.take_each_row(text, sender, Processing::convert_row_of_lines),
            Some(_) => self.take_each_row(text, sender, |this, lines, _| {
                lines.by_ref().take(this.channels.len()).for_each(drop);
                false
            }),
        }
    }

    /// Each row by `send`, which takes its lines and returns whether it was sent, or as any other row.
    fn take_each_row<W: Write>(
        &mut self,
        text: Text<'_>,
        sender: &mut Sender<W>,
        send: impl Fn(&mut Processing, &mut Lines<'_>, &mut Sender<W>) -> bool,
    ) {
        let mut lines = canonical::lines(text.lines);
        let mut place = text.place;
        for _ in 0..text.rows {
            let start = lines.taken();
            if !send(self, &mut lines, sender) {
                let lines = &text.lines[start..lines.taken()];
                self.take_rows(&mut RowOfText::new(place, lines), sender);
            }
            if self.is_over(sender) {
                break;
            }
            place = place.after(1);
        }
    }

    #[inline(always)]
    fn print_row_of_lines(
        &mut self,
        lines: &mut Lines<'_>,
        sender: &mut Sender<impl Write>,
    ) -> bool {
        let fields = self.channels.iter_mut().zip(&mut self.printers).zip(lines);
        sender.send_new(|row| {
            fields.fold(true, |are_sent, ((channel, printer), line)| {
                are_sent && printer.print(line, channel, row)
            })
        })
    }

    #[inline(always)]
    fn convert_row_of_lines(
        &mut self,
        lines: &mut Lines<'_>,
        sender: &mut Sender<impl Write>,
    ) -> bool {
        self.words.clear();
        for (channel, line) in self.channels.iter_mut().zip(lines) {
            self.words.extend(converted(line, channel));
        }
        let are_all = self.words.len() == self.channels.len();
        if are_all {
            sender.send_row_of_fixed(&self.words);
        }
        are_all
    }
}

/// The reading in a line.
fn sample(line: &[u8]) -> Result<Sample, NoReading<'_>> {
    Sample::parse(line)
        .map_err(|reason| NoReading::Line { reason: NotARow::Number(reason).into(), line })
}

/// One row, whose readings are lines.
struct RowOfText<'a> {
    place: Option<Place>,
    lines: &'a [u8],
}

impl<'a> RowOfText<'a> {
    fn new(place: Place, lines: &'a [u8]) -> RowOfText<'a> {
        RowOfText { place: Some(place), lines }
    }
}

impl Rows for RowOfText<'_> {
    fn next_row(&mut self) -> Option<Row<'_>> {
        self.place.take().map(|place| Row { place, time: Ok(None) })
    }

    fn reading(&mut self, index: usize) -> Option<Result<Sample, NoReading<'_>>> {
        self.lines.split(|byte| *byte == b'\n').nth(index).map(sample)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::format::columns::Columns;
    use stage::process::ledger::Entry;

    use super::super::tests::settings;

    /// By which way lines go.
    #[derive(Clone, Copy, Debug)]
    enum Way {
        Cached,
        Uncached,
        OneByOne,
    }

    /// What is written of rows of this many channels, the messages, and the account.
    fn taken(
        lines: &[String],
        width: usize,
        limit: u64,
        options: &str,
        way: Way,
    ) -> (String, Vec<String>, Entry) {
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let mut sender = Sender::new(&mut output, Some(limit), &mut messages);
        let mut processing = Processing::new(settings(options));
        if width > 1 {
            let columns = Columns::named(["a", "b", "c"].into_iter().take(width)).unwrap();
            processing.begin(&columns, &mut sender).unwrap();
            sender.begin(&columns).unwrap();
        }
        if let Way::Uncached = way {
            processing.printers.iter_mut().for_each(|printer| *printer = Printer::given_up());
            processing.printer = Printer::given_up();
        }
        let mut place = Place { what: "line", number: 1 };
        // In two batches, so that the second finds what the first has kept.
        for rows in lines.chunks(width * lines.len().div_ceil(2 * width).max(1)) {
            let text: String = rows.iter().map(|line| format!("{line}\n")).collect();
            let rows = (rows.len() / width) as u64;
            if !processing.is_over(&sender) {
                match way {
                    Way::OneByOne => one_by_one(&mut processing, place, &text, width, &mut sender),
                    _ => processing
                        .take_text(Text { place, lines: text.as_bytes(), rows }, &mut sender),
                }
            }
            place = place.after(rows);
        }
        processing.finish(&mut sender);
        sender.flush().unwrap();
        let entry = sender.close();
        (String::from_utf8(output).unwrap(), messages, entry)
    }

    fn one_by_one(
        processing: &mut Processing,
        mut place: Place,
        text: &str,
        width: usize,
        sender: &mut Sender<impl Write>,
    ) {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for row in lines.chunks(width) {
            let row = row.concat();
            match width {
                1 => processing
                    .take([Reading { place, raw: sample(row.trim_end().as_bytes()) }], sender),
                _ => processing.take_rows(&mut RowOfText::new(place, row.as_bytes()), sender),
            }
            if processing.is_over(sender) {
                break;
            }
            place = place.after(1);
        }
    }

    fn number() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => (-9i64..10, 0u16..3),
            1 => (any::<i64>(), 0u16..20).prop_map(|(mantissa, places)| (mantissa / 1000, places)),
        ]
        .prop_map(|(mantissa, places)| Sample::new(mantissa, places).unwrap().to_string())
    }

    proptest! {
        #[test]
        fn lines_as_text_become_what_they_become_one_by_one(
            lines in proptest::collection::vec(number(), 0..200),
            width in 1usize..4,
            limit in prop_oneof![Just(u64::MAX), 0u64..100],
            conversion in prop_oneof![
                Just("--scale 0.5"), Just("--offset 1/3 --scale 3/7"), Just("--scale 1e-30"), Just("--scale 1"),
            ],
            checks in prop_oneof![
                Just(""), Just("--plausible -3..3"), Just("--missing 5,-1"), Just("--spike 2"), Just("--flat 2"),
            ],
        ) {
            let lines = &lines[..lines.len() / width * width];
            let options = format!("{conversion} {checks}");
            let by = |way| taken(lines, width, limit, &options, way);
            prop_assert_eq!(by(Way::Cached), by(Way::OneByOne));
            prop_assert_eq!(by(Way::Uncached), by(Way::OneByOne));
        }
    }
}
