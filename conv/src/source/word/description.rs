//! How a word is named or described on the command line.
//!
//! The description is the kernel's own, as in the `scan_elements/…_type` of an industrial I/O device
//! (Documentation/ABI/testing/sysfs-bus-iio): byte order, sign, bits of the number, bits of the word,
//! words of a channel, and the bits below the number.
//!
//! ```text
//! [be|le]:[s|u|f]BITS/STORAGEBITS[XREPEAT][>>SHIFT]
//! ```

use super::{Coding, Order, Word};

/// The widest word, in bits.
const WIDEST: u8 = 64;

impl Word {
    /// Reads a name or a description; `None` if it is neither, and the reason if there is no such word.
    pub(in crate::source) fn parse(text: &str) -> Option<Result<Word, String>> {
        Word::named(text).map(Ok).or_else(|| Some(Description::parse(text)?.word()))
    }

    fn named(text: &str) -> Option<Word> {
        Word::NAMES.contains(&text).then_some(())?;
        let (coding, rest) = coding(text)?;
        let order = if rest.ends_with("be") { Order::Big } else { Order::Little };
        let bits: u8 = rest.trim_end_matches(char::is_alphabetic).parse().ok()?;
        Some(Word { coding, ..Word::unsigned(order, bits) })
    }
}

fn coding(text: &str) -> Option<(Coding, &str)> {
    let codings = [('u', Coding::Unsigned), ('s', Coding::Signed), ('f', Coding::Float)];
    codings.into_iter().find_map(|(letter, coding)| Some((coding, text.strip_prefix(letter)?)))
}

/// What a description says, which need not be possible.
struct Description {
    order: Order,
    coding: Coding,
    bits: u8,
    storage: u8,
    repeat: u16,
    shift: u8,
}

impl Description {
    fn parse(text: &str) -> Option<Description> {
        let (order, rest) = text.split_once(':')?;
        let order = match order {
            "le" => Order::Little,
            "be" => Order::Big,
            _ => return None,
        };
        let (coding, rest) = coding(rest)?;
        let (bits, rest) = rest.split_once('/')?;
        let (rest, shift) = rest.split_once(">>").unwrap_or((rest, "0"));
        let (storage, repeat) = rest.split_once('X').unwrap_or((rest, "1"));
        Some(Description {
            order,
            coding,
            bits: number(bits)?,
            storage: number(storage)?,
            repeat: number(repeat)?,
            shift: number(shift)?,
        })
    }

    fn word(self) -> Result<Word, String> {
        let Description { order, coding, bits, storage, repeat, shift } = self;
        if storage == 0 || storage > WIDEST || storage % 8 > 0 {
            return Err(format!("a word has 8, 16, … {WIDEST} bits, not {storage}"));
        }
        if bits == 0 || repeat == 0 {
            return Err("a channel has at least one word, of at least one bit".to_owned());
        }
        if u16::from(bits) + u16::from(shift) > u16::from(storage) {
            let above = if shift > 0 { format!(" above {shift} others") } else { String::new() };
            return Err(format!("{bits} bits{above} are more than {storage}"));
        }
        if coding == Coding::Float && (bits != storage || ![32, 64].contains(&bits)) {
            return Err("a float is a word of 32 or 64 bits, f32/32 or f64/64".to_owned());
        }
        Ok(Word { coding, order, bits, shift, bytes: storage / 8, repeat })
    }
}

/// A number without a sign.
fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok().filter(|_| !text.starts_with('+'))
}
