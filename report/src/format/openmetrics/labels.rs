//! A record's channel and labels in the form of metrics: names of ASCII letters, digits and `_`, values in quotes.

use std::fmt::Write as _;

use stage::format::record::{RESERVED_LABELS, Record};

/// The label for the channel's name; no other label has this name, even where there are no channels.
const CHANNEL: &str = "channel";

/// What Prometheus itself puts in front of a name that is taken.
const PREFIX: &str = "exported_";

/// A record's labels.
pub(crate) struct Labels(Vec<(String, String)>);

impl Labels {
    /// The labels of `record`, its channel first, with names that are valid and distinct.
    pub(crate) fn of(record: &Record) -> Labels {
        let channel = record.channel.iter().map(|name| (CHANNEL.to_owned(), escaped(name)));
        let mut labels: Vec<(String, String)> = channel.collect();
        for (name, value) in &record.labels {
            let mut name = allowed(name);
            let is_taken = |name: &str| {
                name == CHANNEL
                    || RESERVED_LABELS.contains(&name)
                    || labels.iter().any(|(other, _)| other == name)
            };
            while is_taken(&name) {
                name.insert_str(0, PREFIX);
            }
            labels.push((name, escaped(value)));
        }
        Labels(labels)
    }

    /// The label set after a metric's name, including `more`; nothing if it is empty.
    pub(crate) fn with(&self, more: Option<(&str, &str)>) -> String {
        let own = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut text = String::new();
        for (name, value) in own.chain(more) {
            let before = if text.is_empty() { '{' } else { ',' };
            let _ = write!(text, "{before}{name}=\"{value}\"");
        }
        if !text.is_empty() {
            text.push('}');
        }
        text
    }
}

/// `name` with `_` for characters that are not allowed. (Names that begin with two of them are
/// Prometheus' own.)
fn allowed(name: &str) -> String {
    let char = |char: char| if char.is_ascii_alphanumeric() { char } else { '_' };
    let name: String = name.chars().map(char).collect();
    let is_reserved = name.starts_with("__") || !name.starts_with(|it: char| !it.is_ascii_digit());
    if is_reserved { format!("label_{name}") } else { name }
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_allowed_and_differ_and_values_are_escaped() {
        let record = r#"{"labels":{"":"1","1st":"2","__name__":"3","a b":"4","a-b":"5","job":"0","le":"6","q":"7 \\ \"x\"\n"},
            "n":0,"rejected":0,"last":null,"sum":null,"mean":null,"sd":null,"min":null,"max":null}"#;
        let labels = Labels::of(&Record::parse(record.replace('\n', "").as_bytes()).unwrap());
        assert_eq!(
            labels.with(Some(("q", "0.5"))),
            "{label_=\"1\",label_1st=\"2\",label___name__=\"3\",a_b=\"4\",exported_a_b=\"5\",\
             exported_job=\"0\",exported_le=\"6\",exported_q=\"7 \\\\ \\\"x\\\"\\n\",q=\"0.5\"}"
        );
        assert_eq!(Labels::of(&Record::default()).with(None), "");
    }
}
