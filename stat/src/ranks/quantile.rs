//! Quantiles by nearest rank: which sample a quantile is.

use stage::format::decimal::{Decimal, Mantissa};

/// A quantile, as a percentage of the samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quantile {
    /// The field's name, such as `p99.9`.
    pub name: String,
    /// The percentage in units of 10^−`places`.
    mantissa: u64,
    places: u16,
}

/// Decimal places of a percentage, at most, so that ranks can be computed in 128 bits.
const PLACES: u16 = 15;

impl Quantile {
    /// The quantile of `percent`, which must lie between 0 and 100.
    pub fn new(percent: &Decimal) -> Result<Quantile, String> {
        let percent = percent.normalized();
        if percent < Decimal::ZERO || percent > Decimal::new(100, 0) {
            return Err(format!("a quantile is a percentage from 0 to 100, not {percent}"));
        }
        match percent.mantissa() {
            Mantissa::Small(mantissa) if percent.places() <= PLACES => Ok(Quantile {
                name: format!("p{percent}"),
                mantissa: mantissa.unsigned_abs(),
                places: percent.places(),
            }),
            _ => Err(format!("a quantile has {PLACES} decimal places at most")),
        }
    }

    /// The rank of the quantile among `n` sorted samples, at least one: the least r from 1 with
    /// r ≥ n × percent / 100, so that at least `percent` of the samples are at or below it.
    /// (Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, definition 1.)
    pub fn rank(&self, n: u64) -> u64 {
        let hundred = 100 * 10u128.pow(self.places.into());
        let rank = (u128::from(n) * u128::from(self.mantissa)).div_ceil(hundred);
        rank.max(1) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantile(percent: &str) -> Result<Quantile, String> {
        Quantile::new(&percent.parse().unwrap())
    }

    #[test]
    fn ranks_are_exact() {
        let rank = |percent, n| quantile(percent).unwrap().rank(n);
        assert_eq!([1, 2, 3, 4].map(|n| rank("50", n)), [1, 1, 2, 2]);
        assert_eq!((rank("0", 7), rank("100", 7)), (1, 7));
        // In doubles, 0.07 × 100 is a little more than 7, and 0.29 × 100 a little less than 29.
        assert_eq!((rank("7", 100), rank("29", 100)), (7, 29));
        assert_eq!((rank("99.9", 1000), rank("99.9", 1001)), (999, 1000));
        assert_eq!(rank("100", u64::MAX), u64::MAX);
        assert_eq!(rank("99.999999999999999", u64::MAX), u64::MAX - 184);
    }

    #[test]
    fn a_quantile_is_named_after_its_percentage() {
        assert_eq!(quantile("99.90").unwrap().name, "p99.9");
        assert_eq!(quantile("1e1").unwrap().name, "p10");
        for wrong in ["-1", "100.1", "1e300"] {
            let refusal = quantile(wrong).unwrap_err();
            assert!(
                refusal.starts_with("a quantile is a percentage from 0 to 100, not "),
                "{refusal}"
            );
        }
        let refusal = quantile("0.0000000000000001").unwrap_err();
        assert_eq!(refusal, "a quantile has 15 decimal places at most");
    }
}
