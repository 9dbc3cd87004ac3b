//! What is kept of a channel's records for a picture.

use stage::format::decimal::Decimal;
use stage::format::record::Record;

use super::POINTS;
use super::course::Point;

/// A channel's newest record, and the way to it.
#[derive(Debug)]
pub(crate) struct Track {
    /// The newest record.
    pub(crate) record: Option<Record>,
    /// Samples so far.
    pub(crate) samples: u64,
    course: Vec<Point>,
    /// The newest point, which is always in the picture.
    last: Option<Point>,
    /// One in this many records is kept.
    every: usize,
    seen: usize,
}

impl Default for Track {
    fn default() -> Track {
        Track { record: None, samples: 0, course: Vec::new(), last: None, every: 1, seen: 0 }
    }
}

impl Track {
    /// Takes note of a record, after `samples` samples in all.
    pub(crate) fn note(&mut self, record: &Record, samples: u64) {
        if let Some(mean) = record.mean.as_ref().map(Decimal::to_f64) {
            let sd = record.sd.as_ref().map_or(0.0, Decimal::to_f64);
            self.add(Point { samples: samples as f64, mean, sd });
        }
        (self.record, self.samples) = (Some(record.clone()), samples);
    }

    /// Adds a point, unless it is there already: a record may have nothing new but rejected lines. With
    /// fewer samples than before another run begins, as in records that were put together.
    fn add(&mut self, point: Point) {
        match self.last {
            Some(last) if last.samples == point.samples => return,
            Some(last) if last.samples > point.samples => {
                self.course.clear();
                (self.every, self.seen) = (1, 0);
            }
            _ => {}
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
    pub(crate) fn points(&self) -> impl DoubleEndedIterator<Item = Point> + Clone {
        let kept = self.course.iter().copied();
        let newest =
            self.last.filter(|last| self.course.last().is_none_or(|it| it.samples < last.samples));
        kept.chain(newest)
    }
}
