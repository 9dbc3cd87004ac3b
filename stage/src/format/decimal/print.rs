//! Writing a decimal number in the sample format's canonical form: no `+`, no leading or
//! useless trailing zeros, and no exponent unless plain digits would be longer than
//! [`MAX_PLAIN`] characters. An exponent of 0 would only make the text longer: never `e0`.

use std::fmt;

use super::Decimal;
use super::fixed::{Fixed, ROOM};

/// Characters, sign and point included, that a number may have before it gets an exponent.
pub const MAX_PLAIN: usize = 40;

impl Decimal {
    /// Appends the canonical text to `text`.
    pub fn print(&self, text: &mut Vec<u8>) {
        if let Some(fixed) = Fixed::of(self) {
            let mut room = [0; ROOM];
            let length = fixed.print(&mut room);
            text.extend_from_slice(&room[..length]);
        } else {
            let digits = self.mantissa.to_big().magnitude().to_string();
            print_digits(self.is_negative(), digits.as_bytes(), self.places.into(), text);
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.print(&mut text);
        formatter.pad(&String::from_utf8_lossy(&text))
    }
}

/// ± `digits` × 10^−`places`.
pub(super) fn print_digits(negative: bool, digits: &[u8], places: usize, text: &mut Vec<u8>) {
    let useless = digits.iter().rev().take(places).take_while(|&&digit| digit == b'0').count();
    let (digits, places) = (&digits[..digits.len() - useless], places - useless);
    if digits.iter().all(|&digit| digit == b'0') {
        text.push(b'0');
        return;
    }
    if negative {
        text.push(b'-');
    }
    let integer_digits = digits.len().saturating_sub(places).max(1);
    let behind_point = if places == 0 { 0 } else { 1 + places };
    let is_long = usize::from(negative) + integer_digits + behind_point > MAX_PLAIN;
    // One digit before the point, which is no zero: then the exponent would be 0.
    let is_normal = digits.len() == places + 1;
    if is_long && !is_normal {
        print_scientific(digits, places, text);
    } else {
        print_plain(digits, places, text);
    }
}

fn print_plain(digits: &[u8], places: usize, text: &mut Vec<u8>) {
    let (before, behind) = digits.split_at(digits.len().saturating_sub(places));
    text.extend_from_slice(if before.is_empty() { b"0" } else { before });
    if places > 0 {
        text.push(b'.');
        text.resize(text.len() + places - behind.len(), b'0');
        text.extend_from_slice(behind);
    }
}

fn print_scientific(digits: &[u8], places: usize, text: &mut Vec<u8>) {
    let exponent = digits.len() as i64 - 1 - places as i64;
    let zeros = digits.iter().rev().take_while(|&&digit| digit == b'0').count();
    let significant = &digits[..digits.len() - zeros];
    text.push(significant[0]);
    if significant.len() > 1 {
        text.push(b'.');
        text.extend_from_slice(&significant[1..]);
    }
    text.push(b'e');
    text.extend_from_slice(itoa::Buffer::new().format(exponent).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_text_is_canonical() {
        for (mantissa, places, text) in [
            (0, 0, "0"),
            (0, 5, "0"),
            (57, 0, "57"),
            (5700, 0, "5700"),
            (5700, 2, "57"),
            (-325, 2, "-3.25"),
            (-5, 3, "-0.005"),
            (120, 3, "0.12"),
            (1, 38, "0.00000000000000000000000000000000000001"),
            (-1, 38, "-1e-38"),
            (15, 45, "1.5e-44"),
        ] {
            assert_eq!(Decimal::new(mantissa, places).to_string(), text);
        }
    }

    #[test]
    fn long_integers_get_an_exponent_but_keep_every_digit() {
        let text = |digits: &str| digits.parse::<Decimal>().unwrap().to_string();
        let forty = "1234567890123456789012345678901234567890";
        assert_eq!(text(forty), forty);
        assert_eq!(text(&format!("{forty}1")), "1.2345678901234567890123456789012345678901e40");
        assert_eq!(text("1e40"), "1e40");
        assert_eq!(text("1e39"), format!("1{}", "0".repeat(39)));
    }

    #[test]
    fn a_long_number_with_one_digit_before_its_point_has_no_exponent() {
        let forty = "0123456789012345678901234567890123456789";
        for text in [format!("2.5{forty}1"), format!("-9.{forty}1")] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        let text = |text: String| text.parse::<Decimal>().unwrap().to_string();
        assert_eq!(text(format!("12.{forty}1")), format!("1.2{forty}1e1"));
        assert_eq!(text(format!("0.2{forty}1")), format!("2.{forty}1e-1"));
    }

    proptest! {
        #[test]
        fn printing_and_parsing_round_trip(text in "-?[0-9]{1,60}(\\.[0-9]{0,60})?") {
            let decimal = text.parse::<Decimal>().unwrap();
            let printed = decimal.to_string();
            let again = printed.parse::<Decimal>().unwrap();
            prop_assert_eq!(&again, &decimal);
            prop_assert!(!printed.ends_with("e0"), "{}", printed);
            prop_assert_eq!(again.to_string(), printed);
        }
    }
}
