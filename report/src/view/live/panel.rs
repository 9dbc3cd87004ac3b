//! What is drawn where, at any size.
//!
//! | module | owns |
//! |---|---|
//! | here | the layout |
//! | `figures` | which figures there are, in which order |
//! | `cell` | a figure in its cell |
//! | `table` | the same of several channels: a row for each |
//! | `pictures` | the histogram and the course of the samples |
//!
//! The figures come first, in cells that are packed into as many columns as fit. All cells are as wide
//! as the widest figure, so that no figure is cut unless the terminal itself is too narrow, and more
//! columns never show fewer digits. The pictures stand below, where there is room, side by side if
//! the terminal is wide enough.

mod cell;
mod figures;
mod pictures;
mod table;

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use stage::format::record::Record;

use crate::number::{ASCII_CUT, CUT};
use cell::{CELL, PanelFigure, Signs};
use pictures::Pictures;
pub(crate) use table::Table;

/// Columns between two cells.
const GAP: u16 = 2;

/// The most rows of a panel: it should leave room for what stands above it.
const MOST_ROWS: u16 = 20;

/// When a sample came, and its value.
pub(crate) type Taken = (Instant, f64);

/// All that a frame shows.
#[derive(Debug)]
pub(crate) struct Panel<'a> {
    /// The newest record.
    pub(crate) record: Option<&'a Record>,
    /// Samples so far, of all channels.
    pub(crate) samples: u64,
    /// Since the start.
    pub(crate) elapsed: Duration,
    /// Samples a second.
    pub(crate) rate: Option<f64>,
    /// How long nothing has come, if that is worth saying.
    pub(crate) silent: Option<Duration>,
    /// Samples, and when each came.
    pub(crate) course: &'a [Taken],
    /// The time now.
    pub(crate) now: Instant,
    /// Whether more than ASCII can be shown.
    pub(crate) unicode: bool,
}

/// Columns that the parts of a panel need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Widths {
    cell: u16,
    heading: u16,
}

impl Panel<'_> {
    /// Draws it for a terminal of this many columns and rows. `widths` are the last panel's and become
    /// this one's; they only grow, so that cells do not jump as digits come and go.
    pub(crate) fn draw(&self, (columns, rows): (u16, u16), widths: &mut Widths) -> Buffer {
        let (columns, rows) = (columns.max(1), rows.clamp(1, MOST_ROWS));
        let figures = figures::figures(self, self.signs());
        widths.grow(&figures, self.headings());
        let number = figures.len() as u16;
        let across = (columns.saturating_add(GAP) / (widths.cell + GAP)).clamp(1, number);
        let down = number.div_ceil(across).min(rows);
        let pictures = Pictures::of(self, (columns, rows - down), widths.heading);
        let mut buffer = Buffer::empty(Rect::new(0, 0, columns, down + pictures.height()));
        for (at, figure) in (0..).zip(figures.iter().take(usize::from(across * down))) {
            let width = columns.saturating_add(GAP) / across - GAP.min(columns - 1);
            let (column, row) = (at % across, at / across);
            let area = Rect::new(column * (width + GAP), row, width.min(columns), 1);
            figure.draw(area, self.signs(), &mut buffer);
        }
        pictures.draw(self, Rect::new(0, down, columns, pictures.height()), &mut buffer);
        buffer
    }

    fn signs(&self) -> Signs {
        match self.unicode {
            true => Signs { cut: CUT, about: '≈', within: "±" },
            false => Signs { cut: ASCII_CUT, about: '~', within: "+-" },
        }
    }
}

impl Widths {
    fn grow(&mut self, figures: &[PanelFigure], heading: usize) {
        let cell = figures.iter().map(PanelFigure::needed).max().unwrap_or_default();
        self.cell = self.cell.max(CELL).max(u16::try_from(cell).unwrap_or(u16::MAX - GAP));
        self.heading = self.heading.max(u16::try_from(heading).unwrap_or(u16::MAX));
    }
}
