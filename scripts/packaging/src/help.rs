//! The text below the options in a help, in its parts.
//!
//! Paragraphs are separated by an empty line. One may begin with a label of one or two words and a
//! colon: `Limits: a line is …`. Each example is a line of its own: a command and, after at least two
//! blanks, its purpose.

/// The most words that a label has.
const WORDS_OF_A_LABEL: usize = 2;

/// A paragraph.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Paragraph<'a> {
    /// What it is about, if it has a label.
    pub label: Option<&'a str>,
    /// What it says.
    pub text: &'a str,
}

/// An example.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Example<'a> {
    /// What can be typed.
    pub command: &'a str,
    /// Its purpose; empty where that is obvious.
    pub purpose: &'a str,
}

/// The paragraphs of a help.
pub(crate) fn paragraphs(help: &str) -> impl Iterator<Item = Paragraph<'_>> {
    help.split("\n\n").filter(|text| !text.trim().is_empty()).map(|text| {
        let labelled = text.split_once(':').filter(|(label, _)| is_label(label));
        match labelled {
            Some((label, text)) => Paragraph { label: Some(label), text: text.trim_matches('\n') },
            None => Paragraph { label: None, text: text.trim_matches('\n') },
        }
    })
}

fn is_label(text: &str) -> bool {
    let is_name = |char: char| char.is_alphabetic() || char == ' ';
    text.chars().all(is_name) && text.split(' ').count() <= WORDS_OF_A_LABEL
}

/// The examples that a paragraph consists of.
pub(crate) fn examples(text: &str) -> impl Iterator<Item = Example<'_>> {
    text.lines().map(|line| {
        let line = line.trim();
        let (command, purpose) = line.split_once("  ").unwrap_or((line, ""));
        Example { command, purpose: purpose.trim() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_help_consists_of_paragraphs_some_with_a_label() {
        let help = "Examples:\n  a | b   both\n  c\n\nA line, or two: x\ny\n\nExit status: 0 done.";
        let parts: Vec<Paragraph> = paragraphs(help).collect();
        let paragraph = |label, text| Paragraph { label, text };
        assert_eq!(
            parts,
            [
                paragraph(Some("Examples"), "  a | b   both\n  c"),
                paragraph(None, "A line, or two: x\ny"),
                paragraph(Some("Exit status"), " 0 done."),
            ]
        );
        let example = |command, purpose| Example { command, purpose };
        let examples: Vec<Example> = examples(parts[0].text).collect();
        assert_eq!(examples, [example("a | b", "both"), example("c", "")]);
    }
}
