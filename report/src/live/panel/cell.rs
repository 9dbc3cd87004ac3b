//! A figure in its cell: the label on the left, the value on the right.
//!
//! A value that has no room is cut, and marked ([`fitted`]); before that, a long label is, if it is
//! a word: of a quantile's, each digit counts, up to [`NAME`].

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use stage::format::decimal::Decimal;

use crate::number::{NAME, fitted};

/// Columns of a cell at least: a label of up to 8, a blank, and a number of 11.
pub const CELL: u16 = 20;

/// Columns that a label keeps at least, if it is a word.
const LABEL: usize = 8;

/// Columns of a value at most: a double has all its digits there. (An exact number may have hundreds.)
const VALUE: usize = 28;

/// Characters in a column at most: a letter with its accents.
const CHARACTERS: usize = 4;

/// A value with its label.
pub struct Figure {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: Value,
    /// How the value is drawn.
    pub style: Style,
}

/// What stands in a cell.
pub enum Value {
    /// Any text, which may be cut off.
    Words(String),
    /// A text that should be seen whole.
    Text(String),
    /// A number, if it exists.
    Number(Option<Decimal>),
    /// A number that is near to the one that it stands for.
    Approximate(Option<Decimal>),
}

/// The signs that are not in ASCII, or what stands for them.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// In the place of what has no room.
    pub cut: char,
    /// Before a number that is approximate.
    pub about: char,
    /// Before an error.
    pub within: &'static str,
}

impl Figure {
    /// Columns that it takes to be seen whole, as far as it is to be seen whole.
    pub fn needed(&self) -> usize {
        let value = match &self.value {
            Value::Words(_) => return 0,
            Value::Text(text) => text.chars().count(),
            Value::Number(number) => number.as_ref().map_or(1, |it| it.to_string().len()),
            Value::Approximate(number) => number.as_ref().map_or(1, |it| 1 + it.to_string().len()),
        };
        self.label.chars().count().min(NAME) + 1 + value.min(VALUE)
    }

    /// Draws it into an area of one row.
    pub fn draw(&self, area: Rect, signs: Signs, buffer: &mut Buffer) {
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
    fn fitted(&self, width: usize, signs: Signs) -> String {
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

/// `text` in at most `width` columns, with `cut` at its end if there is no room for all.
pub fn cut_off(text: &str, width: usize, cut: char) -> String {
    if Span::raw(text).width() <= width {
        return text.to_owned();
    }
    // Of a long text, no more is measured again and again than may have room.
    let mut start: String = text.chars().take(CHARACTERS * width).collect();
    while !start.is_empty() && Span::raw(&start).width() >= width {
        start.pop();
    }
    if width > 0 {
        start.push(cut);
    }
    start
}
