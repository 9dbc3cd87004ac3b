//! The key figures of a picture: in one row if they have room there, else in several.

use plotters::prelude::*;
use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Record};

use super::{Area, Drawn, TEXT, WIDTH};
use crate::digits;
use crate::labels;
use crate::number::{CUT, NAME, fitted};

/// The most figures: a record may have thousands of quantiles.
const MOST: usize = 36;

/// Characters of a number, and of all labels, at most.
const NUMBER: usize = 28;
const LABELS: usize = 110;

/// Pixels of a digit, of a letter of a figure's name, and between two figures.
const DIGIT: usize = 9;
const LETTER: usize = 7;
const GAP: usize = 14;

/// Pixels at the left and the right, of a row, of the row of labels, and below them all.
const MARGIN: u32 = 10;
const ROW: u32 = 44;
const LABELS_ROW: u32 = 24;
const BELOW: u32 = 26;

/// What stands above the plots.
pub struct Header {
    labels: String,
    /// Names and values.
    figures: Vec<(String, String)>,
    /// Figures in a row.
    across: usize,
}

impl Header {
    /// What there is to say of a record, after this many samples.
    pub fn of(record: &Record, samples: u64) -> Header {
        let labels = cut_off(&labels::words(&record.labels).join("   "), LABELS);
        let mut figures = figures(record, samples);
        figures.truncate(MOST);
        let pixels = |(name, value): &(String, String)| {
            (name.chars().count() * LETTER).max(value.chars().count() * DIGIT) + GAP
        };
        let widest = figures.iter().map(pixels).max().unwrap_or(1);
        let most = (((WIDTH - 2 * MARGIN) as usize) / widest).max(1);
        // As even as can be: not one figure alone in the last row.
        let rows = figures.len().div_ceil(most);
        Header { labels, across: figures.len().div_ceil(rows.max(1)), figures }
    }

    /// In pixels.
    pub fn height(&self) -> u32 {
        let rows = self.figures.len().div_ceil(self.across) as u32;
        self.labels_height() + rows * ROW + BELOW
    }

    fn labels_height(&self) -> u32 {
        if self.labels.is_empty() { 0 } else { LABELS_ROW }
    }

    /// Draws it.
    pub fn draw<'a>(&self, area: &Area<'a>) -> Drawn<'a> {
        let font = |size: u32| ("sans-serif", size).into_font().color(&TEXT);
        if !self.labels.is_empty() {
            area.draw(&Text::new(self.labels.clone(), (MARGIN as i32, 12), font(14)))?;
        }
        let width = (WIDTH - 2 * MARGIN) as usize / self.across;
        for (at, (name, value)) in self.figures.iter().enumerate() {
            let (row, column) = (at / self.across, at % self.across);
            let left = MARGIN as i32 + (column * width) as i32;
            let top = 14 + (self.labels_height() + row as u32 * ROW) as i32;
            area.draw(&Text::new(name.clone(), (left, top), font(13)))?;
            area.draw(&Text::new(value.clone(), (left, top + 20), font(16)))?;
        }
        Ok(())
    }
}

/// The names and values of the figures.
fn figures(record: &Record, samples: u64) -> Vec<(String, String)> {
    let shown = digits::shown(record);
    let count = |count: u64| Some(Decimal::from_big(count.into(), 0));
    let mut figures = vec![figure("samples", &count(samples))];
    if shown.window.is_some() {
        figures.push(figure("in window", &count(shown.n)));
    }
    figures.push(figure("rejected", &count(shown.rejected)));
    for (name, value) in
        [("mean", &shown.mean), ("sd", &shown.sd), ("min", &shown.min), ("max", &shown.max)]
    {
        figures.push(figure(name, value));
    }
    figures.extend(quantiles(&shown));
    figures
}

/// Each quantile; if they are approximate, how near they are before them.
fn quantiles(shown: &Record) -> Vec<(String, String)> {
    let mut figures = Vec::new();
    let is_approximate = shown.exactness == Some(Exactness::Approximate);
    if is_approximate {
        let error = shown.quantile_error.as_ref();
        let error = error.map_or("approximate".to_owned(), |error| format!("±{error}"));
        figures.push(("quantiles".to_owned(), error));
    }
    let about = if is_approximate { "≈" } else { "" };
    figures.extend(shown.quantiles.iter().map(|quantile| {
        let (name, value) = figure(&quantile.name, &quantile.value);
        (name, format!("{about}{value}"))
    }));
    figures
}

fn figure(name: &str, value: &Option<Decimal>) -> (String, String) {
    let value = value.as_ref().map_or("-".to_owned(), |value| fitted(value, NUMBER, CUT));
    (cut_off(name, NAME), value)
}

/// `text` in at most this many characters.
fn cut_off(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain([CUT]).collect(),
        false => text.to_owned(),
    }
}
