//! `--svg`: a picture for a report or a web page: the course of the mean with its band of one
//! standard deviation, the histogram if the records have one, and the key figures.
//!
//! Colours are such that they can be read on white and on black, since nothing is drawn behind
//! them (text: a grey with a contrast of at least 4.5 to either, as WCAG 2.1 asks). The file is
//! replaced atomically. Of a long run, points are kept at even distances: every other one is
//! dropped whenever there are too many. What lies beyond a plot's arithmetic is not plotted.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plotters::coord::Shift;
use plotters::prelude::*;
use stage::decimal::Decimal;
use stage::record::{Bin, Record};

use crate::number::{DIGITS, fitted};
use crate::replaced::replace;

/// Between two pictures.
const INTERVAL: Duration = Duration::from_secs(60);

/// The picture's size in pixels.
const SIZE: (u32, u32) = (900, 480);

/// Points that are kept of the course: about as many as the picture is wide.
const POINTS: usize = 1000;

/// The most numbers in a picture, and pixels of a digit.
const MOST_FIGURES: usize = 12;
const DIGIT_WIDTH: i32 = 9;

const TEXT: RGBColor = RGBColor(0x76, 0x76, 0x76);
const LINE: RGBColor = RGBColor(0x2b, 0x7a, 0xc4);
const BARS: RGBColor = RGBColor(0x2a, 0x8f, 0x6d);

/// The mean and its standard deviation after so many samples.
#[derive(Clone, Copy, Debug)]
struct Point {
    samples: f64,
    mean: f64,
    sd: f64,
}

/// A picture that is drawn again and again.
#[derive(Debug)]
pub struct Picture {
    /// Its file.
    pub path: PathBuf,
    next: Instant,
    /// The newest record, and whether it is in the picture already.
    record: Option<Record>,
    is_drawn: bool,
    course: Vec<Point>,
    /// The newest point, which is always in the picture.
    last: Option<Point>,
    /// Of so many records one is kept.
    every: usize,
    seen: usize,
}

impl Picture {
    /// A picture at `path` of what begins now.
    pub fn new(path: &Path, now: Instant) -> Picture {
        Picture {
            path: path.to_owned(),
            // The first record draws it, so that a file that cannot be written is told at once.
            next: now,
            record: None,
            is_drawn: false,
            course: Vec::new(),
            last: None,
            every: 1,
            seen: 0,
        }
    }

    /// When it is to be drawn next, if there is something new.
    pub fn next(&self) -> Option<Instant> {
        (self.record.is_some() && !self.is_drawn).then_some(self.next)
    }

    /// Takes note of a record, after so many samples.
    pub fn take(&mut self, record: &Record, samples: u64) {
        if let Some(mean) = record.mean.as_ref().map(Decimal::to_f64) {
            let sd = record.sd.as_ref().map_or(0.0, Decimal::to_f64);
            let point = Point { samples: samples as f64, mean, sd };
            self.last = Some(point);
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
        self.is_drawn = false;
    }

    /// The points, the newest included.
    fn points(&self) -> impl DoubleEndedIterator<Item = Point> + Clone {
        let kept = self.course.iter().copied();
        let newest =
            self.last.filter(|last| self.course.last().is_none_or(|it| it.samples < last.samples));
        kept.chain(newest)
    }

    /// Draws it if it is time.
    pub fn draw_if_due(&mut self, now: Instant) -> io::Result<()> {
        if self.next().is_none_or(|next| now < next) {
            return Ok(());
        }
        (self.next, self.is_drawn) = (now + INTERVAL, true);
        self.draw()
    }

    /// Draws it.
    pub fn draw(&self) -> io::Result<()> {
        let text = self.text().map_err(|error| io::Error::other(error.to_string()))?;
        replace(&self.path, &text)
    }

    /// The file's text, as [`Picture::draw`] writes it.
    pub fn text(&self) -> Result<String, Box<dyn std::error::Error + '_>> {
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
        let figures = record.quantiles.iter().map(|it| (it.name.as_str(), &it.value, None));
        let count = |count: u64| Some(Decimal::from_big(count.into(), 0));
        let (samples, rejected) = (count(record.n), count(record.rejected));
        let mut all = vec![
            ("samples", &samples, None),
            ("rejected", &rejected, None),
            ("mean", &record.mean, Some(DIGITS)),
            ("sd", &record.sd, Some(DIGITS)),
            ("min", &record.min, None),
            ("max", &record.max, None),
        ];
        all.extend(figures);
        all.truncate(MOST_FIGURES);
        let width = (SIZE.0 as i32 - 20) / all.len() as i32;
        for (at, (label, value, digits)) in (0..).zip(all) {
            let left = 10 + at * width;
            let room = (width / DIGIT_WIDTH) as usize - 1;
            let value = value.as_ref().map_or("-".to_owned(), |value| fitted(value, digits, room));
            let label = label.chars().take(room).collect::<String>();
            area.draw(&Text::new(label, (left, 14), ("sans-serif", 13).into_font().color(&TEXT)))?;
            area.draw(&Text::new(value, (left, 34), ("sans-serif", 16).into_font().color(&TEXT)))?;
        }
        Ok(())
    }

