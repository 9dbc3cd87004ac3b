//! `--textfile`: the newest record of each channel as metrics in a file, replaced whenever one changes.

use std::path::PathBuf;
use std::time::Instant;

use stage::process::exit::Status;

use crate::channels::Channels;
use crate::error::Error;
use crate::format::openmetrics::{self, MetricsForm};
use crate::view::by_product::ByProduct;
use crate::view::{Desk, View};

/// The file.
#[derive(Debug)]
pub(crate) struct Textfile {
    file: ByProduct,
    /// Whether it has the newest records.
    is_current: bool,
}

impl Textfile {
    /// A file at `path`, written with the first record.
    pub(crate) fn new(path: PathBuf) -> Textfile {
        Textfile { file: ByProduct::new(path), is_current: true }
    }
}

/// The newest records as metrics, if there are any.
fn text(channels: &Channels) -> Option<String> {
    let records: Vec<_> = channels.records().collect();
    (!records.is_empty()).then(|| openmetrics::text(&records, MetricsForm::Textfile))
}

impl View for Textfile {
    fn see(&mut self, _desk: &mut Desk<'_>) {
        self.is_current = false;
    }

    fn wakes_at(&self, _now: Instant) -> Option<Instant> {
        self.file.retry()
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        if self.file.is_ready(desk.now, &mut desk.voice)
            && !self.is_current
            && let Some(text) = text(&desk.channels)
        {
            self.is_current = self.file.keep(Ok(text), desk.now, &mut desk.voice);
        }
        Ok(())
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        let text = text(&desk.channels).filter(|_| !self.is_current);
        Ok(self.file.finish(text.map(Ok), &mut desk.voice))
    }
}
