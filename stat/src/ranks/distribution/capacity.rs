//! How much may be kept of the distribution of one channel of several: tables that one channel has to
//! itself are shared by many, so that memory does not grow with their number. Windows that may be open
//! at the same time share them likewise.
//!
//! It depends on the number of channels and windows alone, so that parts with the same channels merge to
//! the same bytes as the whole.

use super::sketch::limits::LIMITS;
use crate::ranks::counts::MAX_DISTINCT;

/// Channels that do not have to share.
const UNSHARED: usize = 4;

/// Where fewer values than this may be counted, nothing is kept that only makes the next record faster.
const AMPLE: usize = 1 << 12;

/// What even one of a hundred thousand may have.
const LEAST: usize = 16;

/// What one channel may have, in one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capacity {
    /// Distinct values that are counted each, and cells of a grid.
    pub values: usize,
    /// Bins of a sketch for samples of each sign; `None` for all that there are.
    pub bins: Option<usize>,
}

impl Default for Capacity {
    fn default() -> Capacity {
        Capacity { values: MAX_DISTINCT, bins: None }
    }
}

impl Capacity {
    /// What each of this many channels may have; one that has several windows open counts as several.
    pub(crate) fn of_each(channels: usize) -> Capacity {
        match channels {
            0..=UNSHARED => Capacity::default(),
            _ => Capacity {
                values: (UNSHARED * MAX_DISTINCT / channels).max(LEAST),
                bins: Some((UNSHARED * LIMITS.bins() / channels).max(LEAST)),
            },
        }
    }

    /// Whether there is room for what makes the next record faster.
    pub(crate) fn is_ample(self) -> bool {
        self.values >= AMPLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn up_to_four_channels_have_all_and_more_of_them_share_as_much() {
        let values = [0, 1, 4, 5, 8, 1000, 101_000].map(|it| Capacity::of_each(it).values);
        assert_eq!(values, [65_536, 65_536, 65_536, 52_428, 32_768, 262, 16]);
        assert_eq!(Capacity::of_each(4).bins, None);
    }
}
