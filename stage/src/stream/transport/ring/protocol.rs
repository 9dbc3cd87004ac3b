//! What both sides do in the same way.

use std::sync::atomic::Ordering;

use super::memory::Memory;
use crate::stream::transport::peer::End;

/// Added to the word of a slot that the reader has taken.
pub(crate) const TAKEN: u32 = 1 << 31;

/// Sets the flag of an end that is gone, and wakes the other.
pub(crate) fn close(memory: &Memory, end: End) {
    let header = memory.header();
    let (flag, other) = match end {
        End::Writer => (&header.ended.0, &header.filled.0),
        End::Reader => (&header.gone.0, &header.free.0),
    };
    flag.store(1, Ordering::Release);
    other.post();
}
