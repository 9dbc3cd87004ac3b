//! OpenMetrics 1.0, a text that Prometheus and many others read: the record as it is now.
//!
//! | name | type | meaning |
//! |---|---|---|
//! | `wandler_samples` | counter | samples so far, also if a record covers a window of them |
//! | `wandler_rejected_lines` | counter | lines that were not a sample, so far |
//! | `wandler_sample_sum`, `…_last`, `…_mean`, `…_sd`, `…_min`, `…_max` | gauge | of the samples covered |
//! | `wandler_sample_var` and the others of `stat --more` | gauge | if the record has them |
//! | `wandler_sample_quantile` | gauge | with the label `quantile`, from 0 to 1 |
//!
//! The samples' unit is not known, so there is none. What has no value is left out. It is no
//! summary, since samples may be negative, which a summary's sum and quantiles must not be; and no
//! histogram, since bins are open above, where those of OpenMetrics are closed. The node
//! exporter's textfile collector reads the same text.

use std::fmt::Write as _;

use stage::decimal::Decimal;
use stage::record::{Figure, Record};
use stage::sample::parse_line as parse;

/// The whole text for a record, with the number of samples so far.
pub fn text(record: &Record, samples: u64) -> String {
    let mut text = String::new();
    for (name, help, value) in [
        ("wandler_samples", "Samples so far.", samples),
        ("wandler_rejected_lines", "Lines that were not a sample.", record.rejected),
    ] {
        family(&mut text, name, "counter", help);
        let _ = writeln!(text, "{name}_total {value}");
    }
    for (name, help, value) in [
        ("sum", "The sum of the samples.", &record.sum),
        ("last", "The newest sample.", &record.last),
        ("mean", "The mean of the samples.", &record.mean),
        ("sd", "The standard deviation of the samples (n-1).", &record.sd),
        ("min", "The least sample.", &record.min),
        ("max", "The greatest sample.", &record.max),
    ] {
        if let Some(value) = value {
            let name = format!("wandler_sample_{name}");
            family(&mut text, &name, "gauge", help);
            let _ = writeln!(text, "{name} {}", number(value));
        }
    }
    for Figure { name, value } in &record.more {
        if let Some(value) = value {
            let name = format!("wandler_sample_{name}");
            family(&mut text, &name, "gauge", "See stat --more.");
            let _ = writeln!(text, "{name} {}", number(value));
        }
    }
    quantiles(record, &mut text);
    text.push_str("# EOF\n");
    text
}

fn quantiles(record: &Record, text: &mut String) {
    const NAME: &str = "wandler_sample_quantile";
    family(text, NAME, "gauge", "Quantiles of the samples, by nearest rank.");
    for figure in &record.quantiles {
        let percent = figure.name.strip_prefix('p').map(|percent| format!("{percent}e-2"));
        let part = percent.and_then(|percent| parse(percent.as_bytes()).ok());
        if let (Some(part), Some(value)) = (part, &figure.value) {
            let _ = writeln!(text, "{NAME}{{quantile=\"{part}\"}} {}", number(value));
        }
    }
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# TYPE {name} {kind}\n# HELP {name} {help}");
}

/// A double, as OpenMetrics has it.
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

    #[test]
    fn a_record_becomes_metrics() {
        let record = r#"{"n":2,"rejected":1,"last":2.5,"sum":59.5,"mean":29.75,"sd":null,"min":2.5,"max":57,"p50":2.5,"p99.9":57}"#;
        let expected = "\
# TYPE wandler_samples counter
# HELP wandler_samples Samples so far.
wandler_samples_total 2
# TYPE wandler_rejected_lines counter
# HELP wandler_rejected_lines Lines that were not a sample.
wandler_rejected_lines_total 1
# TYPE wandler_sample_sum gauge
# HELP wandler_sample_sum The sum of the samples.
wandler_sample_sum 59.5
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
# HELP wandler_sample_quantile Quantiles of the samples, by nearest rank.
wandler_sample_quantile{quantile=\"0.5\"} 2.5
wandler_sample_quantile{quantile=\"0.999\"} 57.0
# EOF
";
        assert_eq!(text(&Record::parse(record.as_bytes()).unwrap(), 2), expected);
    }
}
