//! What a peer can do to a ring that its other side notices.

use std::io;

use thiserror::Error;

/// Memory that is not, or no longer, a ring.
#[derive(Debug, Error)]
pub(crate) enum Damaged {
    /// It could be taken away while it is used.
    #[error("the ring in shared memory is not sealed")]
    NotSealed,
    /// It has another size.
    #[error("the ring in shared memory has {bytes} bytes, and not {expected}")]
    Size {
        /// Which.
        bytes: i64,
        /// Which it should have.
        expected: usize,
    },
    /// A slot's word is beyond all bounds.
    #[error("the ring in shared memory is damaged: slot {slot} claims {bytes} bytes")]
    Length {
        /// Counted from 0.
        slot: usize,
        /// What it claims to hold.
        bytes: usize,
    },
    /// The reader posts tokens for slots that it has not freed, again and again.
    #[error("the ring in shared memory is damaged: more tokens than free slots")]
    Tokens,
}

impl From<Damaged> for io::Error {
    fn from(damaged: Damaged) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, damaged)
    }
}
