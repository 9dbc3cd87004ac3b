//! Which sample has a given rank, and so what quantiles and histograms are made of: exact as long as there
//! are not too many distinct values, and an estimate with its greatest error from then on.
//!
//! | module | owns |
//! |---|---|
//! | [`quantile`] | which rank a quantile has |
//! | [`distribution`] | which sample has a rank: each value is counted or, once there are too many, the cells of a [grid](distribution::grid) and the bins of a [sketch](distribution::sketch) that samples lie in; [how much](distribution::capacity) of that one channel of several may have |
//! | [`counts`] | how often each value occurs |
//! | [`interval`] | the estimate of a sample that is only known to lie between two values |
//! | [`histogram`] | the limits of a histogram's bins |
//! | `lattice` | the samples' own step, which these limits fit |
//!
//! Of the rest of this program it needs only [short](crate::short) numbers, which are counted many at a
//! time.

pub(crate) mod counts;
pub(crate) mod distribution;
pub(crate) mod histogram;
pub(crate) mod interval;
mod lattice;
pub(crate) mod quantile;
