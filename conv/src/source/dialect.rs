//! How foreign text is written: what separates its fields, which lines are no data, and what a number
//! looks like.

use std::borrow::Cow;
use std::str::FromStr;

use clap::Args;
use stage::format::decimal::ParseError;
use stage::format::sample::Sample;

/// What separates the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// A TAB, as in our own streams, where nothing is quoted.
    Tab,
    /// This character; fields may be in double quotes.
    Byte(u8),
    /// Spaces and TABs, any number of them.
    Blanks,
}

/// What may separate the fields of foreign text, in the order in which it is tried.
const CANDIDATES: [Delimiter; 4] =
    [Delimiter::Byte(b'\t'), Delimiter::Byte(b','), Delimiter::Byte(b';'), Delimiter::Blanks];

impl FromStr for Delimiter {
    type Err = String;

    fn from_str(text: &str) -> Result<Delimiter, String> {
        match text.as_bytes() {
            b"tab" | b"\\t" | b"\t" => Ok(Delimiter::Byte(b'\t')),
            b"blanks" => Ok(Delimiter::Blanks),
            [byte @ (b' '..=b'~')] if !byte.is_ascii_alphanumeric() && !b"\"+-.".contains(byte) => {
                Ok(Delimiter::Byte(*byte))
            }
            _ => Err("expected a character such as , or ;, or tab, or blanks".to_owned()),
        }
    }
}

/// How text is written.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields [default: tab , ; or blanks]
    #[arg(long, value_name = "C|tab|blanks", help_heading = "Text", conflicts_with = "poll")]
    pub delimiter: Option<Delimiter>,
    /// Decimal sign, as in 1,25 [default: .]
    #[arg(long, value_name = ",|.", value_parser = decimal_sign, help_heading = "Text", conflicts_with = "poll")]
    pub decimal: Option<u8>,
    /// Pass over lines that begin so, such as #
    #[arg(long, value_name = "C", value_parser = comment, help_heading = "Text", conflicts_with = "poll")]
    pub comment: Option<String>,
}

fn decimal_sign(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [sign @ (b',' | b'.')] => Ok(*sign),
        _ => Err("expected , or .".to_owned()),
    }
}

fn comment(text: &str) -> Result<String, String> {
    let begins_a_number =
        |char: char| char.is_ascii_digit() || "+-.,".contains(char) || char.is_whitespace();
    match text {
        "" => Err("expected what comments begin with, such as #".to_owned()),
        text if text.starts_with(begins_a_number) => {
            Err("comments cannot begin like a number".to_owned())
        }
        text if text.starts_with('"') => {
            Err("comments cannot begin with a quote, as fields may".to_owned())
        }
        text => Ok(text.to_owned()),
    }
}

impl Dialect {
    /// Checks what the options' grammar cannot say.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.delimiter {
            Some(Delimiter::Byte(b',')) if self.has_comma() => {
                Err("a comma is the --decimal sign or the --delimiter, not both".to_owned())
            }
            Some(delimiter) if self.hides_rows(delimiter) => {
                Err("what begins a --comment cannot be the --delimiter as well".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// Whether nothing is said, so that text is taken for a stream of our own.
    pub(crate) fn is_own(&self) -> bool {
        *self == Dialect::default()
    }

    /// What may separate fields.
    pub(crate) fn candidates(&self) -> Vec<Delimiter> {
        let is_other = |it: &Delimiter| !(self.has_comma() && *it == Delimiter::Byte(b','));
        match self.delimiter {
            Some(delimiter) => vec![delimiter],
            None => CANDIDATES.into_iter().filter(is_other).collect(),
        }
    }

    /// Whether a row whose first field is empty would be taken for a comment.
    pub(crate) fn hides_rows(&self, delimiter: Delimiter) -> bool {
        let begins = self.comment.as_ref().and_then(|sign| sign.bytes().next());
        matches!(delimiter, Delimiter::Byte(byte) if begins == Some(byte))
    }

    /// Whether a comma is the decimal sign.
    pub(crate) fn has_comma(&self) -> bool {
        self.decimal == Some(b',')
    }

    /// Whether a line might be numbers with decimal commas, and nothing is said of commas or of what
    /// separates fields.
    pub(crate) fn may_be_decimals(&self, line: &[u8]) -> bool {
        self.delimiter.is_none() && self.may_have_comma(line)
    }

    /// Whether a text would be numbers if the comma in it were the decimal sign, and none is said.
    pub(crate) fn may_have_comma(&self, text: &[u8]) -> bool {
        if self.decimal.is_some() || !text.contains(&b',') {
            return false;
        }
        words(text).all(is_number_with_comma)
    }

    /// Whether every comma in a line might be the decimal sign of a number, whatever else stands there, and
    /// nothing is said of commas or of what separates fields.
    pub(crate) fn may_have_decimals(&self, line: &[u8]) -> bool {
        let mut with_comma = words(line).filter(|word| word.contains(&b',')).peekable();
        let is_unsaid = self.delimiter.is_none() && self.decimal.is_none();
        is_unsaid && with_comma.peek().is_some() && with_comma.all(is_number_with_comma)
    }

    /// What stands behind the sign of a comment, if `line` is one.
    pub(crate) fn comment<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        line.strip_prefix(self.comment.as_ref()?.as_bytes())
    }

    /// The number in a field.
    #[inline]
    pub(crate) fn number(&self, text: &[u8]) -> Result<Sample, ParseError> {
        Sample::parse(&self.with_point(text)?)
    }

    /// A number as text, with a point as its decimal sign.
    #[inline]
    pub(crate) fn with_point<'t>(&self, text: &'t [u8]) -> Result<Cow<'t, [u8]>, ParseError> {
        if !self.has_comma() {
            return Ok(Cow::Borrowed(text));
        }
        match text.contains(&b'.') {
            true => Err(ParseError::NotANumber),
            false => Ok(text.iter().map(|byte| if *byte == b',' { b'.' } else { *byte }).collect()),
        }
    }
}