    fn draw_course<'a>(
        &self,
        area: &DrawingArea<SVGBackend<'a>, Shift>,
    ) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
        let end = self.last.map_or(1.0, |point| point.samples).max(1.0);
        let values = self.points().flat_map(|it| [it.mean - it.sd, it.mean + it.sd]);
        let Some((low, high)) = range(values) else { return Ok(()) };
        let mut chart = builder(area, "mean, and one standard deviation")
            .build_cartesian_2d(0.0..end, low..high)?;
        mesh(&mut chart, "samples")?;
        let upper = self.points().map(|it| (it.samples, it.mean + it.sd));
        let lower = self.points().rev().map(|it| (it.samples, it.mean - it.sd));
        let band: Vec<(f64, f64)> = upper.chain(lower).collect();
        chart.draw_series([Polygon::new(band, LINE.mix(0.25))])?;
        let line = self.points().map(|it| (it.samples, it.mean));
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
    if !is_plottable(low, high) {
        return Ok(());
    }
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or_default().max(1) as f64;
    let mut chart = builder(area, "histogram").build_cartesian_2d(low..high, 0.0..most * 1.05)?;
    mesh(&mut chart, "value of a sample")?;
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

/// Whether a plot can have this range: its ticks are computed from the difference.
fn is_plottable(low: f64, high: f64) -> bool {
    /// Far enough from the largest double for sums and differences.
    const MOST: f64 = 1e300;
    low.abs() < MOST && high.abs() < MOST && low < high
}

/// The least and the greatest of some values, with some room around them; `None` if they are
/// beyond what can be plotted.
fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return Some((0.0, 1.0));
    }
    let room = if high > low { (high - low) * 0.05 } else { low.abs().max(1.0) * 0.05 };
    Some((low - room, high + room)).filter(|(low, high)| is_plottable(*low, *high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(records: &[&str]) -> String {
        let mut picture = Picture::new(Path::new("unused"), Instant::now());
        for (at, text) in (1..).zip(records) {
            picture.take(&Record::parse(text.as_bytes()).unwrap(), at);
        }
        picture.text().unwrap()
    }

    fn record(value: &str, rest: &str) -> String {
        format!(
            r#"{{"n":1,"rejected":0,"last":{value},"sum":{value},"mean":{value},"sd":1,"min":{value},"max":{value}{rest}}}"#
        )
    }

    #[test]
    fn the_course_goes_from_the_first_sample_to_the_last() {
        let text = picture(&[&record("1", ""), &record("2", ""), &record("3", "")]);
        let mean = text.split("<polyline ").find(|it| it.contains("stroke=\"#2B7AC4\"")).unwrap();
        let points = mean.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let x: Vec<i32> = points
            .split_whitespace()
            .map(|it| it.split(',').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(x.len(), 3, "{points}");
        assert!(x[2] - x[0] > 300, "{points}");
    }

    #[test]
    fn it_is_drawn_at_the_first_record_and_then_each_minute_if_there_is_something_new() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("picture.svg");
        let start = Instant::now();
        let mut picture = Picture::new(&path, start);
        let mut is_drawn_after = |seconds, new_record| {
            let _ = std::fs::remove_file(&path);
            if new_record {
                picture.take(&Record::parse(record("1", "").as_bytes()).unwrap(), seconds);
            }
            picture.draw_if_due(start + Duration::from_secs(seconds)).unwrap();
            path.exists()
        };
        assert!(!is_drawn_after(0, false));
        assert!(is_drawn_after(3, true));
        assert!(!is_drawn_after(62, true));
        assert!(is_drawn_after(63, true));
        assert!(!is_drawn_after(200, false));
        assert!(is_drawn_after(201, true));
    }

    #[test]
    fn what_is_beyond_all_bounds_is_not_plotted_and_takes_no_time() {
        for (first, second) in [("-1e308", "1e308"), ("1.79e308", "1.79e308"), ("1e-320", "1e-320")]
        {
            let limits = format!(",\"histogram\":[[{first},{second},1],[{second},1.8e308,2]]");
            let text = picture(&[&record(first, &limits), &record(second, &limits)]);
            assert!(text.starts_with("<svg") && text.ends_with("</svg>\n"), "{text}");
        }
    }
}
