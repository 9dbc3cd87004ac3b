//! Looks for tables that conv cannot handle: `cargo +nightly fuzz run tables` in `conv` (needs
//! cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::tables(data));
