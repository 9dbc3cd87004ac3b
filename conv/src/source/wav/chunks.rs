//! An input in chunks: four letters, a size, and that many bytes, padded to an even number.

use std::io;
use std::time::Instant;

use stage::process::clock::Wake;
use stage::process::message::quoted;
use stage::stream::ending::Ending;
use stage::stream::input::Input;
use stage::stream::size::BLOCK;

use super::super::word::Order;
use super::NotWav;

/// The size of a whole or of data whose real size is elsewhere, or was not known when it was written.
const ELSEWHERE: u32 = u32::MAX;

/// Sizes of data that some programs write into a pipe, since they do not know: ffmpeg, sox, and two of
/// arecord's.
pub(super) const UNKNOWN: [u32; 4] = [ELSEWHERE, 0x7fff_f000, 0x7fff_ffff, 0x8000_0000];

/// Bytes of a chunk's head: its letters and its size.
const HEAD: usize = 8;

/// Bytes of a chunk's contents that are looked at.
const LOOKED_AT: u32 = 40;

/// Why there are no more chunks.
#[derive(Debug)]
pub(super) enum Cut {
    /// A stop or the deadline has come.
    Over,
    /// The input could not be read.
    Failed(io::Error),
    /// It is not what it should be.
    NotWav(NotWav),
}

impl From<io::Error> for Cut {
    fn from(error: io::Error) -> Cut {
        Cut::Failed(error)
    }
}

/// The head of a chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub kind: [u8; 4],
    pub size: u32,
}

/// Sizes that do not fit the heads of chunks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Long {
    /// What the head of the whole says.
    whole: u32,
    data: Option<u64>,
}

impl Long {
    /// Reads the contents of a `ds64` chunk.
    pub(super) fn read(&mut self, contents: &[u8]) {
        let data = contents.get(8..16).and_then(|it| it.try_into().ok()).map(u64::from_le_bytes);
        self.data = data.filter(|size| *size > 0);
    }

    /// The number of bytes of data whose chunk has this size, in frames of `frame` bytes; `None` if they end
    /// with the input.
    fn length(&self, size: u32, frame: u32) -> Option<u64> {
        match (size, self.data) {
            (ELSEWHERE, Some(data)) => Some(data),
            _ if is_unknown(size, frame) => None,
            _ => Some(size.into()),
        }
    }

    /// Bytes of the whole behind this many; `None` if it does not say how many it has, or has no more.
    fn behind(&self, bytes: u64) -> Option<u64> {
        let whole = (self.whole != ELSEWHERE).then_some(u64::from(self.whole) + 8)?;
        whole.checked_sub(bytes).filter(|left| *left > 0)
    }
}

/// An input that is read chunk by chunk.
#[derive(Debug)]
pub(super) struct Chunks<I> {
    input: I,
    deadline: Option<Instant>,
    order: Order,
    /// What was read; from `start` on, it has not been taken yet.
    held: Vec<u8>,
    start: usize,
    /// Bytes taken so far.
    taken: u64,
}

impl<I: Input> Chunks<I> {
    /// The chunks of `input`, of which the bytes `ahead` have been read already.
    pub(super) fn new(input: I, ahead: Vec<u8>, deadline: Option<Instant>) -> Chunks<I> {
        Chunks { input, deadline, order: Order::Little, held: ahead, start: 0, taken: 0 }
    }

    /// The byte order of sizes and words.
    pub(super) fn order(&self) -> Order {
        self.order
    }

    /// Bytes taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// The input, and what was read of it but not taken.
    pub(super) fn into_rest(mut self) -> (I, Vec<u8>) {
        self.held.drain(..self.start);
        (self.input, self.held)
    }

    /// Reads the head of the whole.
    pub(super) fn begin(&mut self) -> Result<Long, Cut> {
        let head: [u8; 12] = match self.take(12) {
            Ok(head) => head.try_into().unwrap_or_default(),
            // What is too short for a head is shown as it is.
            Err(Cut::NotWav(_)) => return Err(self.is_other()),
            Err(cut) => return Err(cut),
        };
        match (&head[..4], &head[8..]) {
            (b"RIFF" | b"RF64" | b"BW64", b"WAVE") => {}
            (b"RIFX", b"WAVE") => self.order = Order::Big,
            _ => {
                self.start = 0;
                return Err(self.is_other());
            }
        }
        let whole = self.number([head[4], head[5], head[6], head[7]]);
        Ok(Long { whole, data: None })
    }

    fn is_other(&self) -> Cut {
        let begins = &self.held[self.start..];
        Cut::NotWav(NotWav::Other(quoted(&begins[..begins.len().min(12)])))
    }

