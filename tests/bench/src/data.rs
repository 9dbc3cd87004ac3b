//! The sets of samples that are measured on: **a new one goes here**.
//!
//! Each is as its source writes it: with all its places, even if the last are zeros. What makes one
//! fast or slow to read is its digits, and how many distinct values there are.

mod wav;

use std::io::{self, Write};

use crate::random::Random;

pub(crate) use self::wav::{WAV, WAV_OF_24_BITS, WAV_OF_FLOATS};

/// A set of samples, of any number.
#[derive(Clone, Copy)]
pub(crate) struct Data {
    /// What tables call it.
    pub name: &'static str,
    /// What its files' names begin with.
    pub file: &'static str,
    /// Appends the sample of this number, counted from 0.
    sample: fn(&mut Random, u64, &mut Vec<u8>) -> io::Result<()>,
}

/// The classic: what `conv` makes when it is not told otherwise.
pub(crate) const INTEGERS: Data = Data {
    name: "integers 0–100",
    file: "integers",
    sample: |random, _, text| writeln!(text, "{}", random.below(101)),
};

/// Codes of a converter of 12 bits.
pub(crate) const TWELVE_BITS: Data = Data {
    name: "12-bit integers",
    file: "codes-12",
    sample: |random, _, text| writeln!(text, "{}", random.below(1 << 12)),
};

/// Codes of a converter of 16 bits.
pub(crate) const SIXTEEN_BITS: Data = Data {
    name: "16-bit integers",
    file: "codes-16",
    sample: |random, _, text| writeln!(text, "{}", random.below(1 << 16)),
};

/// Such codes of a bipolar converter.
pub(crate) const SIGNED_SIXTEEN_BITS: Data = Data {
    name: "signed 16-bit integers",
    file: "signed-codes-16",
    sample: |random, _, text| writeln!(text, "{}", sixteen_bits(random)),
};

/// Volts of the same.
pub(crate) const DECIMALS: Data = Data {
    name: "signed decimals of 3 places",
    file: "decimals",
    sample: |random, _, text| fixed(sixteen_bits(random), 3, text),
};

/// A barometer's hectopascals.
pub(crate) const PRESSURE: Data = Data {
    name: "1013.25",
    file: "pressure",
    sample: |random, _, text| fixed(98_000 + random.below(5_001), 2, text),
};

/// Codes of a converter of 24 bits.
pub(crate) const TWENTY_FOUR_BITS: Data = Data {
    name: "24-bit integers",
    file: "codes-24",
    sample: |random, _, text| writeln!(text, "{}", random.below(1 << 24)),
};

/// An accelerometer's, in m/s².
pub(crate) const ACCELERATION: Data = Data {
    name: "9.806650",
    file: "acceleration",
    sample: |random, _, text| fixed(9_756_650 + random.below(100_000), 6, text),
};

/// A receiver's degrees of latitude.
pub(crate) const LATITUDE: Data = Data {
    name: "48.1371540",
    file: "latitude",
    sample: |random, _, text| fixed(481_321_540 + random.below(100_000), 7, text),
};

/// Unix time, about a thousand a second.
pub(crate) const TIMESTAMPS: Data = Data {
    name: "timestamps of 1 µs",
    file: "timestamps",
    sample: |random, number, text| {
        let micros = 1_764_000_000_000_000 + number.cast_signed() * 1_000;
        fixed(micros + random.below(1_000), 6, text)
    },
};

/// Unix time, a thousand a second.
pub(crate) const TIMES: Data = Data {
    name: "timestamps of 1 ms",
    file: "times",
    sample: |_, number, text| fixed(1_767_225_600_000 + number.cast_signed(), 3, text),
};

/// A converter's codes times its scale, as Linux's Industrial I/O prints them.
pub(crate) const IIO: Data = Data {
    name: "IIO, 9 places",
    file: "iio",
    sample: |random, _, text| fixed(sixteen_bits(random) * 598_553, 9, text),
};

/// Doubles as Python's `repr` prints them: the least digits that give the same double again. (Rust
/// prints the same between 0.0001 and 10¹⁶, beyond which Python prints an exponent.)
pub(crate) const FLOATS: Data = Data {
    name: "17 digits",
    file: "floats",
    sample: |random, _, text| writeln!(text, "{}", 10.0 + 90.0 * random.unit()),
};

