//! `--svg`: a picture for a report or a web page.
//!
//! | module | owns |
//! |---|---|
//! | here | what is kept of the records, and when a picture is drawn |
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

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plotters::coord::Shift;
use plotters::prelude::*;
use stage::format::decimal::Decimal;
use stage::format::record::Record;
use stage::process::exit::Status;

use crate::error::Error;
use crate::view::replaced::replace;
use crate::view::{Desk, View};
use course::Point;
use figures::Caption;

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
    path: PathBuf,
    next: Instant,
    /// The newest record.
    record: Option<Record>,
    /// Samples so far.
    samples: u64,
    /// Whether it is in the picture already.
    is_drawn: bool,
    course: Vec<Point>,
    /// The newest point, which is always in the picture.
    last: Option<Point>,
    /// One in this many records is kept.
    every: usize,
    seen: usize,
}

impl Picture {
    /// A picture at `path`; the run begins now.
    pub fn new(path: &Path, now: Instant) -> Picture {
        Picture {
            path: path.to_owned(),
            // Drawn with the first record, so that a file that cannot be written is noticed at once.
            next: now,
            record: None,
            samples: 0,
            is_drawn: false,
            course: Vec::new(),
            last: None,
            every: 1,
            seen: 0,
        }
    }

    /// When to draw it next, if there is something new.
    fn next(&self) -> Option<Instant> {
        (self.record.is_some() && !self.is_drawn).then_some(self.next)
    }

    /// Takes note of a record, after `samples` samples in all.
    pub fn note(&mut self, record: &Record, samples: u64) {
        if let Some(mean) = record.mean.as_ref().map(Decimal::to_f64) {
            let sd = record.sd.as_ref().map_or(0.0, Decimal::to_f64);
            self.add(Point { samples: samples as f64, mean, sd });
        }
        (self.record, self.samples) = (Some(record.clone()), samples);
        self.is_drawn = false;
    }

    /// Adds a point, unless it is there already: a record may have nothing new but rejected lines.
    fn add(&mut self, point: Point) {
        if self.last.is_some_and(|last| last.samples == point.samples) {
            return;
        }
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

    /// The points, the newest included.
    fn points(&self) -> impl DoubleEndedIterator<Item = Point> + Clone {
        let kept = self.course.iter().copied();
        let newest =
            self.last.filter(|last| self.course.last().is_none_or(|it| it.samples < last.samples));
        kept.chain(newest)
    }

    /// Draws it if it is due.
    fn draw_if_due(&mut self, now: Instant) -> io::Result<()> {
        if self.next().is_none_or(|next| now < next) {
            return Ok(());
        }
        (self.next, self.is_drawn) = (now + INTERVAL, true);
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let text = self.text().map_err(|error| io::Error::other(error.to_string()))?;
        replace(&self.path, &text)
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, Box<dyn std::error::Error + '_>> {
        let mut text = String::new();
        {
            let none = Record::default();
            let record = self.record.as_ref().unwrap_or(&none);
            let header = Caption::of(record, self.samples);
            let size = (WIDTH, header.height() + PLOTS);
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            let (figures, plots) = area.split_vertically(header.height());
            header.draw(&figures)?;
            match record.histogram.as_deref() {
                Some(bins) if !bins.is_empty() => {
                    let (left, right) = plots.split_horizontally(WIDTH / 2);
                    self.draw_course(record, &left)?;
                    histogram::draw(record, bins, &right)?;
                }
                _ => self.draw_course(record, &plots)?,
            }
            area.present()?;
        }
        Ok(text)
    }

    fn draw_course<'a>(&self, record: &Record, area: &Area<'a>) -> Drawn<'a> {
        match record.course.as_deref() {
            Some([]) | None => course::draw_mean(self.points(), record, area),
            Some(stretches) => course::draw_envelope(stretches, record, area),
        }
    }
}

impl View for Picture {
    fn see(&mut self, desk: &mut Desk<'_>) {
        if let Some(newest) = desk.newest.record() {
            self.note(newest, desk.newest.samples);
        }
    }

    fn wakes_at(&self, _now: Instant) -> Option<Instant> {
        self.next()
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        self.draw_if_due(desk.now).map_err(|source| Error::file(&self.path, source))
    }

    fn finish(&mut self, _desk: &mut Desk<'_>) -> Result<Status, Error> {
        self.write().map_err(|source| Error::file(&self.path, source))?;
        Ok(Status::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(records: &[&str]) -> String {
        let mut picture = Picture::new(Path::new("unused"), Instant::now());
        for (at, text) in (1..).zip(records) {
            picture.note(&Record::parse(text.as_bytes()).unwrap(), at);
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
    fn a_single_record_is_a_line_over_its_samples() {
        let text = picture(&[&record("5", "")]);
        let mean = text.split("<polyline ").find(|it| it.contains("stroke=\"#2B7AC4\"")).unwrap();
        let points = mean.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
        let points: Vec<(&str, &str)> =
            points.split_whitespace().filter_map(|it| it.split_once(',')).collect();
        assert_eq!(points.len(), 2, "{points:?}");
        assert!(points[0].0 < points[1].0 && points[0].1 == points[1].1, "{points:?}");
        let text = picture(&[&record("5", ",\"from\":1,\"to\":1")]);
        assert!(text.contains("mean of each window (line), and one standard deviation"), "{text}");
    }

    #[test]
    fn a_record_that_comes_again_is_no_second_point() {
        let window = record("5", ",\"from\":1,\"to\":1");
        let window = Record::parse(window.as_bytes()).unwrap();
        let drawn = |times| {
            let mut picture = Picture::new(Path::new("unused"), Instant::now());
            (0..times).for_each(|_| picture.note(&window, 1));
            picture.text().unwrap()
        };
        assert_eq!(drawn(2), drawn(1));
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
                picture.note(&Record::parse(record("1", "").as_bytes()).unwrap(), seconds);
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

    #[test]
    fn a_course_that_contradicts_itself_is_drawn_within_the_picture() {
        for course in [
            "[[0,1,-1e9,1],[18446744073709551615,1,-1e9,1]]",
            "[[1,0,1,2],[18446744073709551615,0,1,2],[5,0,1,2],[6,0,1,2]]",
            "[[100,0,1,2],[18446744073709551615,0,1,2],[5,0,1,2]],\"from\":1,\"to\":5",
        ] {
            let text = picture(&[&record("1", &format!(",\"course\":{course}"))]);
            let lists = text.split("points=\"").skip(1).map(|it| it.split('"').next().unwrap());
            let numbers = lists.flat_map(|it| it.split([' ', ','])).filter(|it| !it.is_empty());
            for number in numbers.map(|it| it.parse::<u32>().unwrap()) {
                assert!(number <= WIDTH, "{course}: {text}");
            }
        }
    }
}
