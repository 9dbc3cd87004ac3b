//! OpenMetrics 1.0, a text that Prometheus and many others read: the record as it is now.
//!
//! | name | type | meaning |
//! |---|---|---|
//! | `wandler_sample` | summary | quantiles, sum and number of the samples |
//! | `wandler_rejected_lines` | counter | lines that were not a sample |
//! | `wandler_sample_last`, `…_mean`, `…_sd`, `…_min`, `…_max` | gauge | in the samples' own unit |
//!
//! The samples' unit is not known, so there is none. What has no value is left out. The histogram
//! is left out, too: its bins are open above, where those of OpenMetrics are closed. The node
//! exporter's textfile collector reads the same text.

use std::fmt::Write as _;

use stage::decimal::Decimal;
use stage::record::Record;
use stage::sample::parse_line as parse;

/// The whole text for a record.
pub fn text(record: &Record) -> String {
    let mut text = String::new();
    summary(record, &mut text);
    family(&mut text, "wandler_rejected_lines", "counter", "Lines that were not a sample.");
    let _ = writeln!(text, "wandler_rejected_lines_total {}", record.rejected);
    for (name, help, value) in [
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
    text.push_str("# EOF\n");
    text
}

fn summary(record: &Record, text: &mut String) {
    family(text, "wandler_sample", "summary", "The samples.");
    for figure in &record.quantiles {
        let percent = figure.name.strip_prefix('p').map(|percent| format!("{percent}e-2"));
        let part = percent.and_then(|percent| parse(percent.as_bytes()).ok());
        if let (Some(part), Some(value)) = (part, &figure.value) {
            let _ = writeln!(text, "wandler_sample{{quantile=\"{part}\"}} {}", number(value));
        }
    }
    // A sum that is negative would be no sum to OpenMetrics.
    if let Some(sum) = record.sum.as_ref().filter(|sum| sum.to_f64() >= 0.0) {
        let _ = writeln!(text, "wandler_sample_sum {}", number(sum));
    }
    let _ = writeln!(text, "wandler_sample_count {}", record.n);
}

fn family(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# TYPE {name} {kind}\n# HELP {name} {help}");
}

/// A double, as OpenMetrics has it.
fn number(value: &Decimal) -> String {
    match value.to_f64() {
        infinite if infinite.is_infinite() => {
            if infinite > 0.0 { "+Inf" } else { "-Inf" }.to_owned()
        }
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
# TYPE wandler_sample summary
# HELP wandler_sample The samples.
wandler_sample{quantile=\"0.5\"} 2.5
wandler_sample{quantile=\"0.999\"} 57.0
wandler_sample_sum 59.5
wandler_sample_count 2
# TYPE wandler_rejected_lines counter
# HELP wandler_rejected_lines Lines that were not a sample.
wandler_rejected_lines_total 1
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
# EOF
";
        assert_eq!(text(&Record::parse(record.as_bytes()).unwrap()), expected);
    }
}
