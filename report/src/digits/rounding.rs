//! Rounding decimals to a power of ten, in decimal arithmetic.

use stage::decimal::{Decimal, Mantissa, power_of_ten};

/// The powers of ten that are computed in a machine word: a small mantissa is below half of the next.
const WORD: i64 = 18;

/// The place of the first significant digit: e, if 10^e ≤ |`number`| < 10^(e+1). `None` for zero.
pub fn first_place(number: &Decimal) -> Option<i32> {
    let places = i32::from(number.places());
    match number.mantissa() {
        Mantissa::Small(0) => None,
        Mantissa::Small(small) => Some(small.unsigned_abs().ilog10() as i32 - places),
        Mantissa::Big(big) => Some(big.magnitude().to_string().len() as i32 - 1 - places),
    }
}

/// The multiple of 10^`place` that is nearest to `number`; of two, the one farther from zero.
pub fn rounded(number: &Decimal, place: i32) -> Decimal {
    let dropped = i64::from(number.places()) + i64::from(place);
    if dropped <= 0 {
        return number.clone();
    }
    let multiple = match number.mantissa() {
        Mantissa::Small(_) if dropped > WORD => return Decimal::ZERO,
        Mantissa::Small(small) => {
            let unit = 10i64.pow(dropped as u32);
            Decimal::new((small + small.signum() * (unit / 2)) / unit, 0)
        }
        Mantissa::Big(big) => {
            let unit = power_of_ten(dropped as u32);
            let half = &unit / 2u8;
            let half = if number.is_negative() { -half } else { half };
            Decimal::from_big((&**big + half) / unit, 0)
        }
    };
    multiple.times(&unit(place))
}

/// 10^`place`.
pub fn unit(place: i32) -> Decimal {
    match u16::try_from(-place) {
        Ok(places) => Decimal::new(1, places),
        Err(_) => Decimal::from_big(power_of_ten(place.unsigned_abs()), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stage::sample::parse_line as parse;

    fn decimal(text: &str) -> Decimal {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_number_is_rounded_to_the_nearest_multiple() {
        for (number, place, text) in [
            ("52.8333", -2, "52.83"),
            ("52.835", -2, "52.84"),
            ("-52.835", -2, "-52.84"),
            ("9.99", -1, "10"),
            ("1234", 2, "1200"),
            ("1250", 2, "1300"),
            ("-49", 2, "0"),
            ("0.3", 20, "0"),
            ("7", -3, "7"),
            ("1.0000000000000000000000005", -24, "1.000000000000000000000001"),
            ("-123456789012345678901234567890", 20, "-123456789000000000000000000000"),
            ("1.7e308", 300, "1.7e308"),
        ] {
            assert_eq!(rounded(&decimal(number), place).to_string(), text, "{number} to {place}");
        }
    }

    #[test]
    fn the_first_place_is_that_of_the_first_digit() {
        for (number, place) in
            [("1", 0), ("99.9", 1), ("-0.05", -2), ("1e300", 300), ("5e-324", -324)]
        {
            assert_eq!(first_place(&decimal(number)), Some(place), "{number}");
        }
        assert_eq!(first_place(&decimal("0.00")), None);
    }

    proptest! {
        #[test]
        fn words_and_big_integers_round_alike(
            mantissa in -999_999_999_999_999_999i64..=999_999_999_999_999_999, places in 0u16..25, place in -25i32..25,
        ) {
            // The same number, with so many zeros behind it that it needs a big integer.
            let long = Decimal::from_big(
                power_of_ten(30) * mantissa, places + 30,
            );
            let short = Decimal::new(mantissa, places);
            prop_assert_eq!(rounded(&short, place), rounded(&long, place));
        }
    }
}
