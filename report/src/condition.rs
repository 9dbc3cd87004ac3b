//! `--fail-if`: a condition on a record's numbers, compared exactly.
//!
//! `mean>60` is about every channel, `temp.mean>60` about one: the first point that does not belong to a
//! quantile's name ends the channel's. No name has a point or an operator, so none needs quotes.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use stage::format::decimal::Decimal;
use stage::format::name::Name;
use stage::format::record::{Exactness, FIELDS, Field, Kind, Presence, Record};
use stage::process::message::quoted;

use crate::digits;

/// The operators, longer ones first, and which outcomes of a comparison make them true.
const OPERATORS: [(&str, &[Ordering]); 6] = [
    (">=", &[Ordering::Greater, Ordering::Equal]),
    ("<=", &[Ordering::Less, Ordering::Equal]),
    ("==", &[Ordering::Equal]),
    ("!=", &[Ordering::Less, Ordering::Greater]),
    (">", &[Ordering::Greater]),
    ("<", &[Ordering::Less]),
];

/// How an operator is written elsewhere, longer ones first.
const FOREIGN: [(&str, &str); 7] =
    [("=>", ">="), ("=<", "<="), ("<>", "!="), ("≥", ">="), ("≤", "<="), ("≠", "!="), ("=", "==")];

/// A condition such as `mean>60`.
#[derive(Clone, Debug)]
pub struct Condition {
    text: String,
    /// The channel that it is about, with or without its unit; `None` for all.
    channel: Option<String>,
    /// The name of its number, and the row in the table of fields.
    name: String,
    field: &'static Field,
    outcomes: &'static [Ordering],
    limit: Decimal,
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(text: &str) -> Result<Condition, String> {
        let expected = || {
            meant(text).unwrap_or_else(|| {
                "expected a condition such as mean>60, sd>=3.5 or p99!=0".to_owned()
            })
        };
        let (at, operator, outcomes) = OPERATORS
            .iter()
            .filter_map(|(operator, outcomes)| Some((text.find(operator)?, *operator, *outcomes)))
            .min_by_key(|(at, operator, _)| (*at, std::cmp::Reverse(operator.len())))
            .ok_or_else(expected)?;
        let subject = text[..at].trim();
        let limit = text[at + operator.len()..].trim();
        let (channel, name) = split_channel(subject);
        let field = number(name).ok_or_else(|| {
            // What follows the number may be the rest of another language's operator.
            let name_alone = name.trim_end_matches(['=', '<', '>']).trim();
            if number(name_alone).is_some() { expected() } else { no_number(name) }
        })?;
        let channel = channel.map(checked_channel).transpose()?;
        let limit = limit.parse::<Decimal>().map_err(|_| expected())?;
        let of_channel = channel.as_ref().map(|it| format!("{it}.")).unwrap_or_default();
        Ok(Condition {
            text: format!("{of_channel}{name}{operator}{limit}"),
            channel,
            name: name.to_owned(),
            field,
            outcomes,
            limit,
        })
    }
}

/// The channel in front of a number's name, if there is one. (`p99.9` is a number.)
fn split_channel(subject: &str) -> (Option<&str>, &str) {
    match subject.split_once('.').filter(|_| number(subject).is_none()) {
        Some((channel, name)) => (Some(channel.trim()), name.trim()),
        None => (None, subject),
    }
}

/// What a channel can be called: by its name, with or without its unit, or by its number.
fn checked_channel(text: &str) -> Result<String, String> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<Name>() {
        Err(why) if !is_number => {
            Err(format!("{why}: {}, in front of the point", quoted(text.as_bytes())))
        }
        _ => Ok(text.to_owned()),
    }
}

/// The field of this name, if it is a number that a condition can be about.
fn number(name: &str) -> Option<&'static Field> {
    Field::named(name).filter(|field| field.is_figure())
}

fn no_number(name: &str) -> String {
    let names = |is_meant: fn(&Field) -> bool| {
        let fields = FIELDS.iter().filter(|field| field.is_figure() && is_meant(field));
        fields.map(|field| field.name).collect::<Vec<_>>().join(", ")
    };
    let more = names(|it| it.presence == Presence::More);
    let others = names(|it| it.presence != Presence::More && !matches!(it.kind, Kind::Quantile));
    format!(
        "records have no number {}; there are {others}, quantiles such as p50, and with stat \
         --more {more}",
        quoted(name.as_bytes())
    )
}

