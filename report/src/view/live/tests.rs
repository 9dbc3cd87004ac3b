//! The view on a terminal, while time passes. (What a panel shows at one time is in `panel`.)

mod panel;
mod table;

use std::num::NonZero;

use stage::format::record::Record;
use vt100::Parser;

use super::*;

const PLAIN: Abilities = Abilities { colour: false, unicode: true };

fn nonzero(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap()
}

/// A view on a terminal, and the time.
struct Seen {
    live: Live,
    channels: Channels,
    terminal: Parser,
    now: Instant,
}

impl Seen {
    fn new(columns: u16, rows: u16, abilities: Abilities) -> Seen {
        let now = Instant::now();
        let mut terminal = Parser::new(nonzero(rows), nonzero(columns), 100);
        terminal.process(b"$ report\r\n");
        Seen { live: Live::new(abilities, now), channels: Channels::default(), terminal, now }
    }

    fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.terminal.screen().size();
        (columns.get(), rows.get())
    }

    /// Later by this much.
    fn after(&mut self, milliseconds: u64) -> &mut Seen {
        self.now += Duration::from_millis(milliseconds);
        self
    }

    fn record(&mut self, text: &str) -> &mut Seen {
        self.channels.take(Record::parse(text.as_bytes()).unwrap());
        self.live.see(&self.channels, self.now);
        self
    }

    fn draw(&mut self) -> &mut Seen {
        let mut bytes = Vec::new();
        self.live.draw_if_due(&self.channels, self.now, self.size(), &mut bytes);
        self.terminal.process(&bytes);
        self
    }

    fn resize(&mut self, columns: u16, rows: u16) -> &mut Seen {
        self.terminal.screen_mut().set_size(nonzero(rows), nonzero(columns));
        self
    }

    /// The screen's rows, without the empty ones at its end.
    fn rows(&self) -> Vec<String> {
        let (columns, _) = self.size();
        let rows = self.terminal.screen().rows(0, columns);
        let mut rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
        while rows.pop_if(|row| row.is_empty()).is_some() {}
        rows
    }

    #[track_caller]
    fn shows(&mut self, expected: &[&str]) -> &mut Seen {
        let rows = self.rows();
        assert!(rows == expected, "the screen is\n{}", rows.join("\n"));
        self
    }
}

/// A record of this many samples.
fn a_record(n: u64, last: &str, rest: &str) -> String {
    format!(
        r#"{{"n":{n},"rejected":0,"last":{last},"sum":{},"mean":50.123456789,"sd":29.1555,"min":0,"max":100,"p50":50,"p90":90,"p99":99,"quantiles":"exact"{rest}}}"#,
        50 * n
    )
}

const HISTOGRAM: &str = r#","histogram":[[0,20,10],[20,40,20],[40,60,40],[60,80,20],[80,100,10]]"#;

/// A second of a walk, at 1 kHz.
fn second(seen: &mut Seen) -> &mut Seen {
    for (at, last) in (1..).zip(["10", "20", "30", "40", "50", "40", "30", "20", "10", "0"]) {
        seen.after(100).record(&a_record(1_234_000 + at * 100, last, HISTOGRAM));
    }
    seen
}

/// What a terminal of 80 columns shows after a second.
const AT_80: [&str; 11] = [
    "$ report",
    "",
    "samples         1,235,000  rate             1.00 k/s  mean              50.1235",
    "sd                29.1555  last                    0  min                     0",
    "max                   100  p50                    50  p90                    90",
    "p99                    99  elapsed              0:01  rejected                0",
    "histogram  0 … 100                       last 1 s  0 … 50",
    "                ████████                    ▂█▂",
    "                ████████                   ▄███▄",
    "        ████████████████████████          ▅█████▅",
    "███████████████████████████████████████  ▇███████▇▁",
];

#[test]
fn a_terminal_that_is_resized_shows_the_panel_once_in_the_new_size() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    second(seen).draw().resize(20, 24).draw();
    let rows = seen.rows();
    assert_eq!(rows[..4], ["$ report", "", "samples    1,235,000", "rate        1.00 k/s"]);
    assert_eq!(rows.len(), 19, "{}", rows.join("\n"));
    seen.resize(80, 24).draw().shows(&AT_80);
    // A row is lost to the prompt; what is above the panel is not ours.
    seen.resize(80, 6).draw();
    assert!(seen.rows().len() <= 6);
}

#[test]
fn a_window_that_becomes_narrower_under_a_frame_does_not_wrap_its_rows() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    seen.live.tell("conv: line 3: empty");
    let mut bytes = Vec::new();
    seen.live.draw_if_due(&seen.channels, seen.now, seen.size(), &mut bytes);
    let frame = String::from_utf8(bytes).unwrap();
    let parts: Vec<&str> = frame.split("\x1b[?7l").collect();
    let [above, panel] = parts[..] else { panic!("{frame:?}") };
    assert!(above.contains("conv: line 3: empty\r\n") && !above.contains("samples"), "{above:?}");
    assert!(panel.contains("samples") && panel.ends_with("\x1b[?7h"), "{panel:?}");
}

