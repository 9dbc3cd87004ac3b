//! Checks of converted values: a reading whose value fails one is rejected, with the check's reason.
//!
//! | module | owns |
//! |---|---|
//! | `options` | the options, and which checks are a channel's |
//! | `plausible` | the range of values: a [`Check`], which looks at a value alone |
//! | `spike`, `step`, `flat` | comparisons with other values, after QARTOD's tests (the manuals of the U.S. Integrated Ocean Observing System; each head says where it differs from ioos_qc) |
//! | `memory` | **all that one channel remembers**, and the order of the checks that do |
//! | `moment`, `failure` | when a value came; what it failed |
//! | `tally` | how many values failed which check |
//!
//! To add a check of a value alone: write a file for it beside `plausible`, and add its option, and the
//! check itself, to `options`. To add one that remembers: write a file beside `step`, and add it to
//! `memory` as well. (With memory no sample comes from a cache, since each must be seen.)

mod failure;
mod flat;
mod memory;
mod moment;
mod options;
mod plausible;
mod spike;
mod step;
mod tally;

use std::fmt::Debug;

use stage::format::decimal::fixed::Fixed;
use stage::format::sample::Sample;

pub(crate) use self::memory::Memory;
pub(crate) use self::moment::Moment;
pub use self::options::CheckOptions;
pub(crate) use self::plausible::Plausible;
pub(crate) use self::tally::Tally;

/// The checks, by their options, in their order.
const OPTIONS: [&str; 4] = [PLAUSIBLE, SPIKE, STEP, FLAT];
const PLAUSIBLE: &str = "plausible";
const SPIKE: &str = "spike";
const STEP: &str = "step";
const PATIENCE: &str = "step-patience";
const FLAT: &str = "flat";

/// A check of values, each by itself.
pub trait Check: Debug {
    /// Whether `value` passes.
    fn passes(&mut self, value: &Sample) -> bool;

    /// The same for a value in machine words; overridden by checks that need no [`Sample`].
    fn passes_fixed(&mut self, value: Fixed) -> bool {
        self.passes(&value.into())
    }

    /// Why `value` did not pass.
    fn reason(&self, value: &Sample) -> String;

    /// The option that asks for it.
    fn option(&self) -> &'static str;
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
