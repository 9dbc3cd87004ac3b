//! Rewrites what mandoc's lint finds wrong in a generated page. No reader sees a difference, except in an
//! ellipsis, which groff does not have in the locale C: there, man would warn.

/// Bytes of a line at most.
const WIDTH: usize = 80;

/// What roff writes at the head of each part of a page, of which one is enough.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Three points that begin no request, wherever they stand.
const ELLIPSIS: &str = "\\&...";

/// The same page, in order.
pub(crate) fn tidy(page: &str) -> String {
    let (before, after) = page.split_once(PREAMBLE).unwrap_or(("", page));
    let parts = after.replace(PREAMBLE, "").replace("\n.br\n\n.br\n", "\n.sp\n");
    let parts = parts.replace('…', ELLIPSIS);
    let mut text = format!("{before}{PREAMBLE}");
    let (mut last, mut is_filled) = ("", true);
    for line in parts.lines() {
        is_filled = (is_filled || line == ".fi") && line != ".nf";
        match line {
            ".PP" if last.starts_with(".SH") => continue,
            // A tag is one line, and so is each line of an example.
            _ if last == ".TP" || !is_filled || line.starts_with('.') => text.push_str(line),
            _ => fill(line, &mut text),
        }
        text.push('\n');
        last = line;
    }
    text
}

/// Breaks a line at blanks, but not before what would be read as a request.
fn fill(line: &str, text: &mut String) {
    let mut width = 0;
    for word in line.split(' ') {
        let fits = width + 1 + length(word) <= WIDTH;
        match width {
            0 => {}
            _ if fits || word.starts_with(['.', '\'']) => text.push(' '),
            _ => {
                text.push('\n');
                width = 0;
            }
        }
        width += usize::from(width > 0) + length(word);
        text.push_str(word);
    }
}

/// Bytes of a word as mandoc counts them, which reads `\[u2264]` for what is not ASCII.
fn length(word: &str) -> usize {
    word.chars().map(|char| if char.is_ascii() { 1 } else { 8 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_put_in_order() {
        let word = "x".repeat(50);
        let page = format!(
            "{PREAMBLE}.TH A 1\n{PREAMBLE}.SH NOTES\n.PP\n{word} {word} ... {word}\n.br\n\n.br\nb\n\
             .nf\n{word} {word}\n.fi\n.TP\n{word} {word}\n…c,…\n"
        );
        let tidied = format!(
            "{PREAMBLE}.TH A 1\n.SH NOTES\n{word}\n{word} ...\n{word}\n.sp\nb\n\
             .nf\n{word} {word}\n.fi\n.TP\n{word} {word}\n\\&...c,\\&...\n"
        );
        assert_eq!(tidy(&page), tidied);
    }
}
