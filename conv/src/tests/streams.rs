//! The pipeline over streams.

use proptest::prelude::*;
use stage::fake::{Chunks, FakeClock};
use stage::process::ledger::Entry;
use stage::process::message::chain;

use crate::source::choice::Choice;
use crate::source::format::Format;
use stage::stream::input::Input;

use crate::source::layout::Layout;
use crate::source::stream::Stream;
use crate::*;

/// The output, the messages (the last one may be why the input is refused, as UTF-16 is), and the
/// entry.
fn taken(input: impl Input, layout: Layout) -> (String, Vec<String>, Entry) {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let processing = Processing::new(Settings::default());
    let result = convert_stream(
        Stream::whole(input, "x", layout, FakeClock::new()),
        processing,
        &mut sender,
    );
    let entry = sender.close();
    messages.extend(result.err().map(|error| chain(&error)));
    (String::from_utf8(output).unwrap(), messages, entry)
}

fn format(text: &str) -> Format {
    text.parse().unwrap()
}

fn text() -> Layout {
    Layout::of(Format::Text)
}

fn stereo_right() -> Layout {
    let columns = Some("2".parse().unwrap());
    let choice = Choice { columns, ..Choice::default() };
    Layout { channels: 2, choice, ..Layout::of(format("s16le")) }
}

#[test]
fn text_is_made_canonical_and_what_is_not_a_number_is_reported() {
    let (output, messages, entry) = taken(&b"+07\r\n 1.50\t\nNaN\n\n1e2"[..], text());
    assert_eq!(output, "7\n1.5\n100\n");
    assert_eq!(messages, ["line 3: not a number: \"NaN\"", "line 4: empty"]);
    assert_eq!(entry, Entry::Conv { sent: 3, rejected: 2, missed: 0, table: None });
}

#[test]
fn one_channel_of_several_is_taken() {
    let (output, messages, _) = taken(&[1, 0, 2, 0, 3, 0, 0xff, 0xff][..], stereo_right());
    assert_eq!(output, "2\n-1\n");
    assert!(messages.is_empty());
}

#[test]
fn bytes_in_front_of_words_are_left_out() {
    let layout = Layout { skip: 5, ..Layout::of(format("s16le")) };
    let input = [&b"RIFF\x01"[..], &[1, 0, 2, 0]].concat();
    for size in 1..10 {
        let (output, messages, _) = taken(Chunks::of(&input, size), layout.clone());
        assert_eq!((output.as_str(), messages), ("1\n2\n", vec![]), "in chunks of {size}");
    }
    let (output, messages, _) = taken(&input[..4], layout);
    assert_eq!((output.as_str(), messages), ("", vec![]), "nothing is left");
}

#[test]
fn a_torn_last_word_is_rejected() {
    let layout = Layout::of(format("s16le"));
    let (output, messages, entry) = taken(&[1, 0, 2][..], layout);
    assert_eq!(output, "1\n");
    assert_eq!(messages, ["word 2: torn: the stream ends after 1 of 2 bytes"]);
    assert_eq!(entry, Entry::Conv { sent: 1, rejected: 1, missed: 0, table: None });
}

#[test]
fn a_word_that_is_not_finite_is_rejected() {
    let layout = Layout::of(format("f32le"));
    let (output, messages, _) = taken(&f32::NAN.to_le_bytes()[..], layout);
    assert_eq!(output, "");
    assert_eq!(messages, ["word 1: not a number"]);
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_samples(
        bytes in proptest::collection::vec(any::<u8>(), 0..100), size in 1usize..10,
    ) {
        prop_assert_eq!(
            taken(Chunks::of(&bytes, size), stereo_right()),
            taken(&bytes[..], stereo_right())
        );
        prop_assert_eq!(taken(Chunks::of(&bytes, size), text()), taken(&bytes[..], text()));
    }
}
