//! The pictures below the numbers: the histogram, and the course of the samples.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::bar;
use ratatui::widgets::{Sparkline, Widget};
use stage::format::decimal::Decimal;
use stage::format::record::{Bin, Exactness};

use super::cell::cut_off;
use super::{GAP, Panel};
use crate::digits::of_a_range;

/// Rows of a picture: a heading, and the rest for the bars.
pub(crate) const PICTURE: u16 = 5;

/// With at least this many columns, the pictures may stand side by side.
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

/// Which pictures there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pictures {
    /// Neither.
    None,
    /// The histogram.
    Histogram,
    /// The course.
    Course,
    /// The histogram above the course.
    Stacked,
    /// The histogram beside the course.
    SideBySide,
}

impl Pictures {
    /// Those that fit; side by side only if their headings of up to `heading` columns fit too, so that
    /// a wider terminal never shows less of them.
    pub(crate) fn of(panel: &Panel<'_>, (columns, rows): (u16, u16), heading: u16) -> Pictures {
        let histogram = panel.bins().is_some();
        let is_wide = columns >= SIDE_BY_SIDE && half(columns) >= heading;
        match (histogram, panel.course.len() > 1) {
            _ if rows < PICTURE => Pictures::None,
            (true, true) if is_wide => Pictures::SideBySide,
            (true, true) if rows >= 2 * PICTURE => Pictures::Stacked,
            (true, _) => Pictures::Histogram,
            (false, true) => Pictures::Course,
            (false, false) => Pictures::None,
        }
    }

    /// Rows that they take.
    pub(crate) fn height(self) -> u16 {
        match self {
            Pictures::None => 0,
            Pictures::Histogram | Pictures::Course | Pictures::SideBySide => PICTURE,
            Pictures::Stacked => 2 * PICTURE,
        }
    }

    /// Draws them.
    pub(crate) fn draw(self, panel: &Panel<'_>, area: Rect, buffer: &mut Buffer) {
        let half = half(area.width);
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

/// Columns of the left of two pictures.
fn half(columns: u16) -> u16 {
    (columns - GAP.min(columns)) / 2
}

/// What stands above a picture: what it is, and the range of its values.
struct Heading {
    what: String,
    range: String,
}

impl Heading {
    fn whole(&self) -> String {
        format!("{}  {}", self.what, self.range)
    }

    /// As much of it as fits; a range is whole or missing.
    fn fitted(self, width: usize, cut: char) -> String {
        let fits = |text: &String| text.chars().count() <= width;
        let what = cut_off(&self.what, width, cut);
        [self.whole(), self.range].into_iter().find(fits).unwrap_or(what)
    }
}

impl Panel<'_> {
    /// Columns that the headings of the pictures take.
    pub(super) fn headings(&self) -> usize {
        let course = self.course_heading(self.course);
        let headings = [self.bins().map(|bins| self.histogram_heading(bins)), Some(course)];
        headings.iter().flatten().map(|it| it.whole().chars().count()).max().unwrap_or_default()
    }

    fn bins(&self) -> Option<&[Bin]> {
        let bins = self.record.and_then(|record| record.histogram.as_deref());
        bins.filter(|bins| !bins.is_empty())
    }

    fn histogram_heading(&self, bins: &[Bin]) -> Heading {
        let exactness = self.record.and_then(|record| record.exactness.as_ref());
        let is_estimate = exactness.is_some_and(Exactness::is_approximate);
        let what = match is_estimate {
            true => format!("histogram {}", self.signs().about),
            false => "histogram".to_owned(),
        };
        let limits = bins.first().zip(bins.last());
        let range = limits.map(|(first, last)| self.range(&first.low, &last.high));
        Heading { what, range: range.unwrap_or_default() }
    }

    fn draw_histogram(&self, area: Rect, buffer: &mut Buffer) {
        let Some(bins) = self.bins() else { return };
        let bars = bars_of(bins, area.width);
        let most = bars.iter().copied().max().unwrap_or_default().max(1);
        self.draw_picture(self.histogram_heading(bins), &bars, most, area, buffer);
    }

    fn course_heading(&self, shown: &[super::Taken]) -> Heading {
        let since = shown.first().map_or(Duration::ZERO, |(at, _)| self.now.duration_since(*at));
        let (low, high) = limits(shown);
        let range = match (Decimal::shortest(low), Decimal::shortest(high)) {
            (Some(low), Some(high)) => self.range(&low, &high),
            _ => String::new(),
        };
        Heading { what: format!("last {} s", since.as_secs_f64().ceil()), range }
    }

    fn draw_course(&self, area: Rect, buffer: &mut Buffer) {
        let shown = &self.course[self.course.len().saturating_sub(usize::from(area.width))..];
        let (bars, height) = bars_of_course(shown, PICTURE - 1);
        self.draw_picture(self.course_heading(shown), &bars, height, area, buffer);
    }

    /// Draws the course of a channel in one row.
    pub(super) fn draw_small_course(
        &self,
        course: &[super::Taken],
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let shown = &course[course.len().saturating_sub(usize::from(area.width))..];
        let (bars, height) = bars_of_course(shown, 1);
        self.draw_bars(&bars, height, area, buffer);
    }

    fn range(&self, low: &Decimal, high: &Decimal) -> String {
        let dots = if self.unicode { "…" } else { ".." };
        let [low, high] = of_a_range(low, high);
        format!("{low} {dots} {high}")
    }

    /// Draws bars below a heading; `most` is the full height.
    fn draw_picture(
        &self,
        heading: Heading,
        bars: &[u64],
        most: u64,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        let dim = Style::new().add_modifier(Modifier::DIM);
        let width = usize::from(area.width);
        let heading = heading.fitted(width, self.signs().cut);
        buffer.set_stringn(area.x, area.y, heading, width, dim);
        self.draw_bars(bars, most, Rect { y: area.y + 1, height: area.height - 1, ..area }, buffer);
    }

    fn draw_bars(&self, bars: &[u64], most: u64, area: Rect, buffer: &mut Buffer) {
        let set = if self.unicode { bar::NINE_LEVELS } else { ASCII_BARS };
        let picture = Sparkline::default().data(bars.iter().copied()).max(most).bar_set(set);
        picture.style(Style::new().fg(Color::Cyan)).render(area, buffer);
    }
}

/// A bar for each sample in this many rows, and the full height.
fn bars_of_course(shown: &[super::Taken], rows: u16) -> (Vec<u64>, u64) {
    let (low, high) = limits(shown);
    let height = LEVELS * f64::from(rows);
    // At least one level, so that even the least value is seen.
    let bar = |value: f64| match high - low {
        span if span > 0.0 => 1.0 + (value - low) / span * (height - 1.0),
        _ => height / 2.0,
    };
    let bars = shown.iter().map(|(_, value)| bar(*value).round() as u64);
    (bars.collect(), height as u64)
}

/// The least and the greatest of some samples.
fn limits(samples: &[super::Taken]) -> (f64, f64) {
    let values = || samples.iter().map(|(_, value)| *value);
    (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max))
}

/// A bar for each column: the mean of neighbouring bins where there are more bins than columns, and
/// several bars for each bin where there are fewer. In thousandths of a sample.
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
