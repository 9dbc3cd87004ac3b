//! Labels, which distinguish these samples from others, such as by the place they come from.

use stage::format::record::{RESERVED_LABELS, is_field};
use stage::process::message::quoted;

/// Bytes of a name, at most.
const MAX_NAME: usize = 64;

/// Bytes of a value, at most, so that a record with all its labels remains readable.
const MAX_VALUE: usize = 256;

/// A label, as given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What it is called.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl Label {
    /// Reads `NAME=VALUE`.
    pub fn parse(text: &str) -> Result<Label, String> {
        let (name, value) =
            text.split_once('=').ok_or_else(|| "expected a label such as site=roof".to_owned())?;
        check(name, value)?;
        Ok(Label { name: name.to_owned(), value: value.to_owned() })
    }
}

/// What is wrong with a label, if anything.
pub(crate) fn check(name: &str, value: &str) -> Result<(), String> {
    let quoted_name = quoted(name.as_bytes());
    if !is_name(name) {
        return Err(format!(
            "a label's name is a letter or _, then letters, digits and _, at most {MAX_NAME}, \
             not {quoted_name}"
        ));
    }
    if is_field(name) || name.starts_with("__") || RESERVED_LABELS.contains(&name) {
        return Err(format!(
            "a label cannot be called {quoted_name}: the name has a meaning already"
        ));
    }
    if value.is_empty() || value.len() > MAX_VALUE || value.contains(char::is_control) {
        return Err(format!(
            "the value of a label has 1 to {MAX_VALUE} bytes, and no control characters"
        ));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    starts && name.len() <= MAX_NAME && bytes.all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_a_name_and_a_value() {
        let label = |name: &str, value: &str| Label { name: name.into(), value: value.into() };
        assert_eq!(Label::parse("site=roof"), Ok(label("site", "roof")));
        assert_eq!(Label::parse("_a1=x = \"y\""), Ok(label("_a1", "x = \"y\"")));
    }

    #[test]
    fn what_is_not_a_label_is_refused() {
        let refusal = |text: &str| Label::parse(text).unwrap_err();
        assert_eq!(refusal("site"), "expected a label such as site=roof");
        let name = "a label's name is a letter or _, then letters, digits and _, at most 64, not";
        assert_eq!(refusal("=roof"), format!("{name} \"\""));
        assert_eq!(refusal("1st=roof"), format!("{name} \"1st\""));
        for taken in
            ["n", "p99.9", "p5", "mean", "skew", "state", "channel", "quantile", "job", "__name__"]
        {
            let wrong = refusal(&format!("{taken}=x"));
            if taken == "p99.9" {
                assert_eq!(wrong, format!("{name} \"p99.9\""));
            } else {
                let meaning = "the name has a meaning already";
                assert_eq!(wrong, format!("a label cannot be called \"{taken}\": {meaning}"));
            }
        }
        let value = "the value of a label has 1 to 256 bytes, and no control characters";
        for wrong in
            ["site=".to_owned(), "site=a\nb".to_owned(), format!("site={}", "x".repeat(257))]
        {
            assert_eq!(refusal(&wrong), value);
        }
    }
}
