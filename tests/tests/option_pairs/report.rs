//! `report`: what it shows, says and draws, and its status, are seen.

use wandler_tests::run::Program;

use super::pairs::{Bench, Example, Given, Seen};

pub(crate) const BENCH: Bench = Bench {
    options: &[
        Example { id: "format", words: &["--format json"], needs: &[] },
        Example { id: "textfile", words: &["--textfile text"], needs: &[] },
        Example { id: "svg", words: &["--svg picture"], needs: &[] },
        Example { id: "fail_if", words: &["--fail-if n>0"], needs: &[] },
        Example { id: "no_sandbox", words: &["--no-sandbox"], needs: &[] },
    ],
    elsewhere: &[],
    refused: &[],
    unseen: &[],
    inputs: 1,
    observe,
};

const RECORD: &str = concat!(
    r#"{"n":2,"rejected":0,"last":2,"sum":3,"mean":1.5,"sd":0.7071067811865476,"min":1,"max":2,"#,
    r#""p50":1,"p90":2,"p99":2,"quantiles":"exact","final":true}"#
);

fn observe(given: &Given, _: usize) -> Option<Seen> {
    let dir = tempfile::tempdir().unwrap();
    let report = Program::new("report").args(given.words()).dir(&dir).input(RECORD);
    let mut seen = Seen::of(&report.finish(), dir.path())?;
    seen.more = vec![given.keeps_all_calls::<wandler_report::Options>(&[])];
    Some(seen)
}
