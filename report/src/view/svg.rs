//! `--svg`: a picture for a report or a web page.
//!
//! | module | owns |
//! |---|---|
//! | here | when a picture is drawn, and what is in it |
//! | `track` | what is kept of a channel's records |
//! | `several` | several channels: a line of figures and a small course for each |
//! | `figures` | the key figures, at the top |
//! | `course` | the stream: from the record's own course, if it has one, an envelope from the least sample to the greatest, with the mean; else the mean so far, or of each window, with its standard deviation |
//! | `histogram` | the histogram, if the record has one |
//! | `axes` | what is around a plot |
//!
//! The colours are readable on white and on black, since the background is left transparent (text is
//! a grey with a contrast of at least 4.5 to either, as WCAG 2.1 asks). The file is replaced
//! atomically. For a long run, evenly spaced points are kept: whenever there are too many, every
//! other one is dropped. Values too large for a plot's arithmetic are not plotted.

mod axes;
mod course;
mod figures;
mod histogram;
mod several;
mod track;

use std::path::Path;
use std::time::{Duration, Instant};

use plotters::coord::Shift;
use plotters::prelude::*;
use stage::format::record::Record;
use stage::process::exit::Status;
use stage::process::message::Messages;

use crate::error::Error;
use crate::view::by_product::ByProduct;
use crate::view::{Desk, View};
use figures::Caption;
use track::Track;

/// Time between two pictures.
const INTERVAL: Duration = Duration::from_secs(60);

/// The picture's width, and the height of its plots, in pixels.
const WIDTH: u32 = 900;
const PLOTS: u32 = 410;

/// Points of the course that are kept: about as many as the picture has columns of pixels.
const POINTS: usize = 1000;

const TEXT: RGBColor = RGBColor(0x76, 0x76, 0x76);
const LINE: RGBColor = RGBColor(0x2b, 0x7a, 0xc4);
const BARS: RGBColor = RGBColor(0x2a, 0x8f, 0x6d);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// The result of drawing.
type Drawn<'a> = Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>>;

/// A picture that is drawn again and again.
#[derive(Debug)]
pub struct Picture {
    file: ByProduct,
    next: Instant,
    /// What is known of each channel, in their order.
    tracks: Vec<Track>,
    /// Whether all of it is in the picture already.
    is_drawn: bool,
}

impl Picture {
    /// A picture at `path`; the run begins now.
    pub fn new(path: &Path, now: Instant) -> Picture {
        Picture {
            file: ByProduct::new(path.to_owned()),
            // Drawn with the first record, so that a file that cannot be written is noticed at once.
            next: now,
            tracks: Vec::new(),
            is_drawn: false,
        }
    }

    /// When to draw it next, if there is something new.
    fn next(&self) -> Option<Instant> {
        (!self.tracks.is_empty() && !self.is_drawn).then_some(self.next)
    }

    /// Takes note of a record of the channel at `at`, after `samples` samples in all.
    pub fn note(&mut self, at: usize, record: &Record, samples: u64) {
        if self.tracks.len() <= at {
            self.tracks.resize_with(at + 1, Track::default);
        }
        self.tracks[at].note(record, samples);
        self.is_drawn = false;
    }

    /// Draws it if it is due, or was and could not be written.
    fn draw_if_due(&mut self, now: Instant, messages: &mut dyn Messages) {
        if self.file.is_ready(now, messages) && self.next().is_some_and(|next| now >= next) {
            let text = self.text().map_err(|error| error.to_string());
            self.is_drawn = self.file.keep(text, now, messages);
            if self.is_drawn {
                self.next = now + INTERVAL;
            }
        }
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, Box<dyn std::error::Error + '_>> {
        let mut text = String::new();
        match &self.tracks[..] {
            [] => draw_one(&Track::default(), &mut text)?,
            [track] => draw_one(track, &mut text)?,
            tracks => several::draw(tracks, &mut text)?,
        }
        Ok(text)
    }
}

/// Draws the picture of a single channel.
fn draw_one<'a>(track: &Track, text: &'a mut String) -> Drawn<'a> {
    let none = Record::default();
    let record = track.record.as_ref().unwrap_or(&none);
    let header = Caption::of(record, track.samples);
    let size = (WIDTH, header.height() + PLOTS);
    let area = SVGBackend::with_string(text, size).into_drawing_area();
    let (figures, plots) = area.split_vertically(header.height());
    header.draw(&figures)?;
    match record.histogram.as_deref() {
        Some(bins) if !bins.is_empty() => {
            let (left, right) = plots.split_horizontally(WIDTH / 2);
            draw_course(track, record, &left)?;
            histogram::draw(record, bins, &right)?;
        }
        _ => draw_course(track, record, &plots)?,
    }
    area.present()
}

fn draw_course<'a>(track: &Track, record: &Record, area: &Area<'a>) -> Drawn<'a> {
    match record.course.as_deref() {
        Some([]) | None => course::draw_mean(track.points(), record, area),
        Some(stretches) => course::draw_envelope(stretches, record, area),
    }
}

impl View for Picture {
    fn see(&mut self, desk: &mut Desk<'_>) {
        for (at, record, samples) in desk.channels.changed() {
            self.note(at, record, samples);
        }
    }

    fn wakes_at(&self, _now: Instant) -> Option<Instant> {
        self.file.retry().or(self.next())
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        self.draw_if_due(desk.now, &mut desk.voice);
        Ok(())
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        let text = self.text().map_err(|error| error.to_string());
        Ok(self.file.finish(Some(text), &mut desk.voice))
    }
}

#[cfg(test)]
mod tests;
