//! Looks for command lines that a program cannot take: `cargo +nightly fuzz run options` in
//! `launcher` (needs cargo-fuzz). `scripts/fuzz` runs every target.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::options(data));
