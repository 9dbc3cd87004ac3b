//! `--svg`: a picture for a report or a web page: the course of the mean with its band of one
//! standard deviation, the histogram if the records have one, and the key figures.
//!
//! Colours are such that they can be read on white and on black, since nothing is drawn behind
//! them (text: a grey with a contrast of at least 4.5 to either, as WCAG 2.1 asks). The file is
//! replaced atomically. Of a long run, points are kept at even distances: every other one is
//! dropped whenever there are too many.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plotters::coord::Shift;
use plotters::prelude::*;
use stage::decimal::Decimal;
use stage::record::{Bin, Record};

use crate::number::{DIGITS, clock, fitted, grouped};
use crate::replaced::replace;

/// Between two pictures.
const INTERVAL: Duration = Duration::from_secs(60);

/// The picture's size in pixels.
const SIZE: (u32, u32) = (900, 480);

/// Points that are kept of the course: about as many as the picture is wide.
const POINTS: usize = 1000;

const TEXT: RGBColor = RGBColor(0x76, 0x76, 0x76);
const LINE: RGBColor = RGBColor(0x2b, 0x7a, 0xc4);
const BARS: RGBColor = RGBColor(0x2a, 0x8f, 0x6d);

/// The mean and its standard deviation at a time after the start, in seconds.
#[derive(Clone, Copy, Debug)]
struct Point {
    time: f64,
    mean: f64,
    sd: f64,
}

/// A picture that is drawn again and again.
#[derive(Debug)]
pub struct Picture {
    /// Its file.
    pub path: PathBuf,
    started: Instant,
    next: Instant,
    record: Option<Record>,
    course: Vec<Point>,
    /// Of so many records one is kept.
    every: usize,
    seen: usize,
}

impl Picture {
    /// A picture at `path` of what begins now.
    pub fn new(path: &Path, now: Instant) -> Picture {
        Picture {
            path: path.to_owned(),
            started: now,
            next: now + INTERVAL,
            record: None,
            course: Vec::new(),
            every: 1,
            seen: 0,
        }
    }

    /// When it is to be drawn next, if there is something new.
    pub fn next(&self) -> Option<Instant> {
        self.record.as_ref().map(|_| self.next)
    }

    /// Takes note of a record.
    pub fn take(&mut self, record: &Record, now: Instant) {
        let time = now.duration_since(self.started).as_secs_f64();
        if let Some(mean) = record.mean.as_ref().map(Decimal::to_f64) {
            let sd = record.sd.as_ref().map_or(0.0, Decimal::to_f64);
            let point = Point { time, mean, sd };
            if self.seen.is_multiple_of(self.every) {
                self.course.push(point);
            }
            self.seen += 1;
            if self.course.len() > POINTS {
                let mut at = 0;
                self.course.retain(|_| {
                    at += 1;
                    at % 2 == 1
                });
                self.every *= 2;
            }
        }
        self.record = Some(record.clone());
    }

    /// Draws it if it is time.
    pub fn draw_if_due(&mut self, now: Instant) -> io::Result<()> {
        if self.record.is_none() || now < self.next {
            return Ok(());
        }
        self.next = now + INTERVAL;
        self.draw()
    }

    /// Draws it.
    pub fn draw(&self) -> io::Result<()> {
        let text = self.text().map_err(|error| io::Error::other(error.to_string()))?;
        replace(&self.path, |file| file.write_all(text.as_bytes()))
    }

