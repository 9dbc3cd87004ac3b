//! Numbers as they are printed: three significant digits, and a unit.

use std::time::Duration;

/// Factors and their SI prefixes, the greatest first.
const PREFIXES: [(f64, &str); 8] = [
    (1e9, "G"),
    (1e6, "M"),
    (1e3, "k"),
    (1.0, ""),
    (1e-3, "m"),
    (1e-6, "µ"),
    (1e-9, "n"),
    (1e-12, "p"),
];

/// A number with three significant digits; all digits before the point.
pub(crate) fn significant(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs().log10().floor() as i32;
    // Beyond nine places a figure is noise.
    let places = (2 - magnitude).clamp(0, 9) as usize;
    format!("{value:.places$}")
}

/// A number with as many digits as say it: for limits, which are round. (1/3.5 is 3.5 again only to
/// within a double's last digit.)
pub(crate) fn shortest(value: f64) -> String {
    let rounded = format!("{value:.6}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A value in `unit`, with the prefix that suits it.
pub(crate) fn scaled(value: f64, unit: &str) -> String {
    let suits = |&&(factor, _): &&(f64, &str)| value >= factor;
    let (factor, prefix) = PREFIXES.iter().find(suits).copied().unwrap_or((1.0, ""));
    format!("{} {prefix}{unit}", significant(value / factor))
}

/// A time, to three digits.
pub(crate) fn time(time: Duration) -> String {
    scaled(time.as_secs_f64(), "s")
}

/// A time in milliseconds, to the microsecond.
pub(crate) fn millis(time: Duration) -> String {
    format!("{:.3} ms", time.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_shown() {
        let shown = [0.0, 0.006_123, 0.25, 2.934, 12.34, 1234.5].map(significant);
        assert_eq!(shown, ["0", "0.00612", "0.250", "2.93", "12.3", "1234"]);
    }

    #[test]
    fn limits_have_no_useless_digits() {
        let shown = [1.0, 2.6, 20.0, 1.0 / (1.0 / 3.5)].map(shortest);
        assert_eq!(shown, ["1", "2.6", "20", "3.5"]);
    }

    #[test]
    fn units_get_the_prefix_that_suits() {
        assert_eq!(time(Duration::from_micros(12_345)), "12.3 ms");
        assert_eq!(time(Duration::from_nanos(85_200)), "85.2 µs");
        assert_eq!(scaled(1.6e9, "/s"), "1.60 G/s");
        assert_eq!(scaled(1.4e-9, "s"), "1.40 ns");
        assert_eq!(scaled(0.97e-9, "s"), "970 ps");
    }
}
