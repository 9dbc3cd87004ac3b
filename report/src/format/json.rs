//! The JSON format: the records as they came.

use stage::format::record::Record;

use crate::format::{Format, TextFormat};

/// Its row in the table of formats.
pub(crate) const FORMAT: Format = Format {
    name: "json",
    help: "The records as they come, one JSON object a line",
    text: || Box::new(Json),
};

#[derive(Debug)]
struct Json;

impl TextFormat for Json {
    fn print(&mut self, _record: &Record, line: &[u8], _completes_group: bool, text: &mut Vec<u8>) {
        text.extend_from_slice(line.trim_ascii());
        text.push(b'\n');
    }
}
