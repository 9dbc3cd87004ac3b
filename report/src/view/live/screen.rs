//! Putting a panel onto the terminal, in place, and other lines above it.
//!
//! Between two frames the cursor rests above the panel, so that clearing from there to the end of
//! the screen removes all of it, even when the terminal has become narrower and wrapped its lines,
//! which happens below the cursor. Where there is room, it rests on an empty row: what other programs
//! write, or the user types, stays there whole, and the next frame begins below it. Every row is
//! written whole.
//!
//! A terminal that becomes narrower while a frame is on its way would wrap the frame's rows, and the
//! cursor would come to rest too low. So the panel is written with wrapping off: what does not fit is cut
//! off, and the next frame has the new width.

use crossterm::cursor::{MoveToColumn, MoveToNextLine, MoveUp};
use crossterm::queue;
use crossterm::style::{Attribute, Color, Print, SetAttribute, SetForegroundColor};
use crossterm::terminal::{Clear, ClearType, DisableLineWrap, EnableLineWrap};
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color as CellColor, Modifier};
use ratatui::text::Span;

/// The part of the terminal that a panel is on.
#[derive(Debug)]
pub(crate) struct Screen {
    colour: bool,
    /// The terminal's size at the last frame, once there was one.
    size: Option<(u16, u16)>,
    /// Rows of the panel and the empty one.
    rows: u16,
    /// Whether the next frame is the last, which needs no empty row.
    pub(crate) is_last: bool,
}

/// A terminal with at least this many rows leaves one empty; the panel keeps four.
const ROOM_FOR_AN_EMPTY_ROW: u16 = 5;

impl Screen {
    /// Nothing is on it yet.
    pub(crate) fn new(colour: bool) -> Screen {
        Screen { colour, size: None, rows: 0, is_last: false }
    }

    /// Whether the terminal had another size at the last frame.
    pub(crate) fn is_new_size(&self, size: (u16, u16)) -> bool {
        self.size.is_some_and(|last| last != size)
    }

    /// Empty rows above the panel.
    fn empty_rows(&self, (_, rows): (u16, u16)) -> u16 {
        u16::from(rows >= ROOM_FOR_AN_EMPTY_ROW && !self.is_last)
    }

    /// The columns and rows that a panel may take.
    pub(crate) fn room(&self, size: (u16, u16)) -> (u16, u16) {
        // The cursor needs a row below the last panel, or the panel's first row would scroll away.
        let kept = if self.is_last { u16::from(size.1 > 1) } else { self.empty_rows(size) };
        (size.0, size.1 - kept)
    }

    /// Appends what replaces the last panel by `panel`, with the lines `above` it.
    pub(crate) fn show(
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
        let _ = queue!(bytes, DisableLineWrap);
        for row in 0..panel.area.height {
            if row > 0 {
                let _ = queue!(bytes, Print("\r\n"));
            }
            self.show_row(panel, row, bytes);
        }
        if rows > 1 {
            let _ = queue!(bytes, MoveUp(rows - 1));
        }
        let _ = queue!(bytes, MoveToColumn(0), EnableLineWrap);
        (self.size, self.rows) = (Some(size), rows);
    }

    /// A row up to its last character, so that a terminal that becomes narrower wraps little.
    fn show_row(&self, panel: &Buffer, row: u16, bytes: &mut Vec<u8>) {
        let cells: Vec<&Cell> = (0..panel.area.width).map(|column| &panel[(column, row)]).collect();
        let length = cells.iter().rposition(|cell| cell.symbol() != " ").map_or(0, |last| last + 1);
        let mut style = (CellColor::Reset, Modifier::empty());
        // Columns that a wide character already covers.
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

    /// Appends what clears the panel away; the cursor rests where it began.
    pub(crate) fn clear(&mut self, bytes: &mut Vec<u8>) {
        let _ = queue!(bytes, MoveToColumn(0), Clear(ClearType::FromCursorDown));
        self.forget();
    }

    /// Nothing on it is ours any more.
    pub(crate) fn forget(&mut self) {
        (self.size, self.rows) = (None, 0);
    }

    /// Appends what puts the cursor below the panel.
    pub(crate) fn leave(&mut self, bytes: &mut Vec<u8>) {
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