/// As C's `printf("%e")` prints them.
pub(crate) const EXPONENTS: Data = Data {
    name: "%e",
    file: "exponents",
    sample: |random, _, text| {
        let (digits, exponent) = (1_000_000 + random.below(9_000_000), random.below(7) - 3);
        let (whole, rest) = (digits / 1_000_000, digits % 1_000_000);
        let sign = if exponent < 0 { '-' } else { '+' };
        writeln!(text, "{whole}.{rest:06}e{sign}{:02}", exponent.abs())
    },
};

/// Rows of four such channels as [`INTEGERS`].
pub(crate) const INTEGERS_IN_FOUR: Data = Data {
    name: "4 columns of integers 0–100",
    file: "table-integers",
    sample: |random, _, text| four(random, 101, text),
};

/// Rows of four such channels as [`TWELVE_BITS`].
pub(crate) const TWELVE_BITS_IN_FOUR: Data = Data {
    name: "4 columns of 12-bit integers",
    file: "table-codes-12",
    sample: |random, _, text| four(random, 1 << 12, text),
};

/// The same as CSV.
pub(crate) const TWELVE_BITS_AS_CSV: Data = Data {
    name: "4 columns of 12-bit integers, CSV",
    file: "csv-codes-12",
    sample: |random, _, text| separated(b',', random, 1 << 12, text),
};

/// Rows of the first kind a millisecond apart, with their times in front: those of [`TIMES`], but
/// in RFC 3339.
pub(crate) const TIMED_IN_FOUR: Data = Data {
    name: "a time, 4 columns of integers 0–100",
    file: "table-timed",
    sample: |random, number, text| {
        let (minutes, millis) = (number / 60_000, number % 60_000);
        let (hours, minutes) = (minutes / 60, minutes % 60);
        let (day, hour) = (1 + hours / 24, hours % 24);
        let (second, milli) = (millis / 1_000, millis % 1_000);
        write!(text, "2026-01-{day:02}T{hour:02}:{minutes:02}:{second:02}.{milli:03}Z\t")?;
        four(random, 101, text)
    },
};

/// Raw words of a converter of 16 bits, that use its whole range.
pub(crate) const WORDS: Data = Data {
    name: "s16le",
    file: "s16le",
    sample: |random, _, bytes| bytes.write_all(&(sixteen_bits(random) as i16).to_le_bytes()),
};

/// Raw floats between -1 and 1, as in audio.
pub(crate) const SHORT_FLOATS: Data = Data {
    name: "f32le",
    file: "f32le",
    sample: |random, _, bytes| bytes.write_all(&(unit(random) as f32).to_le_bytes()),
};

/// Raw doubles of the same range.
pub(crate) const LONG_FLOATS: Data = Data {
    name: "f64le",
    file: "f64le",
    sample: |random, _, bytes| bytes.write_all(&unit(random).to_le_bytes()),
};

/// Lines of a microcontroller: a temperature and a humidity.
pub(crate) const LABELS: Data = Data {
    name: "temp:21.50,hum:48.25",
    file: "labels",
    sample: |random, _, text| climate(["temp:", ",hum:", ""], random, text),
};

/// The same from a broker.
pub(crate) const OBJECTS: Data = Data {
    name: "{\"temp\":21.50,\"hum\":48.25}",
    file: "objects",
    sample: |random, _, text| climate(["{\"temp\":", ",\"hum\":", "}"], random, text),
};

/// Words as the kernel describes those of a converter of 12 bits, whose numbers lie in the upper bits.
pub(crate) const SHIFTED_WORDS: Data = Data { name: "le:s12/16>>4", file: "shifted", ..WORDS };

/// Words as the kernel describes those of a converter of 24 bits: the upper byte means nothing.
pub(crate) const PADDED_WORDS: Data = Data {
    name: "be:u24/32>>0",
    file: "padded",
    sample: |random, _, bytes| {
        let [low, high] = [(); 2].map(|()| random.below(1 << 16) as u16);
        bytes.write_all(&[high.to_be_bytes(), low.to_be_bytes()].concat())
    },
};

/// The floats of [`SHORT_FLOATS`], the highest byte first.
pub(crate) const SHORT_FLOATS_BIG: Data = Data {
    name: "f32be",
    file: "f32be",
    sample: |random, _, bytes| bytes.write_all(&(unit(random) as f32).to_be_bytes()),
};

