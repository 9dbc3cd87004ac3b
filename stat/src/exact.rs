//! What is known of the samples without any rounding, and the figures computed from it, each of which is
//! rounded once.
//!
//! | module | owns |
//! |---|---|
//! | [`moments`] | the sums of the samples' powers |
//! | [`sequence`] | what depends on the samples' order: the first, the last, the products of neighbours |
//! | [`course`] | the stream from its first sample to its last, in stretches |
//! | [`figures`] | mean, deviation and so on from these sums: **a new figure is computed there** |
//! | `nearest` | the one rounding, from an exact ratio to the nearest double |
//! | `wide` | sums that never overflow |
//!
//! Of the rest of this program it needs only [short](crate::short) numbers, which are summed many at a
//! time.

pub(crate) mod course;
pub(crate) mod figures;
pub(crate) mod moments;
mod nearest;
pub(crate) mod sequence;
mod wide;
