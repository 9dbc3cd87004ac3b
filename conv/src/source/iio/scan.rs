//! A scan: what a buffer holds for each moment, a word or several of each element that is enabled in it.
//!
//! The kernel lays it out like this (`iio_compute_scan_bytes` in its drivers/iio/industrialio-buffer.c):
//!
//! 1. The elements follow each other by their indices; the timestamp is always the last.
//! 2. Each begins at a multiple of its own length, which is that of all its words.
//! 3. The whole is padded to a multiple of the longest, so that the next scan is aligned as well.
//!
//! Step 3 came with Linux 5.5 and the stable kernels of that time. Older ones leave that padding out, and
//! their scans that need some are read wrongly: nothing tells them from others.

use stage::format::name::Name;

use super::super::choice::{Choice, Column, Selection};
use super::super::frame::{Element, Frame};
use super::super::layout::MAX_FRAME;
use super::super::word::{Order, Word};

/// The element that is the scan's time, in nanoseconds.
pub(super) const TIMESTAMP: &str = "in_timestamp";

/// An element of scans, as the kernel describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanElement {
    /// What the kernel calls it: `in_voltage0`.
    pub name: String,
    /// Its place in their order.
    pub index: u32,
    /// What its words look like.
    pub word: Word,
}

impl ScanElement {
    fn is_timestamp(&self) -> bool {
        self.name == TIMESTAMP
    }

    /// The count that it is, as the timestamp, if it begins at `start`.
    fn count(&self, start: usize) -> Result<Element, String> {
        let is_count = |order| self.word == Word::signed(order, 64);
        match is_count(Order::Little) || is_count(Order::Big) {
            true => Ok(Element { word: self.word, at: start }),
            false => Err(format!("{TIMESTAMP} is no signed number of 64 bits")),
        }
    }

    /// Bytes of all its words. How the kernel would align any other number is not defined.
    fn length(&self) -> Result<usize, String> {
        let length = self.word.width() * self.word.repeat();
        match length.is_power_of_two() {
            true => Ok(length),
            false => Err(format!(
                "{} has {length} bytes, which is no power of two, so that nothing says where it lies",
                self.name
            )),
        }
    }
}

/// A channel: one word of an element that is not the timestamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ScanChannel {
    /// Its element's name, from which the names of its attributes derive.
    pub element: String,
    /// What it is called: the same, but numbered where an element has several words.
    pub name: Name,
    place: Element,
}

/// What every scan of a buffer looks like.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Its bytes.
    length: usize,
    channels: Vec<ScanChannel>,
    timestamp: Option<Element>,
}

impl Scan {
    /// A scan of `elements`, in any order; an error if nothing says where they lie.
    pub fn of(mut elements: Vec<ScanElement>) -> Result<Scan, String> {
        elements.sort_by_key(|element| element.index);
        check_indices(&elements)?;
        // Whatever its index, the timestamp lies behind the others.
        elements.sort_by_key(ScanElement::is_timestamp);
        let (mut end, mut longest) = (0usize, 1);
        let (mut words, mut timestamp) = (Vec::new(), None);
        for element in &elements {
            let length = element.length()?;
            let start = end.next_multiple_of(length);
            (end, longest) = (start + length, longest.max(length));
            match element.is_timestamp() {
                true => timestamp = Some(element.count(start)?),
                false => words.extend(words_of(element, start)),
            }
        }
        let length = end.next_multiple_of(longest);
        if length > MAX_FRAME {
            return Err(format!("a scan has at most {MAX_FRAME} bytes, not {length}"));
        }
        Ok(Scan { length, channels: channels(words), timestamp })
    }

    /// Whether it has a time.
    pub(super) fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// The channels that `choice` takes of it, in the order in which they are sent.
    pub(super) fn taken(&self, choice: &Choice) -> Result<Vec<&ScanChannel>, String> {
        let Some(Selection::These(columns)) = &choice.columns else {
            return Ok(self.channels.iter().collect());
        };
        let mut taken = Vec::new();
        for column in columns {
            for channel in self.find(column)? {
                if taken.contains(&channel) {
                    return Err(format!("channel {} is taken twice", channel.name));
                }
                taken.push(channel);
            }
        }
        Ok(taken)
    }

