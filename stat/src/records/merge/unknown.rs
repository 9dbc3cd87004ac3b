//! Messages about figures that are not known.

use super::Merged;
use crate::plan::Plan;

/// The message about parts whose order is not known.
pub(super) fn order(plan: &Plan, channels: &[Merged]) -> Option<String> {
    if channels.iter().all(|it| it.accumulator.is_in_order()) {
        return None;
    }
    let what = if plan.wanted.more { "last and autocorrelation are" } else { "last is" };
    Some(format!(
        "{what} unknown: some parts overlap in time, or do not say when they began, so their order is \
         not known (number them with stat --first)"
    ))
}

/// The message about courses that are not known, once all parts are merged.
pub(super) fn courses(plan: &Plan, channels: &[Merged]) -> Option<String> {
    plan.course?;
    let is_unknown = |it: &&Merged| !it.accumulator.has_course();
    let unknown: Vec<&Merged> = channels.iter().filter(is_unknown).collect();
    if unknown.is_empty() {
        return None;
    }
    let names: Vec<&str> = unknown.iter().filter_map(|it| it.origin.channel.as_deref()).collect();
    let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(", ")) };
    Some(format!(
        "the course{of} is unknown: rows lack samples, so those of later parts have other numbers in \
         the whole, and lie in other stretches (let each part have its column, and --course of at least as many \
         stretches as rows, and merge all parts at once, in their order)"
    ))
}