#[test]
fn a_stall_is_shown_from_the_fifth_second_on() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    second(seen).draw().after(4999).draw();
    assert!(seen.rows()[2].contains("  rate             1.00 k/s  "));
    // The clock is shown each second.
    seen.after(1000).draw();
    assert!(seen.rows()[2].contains("  no data           for 5 s  "), "{}", seen.rows()[2]);
    seen.after(6001).draw();
    assert!(seen.rows()[2].contains("  no data          for 12 s  "), "{}", seen.rows()[2]);
    second(seen).draw();
    assert!(!seen.rows()[2].contains("no data"));
}

#[test]
fn rejected_lines_are_counted_at_once_and_are_no_data() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    second(seen).draw().after(6000).draw();
    assert!(seen.rows()[2].contains("  no data           for 6 s  "), "{}", seen.rows()[2]);
    let course = seen.live.tracks[0].course.len();
    let again = a_record(1_235_000, "0", HISTOGRAM).replace("\"rejected\":0", "\"rejected\":7");
    seen.record(&again).after(50).draw();
    assert!(seen.rows()[5].ends_with("rejected                7"), "{}", seen.rows()[5]);
    assert!(seen.rows()[2].contains("  no data           for 6 s  "), "{}", seen.rows()[2]);
    assert_eq!(seen.live.tracks[0].course.len(), course, "its newest sample is known already");
}

#[test]
fn what_others_say_stands_above_the_panel() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    second(seen).draw();
    seen.live.tell("conv: line 3: not a number: \"x\"");
    seen.live.tell("log: cannot \x1b[2Jwrite\r");
    seen.after(50).draw();
    let told = ["$ report", "conv: line 3: not a number: \"x\"", "log: cannot [2Jwrite"];
    let rows: Vec<&str> = told.into_iter().chain(AT_80[1..].iter().copied()).collect();
    seen.shows(&rows);
}

#[test]
fn there_are_at_most_twenty_frames_a_second_and_one_if_nothing_comes() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    let frames = |seen: &mut Seen, records: bool| {
        let mut frames = 0;
        for at in 0..1000 {
            seen.after(1);
            if records {
                seen.record(&a_record(at, "1", ""));
            }
            let mut bytes = Vec::new();
            seen.live.draw_if_due(&seen.channels, seen.now, seen.size(), &mut bytes);
            frames += u32::from(!bytes.is_empty());
        }
        frames
    };
    assert_eq!(frames(seen, true), 20);
    assert!(frames(seen, false) <= 2);
}

#[test]
fn the_end_leaves_the_last_state_and_the_cursor_below_it() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    second(seen).draw();
    assert_eq!(seen.terminal.screen().cursor_position(), (1, 0), "it rests on the empty row");
    let mut bytes = Vec::new();
    seen.live.finish(&seen.channels, seen.now, seen.size(), &mut bytes);
    seen.terminal.process(&bytes);
    assert!(!seen.terminal.screen().hide_cursor());
    assert_eq!(seen.terminal.screen().cursor_position(), (10, 0));
    let rows: Vec<&str> = AT_80.into_iter().filter(|row| !row.is_empty()).collect();
    seen.shows(&rows);
}

#[test]
fn the_end_leaves_the_first_row_on_a_low_terminal_too() {
    for rows in 2..=8 {
        let seen = &mut Seen::new(80, rows, PLAIN);
        second(seen).draw();
        let mut bytes = Vec::new();
        seen.live.finish(&seen.channels, seen.now, seen.size(), &mut bytes);
        seen.terminal.process(&bytes);
        let shown = seen.rows();
        assert!(shown.iter().any(|row| row.starts_with("samples ")), "{rows}: {shown:?}");
        assert_eq!(seen.terminal.screen().cursor_position().1, 0);
    }
}

#[test]
fn what_others_write_at_the_cursor_stands_whole_above_the_panel() {
    let seen = &mut Seen::new(80, 24, PLAIN);
    second(seen).draw();
    seen.terminal.process(b"conv: line 3: empty\r\n");
    seen.after(50).record(&a_record(1_235_000, "0", HISTOGRAM)).draw();
    let rows = seen.rows();
    assert_eq!(rows[..3], ["$ report", "conv: line 3: empty", ""], "{rows:?}");
    assert_eq!(rows.len(), 12, "{rows:?}");
    assert_eq!(rows.iter().filter(|row| row.contains("samples")).count(), 1, "{rows:?}");
}
