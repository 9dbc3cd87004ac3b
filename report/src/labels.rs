//! What distinguishes one record from another, as people read it: the names and values of `stat --label`,
//! and the names of channels.

use std::borrow::Cow;
use std::collections::BTreeMap;

use stage::format::name::Name;

/// Each as `NAME=VALUE`, quoted and escaped where there is more than letters and digits.
pub(crate) fn words(labels: &BTreeMap<String, String>) -> Vec<String> {
    labels.iter().map(|(name, value)| format!("{}={}", word(name), word(value))).collect()
}

/// A channel's name: as it is, or, if no channel of ours can have it, quoted and escaped.
pub(crate) fn channel(name: &str) -> Cow<'_, str> {
    let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
    match is_number || name.parse::<Name>().is_ok() {
        true => name.into(),
        false => format!("{name:?}").into(),
    }
}

fn word(text: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "_-+./:%°".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    // Debug escapes whatever would move a cursor or end a line.
    format!("{text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_called_by_its_name_unless_it_is_foreign() {
        let shown = ["temp [°C]", "12", "a\nb", "a.b", ""].map(channel);
        assert_eq!(shown, ["temp [°C]", "12", "\"a\\nb\"", "\"a.b\"", "\"\""]);
    }

    #[test]
    fn a_label_is_one_word_whatever_it_says() {
        let labels = [("site", "roof"), ("unit", "°C"), ("a b", "5 \"x\"\n\x1b[2J"), ("", "")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(
            words(&labels),
            ["\"\"=\"\"", "\"a b\"=\"5 \\\"x\\\"\\n\\u{1b}[2J\"", "site=roof", "unit=°C"]
        );
    }
}
