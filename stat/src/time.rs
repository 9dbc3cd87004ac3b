//! When a record is due, and which time it covers.
//!
//! | module | owns |
//! |---|---|
//! | [`schedule`] | when a record is due by the clock, by the number of samples, or at the end |
//! | [`open_windows`] | the windows of a stream by its own time: which are open, and when each closes |
//! | [`calendar`] | in which window a time lies |
//! | [`extent`] | when samples were taken: the oldest and the newest |
//!
//! Nothing here needs any other part of this program.

pub(crate) mod calendar;
pub(crate) mod extent;
pub(crate) mod open_windows;
pub(crate) mod schedule;
