//! What surrounds a plot: its caption, its axes, and their names.
//!
//! An axis has as many ticks as there is room for their labels, which have enough digits to differ
//! ([`crate::digits`]).

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint};
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use stage::format::decimal::Decimal;

use super::{Area, Drawn, TEXT};
use crate::digits::{AxisTicks, ticks};
use crate::number::on_an_axis;

/// The most ticks of an axis.
const TICKS: usize = 7;

/// Pixels: of a character of a label, between two labels, and around those of the y axis.
const CHARACTER: usize = 6;
const BLANK: usize = 16;
const AROUND: usize = 30;

/// Least pixels for the y axis' labels, so that the plots of ordinary numbers line up.
const Y_LABELS: usize = 64;

/// Pixels around a plot, and for the labels below it.
const MARGIN: u32 = 10;
const X_LABELS: u32 = 36;

/// A plot with its axes.
pub(crate) type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Axis, Axis>>;

/// An axis with ticks of our own: those of plotters have rounding errors, and are missing where the
/// range is tiny.
#[derive(Clone)]
pub(crate) struct Axis {
    range: Range<f64>,
    ticks: Vec<f64>,
    labels: Vec<String>,
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        // What a record that contradicts itself has far beyond its own limits would be beyond pixels, too.
        let within = value.max(self.range.start).min(self.range.end);
        RangedCoordf64::from(self.range.clone()).map(&within, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl Axis {
    /// With at most this many ticks.
    fn of(range: &Range<f64>, most: usize) -> Axis {
        let AxisTicks { values, place } = ticks(range.start, range.end, most);
        let labels = values.iter().map(|tick| on_an_axis(tick, place)).collect();
        let ticks = values.iter().map(Decimal::to_f64).collect();
        Axis { range: range.clone(), ticks, labels }
    }

    /// With as many ticks as fit into a width.
    fn across(range: &Range<f64>, pixels: usize) -> Axis {
        let fits = |axis: &Axis| axis.ticks.len() * (axis.widest() + BLANK) <= pixels;
        let axes = (2..=TICKS).rev().map(|most| Axis::of(range, most));
        axes.into_iter().find(fits).unwrap_or_else(|| Axis::of(range, 1))
    }

    /// Pixels of the widest label.
    fn widest(&self) -> usize {
        self.labels.iter().map(|it| it.chars().count() * CHARACTER).max().unwrap_or_default()
    }

    fn label(&self, tick: f64) -> String {
        let mut labels = self.ticks.iter().zip(&self.labels);
        let found = labels.find(|(it, _)| **it == tick);
        found.map_or(String::new(), |(_, label)| label.clone())
    }
}

/// An empty plot of these ranges, which are [plottable](is_plottable), with its caption and axes;
/// `across` names the x axis.
pub(crate) fn chart<'a, 'b>(
    area: &'a Area<'b>,
    caption: &str,
    across: &str,
    (x, y): (Range<f64>, Range<f64>),
) -> Result<Chart<'a, 'b>, DrawingAreaErrorKind<<SVGBackend<'b> as DrawingBackend>::ErrorType>> {
    let up = Axis::of(&y, TICKS);
    let left = (up.widest() + AROUND).max(Y_LABELS);
    let width = (area.dim_in_pixel().0 as usize).saturating_sub(left + 2 * MARGIN as usize);
    let along = Axis::across(&x, width);
    // The last label may be centred below the plot's right end.
    let right = (along.widest() as u32 / 2 + 2).max(MARGIN);
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 15).into_font().color(&TEXT))
        .margin(MARGIN)
        .margin_right(right)
        .x_label_area_size(X_LABELS)
        .y_label_area_size(left as u32)
        .build_cartesian_2d(along.clone(), up.clone())?;
    mesh(&mut chart, across, &along, &up)?;
    Ok(chart)
}

fn mesh<'a>(chart: &mut Chart<'_, 'a>, across: &str, along: &Axis, up: &Axis) -> Drawn<'a> {
    chart
        .configure_mesh()
        .axis_style(TEXT)
        .bold_line_style(TEXT.mix(0.3))
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 12).into_font().color(&TEXT))
        .x_desc(across)
        .x_label_formatter(&|tick| along.label(*tick))
        .y_label_formatter(&|tick| up.label(*tick))
        .draw()
}

/// Whether a plot can have this range, whose difference its ticks are computed from.
pub(crate) fn is_plottable(low: f64, high: f64) -> bool {
    /// Far enough from the largest double for sums and differences.
    const MOST: f64 = 1e300;
    low.abs() < MOST && high.abs() < MOST && low < high
}

/// The least and the greatest of some values, with some room around them; `None` if they are
/// beyond what can be plotted.
pub(crate) fn range(values: impl Iterator<Item = f64>) -> Option<Range<f64>> {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return Some(0.0..1.0);
    }
    let room = if high > low { (high - low) * 0.05 } else { low.abs().max(1.0) * 0.05 };
    Some(low - room..high + room).filter(|range| is_plottable(range.start, range.end))
}
