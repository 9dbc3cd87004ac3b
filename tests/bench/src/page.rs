//! What is printed: headings, paragraphs and tables, each as soon as it is known.

use std::io::Write;

use crate::error::Error;
use crate::table::{Style, Table};

/// A page that grows.
pub(crate) struct Page<W> {
    output: W,
    style: Style,
}

impl<W: Write> Page<W> {
    /// An empty page.
    pub(crate) fn new(output: W, style: Style) -> Page<W> {
        Page { output, style }
    }

    /// Begins a part.
    pub(crate) fn heading(&mut self, text: &str) -> Result<(), Error> {
        match self.style {
            Style::Plain => self.write(&format!("\n{text}\n\n")),
            Style::Markdown => self.write(&format!("\n### {text}\n\n")),
        }
    }

    /// Adds a line of text.
    pub(crate) fn paragraph(&mut self, text: &str) -> Result<(), Error> {
        self.write(&format!("{text}\n"))
    }

    /// Adds a table and, below it, what there is to say about it.
    pub(crate) fn table<const COLUMNS: usize>(
        &mut self,
        table: &Table<COLUMNS>,
        note: &str,
    ) -> Result<(), Error> {
        self.write(&format!("{}\n{note}\n", table.render(self.style)))
    }

    fn write(&mut self, text: &str) -> Result<(), Error> {
        self.output.write_all(text.as_bytes()).map_err(Error::Print)
    }
}
