//! Checks of converted values: a reading whose value fails one is rejected, with the check's reason.
//!
//! To add a check: write a file for it beside `plausible`, add its option to
//! `options`, and the check itself to [`crate::channel`]. A check that remembers earlier values must say so in [`Check::is_memoryless`];
//! then it sees every value, since no sample comes from the cache of texts. (Text is passed on unread
//! only if there are no checks.)

mod options;
mod plausible;

use std::fmt::Debug;

use stage::format::decimal::fixed::Fixed;
use stage::format::sample::Sample;

pub use self::options::CheckOptions;
pub(crate) use self::plausible::Plausible;

/// A check of values.
pub trait Check: Debug {
    /// Whether `value` passes. Values come in the order of their readings, except for those that an
    /// earlier check has rejected.
    fn passes(&mut self, value: &Sample) -> bool;

    /// The same for a value in machine words; overridden by checks that need no [`Sample`].
    fn passes_fixed(&mut self, value: Fixed) -> bool {
        self.passes(&value.into())
    }

    /// Why `value`, the last one checked, did not pass.
    fn reason(&self, value: &Sample) -> String;

    /// Whether the answer depends on the value alone.
    fn is_memoryless(&self) -> bool;
}

/// The checks, in order.
#[derive(Debug, Default)]
pub struct Checks(Vec<Box<dyn Check>>);

impl Checks {
    /// Applies `checks` in this order.
    pub fn new(checks: Vec<Box<dyn Check>>) -> Checks {
        Checks(checks)
    }

    /// The first check that `value` does not pass.
    pub fn failed(&mut self, value: &Sample) -> Option<&dyn Check> {
        let failed = self.0.iter_mut().find_map(|check| (!check.passes(value)).then_some(check));
        failed.map(|check| &**check)
    }

    /// The same for a value in machine words.
    #[inline]
    pub fn failed_fixed(&mut self, value: Fixed) -> Option<&dyn Check> {
        let failed =
            self.0.iter_mut().find_map(|check| (!check.passes_fixed(value)).then_some(check));
        failed.map(|check| &**check)
    }

    /// Whether nothing is checked.
    pub fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all are memoryless.
    pub fn are_memoryless(&self) -> bool {
        self.0.iter().all(|check| check.is_memoryless())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::process::quantity::bounds;

    #[test]
    fn the_first_check_that_fails_says_why() {
        let plausible = |text| Box::new(Plausible::new(bounds(text).unwrap())) as Box<dyn Check>;
        let mut checks = Checks::new(vec![plausible("0..50"), plausible("10..40")]);
        let mut why = |text: &str| {
            let value = Sample::parse(text.as_bytes()).unwrap();
            checks.failed(&value).map(|check| check.reason(&value))
        };
        assert_eq!(why("50.1").unwrap(), "outside 0..50: 50.1");
        assert_eq!(why("50").unwrap(), "outside 10..40: 50");
        assert_eq!(why("40"), None);
    }
}
