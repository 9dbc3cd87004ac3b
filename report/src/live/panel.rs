//! What is drawn where, at any size.
//!
//! The numbers come first, in cells that are packed into as many columns as fit, in the order of
//! their importance: a low terminal shows fewer. Below them, where there is room, the histogram
//! and the course of the samples, side by side if the terminal is wide enough.

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::bar;
use ratatui::widgets::{Sparkline, Widget};
use stage::decimal::Decimal;
use stage::record::{Bin, Record};

use crate::number::{DIGITS, clock, fitted, per_second};

/// Columns of a cell: a label of up to 8, a blank, and a number of 11.
const CELL: u16 = 20;

/// Columns between two cells.
const GAP: u16 = 2;

/// The most rows of a panel: it is meant to stand below something else.
const MOST_ROWS: u16 = 20;

/// The most numbers that are shown.
const MOST_FIGURES: usize = 200;

/// Rows of a picture: its heading, and bars of so many rows.
const PICTURE: u16 = 5;

/// From how many columns on the pictures stand side by side.
const SIDE_BY_SIDE: u16 = 60;

/// Bars without Unicode.
const ASCII_BARS: bar::Set<'static> = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "=",
    five_eighths: "=",
    half: "-",
    three_eighths: "-",
    one_quarter: ".",
    one_eighth: ".",
    empty: " ",
};

/// Levels of a bar in one row.
const LEVELS: f64 = 8.0;

/// All that a frame shows.
#[derive(Debug)]
pub struct Panel<'a> {
    /// The newest record.
    pub record: Option<&'a Record>,
    /// Since the start.
    pub elapsed: Duration,
    /// Samples a second.
    pub rate: Option<f64>,
    /// For how long nothing has come, if that is to be said.
    pub silent: Option<Duration>,
    /// Samples, and when each came.
    pub course: &'a [(Instant, f64)],
    /// The time now.
    pub now: Instant,
    /// Whether more than ASCII can be shown.
    pub unicode: bool,
}

/// A number with its label.
struct Figure {
    label: String,
    value: Value,
    style: Style,
}

enum Value {
    Text(String),
    /// To so many significant digits, or exact.
    Number(Option<Decimal>, Option<usize>),
}

impl Panel<'_> {
    /// Draws it for a terminal of so many columns and rows.
    pub fn draw(&self, (columns, rows): (u16, u16)) -> Buffer {
        let (columns, rows) = (columns.max(1), rows.clamp(1, MOST_ROWS));
        let figures = self.figures();
        let number = figures.len() as u16;
        let across = (columns.saturating_add(GAP) / (CELL + GAP)).clamp(1, number);
        let down = number.div_ceil(across).min(rows);
        let pictures = self.pictures(columns, rows - down);
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, down + pictures.height()));
        for (at, figure) in (0..).zip(figures.iter().take(usize::from(across * down))) {
            let width = columns.saturating_add(GAP) / across - GAP.min(columns - 1);
            let (column, row) = (at % across, at / across);
            let area = Rect::new(column * (width + GAP), row, width.min(columns), 1);
            figure.draw(area, &mut buffer);
        }
        pictures.draw(self, Rect::new(0, down, columns, pictures.height()), &mut buffer);
        buffer
    }

    fn figures(&self) -> Vec<Figure> {
        let plain = Style::new();
        let text = |label: &str, value: String| Figure {
            label: label.to_owned(),
            value: Value::Text(value),
            style: plain,
        };
        let number = |label: &str, value: &Option<Decimal>, digits| Figure {
            label: label.to_owned(),
            value: Value::Number(value.clone(), digits),
            style: plain,
        };
        let none = Record::default();
        let record = self.record.unwrap_or(&none);
        let rate = self.rate.map_or("-".to_owned(), per_second);
        let count = |count: u64| Some(Decimal::from_big(count.into(), 0));
        let mut figures = vec![number("samples", &count(record.n), None)];
        figures.push(match self.silent {
            Some(silent) => Figure {
                style: Style::new().fg(Color::Yellow),
                ..text("no data", format!("for {} s", silent.as_secs()))
            },
            None => text("rate", rate),
        });
        figures.push(number("mean", &record.mean, Some(DIGITS)));
        figures.push(number("sd", &record.sd, Some(DIGITS)));
        figures.push(number("last", &record.last, None));
        figures.push(number("min", &record.min, None));
        figures.push(number("max", &record.max, None));
        figures.extend(record.quantiles.iter().map(|it| number(&it.name, &it.value, None)));
        figures.push(text("elapsed", clock(self.elapsed.as_secs())));
        let style = if record.rejected > 0 { Style::new().fg(Color::Red) } else { plain };
        figures.push(Figure { style, ..number("rejected", &count(record.rejected), None) });
        figures.extend(record.more.iter().map(|it| number(&it.name, &it.value, Some(DIGITS))));
        // A record may have thousands of quantiles.
        figures.truncate(MOST_FIGURES);
        figures
    }

    fn pictures(&self, columns: u16, rows: u16) -> Pictures {
        let histogram =
            self.record.is_some_and(|it| it.histogram.as_ref().is_some_and(|it| !it.is_empty()));
        match (histogram, self.course.len() > 1) {
            _ if rows < PICTURE => Pictures::None,
            (true, true) if columns >= SIDE_BY_SIDE => Pictures::SideBySide,
            (true, true) if rows >= 2 * PICTURE => Pictures::Stacked,
            (true, _) => Pictures::Histogram,
            (false, true) => Pictures::Course,
            (false, false) => Pictures::None,
        }
    }

    fn draw_histogram(&self, area: Rect, buffer: &mut Buffer) {
        let Some(bins) = self.record.and_then(|record| record.histogram.as_deref()) else { return };
        let (Some(first), Some(last)) = (bins.first(), bins.last()) else { return };
        let bars = bars_of(bins, area.width);
        let most = bars.iter().copied().max().unwrap_or_default().max(1);
        let heading = format!("histogram  {}", self.range(&first.low, &last.high));
        self.draw_picture(&heading, &bars, most, area, buffer);
    }

    fn draw_course(&self, area: Rect, buffer: &mut Buffer) {
        let shown = &self.course[self.course.len().saturating_sub(usize::from(area.width))..];
        let values = || shown.iter().map(|(_, value)| *value);
        let (low, high) =
            (values().fold(f64::INFINITY, f64::min), values().fold(f64::MIN, f64::max));
        let height = LEVELS * f64::from(PICTURE - 1);
        // At least one level, so that the least value is seen, too.
        let bar = |value: f64| match high - low {
            span if span > 0.0 => 1.0 + (value - low) / span * (height - 1.0),
            _ => height / 2.0,
        };
        let bars: Vec<u64> = values().map(|value| bar(value).round() as u64).collect();
        let since = shown.first().map_or(Duration::ZERO, |(at, _)| self.now.duration_since(*at));
        let range = match (Decimal::shortest(low), Decimal::shortest(high)) {
            (Some(low), Some(high)) => self.range(&low, &high),
            _ => String::new(),
        };
        let heading = format!("last {} s  {range}", since.as_secs_f64().ceil());
        self.draw_picture(&heading, &bars, height as u64, area, buffer);
    }

    fn range(&self, low: &Decimal, high: &Decimal) -> String {
        let dots = if self.unicode { "…" } else { ".." };
        let [low, high] = [low, high].map(|limit| fitted(limit, Some(DIGITS), 12));
        format!("{low} {dots} {high}")
    }

    /// Draws bars, of which `most` is as high as can be, below a heading.
    fn draw_picture(
        &self,
        heading: &str,
        bars: &[u64],
        most: u64,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let dim = Style::new().add_modifier(Modifier::DIM);
        buffer.set_stringn(area.x, area.y, heading, usize::from(area.width), dim);
        let set = if self.unicode { bar::NINE_LEVELS } else { ASCII_BARS };
        let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let picture = Sparkline::default().data(bars.iter().copied()).max(most).bar_set(set);
        picture.style(Style::new().fg(Color::Cyan)).render(below, buffer);
    }
}

