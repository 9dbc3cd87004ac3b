//! What is done to the readings of one channel, each by itself: conversion, then the checks of a value
//! alone. (Those that remember come behind, in `check`.)
//!
//! Numbers are converted and checked in machine words where they fit ([`Fixed`]), and otherwise as
//! decimals: with the same result.

use stage::format::columns::{Channels, Columns};
use stage::format::decimal::Decimal;
use stage::format::decimal::fixed::Fixed;
use stage::format::name::Name;
use stage::format::sample::{NotASample, Sample};

use crate::check::{Check, CheckOptions, Checks};
use crate::conversion::{Affine, Conversion, ConversionOptions, Linear};
use crate::for_channel::{Called, WrongChannel, check_known};
use crate::missing::{Missing, MissingOptions};

/// What is done to the readings of one channel.
#[derive(Debug)]
pub struct Channel {
    /// `None` if readings are values as they are.
    affine: Option<Affine>,
    /// The same in machine words.
    linear: Linear,
    checks: Checks,
    /// What stands for no reading.
    missing: Missing,
}

/// A sample that may be sent.
#[derive(Clone, Debug)]
pub enum Value {
    /// In machine words.
    Fixed(Fixed),
    /// Of any length.
    Sample(Sample),
}

/// Why a reading gives no sample. (Put into words only if it is reported.)
#[derive(Debug)]
pub(crate) enum NoValue<'a> {
    /// Its value exceeds a sample's limits.
    NotASample(NotASample),
    /// Its value fails a check.
    Failed(&'a dyn Check, Sample),
}

impl Value {
    /// The number.
    pub(crate) fn decimal(&self) -> Decimal {
        match self {
            Value::Fixed(value) => Decimal::from(*value),
            Value::Sample(value) => Decimal::clone(value),
        }
    }
}

impl Channel {
    /// Applies `conversion`, then `checks`.
    pub fn new(conversion: &Conversion, checks: Checks) -> Channel {
        let affine = Affine::of(conversion);
        let missing = Missing::default();
        Channel { linear: Linear::new(affine.clone()), affine, checks, missing }
    }

    /// Has these values stand for no reading.
    pub(crate) fn missing(self, missing: Missing) -> Channel {
        Channel { missing, ..self }
    }

    /// Whether this value stands for no reading.
    #[inline]
    pub(crate) fn is_missing(&self, raw: &Sample) -> bool {
        self.missing.has(raw)
    }

    /// Whether readings are samples as they are.
    pub(crate) fn is_plain(&self) -> bool {
        self.affine.is_none() && self.checks.are_none() && self.missing.has_no_numbers()
    }

    /// The sample that a reading gives.
    pub(crate) fn value(&mut self, raw: Sample) -> Result<Value, NoValue<'_>> {
        match self.converted(&raw) {
            None => self.long_value(raw).map(Value::Sample),
            Some(value) => match self.failed(value) {
                None => Ok(Value::Fixed(value)),
                Some(check) => Err(NoValue::Failed(check, value.into())),
            },
        }
    }

    /// The value of a reading in machine words, still to be checked; `None` if it does not fit.
    #[inline]
    pub(crate) fn converted(&mut self, raw: &Sample) -> Option<Fixed> {
        Fixed::of(raw).and_then(|raw| self.converted_fixed(raw))
    }

    /// Whether a reading in machine words stands for no reading.
    #[inline(always)]
    pub(crate) fn is_missing_fixed(&self, raw: Fixed) -> bool {
        !self.missing.has_no_numbers() && self.missing.has(&raw.into())
    }

    /// The same for one in canonical form.
    #[inline(always)]
    pub(crate) fn is_missing_line(&self, line: &[u8]) -> bool {
        self.missing.has_line(line)
    }

    /// The sample that a reading in machine words gives; `None` if its value does not fit, or fails a check. The
    /// caller has checked that it does not stand for no reading.
    #[inline(always)]
    pub(crate) fn sample(&mut self, raw: Fixed) -> Option<Fixed> {
        let value = self.converted_fixed(raw)?;
        self.failed(value).is_none().then_some(value)
    }

    /// The value of a reading in machine words, still to be checked; `None` if it does not fit.
    #[inline]
    pub(crate) fn converted_fixed(&mut self, raw: Fixed) -> Option<Fixed> {
        self.linear.apply(raw)
    }

    /// The check that a value in machine words fails.
    #[inline]
    pub(crate) fn failed(&mut self, value: Fixed) -> Option<&dyn Check> {
        self.checks.failed_fixed(value)
    }

    /// The sample that a reading gives whose value does not fit.
    pub(crate) fn long_value(&mut self, raw: Sample) -> Result<Sample, NoValue<'_>> {
        let value = match &self.affine {
            None => raw,
            Some(affine) => affine.apply(&raw).map_err(NoValue::NotASample)?,
        };
        match self.checks.failed(&value) {
            None => Ok(value),
            Some(check) => Err(NoValue::Failed(check, value)),
        }
    }
}

