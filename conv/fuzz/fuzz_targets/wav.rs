//! Looks for WAV that conv cannot handle: `cargo +nightly fuzz run wav` in `conv` (needs
//! cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::wav(data));
