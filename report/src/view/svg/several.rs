//! The picture of several channels: for each a line of figures, and a small course without axes.

use plotters::prelude::*;
use stage::format::record::Record;

use super::axes::range;
use super::figures::{cut_off, figures, names};
use super::track::Track;
use super::{Area, Drawn, LINE, TEXT, WIDTH, course};

/// The most channels that have a row.
const MOST: usize = 30;

/// Pixels: of a row, of the line that counts the channels without one, around all, and of a course.
const ROW: u32 = 56;
const MORE: u32 = 24;
const MARGIN: u32 = 10;
const COURSE: u32 = 260;

/// Characters of a channel's name and labels, and of its figures.
const NAMES: usize = 70;
const FIGURES: usize = 105;

/// Draws all of them.
pub(super) fn draw<'a>(tracks: &[Track], text: &'a mut String) -> Drawn<'a> {
    let shown = &tracks[..tracks.len().min(MOST)];
    let more = tracks.len() - shown.len();
    let height = 2 * MARGIN + shown.len() as u32 * ROW + if more > 0 { MORE } else { 0 };
    let area = SVGBackend::with_string(text, (WIDTH, height)).into_drawing_area();
    for (at, track) in (0..).zip(shown) {
        let top = MARGIN as i32 + at * ROW as i32;
        let row =
            area.clone().shrink((MARGIN as i32, top), ((WIDTH - 2 * MARGIN) as i32, ROW as i32));
        draw_row(track, &row)?;
    }
    if more > 0 {
        let left_below = (MARGIN as i32, (height - MORE) as i32);
        area.draw(&Text::new(format!("{more} more channels"), left_below, font(13)))?;
    }
    area.present()
}

fn font(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&TEXT)
}

fn draw_row<'a>(track: &Track, row: &Area<'a>) -> Drawn<'a> {
    let Some(record) = &track.record else { return Ok(()) };
    let (text, plot) = row.split_horizontally(WIDTH - 2 * MARGIN - COURSE);
    let figures = figures(record, track.samples);
    let figures: Vec<String> =
        figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
    text.draw(&Text::new(cut_off(&names(record).join("   "), NAMES), (0, 6), font(16)))?;
    text.draw(&Text::new(cut_off(&figures.join(" · "), FIGURES), (0, 28), font(12)))?;
    draw_course(track, record, &plot)
}

/// The course, with the limits of its steps if they have any.
fn draw_course<'a>(track: &Track, record: &Record, area: &Area<'a>) -> Drawn<'a> {
    let (steps, has_limits) = course::sketch(track.points(), record);
    let Some(y) = range(steps.iter().flat_map(|it| [it[1], it[3]])) else { return Ok(()) };
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(()) };
    let (width, height) = (f64::from(COURSE), f64::from(ROW - 12));
    let span = (last[0] - first[0]).max(1.0);
    let pixel = |x: f64, value: f64| {
        let right = ((x - first[0]) / span).clamp(0.0, 1.0) * width;
        let down = (y.end - value) / (y.end - y.start);
        (right.round() as i32, (down.clamp(0.0, 1.0) * height).round() as i32)
    };
    let line = |limit: usize| steps.iter().map(move |it| (it[0], it[limit]));
    if has_limits {
        for limit in [1, 3] {
            let points: Vec<_> = line(limit).map(|(x, value)| pixel(x, value)).collect();
            area.draw(&PathElement::new(points, LINE.mix(0.6)))?;
        }
    }
    let mut points: Vec<_> = line(2).map(|(x, value)| pixel(x, value)).collect();
    // The mean of a single record is drawn over all its samples.
    if let [(_, down)] = points[..] {
        points = vec![(0, down), (width as i32, down)];
    }
    area.draw(&PathElement::new(points, LINE.stroke_width(2)))
}
