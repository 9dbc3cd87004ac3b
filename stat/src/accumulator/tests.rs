//! However samples are taken, and whatever is asked in between, an accumulator knows what one does that
//! took the same samples one by one and was never asked.

use proptest::prelude::*;
use stage::format::sample::Sample;

use super::record::Wanted;
use super::*;
use crate::ranks::quantile::Quantile;
use crate::records::state::State;
use crate::records::state::origin::Origin;
use crate::short::BATCH;
use crate::short::scan::Lines;

/// What is done with an accumulator.
#[derive(Clone, Debug)]
enum Step {
    /// Takes lines, where this many samples are expected before the next record.
    Lines(Vec<String>, u64),
    /// Takes numbers in the unit that it has, where this many are expected.
    Numbers(Vec<i64>, u64),
    /// Makes the record.
    Record(Wanted),
    Clear,
}

/// What is kept.
#[derive(Clone, Debug)]
struct Kept {
    more: bool,
    course: Option<usize>,
    /// Distinct values that are taken first: with many, and as many channels, no more can be counted.
    filled: i64,
    channels: usize,
}

impl Kept {
    fn nothing(&self) -> Accumulator {
        let course = self.course.map(|most| Course::new(most, 1));
        let mut accumulator = Accumulator::new(self.more).with_course(course);
        accumulator.hold(Capacity::of_each(self.channels));
        accumulator
    }
}

/// As the stream's lines are taken: short numbers many at a time, the others one by one.
fn take(accumulator: &mut Accumulator, lines: &[String], expected: u64) {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let mut rest = text.as_bytes();
    let mut left = expected.max(lines.len() as u64);
    while !rest.is_empty() {
        let most = left.min(accumulator.room());
        let rows = Lines { block: rest, from: 0, most };
        let scanned = accumulator.add_short(rows, RunPlace::NOT_KNOWN_YET);
        (rest, left) = (&rest[scanned.bytes..], left - scanned.lines);
        if scanned.lines == 0 {
            let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
            add(accumulator, std::str::from_utf8(&rest[..end]).unwrap());
            (rest, left) = (&rest[end + 1..], left - 1);
        }
    }
}

fn add(accumulator: &mut Accumulator, line: &str) {
    accumulator.add(&Sample::parse(line.as_bytes()).unwrap(), RunPlace::NOT_KNOWN_YET);
}

fn printed(accumulator: &mut Accumulator, wanted: &Wanted) -> String {
    let mut text = Vec::new();
    accumulator.record(wanted, None).print(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn state(accumulator: &mut Accumulator) -> String {
    State::new(accumulator.parts(), &Origin::default()).print().unwrap().to_string()
}

/// The values that are taken first.
fn filling(values: i64) -> Vec<String> {
    (0..values).map(|at| decimal(at * at % 999_983, 3).to_string()).collect()
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (0i64..1 << 20).prop_map(|number| decimal(number, 3).to_string()),
        8 => (0i64..100).prop_map(|number| number.to_string()),
        2 => (0i64..1 << 20, 0u64..1 << 50).prop_map(|(number, digits)| format!("{number}.{digits:016}")),
        1 => "-?[0-9]{1,3}(\\.[0-9]{1,3})?(e-?[0-9]{1,2})?",
    ]
}

fn lines() -> impl Strategy<Value = Vec<String>> {
    let of = |number: BoxedStrategy<String>| proptest::collection::vec(number, 1..300);
    prop_oneof![
        of(line().boxed()),
        of((0i64..1 << 20).prop_map(|number| decimal(number, 3).to_string()).boxed()),
        of((-200i64..999).prop_map(|number| number.to_string()).boxed()),
    ]
}

fn wanted(more: bool) -> impl Strategy<Value = Wanted> {
    let quantiles =
        prop_oneof![Just(vec![]), Just(vec!["50"]), Just(vec!["0.1", "50", "90", "99"])];
    let histogram = proptest::option::weighted(0.3, Just(20));
    (quantiles, histogram).prop_map(move |(quantiles, histogram)| {
        let quantiles =
            quantiles.into_iter().map(|it| Quantile::new(&it.parse().unwrap()).unwrap()).collect();
        Wanted { quantiles, more, histogram }
    })
}

fn steps(more: bool) -> impl Strategy<Value = Vec<Step>> {
    let expected = || prop_oneof![Just(0u64), Just(5000), Just(1 << 20)];
    let step = prop_oneof![
        6 => (lines(), expected()).prop_map(|(lines, expected)| Step::Lines(lines, expected)),
        2 => (proptest::collection::vec(0i64..1 << 20, 1..BATCH), expected())
            .prop_map(|(numbers, expected)| Step::Numbers(numbers, expected)),
        6 => wanted(more).prop_map(Step::Record),
        1 => Just(Step::Clear),
    ];
    proptest::collection::vec(step, 1..25)
}

fn kept_and_steps() -> impl Strategy<Value = (Kept, Vec<Step>)> {
    let filled = prop_oneof![Just((0, 1)), Just((0, 2000)), Just((16_000, 16)), Just((16_500, 16))];
    (any::<bool>(), proptest::option::weighted(0.2, Just(9)), filled).prop_flat_map(
        |(more, course, (filled, channels))| {
            (Just(Kept { more, course, filled, channels }), steps(more))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn what_is_known_depends_on_the_samples_alone((kept, steps) in kept_and_steps()) {
        let (mut found, mut expected) = (kept.nothing(), kept.nothing());
        let filling = filling(kept.filled);
        take(&mut found, &filling, 0);
        filling.iter().for_each(|line| add(&mut expected, line));
        for (at, step) in steps.iter().enumerate() {
            match step {
                Step::Lines(lines, samples) => {
                    take(&mut found, lines, *samples);
                    lines.iter().for_each(|line| add(&mut expected, line));
                }
                Step::Numbers(numbers, samples) => {
                    let places = found.places();
                    let numbers = &numbers[..numbers.len().min(found.room() as usize)];
                    found.add_numbers(numbers, 1 << 20, *samples, RunPlace::NOT_KNOWN_YET);
                    numbers.iter().for_each(|it| add(&mut expected, &decimal(*it, places).to_string()));
                }
                Step::Record(wanted) => {
                    let known = printed(&mut expected.clone(), wanted);
                    prop_assert_eq!(printed(&mut found, wanted), known, "step {}", at);
                }
                Step::Clear if kept.course.is_some() => {}
                Step::Clear => {
                    found.clear();
                    expected = kept.nothing();
                }
            }
        }
        prop_assert_eq!(state(&mut found), state(&mut expected));
    }
}
