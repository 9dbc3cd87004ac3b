//! `--fail-if`: a condition on a record's numbers, compared exactly.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, MORE, Record, Window};
use stage::format::sample::parse_line as parse;
use stage::process::message::{Messages, quoted};

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

/// What others write for an operator, longer ones first.
const FOREIGN: [(&str, &str); 7] =
    [("=>", ">="), ("=<", "<="), ("<>", "!="), ("≥", ">="), ("≤", "<="), ("≠", "!="), ("=", "==")];

/// The numbers that every record has.
const ALWAYS: [&str; 9] =
    ["n", "rejected", "last", "sum", "mean", "sd", "min", "max", "quantile_error"];

/// A condition such as `mean>60`.
#[derive(Clone, Debug)]
pub struct Condition {
    text: String,
    field: String,
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
        let field = text[..at].trim();
        let limit = text[at + operator.len()..].trim();
        if !is_number(field) {
            // What is behind the number may be the rest of another's operator.
            let has_number = is_number(field.trim_end_matches(['=', '<', '>']).trim());
            return Err(if has_number { expected() } else { no_number(field) });
        }
        let limit = parse(limit.as_bytes()).map_err(|_| expected())?;
        Ok(Condition {
            text: format!("{field}{operator}{limit}"),
            field: field.to_owned(),
            outcomes,
            limit,
        })
    }
}

fn is_number(field: &str) -> bool {
    ALWAYS.contains(&field) || MORE.contains(&field) || is_quantile(field)
}

fn no_number(field: &str) -> String {
    let [always, more] = [&ALWAYS[..], &MORE].map(|names| names.join(", "));
    format!(
        "records have no number {}; there are {always}, quantiles such as p50, and with stat \
         --more {more}",
        quoted(field.as_bytes())
    )
}

/// A condition that is written as elsewhere, in the words of this one.
fn meant(text: &str) -> Option<String> {
    let (field, operator, limit) = FOREIGN.iter().find_map(|(foreign, operator)| {
        let (field, limit) = text.split_once(foreign)?;
        Some((field.trim(), operator, limit.trim()))
    })?;
    let is_one = is_number(field) && parse(limit.as_bytes()).is_ok();
    is_one.then(|| format!("write {field}{operator}{limit}"))
}

