//! The options of the checks.

use clap::Args;
use stage::format::columns::Columns;
use stage::format::decimal::Decimal;
use stage::process::quantity::{self, Bounds, count};

use super::flat::{Flat, FlatLine};
use super::memory::Memory;
use super::spike::Spike;
use super::step::Step;
use super::{Checks, FLAT, PATIENCE, PLAUSIBLE, Plausible, SPIKE, STEP};
use crate::for_channel::{
    self, Called, ForChannel, WrongChannel, check_known_once, check_once, heading, may_be_same,
    value,
};
use crate::fraction::Fraction;

/// Values in a row that are rejected as steps, unless the user says how many.
const DEFAULT_PATIENCE: u64 = 3;

/// Which values are rejected.
#[derive(Args, Clone, Debug, Default)]
pub struct CheckOptions {
    /// Reject values outside of 0..50, -40.. or ..100
    #[arg(long, value_name = "MIN..MAX", value_parser = bounds, allow_hyphen_values = true, help_heading = heading::CHECKS)]
    pub plausible: Vec<ForChannel<Bounds>>,
    /// Reject a value more than T above, or below, both neighbours; each row waits for the next
    #[arg(long, value_name = "T", value_parser = threshold, allow_hyphen_values = true, help_heading = heading::CHECKS)]
    pub spike: Vec<ForChannel<Decimal>>,
    /// Reject a change by more than R a second, or a reading if there are no times: 0.5, 5/60
    #[arg(long, value_name = "R", value_parser = rate, allow_hyphen_values = true, help_heading = heading::CHECKS)]
    pub step: Vec<ForChannel<Fraction>>,
    /// Accept a step after N rejected values in a row [default: 3]
    #[arg(long, value_name = "N", value_parser = patience, allow_hyphen_values = true, help_heading = heading::CHECKS)]
    pub step_patience: Vec<ForChannel<u64>>,
    /// Reject a value if those since DUR, or N before, are the same, or within TOL: 10min, 50,0.1
    #[arg(long, value_name = "DUR|N[,TOL]", value_parser = flat_line, allow_hyphen_values = true, help_heading = heading::CHECKS)]
    pub flat: Vec<ForChannel<FlatLine>>,
}

impl CheckOptions {
    /// Whether each is given at most once for a channel, and patience only with steps.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_once(PLAUSIBLE, &self.plausible)?;
        check_once(SPIKE, &self.spike)?;
        check_once(STEP, &self.step)?;
        check_once(PATIENCE, &self.step_patience)?;
        check_once(FLAT, &self.flat)?;
        let without_step = |name: &&String| {
            let is_its =
                |step: &ForChannel<_>| step.name.as_ref().is_none_or(|it| may_be_same(it, name));
            !self.step.iter().any(is_its)
        };
        match self.step_patience.iter().filter_map(|it| it.name.as_ref()).find(without_step) {
            None => Ok(()),
            Some(name) => Err(format!("--{PATIENCE} is given for {name:?}, but --{STEP} is not")),
        }
    }

    /// Whether every channel that something is given for exists.
    pub(crate) fn check_known(&self, columns: &Columns) -> Result<(), WrongChannel> {
        check_known_once(PLAUSIBLE, &self.plausible, columns)?;
        check_known_once(SPIKE, &self.spike, columns)?;
        check_known_once(STEP, &self.step, columns)?;
        check_known_once(PATIENCE, &self.step_patience, columns)?;
        check_known_once(FLAT, &self.flat, columns)
    }

    /// The checks of a channel that look at a value alone.
    pub(crate) fn checks(&self, channel: Option<Called<'_>>) -> Checks {
        let plausible = value(&self.plausible, channel).cloned();
        Checks::new(plausible.into_iter().map(|it| Box::new(Plausible::new(it)) as _).collect())
    }

    /// Its checks that remember.
    pub(crate) fn memory(&self, channel: Option<Called<'_>>) -> Memory {
        let patience = value(&self.step_patience, channel).copied().unwrap_or(DEFAULT_PATIENCE);
        Memory {
            spike: value(&self.spike, channel).cloned().map(Spike::new),
            step: value(&self.step, channel).cloned().map(|rate| Step::new(rate, patience)),
            flat: value(&self.flat, channel).cloned().map(Flat::new),
        }
    }

    /// Whether a check measures time, where there is any.
    pub(crate) fn use_times(&self) -> bool {
        !self.step.is_empty() || self.flat.iter().any(|flat| flat.value.needs_times())
    }
}

fn bounds(text: &str) -> Result<ForChannel<Bounds>, String> {
    for_channel::parse(text, quantity::bounds)
}

fn threshold(text: &str) -> Result<ForChannel<Decimal>, String> {
    for_channel::parse(text, |text| match quantity::decimal(text)? {
        threshold if threshold.is_negative() => Err("a threshold must not be negative".to_owned()),
        threshold => Ok(threshold),
    })
}

fn rate(text: &str) -> Result<ForChannel<Fraction>, String> {
    for_channel::parse(text, |text| match text.parse::<Fraction>()? {
        rate if rate.numerator().is_negative() => Err("a rate must not be negative".to_owned()),
        rate => Ok(rate),
    })
}

fn patience(text: &str) -> Result<ForChannel<u64>, String> {
    for_channel::parse(text, |text| match count(text)? {
        0 => Err("must be at least 1".to_owned()),
        patience => Ok(patience),
    })
}

fn flat_line(text: &str) -> Result<ForChannel<FlatLine>, String> {
    for_channel::parse(text, FlatLine::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_needs_a_step_to_be_patient_with() {
        let check = |step: &str, wanted: &str| {
            let (step, step_patience) =
                (vec![rate(step).unwrap()], vec![patience(wanted).unwrap()]);
            CheckOptions { step, step_patience, ..Default::default() }.check()
        };
        assert_eq!(check("5", "a=1"), Ok(()));
        assert_eq!(check("a=5", "1"), Ok(()));
        assert_eq!(check("a=5", "a [V]=1"), Ok(()));
        assert_eq!(check("a [V]=5", "a=1"), Ok(()));
        let why = check("a=5", "b=1").unwrap_err();
        assert_eq!(why, "--step-patience is given for \"b\", but --step is not");
    }

    #[test]
    fn what_no_value_can_fail_or_pass_is_refused() {
        assert_eq!(threshold("-1").unwrap_err(), "a threshold must not be negative");
        assert_eq!(rate("t=-1/3").unwrap_err(), "a rate must not be negative");
        assert_eq!(patience("0").unwrap_err(), "must be at least 1");
    }
}
