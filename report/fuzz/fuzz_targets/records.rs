//! Looks for records that report cannot take: `cargo +nightly fuzz run records` in `report` (needs
//! cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::records(data));
