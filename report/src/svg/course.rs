//! The course of the stream in a picture.

use plotters::prelude::*;

use super::axes::{chart, range};
use super::{Area, Drawn, LINE};

/// The mean and its standard deviation after so many samples.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// Samples so far.
    pub samples: f64,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
}

/// Draws the mean of the samples so far with a band of one standard deviation, up to the newest.
pub fn draw_mean<'a>(
    points: impl DoubleEndedIterator<Item = Point> + Clone,
    area: &Area<'a>,
) -> Drawn<'a> {
    let end = points.clone().next_back().map_or(1.0, |point| point.samples).max(1.0);
    let values = points.clone().flat_map(|it| [it.mean - it.sd, it.mean + it.sd]);
    let Some(y) = range(values) else { return Ok(()) };
    let caption = "mean so far (line), and one standard deviation (band)";
    let mut chart = chart(area, caption, "samples", (0.0..end, y))?;
    let upper = points.clone().map(|it| (it.samples, it.mean + it.sd));
    let lower = points.clone().rev().map(|it| (it.samples, it.mean - it.sd));
    let band: Vec<(f64, f64)> = upper.chain(lower).collect();
    chart.draw_series([Polygon::new(band, LINE.mix(0.25))])?;
    let line = points.map(|it| (it.samples, it.mean));
    chart.draw_series(LineSeries::new(line, LINE.stroke_width(2)))?;
    Ok(())
}
