//! The key figures of a picture, in one row if they fit, otherwise in several.

use plotters::prelude::*;
use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Field, FieldEntry, Kind, Presence, Record, Value};

use super::{Area, Drawn, TEXT, WIDTH};
use crate::digits::Shown;
use crate::field_order::FieldOrder;
use crate::labels;
use crate::number::{CUT, NAME, fitted};

/// The most figures: a record may have thousands of quantiles.
const MOST: usize = 36;

/// Characters of a number, and of all labels together, at most.
const NUMBER: usize = 28;
const LABELS: usize = 110;

/// Pixels: of a digit, of a letter of a figure's name, and between two figures.
const DIGIT: usize = 9;
const LETTER: usize = 7;
const GAP: usize = 14;

/// Pixels: at the left and right, of a row, of the row of labels, and below them all.
const MARGIN: u32 = 10;
const ROW: u32 = 44;
const LABELS_ROW: u32 = 24;
const BELOW: u32 = 26;

/// What stands above the plots.
pub(crate) struct Caption {
    labels: String,
    /// Names and values.
    figures: Vec<(String, String)>,
    /// Figures in a row.
    across: usize,
}

impl Caption {
    /// The header for a record, after this many samples.
    pub(crate) fn of(record: &Record, samples: u64) -> Caption {
        let labels = cut_off(&names(record).join("   "), LABELS);
        let mut figures = figures(record, samples);
        figures.truncate(MOST);
        let pixels = |(name, value): &(String, String)| {
            (name.chars().count() * LETTER).max(value.chars().count() * DIGIT) + GAP
        };
        let widest = figures.iter().map(pixels).max().unwrap_or(1);
        let most = (((WIDTH - 2 * MARGIN) as usize) / widest).max(1);
        // Rows of equal length: no figure stands alone in the last one.
        let rows = figures.len().div_ceil(most);
        Caption { labels, across: figures.len().div_ceil(rows.max(1)), figures }
    }

    /// In pixels.
    pub(crate) fn height(&self) -> u32 {
        let rows = self.figures.len().div_ceil(self.across) as u32;
        self.labels_height() + rows * ROW + BELOW
    }

    fn labels_height(&self) -> u32 {
        if self.labels.is_empty() { 0 } else { LABELS_ROW }
    }

    /// Draws it.
    pub(crate) fn draw<'a>(&self, area: &Area<'a>) -> Drawn<'a> {
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

/// What the samples are called: their channel, and their labels.
pub(super) fn names(record: &Record) -> Vec<String> {
    let channel = record.channel.as_deref().map(|it| labels::channel(it).into_owned());
    channel.into_iter().chain(labels::words(&record.labels)).collect()
}

/// The names and values of the figures. There is no room for the last sample and the sum, nor for
/// those of `stat --more`.
pub(super) fn figures(record: &Record, samples: u64) -> Vec<(String, String)> {
    let has_place = |field: &Field| {
        field.is_figure()
            && field.presence != Presence::More
            && !["last", "sum"].contains(&field.name)
    };
    let first = ["n", "missing", "rejected", "mean", "sd", "min", "max", "quantile_error"];
    let (shown, exactness) = (Shown::of(record), record.exactness.as_ref());
    let is_approximate = exactness.is_some_and(Exactness::is_approximate);
    let mut figures =
        vec![("samples".to_owned(), number(Some(Decimal::from_big(samples.into(), 0))))];
    for entry in FieldOrder::new(&first, has_place, &[]).entries(record) {
        match (entry.name, entry.field.kind) {
            ("n", _) if record.window.is_none() => {}
            ("n", _) => figures.push(("in window".to_owned(), value(&entry, &shown))),
            ("quantile_error", _) if is_approximate => {
                figures.push(("quantiles".to_owned(), nearness(&entry, &shown)));
            }
            ("quantile_error", _) => {}
            (name, kind) => {
                let is_near = is_approximate && matches!(kind, Kind::Quantile);
                let about = if is_near { "≈" } else { "" };
                let value = value(&entry, &shown);
                figures.push((cut_off(name, NAME), format!("{about}{value}")));
            }
        }
    }
    figures
}

/// How near approximate quantiles are.
fn nearness(error: &FieldEntry<'_>, shown: &Shown) -> String {
    match error.value {
        Value::Number(Some(value)) => format!("±{}", shown.number(error.field, value)),
        _ => "approximate".to_owned(),
    }
}

fn value(entry: &FieldEntry<'_>, shown: &Shown) -> String {
    number(entry.value.number().map(|value| shown.number(entry.field, &value).into_owned()))
}

fn number(value: Option<Decimal>) -> String {
    value.map_or("-".to_owned(), |value| fitted(&value, NUMBER, CUT))
}

/// `text` in at most this many characters.
pub(super) fn cut_off(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain([CUT]).collect(),
        false => text.to_owned(),
    }
}
