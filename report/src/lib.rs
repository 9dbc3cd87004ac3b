//! Shows running statistics as they come.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | `report` | the records, one after another: read, judged, and handed to every view |
//! | `view` | what is made of them: text, the live view, files, conditions; **a new view is listed there** |
//! | `format` | the text's formats; **a new one is listed there** |
//! | [`condition`] | what a condition of `--fail-if` is |
//! | [`display`] | the terminal that the live view is drawn on |
//! | `by_conv` | what `conv` rejects, added to every record |
//! | `channels` | the channels, and the newest record of each |
//! | `newest` | which record of a channel is judged, drawn and kept |
//! | `standard_output`, `voice` | standard output and standard error, as the views share them |
//! | `field_order` | which fields a view shows, in which order |
//! | `digits`, `number`, `labels` | what digits a figure has where people read it; how it is written there, and a label or a channel's name |
//! | [`Error`] | why a report ends early |

#![forbid(unsafe_code)]

mod by_conv;
mod channels;
pub mod condition;
mod digits;
pub mod display;
mod error;
mod field_order;
mod format;
mod labels;
mod newest;
mod number;
pub mod options;
mod report;
mod standard_output;
mod view;
mod voice;

use stage::process::clock::Clock;
use stage::process::ledger::Entry;
use stage::process::program::Ended;
use stage::process::surroundings::Surroundings;
use stage::stream::input::Input;
use stage::stream::output;

use crate::by_conv::ByConv;
use crate::channels::Channels;
use crate::display::Display;
pub use crate::error::Error;
pub use crate::format::openmetrics;
pub use crate::options::Options;
use crate::report::Report;
use crate::standard_output::StandardOutput;
use crate::view::Desk;
pub use crate::view::svg;
use crate::voice::Voice;

/// Where a person may be looking.
pub struct Viewer {
    /// Standard output, if it can be drawn on.
    pub display: Option<Display>,
    /// Whether standard error is a terminal, which then is the same one.
    pub messages_are_shown: bool,
}

