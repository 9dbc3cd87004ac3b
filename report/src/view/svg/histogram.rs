//! The histogram of a picture.

use plotters::prelude::*;
use stage::format::record::{Bin, Exactness, Record};

use super::axes::{chart, is_plottable};
use super::{Area, BARS, Drawn};

/// Draws `bins`, those of `record`.
pub(crate) fn draw<'a>(record: &Record, bins: &[Bin], area: &Area<'a>) -> Drawn<'a> {
    let limits = bins.iter().flat_map(|bin| [bin.low.to_f64(), bin.high.to_f64()]);
    let (low, high) = limits.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), limit| {
        (low.min(limit), high.max(limit))
    });
    if !is_plottable(low, high) {
        return Ok(());
    }
    let is_estimate = record.exactness.as_ref().is_some_and(Exactness::is_approximate);
    let caption = if is_estimate { "histogram (estimated)" } else { "histogram" };
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or_default().max(1) as f64;
    let ranges = (low..high, 0.0..most * 1.05);
    let mut chart = chart(area, caption, "value of a sample", ranges)?;
    chart.draw_series(bins.iter().map(|bin| {
        let (left, right) = ((bin.low.to_f64(), 0.0), (bin.high.to_f64(), bin.count as f64));
        Rectangle::new([left, right], BARS.mix(0.8).filled())
    }))?;
    Ok(())
}
