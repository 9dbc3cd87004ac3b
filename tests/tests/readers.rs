//! What `conv --stamp` and `log --timestamps` write is read by others with no option beyond the separator:
//! each reader of tables that is installed writes every cell back as it understood it, a number or a time,
//! and must give the file again. (gnuplot is told the form of the times as well.)

use std::fs;
use std::path::Path;

use stage::format::time::{Form, Time};
use tempfile::TempDir;
use wandler_tests::needs::{has, missing, runs};
use wandler_tests::run::Program;

/// One channel and several, with gaps, fractions, and names that have a unit; times from `conv` and `log`,
/// as text and in Unix seconds. The scale is a power of two, so that no reader's double changes a digit.
const RECORD: &str = "\
    conv --rate 10k --count 300 --seed 1 --stamp > one.tsv
    conv --rate 10k --count 300 --signal sine,walk,uniform --names 'room temp [°C],hum [%],p' --seed 2 \
        --offset p=-50 --scale p=0.25 --plausible hum=40..60 --stamp > several.tsv
    conv --from several.tsv --time time --columns 'p,hum [%]' > chosen.tsv
    conv --rate max --count 300 --seed 3 | log --timestamps iso iso.tsv
    conv --rate max --count 300 --signal walk,sine --seed 4 | log --timestamps iso columns.tsv
    conv --rate max --count 300 --seed 5 | log --timestamps unix unix.tsv
    conv --rate max --count 300 --signal walk,sine --seed 6 | log --timestamps unix seconds.tsv";

const RECORDINGS: [&str; 7] = ["one", "several", "chosen", "iso", "columns", "unix", "seconds"];

/// Writes the table NAME back, as the module READER has understood it: `python3 read.py READER NAME`.
const READ: &str = r#"
import datetime, sys

reader, name = sys.argv[1:]
if reader == "pandas":
    import pandas
    table = pandas.read_csv(name, sep="\t")
    columns, rows = list(table.columns), table.itertuples(index=False, name=None)
elif reader == "polars":
    import polars
    table = polars.read_csv(name, separator="\t")
    columns, rows = table.columns, table.iter_rows()
else:
    import duckdb
    table = duckdb.read_csv(name, sep="\t")
    columns, rows = table.columns, table.fetchall()

def text(value):
    if value is None or value != value:
        return ""
    if isinstance(value, datetime.datetime):
        utc = value.astimezone(datetime.timezone.utc)
        return utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)

def cell(column, value):
    assert column == "time" or not isinstance(value, str), (column, value)
    if column == "time" and isinstance(value, float):
        return f"{value:.6f}"
    return text(value)

print(*columns, sep="\t")
for row in rows:
    print(*map(cell, columns, row), sep="\t")
"#;

/// The recordings, which hold what they were meant to hold.
fn recordings() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("read.py"), READ).unwrap();
    let finished = Program::bash(RECORD).dir(&dir).finish().exits(0);
    for name in RECORDINGS {
        let text = text(dir.path(), name);
        assert!(text.starts_with("time\t") && text.lines().count() == 301, "{name}\n{finished}");
    }
    let gaps = text(dir.path(), "several").lines().filter(|line| line.contains("\t\t")).count();
    assert!((1..300).contains(&gaps), "{gaps} gaps\n{finished}");
    dir
}

fn text(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(format!("{name}.tsv"))).unwrap()
}

/// Each recording is the same after a command that is given its file's name has written it back.
#[track_caller]
fn writes_back(command: impl Fn(&str) -> Program) {
    let dir = recordings();
    for name in RECORDINGS {
        let finished = command(&format!("{name}.tsv")).dir(&dir).finish().exits(0);
        finished.writes(&text(dir.path(), name));
    }
}

#[track_caller]
fn is_read_by_the_module(module: &str) {
    if !runs(&format!("python3 -c 'import {module}'")) {
        return missing(module, &format!("pip install {module}, for the python3 of the PATH"));
    }
    writes_back(|file| Program::other("python3").args(["read.py", module, file]));
}

#[test]
fn recordings_are_read_by_pandas() {
    is_read_by_the_module("pandas");
}

#[test]
fn recordings_are_read_by_polars() {
    is_read_by_the_module("polars");
}

#[test]
fn recordings_are_read_by_duckdb() {
    is_read_by_the_module("duckdb");
}

#[test]
fn recordings_are_read_by_miller() {
    if !has("mlr", "apt-get install miller") {
        return;
    }
    // What is no number cannot be added to: Miller would write (error).
    let add = "for (name, value in $*) {
        if (name != \"time\" && !is_empty(value)) { $[name] = value + 0 }
    }";
    writes_back(|file| Program::other("mlr").args(["--tsv", "put", add, file]));
}

#[test]
fn recordings_are_read_by_gnuplot() {
    if !has("gnuplot", "apt-get install gnuplot-nox") {
        return;
    }
    let dir = recordings();
    for name in RECORDINGS {
        let text = text(dir.path(), name);
        let (header, rows) = text.split_once('\n').unwrap();
        for column in 1..header.split('\t').count() {
            let script = points(name, column + 1);
            let plot = Program::other("gnuplot").args(["-e", &script]).dir(&dir).finish().exits(0);
            let drawn = fs::read_to_string(dir.path().join("points")).unwrap();
            let drawn: Vec<String> = drawn.lines().filter_map(|line| point(name, line)).collect();
            let cell = |row: &str| {
                let (time, cell) = (row.split('\t').next()?, row.split('\t').nth(column)?);
                (!cell.is_empty()).then(|| format!("{time} {cell}"))
            };
            let recorded: Vec<String> = rows.lines().filter_map(cell).collect();
            assert_eq!(drawn, recorded, "column {column} of {name}\n{plot}");
        }
    }
}

/// The script for gnuplot that draws a column of a recording as a table of its points.
fn points(name: &str, column: usize) -> String {
    let form = match form(name) {
        Form::Iso => "%Y-%m-%dT%H:%M:%S",
        Form::Unix => "%s",
    };
    format!(
        "set datafile separator '\\t'; set xdata time; set timefmt '{form}'; \
         set format x '%Y-%m-%dT%H:%M:%.6SZ'; set table 'points'; \
         plot '{name}.tsv' using 1:{column} with points"
    )
}

/// A point of such a table, `"TIME"  VALUE  i`, with its time as the recording has it; `None` of a line
/// that holds none.
fn point(name: &str, line: &str) -> Option<String> {
    let (time, value) = line.strip_prefix('"')?.strip_suffix("  i")?.split_once('"')?;
    let mut text = Vec::new();
    Time::parse(time.as_bytes())?.print(form(name), &mut text);
    Some(format!("{} {}", String::from_utf8(text).ok()?, value.trim()))
}

fn form(name: &str) -> Form {
    match name {
        "unix" | "seconds" => Form::Unix,
        _ => Form::Iso,
    }
}
