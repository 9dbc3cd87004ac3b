//! Readings by code against readings one by one; limits; checks with memory.

use clap::Parser;
use proptest::prelude::*;
use stage::process::ledger::Entry;

use super::*;
use crate::reading::{CodeTable, Codes};

/// What options ask for that stand on a command line.
pub(super) fn settings(words: &str) -> Settings {
    let words = ["conv", "--from=-"].into_iter().chain(words.split_whitespace());
    crate::Options::try_parse_from(words).unwrap().settings()
}

/// Codes whose digits are readings: the base, and how many digits a code has. Digit 0 is -3.
struct DigitCodes(usize, u32);

impl CodeTable for DigitCodes {
    fn size(&self) -> usize {
        self.0.pow(self.1)
    }

    fn readings(&self) -> u64 {
        self.1.into()
    }

    fn reading(&self, code: u16, position: u64) -> Sample {
        let behind = self.0.pow(self.1 - 1 - position as u32);
        Sample::new((usize::from(code) / behind % self.0) as i64 - 3, 0).unwrap()
    }
}

fn place(number: u64) -> Place {
    Place { what: "word", number }
}

/// What these codes become, processed by code or reading by reading.
fn processed(
    table: &DigitCodes,
    codes: &[u16],
    limit: u64,
    mut processing: Processing,
    by_code: bool,
) -> (String, Vec<String>, Entry) {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, Some(limit), &mut messages);
    let mut number = 1;
    for codes in codes.chunks(10) {
        let one = |code| (0..table.readings()).map(move |at| table.reading(code, at));
        let all = codes.iter().flat_map(|&code| one(code));
        let readings = (number..).zip(all);
        match (sender.is_done(), by_code) {
            (true, _) => {}
            (false, true) => {
                processing.take_codes(Codes { place: place(number), table, codes }, &mut sender);
            }
            (false, false) => processing.take(
                readings.map(|(number, raw)| Reading { place: place(number), raw: Ok(raw) }),
                &mut sender,
            ),
        }
        number += codes.len() as u64 * table.readings();
    }
    processing.finish(&mut sender);
    sender.flush().unwrap();
    let entry = sender.close();
    (String::from_utf8(output).unwrap(), messages, entry)
}

proptest! {
    #[test]
    fn readings_by_code_give_what_they_give_one_by_one(
        codes in proptest::collection::vec(0u16..125, 0..100),
        readings in 1u32..4,
        limit in 0u64..300,
        scale in prop_oneof![Just("1"), Just("1e-9"), Just("1.0000001"), Just("1e-18"), Just("1/7")],
        memory in prop_oneof![
            Just(""), Just(""), Just("--flat 1"), Just("--spike 0"), Just("--step 0.5 --spike 1e-9"),
        ],
    ) {
        let table = DigitCodes(5, readings);
        let codes: Vec<u16> =
            codes.into_iter().map(|code| code % table.size() as u16).collect();
        let words = format!("--scale {scale} --plausible -2..7 {memory}");
        let processing = || Processing::new(settings(&words));
        prop_assert_eq!(
            processed(&table, &codes, limit, processing(), true),
            processed(&table, &codes, limit, processing(), false)
        );
    }
}

#[test]
fn a_check_with_memory_sees_codes_that_come_again() {
    let processing = Processing::new(settings("--flat 1"));
    let (output, messages, entry) =
        processed(&DigitCodes(9, 1), &[4, 5, 4, 4], 9, processing, true);
    assert_eq!(output, "1\n2\n1\n");
    assert_eq!(messages, ["word 4: flat for 1 reading: 1"]);
    assert_eq!(entry, Entry::Conv { sent: 3, rejected: 1, missed: 0, table: None });
}

#[test]
fn the_limit_counts_samples_and_not_rejects() {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, Some(2), &mut messages);
    let mut processing = Processing::new(Settings::default());
    let raws = [Err(NoReading::NotFinite), Ok(2), Ok(3), Ok(4)];
    let readings = (1..).zip(raws).map(|(number, raw)| Reading {
        place: place(number),
        raw: raw.map(|raw| Sample::new(raw, 0).unwrap()),
    });
    processing.take(readings, &mut sender);
    sender.flush().unwrap();
    assert!(sender.is_done());
    assert_eq!(sender.close(), Entry::Conv { sent: 2, rejected: 1, missed: 0, table: None });
    assert_eq!(output, b"2\n3\n");
    assert_eq!(messages, ["word 1: not a number"]);
}
