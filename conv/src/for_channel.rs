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

/// A channel that has a name, as options may call it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Called<'a> {
    name: &'a Name,
    /// Whether another one is called so without a unit.
    has_namesake: bool,
}

impl<'a> Called<'a> {
    /// The channel at `index`, if it has a name.
    pub(crate) fn of(columns: &'a Columns, index: usize) -> Option<Called<'a>> {
        let name = names(columns).get(index)?;
        let short = name.without_unit();
        let is_namesake = |other: &Name| other.as_str() == short;
        let has_namesake = short != name.as_str() && names(columns).iter().any(is_namesake);
        Some(Called { name, has_namesake })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'a Name {
        self.name
    }

    /// Whether what an option is given for is this channel: its name, or that without the unit if no other
    /// has just that.
    pub(crate) fn is(self, given: &str) -> bool {
        self.name.as_str() == given || !self.has_namesake && self.name.is_called(given)
    }
}

/// The value for this channel.
pub(crate) fn value<'a, T>(
    given: &'a [ForChannel<T>],
    channel: Option<Called<'_>>,
) -> Option<&'a T> {
    let is_its = |it: &&ForChannel<T>| match (&it.name, channel) {
        (Some(given), Some(channel)) => channel.is(given),
        _ => false,
    };
    let own = given.iter().find(is_its);
    own.or_else(|| given.iter().find(|it| it.name.is_none())).map(|it| &it.value)
}

/// Whether something is given for this channel alone.
pub(crate) fn is_own<T>(given: &[ForChannel<T>], channel: Option<Called<'_>>) -> bool {
    let mut own = given.iter().filter_map(|it| it.name.as_ref());
    channel.is_some_and(|channel| own.any(|it| channel.is(it)))
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
fn names(columns: &Columns) -> &[Name] {
    match columns.channels() {
        Channels::Named(names) => names,
        Channels::Unnamed | Channels::Numbered(_) => &[],
    }
}

/// The channels that have names.
pub(crate) fn all(columns: &Columns) -> impl Iterator<Item = Called<'_>> {
    (0..columns.count()).filter_map(|index| Called::of(columns, index))
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
            _ if names.iter().any(|name| name.as_str() == text) => {}
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
    for channel in all(columns) {
        let own = given.iter().filter_map(|it| it.name.as_ref());
        let mut its = own.filter(|text| channel.is(text));
        if let (Some(one), Some(other)) = (its.next(), its.next()) {
            let (channel, names) =
                (channel.name.to_string(), Box::new([one.clone(), other.clone()]));
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
        let of = |name: &str| {
            let columns = Columns::named([name]).unwrap();
            value(&given, Called::of(&columns, 0)).copied()
        };
        assert_eq!((of("temp"), of("temp [°C]"), of("hum")), (Some(2), Some(2), Some(1)));
        assert_eq!(value(&given, None), Some(&1));
        assert_eq!(value(&given[1..], None), None);
        let both = Columns::named(["temp (raw)", "temp"]).unwrap();
        let of_both = [0, 1].map(|index| value(&given, Called::of(&both, index)).copied());
        assert_eq!(of_both, [Some(1), Some(2)], "the whole name comes first");
        assert_eq!(check_known_once("scale", &given, &both), Ok(()));
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
