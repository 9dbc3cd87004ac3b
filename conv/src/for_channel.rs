//! Options that are given for all channels, or for one as `NAME=VALUE`.

use stage::format::columns::{Channels, Columns};
use stage::format::name::Name;
use thiserror::Error;

/// Headings in the help, of groups whose options may all be for one channel.
pub(crate) mod heading {
    pub(crate) const CONVERSION: &str = "Conversion (for one channel: NAME=VALUE)";
    pub(crate) const CHECKS: &str = "Checks (for one channel: NAME=VALUE)";
}

/// A value of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForChannel<T> {
    /// The channel that it is for, with or without its unit; `None` for all others.
    pub name: Option<String>,
    /// The value.
    pub value: T,
}

/// An option is given for a channel that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("--{option} is given for a channel {name:?}, {}", there_are(.known))]
pub struct UnknownChannel {
    option: &'static str,
    name: String,
    /// Those that exist; nothing if the only one has no name.
    known: Vec<String>,
}

fn there_are(known: &[String]) -> String {
    match known {
        [] => "but the only one has no name (--names gives it one)".to_owned(),
        known => format!("but there are {}", known.join(", ")),
    }
}

/// Reads an option's value, which `read` understands, with or without a channel's name in front.
pub(crate) fn parse<T>(
    text: &str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<ForChannel<T>, String> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (Some(name.trim().to_owned()), value),
        None => (None, text),
    };
    Ok(ForChannel { name, value: read(value)? })
}

/// The value for the channel called `name`.
pub(crate) fn value<'a, T>(given: &'a [ForChannel<T>], name: Option<&Name>) -> Option<&'a T> {
    let is_its = |it: &&ForChannel<T>| match (&it.name, name) {
        (Some(given), Some(name)) => name.is_called(given),
        _ => false,
    };
    let own = given.iter().find(is_its);
    own.or_else(|| given.iter().find(|it| it.name.is_none())).map(|it| &it.value)
}

/// Whether something is given for the channel called `name` alone.
pub(crate) fn is_own<T>(given: &[ForChannel<T>], name: Option<&Name>) -> bool {
    let own = given.iter().filter_map(|it| it.name.as_ref());
    name.is_some_and(|name| own.into_iter().any(|it| name.is_called(it)))
}

/// Whether `option` is given at most once for all, and once for each channel.
pub(crate) fn check_once<T>(option: &str, given: &[ForChannel<T>]) -> Result<(), String> {
    for (at, one) in given.iter().enumerate() {
        if given[..at].iter().any(|before| before.name == one.name) {
            return Err(format!("--{option} is given twice{}", for_whom(one)));
        }
    }
    Ok(())
}

/// For which channel a value is given, at the end of a message.
pub(crate) fn for_whom<T>(given: &ForChannel<T>) -> String {
    given.name.as_ref().map(|name| format!(" for {name:?}")).unwrap_or_default()
}

/// Whether every channel that `option` is given for is one of `columns`.
pub(crate) fn check_known<T>(
    option: &'static str,
    given: &[ForChannel<T>],
    columns: &Columns,
) -> Result<(), UnknownChannel> {
    let names: &[Name] = match columns.channels() {
        Channels::Named(names) => names,
        Channels::Unnamed | Channels::Numbered(_) => &[],
    };
    let is_unknown = |text: &&String| !names.iter().any(|name| name.is_called(text));
    match given.iter().filter_map(|it| it.name.as_ref()).find(is_unknown) {
        None => Ok(()),
        Some(name) => Err(UnknownChannel {
            option,
            name: name.clone(),
            known: names.iter().map(Name::to_string).collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stage::process::quantity::count;

    fn given(texts: &[&str]) -> Vec<ForChannel<u64>> {
        texts.iter().map(|text| parse(text, count).unwrap()).collect()
    }

    #[test]
    fn a_channels_own_value_comes_before_the_one_for_all() {
        let given = given(&["1", "temp=2"]);
        let of = |name: &str| value(&given, Some(&name.parse().unwrap()));
        assert_eq!((of("temp"), of("temp [°C]"), of("hum")), (Some(&2), Some(&2), Some(&1)));
        assert_eq!(value(&given, None), Some(&1));
        assert_eq!(value(&given[1..], None), None);
    }

    #[test]
    fn a_value_is_given_once_for_each() {
        let check = |texts: &[&str]| check_once("scale", &given(texts));
        assert_eq!(check(&["1", "a=1", "b=1"]), Ok(()));
        assert_eq!(check(&["1", "2"]).unwrap_err(), "--scale is given twice");
        assert_eq!(check(&["a=1", "1", "a=2"]).unwrap_err(), "--scale is given twice for \"a\"");
    }

    #[test]
    fn an_unknown_name_is_reported_with_those_that_exist() {
        let check = |names: Columns| {
            check_known("scale", &given(&["1", "tmp=2"]), &names).map_err(|why| why.to_string())
        };
        let why = check(Columns::named(["temp", "hum"]).unwrap()).unwrap_err();
        assert_eq!(why, "--scale is given for a channel \"tmp\", but there are temp, hum");
        let why = check(Columns::TIMED).unwrap_err();
        let unnamed = "but the only one has no name (--names gives it one)";
        assert_eq!(why, format!("--scale is given for a channel \"tmp\", {unnamed}"));
        assert_eq!(check(Columns::named(["tmp [m]"]).unwrap()), Ok(()));
    }
}
