//! Parts whose order is not known: those that were counted at the same time, and states of version
//! 0.1.0, which do not say when they began.

use std::time::Duration;

use stage::fake::{Chunks, FakeClock};

use super::{failure, merged_with_messages, stat};

/// Two parts that were counted at these times: beginning and end, in seconds.
fn counted_between(times: [(u64, u64); 2]) -> String {
    let texts = ["1\n2\n", "3\n4\n"];
    let part = |((from, to), text): ((u64, u64), &str)| {
        let clock = FakeClock::new();
        clock.advance(Duration::from_secs(from));
        let script = [(Duration::from_secs(to), text)];
        let (records, _) = stat("--state", Chunks::timed(&clock, &script), &clock);
        records.lines().last().unwrap().to_owned() + "\n"
    };
    times.into_iter().zip(texts).map(part).collect()
}

#[test]
fn the_order_of_parts_counted_at_the_same_time_is_not_known() {
    let (record, messages) = merged_with_messages("", &counted_between([(0, 10), (11, 20)]));
    assert!(record.contains("\"last\":4,") && messages.is_empty(), "{record} {messages:?}");
    let (record, messages) = merged_with_messages("", &counted_between([(11, 20), (0, 10)]));
    assert!(record.contains("\"last\":2,") && messages.is_empty(), "{record} {messages:?}");
    let why = "unknown: some parts overlap in time, or do not say when they began, so \
               their order is not known (number them with stat --first)";
    for times in [[(0, 10), (5, 20)], [(5, 6), (0, 10)], [(0, 10), (0, 10)]] {
        let parts = counted_between(times);
        let (record, messages) = merged_with_messages("", &parts);
        assert!(record.contains("\"n\":4,\"rejected\":0,\"last\":null,\"sum\":10"), "{record}");
        assert_eq!(messages, [format!("last is {why}")]);
        let (record, messages) = merged_with_messages("--more", &parts);
        assert!(record.contains("\"autocorrelation\":null"), "{record}");
        assert_eq!(messages, [format!("last and autocorrelation are {why}")]);
    }
}

/// Records with states, as version 0.1.0 wrote them.
const VALUES_OF_VERSION_1: &str = include_str!("../states/version1-values.jsonl");
const SKETCH_OF_VERSION_1: &str = include_str!("../states/version1-sketch.jsonl");

#[test]
fn states_of_version_1_are_merged_but_do_not_say_when_they_began() {
    let (first, _) = VALUES_OF_VERSION_1.split_once('\n').unwrap();
    let (record, messages) = merged_with_messages("", first);
    assert!(record.contains("\"n\":2,\"rejected\":0,\"last\":6.5,"), "{record}");
    assert!(messages.is_empty(), "{messages:?}");
    let (record, messages) = merged_with_messages("", VALUES_OF_VERSION_1);
    let begin = "{\"n\":4,\"rejected\":0,\"last\":null,\"sum\":26.5,\"mean\":6.625,";
    assert!(record.starts_with(begin), "{record}");
    assert_eq!(messages.len(), 1, "{messages:?}");
    let damaged = VALUES_OF_VERSION_1.replace("26.5", "26.4").replacen("\"5\"", "\"4\"", 1);
    assert_eq!(
        failure(&damaged),
        "cannot merge line 1: the state is damaged: its checksum is wrong"
    );
}

/// The samples are 1 to 70000.
#[test]
fn a_sketch_of_version_1_gives_quantiles_within_one_percent() {
    let later: String = (70_001..=140_000).map(|it| format!("{it}\n")).collect();
    let (later, _) = stat("--state --first 70001", later.as_bytes(), &FakeClock::new());
    let later = later.lines().last().unwrap();
    let (record, _) = merged_with_messages("", &format!("{SKETCH_OF_VERSION_1}{later}\n"));
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["n"], 140_000);
    let (median, error) = (&record["p50"], &record["quantile_error"]);
    let off = (median.as_f64().unwrap() - 70_000.0).abs();
    assert!(off <= 700.0 && off <= error.as_f64().unwrap(), "{median} {error}");
    assert!(error.as_f64().unwrap() > 1000.0, "that of p99: {error}");
}
