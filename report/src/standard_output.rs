//! Standard output, and how many records were shown there. A reader that has left takes nothing
//! more, which is no error.

use stage::stream::output::{Delivery, Output, Unwritable, deliver, offer};

/// Standard output.
pub(crate) struct StandardOutput<'a> {
    writer: &'a mut dyn Output,
    /// Records shown.
    pub(crate) shown: u64,
    /// Whether the reader has left.
    pub(crate) reader_gone: bool,
}

impl<'a> StandardOutput<'a> {
    /// Nothing is written yet.
    pub(crate) fn new(writer: &'a mut dyn Output) -> StandardOutput<'a> {
        StandardOutput { writer, shown: 0, reader_gone: false }
    }

    /// Writes `text` and empties it. Of a part that was written before an error, or before the
    /// reader left, `records_in` says how many records it shows.
    pub(crate) fn write(
        &mut self,
        text: &mut Vec<u8>,
        records_in: impl Fn(&[u8]) -> u64,
    ) -> Result<(), Unwritable> {
        if self.reader_gone {
            text.clear();
            return Ok(());
        }
        let (written, delivery) = deliver(&mut self.writer, text);
        self.shown += records_in(&text[..written]);
        text.clear();
        self.reader_gone = delivery? == Delivery::ReaderGone;
        Ok(())
    }

    /// Writes as much of `text` as is taken now, and removes that.
    pub(crate) fn offer(&mut self, text: &mut Vec<u8>) -> Result<(), Unwritable> {
        if !text.is_empty() {
            self.reader_gone |= offer(&mut self.writer, text)? == Delivery::ReaderGone;
        }
        if self.reader_gone {
            text.clear();
        }
        Ok(())
    }

    /// Whether something would be taken now.
    pub(crate) fn has_room(&mut self) -> Result<bool, Unwritable> {
        Ok(self.writer.has_room()?)
    }
}
