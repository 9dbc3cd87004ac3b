//! Putting a panel onto the terminal, in place, and other lines above it.
//!
//! Between two frames the cursor rests above the panel, so that clearing from there to the end of
//! the screen removes all of it, also when the terminal was made narrower and has broken its
//! lines, which happens below the cursor. It rests on an empty row, where there is room for one:
//! what others write, or the user types, stands there whole, and the next frame begins below it.
//! Each row is written whole.

use crossterm::cursor::{MoveToColumn, MoveToNextLine, MoveUp};
use crossterm::queue;
use crossterm::style::{Attribute, Color, Print, SetAttribute, SetForegroundColor};
use crossterm::terminal::{Clear, ClearType};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color as CellColor, Modifier};
use ratatui::text::Span;

/// The part of the terminal that a panel is on.
#[derive(Debug)]
pub struct Screen {
    colour: bool,
    /// The terminal's size at the last frame, once there was one.
    size: Option<(u16, u16)>,
    /// Rows of the panel, and the empty one.
    rows: u16,
    /// Whether the next frame is the last, which needs no empty row.
    pub is_last: bool,
}

/// The least rows of a terminal in which one is left empty: the panel keeps four.
const ROOM_FOR_AN_EMPTY_ROW: u16 = 5;

impl Screen {
    /// Nothing is on it yet.
    pub fn new(colour: bool) -> Screen {
        Screen { colour, size: None, rows: 0, is_last: false }
    }

    /// Whether the terminal had another size at the last frame.
    pub fn is_new_size(&self, size: (u16, u16)) -> bool {
        self.size.is_some_and(|last| last != size)
    }

    /// Empty rows above the panel.
    fn empty_rows(&self, (_, rows): (u16, u16)) -> u16 {
        u16::from(rows >= ROOM_FOR_AN_EMPTY_ROW && !self.is_last)
    }

    /// The columns and rows that a panel may have.
    pub fn room(&self, size: (u16, u16)) -> (u16, u16) {
        // Below the last one the cursor needs a row, or the panel's first would leave the screen.
        let kept = if self.is_last { u16::from(size.1 > 1) } else { self.empty_rows(size) };
        (size.0, size.1 - kept)
    }

    /// Appends what shows `panel` in the place of the last one, and the lines `above` it.
    pub fn show(
        &mut self,
        panel: &Buffer,
        size: (u16, u16),
        above: &[String],
        bytes: &mut Vec<u8>,
    ) {
        let empty = self.empty_rows(size);
        let rows = empty + panel.area.height;
        // Writing to memory does not fail.
        let _ = queue!(bytes, MoveToColumn(0));
        if self.is_new_size(size) || !above.is_empty() || rows != self.rows {
            let _ = queue!(bytes, Clear(ClearType::FromCursorDown));
        }
        for line in above {
            let _ = queue!(bytes, Print(line), Print("\r\n"));
        }
        if empty > 0 {
            let _ = queue!(bytes, Clear(ClearType::UntilNewLine), Print("\r\n"));
        }
        for row in 0..panel.area.height {
            if row > 0 {
                let _ = queue!(bytes, Print("\r\n"));
            }
            self.show_row(panel, row, bytes);
        }
        if rows > 1 {
            let _ = queue!(bytes, MoveUp(rows - 1));
        }
        let _ = queue!(bytes, MoveToColumn(0));
        (self.size, self.rows) = (Some(size), rows);
    }

    /// A row, up to its last character, so that a terminal made narrower has little to break.
    fn show_row(&self, panel: &Buffer, row: u16, bytes: &mut Vec<u8>) {
        let cells: Vec<&Cell> = (0..panel.area.width).map(|column| &panel[(column, row)]).collect();
        let length = cells.iter().rposition(|cell| cell.symbol() != " ").map_or(0, |last| last + 1);
        let mut style = (CellColor::Reset, Modifier::empty());
        // Columns that a wide character has taken already.
        let mut taken = 0;
        for cell in &cells[..length] {
            if taken > 0 {
                taken -= 1;
                continue;
            }
            taken = Span::raw(cell.symbol()).width().saturating_sub(1);
            let wanted = (cell.fg, cell.modifier);
            if self.colour && wanted != style {
                set_style(wanted, bytes);
                style = wanted;
            }
            let _ = queue!(bytes, Print(cell.symbol()));
        }
        if style != (CellColor::Reset, Modifier::empty()) {
            set_style((CellColor::Reset, Modifier::empty()), bytes);
        }
        // In the last column the cursor waits on the last character, which this would clear.
        if length < cells.len() {
            let _ = queue!(bytes, Clear(ClearType::UntilNewLine));
        }
    }

    /// Appends what puts the cursor below the panel.
    pub fn leave(&mut self, bytes: &mut Vec<u8>) {
        if self.size.take().is_none() {
            return;
        }
        if self.rows > 1 {
            let _ = queue!(bytes, MoveToNextLine(self.rows - 1));
        }
        let _ = queue!(bytes, Print("\r\n"));
    }
}

fn set_style((colour, modifier): (CellColor, Modifier), bytes: &mut Vec<u8>) {
    let _ = queue!(bytes, SetAttribute(Attribute::Reset));
    let colour = match colour {
        CellColor::Red => Some(Color::DarkRed),
        CellColor::Yellow => Some(Color::DarkYellow),
        CellColor::Cyan => Some(Color::DarkCyan),
        _ => None,
    };
    if let Some(colour) = colour {
        let _ = queue!(bytes, SetForegroundColor(colour));
    }
    if modifier.contains(Modifier::DIM) {
        let _ = queue!(bytes, SetAttribute(Attribute::Dim));
    }
}
