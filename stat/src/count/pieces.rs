//! Counting a regular file in several threads, with the same result as in one.
//!
//! The file is cut into pieces of [`PIECE`](crate::input::jobs::PIECE) bytes, wherever lines may end. Any
//! thread counts any piece: nearly everything that is known about samples is the same in whatever order
//! they come. What depends on the order comes with the piece, and the stage's own thread takes the pieces
//! in their order: [`joining`](super::joining) does that.
//!
//! | module | owns |
//! |---|---|
//! | [`cut`] | cutting a piece at its line ends, and joining a line that was cut |
//! | [`counter`] | counting the lines of pieces, and what is reported of each |
//! | [`gate`] | which pieces may be counted: those before the first header |
//! | [`order`] | putting back into order what comes out of order |
//! | [`crew`] | the threads that count, and which piece is whose |
//!
//! Only whole pieces of the file as it is at the beginning are read like this. What comes behind them,
//! even if it is written meanwhile, and the first lines, which tell what the file consists of, are read
//! from front to back, as a pipe is.
//!
//! Memory: in each thread a piece, and what an accumulator holds. How many threads there are is
//! [`crate::input::jobs`]'s.

pub(super) mod counter;
pub(super) mod crew;
pub(super) mod cut;
mod gate;
mod order;

#[cfg(test)]
mod tests;
