//! What conv sends of readings that are taken one by one, without blocks, batches and the cache of
//! texts: the model that its output is compared with.

use stage::format::columns::{Channels, Columns};
use stage::format::row::{Field, Line, Rows, fields};
use stage::format::sample::Sample;
use stage::format::time::{Form, Time};
use stage::process::ledger::{Entry, Table};
use stage::stream::lines::each_line_to_cr_too;
use wandler_conv::source::is_foreign_header;
use wandler_conv::{CheckOptions, ConversionOptions, Fraction, Options};

/// What is sent of readings that are converted and printed one by one.
pub(crate) struct Expected<'a> {
    options: &'a Options,
    pub output: String,
    columns: Columns,
    channels: usize,
    sent: u64,
    rejected: u64,
    missing: u64,
}

impl Expected<'_> {
    pub(crate) fn new(options: &Options) -> Expected<'_> {
        let (output, columns) = (String::new(), Columns::CLASSIC);
        Expected { options, output, columns, channels: 1, sent: 0, rejected: 0, missing: 0 }
    }

    fn is_done(&self) -> bool {
        self.options.count.is_some_and(|count| self.sent >= count)
    }

    pub(crate) fn reject(&mut self) {
        self.rejected += u64::from(!self.is_done());
    }

    /// All lines of a text, of which all columns are taken.
    pub(crate) fn text(&mut self, text: &[u8]) {
        let (mut rows, mut foreign) = (Rows::new(), Vec::new());
        for line in each_line_to_cr_too(text) {
            if !foreign.is_empty() && line == foreign && Columns::of_header(line).is_none() {
                continue;
            }
            let is_open = rows.columns().is_none();
            if is_open && is_foreign_header(line) {
                foreign = line.to_vec();
                let texts: Vec<String> =
                    fields(line).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
                let mut header = Vec::new();
                Columns::fitted(texts.iter().map(String::as_str)).print_header(&mut header);
                assert_eq!(rows.read(&header), Ok(Line::Header));
                self.begin_table(&rows);
                continue;
            }
            match rows.read(line) {
                Ok(Line::Header) => self.begin_table(&rows),
                Ok(Line::Row { time }) => {
                    if is_open {
                        self.begin_table(&rows);
                    }
                    let fields = rows.fields().iter().map(|field| match field {
                        Field::Sample(sample) => Some(Some(sample.clone())),
                        Field::Missing => None,
                        Field::Rejected(_) => Some(None),
                    });
                    self.row(time, fields.collect());
                }
                Err(_) => self.reject(),
            }
        }
    }

    /// Begins what the rows of a text are sent as: those of a recording lose their times.
    fn begin_table(&mut self, rows: &Rows) {
        let columns = rows.columns().expect("rows have columns").clone();
        let names = (1..=columns.count()).map(|number| format!("ch{number}"));
        let names: Vec<String> = names.collect();
        let columns = match columns.channels() {
            Channels::Unnamed if self.columns.width() == 1 => Columns::CLASSIC,
            Channels::Numbered(_) => {
                let named = Columns::named(names.iter().map(String::as_str)).unwrap();
                if columns.have_time() { named.with_time() } else { named }
            }
            _ => columns,
        };
        self.begin(&columns);
    }

    pub(crate) fn begin(&mut self, columns: &Columns) {
        if !self.is_done() && *columns != self.columns {
            let mut header = Vec::new();
            columns.print_header(&mut header);
            self.output.push_str(&String::from_utf8(header).unwrap());
            self.columns = columns.clone();
            self.channels = self.channels.max(columns.count());
        }
    }

    /// A row of readings: missing, no number, or a number.
    pub(crate) fn row(&mut self, time: Option<Time>, readings: Vec<Option<Option<Sample>>>) {
        if self.is_done() {
            return;
        }
        let mut texts = Vec::new();
        if let Some(time) = time.filter(|_| self.columns.have_time()) {
            let mut text = Vec::new();
            time.print(Form::Iso, &mut text);
            texts.push(String::from_utf8(text).unwrap());
        }
        let mut samples = 0;
        for reading in readings {
            let value = reading.map(|raw| raw.and_then(|raw| self.value(raw)));
            self.missing += u64::from(value.is_none());
            self.rejected += u64::from(value == Some(None));
            samples += u64::from(value.iter().flatten().count() > 0);
            texts.push(value.flatten().map_or_else(String::new, |value| value.to_string()));
        }
        if samples > 0 || self.columns.width() > 1 {
            self.output.push_str(&(texts.join("\t") + "\n"));
            self.sent += 1;
        }
    }

    fn value(&self, raw: Sample) -> Option<Sample> {
        let Options { conversion, checks, .. } = self.options;
        let (ConversionOptions { offset, scale, .. }, CheckOptions { plausible, .. }) =
            (conversion, checks);
        let mut value = Fraction::from(raw.into_decimal());
        if let [offset] = &offset[..] {
            value = &value + &offset.value;
        }
        if let [scale] = &scale[..] {
            value = &value * &scale.value;
        }
        let value = value.value();
        let is_plausible = plausible.iter().all(|range| range.value.contains(&value));
        Sample::try_from(value).ok().filter(|_| is_plausible)
    }

    pub(crate) fn entry(&self) -> Entry {
        let Expected { sent, rejected, missing, .. } = *self;
        let channels = self.channels as u64;
        let table = (channels > 1 || missing > 0).then_some(Table { channels, missing });
        Entry::Conv { sent, rejected, missed: 0, table }
    }
}
