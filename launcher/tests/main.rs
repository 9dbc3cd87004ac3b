//! The launcher as a library, from outside: properties that hold for any options.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod any_options;
mod printed;
