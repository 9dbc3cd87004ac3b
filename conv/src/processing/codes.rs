//! Readings that come as codes: a code seen before is sent from the cache of texts.

use std::io::Write;

use super::Processing;
use crate::reading::{CodeTable, Codes, Place};
use crate::sender::Sender;

impl Processing {
    /// Like `take`, for readings that come as codes.
    pub fn take_codes(&mut self, coded: Codes<'_>, sender: &mut Sender<impl Write>) {
        let Codes { place, table, codes } = coded;
        let readings = table.readings();
        self.cache.prepare(table.size(), readings, codes.len());
        sender.make_room(codes.len());
        let mut at = 0;
        while at < codes.len() && !self.is_over(sender) {
            at += sender.send_texts(self.cache.slots(), &codes[at..], readings);
            if let Some(&code) = codes.get(at)
                && !sender.is_done()
            {
                let first = place.after(at as u64 * readings);
                self.take_code(first, table, code, sender);
                at += 1;
            }
        }
    }

    /// Sends or rejects the readings of a code that is not cached; caches it if all become samples.
    fn take_code(
        &mut self,
        first: Place,
        table: &dyn CodeTable,
        code: u16,
        sender: &mut Sender<impl Write>,
    ) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let mut is_whole = true;
        for position in 0..table.readings() {
            if sender.is_done() {
                is_whole = false;
                break;
            }
            let raw = table.reading(code, position);
            match self.send(first.after(position), raw, sender) {
                Some(line) => text.extend_from_slice(line),
                None => is_whole = false,
            }
        }
        if is_whole {
            self.cache.keep(code, &text);
        }
        self.text = text;
    }
}