    /// The file's text.
    fn text(&self) -> Result<String, Box<dyn std::error::Error + '_>> {
        let mut text = String::new();
        {
            let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
            let none = Record::default();
            let record = self.record.as_ref().unwrap_or(&none);
            let (figures, pictures) = area.split_vertically(70);
            self.draw_figures(record, &figures)?;
            match record.histogram.as_deref() {
                Some(bins) if !bins.is_empty() => {
                    let (left, right) = pictures.split_horizontally(SIZE.0 / 2);
                    self.draw_course(&left)?;
                    draw_histogram(bins, &right)?;
                }
                _ => self.draw_course(&pictures)?,
            }
            area.present()?;
        }
        Ok(text)
    }

    fn draw_figures<'a>(
        &self,
        record: &Record,
        area: &DrawingArea<SVGBackend<'a>, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
        let number = |value: &Option<Decimal>, digits| {
            value.as_ref().map_or("-".to_owned(), |value| fitted(value, digits, 14))
        };
        let elapsed = self.course.last().map_or(0.0, |point| point.time);
        let mut figures = vec![
            ("samples".to_owned(), grouped(&record.n.to_string())),
            ("mean".to_owned(), number(&record.mean, Some(DIGITS))),
            ("sd".to_owned(), number(&record.sd, Some(DIGITS))),
            ("min".to_owned(), number(&record.min, None)),
            ("max".to_owned(), number(&record.max, None)),
        ];
        figures
            .extend(record.quantiles.iter().map(|it| (it.name.clone(), number(&it.value, None))));
        figures.push(("time".to_owned(), clock(elapsed as u64)));
        figures.push(("rejected".to_owned(), grouped(&record.rejected.to_string())));
        let width = (SIZE.0 as i32 - 20) / (figures.len() as i32).max(1);
        for (at, (label, value)) in (0..).zip(figures) {
            let left = 10 + at * width;
            area.draw(&Text::new(label, (left, 14), ("sans-serif", 13).into_font().color(&TEXT)))?;
            area.draw(&Text::new(value, (left, 34), ("sans-serif", 17).into_font().color(&TEXT)))?;
        }
        Ok(())
    }

    fn draw_course<'a>(
        &self,
        area: &DrawingArea<SVGBackend<'a>, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
        let end = self.course.last().map_or(1.0, |point| point.time).max(1.0);
        let values = self.course.iter().flat_map(|it| [it.mean - it.sd, it.mean + it.sd]);
        let (low, high) = range(values);
        let mut chart = builder(area, "mean, and one standard deviation")
            .build_cartesian_2d(0.0..end, low..high)?;
        mesh(&mut chart, "seconds")?;
        let upper = self.course.iter().map(|it| (it.time, it.mean + it.sd));
        let lower = self.course.iter().rev().map(|it| (it.time, it.mean - it.sd));
        let band: Vec<(f64, f64)> = upper.chain(lower).collect();
        chart.draw_series([Polygon::new(band, LINE.mix(0.25))])?;
        let line = self.course.iter().map(|it| (it.time, it.mean));
        chart.draw_series(LineSeries::new(line, LINE.stroke_width(2)))?;
        Ok(())
    }
}

fn draw_histogram<'a>(
    bins: &[Bin],
    area: &DrawingArea<SVGBackend<'a>, Shift>,
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    let limits = bins.iter().flat_map(|bin| [bin.low.to_f64(), bin.high.to_f64()]);
    let (low, high) = limits.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), limit| {
        (low.min(limit), high.max(limit))
    });
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or_default().max(1) as f64;
    let mut chart = builder(area, "histogram").build_cartesian_2d(low..high, 0.0..most * 1.05)?;
    mesh(&mut chart, "samples' value")?;
    chart.draw_series(bins.iter().map(|bin| {
        let (left, right) = ((bin.low.to_f64(), 0.0), (bin.high.to_f64(), bin.count as f64));
        Rectangle::new([left, right], BARS.mix(0.8).filled())
    }))?;
    Ok(())
}

fn builder<'a, 'b>(
    area: &'a DrawingArea<SVGBackend<'b>, Shift>,
    caption: &str,
) -> ChartBuilder<'a, 'b, SVGBackend<'b>> {
    let mut builder = ChartBuilder::on(area);
    builder
        .caption(caption, ("sans-serif", 15).into_font().color(&TEXT))
        .margin(10)
        .x_label_area_size(36)
        .y_label_area_size(64);
    builder
}

type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

fn mesh<'a>(
    chart: &mut Chart<'_, 'a>,
    across: &str,
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    let label = |value: &f64| {
        Decimal::shortest(*value).map_or(String::new(), |value| fitted(&value, Some(4), 9))
    };
    chart
        .configure_mesh()
        .axis_style(TEXT)
        .bold_line_style(TEXT.mix(0.3))
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 12).into_font().color(&TEXT))
        .x_desc(across)
        .x_label_formatter(&label)
        .y_label_formatter(&label)
        .x_labels(7)
        .y_labels(7)
        .draw()
}

/// The least and the greatest of some values, with some room around them.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite());
    let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    match (high - low) * 0.05 {
        room if room > 0.0 && room.is_finite() => (low - room, high + room),
        _ if low.is_finite() => (low - low.abs().max(1.0) * 0.05, low + low.abs().max(1.0) * 0.05),
        _ => (0.0, 1.0),
    }
}
