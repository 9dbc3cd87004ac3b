//! The newest record of each channel as metrics, for Prometheus and its like.
//!
//! | name | type | meaning |
//! |---|---|---|
//! | `wandler_samples_total` | counter | samples so far, even if a record covers a window of them |
//! | `wandler_missing_samples` | gauge | rows without a sample of the channel, of the rows covered; only of streams that can lack one |
//! | `wandler_rejected_lines_total` | counter | readings that `conv` and lines that `stat` rejected, so far |
//! | `wandler_sum_of_samples` | gauge | of the samples covered |
//! | `wandler_sample_last`, `…_mean`, `…_sd`, `…_min`, `…_max` | gauge | of the samples covered |
//! | `wandler_sample_var` and the others of `stat --more` | gauge | if the record has them |
//! | `wandler_sample_quantile` | gauge | with the label `q`, from 0 to 1 |
//! | `wandler_sample_quantile_error` | gauge | how far a quantile is from the sample of its rank at most: 0 while they are exact, `+Inf` if it is not known |
//! | `wandler_newest_timestamp_seconds` | gauge | when the newest sample was taken, or the window ends, in Unix seconds; only of streams with times |
//!
//! Of a stream with channels, each metric has a label `channel`.
//!
//! There are two forms, which differ only in the counters. OpenMetrics 1.0 puts their type at their
//! names without `_total`, and `promtool check metrics`, which reads the older text format, then
//! misses their help; so in that form they have no type, which both allow. A textfile is in the older
//! format, the only one that the node exporter's collector reads; there they are counters.
//!
//! The samples' unit is not known, so none is given. A figure without a value is omitted. This is not
//! a summary, whose sum and quantiles must not be negative, and not a histogram, whose bins are closed
//! above where ours are open. Because of that, linters allow neither a name that ends in `_sum` nor
//! the label `quantile`. Every metric has the record's labels.

mod labels;

use std::fmt::Write as _;

use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Field, Kind, Record, Value};
use stage::format::time::{Form, Time};

use crate::channels::Channels;
use crate::field_order::FieldOrder;
use crate::format::{Format, TextFormat};
use labels::Labels;

/// Its row in the table of formats.
pub(crate) const FORMAT: Format = Format {
    name: "openmetrics",
    help: "The last record of each channel, for Prometheus and its like",
    text: || Box::new(OpenMetrics),
};

/// The newest records, printed at the end.
#[derive(Debug)]
struct OpenMetrics;

impl TextFormat for OpenMetrics {
    fn print(
        &mut self,
        _record: &Record,
        _line: &[u8],
        _completes_group: bool,
        _text: &mut Vec<u8>,
    ) {
    }

    fn finish(&mut self, channels: &Channels, page: &mut Vec<u8>) {
        let records: Vec<_> = channels.records().collect();
        if !records.is_empty() {
            page.extend(text(&records, MetricsForm::OpenMetrics).bytes());
        }
    }

    fn records_in(&self, text: &[u8]) -> u64 {
        u64::from(text.ends_with(b"# EOF\n"))
    }
}

/// Which of the two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsForm {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4, which ends with a comment that looks like OpenMetrics' end.
    Textfile,
}

/// The whole text for records of different channels, each with the number of its samples so far.
pub fn text(records: &[(&Record, u64)], form: MetricsForm) -> String {
    let series = records.iter().map(|&(record, samples)| Series {
        labels: Labels::of(record),
        record,
        samples,
    });
    let mut page = Page { text: String::new(), series: series.collect(), form };
    let first = ["n", "missing", "rejected", "sum"];
    let layout = FieldOrder::new(&first, Field::is_figure, &["p", "quantile_error", "end"]);
    layout.fields().for_each(|field| page.family(field));
    page.text.push_str("# EOF\n");
    page.text
}

/// A record, and what distinguishes its metrics from those of the others.
struct Series<'a> {
    labels: Labels,
    record: &'a Record,
    samples: u64,
}

/// A text that is being written.
struct Page<'a> {
    text: String,
    series: Vec<Series<'a>>,
    form: MetricsForm,
}

