//! The pipeline as a whole, without a process.

mod checks;
mod clocked;
mod columns;
mod labels;
mod rejections;
mod rows;
mod streams;
