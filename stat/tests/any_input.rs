//! No input of any bytes makes stat panic, and no result depends on how it is cut into chunks. (The
//! fuzzer in `fuzz` runs the same checks; here they run on nearly right lines, and on the fuzzer's
//! corpus.)

#[path = "../fuzz/check.rs"]
mod check;

use proptest::prelude::*;

fn nearly_a_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[-+]?[0-9]{0,3}\\.?[0-9]{0,3}([eE][-+]?[0-9]{0,3})?".prop_map(String::into_bytes),
        "[ \t]{0,2}-?[0-9]{1,30}[ \t]{0,2}\r?".prop_map(String::into_bytes),
        "(NaN|inf|0x1f|1_000|12abc|1 2|#.*|\u{feff}1|١)".prop_map(String::into_bytes),
        "(-?[0-9]{0,2}\t){1,2}[0-9x]{0,2}".prop_map(String::into_bytes),
        "((time|[a-c])\t){1,2}[a-c]".prop_map(String::into_bytes),
        "2026-01-0[1-3]T00:00:[0-5][0-9]Z(\t[0-9]{0,2}){1,2}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..20),
    ]
}

proptest! {
    #[test]
    fn nearly_right_lines(
        head in any::<[u8; 3]>(), lines in proptest::collection::vec(nearly_a_line(), 0..30),
    ) {
        check::check(&[&head[..], &lines.join(&b'\n')].concat());
    }

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..300)) {
        check::check(&data);
    }
}

#[test]
fn the_fuzzers_corpus() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/any_input");
    let mut inputs = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        check::check(&std::fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "{corpus} is empty");
}
