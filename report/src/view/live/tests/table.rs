//! Panels of several channels, as a terminal shows them.

use super::*;

/// Ten records of each of these channels.
fn seconds<'a>(seen: &'a mut Seen, channels: &[&str]) -> &'a mut Seen {
    for (at, last) in (1..).zip(["10", "20", "30", "40", "50", "40", "30", "20", "10", "0"]) {
        seen.after(100);
        for channel in channels {
            let of_channel = format!("{{\"channel\":\"{channel}\",\"missing\":0,\"n\"");
            seen.record(&a_record(at * 100, last, "").replace("{\"n\"", &of_channel));
        }
    }
    seen
}

const THREE: [&str; 3] = ["temp [°C]", "hum", "a\\u001bb"];

#[test]
fn each_channel_has_a_row_with_its_figures_and_its_course() {
    seconds(&mut Seen::new(80, 24, PLAIN), &THREE).draw().shows(&[
        "$ report",
        "",
        "samples        3,000  rate        3.00 k/s  elapsed         0:01",
        "channel            last         mean           sd          min  course",
        "temp [°C]             0      50.1235      29.1555            0  ▂▄▅▇█▇▅▄▂▁",
        "hum                   0      50.1235      29.1555            0  ▂▄▅▇█▇▅▄▂▁",
        "\"a\\u{1b}b\"            0      50.1235      29.1555            0  ▂▄▅▇█▇▅▄▂▁",
    ]);
}

#[test]
fn what_is_wrong_with_a_channel_comes_before_other_figures_and_is_red() {
    let colour = Abilities { colour: true, unicode: false };
    let seen = &mut Seen::new(80, 24, colour);
    seconds(seen, &["temp", "hum"]);
    let wrong = a_record(1100, "5", "").replace("\"rejected\":0", "\"rejected\":7");
    seen.after(100)
        .record(&wrong.replace("{\"n\"", "{\"channel\":\"hum\",\"missing\":12,\"n\""))
        .draw();
    assert_eq!(
        seen.rows()[3..],
        [
            "channel         last      missing     rejected         mean  course",
            "temp               0            0            0      50.1235  .-=###=-..",
            "hum                5           12            7      50.1235  .-=###=-...",
        ]
    );
    let at = |column| seen.terminal.screen().cell(5, column).unwrap().fgcolor();
    assert_eq!(
        [at(19), at(32), at(45)],
        [vt100::Color::Default, vt100::Color::Idx(1), vt100::Color::Idx(1)]
    );
}

#[test]
fn channels_that_have_no_row_are_counted() {
    let names: Vec<String> = (1..=8).map(|number| format!("ch{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (rows, expected) in
        [(9, "3 more channels"), (6, "6 more channels"), (3, "8 more channels"), (13, "ch8")]
    {
        let seen = &mut Seen::new(80, rows, PLAIN);
        seconds(seen, &names).draw();
        let shown = seen.rows();
        assert!(shown.last().unwrap().starts_with(expected), "{rows}: {shown:?}");
    }
}

#[test]
fn at_any_size_nothing_goes_wrong_and_no_row_is_left_behind() {
    for columns in [1, 2, 5, 7, 8, 19, 20, 21, 22, 35, 41, 42, 59, 150, 500] {
        for rows in [1, 2, 3, 4, 5, 8, 20, 60] {
            let seen = &mut Seen::new(columns, rows, PLAIN);
            seconds(seen, &THREE).draw();
            let first = seen.rows();
            seconds(seen, &THREE).draw();
            assert_eq!(seen.rows().len(), first.len(), "{columns} columns and {rows} rows");
        }
    }
}

#[test]
fn a_single_channel_has_the_whole_panel_and_its_name() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    seconds(seen, &["temp [°C]"]).draw();
    let rows = seen.rows();
    let row = "p99                    99  channel         temp [°C]  elapsed              0:01";
    assert_eq!((rows[5].as_str(), rows.len()), (row, 12), "{rows:?}");
}

#[test]
fn channels_that_come_together_are_rare_together() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    for n in 1..=3 {
        seen.after(10_000);
        for channel in THREE {
            let of_channel = format!("{{\"channel\":\"{channel}\",\"missing\":0,\"n\"");
            seen.after(1).record(&a_record(n, "5", "").replace("{\"n\"", &of_channel));
        }
    }
    assert!(!seen.after(19_000).draw().rows()[2].contains("no data"), "{:?}", seen.rows());
    assert!(
        seen.after(2000).draw().rows()[2].contains("  no data     for 21 s"),
        "{:?}",
        seen.rows()
    );
}
