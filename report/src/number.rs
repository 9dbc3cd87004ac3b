//! Numbers as people read them.

use stage::decimal::Decimal;

/// Significant digits of rounded numbers: enough to watch, few enough to read. (`json` and `csv`
/// have them all.)
pub const DIGITS: usize = 6;

/// `number` to [`DIGITS`] significant digits, in the samples' canonical form.
pub fn significant(number: &Decimal) -> String {
    rounded(number, DIGITS)
}

fn rounded(number: &Decimal, digits: usize) -> String {
    let rounded = exponential(number, digits.max(1) - 1);
    match rounded.parse().ok().and_then(Decimal::shortest) {
        Some(decimal) => decimal.to_string(),
        None => rounded,
    }
}

/// With so many decimal places and an exponent. (A sum may be beyond the doubles, and then prints
/// itself with an exponent.)
fn exponential(number: &Decimal, places: usize) -> String {
    let value = number.to_f64();
    if value.is_finite() {
        return format!("{value:.places$e}");
    }
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    // Rounded up, a mantissa of almost ten has an exponent of its own.
    let mantissa = format!("{:.places$e}", mantissa.parse::<f64>().unwrap_or_default());
    let (mantissa, more) = mantissa.split_once('e').unwrap_or((&mantissa, "0"));
    let [exponent, more] = [exponent, more].map(|it| it.parse().unwrap_or(0));
    let mantissa = match mantissa.contains('.') {
        true => mantissa.trim_end_matches('0').trim_end_matches('.'),
        false => mantissa,
    };
    format!("{mantissa}e{}", exponent + more)
}

/// A number in at most `width` columns: exact if `digits` is none and there is room, else with as
/// many digits as there is room for, up to `digits`. Grouped, if that does not cost digits.
pub fn fitted(number: &Decimal, digits: Option<usize>, width: usize) -> String {
    /// All that a double has.
    const ALL: usize = 17;
    let exact = digits.is_none().then(|| number.to_string());
    let most = digits.unwrap_or(ALL);
    let fewer = (1..=most).rev().map(|digits| rounded(number, digits));
    let plain = exact.into_iter().chain(fewer).flat_map(|text| [grouped(&text), text]);
    let exponential = (0..most).rev().map(|places| exponential(number, places));
    plain.chain(exponential).find(|text| text.len() <= width).unwrap_or_default()
}

/// Groups the digits before the point by thousands.
pub fn grouped(number: &str) -> String {
    let start = number.find(|char: char| char.is_ascii_digit()).unwrap_or(number.len());
    let length = number[start..].bytes().take_while(u8::is_ascii_digit).count();
    let (sign, digits, rest) =
        (&number[..start], &number[start..start + length], &number[start + length..]);
    let mut text = sign.to_owned();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (length - at) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + rest
}

/// So many a second, with the prefix that suits it.
pub fn per_second(rate: f64) -> String {
    let prefixes = [(1e9, "G"), (1e6, "M"), (1e3, "k"), (0.0, "")];
    let (factor, prefix) =
        prefixes.into_iter().find(|(factor, _)| rate >= *factor * 0.9995).unwrap_or((0.0, ""));
    let value = if factor == 0.0 { rate } else { rate / factor };
    let places = if value >= 99.95 {
        0
    } else if value >= 9.995 {
        1
    } else {
        2
    };
    format!("{value:.places$} {prefix}/s")
}

/// A time in seconds as a clock shows it.
pub fn clock(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{:02}", seconds % 60),
        (0, _) => format!("{hours}:{:02}:{:02}", minutes % 60, seconds % 60),
        (1..10, _) => format!("{days} d {:02}:{:02}:{:02}", hours % 24, minutes % 60, seconds % 60),
        _ => format!("{days} d {:02}:{:02}", hours % 24, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::sample::parse_line as parse;

    #[test]
    fn six_digits_are_significant_and_trailing_zeros_are_not_shown() {
        for (value, text) in [
            ("52.833333333333336", "52.8333"),
            ("50", "50"),
            ("0.1", "0.1"),
            ("-123456789", "-123457000"),
            ("1.23456789e-9", "0.00000000123457"),
            ("1e300", "1e300"),
            ("0", "0"),
        ] {
            assert_eq!(significant(&parse(value.as_bytes()).unwrap()), text);
        }
    }

    #[test]
    fn a_number_beyond_the_doubles_is_one_all_the_same() {
        let largest = parse(b"1.7976931348623157e308").unwrap();
        let sum = largest.plus(&largest);
        assert_eq!(significant(&sum), "3.59539e308");
        assert_eq!(fitted(&sum, None, 30), "3.5953862697246314e308");
        assert_eq!(fitted(&sum, None, 10), "3.5954e308");
        assert_eq!(fitted(&sum, Some(6), 5), "4e308");
        let almost = parse(b"9.99999999e307").unwrap().times(&parse(b"10").unwrap());
        assert_eq!(
            (significant(&almost), fitted(&almost, Some(6), 5)),
            ("1e309".into(), "1e309".into())
        );
        assert_eq!(significant(&parse(b"-1e308").unwrap().times(&parse(b"50").unwrap())), "-5e309");
    }

    #[test]
    fn digits_are_grouped_by_thousands() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("-1234567.8912", "-1,234,567.8912"),
            ("1e300", "1e300"),
            ("", ""),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn a_number_fits_with_as_many_digits_as_there_is_room_for() {
        let fitted =
            |text: &str, digits, width| fitted(&parse(text.as_bytes()).unwrap(), digits, width);
        assert_eq!(fitted("1234567", None, 9), "1,234,567");
        assert_eq!(fitted("52.833333333333336", Some(6), 10), "52.8333");
        assert_eq!(fitted("52.833333333333336", Some(6), 5), "52.83");
        assert_eq!(fitted("52.833333333333336", None, 20), "52.833333333333336");
        assert_eq!(fitted("123456789012345678901234567890", None, 10), "1.23457e29");
        assert_eq!(fitted("-0.000000000000000012345", None, 9), "-1.23e-17");
        assert_eq!(fitted("101325.12345678", None, 15), "101325.12345678");
        assert_eq!(fitted("123456789012", None, 12), "123456789012");
        assert_eq!(fitted("7", None, 1), "7");
    }

    #[test]
    fn rates_and_times_are_as_one_says_them() {
        let rates = [0.0, 1.25, 12.5, 999.4, 999.8, 1000.0, 123_456.0, 4.5e8, 2e9];
        let shown = rates.map(per_second);
        assert_eq!(
            shown,
            [
                "0.00 /s", "1.25 /s", "12.5 /s", "999 /s", "1.00 k/s", "1.00 k/s", "123 k/s",
                "450 M/s", "2.00 G/s"
            ]
        );
        assert_eq!(
            [0, 59, 61, 3600, 90061].map(clock),
            ["0:00", "0:59", "1:01", "1:00:00", "1 d 01:01:01"]
        );
    }
}
