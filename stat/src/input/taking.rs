//! Taking the lines of a block: short numbers many at a time, and what lies between them line by
//! line.
//!
//! The first row of an input is read on its own, since it decides whether there are times: only the
//! classic stream has short numbers.

use stage::stream::lines::each_line;

use crate::short::scan::{Lines, Scanned};

/// The most lines taken one by one before searching for short numbers again: a search costs about as
/// much as taking one line.
const MAX_PATIENCE: usize = 64;

/// With fewer bytes, or fewer samples before the next record, reading many at a time does not pay.
/// (Tests and fuzzers cannot afford this many.)
const FEW_BYTES: usize = if cfg!(any(test, fuzzing)) { 1 } else { 256 };
const FEW_SAMPLES: u64 = if cfg!(any(test, fuzzing)) { 1 } else { 16 };

/// With fewer short numbers in a row, searching for them does not pay.
const FEW_SHORT: u64 = 16;

/// What takes lines.
pub(crate) trait TakeLines {
    /// Why it takes no more.
    type Error;

    /// How many samples it may take at once; 0 while the next line must be read on its own.
    fn room(&self) -> u64;

    /// Takes `lines` as long as they have short numbers.
    fn take_short(&mut self, lines: Lines<'_>) -> Result<Scanned, Self::Error>;

    /// Takes one line, given without its line feed.
    fn take(&mut self, line: &[u8]) -> Result<(), Self::Error>;

    /// Takes whole lines.
    fn take_block(&mut self, block: &[u8]) -> Result<(), Self::Error> {
        let mut at = 0;
        // Lines taken one by one before searching for short numbers again.
        let mut patience = 1;
        while at < block.len() {
            let room = self.room();
            let is_worth = block.len() - at >= FEW_BYTES && room >= FEW_SAMPLES;
            let scanned = match is_worth {
                true => self.take_short(Lines { block, from: at, most: room })?,
                false => Scanned::default(),
            };
            at += scanned.bytes;
            if scanned.lines > 0 && scanned.lines == room {
                // There is room again, and nothing to be patient with.
                continue;
            }
            patience = match scanned.lines {
                FEW_SHORT.. => 1,
                _ => (2 * patience).min(MAX_PATIENCE),
            };
            for _ in 0..patience {
                let Some(line) = each_line(&block[at..]).next() else { break };
                at = (at + line.len() + 1).min(block.len());
                self.take(line)?;
            }
        }
        Ok(())
    }
}
