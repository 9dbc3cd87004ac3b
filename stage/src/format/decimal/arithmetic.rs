//! Sums, differences, products and negatives of decimal numbers, all exact: each has as many digits
//! as it needs.

use std::ops::{Add, Mul, Neg, Sub};

use super::{Decimal, Mantissa};

impl Add for &Decimal {
    type Output = Decimal;

    fn add(self, other: &Decimal) -> Decimal {
        match self.aligned_small(other) {
            Some((a, b, places)) => Decimal { mantissa: Mantissa::from_wide(a + b), places },
            None => {
                let places = self.places.max(other.places);
                Decimal::from_big(self.mantissa_at(places) + other.mantissa_at(places), places)
            }
        }
    }
}

impl Sub for &Decimal {
    type Output = Decimal;

    fn sub(self, other: &Decimal) -> Decimal {
        match self.aligned_small(other) {
            Some((a, b, places)) => Decimal { mantissa: Mantissa::from_wide(a - b), places },
            None => {
                let places = self.places.max(other.places);
                Decimal::from_big(self.mantissa_at(places) - other.mantissa_at(places), places)
            }
        }
    }
}

impl Mul for &Decimal {
    type Output = Decimal;

    fn mul(self, other: &Decimal) -> Decimal {
        let places = self.places + other.places;
        match (&self.mantissa, &other.mantissa) {
            (Mantissa::Small(a), Mantissa::Small(b)) => {
                let wide = i128::from(*a) * i128::from(*b);
                Decimal { mantissa: Mantissa::from_wide(wide), places }
            }
            (a, b) => Decimal::from_big(a.to_big() * b.to_big(), places),
        }
    }
}

impl Neg for &Decimal {
    type Output = Decimal;

    fn neg(self) -> Decimal {
        let mantissa = match &self.mantissa {
            Mantissa::Small(small) => Mantissa::Small(-small),
            Mantissa::Big(big) => Mantissa::Big(Box::new(-&**big)),
        };
        Decimal { mantissa, places: self.places }
    }
}

impl Decimal {
    /// The number without its sign.
    pub fn abs(&self) -> Decimal {
        if self.is_negative() { -self } else { self.clone() }
    }
}

impl Neg for Decimal {
    type Output = Decimal;

    fn neg(self) -> Decimal {
        -&self
    }
}

/// The same, for operands by value.
macro_rules! by_value {
    ($($operator:ident, $method:ident;)*) => {$(
        impl $operator for Decimal {
            type Output = Decimal;

            fn $method(self, other: Decimal) -> Decimal {
                (&self).$method(&other)
            }
        }

        impl $operator<&Decimal> for Decimal {
            type Output = Decimal;

            fn $method(self, other: &Decimal) -> Decimal {
                (&self).$method(other)
            }
        }

        impl $operator<Decimal> for &Decimal {
            type Output = Decimal;

            fn $method(self, other: Decimal) -> Decimal {
                self.$method(&other)
            }
        }
    )*};
}

by_value! {
    Add, add;
    Sub, sub;
    Mul, mul;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::decimal::power_of_ten;
    use num_bigint::BigInt;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn arithmetic_is_exact_where_doubles_are_not() {
        assert_eq!((&decimal("0.1") + &decimal("0.2")).to_string(), "0.3");
        assert_eq!((&decimal("0.3") - &decimal("0.2")).to_string(), "0.1");
        assert_eq!((&decimal("3") * &decimal("0.1")).to_string(), "0.3");
        assert_eq!(
            (&decimal("1e20") + &decimal("1e-20")).to_string(),
            "1.0000000000000000000000000000000000000001e20"
        );
    }

    proptest! {
        #[test]
        fn sums_and_products_agree_with_integers(
            a in any::<i64>(), b in any::<i64>(), p in 0u16..30, q in 0u16..30,
        ) {
            let (x, y) = (Decimal::new(a, p), Decimal::new(b, q));
            let big = |m: i64, shift: u16| BigInt::from(m) * power_of_ten(shift.into());
            let (m, n) = (big(a, 30 - p), big(b, 30 - q));
            prop_assert_eq!(&x * &y, Decimal::from_big(BigInt::from(a) * b, p + q));
            prop_assert_eq!(&x + &y, Decimal::from_big(&m + &n, 30));
            prop_assert_eq!(&x - &y, Decimal::from_big(&m - &n, 30));
            prop_assert_eq!(-&x, Decimal::from_big(-&m, 30));
            prop_assert_eq!(x.cmp(&y), m.cmp(&n));
        }
    }
}
