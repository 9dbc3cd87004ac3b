use super::*;

fn picture(records: &[&str]) -> String {
    let mut picture = Picture::new(Path::new("unused"), Instant::now());
    for (at, text) in (1..).zip(records) {
        picture.note(0, &Record::parse(text.as_bytes()).unwrap(), at);
    }
    picture.text().unwrap()
}

fn record(value: &str, rest: &str) -> String {
    format!(
        r#"{{"n":1,"rejected":0,"last":{value},"sum":{value},"mean":{value},"sd":1,"min":{value},"max":{value}{rest}}}"#
    )
}

#[test]
fn the_course_goes_from_the_first_sample_to_the_last() {
    let text = picture(&[&record("1", ""), &record("2", ""), &record("3", "")]);
    let mean = text.split("<polyline ").find(|it| it.contains("stroke=\"#2B7AC4\"")).unwrap();
    let points = mean.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
    let x: Vec<i32> = points
        .split_whitespace()
        .map(|it| it.split(',').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(x.len(), 3, "{points}");
    assert!(x[2] - x[0] > 300, "{points}");
}

#[test]
fn a_single_record_is_a_line_over_its_samples() {
    let text = picture(&[&record("5", "")]);
    let mean = text.split("<polyline ").find(|it| it.contains("stroke=\"#2B7AC4\"")).unwrap();
    let points = mean.split("points=\"").nth(1).unwrap().split('"').next().unwrap();
    let points: Vec<(&str, &str)> =
        points.split_whitespace().filter_map(|it| it.split_once(',')).collect();
    assert_eq!(points.len(), 2, "{points:?}");
    assert!(points[0].0 < points[1].0 && points[0].1 == points[1].1, "{points:?}");
    let text = picture(&[&record("5", ",\"from\":1,\"to\":1")]);
    assert!(text.contains("mean of each window (line), and one standard deviation"), "{text}");
}

#[test]
fn a_record_that_comes_again_is_no_second_point() {
    let window = record("5", ",\"from\":1,\"to\":1");
    let window = Record::parse(window.as_bytes()).unwrap();
    let drawn = |times| {
        let mut picture = Picture::new(Path::new("unused"), Instant::now());
        (0..times).for_each(|_| picture.note(0, &window, 1));
        picture.text().unwrap()
    };
    assert_eq!(drawn(2), drawn(1));
}

#[test]
fn a_run_that_follows_another_begins_a_course_of_its_own() {
    let drawn = |runs: &[&[(u64, &str)]]| {
        let mut picture = Picture::new(Path::new("unused"), Instant::now());
        for (samples, mean) in runs.concat() {
            picture.note(0, &Record::parse(record(mean, "").as_bytes()).unwrap(), samples);
        }
        picture.text().unwrap()
    };
    let (first, second) = ([(1_000_000_000, "1"), (2_000_000_000, "2")], [(1, "3"), (2, "4")]);
    assert_eq!(drawn(&[&first, &second]), drawn(&[&second]));
}

#[test]
fn it_is_drawn_at_the_first_record_and_then_each_minute_if_there_is_something_new() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("picture.svg");
    let start = Instant::now();
    let mut picture = Picture::new(&path, start);
    let mut is_drawn_after = |seconds, new_record| {
        let _ = std::fs::remove_file(&path);
        if new_record {
            picture.note(0, &Record::parse(record("1", "").as_bytes()).unwrap(), seconds);
        }
        picture.draw_if_due(start + Duration::from_secs(seconds), &mut Vec::new());
        path.exists()
    };
    assert!(!is_drawn_after(0, false));
    assert!(is_drawn_after(3, true));
    assert!(!is_drawn_after(62, true));
    assert!(is_drawn_after(63, true));
    assert!(!is_drawn_after(200, false));
    assert!(is_drawn_after(201, true));
}

#[test]
fn what_is_beyond_all_bounds_is_not_plotted_and_takes_no_time() {
    for (first, second) in [("-1e308", "1e308"), ("1.79e308", "1.79e308"), ("1e-320", "1e-320")] {
        let limits = format!(",\"histogram\":[[{first},{second},1],[{second},1.8e308,2]]");
        let text = picture(&[&record(first, &limits), &record(second, &limits)]);
        assert!(text.starts_with("<svg") && text.ends_with("</svg>\n"), "{text}");
    }
}

#[test]
fn a_course_that_contradicts_itself_is_drawn_within_the_picture() {
    for course in [
        "[[0,1,-1e9,1],[18446744073709551615,1,-1e9,1]]",
        "[[1,0,1,2],[18446744073709551615,0,1,2],[5,0,1,2],[6,0,1,2]]",
        "[[100,0,1,2],[18446744073709551615,0,1,2],[5,0,1,2]],\"from\":1,\"to\":5",
    ] {
        let text = picture(&[&record("1", &format!(",\"course\":{course}"))]);
        let lists = text.split("points=\"").skip(1).map(|it| it.split('"').next().unwrap());
        let numbers = lists.flat_map(|it| it.split([' ', ','])).filter(|it| !it.is_empty());
        for number in numbers.map(|it| it.parse::<u32>().unwrap()) {
            assert!(number <= WIDTH, "{course}: {text}");
        }
    }
}

fn of_channel(name: &str, text: &str) -> Record {
    let text = text.replace("\"n\"", &format!("\"channel\":\"{name}\",\"n\""));
    Record::parse(text.as_bytes()).unwrap()
}

#[test]
fn each_of_several_channels_has_its_figures_and_its_course() {
    let mut picture = Picture::new(Path::new("unused"), Instant::now());
    for (samples, mean) in [(1, "5"), (2, "6"), (3, "7")] {
        picture.note(0, &of_channel("temp [°C]", &record(mean, "")), samples);
        let course = ",\"missing\":2,\"course\":[[1,0,1,2],[2,5,6,7]]";
        picture.note(1, &of_channel("a<b\\u001b", &record("1000", course)), samples);
    }
    let text = picture.text().unwrap();
    for expected in ["temp [°C]", "mean 7", "missing 2", "a&lt;b\\u{1b}", "max 1,000"] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    assert_eq!(text.matches("<polyline ").count(), 4, "a mean; two limits and a mean: {text}");
    assert!(!text.contains("more channel"), "{text}");
}

#[test]
fn channels_without_room_are_counted() {
    let mut picture = Picture::new(Path::new("unused"), Instant::now());
    for at in 0..33 {
        picture.note(at, &of_channel(&format!("ch{at}"), &record("1", "")), 1);
    }
    let text = picture.text().unwrap();
    assert!(text.contains("\nch29\n") && !text.contains("\nch30\n"), "{text}");
    assert!(text.contains("3 more channels"), "{text}");
}