fn is_quantile(field: &str) -> bool {
    let percent = field.strip_prefix('p').filter(|it| !it.contains(char::is_whitespace));
    percent.is_some_and(|percent| parse(percent.as_bytes()).is_ok())
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Condition {
    /// The number that it is about; the outer `None` if the record has no such field, the inner
    /// one if that has no value.
    fn value(&self, record: &Record) -> Option<Option<Decimal>> {
        let integer = |count: u64| Some(Some(Decimal::from_big(count.into(), 0)));
        match self.field.as_str() {
            "n" => integer(record.n),
            "rejected" => integer(record.rejected),
            "last" => Some(record.last.clone()),
            "sum" => Some(record.sum.clone()),
            "mean" => Some(record.mean.clone()),
            "sd" => Some(record.sd.clone()),
            "min" => Some(record.min.clone()),
            "max" => Some(record.max.clone()),
            // Without a value while quantiles are exact.
            "quantile_error" => Some(record.quantile_error.clone()),
            name => {
                let mut figures = record.quantiles.iter().chain(&record.more);
                figures.find(|figure| figure.name == name).map(|figure| figure.value.clone())
            }
        }
    }

    /// The number that it is about, as people read it, so that it is not taken for the limit.
    fn told_value(&self, record: &Record) -> String {
        let Some(value) = self.value(record).flatten() else { return "no value".to_owned() };
        let told = digits::beside(&self.limit, record, &self.field, &value);
        let error = record.quantile_error.as_ref().filter(|_| is_quantile(&self.field));
        match error.map(digits::bound) {
            Some(error) if record.exactness == Some(Exactness::Approximate) => {
                format!("{told}, within {error}")
            }
            _ => told.to_string(),
        }
    }

    /// Whether it holds for `record`; a number without a value fulfils no condition. Fails if the
    /// record has no such field.
    pub fn holds(&self, record: &Record) -> Result<bool, String> {
        let value = self.value(record).ok_or_else(|| {
            format!("{self}: records have no {} (see stat's --quantiles and --more)", self.field)
        })?;
        Ok(value.is_some_and(|value| self.outcomes.contains(&value.cmp(&self.limit))))
    }
}

/// Which samples a record covers.
fn covered(record: &Record) -> String {
    let n = record.n;
    match record.window {
        Some(Window { from: Some(from), to: Some(to) }) => {
            format!("n {n} in the window from {from} to {to}")
        }
        Some(_) => format!("n {n} in the window"),
        None => format!("n {n}"),
    }
}

/// Conditions that are watched.
#[derive(Debug, Default)]
pub struct Watched {
    conditions: Vec<(Condition, bool)>,
}

impl Watched {
    /// None of them holds yet.
    pub fn new(conditions: &[Condition]) -> Watched {
        Watched { conditions: conditions.iter().map(|it| (it.clone(), false)).collect() }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Why they cannot be checked for a record.
    pub fn check(&self, record: &Record) -> Result<(), String> {
        self.conditions.iter().try_for_each(|(condition, _)| condition.holds(record).map(drop))
    }

    /// Checks a record, which has the numbers that they are about; reports each that starts or stops
    /// holding.
    pub fn look(&mut self, record: &Record, messages: &mut dyn Messages) {
        for (condition, held) in &mut self.conditions {
            let holds = condition.holds(record).unwrap_or(*held);
            if std::mem::replace(held, holds) != holds {
                let what = if holds { "now holds" } else { "no longer holds" };
                let (field, value) = (&condition.field, condition.told_value(record));
                let samples = covered(record);
                messages.tell(&format!("{condition} {what}: {field} is {value} ({samples})"));
            }
        }
    }

    /// Whether any holds for the last record that was looked at.
    pub fn any_holds(&self) -> bool {
        self.conditions.iter().any(|(_, holds)| *holds)
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
        record.quantile_error = Some(Decimal::new(15, 1));
        assert_eq!(condition.holds(&record), Ok(true));
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for (text, error) in [
            ("mean", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("mean>", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("mean=60", "write mean==60"),
            ("last=>3", "write last>=3"),
            ("p99 ≤ 3", "write p99<=3"),
            ("last=>x", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("mean>sixty", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
            ("man>60", &no_number("man")),
            (">60", &no_number("")),
        ] {
            assert_eq!(text.parse::<Condition>().unwrap_err(), error);
        }
    }

    #[test]
    fn a_breach_is_told_once_when_it_begins_and_once_when_it_ends() {
        let mut watched = Watched::new(&["mean>60".parse().unwrap()]);
        let mut messages = Vec::new();
        for mean in ["50", "61", "62", "59"] {
            watched.look(&record(mean), &mut messages);
        }
        assert_eq!(
            messages,
            ["mean>60 now holds: mean is 61 (n 3)", "mean>60 no longer holds: mean is 59 (n 3)"]
        );
        assert!(!watched.any_holds());
    }

    #[test]
    fn a_message_shows_a_number_on_its_side_of_the_limit() {
        let told = |condition: &str, record: &Record| {
            let mut messages = Vec::new();
            Watched::new(&[condition.parse().unwrap()]).look(record, &mut messages);
            messages.pop().unwrap()
        };
        let record = Record::parse(
            br#"{"n":10,"rejected":0,"from":11,"to":20,"last":1,"sum":1,"mean":60.000000123456,"sd":16.2634559673,
                "min":1,"max":2,"p50":60.00312345,"quantiles":"approximate","quantile_error":0.0123}"#,
        );
        let record = record.unwrap();
        let at = "(n 10 in the window from 11 to 20)";
        assert_eq!(told("mean>60", &record), format!("mean>60 now holds: mean is 60.0000001 {at}"));
        assert_eq!(told("mean>59", &record), format!("mean>59 now holds: mean is 60 {at}"));
        assert_eq!(told("sd>16", &record), format!("sd>16 now holds: sd is 16.2635 {at}"));
        assert_eq!(
            told("p50>50", &record),
            format!("p50>50 now holds: p50 is 60.003, within 0.013 {at}")
        );
        assert_eq!(
            told("p50>60.003", &record),
            format!("p50>60.003 now holds: p50 is 60.0031, within 0.013 {at}")
        );
    }

    #[test]
    fn a_field_that_records_do_not_have_is_told() {
        let error = "skew>0".parse::<Condition>().unwrap().holds(&record("1")).unwrap_err();
        assert_eq!(error, "skew>0: records have no skew (see stat's --quantiles and --more)");
    }
}
