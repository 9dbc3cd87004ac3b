//! `stat --label`: names and values that distinguish one stream from another, as people read them.

use std::collections::BTreeMap;

/// Each as `NAME=VALUE`, quoted and escaped where there is more than letters and digits.
pub(crate) fn words(labels: &BTreeMap<String, String>) -> Vec<String> {
    labels.iter().map(|(name, value)| format!("{}={}", word(name), word(value))).collect()
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
    fn a_label_is_one_word_whatever_it_says() {
        let labels = [("site", "roof"), ("unit", "°C"), ("a b", "5 \"x\"\n\x1b[2J"), ("", "")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        assert_eq!(
            words(&labels),
            ["\"\"=\"\"", "\"a b\"=\"5 \\\"x\\\"\\n\\u{1b}[2J\"", "site=roof", "unit=°C"]
        );
    }
}