    /// The channels that are meant by `column`: several, if it names an element of several words.
    fn find(&self, column: &Column) -> Result<Vec<&ScanChannel>, String> {
        let found: Vec<&ScanChannel> = match column {
            Column::Number(number) => self.channels.get(number - 1).into_iter().collect(),
            Column::Name(name) => {
                let is_meant = |it: &&ScanChannel| it.element == *name || it.name.is_called(name);
                self.channels.iter().filter(is_meant).collect()
            }
        };
        match column {
            _ if !found.is_empty() => Ok(found),
            Column::Number(number) => {
                Err(format!("there is no channel {number} of {}", self.channels.len()))
            }
            Column::Name(name) if name == TIMESTAMP => {
                Err(format!("{TIMESTAMP} is the time, not a channel"))
            }
            Column::Name(name) => {
                let names: Vec<&str> = self.channels.iter().map(|it| it.name.as_str()).collect();
                Err(format!("no channel {name:?} is enabled, but {}", names.join(", ")))
            }
        }
    }

    /// What is read of it: the channels that `choice` takes, and the timestamp, if it `is_time` of day and
    /// no other is wanted.
    pub fn frame(&self, choice: &Choice, is_time: bool) -> Result<Frame, String> {
        let channels = self.taken(choice)?;
        let time = self.timestamp.filter(|_| is_time && !choice.is_stamped);
        let names = channels.iter().map(|channel| channel.name.clone()).collect();
        Ok(Frame {
            what: "scan",
            length: self.length,
            taken: channels.into_iter().map(|channel| channel.place).collect(),
            time,
            columns: choice.sent(time.is_some() || choice.is_stamped, names, true)?,
        })
    }
}

/// Fails unless the indices of `elements`, which are in the order of these, all differ.
fn check_indices(elements: &[ScanElement]) -> Result<(), String> {
    let mut pairs = elements.windows(2).filter_map(|pair| <&[ScanElement; 2]>::try_from(pair).ok());
    match pairs.find(|[one, other]| one.index == other.index) {
        None => Ok(()),
        Some([one, other]) => {
            let (one, index, other) = (&one.name, one.index, &other.name);
            Err(format!("{one} and {other} both have the index {index}"))
        }
    }
}

/// The words of an element that begins at `start`, each with its element's name and its own.
fn words_of(
    element: &ScanElement,
    start: usize,
) -> impl Iterator<Item = (String, String, Element)> {
    let ScanElement { name, word, .. } = element;
    let (word, is_single) = (*word, word.repeat() == 1);
    (0..word.repeat()).map(move |turn| {
        let own = if is_single { name.clone() } else { format!("{name}_{}", turn + 1) };
        (name.clone(), own, Element { word, at: start + turn * word.width() })
    })
}

