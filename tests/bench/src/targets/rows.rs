//! The rows of the table of targets: **a new one goes here**.
//!
//! A row is a promise about speed, kept on one or several sets of samples. What it consists of is
//! data: commands and the limits of what is made of their times. A row has the number of its place.

mod conversion;
mod engines;
mod forms;
mod long_run;
mod pipeline;
mod statistics;
mod tables;

use crate::targets::measure::Measure;

/// A row.
#[derive(Debug)]
pub(crate) struct Row {
    /// What `--only` calls it.
    pub name: &'static str,
    /// What it promises.
    pub about: &'static str,
    /// What is measured.
    pub measures: fn(&Setting) -> Vec<Measure>,
    /// Whether it takes so long that it must be asked for.
    pub is_long: bool,
}

/// What the commands depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// How many samples most of them take.
    pub samples: u64,
    /// Whether `stat` has threads, and the option `--jobs`.
    pub has_jobs: bool,
}

const fn row(
    name: &'static str,
    about: &'static str,
    measures: fn(&Setting) -> Vec<Measure>,
) -> Row {
    Row { name, about, measures, is_long: false }
}

/// All of them, in the table's order.
pub(crate) const ROWS: [Row; 23] = [
    row("integers", "stat, one thread, on integers 0-100, beside wc -l", statistics::integers),
    row("threads", "stat with two threads, beside wc -l", statistics::threads),
    row("codes", "stat on what fits 16 bits, beside wc -l", statistics::codes),
    row("numbers", "stat on longer numbers, beside wc -l", statistics::numbers),
    row("floats", "stat on doubles and exponents, beside wc -l", statistics::floats),
    row("engines", "stat beside the faster of Polars and DuckDB", engines::all),
    row("windows", "stat with many records or windows, beside none", statistics::windows),
    row("more", "stat with more figures, beside the usual ones", statistics::more),
    row("records", "stat's records with a histogram, beside none", statistics::records),
    row("text", "conv on text, beside cat and mawk", conversion::text),
    row("raw", "conv on raw floats and with a scale, beside od and none", conversion::raw),
    row("start", "launcher's first line, beside that of bash", pipeline::start),
    row("launcher", "the whole launcher, beside bash moving the bytes", pipeline::launcher),
    row("transports", "what transports carry, beside the bare object", pipeline::transports),
    row("latency", "a sample's way beside bare pipes; wake-ups", pipeline::latency),
    row("datamash", "stat beside GNU datamash", statistics::datamash),
    row("simulation", "conv beside shuf", conversion::simulation),
    row("words", "conv on 16-bit words, beside od", conversion::words),
    row("recording", "log beside cat", pipeline::recording),
    row("fan-out", "the launcher's tee beside coreutils'", pipeline::fan_out),
    row("tables", "stat on rows of four columns, beside one number a line", tables::all),
    Row {
        is_long: true,
        ..row("long-run", "ten times the samples, beside a tenth", long_run::all)
    },
    row(
        "forms",
        "conv on fields, labels, JSON, WAV and the kernel's words, beside others",
        forms::all,
    ),
];

impl Row {
    /// The row of this name or number.
    pub(crate) fn find(text: &str) -> Option<&'static Row> {
        let named = ROWS.iter().find(|row| row.name == text);
        named.or_else(|| ROWS.get(text.parse::<usize>().ok()?.checked_sub(1)?))
    }
}

/// The rows' numbers, names and promises, a line each.
pub(crate) fn list() -> String {
    let width = ROWS.iter().map(|row| row.name.len()).max().unwrap_or_default();
    let line = |(at, row): (usize, &Row)| {
        let long = if row.is_long { " (with --long)" } else { "" };
        format!("  {:>2} {:<width$}  {}{long}\n", at + 1, row.name, row.about)
    };
    ROWS.iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_are_found_by_name_and_by_number() {
        let found = |text| Row::find(text).map(|row| row.name);
        assert_eq!(found("floats"), Some("floats"));
        assert_eq!(found("5"), Some("floats"));
        assert_eq!(found("22"), Some("long-run"));
        assert_eq!(found("23"), Some("forms"));
        assert_eq!([found("0"), found("24"), found("-1"), found("float")], [None; 4]);
    }

    #[test]
    fn no_two_rows_have_one_name() {
        let names: BTreeSet<&str> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
    }

    #[test]
    fn the_list_says_number_name_and_promise() {
        let list = list();
        let lines: Vec<&str> = list.lines().collect();
        let first = "   1 integers    stat, one thread, on integers 0-100, beside wc -l";
        assert_eq!(lines[0], first);
        let long = "  22 long-run    ten times the samples, beside a tenth (with --long)";
        assert_eq!((lines[21], lines.len()), (long, ROWS.len()));
        assert!(lines.iter().all(|line| line.len() <= 100), "{list}");
    }

    #[test]
    fn every_row_measures_something_that_has_a_target() {
        for has_jobs in [false, true] {
            let setting = Setting { samples: 1000, has_jobs };
            for row in &ROWS {
                let measures = (row.measures)(&setting);
                assert!(!measures.is_empty(), "{}", row.name);
                let all_have = measures.iter().all(|measure| !measure.targets.is_empty());
                assert!(all_have, "{}", row.name);
            }
        }
    }

    #[test]
    fn one_thread_is_asked_for_where_there_could_be_more() {
        let ours = |has_jobs| {
            let setting = Setting { samples: 1000, has_jobs };
            (Row::find("integers").unwrap().measures)(&setting)[0].ours.clone()
        };
        assert_eq!(ours(false), "`stat < FILE`");
        assert_eq!(ours(true), "`stat --jobs 1 < FILE`");
    }
}