/// What is to be done to each channel's readings. **A new option for a channel is added here.**
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// How raw readings become values.
    pub conversion: ConversionOptions,
    /// Which values are rejected.
    pub checks: CheckOptions,
    /// What stands for no reading.
    pub missing: MissingOptions,
    /// The devices' own conversions, by channel, for what the user left out.
    pub devices: Vec<Conversion>,
}

impl Settings {
    /// What is done to the readings of the channels of `columns`, in order.
    pub fn channels(&self, columns: &Columns) -> Vec<Channel> {
        let of = |index| self.channel(index, Called::of(columns, index));
        (0..columns.count()).map(of).collect()
    }

    /// Whether a check uses the times of readings.
    pub(crate) fn use_times(&self) -> bool {
        self.checks.use_times()
    }

    /// Whether every channel that something is set for is one of the first `columns`. (Later ones may lack
    /// it, and cannot contradict what is set.)
    pub fn check(&self, columns: &Columns) -> Result<(), WrongChannel> {
        self.conversion.check_known(columns)?;
        // A channel may have several values that stand for no reading.
        check_known("missing", &self.missing.missing, columns)?;
        self.checks.check_known(columns)
    }

    /// What is done to the readings of the first channel, which may be the only one.
    pub(crate) fn only_channel(&self, columns: &Columns) -> Channel {
        self.channel(0, Called::of(columns, 0))
    }

    /// What is done to the readings of one channel, by its index from 0.
    fn channel(&self, index: usize, called: Option<Called<'_>>) -> Channel {
        Channel::new(&self.conversion(index, called), self.checks.checks(called))
            .missing(self.missing.of(called))
    }

    /// How one channel's readings are converted.
    pub(crate) fn conversion(&self, index: usize, called: Option<Called<'_>>) -> Conversion {
        let device = self.devices.get(index).cloned().unwrap_or_default();
        self.conversion.of(called, device)
    }
}

/// The name of the channel at `index`, if it has one.
pub(crate) fn name(columns: &Columns, index: usize) -> Option<&Name> {
    match columns.channels() {
        Channels::Named(names) => names.get(index),
        Channels::Unnamed | Channels::Numbered(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::for_channel;
    use stage::process::quantity;

    #[test]
    fn each_channel_has_its_own_conversion_and_checks() {
        let number = |text| for_channel::parse(text, str::parse).unwrap();
        let range = |text| for_channel::parse(text, quantity::bounds).unwrap();
        let conversion = ConversionOptions {
            offset: vec![number("a=1")],
            scale: vec![number("2"), number("b=0.5")],
            map: vec![],
        };
        let checks = CheckOptions { plausible: vec![range("c=0..1")], ..Default::default() };
        let settings = Settings { conversion, checks, ..Settings::default() };
        let columns = Columns::named(["a", "b", "c"]).unwrap();
        let mut channels = settings.channels(&columns);
        let values: Vec<String> = channels
            .iter_mut()
            .map(|channel| match channel.value(Sample::new(3, 0).unwrap()) {
                Ok(Value::Fixed(value)) => Sample::from(value).to_string(),
                Ok(Value::Sample(value)) => value.to_string(),
                Err(NoValue::Failed(check, value)) => check.reason(&value),
                Err(NoValue::NotASample(why)) => why.to_string(),
            })
            .collect();
        assert_eq!(values, ["8", "1.5", "outside 0..1: 6"]);
        assert!(settings.check(&columns).is_ok() && settings.check(&Columns::CLASSIC).is_err());
    }
}
