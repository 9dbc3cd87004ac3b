//! `stat` as a library, from outside: its figures against other people's, and properties that hold for
//! any input.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod accuracy;
mod any_input;
mod blanks;
mod exact;
mod merging;
mod nist;
mod rows;
mod windows;
