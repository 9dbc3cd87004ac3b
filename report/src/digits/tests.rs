//! The rule, by cases and by its properties.

use proptest::prelude::*;

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A record with these fields besides, or instead of, usual ones.
fn record(fields: &str) -> Record {
    let usual = ["n", "rejected", "last", "sum", "mean", "sd", "min", "max"];
    let has = |name: &&str| fields.contains(&format!("\"{name}\":"));
    let usual = usual.iter().filter(|name| !has(name));
    let usual: Vec<String> = usual.map(|name| format!("\"{name}\":0")).collect();
    let text = format!("{{{}}}", [usual.join(","), fields.to_owned()].join(","));
    Record::parse(text.trim_matches(',').replace("{,", "{").as_bytes()).unwrap()
}

/// How `name` is shown in a record with these fields.
fn figure(name: &str, fields: &str) -> String {
    let record = record(fields);
    let entry = record.entry(name).unwrap();
    match entry.value {
        Value::Number(Some(value)) => Shown::of(&record).number(entry.field, value).to_string(),
        _ => "-".to_owned(),
    }
}

#[test]
fn a_mean_has_the_digits_that_the_spread_makes_meaningful() {
    for (n, mean, sd, shown) in [
        // Of the magnitude of its spread: six digits.
        (2, "45.5", "16.263455967290593", "45.5"),
        (1000, "50.123456789", "29.1555", "50.1235"),
        // 10 MHz ± 0.05 Hz, and a pressure in Pa.
        (5000, "10000000.199870462", "0.04973628", "10000000.19987"),
        (200000, "101325.00731234", "2.9971234", "101325.0073"),
        // The more samples, the more is meaningful.
        (2, "10000000.199870462", "0.04973628", "10000000.2"),
        (50, "10000000.199870462", "0.04973628", "10000000.1999"),
        (500_000_000, "10000000.199870462", "0.04973628", "10000000.1998705"),
        // Far below the spread: not beyond the sixth digit of the error, but never nothing.
        (100, "0.000123456789", "1000", "0.0001"),
        (100, "1.23456789", "1000", "1.235"),
        (100, "0", "1000", "0"),
        // Equal samples, and one sample: exact.
        (9, "101325.123456", "0", "101325.123456"),
        (1, "101325.123456", "null", "101325.123456"),
        // A spread beyond the doubles.
        (9, "1.23456789e308", "null", "1.23457e308"),
        (2, "1.23456789e300", "1e299", "1.23457e300"),
    ] {
        let fields = format!(r#""n":{n},"mean":{mean},"sd":{sd}"#);
        assert_eq!(figure("mean", &fields), shown, "{fields}");
    }
}

#[test]
fn figures_without_a_spread_have_six_digits_as_far_as_they_mean_something() {
    for (name, n, value, shown) in [
        ("skew", 100, "0.0123456789", "0.012346"),
        ("skew", 100, "0.00000123456789", "0.000001"),
        ("kurtosis", 10000, "-1.2003456789", "-1.20035"),
        ("autocorrelation", 4991, "0.999398887", "0.999399"),
        ("autocorrelation", 3, "0.999398887", "0.999399"),
        ("autocorrelation", 1_000_000, "0.9999999987654", "0.999999999"),
        ("autocorrelation", 10, "0.99999997", "0.99999997"),
        ("autocorrelation", 10, "-0.99999997", "-0.99999997"),
        ("autocorrelation", 10, "1", "1"),
        ("var", 1000, "850.043180", "850.043"),
        ("rms", 5000, "10000000.19987046", "10000000.19987"),
        ("range", 1000, "0.123456789012", "0.123456789012"),
    ] {
        let fields = format!(r#""n":{n},"sd":0.05,"{name}":{value}"#);
        assert_eq!(figure(name, &fields), shown, "{fields}");
    }
}

#[test]
fn a_quantile_has_its_own_digits_or_those_that_its_error_allows() {
    let of = |rest: &str| figure("p50", &format!(r#""n":9,"max":1e9,"p50":101325.0085{rest}"#));
    let approximate = r#","quantiles":"approximate""#;
    assert_eq!(of(r#","quantiles":"exact""#), "101325.0085");
    assert_eq!(of(""), "101325.0085");
    assert_eq!(of(&format!(r#"{approximate},"quantile_error":0.0123"#)), "101325.009");
    assert_eq!(of(&format!(r#"{approximate},"quantile_error":0.0001"#)), "101325.0085");
    assert_eq!(of(&format!(r#"{approximate},"quantile_error":1013"#)), "101300");
    assert_eq!(of(&format!(r#"{approximate},"quantile_error":1e9"#)), "100000");
    assert_eq!(of(approximate), "101325");
}

#[test]
fn figures_that_differ_look_different_and_in_the_same_order() {
    let fields = r#""n":1000,"min":1.99999999,"max":2.00000001,"p50":2,"mean":2.00000000012345,
        "sd":2.0000000004,"rms":2.00000000019,"quantiles":"exact""#;
    assert_eq!(figure("p50", fields), "2");
    assert_eq!(figure("mean", fields), "2.0000000001");
    assert_eq!(figure("rms", fields), "2.0000000002");
    assert_eq!(figure("sd", fields), "2.0000000004");
    let fields = r#""n":9,"min":0,"max":9.97,"p90":9.96,"p99":9.97,"p50":9.9001,"p51":9.9002,
        "quantiles":"approximate","quantile_error":1"#;
    let shown = ["p50", "p51", "p90", "p99"].map(|name| figure(name, fields));
    assert_eq!(shown, ["9.9", "9.9002", "9.96", "9.97"], "none is above the maximum");
}

#[test]
fn an_error_is_rounded_up() {
    for (error, shown) in
        [("0.0005", "0.0005"), ("0.000501", "0.00051"), ("0.0999", "0.1"), ("123", "130")]
    {
        assert_eq!(bound(&decimal(error)).to_string(), shown);
    }
}

#[test]
fn an_axis_has_the_digits_of_its_distances() {
    let range = |low: &str, high: &str| {
        of_a_range(&decimal(low), &decimal(high)).map(|limit| limit.to_string())
    };
    assert_eq!(range("0", "100"), ["0", "100"]);
    assert_eq!(range("10000000.03612", "10000000.3989"), ["10000000.036", "10000000.399"]);
    assert_eq!(range("5.123456", "5.123456"), ["5.123456", "5.123456"]);
    assert_eq!(range("-1e308", "1e308"), ["-1e308", "1e308"]);
}

fn number() -> impl Strategy<Value = String> {
    let spread = "-?[0-9]{1,3}(\\.[0-9]{1,8})?";
    prop_oneof![
        spread.prop_map(|it| it.to_string()),
        "10000000\\.[0-9]{1,9}",
        "-?[1-9](\\.[0-9]{1,16})?e-?[1-9][0-9]?",
    ]
}

proptest! {
    #[test]
    fn no_two_figures_of_a_record_look_alike_unless_they_are(
        n in 0u64..1000, values in proptest::collection::vec(number(), 12), error in number(), approximate: bool,
    ) {
        let [min, max, last, sum, mean, sd, p50, p90, skew, rms, mode, var] = &values[..] else {
            return Ok(());
        };
        let exactness = if approximate { "approximate" } else { "exact" };
        let text = format!(
            r#"{{"n":{n},"rejected":0,"last":{last},"sum":{sum},"mean":{mean},"sd":{sd},"min":{min},
                "max":{max},"p50":{p50},"p90":{p90},"quantiles":"{exactness}","quantile_error":{error},
                "skew":{skew},"rms":{rms},"mode":{mode},"var":{var}}}"#
        );
        let Ok(record) = Record::parse(text.as_bytes()) else { return Ok(()) };
        let shown = Shown::of(&record);
        let numbers = record.entries().filter(|it| !matches!(it.field.kind, Kind::Bound));
        let pairs: Vec<(Decimal, Decimal)> = numbers
            .filter_map(|it| match it.value {
                Value::Number(Some(value)) => Some((value.clone(), shown.number(it.field, value).into_owned())),
                _ => None,
            })
            .collect();
        prop_assert_eq!(pairs.len(), 12);
        for (one, shown_one) in &pairs {
            for (other, shown_other) in &pairs {
                prop_assert_eq!(one.cmp(other), shown_one.cmp(shown_other), "{}", text);
            }
        }
    }
}

#[test]
fn digits_before_the_point_are_never_rounded_to_zeros() {
    let fields = r#""n":2,"mean":1734567,"sd":1038833.9"#;
    assert_eq!(figure("mean", fields), "1734567");
    let fields = r#""n":1000,"mean":499187500.005,"sd":288675.1,"var":622897609.756"#;
    assert_eq!(
        (figure("mean", fields), figure("var", fields)),
        ("499187500".into(), "622897610".into())
    );
    // A number with an exponent has no such digits to lose.
    assert_eq!(figure("mean", r#""n":9,"mean":1.23456789e50,"sd":1e49"#), "1.23457e50");
}
