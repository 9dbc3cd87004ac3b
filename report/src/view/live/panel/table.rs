//! The panel of several channels: what is about the whole stream, and below it a row for each channel,
//! with its figures and its course.
//!
//! As many figures stand side by side as have room. Channels that have no row are counted in the last
//! one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::Span;
use stage::format::record::{Exactness, Field, FieldEntry, Kind, Record, Value as FieldValue};

use super::cell::{CELL, Value, cut_off};
use super::figures::of_stream;
use super::{GAP, Panel, Taken};
use crate::digits::Shown;
use crate::field_order::FieldOrder;
use crate::labels;

/// The most rows: it should leave room for what stands above it.
const MOST_ROWS: u16 = 40;

/// Columns: of a name at least and at most, of a figure, and of a course at least and at most.
const NAME: [u16; 2] = [7, 20];
const FIGURE: u16 = 11;
const COURSE: [u16; 2] = [12, 60];

/// The most figures of a channel: no terminal is wider.
const MOST: usize = 200;

/// The figures that come first; those of [`WRONG`] only if one of them is not 0.
const FIRST: [&str; 8] = ["last", "missing", "rejected", "mean", "sd", "min", "max", "n"];
const WRONG: [&str; 2] = ["missing", "rejected"];

/// All that a frame shows of several channels.
pub(crate) struct Table<'a> {
    /// What is about the whole stream.
    pub(crate) panel: Panel<'a>,
    /// The newest record of each, and its course.
    pub(crate) channels: Vec<(&'a Record, &'a [Taken])>,
}

/// The parts of a row.
struct Parts {
    /// Columns of the channel's name.
    name: u16,
    /// The names of the figures that have room.
    figures: Vec<String>,
    /// Columns of the course; 0 if there is no room for it.
    course: u16,
}

