//! A manual page, made from a program's help.
//!
//! clap_mangen writes what clap knows: name, synopsis, options. The paragraphs below the options in the
//! help go into the sections where a reader of manual pages looks for them: those without a label into
//! the description, those whose label has no section of its own into the notes.

use std::io;

use clap_mangen::Man;
use roff::{Inline, Roff, bold, roman};

use crate::help::{Example, Paragraph, examples, paragraphs};
use crate::programs::Program;
use crate::tidy::tidy;

/// What the pages belong to, for their head.
const MANUAL: &str = "Wandler";

/// The sections that have paragraphs of their own, in their order, by the label of those in the help.
const SECTIONS: [(&str, &str); 5] = [
    ("LIMITS", "Limits"),
    ("EXIT STATUS", "Exit status"),
    ("ENVIRONMENT", "Environment"),
    ("FILES", "Files"),
    ("EXAMPLES", "Examples"),
];

/// The page of `program`, with this date.
pub(crate) fn of(program: &Program, date: &str) -> Vec<u8> {
    let mut page = Vec::new();
    // Memory takes everything that is written to it.
    let _ = render(program, date, &mut page);
    tidy(&String::from_utf8_lossy(&page)).into_bytes()
}

fn render(program: &Program, date: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = program.command.clone();
    let usage = command.render_usage().to_string();
    let usage = usage.trim_start_matches("Usage:").trim().to_owned();
    let version = command.get_version().unwrap_or_default().to_owned();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let paragraphs: Vec<Paragraph> = paragraphs(&help).collect();

    let name = program.name.clone();
    let man = Man::new(command.override_usage(usage).display_name(name))
        .title(program.name.to_uppercase())
        .date(date)
        .source(format!("wandler {version}"))
        .manual(MANUAL);
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    page.extend(description(&about, &paragraphs).to_roff().into_bytes());
    man.render_options_section(page)?;
    page.extend(notes(&paragraphs).to_roff().into_bytes());
    for (section, label) in SECTIONS {
        page.extend(self::section(section, label, &paragraphs).to_roff().into_bytes());
    }
    page.extend(see_also(program).to_roff().into_bytes());
    Ok(())
}

/// What the program is for, and the paragraphs without a label.
fn description(about: &str, paragraphs: &[Paragraph]) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(format!("{about}."))]);
    for paragraph in paragraphs.iter().filter(|it| it.label.is_none()) {
        roff.control("PP", []);
        roff.text(filled(paragraph.text));
    }
    roff
}

/// A section for the paragraphs whose labels have none of their own; empty without such paragraphs.
fn notes(paragraphs: &[Paragraph]) -> Roff {
    let has_section = |label: &str| SECTIONS.iter().any(|(_, it)| *it == label);
    let labelled = paragraphs.iter().filter_map(|it| Some((it.label?, it.text)));
    let mut roff = Roff::new();
    for (at, (label, text)) in labelled.filter(|(label, _)| !has_section(label)).enumerate() {
        if at == 0 {
            roff.control("SH", ["NOTES"]);
        }
        roff.control("TP", []);
        roff.text([bold(label)]);
        roff.text(filled(text));
    }
    roff
}

/// A section for the paragraphs with this label; empty without such paragraphs.
fn section(name: &str, label: &str, paragraphs: &[Paragraph]) -> Roff {
    let mut roff = Roff::new();
    let mut texts = paragraphs.iter().filter(|it| it.label == Some(label)).map(|it| it.text);
    let Some(first) = texts.next() else { return roff };
    roff.control("SH", [name]);
    match label {
        "Examples" => examples(first).for_each(|example| add_example(&mut roff, &example)),
        _ => {
            roff.text(filled(first));
        }
    }
    for text in texts {
        roff.control("PP", []);
        roff.text(filled(text));
    }
    roff
}

fn add_example(roff: &mut Roff, example: &Example) {
    if !example.purpose.is_empty() {
        roff.control("PP", []);
        // A second colon would not announce the command.
        let end = if example.purpose.contains(':') { '.' } else { ':' };
        roff.text([roman(format!("{}{end}", sentence(example.purpose)))]);
    }
    roff.control("PP", []);
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    roff.text([bold(example.command)]);
    roff.control("fi", []);
    roff.control("RE", []);
}

/// Text that begins with a capital letter, as it does where no label stands in front of it; unless it
/// begins with a name, as `samples.log` or, of several things that are explained, `var, …`.
fn sentence(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    if !first.chars().all(char::is_alphabetic) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    let first = chars.next().map(|char| char.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

/// Text whose line breaks mean nothing.
fn filled(text: &str) -> [Inline; 1] {
    [roman(sentence(&text.split_whitespace().collect::<Vec<_>>().join(" ")))]
}

fn see_also(program: &Program) -> Roff {
    let names = crate::programs::all().into_iter().map(|it| it.name);
    let others: Vec<String> = names.filter(|name| *name != program.name).collect();
    let mut roff = Roff::new();
    roff.control("SH", ["SEE ALSO"]);
    for (at, name) in others.iter().enumerate() {
        let comma = if at + 1 < others.len() { "," } else { "" };
        roff.text([bold(name), roman(format!("(1){comma}"))]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_go_where_a_reader_looks_for_them() {
        let help = "Examples:\n  a | b   one of two: it\n  c   the other\n\nfree\ntext\n\nFiles: a.log, b\n\n\
                    Sum: var, and more";
        let paragraphs: Vec<Paragraph> = paragraphs(help).collect();
        let text = |roff: Roff| roff.to_roff();
        assert_eq!(
            text(description("Does it", &paragraphs)),
            ".SH DESCRIPTION\nDoes it.\n.PP\nFree text\n"
        );
        assert_eq!(text(notes(&paragraphs)), ".SH NOTES\n.TP\n\\fBSum\\fR\nvar, and more\n");
        assert_eq!(text(section("FILES", "Files", &paragraphs)), ".SH FILES\na.log, b\n");
        assert_eq!(text(section("LIMITS", "Limits", &paragraphs)), "");
        let example = |purpose, command| {
            format!(".PP\n{purpose}\n.PP\n.RS 4\n.nf\n\\fB{command}\\fR\n.fi\n.RE\n")
        };
        let examples = example("One of two: it.", "a | b") + &example("The other:", "c");
        let section = section("EXAMPLES", "Examples", &paragraphs);
        assert_eq!(text(section), format!(".SH EXAMPLES\n{examples}"));
    }
}
