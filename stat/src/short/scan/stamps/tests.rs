use super::*;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// Reads times one after the other, and includes those that are read; which these are.
fn read<'a>(stamps: &mut Stamps, times: &'a [String]) -> Vec<&'a str> {
    let is_read = |time: &&'a str| {
        let block = format!("1\n{time}\t1\n");
        let stamp = stamps.read(block.as_bytes(), 2);
        if let Some(stamp) = stamp {
            assert_eq!(stamp.bytes, time.len() + 1);
            stamps.include(stamp);
        }
        stamp.is_some()
    };
    times.iter().map(String::as_str).filter(is_read).collect()
}

/// What the reference says of times that were read.
#[track_caller]
fn expected(times: &[&str]) -> Option<Span> {
    let read = |text: &&str| Time::parse(text.as_bytes()).unwrap_or_else(|| panic!("{text:?}"));
    let times: Vec<Time> = times.iter().map(read).collect();
    let (oldest, newest) = (*times.iter().min()?, *times.iter().max()?);
    Some(Span { oldest, newest, is_ascending: times.is_sorted() })
}

#[track_caller]
fn are_all_read(times: &[&str]) {
    let times: Vec<String> = times.iter().map(|time| (*time).to_owned()).collect();
    let mut stamps = Stamps::default();
    assert_eq!(read(&mut stamps, &times), times);
    let read: Vec<&str> = times.iter().map(String::as_str).collect();
    assert_eq!(stamps.take(), expected(&read));
    assert_eq!(stamps.take(), None);
}

#[test]
fn what_programs_write_is_read() {
    are_all_read(&["2026-11-25T23:59:59Z", "2026-11-26T00:00:00Z", "2026-11-26T00:00:01Z"]);
    are_all_read(&["2026-11-25T18:26:05.597Z", "2026-11-25T18:26:05.598Z"]);
    are_all_read(&["2026-11-25T18:26:05.597310+01:00", "2026-11-25T19:00:00.000000-00:30"]);
    are_all_read(&["1969-12-31T23:00:59.999999999Z", "1969-12-31T22:59:59.999999998Z"]);
    are_all_read(&["2026-11-25t18:26:05z", "2026-11-25T18:26:05.1Z", "2026-11-25T18:26:05Z"]);
}

#[test]
fn everything_else_is_left() {
    let mut stamps = Stamps::default();
    let usual = "2026-11-25T18:26:05.597Z";
    for other in [
        "2026-11-25T24:26:05.597Z",
        "2026-11-25T18:60:05.597Z",
        "2026-11-25T18:26:60.597Z",
        "2026-11-25T18:26:0:.597Z",
        "2026-11-25T18:26:05.59/Z",
        "2026-11-25T18:26:05,597Z",
        "2026-11-31T18:26:05.597Z",
        "2026-11-25T18:26:05.597",
        "2026-11-25T18:26:05.597ZZ",
        "2026-11-25T18:26:05.597123456+01:00",
        "0000-01-01T00:00:00+00:00",
        "1764093965.597",
        "1764093965.597310",
        "",
        "7",
    ] {
        let times = [usual, other, usual].map(str::to_owned);
        assert_eq!(read(&mut stamps, &times), [usual, usual], "{other:?}");
    }
    assert!(stamps.read(b"2026-11-25T18:26:05.597Z", 0).is_none());
    assert!(stamps.read(b"2026-11-25T18:26:05.597Z\n", 0).is_none());
    assert!(stamps.read(b"", 1).is_none());
}

/// A time, in one of many forms.
fn time() -> impl Strategy<Value = String> {
    let usual = (0i64..200_000_000, 0usize..=9, 0usize..4).prop_map(|(millis, decimals, zone)| {
        let zone = ["Z", "+00:00", "-03:30", "z"][zone];
        let time = Timestamp::from_millisecond(1_790_000_000_000 + millis).unwrap();
        let text = format!("{time:.9}");
        let cut = if decimals == 0 { 19 } else { DECIMALS + decimals };
        format!("{}{zone}", &text[..cut])
    });
    prop_oneof![
        9 => usual,
        1 => "2026-11-25T[0-3][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,9})?[Zz]",
        1 => "[0-9T:.Z-]{0,40}",
    ]
}

proptest! {
    #[test]
    fn whatever_is_read_is_what_the_reference_reads(
        times in proptest::collection::vec(time(), 0..40),
        begin in 0i64..100_000_000, length in 0i64..100_000_000, is_limited in any::<bool>(),
    ) {
        let mut stamps = Stamps::default();
        let begin = Timestamp::from_millisecond(1_790_000_000_000 + begin).unwrap();
        let end = begin + SignedDuration::from_millis(length);
        let limits = Time::of(begin).zip(Time::of(end)).filter(|_| is_limited);
        stamps.limit(limits);
        let read = read(&mut stamps, &times);
        prop_assert_eq!(stamps.take(), expected(&read));
        let may_be_read = |text: &str| {
            let time = Time::parse(text.as_bytes()).filter(|_| text.len() <= 2 * VECTOR);
            let is_usual = !text.starts_with("0000") && !text.starts_with("9999");
            let is_leap = text.get(17..19) == Some("60");
            time.is_some_and(|time| limits.is_none_or(|it| it.0 <= time && time < it.1))
                && is_usual && !is_leap
        };
        let expected: Vec<_> = times.iter().filter(|time| may_be_read(time)).collect();
        prop_assert_eq!(read, expected);
    }
}
