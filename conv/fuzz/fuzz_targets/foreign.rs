//! Looks for foreign text that conv reads as something else than it is: `cargo +nightly fuzz run foreign` in `conv` (needs
//! cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::foreign(data));