/// The doubles of [`LONG_FLOATS`], the highest byte first.
pub(crate) const LONG_FLOATS_BIG: Data = Data {
    name: "f64be",
    file: "f64be",
    sample: |random, _, bytes| bytes.write_all(&unit(random).to_be_bytes()),
};

impl Data {
    /// Writes the first `samples` of them; a shorter file is the beginning of a longer one.
    pub(crate) fn write(&self, samples: u64, output: &mut impl Write) -> io::Result<()> {
        let mut random = Random::new(1);
        let mut buffer = Vec::new();
        for number in 0..samples {
            buffer.clear();
            (self.sample)(&mut random, number, &mut buffer)?;
            output.write_all(&buffer)?;
        }
        output.flush()
    }
}

/// A row of four integers below `limit`.
fn four(random: &mut Random, limit: u32, text: &mut Vec<u8>) -> io::Result<()> {
    separated(b'\t', random, limit, text)
}

fn separated(by: u8, random: &mut Random, limit: u32, text: &mut Vec<u8>) -> io::Result<()> {
    let ([a, b, c, d], by) = ([(); 4].map(|()| random.below(limit)), char::from(by));
    writeln!(text, "{a}{by}{b}{by}{c}{by}{d}")
}

/// A temperature and a humidity, with what stands around them.
fn climate(around: [&str; 3], random: &mut Random, text: &mut Vec<u8>) -> io::Result<()> {
    let [before, between, behind] = around;
    let [temp, hum] = [(1_500, 1_500), (3_000, 4_000)].map(|(least, values)| {
        let hundredths = least + random.below(values);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    });
    writeln!(text, "{before}{temp}{between}{hum}{behind}")
}

/// From -32,768 to 32,767.
fn sixteen_bits(random: &mut Random) -> i64 {
    random.below(1 << 16) - (1 << 15)
}

/// From -1 to 1.
fn unit(random: &mut Random) -> f64 {
    2.0 * random.unit() - 1.0
}

/// A line: `digits`, the last `places` of which stand behind the point.
fn fixed(digits: i64, places: u32, text: &mut Vec<u8>) -> io::Result<()> {
    let one = 10u64.pow(places);
    let sign = if digits < 0 { "-" } else { "" };
    let (whole, rest) = (digits.unsigned_abs() / one, digits.unsigned_abs() % one);
    writeln!(text, "{sign}{whole}.{rest:0width$}", width = places as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(data: Data) -> Vec<String> {
        let mut text = Vec::new();
        data.write(1000, &mut text).unwrap();
        String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn numbers_look_as_their_sources_write_them() {
        let places = |data| {
            let lines = lines(data);
            let mut places = lines.iter().map(|line| line.split_once('.').unwrap().1.len());
            let first = places.next().unwrap();
            assert!(places.all(|it| it == first), "{lines:?}");
            first
        };
        let all = [DECIMALS, PRESSURE, ACCELERATION, LATITUDE, TIMESTAMPS, IIO].map(places);
        assert_eq!(all, [3, 2, 6, 7, 6, 9]);
        let mut text = Vec::new();
        fixed(-50, 3, &mut text).unwrap();
        assert_eq!(text, b"-0.050\n");
    }

    #[test]
    fn timestamps_ascend() {
        let lines = lines(TIMESTAMPS);
        assert!(lines.is_sorted(), "{lines:?}");
        assert!(lines[0].starts_with("1764000000.000"), "{lines:?}");
    }

    #[test]
    fn floats_have_seventeen_digits_and_exponents_two() {
        let floats = lines(FLOATS);
        assert!(floats.iter().any(|line| line.len() == 18), "{floats:?}");
        assert!(floats.iter().all(|line| !line.contains('e')), "{floats:?}");
        let exponents = lines(EXPONENTS);
        assert!(exponents.iter().all(|line| line.len() == "1.234567e-03".len()), "{exponents:?}");
    }

    #[test]
    fn a_shorter_file_is_the_beginning_of_a_longer_one() {
        let write = |samples| {
            let mut text = Vec::new();
            FLOATS.write(samples, &mut text).unwrap();
            text
        };
        assert!(write(20).starts_with(&write(10)));
    }
}