impl Table<'_> {
    /// Draws it for a terminal of this many columns and rows.
    pub(crate) fn draw(&self, (columns, rows): (u16, u16)) -> Buffer {
        let (columns, rows) = (columns.max(1), rows.clamp(1, MOST_ROWS));
        let all = self.channels.len();
        // Above them stand two rows.
        let room = usize::from(rows.saturating_sub(2));
        let number = if all <= room { all } else { room.saturating_sub(1) };
        let heading = u16::from(number > 0);
        let height = (1 + heading + number as u16 + u16::from(number < all)).min(rows);
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, height));
        self.draw_stream(columns, &mut buffer);
        let parts = self.parts(columns);
        if number > 0 {
            self.draw_heading(&parts, columns, &mut buffer);
        }
        for (row, channel) in (2..).zip(&self.channels[..number]) {
            self.draw_channel(channel, &parts, row, &mut buffer);
        }
        if number < all && height > 1 {
            let more = format!("{} more channels", all - number);
            buffer.set_stringn(0, height - 1, more, usize::from(columns), dim());
        }
        buffer
    }

    fn draw_stream(&self, columns: u16, buffer: &mut Buffer) {
        for (at, figure) in (0..).zip(of_stream(&self.panel)) {
            let left = at * (CELL + GAP);
            if at == 0 || left + CELL <= columns {
                let area = Rect::new(left, 0, CELL.min(columns), 1);
                figure.draw(area, self.panel.signs(), buffer);
            }
        }
    }

    /// The parts of a row of this many columns.
    fn parts(&self, columns: u16) -> Parts {
        let names = self.channels.iter().map(|(record, _)| Span::raw(name(record)).width());
        let widest = u16::try_from(names.max().unwrap_or_default()).unwrap_or(u16::MAX);
        let name = widest.clamp(NAME[0], NAME[1]).min(columns);
        let behind = columns - name;
        let of_figures = behind.saturating_sub(GAP + COURSE[0]);
        // Where there is not even one figure beside the course, figures say more.
        let has_course = of_figures >= GAP + FIGURE;
        let room = if has_course { of_figures } else { behind };
        let number = usize::from(room / (GAP + FIGURE));
        let figures: Vec<String> = self.figures().into_iter().take(number).collect();
        let left = behind - (figures.len() as u16) * (GAP + FIGURE);
        let course = if has_course { left.saturating_sub(GAP).min(COURSE[1]) } else { 0 };
        Parts { name, figures, course }
    }

    /// The names of all figures, in their order: those of the first channel, whose record has the same
    /// as the others.
    fn figures(&self) -> Vec<String> {
        let Some((first, _)) = self.channels.first() else { return vec![] };
        let is_wrong = |name: &str| {
            let mut records = self.channels.iter().map(|(record, _)| record);
            records.any(|it| it.entry(name).is_some_and(|entry| is_bad(&entry)))
        };
        let layout = layout();
        let names = layout.entries(first).map(|entry| entry.name).take(MOST);
        let names = FIRST[..3].iter().copied().chain(names.filter(|it| !FIRST[..3].contains(it)));
        names.filter(|name| !WRONG.contains(name) || is_wrong(name)).map(str::to_owned).collect()
    }

    fn draw_heading(&self, parts: &Parts, columns: u16, buffer: &mut Buffer) {
        buffer.set_stringn(0, 1, "channel", usize::from(parts.name), dim());
        for (at, name) in (0..).zip(&parts.figures) {
            let area = parts.figure(at, 1);
            let name = cut_off(name, usize::from(area.width), self.panel.signs().cut);
            right(&name, area, dim(), buffer);
        }
        if parts.course > 0 {
            let left = parts.course_at();
            buffer.set_stringn(left, 1, "course", usize::from(columns - left), dim());
        }
    }

    fn draw_channel(
        &self,
        (record, course): &(&Record, &[Taken]),
        parts: &Parts,
        row: u16,
        buffer: &mut Buffer,
    ) {
        let signs = self.panel.signs();
        let name = cut_off(&name(record), usize::from(parts.name), signs.cut);
        buffer.set_stringn(0, row, name, usize::from(parts.name), Style::new());
        let shown = Shown::of(record);
        for (at, name) in (0..).zip(&parts.figures) {
            let entry = record.entry(name);
            let value = entry.map_or(Value::Number(None), |entry| value(record, &entry, &shown));
            let style = match entry.is_some_and(|entry| is_bad(&entry)) {
                true => Style::new().fg(Color::Red),
                false => Style::new(),
            };
            let area = parts.figure(at, row);
            right(&value.fitted(usize::from(area.width), signs), area, style, buffer);
        }
        if parts.course > 0 {
            let area = Rect::new(parts.course_at(), row, parts.course, 1);
            self.panel.draw_small_course(course, area, buffer);
        }
    }
}

impl Parts {
    /// Where the figure at `at`, from 0, stands in a row.
    fn figure(&self, at: u16, row: u16) -> Rect {
        Rect::new(self.name + at * (GAP + FIGURE) + GAP, row, FIGURE, 1)
    }

    fn course_at(&self) -> u16 {
        self.name + (self.figures.len() as u16) * (GAP + FIGURE) + GAP
    }
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// Draws a text at the right of an area of one row.
fn right(text: &str, area: Rect, style: Style, buffer: &mut Buffer) {
    let left = usize::from(area.width).saturating_sub(Span::raw(text).width());
    buffer.set_stringn(area.x + left as u16, area.y, text, usize::from(area.width) - left, style);
}

fn name(record: &Record) -> String {
    record.channel.as_deref().map_or("-".into(), labels::channel).into_owned()
}

fn layout() -> FieldOrder {
    let has_place = |field: &Field| {
        field.is_figure() && field.name != "sum" && !matches!(field.kind, Kind::Bound)
    };
    FieldOrder::new(&FIRST, has_place, &[])
}

fn value(record: &Record, entry: &FieldEntry<'_>, shown: &Shown) -> Value {
    let is_approximate = record.exactness.as_ref().is_some_and(Exactness::is_approximate);
    let value = entry.value.number();
    let value = value.map(|value| shown.number(entry.field, &value).into_owned());
    match is_approximate && matches!(entry.field.kind, Kind::Quantile) {
        true => Value::Approximate(value),
        false => Value::Number(value),
    }
}

/// Whether an entry says that something is wrong.
fn is_bad(entry: &FieldEntry<'_>) -> bool {
    WRONG.contains(&entry.name) && !matches!(entry.value, FieldValue::Count(Some(0) | None))
}
