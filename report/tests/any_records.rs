//! No records, of any bytes, make report panic, depend on how they are cut, or write what is not
//! well formed. (The same checks run in the fuzzer, in `fuzz`; here on records that are nearly
//! right, and on its corpus.)

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "../fuzz/check.rs"]
mod check;

use proptest::prelude::*;

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "-?[1-9][0-9]{0,3}(\\.[0-9]{1,3})?(e-?[0-9]{1,3})?",
        2 => "(null|0|-0|1e308|-1.8e308|18446744073709551615)",
        1 => "(true|\"1\"|\\[\\]|\\{\\}|\\+1|01|NaN|)",
    ]
}

fn field() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        "(p50|p99\\.9|p5e1|p50\\.0|p-1|p0{60}5|var|skew|mode|from|to|x|n|sd)",
        "\\PC{0,3}".prop_filter("no string", |it| !it.contains(['"', '\\'])),
    ];
    prop_oneof![
        4 => (name, value()).prop_map(|(name, value)| format!("\"{name}\":{value}")),
        1 => "\"(quantiles|final)\":(true|\"exact\"|\"approximate\"|null|1)",
        3 => "\"channel\":\"(temp|temp \\[°C\\]|hum|1|a,\\\\\"b|\\\\u001b\\[2J|)\"",
        1 => "\"(missing|start|end)\":(3|null|\"2023-11-14T22:13:20\\.5Z\"|\"2023-11-14\")",
        1 => value().prop_map(|error| format!("\"quantiles\":\"approximate\",\"quantile_error\":{error}")),
        1 => "\"labels\":\\{\"(q|n|mean|a b|ü)\":\"(x|,\\\\\"|\\\\n|\\\\u001b\\[2J|[äöü]{50})\"\\}",
        1 => proptest::array::uniform6(value()).prop_map(|it| {
            let [first, second, min, mean, max, other] = it;
            format!("\"course\":[[{first},{min},{mean},{max}],[{second},{other},{mean},{max}]]")
        }),
        1 => (value(), value(), value()).prop_map(|(low, high, count)| {
            format!("\"histogram\":[[{low},{high},{count}],[{high},{low},3]]")
        }),
    ]
}

/// A record that is nearly right; most are.
fn nearly_a_record() -> impl Strategy<Value = Vec<u8>> {
    let needed = proptest::array::uniform6(value());
    let counts = [0..100u64, 0..3];
    (counts, needed, proptest::collection::vec(field(), 0..4)).prop_map(|(counts, needed, more)| {
        let [n, rejected] = counts;
        let [last, sum, mean, sd, min, max] = needed;
        let needed = format!(
            "\"n\":{n},\"rejected\":{rejected},\"last\":{last},\"sum\":{sum},\"mean\":{mean},\
             \"sd\":{sd},\"min\":{min},\"max\":{max}"
        );
        let fields: Vec<String> = std::iter::once(needed).chain(more).collect();
        format!("{{{}}}", fields.join(",")).into_bytes()
    })
}

proptest! {
    #[test]
    fn nearly_right_records(
        head in any::<[u8; 4]>(), lines in proptest::collection::vec(nearly_a_record(), 0..6),
    ) {
        check::records(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        check::records(&data);
    }
}

#[test]
fn a_name_as_long_as_numbers_of_columns_go() {
    let needed = r#""n":1,"rejected":0,"last":7,"sum":7,"mean":7,"sd":null,"min":7,"max":7"#;
    for zeros in [65_500, 65_530] {
        let record = format!("{{{needed},\"p{}5\":7}}", "0".repeat(zeros));
        check::records(&[b"\x20\xff\x50\x18", record.as_bytes()].concat());
    }
}

#[test]
fn the_fuzzers_corpus() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/records");
    let mut inputs = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        check::records(&std::fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "{corpus} is empty");
}
