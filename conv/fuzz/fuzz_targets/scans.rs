//! Looks for scans of a buffer that conv reads as something else than they are: `cargo +nightly fuzz run scans` in `conv` (needs
//! cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::scans(data));