/// The channels that words are, with names that channels may have.
fn channels(words: Vec<(String, String, Element)>) -> Vec<ScanChannel> {
    let names = Name::all_fitted(words.iter().map(|(_, name, _)| name.as_str()));
    let channel = |((element, _, place), name)| ScanChannel { element, name, place };
    words.into_iter().zip(names).map(channel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(name: &str, index: u32, format: &str) -> ScanElement {
        let word = Word::parse(format).unwrap().unwrap();
        ScanElement { name: name.to_owned(), index, word }
    }

    /// The length, and where each word begins.
    fn layout(elements: &[(&str, u32, &str)]) -> Result<String, String> {
        let elements = elements.iter().map(|(name, index, format)| element(name, *index, format));
        let scan = Scan::of(elements.collect())?;
        let channels = scan.channels.iter().map(|it| format!("{} {}", it.name, it.place.at));
        let time = scan.timestamp.map(|time| format!("time {}", time.at));
        let words: Vec<String> = channels.chain(time).collect();
        Ok(format!("{}: {}", scan.length, words.join(", ")))
    }

    #[test]
    fn words_are_aligned_to_their_own_length_and_the_whole_to_the_longest() {
        let time = ("in_timestamp", 9, "le:s64/64>>0");
        let (byte, short) = ("le:u8/8>>0", "le:s12/16>>4");
        for (elements, expected) in [
            (&[("in_voltage0", 0, short)][..], "2: in_voltage0 0"),
            (&[("in_voltage0", 0, short), time], "16: in_voltage0 0, time 8"),
            (
                &[("in_voltage0", 0, short), ("in_voltage1", 1, "be:u24/32>>8"), time],
                "16: in_voltage0 0, in_voltage1 4, time 8",
            ),
            // What precedes may be longer: the padding is at the end.
            (
                &[("in_pressure", 0, "le:u32/32>>0"), ("in_temp", 1, short)],
                "8: in_pressure 0, in_temp 4",
            ),
            (
                &[("in_a", 0, byte), ("in_b", 1, short), ("in_c", 2, byte), ("in_d", 3, byte)],
                "6: in_a 0, in_b 2, in_c 4, in_d 5",
            ),
            (
                &[("in_intensity", 0, short), ("in_rot_quaternion", 1, "le:s16/16X4>>0")],
                "16: in_intensity 0, in_rot_quaternion_1 8, in_rot_quaternion_2 10, \
                 in_rot_quaternion_3 12, in_rot_quaternion_4 14",
            ),
        ] {
            assert_eq!(layout(elements).unwrap(), expected);
        }
    }

    #[test]
    fn the_order_is_that_of_the_indices_with_the_timestamp_last() {
        let elements = [
            ("in_timestamp", 0, "le:s64/64>>0"),
            ("in_voltage10", 10, "le:u8/8>>0"),
            ("in_voltage2", 2, "le:u8/8>>0"),
        ];
        assert_eq!(layout(&elements).unwrap(), "16: in_voltage2 0, in_voltage10 1, time 8");
    }

    #[test]
    fn what_lies_nowhere_for_sure_is_refused() {
        let byte = "le:u8/8>>0";
        for (elements, why) in [
            (&[("in_a", 1, byte), ("in_b", 1, byte)][..], "in_a and in_b both have the index 1"),
            (
                &[("in_timestamp", 1, "le:s64/64>>0"), ("in_a", 1, byte), ("in_b", 2, byte)],
                "in_timestamp and in_a both have the index 1",
            ),
            (
                &[("in_a", 1, "le:s16/16X3>>0")],
                "in_a has 6 bytes, which is no power of two, so that nothing says where it lies",
            ),
            (
                &[("in_a", 1, "le:s24/24>>0")],
                "in_a has 3 bytes, which is no power of two, so that nothing says where it lies",
            ),
            (&[("in_timestamp", 1, "le:s32/32>>0")], "in_timestamp is no signed number of 64 bits"),
        ] {
            assert_eq!(layout(elements).unwrap_err(), why);
        }
    }

    #[test]
    fn channels_are_chosen_by_number_or_name_and_those_of_an_element_together() {
        let scan = Scan::of(vec![
            element("in_voltage0", 0, "le:u8/8>>0"),
            element("in_voltage1", 1, "le:u8/8>>0"),
            element("in_rot_quaternion", 2, "le:s16/16X2>>0"),
            element("in_timestamp", 3, "le:s64/64>>0"),
        ])
        .unwrap();
        let taken = |columns: &str| -> Result<String, String> {
            let columns = Some(columns.parse().unwrap());
            let taken = scan.taken(&Choice { columns, ..Choice::default() })?;
            let names: Vec<&str> = taken.into_iter().map(|it| it.name.as_str()).collect();
            Ok(names.join(" "))
        };
        let all = "in_voltage0 in_voltage1 in_rot_quaternion_1 in_rot_quaternion_2";
        assert_eq!(taken("all").unwrap(), all);
        assert_eq!(taken("in_voltage1,1").unwrap(), "in_voltage1 in_voltage0");
        assert_eq!(taken("in_rot_quaternion").unwrap(), "in_rot_quaternion_1 in_rot_quaternion_2");
        assert_eq!(taken("in_rot_quaternion_2").unwrap(), "in_rot_quaternion_2");
        for (columns, why) in [
            ("5", "there is no channel 5 of 4"),
            ("in_timestamp", "in_timestamp is the time, not a channel"),
            ("in_rot_quaternion,4", "channel in_rot_quaternion_2 is taken twice"),
            (
                "in_voltage2",
                "no channel \"in_voltage2\" is enabled, but in_voltage0, in_voltage1, \
                 in_rot_quaternion_1, in_rot_quaternion_2",
            ),
        ] {
            assert_eq!(taken(columns).unwrap_err(), why);
        }
    }
}