/// A condition in another language's notation, in ours.
fn meant(text: &str) -> Option<String> {
    let (name, operator, limit) = FOREIGN.iter().find_map(|(foreign, operator)| {
        let (name, limit) = text.split_once(foreign)?;
        Some((name.trim(), operator, limit.trim()))
    })?;
    let is_one = number(split_channel(name).1).is_some() && limit.parse::<Decimal>().is_ok();
    is_one.then(|| format!("write {name}{operator}{limit}"))
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Condition {
    /// The channel that it is about; `None` for all.
    pub(crate) fn channel(&self) -> Option<&str> {
        self.channel.as_deref()
    }

    /// Whether it is about the channel of `record`.
    pub(crate) fn is_about(&self, record: &Record) -> bool {
        let Some(meant) = &self.channel else { return true };
        record.channel.as_ref().is_some_and(|channel| {
            channel == meant || channel.parse::<Name>().is_ok_and(|name| name.is_called(meant))
        })
    }

    /// Whether it is about the channel of `record` by its whole name.
    pub(crate) fn names(&self, record: &Record) -> bool {
        self.channel.is_some() && self.channel == record.channel
    }

    /// The number that it is about. The outer `None` means that the record has no such field, the
    /// inner one that the field has no value.
    fn value(&self, record: &Record) -> Option<Option<Decimal>> {
        let entry = self.field.entries(record).find(|entry| entry.name == self.name)?;
        Some(entry.value.number())
    }

    /// `NAME is VALUE`, the value as people read it, so that it is not mistaken for the limit.
    pub(crate) fn value_as_read(&self, record: &Record) -> String {
        let of_channel = self.channel.as_ref().map(|it| format!("{it}.")).unwrap_or_default();
        let name = format!("{of_channel}{}", self.name);
        let Some(value) = self.value(record).flatten() else {
            return format!("{name} is no value");
        };
        let value = digits::beside(&self.limit, record, self.field, &value);
        let is_quantile = matches!(self.field.kind, Kind::Quantile);
        match record.exactness.as_ref().and_then(Exactness::error).filter(|_| is_quantile) {
            Some(error) => format!("{name} is {value}, within {}", digits::bound(error)),
            None => format!("{name} is {value}"),
        }
    }

    /// Whether it holds for `record`; a missing number satisfies no condition. Fails if the
    /// record has no such field.
    pub(crate) fn holds(&self, record: &Record) -> Result<bool, String> {
        let value = self.value(record).ok_or_else(|| {
            let name = &self.name;
            let hint = match self.field.kind {
                Kind::Count => "only those of streams with channels or times can",
                _ => "see stat's --quantiles and --more",
            };
            format!("{self}: records have no {name} ({hint})")
        })?;
        Ok(value.is_some_and(|value| self.outcomes.contains(&value.cmp(&self.limit))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(mean: &str) -> Record {
        let text = format!(
            r#"{{"n":3,"rejected":0,"last":1,"sum":180.3,"mean":{mean},"sd":null,"min":1,"max":2,"p99":5}}"#
        );
        Record::parse(text.as_bytes()).unwrap()
    }

    fn holds(condition: &str, mean: &str) -> bool {
        condition.parse::<Condition>().unwrap().holds(&record(mean)).unwrap()
    }

    #[test]
    fn numbers_are_compared_exactly() {
        assert!(holds("mean>60", "60.000000000000001"));
        assert!(!holds("mean>60", "60.0"));
        assert!(holds("mean >= 60", "60.0"));
        assert!(holds("mean<=6e1", "60"));
        assert!(!holds("mean<60", "60"));
        assert!(holds("mean==60", "60") && !holds("mean!=60", "60"));
        assert!(holds("p99!=4", "1") && holds("n==3", "1") && !holds("rejected>0", "1"));
        assert!(!holds("sd>0", "1") && !holds("sd<=0", "1"), "no value, no condition");
    }

    #[test]
    fn the_error_of_quantiles_is_a_number_once_there_is_one() {
        let condition: Condition = "quantile_error>1".parse().unwrap();
        let mut record = record("1");
        assert_eq!(condition.holds(&record), Ok(false));
        record.exactness = Some(Exactness::Approximate { error: Some(Decimal::new(15, 1)) });
        assert_eq!(condition.holds(&record), Ok(true));
    }

    #[test]
    fn anything_else_is_refused() {
        for (text, error) in [
            ("mean", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("mean>", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("mean=60", "write mean==60"),
            ("last=>3", "write last>=3"),
            ("p99 ≤ 3", "write p99<=3"),
            ("last=>x", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("mean>sixty", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("temp.mean=60", "write temp.mean==60"),
            ("temp.man>60", &no_number("man")),
            (".mean>60", "a name is empty: \"\", in front of the point"),
            ("2x.mean>60", "a name begins with a letter: \"2x\", in front of the point"),
            ("man>60", &no_number("man")),
            (">60", &no_number("")),
        ] {
            assert_eq!(text.parse::<Condition>().unwrap_err(), error);
        }
    }

    #[test]
    fn a_channel_in_front_is_the_one_that_is_meant() {
        for (condition, channel, is_meant) in [
            ("temp.mean>60", "temp", true),
            ("temp.mean>60", "temp [°C]", true),
            ("temp [°C].mean > 60", "temp [°C]", true),
            ("temp.mean>60", "temp (°C)", true),
            ("temp [K].mean>60", "temp [°C]", false),
            ("room temp.p99.9>60", "room temp", true),
            ("p99.p99.9>60", "p99", true),
            ("temp.mean>60", "hum", false),
            ("2.mean>60", "2", true),
            ("2.mean>60", "12", false),
            ("p99.9>60", "anything", true),
        ] {
            let parsed: Condition = condition.parse().unwrap();
            let record = Record { channel: Some(channel.to_owned()), ..record("1") };
            assert_eq!(parsed.is_about(&record), is_meant, "{condition} of {channel}");
            assert_eq!(parsed.to_string(), condition.replace(" > ", ">"));
        }
        let parsed: Condition = "temp.mean>60".parse().unwrap();
        assert!(!parsed.is_about(&record("61")), "nothing names its channel");
        assert_eq!(parsed.value_as_read(&record("61")), "temp.mean is 61");
    }

    #[test]
    fn a_field_that_records_do_not_have_is_named() {
        let error = "skew>0".parse::<Condition>().unwrap().holds(&record("1")).unwrap_err();
        assert_eq!(error, "skew>0: records have no skew (see stat's --quantiles and --more)");
        let error = "missing>0".parse::<Condition>().unwrap().holds(&record("1")).unwrap_err();
        let why = "only those of streams with channels or times can";
        assert_eq!(error, format!("missing>0: records have no missing ({why})"));
    }
}