/// Shows the records of the input to its end, or until the reader of the output goes away.
pub fn run(
    options: &Options,
    around: Surroundings<'_, impl Input, impl output::Output, impl Clock>,
    Viewer { display, messages_are_shown }: Viewer,
) -> Ended<Error> {
    let Surroundings { input, mut output, clock, messages, rejections, .. } = around;
    let mut desk = Desk {
        output: StandardOutput::new(&mut output),
        voice: Voice::new(messages),
        channels: Channels::default(),
        now: clock.now(),
    };
    match view::all(options, display, messages_are_shown, &mut desk) {
        Ok(views) => Report::new(desk, views, &clock, ByConv::new(rejections)).make(input),
        Err(error) => {
            let entry = Entry::Report { shown: 0, reader_gone: false };
            Ended { entry, result: Err(error.into()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use stage::fake::{Chunks, FakeClock};
    use stage::format::record::MAX_RECORD;
    use stage::process::exit::Status;
    use stage::process::message::quoted;
    use stage::process::rejections::{self, Rejections};
    use std::io::{self, Write};
    use std::time::Duration;

    const FIRST: &str =
        r#"{"n":1,"rejected":0,"last":57,"sum":57,"mean":57,"sd":null,"min":57,"max":57}"#;
    const LAST: &str = r#"{"n":3,"rejected":1,"last":2.50,"sum":158.5,"mean":52.833333333333336,"sd":48.91915098777,"min":2.5,"max":99,"p50":57,"p99.9":99,"quantiles":"approximate","skew":null,"rms":81.123456789,"final":true}"#;

    const NOWHERE: Viewer = Viewer { display: None, messages_are_shown: false };

    fn report(words: &str, input: &str) -> (String, Vec<String>, Ended<Error>) {
        report_beside(None, words, input)
    }

    fn report_beside(
        rejections: Option<Rejections>,
        words: &str,
        input: &str,
    ) -> (String, Vec<String>, Ended<Error>) {
        let options =
            Options::try_parse_from(format!("report {words}").split_whitespace()).unwrap();
        let (mut output, mut messages) = (Vec::new(), Vec::new());
        let around = Surroundings {
            rejections,
            ..Surroundings::new(input.as_bytes(), &mut output, FakeClock::new(), &mut messages)
        };
        let ended = run(&options, around, NOWHERE);
        (String::from_utf8(output).unwrap(), messages, ended)
    }

    #[test]
    fn plain_is_one_line_a_record() {
        let (output, messages, ended) = report("", &format!("{FIRST}\n{LAST}\n"));
        assert_eq!(
            output,
            "n 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n\
             n 3  sum 158.5  mean 52.8333  sd 48.9192  min 2.5  max 99  p50 57  p99.9 99  \
             quantiles approximate  rms 81.1235  skew -  last 2.5  rejected 1\n"
        );
        assert!(messages.is_empty());
        assert_eq!(ended.result.unwrap(), Status::Done);
        assert_eq!(ended.entry, Entry::Report { shown: 2, reader_gone: false });
    }

    #[test]
    fn a_record_that_is_too_long_is_so_however_it_arrives() {
        let long = format!("{FIRST}{}\n{FIRST}\n", " ".repeat(MAX_RECORD));
        let options = Options::try_parse_from(["report"]).unwrap();
        for size in [100_000, 100_000_000] {
            let (mut output, mut messages) = (Vec::new(), Vec::new());
            let input = Chunks::of(long.as_bytes(), size);
            let clock = FakeClock::new();
            run(&options, Surroundings::new(input, &mut output, clock, &mut messages), NOWHERE);
            assert_eq!(output.iter().filter(|&&byte| byte == b'\n').count(), 1);
            assert!(messages[0].starts_with("line 1: not a record: longer than 67108864 bytes: "));
        }
    }

    #[test]
    fn a_window_says_which_samples_it_covers() {
        let window = FIRST.replace("\"last\"", "\"from\":4,\"to\":4,\"last\"");
        let empty = window.replace("\"from\":4,\"to\":4", "\"from\":null,\"to\":null");
        let (output, _, _) = report("", &format!("{window}\n{empty}\n"));
        assert_eq!(
            output,
            "from 4  to 4  n in window 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n\
             from -  to -  n in window 1  sum 57  mean 57  sd -  min 57  max 57  last 57\n"
        );
    }

    /// Two records of each of two channels.
    fn of_channels() -> String {
        let record = |channel: &str, n: u64, value: u64| {
            format!(
                r#"{{"channel":"{channel}","n":{n},"missing":{},"rejected":0,"last":{value},"sum":{value},"mean":{value},"sd":null,"min":{value},"max":{value}}}"#,
                3 - n
            ) + "\n"
        };
        [("temp [°C]", 1, 61), ("hum", 2, 7), ("temp [°C]", 2, 62), ("hum", 3, 7)]
            .map(|(channel, n, value)| record(channel, n, value))
            .concat()
    }

    #[test]
    fn several_channels_have_a_line_each_and_every_condition_holds_if_it_holds_for_any() {
        let (output, messages, ended) = report("--fail-if mean>60", &of_channels());
        assert_eq!(
            output,
            "temp [°C]  n 1  sum 61  mean 61  sd -  min 61  max 61  last 61  missing 2\n\
             hum        n 2  sum 7   mean 7   sd -  min 7   max 7   last 7   missing 1\n\
             temp [°C]  n 2  sum 62  mean 62  sd -  min 62  max 62  last 62  missing 1\n\
             hum        n 3  sum 7   mean 7   sd -  min 7   max 7   last 7\n"
        );
        assert_eq!(messages, ["mean>60 now holds for temp [°C]: mean is 61 (n 1)"]);
        assert_eq!(ended.result.unwrap(), Status::Failed);
        assert_eq!(ended.entry, Entry::Report { shown: 4, reader_gone: false });
        let (_, messages, ended) =
            report("--fail-if hum.missing>0 --fail-if hum.mean>60", &of_channels());
        assert_eq!(
            messages,
            [
                "hum.missing>0 now holds: hum.missing is 1 (n 2)",
                "hum.missing>0 no longer holds: hum.missing is 0 (n 3)"
            ]
        );
        assert_eq!(ended.result.unwrap(), Status::Done);
    }

    #[test]
    fn a_condition_on_a_channel_that_does_not_come_is_reported_at_once_and_at_the_end() {
        let (_, messages, ended) = report("--fail-if tmp.mean>60", &of_channels());
        let why = "cannot check tmp.mean>60: no channel is called tmp; there are temp [°C], hum";
        assert_eq!(messages, [why.replace(';', " yet;")]);
        assert_eq!(ended.result.unwrap_err().to_string(), why);
        let (_, messages, ended) = report("--fail-if tmp.mean>60", FIRST);
        let why = "cannot check tmp.mean>60: no channel is called tmp; records name no channel";
        assert_eq!((messages.len(), ended.result.unwrap_err().to_string().as_str()), (0, why));
        let (_, _, ended) = report("--fail-if temp.skew>0", &of_channels());
        let why =
            "cannot check temp.skew>0: records have no skew (see stat's --quantiles and --more)";
        assert_eq!(ended.result.unwrap_err().to_string(), why);
    }

    #[test]
    fn metrics_are_the_newest_of_each_channel_and_what_conv_rejects_is_added_to_all() {
        let [conv, report] = rejections::create().unwrap().map(Rejections::new);
        conv.add(40);
        let (metrics, _, _) = report_beside(Some(report), "--format openmetrics", &of_channels());
        for line in [
            "wandler_samples_total{channel=\"temp [°C]\"} 2",
            "wandler_samples_total{channel=\"hum\"} 3",
            "wandler_missing_samples{channel=\"hum\"} 0",
            "wandler_rejected_lines_total{channel=\"temp [°C]\"} 40",
            "wandler_rejected_lines_total{channel=\"hum\"} 40",
        ] {
            assert!(metrics.contains(&format!("\n{line}\n")), "{line} is not in {metrics}");
        }
    }

    /// An output that notes when it is written to.
    struct Noted(FakeClock, Vec<(u64, String)>);

    impl output::Output for Noted {}

    impl Write for Noted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let at = self.0.elapsed().as_millis() as u64;
            self.1.push((at, String::from_utf8_lossy(bytes).into_owned()));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn records_wait_for_those_of_other_channels_but_not_for_long() {
        let records = of_channels();
        let lines: Vec<&str> = records.split_inclusive('\n').collect();
        let clock = FakeClock::new();
        let at = |millis: u64, line: usize| (Duration::from_millis(millis), lines[line]);
        let input =
            Chunks::timed(&clock, &[at(0, 0), at(20, 1), at(200, 2), at(220, 3), at(500, 2)]);
        let (mut output, mut messages) = (Noted(clock.clone(), Vec::new()), Vec::new());
        let options = Options::try_parse_from(["report"]).unwrap();
        run(&options, Surroundings::new(input, &mut output, clock, &mut messages), NOWHERE);
        let written = output.1.iter().map(|(at, text)| (*at, text.lines().count()));
        assert_eq!(written.collect::<Vec<_>>(), [(50, 2), (220, 2), (500, 1)], "{:?}", output.1);
    }

    #[test]
    fn json_hands_on_the_records_as_they_are() {
        let input = format!("{FIRST}\n{LAST}");
        assert_eq!(report("--format json", &input).0, format!("{input}\n"));
    }

    #[test]
    fn every_format_adds_what_conv_rejects() {
        let added = |words: &str| {
            let [conv, report] = rejections::create().unwrap().map(Rejections::new);
            conv.add(40);
            report_beside(Some(report), words, &format!("{LAST}\n"))
        };
        let (json, _, _) = added("--format json");
        assert_eq!(json, format!("{LAST}\n").replace("\"rejected\":1", "\"rejected\":41"));
        assert!(added("").0.ends_with("  last 2.5  rejected 41\n"));
        assert!(added("--format csv").0.contains("\r\n3,41,2.5"));
        let (metrics, _, _) = added("--format openmetrics");
        assert!(metrics.contains("\nwandler_rejected_lines_total 41\n"), "{metrics}");
        let (_, messages, ended) = added("--fail-if rejected>40");
        assert_eq!(messages.last().unwrap(), "rejected>40 now holds: rejected is 41 (n 3)");
        assert_eq!(ended.result.unwrap(), Status::Failed);
    }

    #[test]
    fn rejections_without_any_record_are_judged_and_shown_as_well() {
        let [conv, report] = rejections::create().unwrap().map(Rejections::new);
        conv.add(3);
        let (metrics, messages, _) =
            report_beside(Some(report), "--format openmetrics --fail-if rejected>0", "");
        assert!(metrics.contains("\nwandler_rejected_lines_total 3\n"), "{metrics}");
        assert_eq!(messages, ["rejected>0 now holds: rejected is 3 (n 0)"]);
    }

    #[test]
    fn a_record_without_a_conditions_number_is_rejected_for_that_and_not_for_its_columns() {
        let without = LAST.replace("\"p50\":57,", "");
        let input = format!("{LAST}\n{without}\n{LAST}\n");
        let (output, messages, ended) = report("--format csv --fail-if p50>90", &input);
        assert_eq!(output.lines().count(), 3, "a header and two records");
        let why = "p50>90: records have no p50 (see stat's --quantiles and --more)";
        assert_eq!(messages, [format!("line 2: {why}: {}", quoted(without.as_bytes()))]);
        assert_eq!(ended.result.unwrap(), Status::Rejected);
    }

    /// An output that has no room.
    struct Full;

    impl output::Output for Full {}

    impl Write for Full {
        fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn files_are_kept_even_if_standard_output_fails_which_is_what_is_reported() {
        let dir = tempfile::tempdir().unwrap();
        let [textfile, svg] = ["x.prom", "x.svg"].map(|name| dir.path().join(name));
        let mut options = Options::try_parse_from(["report"]).unwrap();
        (options.textfile, options.svg) = (Some(textfile.clone()), Some(svg.clone()));
        let mut messages = Vec::new();
        let input = format!("{FIRST}\n");
        let around = Surroundings::new(input.as_bytes(), Full, FakeClock::new(), &mut messages);
        let ended = run(&options, around, NOWHERE);
        assert_eq!(ended.result.unwrap_err().to_string(), "cannot write standard output");
        assert_eq!(ended.entry, Entry::Report { shown: 0, reader_gone: false });
        let metrics = std::fs::read_to_string(textfile).unwrap();
        assert!(metrics.contains("\nwandler_samples_total 1\n"), "{metrics}");
        assert!(std::fs::read_to_string(svg).unwrap().ends_with("</svg>\n"));
    }

    #[test]
    fn a_line_that_is_not_a_record_is_reported_and_skipped() {
        let wrong = FIRST.replace("\"sum\":57,", "");
        let (output, messages, ended) = report("", &format!("{wrong}\n1\n\n{FIRST}\n"));
        assert_eq!(output.lines().count(), 1);
        assert_eq!(
            messages,
            [
                format!("line 1: not a record: missing field `sum`: {}", quoted(wrong.as_bytes())),
                "line 2: a sample, not a record (put stat before report): \"1\"".to_owned(),
                "line 3: not a record: it ends too early: \"\"".to_owned(),
            ]
        );
        assert_eq!(ended.result.unwrap(), Status::Rejected);
    }
}
