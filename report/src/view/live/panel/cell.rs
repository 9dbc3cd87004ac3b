//! A figure in its cell: the label on the left, the value on the right.
//!
//! A value that does not fit is cut and marked ([`fitted`]), but a long label is cut before it, if it
//! is a word. (In a quantile's name every digit counts, up to [`NAME`].)

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use stage::format::decimal::Decimal;

use crate::number::{NAME, fitted};

/// Least columns of a cell: a label of up to 8, a blank, and a number of 11.
pub(crate) const CELL: u16 = 20;

/// Least columns that a label keeps, if it is a word.
const LABEL: usize = 8;

/// Most columns of a value: enough for every digit of a double. (An exact number may have hundreds.)
const VALUE: usize = 28;

/// Most characters in a column: a letter with its accents.
const CHARACTERS: usize = 4;

/// A value with its label.
pub(crate) struct PanelFigure {
    /// What it is.
    pub(crate) label: String,
    /// Its value.
    pub(crate) value: Value,
    /// How the value is drawn.
    pub(crate) style: Style,
}

/// What stands in a cell.
pub(crate) enum Value {
    /// Any text, which may be cut off.
    Words(String),
    /// A text that should be seen whole.
    Text(String),
    /// A number, if it exists.
    Number(Option<Decimal>),
    /// An estimate of a number.
    Approximate(Option<Decimal>),
}

/// Signs beyond ASCII, or their substitutes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signs {
    /// For what does not fit.
    pub(crate) cut: char,
    /// Before a number that is approximate.
    pub(crate) about: char,
    /// Before an error.
    pub(crate) within: &'static str,
}

impl PanelFigure {
    /// Columns that it needs, as far as it should be seen whole.
    pub(crate) fn needed(&self) -> usize {
        let value = match &self.value {
            Value::Words(_) => return 0,
            Value::Text(text) => text.chars().count(),
            Value::Number(number) => number.as_ref().map_or(1, |it| it.to_string().len()),
            Value::Approximate(number) => number.as_ref().map_or(1, |it| 1 + it.to_string().len()),
        };
        self.label.chars().count().min(NAME) + 1 + value.min(VALUE)
    }

    /// Draws it into an area of one row.
    pub(crate) fn draw(&self, area: Rect, signs: Signs, buffer: &mut Buffer) {
        let width = usize::from(area.width);
        let length = self.label.chars().count().min(NAME);
        let is_word = self.label.chars().all(char::is_alphabetic);
        let least = if is_word { length.min(LABEL) } else { length };
        let missing = self.needed().saturating_sub(width);
        let label = cut_off(&self.label, length.saturating_sub(missing).max(least), signs.cut);
        let room = width.saturating_sub(Span::raw(&label).width() + 1).min(VALUE);
        let value = self.value.fitted(room, signs);
        let dim = Style::new().add_modifier(Modifier::DIM);
        buffer.set_stringn(area.x, area.y, label, width, dim);
        let column = width.saturating_sub(Span::raw(&value).width());
        buffer.set_stringn(area.x + column as u16, area.y, value, room, self.style);
    }
}

impl Value {
    /// It in at most `width` columns.
    pub(crate) fn fitted(&self, width: usize, signs: Signs) -> String {
        match self {
            Value::Words(text) | Value::Text(text) => cut_off(text, width, signs.cut),
            Value::Number(Some(number)) => fitted(number, width, signs.cut),
            Value::Approximate(Some(number)) => {
                let number = fitted(number, width.saturating_sub(1), signs.cut);
                cut_off(&format!("{}{number}", signs.about), width, signs.cut)
            }
            Value::Number(None) | Value::Approximate(None) => cut_off("-", width, signs.cut),
        }
    }
}

/// `text` in at most `width` columns, ending in `cut` if it does not fit.
pub(crate) fn cut_off(text: &str, width: usize, cut: char) -> String {
    if Span::raw(text).width() <= width {
        return text.to_owned();
    }
    // Of a long text, only as much is measured again and again as may fit.
    let mut start: String = text.chars().take(CHARACTERS * width).collect();
    while !start.is_empty() && Span::raw(&start).width() >= width {
        start.pop();
    }
    if width > 0 {
        start.push(cut);
    }
    start
}
