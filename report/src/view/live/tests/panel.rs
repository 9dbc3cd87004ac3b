//! Panels of any size, as a terminal shows them.

use super::*;

/// The first figures after a second, in cells of 20 columns.
const FIRST: [&str; 9] = [
    "samples    1,235,000",
    "rate        1.00 k/s",
    "mean         50.1235",
    "sd           29.1555",
    "last               0",
    "min                0",
    "max              100",
    "p50               50",
    "p90               90",
];

#[test]
fn at_80_columns() {
    second(&mut Seen::new(80, 24, PLAIN)).draw().shows(&AT_80);
}

#[test]
fn at_20_columns() {
    let rest = [
        "p99               99",
        "elapsed         0:01",
        "rejected           0",
        "histogram  0 … 100",
        "        ████",
        "        ████",
        "    ████████████",
        "████████████████████",
    ];
    let rows = [&["$ report", ""], &FIRST[..], &rest].concat();
    second(&mut Seen::new(20, 24, PLAIN)).draw().shows(&rows);
}

#[test]
fn at_20_columns_and_3_rows_the_most_important_is_shown() {
    let rows = &FIRST[..3];
    second(&mut Seen::new(20, 3, PLAIN)).draw().shows(rows).after(50).draw().shows(rows);
}

#[test]
fn at_200_columns() {
    let picture = |left: &str, right: &str| format!("{left:<101}{right}");
    second(&mut Seen::new(200, 24, PLAIN)).draw().shows(&[
        "$ report",
        "",
        &FIRST.join("  "),
        "p99               99  elapsed         0:01  rejected           0",
        &picture("histogram  0 … 100", "last 1 s  0 … 50"),
        &picture(&format!("{:40}{}", "", "█".repeat(20)), "   ▂█▂"),
        &picture(&format!("{:40}{}", "", "█".repeat(20)), "  ▄███▄"),
        &picture(&format!("{:20}{}", "", "█".repeat(60)), " ▅█████▅"),
        &picture(&"█".repeat(99), "▇███████▇▁"),
    ]);
}

#[test]
fn at_any_size_nothing_goes_wrong_and_no_row_is_left_behind() {
    for columns in [1, 2, 5, 19, 20, 21, 41, 42, 59, 60, 61, 150, 500] {
        for rows in [1, 2, 3, 4, 8, 20, 60] {
            let seen = &mut Seen::new(columns, rows, PLAIN);
            second(seen).draw();
            let first = seen.rows();
            for _ in 0..3 {
                second(seen).draw();
            }
            assert_eq!(seen.rows().len(), first.len(), "{columns} columns and {rows} rows");
        }
    }
}

#[test]
fn without_unicode() {
    let ascii = Abilities { colour: false, unicode: false };
    let seen = &mut Seen::new(80, 24, ascii);
    second(seen).draw();
    assert!(seen.terminal.screen().contents().is_ascii());
    let pictures = [
        "histogram  0 .. 100                      last 1 s  0 .. 50",
        "                ########                    .#.",
        "                ########                   -###-",
        "        ########################          =#####=",
        "#######################################  #########.",
    ];
    let rows: Vec<&str> = AT_80[..6].iter().copied().chain(pictures).collect();
    seen.shows(&rows);
}