    /// The next chunk.
    pub(super) fn next(&mut self) -> Result<Chunk, Cut> {
        match *self.take(HEAD)? {
            [a, b, c, d, e, f, g, h] => {
                Ok(Chunk { kind: [a, b, c, d], size: self.number([e, f, g, h]) })
            }
            _ => Err(Cut::NotWav(NotWav::Short)),
        }
    }

    /// The number of bytes of data that follow, whose chunk has this size; `None` if they end with the input.
    /// A recorder that was ended may have left the 0 that it wrote before the data: then the whole ends here
    /// as well, or what follows is no other chunk.
    pub(super) fn length(
        &mut self,
        size: u32,
        frame: u32,
        long: &Long,
    ) -> Result<Option<u64>, Cut> {
        let length = long.length(size, frame);
        if length != Some(0) {
            return Ok(length);
        }
        let has_another = match long.behind(self.taken) {
            Some(left) => self.has_another(left)?,
            None => false,
        };
        Ok(length.filter(|_| has_another))
    }

    /// Whether what follows is another chunk, of the `left` bytes that the whole still has; not if the input
    /// ends before its head does. Two samples may look like a chunk's letters, but those behind them hardly give
    /// a size with which it ends with the whole, or leaves room for another.
    fn has_another(&mut self, left: u64) -> Result<bool, Cut> {
        while self.held.len() - self.start < HEAD {
            match self.fill() {
                Err(Cut::NotWav(_)) => return Ok(false),
                filled => filled?,
            }
        }
        let ahead = &self.held[self.start..];
        let Some(&[_, _, _, _, a, b, c, d]) = ahead.first_chunk() else { return Ok(false) };
        let size = self.number([a, b, c, d]);
        let ends = |length: u64| left.checked_sub(length + HEAD as u64);
        // Some programs leave the byte out that makes the last chunk even.
        let fits = ends(size.into()) == Some(0)
            || ends(padded(size)).is_some_and(|left| left == 0 || left >= HEAD as u64);
        Ok(begins_chunk(ahead) && fits)
    }

    fn number(&self, bytes: [u8; 4]) -> u32 {
        match self.order {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        }
    }

    /// The beginning of a chunk's contents, all of which are passed.
    pub(super) fn start_of(&mut self, chunk: Chunk) -> Result<Vec<u8>, Cut> {
        let looked_at = chunk.size.min(LOOKED_AT);
        let start = self.take(looked_at as usize)?.to_vec();
        self.pass_bytes(padded(chunk.size) - u64::from(looked_at))?;
        Ok(start)
    }

    /// Passes over a chunk's contents.
    pub(super) fn pass(&mut self, chunk: Chunk) -> Result<(), Cut> {
        self.pass_bytes(padded(chunk.size))
    }

    fn pass_bytes(&mut self, mut count: u64) -> Result<(), Cut> {
        while count > 0 {
            if self.start == self.held.len() {
                self.fill()?;
            }
            let held = (self.held.len() - self.start) as u64;
            let passed = count.min(held);
            self.start += passed as usize;
            self.taken += passed;
            count -= passed;
        }
        Ok(())
    }

    /// The next `count` bytes, which are few.
    fn take(&mut self, count: usize) -> Result<&[u8], Cut> {
        while self.held.len() - self.start < count {
            self.fill()?;
        }
        self.start += count;
        self.taken += count as u64;
        Ok(&self.held[self.start - count..self.start])
    }

    /// Reads once more.
    fn fill(&mut self) -> Result<(), Cut> {
        if self.input.wait(self.deadline)? == Wake::Deadline {
            return Err(Cut::Over);
        }
        self.held.drain(..self.start);
        self.start = 0;
        let end = self.held.len();
        self.held.resize(end + BLOCK, 0);
        let read = self.input.read(&mut self.held[end..]);
        self.held.truncate(end + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) if self.input.ending() == Ending::Clean => Err(Cut::NotWav(NotWav::Short)),
            Ok(0) => Err(Cut::Over),
            Err(error) if error.kind() != io::ErrorKind::Interrupted => Err(error.into()),
            Ok(_) | Err(_) => Ok(()),
        }
    }
}

/// Whether this is the size of data that a program writes if it does not know it, perhaps cut to whole
/// frames, as sox does.
fn is_unknown(size: u32, frame: u32) -> bool {
    let cut = |unknown: u32| unknown - unknown.checked_rem(frame).unwrap_or(0);
    UNKNOWN.iter().any(|&unknown| size == unknown || size == cut(unknown))
}

/// Whether these bytes begin with the four letters of a chunk.
pub(super) fn begins_chunk(bytes: &[u8]) -> bool {
    bytes.get(..4).is_some_and(|kind| kind.iter().all(|byte| matches!(byte, b' '..=b'~')))
}

/// The bytes of a chunk's contents, with the one that makes them even.
fn padded(size: u32) -> u64 {
    u64::from(size) + u64::from(size % 2)
}
