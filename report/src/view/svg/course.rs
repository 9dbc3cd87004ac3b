//! The course of the stream in a picture.

use plotters::prelude::*;
use stage::format::record::{Record, Stretch};

use super::axes::{chart, range};
use super::{Area, Drawn, LINE, POINTS};

/// The mean and its standard deviation after `samples` samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    /// Samples so far.
    pub(crate) samples: f64,
    /// Their mean.
    pub(crate) mean: f64,
    /// Their standard deviation.
    pub(crate) sd: f64,
}

/// Draws the mean up to the newest sample, with a band of one standard deviation: that of the samples
/// so far, or, if `record` covers a window, of each window. The mean of a single record is drawn over
/// all its samples.
pub(crate) fn draw_mean<'a>(
    points: impl DoubleEndedIterator<Item = Point> + Clone,
    record: &Record,
    area: &Area<'a>,
) -> Drawn<'a> {
    let single = points.clone().next().filter(|_| points.clone().count() == 1);
    let points = single.map(|it| Point { samples: 0.0, ..it }).into_iter().chain(points);
    let end = points.clone().next_back().map_or(1.0, |point| point.samples).max(1.0);
    let values = points.clone().flat_map(|it| [it.mean - it.sd, it.mean + it.sd]);
    let Some(y) = range(values) else { return Ok(()) };
    let of = if record.window.is_some() { "of each window" } else { "so far" };
    let caption = format!("mean {of} (line), and one standard deviation (band)");
    let mut chart = chart(area, &caption, "samples", (0.0..end, y))?;
    let upper = points.clone().map(|it| (it.samples, it.mean + it.sd));
    let lower = points.clone().rev().map(|it| (it.samples, it.mean - it.sd));
    let band: Vec<(f64, f64)> = upper.chain(lower).collect();
    chart.draw_series([Polygon::new(band, LINE.mix(0.25))])?;
    let line = points.map(|it| (it.samples, it.mean));
    chart.draw_series(LineSeries::new(line, LINE.stroke_width(2)))?;
    Ok(())
}

/// A part of the course on the axis of sample numbers, from half a sample before its first to half a
/// sample after its last.
#[derive(Clone, Copy, Debug, PartialEq)]
struct CourseStep {
    start: f64,
    end: f64,
    min: f64,
    mean: f64,
    max: f64,
}

/// Draws the stretches of `record`'s course, up to its last sample, as an envelope from the least
/// sample to the greatest, and their mean. Both limits are drawn as lines too, so that a peak narrower
/// than a pixel is seen.
pub(crate) fn draw_envelope<'a>(
    stretches: &[Stretch],
    record: &Record,
    area: &Area<'a>,
) -> Drawn<'a> {
    let steps = joined(&steps(stretches, record));
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Ok(()) };
    let Some(y) = range(steps.iter().flat_map(|it| [it.min, it.max])) else { return Ok(()) };
    let ranges = (first.start..last.end, y);
    let caption = "samples: least to greatest (band), and mean (line)";
    let mut chart = chart(area, caption, "number of the sample", ranges)?;
    let upper = outline(&steps, |step| step.max);
    let lower = outline(&steps, |step| step.min);
    let band: Vec<(f64, f64)> = upper.iter().chain(lower.iter().rev()).copied().collect();
    chart.draw_series([Polygon::new(band, LINE.mix(0.25))])?;
    for limit in [upper, lower] {
        chart.draw_series([PathElement::new(limit, LINE.mix(0.6))])?;
    }
    let mean = steps.iter().map(|it| ((it.start + it.end) / 2.0, it.mean));
    let ends = ((first.start, first.mean), (last.end, last.mean));
    let mean = std::iter::once(ends.0).chain(mean).chain([ends.1]);
    chart.draw_series(LineSeries::new(mean, LINE.stroke_width(2)))?;
    Ok(())
}

/// A channel's course for a plot without axes: where each step is, its least sample, mean and greatest
/// sample, and whether these are limits at all. Of a record without a course it is the mean so far.
pub(crate) fn sketch(
    points: impl Iterator<Item = Point>,
    record: &Record,
) -> (Vec<[f64; 4]>, bool) {
    match record.course.as_deref() {
        Some([]) | None => {
            (points.map(|it| [it.samples, it.mean, it.mean, it.mean]).collect(), false)
        }
        Some(stretches) => {
            let steps = joined(&steps(stretches, record));
            let middle = |it: &CourseStep| (it.start + it.end) / 2.0;
            (steps.iter().map(|it| [middle(it), it.min, it.mean, it.max]).collect(), true)
        }
    }
}

