use super::*;
use crate::channels::Channels;

fn record(channel: &str, n: u64, value: &str, more: &str) -> Record {
    let text = format!(
        r#"{{"channel":"{channel}",{more}"n":{n},"missing":0,"rejected":0,"last":{value},"sum":{value},"mean":{value},"sd":null,"min":{value},"max":{value}}}"#
    );
    Record::parse(text.as_bytes()).unwrap()
}

/// What is printed of each of these records, and what waits in the end.
fn printed(records: &[Record]) -> (Vec<String>, String) {
    let (mut plain, mut channels) = (Plain::new(), Channels::default());
    let mut take = |record: Option<&Record>| {
        let mut text = Vec::new();
        match record {
            Some(record) => {
                channels.take(record.clone());
                plain.print(record, b"", channels.completes_group(), &mut text);
            }
            None => plain.settle(&mut text),
        }
        String::from_utf8(text).unwrap()
    };
    let printed = records.iter().map(|it| take(Some(it))).collect();
    (printed, take(None))
}

#[test]
fn the_channels_of_a_group_stand_below_each_other() {
    let records = [
        record("temp [°C]", 3, "23.5", r#""labels":{"site":"roof"},"#),
        record("hum", 12345, "48", r#""labels":{"site":"roof"},"#),
    ];
    let (printed, rest) = printed(&[&records[..], &records].concat());
    assert_eq!(printed[..2], ["", ""], "nobody knows how many there are");
    assert_eq!(
        printed[2],
        "temp [°C]  site=roof  n 3      sum 23.5  mean 23.5  sd -  min 23.5  max 23.5  last 23.5\n\
         hum        site=roof  n 12345  sum 48    mean 48    sd -  min 48    max 48    last 48\n"
    );
    assert_eq!([&printed[3], rest.as_str()], [&printed[2], ""], "both have come");
}

#[test]
fn what_only_some_records_have_leaves_a_gap_and_columns_never_become_narrower() {
    let missing = |n| Record { missing: Some(n), ..record("a", 1, "5", "") };
    let rejected = Record { rejected: 3, ..record("b", 1, "-1234567", "") };
    let records = [missing(17), rejected, record("a", 2, "5", ""), record("b", 2, "6", "")];
    let (printed, _) = printed(&records);
    assert_eq!(
        printed[2..].concat(),
        "a  n 1  sum 5         mean 5         sd -  min 5         max 5         last 5         missing 17\n\
         b  n 1  sum -1234567  mean -1234567  sd -  min -1234567  max -1234567  last -1234567              rejected 3\n\
         a  n 2  sum 5         mean 5         sd -  min 5         max 5         last 5\n\
         b  n 2  sum 6         mean 6         sd -  min 6         max 6         last 6\n"
    );
}

#[test]
fn a_channel_that_comes_again_begins_another_group() {
    let records = [record("a", 1, "5", ""), record("a", 2, "6", "")];
    let (printed, rest) = printed(&records);
    let line = |n: u64, value: u64| {
        format!(
            "a  n {n}  sum {value}  mean {value}  sd -  min {value}  max {value}  last {value}\n"
        )
    };
    assert_eq!((printed.concat(), rest.as_str()), (line(1, 5) + &line(2, 6), ""));
}

#[test]
fn a_foreign_name_moves_only_its_own_row() {
    let records = [record(&"\\u001b[2J".repeat(20), 1, "5", ""), record("b", 1, "5", "")];
    let (_, rest) = printed(&records);
    let lines: Vec<&str> = rest.lines().collect();
    assert!(lines[0].starts_with(&format!("\"{}\"  n 1", "\\u{1b}[2J".repeat(20))), "{rest:?}");
    assert!(lines[1].starts_with(&format!("b{}  n 1", " ".repeat(39))), "{rest:?}");
}

#[test]
fn the_times_of_the_samples_come_before_their_number() {
    let times = r#""start":"2023-11-14T22:13:20.5Z","end":"2023-11-14T23:00:00Z","#;
    let (_, rest) = printed(&[record("a", 1, "5", times)]);
    assert!(
        rest.starts_with("a  start 2023-11-14T22:13:20.5Z  end 2023-11-14T23:00:00Z  n 1  "),
        "{rest:?}"
    );
}
