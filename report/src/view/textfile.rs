//! `--textfile`: the newest record of each channel as metrics in a file, replaced whenever one changes.

use std::path::PathBuf;

use stage::process::exit::Status;

use crate::error::Error;
use crate::format::openmetrics::{self, MetricsForm};
use crate::view::replaced::replace;
use crate::view::{Desk, View};

/// The file.
#[derive(Debug)]
pub(crate) struct Textfile {
    path: PathBuf,
    /// Whether it has the newest records.
    is_current: bool,
}

impl Textfile {
    /// A file at `path`, written with the first record.
    pub(crate) fn new(path: PathBuf) -> Textfile {
        Textfile { path, is_current: true }
    }
}

impl View for Textfile {
    fn see(&mut self, _desk: &mut Desk<'_>) {
        self.is_current = false;
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        if self.is_current {
            return Ok(());
        }
        let records: Vec<_> = desk.channels.records().collect();
        if !records.is_empty() {
            replace(&self.path, &openmetrics::text(&records, MetricsForm::Textfile))
                .map_err(|source| Error::file(&self.path, source))?;
        }
        self.is_current = true;
        Ok(())
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        self.draw(desk).map(|()| Status::Done)
    }
}