/// One step for each stretch. The last one ends at the last sample that `record` covers.
fn steps(stretches: &[Stretch], record: &Record) -> Vec<CourseStep> {
    let (Some(first), Some(last)) = (stretches.first(), stretches.last()) else { return vec![] };
    let end = match record.window {
        Some(window) => window.to.unwrap_or_default(),
        // The record covers all samples, whatever number the first one has.
        None => first.first.saturating_add(record.n).saturating_sub(1),
    };
    let end = end.max(last.first);
    let ends = stretches[1..].iter().map(|it| it.first as f64 - 0.5).chain([end as f64 + 0.5]);
    let steps = stretches.iter().zip(ends).map(|(it, end)| CourseStep {
        start: it.first as f64 - 0.5,
        end,
        min: it.min.to_f64(),
        mean: it.mean.to_f64(),
        max: it.max.to_f64(),
    });
    // In another program's record they may not be in rising order.
    steps.filter(|step| step.start < step.end).collect()
}

/// The same in about as many steps as a picture has columns of pixels: neighbours are joined.
fn joined(steps: &[CourseStep]) -> Vec<CourseStep> {
    let together = steps.len().div_ceil(POINTS).max(1);
    let joined = |steps: &[CourseStep]| {
        let width = |step: &CourseStep| step.end - step.start;
        let total: f64 = steps.iter().map(width).sum();
        Some(CourseStep {
            start: steps.first()?.start,
            end: steps.last()?.end,
            min: steps.iter().map(|it| it.min).fold(f64::INFINITY, f64::min),
            mean: steps.iter().map(|it| it.mean * (width(it) / total)).sum(),
            max: steps.iter().map(|it| it.max).fold(f64::NEG_INFINITY, f64::max),
        })
    };
    match together {
        1 => steps.to_vec(),
        _ => steps.chunks(together).filter_map(joined).collect(),
    }
}

/// A line along one limit of all steps.
fn outline(steps: &[CourseStep], limit: impl Fn(&CourseStep) -> f64) -> Vec<(f64, f64)> {
    steps.iter().flat_map(|it| [(it.start, limit(it)), (it.end, limit(it))]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::format::decimal::Decimal;
    use stage::format::record::Window;

    fn stretch(first: u64, min: i64, max: i64) -> Stretch {
        let [min, mean, max] = [min, (min + max) / 2, max].map(|it| Decimal::new(it, 0));
        Stretch { first, min, mean, max }
    }

    #[test]
    fn a_stretch_ends_where_the_next_begins_and_the_last_at_the_last_sample() {
        let ends = |first, window| -> Vec<(f64, f64)> {
            let record = Record { n: 7, window, ..Record::default() };
            let stretches = [stretch(first, 0, 2), stretch(first + 4, 1, 9)];
            steps(&stretches, &record).iter().map(|it| (it.start, it.end)).collect()
        };
        assert_eq!(ends(1, None), [(0.5, 4.5), (4.5, 7.5)]);
        assert_eq!(ends(101, None), [(100.5, 104.5), (104.5, 107.5)], "the first has number 101");
        let window = Window { from: Some(994), to: Some(1000) };
        assert_eq!(ends(1, Some(window)), [(0.5, 4.5), (4.5, 1000.5)], "it covers a window");
    }

    #[test]
    fn no_peak_is_lost_when_stretches_are_joined() {
        let stretches: Vec<Stretch> = (0..10 * POINTS as u64)
            .map(|at| stretch(1000 * at + 1, -1, if at == 7777 { 50 } else { 1 }))
            .collect();
        let record = Record { n: 10_000 * POINTS as u64, ..Record::default() };
        let all = steps(&stretches, &record);
        let joined = joined(&all);
        assert_eq!(joined.len(), POINTS);
        assert_eq!((joined[0].start, joined[POINTS - 1].end), (0.5, record.n as f64 + 0.5));
        let peaks: Vec<usize> = (0..POINTS).filter(|&at| joined[at].max > 1.0).collect();
        assert_eq!(peaks, [777]);
        assert_eq!((joined[777].min, joined[777].max, joined[777].mean as f32), (-1.0, 50.0, 2.4));
    }
}
