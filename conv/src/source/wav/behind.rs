//! What is behind the data: other chunks, a tag, padding; or samples that the headers do not know of, as
//! those of a recorder that was ended before it wrote how many there are.

use super::chunks::begins_chunk;

/// Bytes that are looked at: the letters and the size of a chunk, and the byte before them that makes the data
/// even. (Some programs leave it out.)
const LOOKED_AT: usize = 9;

/// How ID3v1 begins, a tag that is no chunk, as players write it behind everything.
const TAG: &[u8] = b"TAG";

/// The bytes behind the data.
#[derive(Debug, Default)]
pub(super) struct Behind {
    count: u64,
    first: Vec<u8>,
    /// Whether any is not zero.
    has_contents: bool,
}

impl Behind {
    /// Takes more of them.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let wanted = LOOKED_AT - self.first.len();
        self.first.extend(bytes.iter().take(wanted));
        self.count += bytes.len() as u64;
        self.has_contents |= bytes.iter().any(|byte| *byte != 0);
    }

    /// How many there are, if they may be samples: at least a frame of this many bytes, behind data of this
    /// `length`.
    pub(super) fn samples(&self, frame: u32, length: u64) -> Option<u64> {
        let is_odd = length % 2 == 1;
        let is_chunk = is_another(&self.first, self.count)
            || is_odd && self.first.get(1..).is_some_and(|first| is_another(first, self.count - 1));
        let are_samples = self.has_contents && !is_chunk && self.count >= u64::from(frame);
        are_samples.then_some(self.count)
    }
}

/// Whether `count` bytes, which begin like this, are another chunk, or a tag. Four samples may look like the
/// letters of a chunk; but then what follows is hardly a size that it can have.
fn is_another(first: &[u8], count: u64) -> bool {
    let fits = |size_of: fn([u8; 4]) -> u32| {
        let size = first.get(4..8).and_then(|size| size.try_into().ok()).map(size_of);
        size.is_some_and(|size| u64::from(size) + 8 <= count)
    };
    let is_chunk = begins_chunk(first) && (fits(u32::from_le_bytes) || fits(u32::from_be_bytes));
    first.starts_with(TAG) || is_chunk
}