/// What stands between blanks, TABs and semicolons.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| b"\t; ".contains(byte)).filter(|word| !word.is_empty())
}

/// Whether this is a number if a comma in it is the decimal sign.
fn is_number_with_comma(text: &[u8]) -> bool {
    let with_comma = Dialect { decimal: Some(b','), ..Dialect::default() };
    let has_digits_around = !text.starts_with(b",") && !text.ends_with(b",");
    has_digits_around && with_comma.number(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delimiter_is_a_character_or_a_word() {
        for (text, delimiter) in [
            (",", Delimiter::Byte(b',')),
            (" ", Delimiter::Byte(b' ')),
            ("|", Delimiter::Byte(b'|')),
            ("tab", Delimiter::Byte(b'\t')),
            ("\\t", Delimiter::Byte(b'\t')),
            ("blanks", Delimiter::Blanks),
        ] {
            assert_eq!(text.parse(), Ok(delimiter), "{text}");
        }
        for text in ["", "a", "5", ".", "-", "\"", "::", "comma", "µ"] {
            assert!(text.parse::<Delimiter>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_comma_between_digits_may_be_either() {
        let may_be = |text: &str| Dialect::default().may_be_decimals(text.as_bytes());
        for text in ["1,25", "-0,5", "21,5;48", "21,5  48,25", "1,5E3"] {
            assert!(may_be(text), "{text}");
        }
        for text in ["1,25,3", "1.5,2", "1,-5", "1, 5", "a,1", "1,", ",1", "1 5", ""] {
            assert!(!may_be(text), "{text}");
        }
        let (delimiter, decimal) = (Some(Delimiter::Byte(b',')), Some(b'.'));
        assert!(!Dialect { delimiter, ..Dialect::default() }.may_be_decimals(b"1,25"));
        assert!(!Dialect { decimal, ..Dialect::default() }.may_be_decimals(b"1,25"));
    }

    #[test]
    fn commas_may_be_decimal_beside_other_words() {
        let may_have = |text: &str| Dialect::default().may_have_decimals(text.as_bytes());
        for text in ["1,25", "roof;21,5", "2026-01-01 10:00;21,5;48,2", "01.01.2026\t-1,5"] {
            assert!(may_have(text), "{text}");
        }
        for text in ["1,25,3", "2026-01-01 10:00,21", "a,1;2,5", "roof;21.5", "1, 5", "a;,5", ""] {
            assert!(!may_have(text), "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_leaves_no_point() {
        let dialect = Dialect { decimal: Some(b','), ..Dialect::default() };
        let read = |text: &str| dialect.number(text.as_bytes()).map(|number| number.to_string());
        assert_eq!(read("-0,75").as_deref(), Ok("-0.75"));
        assert_eq!(read("1,5E3").as_deref(), Ok("1500"));
        for text in ["1.5", "1.234,5", "1,234,5"] {
            assert_eq!(read(text), Err(ParseError::NotANumber), "{text}");
        }
        assert!(!dialect.candidates().contains(&Delimiter::Byte(b',')));
    }
}
