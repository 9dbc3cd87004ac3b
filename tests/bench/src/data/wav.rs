//! Recordings in WAV, whose samples are their frames.

use std::io::{self, Write};

use super::{Data, sixteen_bits, unit};

/// A recording of two channels of 16 bits.
pub(crate) const WAV: Data = Data {
    name: "WAV, 2 channels of 16 bits",
    file: "wav-16",
    sample: |random, number, bytes| {
        sound(1, 16, number, bytes)?;
        let frame = [(); 2].map(|()| (sixteen_bits(random) as i16).to_le_bytes());
        bytes.write_all(&frame.concat())
    },
};

/// The same of 24 bits.
pub(crate) const WAV_OF_24_BITS: Data = Data {
    name: "WAV, 2 channels of 24 bits",
    file: "wav-24",
    sample: |random, number, bytes| {
        sound(1, 24, number, bytes)?;
        for _ in 0..2 {
            bytes.write_all(&random.below(1 << 24).to_le_bytes()[..3])?;
        }
        Ok(())
    },
};

/// The same of floats.
pub(crate) const WAV_OF_FLOATS: Data = Data {
    name: "WAV, 2 channels of floats",
    file: "wav-floats",
    sample: |random, number, bytes| {
        sound(3, 32, number, bytes)?;
        let frame = [(); 2].map(|()| (unit(random) as f32).to_le_bytes());
        bytes.write_all(&frame.concat())
    },
};

/// What stands before the first frame of two channels of such words: their number is open, as where a
/// recorder writes to a pipe, so that a shorter file is the beginning of a longer one.
fn sound(coding: u16, bits: u16, number: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    if number > 0 {
        return Ok(());
    }
    let (channels, rate, open) = (2, 48_000u32, u32::MAX.to_le_bytes());
    let frame = channels * bits / 8;
    bytes.write_all(&[&b"RIFF"[..], &open, b"WAVEfmt ", &16u32.to_le_bytes()].concat())?;
    bytes.write_all(&[coding.to_le_bytes(), channels.to_le_bytes()].concat())?;
    bytes.write_all(&[rate.to_le_bytes(), (rate * u32::from(frame)).to_le_bytes()].concat())?;
    bytes.write_all(&[frame.to_le_bytes(), bits.to_le_bytes()].concat())?;
    bytes.write_all(&[&b"data"[..], &open].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_has_a_head_before_its_frames() {
        for (data, frame) in [(WAV, 4), (WAV_OF_24_BITS, 6), (WAV_OF_FLOATS, 8)] {
            let mut bytes = Vec::new();
            data.write(10, &mut bytes).unwrap();
            assert_eq!(bytes.len(), 44 + 10 * frame);
            assert_eq!((&bytes[..4], &bytes[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
            assert_eq!((usize::from(bytes[32]), &bytes[36..40]), (frame, &b"data"[..]));
        }
    }
}
