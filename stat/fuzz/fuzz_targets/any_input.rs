//! Looks for input that stat cannot take: `cargo +nightly fuzz run any_input` in `stat` (needs
//! cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
