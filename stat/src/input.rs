//! The input, and in which portions it is taken.
//!
//! | module | owns |
//! |---|---|
//! | [`files`] | the inputs: standard input, or files one after another; the position of a line in them |
//! | [`jobs`] | in how many threads files are counted, and how much each takes at a time |
//! | [`taking`] | taking the lines of a block: short numbers many at a time, the others one by one |

pub mod files;
pub(crate) mod jobs;
pub(crate) mod taking;