impl Page<'_> {
    /// Appends the metrics of a field, those of all records together.
    fn family(&mut self, field: &'static Field) {
        match (field.name, field.kind) {
            ("n", _) => {
                let value = |it: &Series<'_>| Some(it.samples.to_string());
                self.counter("wandler_samples_total", "Samples so far.", value);
            }
            ("rejected", _) => {
                let value = |it: &Series<'_>| Some(it.record.rejected.to_string());
                self.counter("wandler_rejected_lines_total", field.help, value);
            }
            ("missing", _) => {
                let value = |it: &Series<'_>| it.record.missing.map(|count| count.to_string());
                self.gauge("wandler_missing_samples", field.help, value);
            }
            ("sum", _) => self.figure("wandler_sum_of_samples", field),
            ("end", _) => {
                let value = |it: &Series<'_>| it.record.times?.end.map(unix_seconds);
                self.gauge("wandler_newest_timestamp_seconds", field.help, value);
            }
            (_, Kind::Quantile) => self.quantiles(field),
            ("quantile_error", _) => {
                self.gauge("wandler_sample_quantile_error", field.help, quantile_error);
            }
            (name, _) => self.figure(&format!("wandler_sample_{name}"), field),
        }
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Fn(&Series<'_>) -> Option<String>) {
        if self.form == MetricsForm::Textfile {
            let _ = writeln!(self.text, "# TYPE {name} counter");
        }
        let _ = writeln!(self.text, "# HELP {name} {help}");
        self.samples(name, value);
    }

    fn figure(&mut self, name: &str, field: &'static Field) {
        self.gauge(name, field.help, |series| {
            let entry = field.entries(series.record).next()?;
            entry.value.number().map(|value| number(&value))
        });
    }

    /// Appends a gauge of the records that have a value; nothing if none has.
    fn gauge(&mut self, name: &str, help: &str, value: impl Fn(&Series<'_>) -> Option<String>) {
        let start = self.text.len();
        let _ = writeln!(self.text, "# TYPE {name} gauge\n# HELP {name} {help}");
        let begun = self.text.len();
        self.samples(name, value);
        if self.text.len() == begun {
            self.text.truncate(start);
        }
    }

    fn samples(&mut self, name: &str, value: impl Fn(&Series<'_>) -> Option<String>) {
        for series in &self.series {
            if let Some(value) = value(series) {
                let _ = writeln!(self.text, "{name}{} {value}", series.labels.with(None));
            }
        }
    }

    fn quantiles(&mut self, field: &'static Field) {
        const NAME: &str = "wandler_sample_quantile";
        if self.series.iter().all(|series| series.record.quantiles.is_empty()) {
            return;
        }
        let _ = writeln!(self.text, "# TYPE {NAME} gauge\n# HELP {NAME} {}", field.help);
        for series in &self.series {
            for entry in field.entries(series.record) {
                let percent = entry.name.strip_prefix('p').map(|percent| format!("{percent}e-2"));
                let part = percent.and_then(|percent| percent.parse::<Decimal>().ok());
                if let (Some(part), Value::Number(Some(value))) = (part, entry.value) {
                    let labels = series.labels.with(Some(("q", &part.to_string())));
                    let _ = writeln!(self.text, "{NAME}{labels} {}", number(value));
                }
            }
        }
    }
}

/// How near quantiles are, if there are any.
fn quantile_error(series: &Series<'_>) -> Option<String> {
    let record = series.record;
    (!record.quantiles.is_empty()).then(|| match &record.exactness {
        Some(Exactness::Exact) => "0.0".to_owned(),
        Some(Exactness::Approximate { error: Some(error) }) => number(error),
        Some(Exactness::Approximate { error: None }) | None => "+Inf".to_owned(),
    })
}

/// A time, as both forms write it.
fn unix_seconds(time: Time) -> String {
    let mut text = Vec::new();
    time.print(Form::Unix, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// A double, as both forms write it.
fn number(value: &Decimal) -> String {
    match value.to_f64() {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        finite => format!("{finite:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"n":2,"rejected":1,"last":2.5,"sum":59.5,"mean":29.75,"sd":null,"min":2.5,"max":57,"p50":2.5,"p99.9":57}"#;

    const GAUGES: &str = "\
# TYPE wandler_sum_of_samples gauge
# HELP wandler_sum_of_samples The sum of the samples.
wandler_sum_of_samples 59.5
# TYPE wandler_sample_last gauge
# HELP wandler_sample_last The newest sample.
wandler_sample_last 2.5
# TYPE wandler_sample_mean gauge
# HELP wandler_sample_mean The mean of the samples.
wandler_sample_mean 29.75
# TYPE wandler_sample_min gauge
# HELP wandler_sample_min The least sample.
wandler_sample_min 2.5
# TYPE wandler_sample_max gauge
# HELP wandler_sample_max The greatest sample.
wandler_sample_max 57.0
# TYPE wandler_sample_quantile gauge
# HELP wandler_sample_quantile Quantiles of the samples, by nearest rank; see their error.
wandler_sample_quantile{q=\"0.5\"} 2.5
wandler_sample_quantile{q=\"0.999\"} 57.0
# TYPE wandler_sample_quantile_error gauge
# HELP wandler_sample_quantile_error How far a quantile is from the sample of its rank at most.
wandler_sample_quantile_error +Inf
# EOF
";

    fn of(record: &str, form: MetricsForm) -> String {
        text(&[(&Record::parse(record.as_bytes()).unwrap(), 2)], form)
    }

    #[test]
    fn a_record_becomes_metrics() {
        let counters = "\
# HELP wandler_samples_total Samples so far.
wandler_samples_total 2
# HELP wandler_rejected_lines_total Readings and lines that were rejected, so far.
wandler_rejected_lines_total 1
";
        assert_eq!(of(RECORD, MetricsForm::OpenMetrics), format!("{counters}{GAUGES}"));
    }

    #[test]
    fn in_a_textfile_counters_have_their_type() {
        let counters = "\
# TYPE wandler_samples_total counter
# HELP wandler_samples_total Samples so far.
wandler_samples_total 2
# TYPE wandler_rejected_lines_total counter
# HELP wandler_rejected_lines_total Readings and lines that were rejected, so far.
wandler_rejected_lines_total 1
";
        assert_eq!(of(RECORD, MetricsForm::Textfile), format!("{counters}{GAUGES}"));
    }

    #[test]
    fn the_error_of_quantiles_is_a_metric() {
        let error = |fields: &str| {
            let text = of(&RECORD.replace('}', fields), MetricsForm::OpenMetrics);
            let line = text.lines().find(|it| it.starts_with("wandler_sample_quantile_error"));
            line.unwrap().to_owned()
        };
        let approximate = r#","quantiles":"approximate","quantile_error":0.0005}"#;
        assert_eq!(error(r#","quantiles":"exact"}"#), "wandler_sample_quantile_error 0.0");
        assert_eq!(error(approximate), "wandler_sample_quantile_error 0.0005");
    }

    #[test]
    fn every_metric_has_the_records_labels() {
        let record = RECORD.replace("{\"n\"", r#"{"labels":{"site":"roof"},"n""#);
        let text = of(&record, MetricsForm::OpenMetrics);
        for line in text.lines().filter(|it| !it.starts_with('#')) {
            assert!(line.contains("{site=\"roof\""), "{line}");
        }
        assert!(
            text.contains("\nwandler_sample_quantile{site=\"roof\",q=\"0.5\"} 2.5\n"),
            "{text}"
        );
    }

    #[test]
    fn the_metrics_of_several_channels_stand_together_and_have_a_label() {
        let of = |channel: &str, more: &str| {
            let record = RECORD.replace("\"n\"", &format!("\"channel\":\"{channel}\",{more}\"n\""));
            Record::parse(record.as_bytes()).unwrap()
        };
        let times = r#""start":null,"end":"2023-11-14T22:13:20.5Z","missing":3,"#;
        let label = r#""labels":{"channel":"x"},"#;
        let records = [of("temp [°C]", times), of("hum", label)];
        let text = text(&[(&records[0], 2), (&records[1], 7)], MetricsForm::OpenMetrics);
        let [temp, hum] = ["channel=\"temp [°C]\"", "channel=\"hum\",exported_channel=\"x\""];
        for expected in [
            format!(
                "wandler_samples_total{{{temp}}} 2\nwandler_samples_total{{{hum}}} 7\n\
                 # TYPE wandler_missing_samples gauge\n\
                 # HELP wandler_missing_samples Rows without a sample of this channel.\n\
                 wandler_missing_samples{{{temp}}} 3\n# HELP wandler_rejected"
            ),
            format!(
                "wandler_sample_quantile{{{temp},q=\"0.5\"}} 2.5\n\
                 wandler_sample_quantile{{{temp},q=\"0.999\"}} 57.0\n\
                 wandler_sample_quantile{{{hum},q=\"0.5\"}} 2.5\n"
            ),
            format!(
                "# HELP wandler_newest_timestamp_seconds When the newest sample was taken, or the \
                 window ends.\nwandler_newest_timestamp_seconds{{{temp}}} 1700000000.500000\n# EOF\n"
            ),
        ] {
            assert!(text.contains(&expected), "{expected}\nis not in\n{text}");
        }
        assert_eq!(text.matches("# TYPE wandler_sample_mean ").count(), 1, "{text}");
    }
}