impl Figure {
    fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let label = Style::new().add_modifier(Modifier::DIM);
        let width = usize::from(area.width);
        buffer.set_stringn(area.x, area.y, &self.label, width, label);
        let room = width.saturating_sub(self.label.len() + 1);
        let text = match &self.value {
            Value::Text(text) => text.clone(),
            Value::Number(None, _) => "-".to_owned(),
            Value::Number(Some(number), digits) => fitted(number, *digits, room),
        };
        if text.len() <= room {
            let column = area.x + (width - text.len()) as u16;
            buffer.set_stringn(column, area.y, text, room, self.style);
        }
    }
}

/// Which pictures there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pictures {
    None,
    Histogram,
    Course,
    Stacked,
    SideBySide,
}

impl Pictures {
    fn height(self) -> u16 {
        match self {
            Pictures::None => 0,
            Pictures::Histogram | Pictures::Course | Pictures::SideBySide => PICTURE,
            Pictures::Stacked => 2 * PICTURE,
        }
    }

    fn draw(self, panel: &Panel<'_>, area: Rect, buffer: &mut Buffer) {
        let half = (area.width - GAP.min(area.width)) / 2;
        let top = Rect { height: PICTURE.min(area.height), ..area };
        match self {
            Pictures::None => {}
            Pictures::Histogram => panel.draw_histogram(top, buffer),
            Pictures::Course => panel.draw_course(top, buffer),
            Pictures::Stacked => {
                panel.draw_histogram(top, buffer);
                panel.draw_course(Rect { y: top.y + PICTURE, ..top }, buffer);
            }
            Pictures::SideBySide => {
                panel.draw_histogram(Rect { width: half, ..top }, buffer);
                let right = top.x + half + GAP;
                panel.draw_course(Rect { x: right, width: top.width - right, ..top }, buffer);
            }
        }
    }
}

/// A bar for each column: the mean of bins next to each other where there are more than columns, and
/// each over several where there are fewer. In thousandths of a sample.
fn bars_of(bins: &[Bin], columns: u16) -> Vec<u64> {
    let columns = usize::from(columns.max(1));
    let together = bins.len().div_ceil(columns);
    let mean = |bins: &[Bin]| {
        let sum = bins.iter().map(|bin| u128::from(bin.count)).sum::<u128>();
        u64::try_from(sum * 1000 / bins.len() as u128).unwrap_or(u64::MAX)
    };
    let bars: Vec<u64> = bins.chunks(together).map(mean).collect();
    (0..columns).map(|column| bars[column * bars.len() / columns]).collect()
}
