//! The pipeline as a whole, without a process.

mod clocked;
mod rejections;
mod rows;
mod streams;