#[test]
fn a_window_and_labels_are_named() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    let labels = r#"{"labels":{"site":"roof","what":"a very long text \u001b[2J"},"n""#;
    let record = a_record(1000, "50", r#","from":4001,"to":5000"#).replace("{\"n\"", labels);
    let earlier = a_record(4000, "50", r#","from":1,"to":4000"#);
    seen.channels.take(Record::parse(earlier.as_bytes()).unwrap());
    seen.record(&record).draw().shows(&[
        "$ report",
        "",
        "samples             5,000  in window           1,000  rate                    -",
        "mean              50.1235  sd                29.1555  last                   50",
        "min                     0  max                   100  p50                    50",
        "p90                    90  p99                    99  label           site=roof",
        "label what=\"a very long …  elapsed              0:00  rejected                0",
    ]);
}

#[test]
fn approximate_quantiles_are_marked_and_so_is_their_error() {
    let record = a_record(100_000, "50.25", HISTOGRAM)
        .replace("exact\"", "approximate\",\"quantile_error\":0.0123")
        .replace("\"p90\":90", "\"p90\":90.98765");
    let seen = &mut Seen::new(100, 24, PLAIN);
    seen.record(&record).draw();
    assert_eq!(
        seen.rows()[2..6],
        [
            "samples         100,000  rate                  -  mean            50.1235  sd              29.1555",
            "last              50.25  min                   0  max                 100  p50                 ≈50",
            "p90             ≈90.988  p99                 ≈99  quantiles        ±0.013  elapsed            0:00",
            "rejected              0",
        ]
    );
    assert_eq!(seen.rows()[6], "histogram ≈  0 … 100");
    let seen = &mut Seen::new(20, 24, Abilities { colour: false, unicode: false });
    seen.record(&record).draw();
    assert_eq!(
        seen.rows()[10..13],
        ["p90          ~90.988", "p99              ~99", "quantiles    +-0.013"]
    );
    assert_eq!(seen.rows()[15], "0 .. 100", "a range is whole, or not there");
}

#[test]
fn what_has_no_room_is_cut_and_more_room_never_shows_less() {
    let long = "123456789012345678901.98765";
    let record = a_record(1000, long, r#","autocorrelation":-0.999398918"#);
    let mut before = 0;
    for columns in 20..=250 {
        let seen = &mut Seen::new(columns, 24, PLAIN);
        seen.record(&record).draw();
        let rows = seen.rows().join("\n");
        let value = |label: &str| {
            let mut words = rows.split_whitespace().skip_while(|word| !word.starts_with(label));
            words.nth(1).unwrap().replace(',', "")
        };
        let last = value("last");
        let digits = last.trim_end_matches('…').split('e').next().unwrap().replace('.', "");
        assert!(long.replace('.', "").starts_with(&digits) && digits.len() >= before, "{rows}");
        assert!(last.ends_with('…') || last == long, "{rows}");
        before = digits.len();
        assert_eq!(value("autocorr"), "-0.999399", "{rows}");
    }
    assert_eq!(before, 26);
}

#[test]
fn before_the_first_record_there_is_a_panel_without_numbers() {
    Seen::new(80, 24, PLAIN).draw().shows(&[
        "$ report",
        "",
        "samples                 0  rate                    -  mean                    -",
        "sd                      -  last                    -  min                     -",
        "max                     -  elapsed              0:00  rejected                0",
    ]);
}

#[test]
fn a_long_name_is_cut_and_marked_and_leaves_room_for_its_value() {
    let name = format!("p{}5", "0".repeat(65_530));
    let mut seen = Seen::new(80, 20, PLAIN);
    seen.record(&a_record(10, "5", &format!(",\"{name}\":7"))).draw();
    let row = seen.rows().into_iter().find(|row| row.starts_with("p000")).unwrap();
    assert_eq!(row, format!("p{}…{}7", "0".repeat(38), " ".repeat(39)));
}

#[test]
fn colours_mark_what_is_wrong() {
    let colour = Abilities { colour: true, unicode: true };
    let seen = &mut Seen::new(80, 24, colour);
    seen.record(&a_record(3, "1", "").replace("\"rejected\":0", "\"rejected\":7")).draw();
    let at = |seen: &Seen, row, column| seen.terminal.screen().cell(row, column).unwrap().fgcolor();
    // The last digit of the last cell of the panel's fourth row.
    assert_eq!(seen.rows()[5].chars().last(), Some('7'));
    assert_eq!(at(seen, 5, 78), vt100::Color::Idx(1), "red");
    assert_eq!(at(seen, 2, 24), vt100::Color::Default);
    seen.after(6000).draw();
    assert_eq!(at(seen, 2, 49), vt100::Color::Idx(3), "yellow");
    let seen = &mut Seen::new(80, 24, PLAIN);
    seen.record(&a_record(3, "1", "").replace("\"rejected\":0", "\"rejected\":7")).draw();
    assert_eq!(at(seen, 5, 78), vt100::Color::Default);
}

#[test]
fn wide_characters_take_two_columns_and_no_third() {
    let text = a_record(1, "57", "").replacen('{', "{\"labels\":{\"a\":\"東京都\"},", 1);
    for columns in [20, 40, 60] {
        let mut seen = Seen::new(columns, 24, PLAIN);
        let rows = seen.record(&text).after(1000).draw().rows();
        let label = rows.iter().find(|row| row.contains('東')).unwrap();
        assert!(label.contains("東京都"), "{columns}: {label:?}");
        assert!(rows.iter().any(|row| row.contains("elapsed")), "{rows:?}");
        let again = seen.after(1000).draw().rows();
        assert_eq!(again.len(), rows.len(), "{again:?}");
    }
}
