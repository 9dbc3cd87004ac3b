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

/// Options do not fit the channels that exist.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WrongChannel {
    /// One is given for a channel that does not exist.
    #[error("--{option} is given for a channel {name:?}, {}", there_are(.known))]
    Unknown {
        /// The option.
        option: &'static str,
        /// The channel.
        name: String,
        /// Those that exist; nothing if the only one has no name.
        known: Box<[String]>,
    },
    /// One is given twice for a channel, with and without its unit.
    #[error("--{option} is given twice for {channel:?}: for {:?} and for {:?}", .names[0], .names[1])]
    Twice {
        /// The option.
        option: &'static str,
        /// The channel.
        channel: String,
        /// As it is called there.
        names: Box<[String; 2]>,
    },
    /// One is given for several channels, apart from their units.
    #[error("--{option} is given for {name:?}, which may be {:?} or {:?}", .channels[0], .channels[1])]
    Ambiguous {
        /// The option.
        option: &'static str,
        /// The channel.
        name: String,
        /// Two that are called so.
        channels: Box<[String; 2]>,
    },
    /// Two are given for a channel that exclude each other.
    #[error("--{} and --{} are both given for {channel:?}", .options[0], .options[1])]
    Both {
        /// The options.
        options: [&'static str; 2],
        /// The channel.
        channel: String,
    },
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

/// Whether two names may be those of one channel, of which one is given with its unit.
pub(crate) fn may_be_same(one: &str, other: &str) -> bool {
    let is_called = |name: &str, text| name.parse::<Name>().is_ok_and(|it| it.is_called(text));
    one == other || is_called(one, other) || is_called(other, one)
}

/// The names of channels that have some.
pub(crate) fn names(columns: &Columns) -> &[Name] {
    match columns.channels() {
        Channels::Named(names) => names,
        Channels::Unnamed | Channels::Numbered(_) => &[],
    }
}

/// Whether every channel that `option` is given for is one of `columns`, and only one.
pub(crate) fn check_known<T>(
    option: &'static str,
    given: &[ForChannel<T>],
    columns: &Columns,
) -> Result<(), WrongChannel> {
    let names = names(columns);
    for text in given.iter().filter_map(|it| it.name.as_ref()) {
        let name = text.clone();
        let mut called = names.iter().filter(|name| name.is_called(text));
        match (called.next(), called.next()) {
            (Some(_), None) => {}
            (Some(one), Some(other)) => {
                let channels = Box::new([one.to_string(), other.to_string()]);
                return Err(WrongChannel::Ambiguous { option, name, channels });
            }
            (None, _) => {
                let known = names.iter().map(Name::to_string).collect();
                return Err(WrongChannel::Unknown { option, name, known });
            }
        }
    }
    Ok(())
}

/// The same, and whether each is given it once.
pub(crate) fn check_known_once<T>(
    option: &'static str,
    given: &[ForChannel<T>],
    columns: &Columns,
) -> Result<(), WrongChannel> {
    check_known(option, given, columns)?;
    for channel in names(columns) {
        let own = given.iter().filter_map(|it| it.name.as_ref());
        let mut its = own.filter(|text| channel.is_called(text));
        if let (Some(one), Some(other)) = (its.next(), its.next()) {
            let (channel, names) = (channel.to_string(), Box::new([one.clone(), other.clone()]));
            return Err(WrongChannel::Twice { option, channel, names });
        }
    }
    Ok(())
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
    fn a_channel_is_given_a_value_once_however_it_is_called() {
        let check = |texts: &[&str], columns: &str| {
            let columns = Columns::named(columns.split(',')).unwrap();
            check_known_once("scale", &given(texts), &columns).map_err(|why| why.to_string())
        };
        let both = ["temp=2", "temp [C]=3"];
        let why = "--scale is given twice for \"temp [C]\": for \"temp\" and for \"temp [C]\"";
        assert_eq!(check(&both, "temp [C],hum"), Err(why.to_owned()));
        assert_eq!(check(&["temp [C]=2", "temp [K]=3"], "temp [C],temp [K]"), Ok(()));
        let why = "--scale is given for \"temp\", which may be \"temp [C]\" or \"temp (K)\"";
        assert_eq!(check(&["temp=2"], "temp [C],hum,temp (K)"), Err(why.to_owned()));
        assert!(may_be_same("temp", "temp [C]") && may_be_same("temp [C]", "temp"));
        assert!(!may_be_same("temp [K]", "temp [C]") && !may_be_same("temp", "hum"));
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
