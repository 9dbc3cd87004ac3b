//! The options of the conversion.

use clap::Args;
use stage::format::columns::Columns;

use super::Conversion;
use super::map::{Map, map};
use crate::for_channel::{
    self, Called, ForChannel, WrongChannel, all, check_known_once, check_once, for_whom, heading,
    is_own, value,
};
use crate::fraction::Fraction;

/// How raw readings become values.
#[derive(Args, Clone, Debug, Default)]
pub struct ConversionOptions {
    /// Add this to each raw value: -273.15, 160/9
    #[arg(long, value_name = "OFFSET", value_parser = fraction, allow_hyphen_values = true, help_heading = heading::CONVERSION)]
    pub offset: Vec<ForChannel<Fraction>>,
    /// Multiply by this, after --offset: 0.001, 5/1023
    #[arg(long, value_name = "SCALE", value_parser = fraction, allow_hyphen_values = true, help_heading = heading::CONVERSION)]
    pub scale: Vec<ForChannel<Fraction>>,
    /// Two raw values and what they stand for, instead of both: 0..1023=-40..125
    #[arg(long, value_name = "A..B=C..D", value_parser = map, allow_hyphen_values = true, help_heading = heading::CONVERSION)]
    pub map: Vec<ForChannel<Map>>,
}

impl ConversionOptions {
    /// Whether each is given at most once for a channel, and none twice over.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_once("offset", &self.offset)?;
        check_once("scale", &self.scale)?;
        check_once("map", &self.map)?;
        for (option, given) in [("offset", &self.offset), ("scale", &self.scale)] {
            let both = |map: &&ForChannel<Map>| given.iter().any(|it| it.name == map.name);
            if let Some(map) = self.map.iter().find(both) {
                return Err(format!("--map and --{option} are both given{}", for_whom(map)));
            }
        }
        Ok(())
    }

    /// Whether every channel that something is given for exists, and is given it once, however it is called.
    pub(crate) fn check_known(&self, columns: &Columns) -> Result<(), WrongChannel> {
        check_known_once("offset", &self.offset, columns)?;
        check_known_once("scale", &self.scale, columns)?;
        check_known_once("map", &self.map, columns)?;
        let has_map = |channel: &Called<'_>| is_own(&self.map, Some(*channel));
        for channel in all(columns).filter(has_map) {
            for (option, given) in [("offset", &self.offset), ("scale", &self.scale)] {
                if is_own(given, Some(channel)) {
                    let options = ["map", option];
                    return Err(WrongChannel::Both {
                        options,
                        channel: channel.name().to_string(),
                    });
                }
            }
        }
        Ok(())
    }

    /// How the readings of a channel are converted, of which the `device` may know more.
    /// What is given for this channel precedes what is given for all.
    pub(crate) fn of(&self, channel: Option<Called<'_>>, device: Conversion) -> Conversion {
        let has_own = is_own(&self.offset, channel) || is_own(&self.scale, channel);
        let map = value(&self.map, channel).filter(|_| !has_own || is_own(&self.map, channel));
        if let Some(map) = map {
            return map.conversion();
        }
        let offset = value(&self.offset, channel).cloned();
        let scale = value(&self.scale, channel).cloned();
        Conversion { offset, scale }.or(device)
    }
}

fn fraction(text: &str) -> Result<ForChannel<Fraction>, String> {
    for_channel::parse(text, str::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_for_a_channel_precedes_what_is_given_for_all() {
        let of = |text| fraction(text).unwrap();
        let line = map("0..10=0..20").unwrap();
        let own = map("b=0..10=0..30").unwrap();
        let (scale, device) = (vec![of("5"), of("a=7")], Conversion::default());
        let scale_of = |options: &ConversionOptions, name: &str| {
            let columns = Columns::named([name]).unwrap();
            let conversion = options.of(Called::of(&columns, 0), device.clone());
            conversion.scale.unwrap().to_string()
        };
        let options = ConversionOptions { scale, map: vec![own.clone()], ..Default::default() };
        assert_eq!(options.check(), Ok(()));
        assert_eq!(["a", "b", "c"].map(|name| scale_of(&options, name)), ["7", "3", "5"]);
        let options =
            ConversionOptions { scale: vec![of("a=7")], map: vec![line, own], offset: vec![] };
        assert_eq!(options.check(), Ok(()));
        assert_eq!(["a", "b", "c"].map(|name| scale_of(&options, name)), ["7", "3", "2"]);
    }

    #[test]
    fn a_map_and_its_parts_are_not_both_given_for_a_channel() {
        let options = |offset: &str, line: &str| ConversionOptions {
            offset: vec![fraction(offset).unwrap()],
            map: vec![map(line).unwrap()],
            ..Default::default()
        };
        let why = options("1", "0..1=0..2").check().unwrap_err();
        assert_eq!(why, "--map and --offset are both given");
        let why = options("a=1", "a=0..1=0..2").check().unwrap_err();
        assert_eq!(why, "--map and --offset are both given for \"a\"");
        let (options, columns) =
            (options("a=1", "a [V]=0..1=0..2"), Columns::named(["a [V]", "b"]));
        assert_eq!(options.check(), Ok(()), "they may be two channels");
        let why = options.check_known(&columns.unwrap()).unwrap_err().to_string();
        assert_eq!(why, "--map and --offset are both given for \"a [V]\"");
    }
}
