//! Numbers as text: grouped, fitted into the room there is, and as rates and times. How many digits
//! a number has is up to [`crate::digits`].

use stage::format::decimal::Decimal;

/// Stands for digits or letters that do not fit.
pub(crate) const CUT: char = '…';

/// The same without Unicode.
pub(crate) const ASCII_CUT: char = '~';

/// Characters of a figure's name, at most: in another program's record the name of a quantile may
/// have any number of digits.
pub(crate) const NAME: usize = 40;

/// A number in at most `width` columns: grouped if it fits, plain if that fits; otherwise its first
/// digits, not rounded, followed by `cut`.
pub(crate) fn fitted(number: &Decimal, width: usize, cut: char) -> String {
    let text = number.to_string();
    let Some(digits) = Digits::of(&text) else { return text[..width.min(1)].to_owned() };
    let whole = [grouped(&text), text.clone(), digits.scientific(digits.significant.len())];
    if let Some(whole) = whole.into_iter().find(|text| text.len() <= width) {
        return whole;
    }
    let Some(room) = width.checked_sub(1) else { return String::new() };
    let scientific = (1..digits.significant.len())
        .rev()
        .map(|count| (count, digits.scientific(count)))
        .find(|(_, text)| text.len() <= room);
    let best = match (digits.cut_plain(&text, room), scientific) {
        (Some(plain), Some(scientific)) if plain.0 >= scientific.0 => plain.1,
        (_, Some((_, scientific))) => scientific,
        (plain, None) => plain.map_or(String::new(), |(_, text)| text),
    };
    best + cut.encode_utf8(&mut [0; 4])
}

/// The parts of a canonical number.
struct Digits {
    sign: &'static str,
    /// From the first to the last that is not zero.
    significant: String,
    /// The power of ten of the first of them.
    exponent: i64,
}

impl Digits {
    /// `None` for zero.
    fn of(text: &str) -> Option<Digits> {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let (sign, mantissa) =
            mantissa.strip_prefix('-').map_or(("", mantissa), |mantissa| ("-", mantissa));
        let point = mantissa.find('.').unwrap_or(mantissa.len());
        let digits = mantissa.replace('.', "");
        let first = digits.find(|digit| digit != '0')?;
        let exponent = exponent.parse::<i64>().ok()? + point as i64 - 1 - first as i64;
        let significant = digits[first..].trim_end_matches('0').to_owned();
        Some(Digits { sign, significant, exponent })
    }

    /// The first `count` digits with an exponent.
    fn scientific(&self, count: usize) -> String {
        let (first, rest) = self.significant[..count].split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        format!("{}{first}{point}{rest}e{}", self.sign, self.exponent)
    }

    /// As much of `text` as fits, and how many significant digits that is; `None` if it does not reach
    /// the point, since without it the digits would be read as a smaller number.
    fn cut_plain(&self, text: &str, room: usize) -> Option<(usize, String)> {
        let start = &text[..room.min(text.len())];
        (start.contains('.') && !text.contains('e')).then(|| {
            let digits = start.bytes().filter(u8::is_ascii_digit).skip_while(|&it| it == b'0');
            (digits.count(), start.to_owned())
        })
    }
}

/// A number on an axis, with decimal places down to `place`, as all numbers there have.
pub(crate) fn on_an_axis(number: &Decimal, place: i32) -> String {
    let text = number.to_string();
    if text.contains('e') {
        return text;
    }
    let places = usize::try_from(-place).unwrap_or(0);
    let behind = text.find('.').map_or(0, |point| text.len() - 1 - point);
    let point = if behind == 0 && places > 0 { "." } else { "" };
    grouped(&text) + point + &"0".repeat(places.saturating_sub(behind))
}

/// Groups the digits before the point by thousands.
pub(crate) fn grouped(number: &str) -> String {
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

/// A rate a second, with a suitable prefix.
pub(crate) fn per_second(rate: f64) -> String {
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

/// Seconds as a clock shows them.
pub(crate) fn clock(seconds: u64) -> String {
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
    use proptest::prelude::*;

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
    fn a_number_that_has_no_room_is_cut_and_never_rounded() {
        for (number, width, text) in [
            ("1234567", 9, "1,234,567"),
            ("1234567", 7, "1234567"),
            ("1234567", 6, "1.2e6…"),
            ("52.86666", 8, "52.86666"),
            ("52.86666", 7, "52.866…"),
            ("52.86666", 4, "52.…"),
            ("52.86666", 3, "…"),
            ("-52.86666", 4, "…"),
            ("-0.999399", 8, "-0.9993…"),
            ("0.000000000123456", 9, "1.23e-10…"),
            ("1000000000000", 5, "1e12"),
            ("123456789012345678901234567890", 10, "1.2345e29…"),
            ("1.7976931348623157e308", 9, "1.79e308…"),
            ("-0.000000000000000012345", 9, "-1.2e-17…"),
            ("101325.12345678", 15, "101325.12345678"),
            ("7", 1, "7"),
            ("0", 1, "0"),
            ("57", 1, "…"),
            ("57", 0, ""),
        ] {
            let fitted = fitted(&number.parse().unwrap(), width, CUT);
            assert_eq!(fitted, text, "{number} in {width}");
        }
    }

    proptest! {
        /// More room never shows fewer digits, and what is shown is how the number begins.
        #[test]
        fn room_is_used_and_digits_are_right(number in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?(e-?[0-9]{1,2})?") {
            let number: Decimal = number.parse().unwrap();
            let whole = number.to_string();
            let significant = |text: &str| {
                let mantissa = text.split('e').next().unwrap_or_default();
                let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
                digits.trim_start_matches('0').to_owned()
            };
            let mut before = 0;
            for width in 0..80 {
                let text = fitted(&number, width, CUT);
                prop_assert!(text.chars().count() <= width);
                let digits = significant(&text);
                let begins = significant(&whole).starts_with(digits.trim_end_matches('0'));
                prop_assert!(begins, "{text}");
                let is_whole = !text.is_empty() && !text.ends_with(CUT);
                let count = if is_whole { 80 } else { digits.len() };
                prop_assert!(count >= before, "{text} in {width}");
                before = count;
                if width > 0 && !text.ends_with(CUT) {
                    let same = text.replace(',', "").parse::<f64>() == whole.parse::<f64>();
                    prop_assert!(same, "{text} is {whole}");
                }
            }
        }
    }

    #[test]
    fn the_numbers_of_an_axis_have_as_many_decimal_places() {
        let axis =
            |numbers: [&str; 3], place| numbers.map(|it| on_an_axis(&it.parse().unwrap(), place));
        assert_eq!(axis(["-0.5", "0", "0.5"], -1), ["-0.5", "0.0", "0.5"]);
        assert_eq!(axis(["999.95", "1000", "1000.1"], -2), ["999.95", "1,000.00", "1,000.10"]);
        assert_eq!(axis(["0", "2e5", "1e300"], 5), ["0", "200,000", "1e300"]);
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
