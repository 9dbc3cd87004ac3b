//! Looks for input that stat cannot take: `cargo fuzz run any_input` in `stat`.

#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
