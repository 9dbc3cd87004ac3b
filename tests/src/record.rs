//! A record, for what reads records.

/// One as `stat` writes it, of a single sample.
pub const RECORD: &str = concat!(
    r#"{"n":1,"rejected":0,"last":1,"sum":1,"mean":1,"sd":null,"min":1,"max":1,"#,
    r#""p50":1,"p90":1,"p99":1,"quantiles":"exact","final":true}"#
);
