//! The newest record as metrics, for Prometheus and its like.
//!
//! | name | type | meaning |
//! |---|---|---|
//! | `wandler_samples_total` | counter | samples so far, even if a record covers a window of them |
//! | `wandler_rejected_lines_total` | counter | readings that `conv` and lines that `stat` rejected, so far |
//! | `wandler_sum_of_samples` | gauge | of the samples covered |
//! | `wandler_sample_last`, `…_mean`, `…_sd`, `…_min`, `…_max` | gauge | of the samples covered |
//! | `wandler_sample_var` and the others of `stat --more` | gauge | if the record has them |
//! | `wandler_sample_quantile` | gauge | with the label `q`, from 0 to 1 |
//! | `wandler_sample_quantile_error` | gauge | how far a quantile is from the sample of its rank at most: 0 while they are exact, `+Inf` if it is not known |
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

use crate::field_order::FieldOrder;
use crate::format::{Format, TextFormat};
use crate::newest::Newest;
use labels::Labels;

/// Its row in the table of formats.
pub(crate) const FORMAT: Format = Format {
    name: "openmetrics",
    help: "The last record, for Prometheus and its like",
    text: || Box::new(OpenMetrics),
};

/// The newest record, printed at the end.
#[derive(Debug)]
struct OpenMetrics;

impl TextFormat for OpenMetrics {
    fn print(&mut self, _record: &Record, _line: &[u8], _text: &mut Vec<u8>) {}

    fn finish(&mut self, newest: &Newest, page: &mut Vec<u8>) {
        if let Some(record) = newest.record() {
            page.extend(text(record, newest.samples, MetricsForm::OpenMetrics).bytes());
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

/// The whole text for a record, with the number of samples so far.
pub fn text(record: &Record, samples: u64, form: MetricsForm) -> String {
    let mut page = Page { text: String::new(), labels: Labels::of(record), form };
    let layout =
        FieldOrder::new(&["n", "rejected", "sum"], Field::is_figure, &["p", "quantile_error"]);
    for field in layout.fields() {
        match (field.name, field.kind) {
            ("n", _) => page.counter("wandler_samples_total", "Samples so far.", samples),
            ("rejected", _) => {
                page.counter("wandler_rejected_lines_total", field.help, record.rejected);
            }
            ("sum", _) => page.gauge("wandler_sum_of_samples", field, record),
            (_, Kind::Quantile) => page.quantiles(field, record),
            ("quantile_error", _) => page.quantile_error(field, record),
            (name, _) => page.gauge(&format!("wandler_sample_{name}"), field, record),
        }
    }
    page.text.push_str("# EOF\n");
    page.text
}

/// A text that is being written.
struct Page {
    text: String,
    labels: Labels,
    form: MetricsForm,
}

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: u64) {
        if self.form == MetricsForm::Textfile {
            let _ = writeln!(self.text, "# TYPE {name} counter");
        }
        let _ = writeln!(self.text, "# HELP {name} {help}");
        self.sample(name, None, &value.to_string());
    }

    fn gauge(&mut self, name: &str, field: &'static Field, record: &Record) {
        let value = field.entries(record).next().and_then(|entry| entry.value.number());
        if let Some(value) = value {
            self.family(name, field.help);
            self.sample(name, None, &number(&value));
        }
    }

    fn quantiles(&mut self, field: &'static Field, record: &Record) {
        if record.quantiles.is_empty() {
            return;
        }
        const NAME: &str = "wandler_sample_quantile";
        self.family(NAME, field.help);
        for entry in field.entries(record) {
            let percent = entry.name.strip_prefix('p').map(|percent| format!("{percent}e-2"));
            let part = percent.and_then(|percent| percent.parse::<Decimal>().ok());
            if let (Some(part), Value::Number(Some(value))) = (part, entry.value) {
                self.sample(NAME, Some(("q", &part.to_string())), &number(value));
            }
        }
    }

    fn quantile_error(&mut self, field: &'static Field, record: &Record) {
        if record.quantiles.is_empty() {
            return;
        }
        const NAME: &str = "wandler_sample_quantile_error";
        self.family(NAME, field.help);
        let error = match &record.exactness {
            Some(Exactness::Exact) => "0.0".to_owned(),
            Some(Exactness::Approximate { error: Some(error) }) => number(error),
            Some(Exactness::Approximate { error: None }) | None => "+Inf".to_owned(),
        };
        self.sample(NAME, None, &error);
    }

    fn family(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.text, "# TYPE {name} gauge\n# HELP {name} {help}");
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: &str) {
        let labels = self.labels.with(label);
        let _ = writeln!(self.text, "{name}{labels} {value}");
    }
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
        text(&Record::parse(record.as_bytes()).unwrap(), 2, form)
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
}
