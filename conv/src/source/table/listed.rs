//! A list of texts for a message, of which only the first few are named.

use stage::process::message::quoted;

/// How many are named; the others are like them.
const NAMED: usize = 5;

/// The first of these texts, and how many more there are.
pub(super) fn listed(texts: impl IntoIterator<Item = String>) -> String {
    listed_up_to(NAMED, texts)
}

/// The same of at most this many.
pub(super) fn listed_up_to(most: usize, texts: impl IntoIterator<Item = String>) -> String {
    let mut texts = texts.into_iter();
    let named: Vec<String> = texts.by_ref().take(most).collect();
    match texts.count() {
        0 => named.join(", "),
        more => format!("{}, and {more} more", named.join(", ")),
    }
}

/// The same of labels, in quotes.
pub(super) fn listed_labels<'a>(labels: impl IntoIterator<Item = &'a String>) -> String {
    listed(labels.into_iter().map(|label| quoted(label.as_bytes())))
}
