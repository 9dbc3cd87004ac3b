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
//! There are two forms, which differ in the counters alone. OpenMetrics 1.0 would have their type at
//! their names without `_total`, and `promtool check metrics`, which reads the older text format,
//! then misses their help; so there they have no type, which both allow. In a textfile, which is in
//! the older format since the node exporter's collector reads no other, they are counters.
//!
//! The samples' unit is not known, so there is none. What has no value is omitted. It is no
//! summary, since samples may be negative, which a summary's sum and quantiles must not be; and no
//! histogram, since bins are open above, where those of OpenMetrics are closed. For that, linters
//! allow neither a name in `_sum` nor the label `quantile`. Every metric has the record's labels.

mod labels;

use std::fmt::Write as _;

use stage::format::decimal::Decimal;
use stage::format::record::{Exactness, Figure, Record};
use stage::format::sample::parse_line as parse;

use labels::Labels;

/// Which of the two forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus' text format 0.0.4, which ends with a comment that looks like OpenMetrics' end.
    Textfile,
}

/// The whole text for a record, with the number of samples so far.
pub fn text(record: &Record, samples: u64, form: Form) -> String {
    let mut page = Page { text: String::new(), labels: Labels::of(record), form };
    page.counter("wandler_samples_total", "Samples so far.", samples);
    let help = "Readings and lines that were rejected, so far.";
    page.counter("wandler_rejected_lines_total", help, record.rejected);
    page.gauge("wandler_sum_of_samples", "The sum of the samples.", &record.sum);
    for (name, value) in [
        ("last", &record.last),
        ("mean", &record.mean),
        ("sd", &record.sd),
        ("min", &record.min),
        ("max", &record.max),
    ] {
        page.figure(name, value);
    }
    record.more.iter().for_each(|Figure { name, value }| page.figure(name, value));
    page.quantiles(record);
    page.text.push_str("# EOF\n");
    page.text
}

/// What each figure is.
fn help(figure: &str) -> &'static str {
    match figure {
        "last" => "The newest sample.",
        "mean" => "The mean of the samples.",
        "sd" => "The standard deviation of the samples (n-1).",
        "min" => "The least sample.",
        "max" => "The greatest sample.",
        "var" => "The variance of the samples (n-1).",
        "rms" => "The root mean square of the samples.",
        "range" => "The greatest sample minus the least.",
        "mode" => "The most frequent sample, the least if there are several.",
        "skew" => "The skewness of the samples.",
        "kurtosis" => "The excess kurtosis of the samples: 0 for a normal distribution.",
        "autocorrelation" => "The autocorrelation of neighbouring samples.",
        _ => "See stat --more.",
    }
}

/// A text that is being written.
struct Page {
    text: String,
    labels: Labels,
    form: Form,
}

impl Page {
    fn counter(&mut self, name: &str, help: &str, value: u64) {
        if self.form == Form::Textfile {
            let _ = writeln!(self.text, "# TYPE {name} counter");
        }
        let _ = writeln!(self.text, "# HELP {name} {help}");
        self.sample(name, None, &value.to_string());
    }

    fn figure(&mut self, figure: &str, value: &Option<Decimal>) {
        self.gauge(&format!("wandler_sample_{figure}"), help(figure), value);
    }

    fn gauge(&mut self, name: &str, help: &str, value: &Option<Decimal>) {
        if let Some(value) = value {
            self.family(name, help);
            self.sample(name, None, &number(value));
        }
    }

    fn quantiles(&mut self, record: &Record) {
        if record.quantiles.is_empty() {
            return;
        }
        const NAME: &str = "wandler_sample_quantile";
        self.family(NAME, "Quantiles of the samples, by nearest rank; see their error.");
        for figure in &record.quantiles {
            let percent = figure.name.strip_prefix('p').map(|percent| format!("{percent}e-2"));
            let part = percent.and_then(|percent| parse(percent.as_bytes()).ok());
            if let (Some(part), Some(value)) = (part, &figure.value) {
                self.sample(NAME, Some(("q", &part.to_string())), &number(value));
            }
        }
        let error = match (&record.quantile_error, record.exactness) {
            (Some(error), _) => number(error),
            (None, Some(Exactness::Exact)) => "0.0".to_owned(),
            (None, _) => "+Inf".to_owned(),
        };
        const ERROR: &str = "wandler_sample_quantile_error";
        self.family(ERROR, "How far a quantile is from the sample of its rank at most.");
        self.sample(ERROR, None, &error);
    }

    fn family(&mut self, name: &str, help: &str) {
        let _ = writeln!(self.text, "# TYPE {name} gauge\n# HELP {name} {help}");
    }

    fn sample(&mut self, name: &str, label: Option<(&str, &str)>, value: &str) {
        let labels = self.labels.with(label);
        let _ = writeln!(self.text, "{name}{labels} {value}");
    }
}

/// A double, as both forms have it.
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

    fn of(record: &str, form: Form) -> String {
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
        assert_eq!(of(RECORD, Form::OpenMetrics), format!("{counters}{GAUGES}"));
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
        assert_eq!(of(RECORD, Form::Textfile), format!("{counters}{GAUGES}"));
    }

    #[test]
    fn the_error_of_quantiles_is_told() {
        let error = |fields: &str| {
            let text = of(&RECORD.replace('}', fields), Form::OpenMetrics);
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
        let text = of(&record, Form::OpenMetrics);
        for line in text.lines().filter(|it| !it.starts_with('#')) {
            assert!(line.contains("{site=\"roof\""), "{line}");
        }
        assert!(
            text.contains("\nwandler_sample_quantile{site=\"roof\",q=\"0.5\"} 2.5\n"),
            "{text}"
        );
    }
}
