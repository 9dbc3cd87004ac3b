//! The figures of a report, at any width: none has a wrong digit, no two different ones look alike,
//! and more room never shows fewer digits.

use std::collections::BTreeMap;
use std::fs;

use stage::format::decimal::Decimal;
use stage::format::record::Record;
use tempfile::TempDir;
use wandler_tests::random::Random;
use wandler_tests::run::Program;
use wandler_tests::terminal::Terminal;

const WIDTHS: [u16; 8] = [20, 60, 80, 100, 140, 160, 200, 250];

/// Names of figures, and what they are.
type Figures<T> = BTreeMap<String, T>;

/// Around `centre`, as a bell: the sum of twelve uniform numbers has a standard deviation of one.
fn bell(seed: u64, count: usize, centre: f64, sd: f64) -> String {
    const PARTS: u64 = 1 << 32;
    let mut random = Random::new(seed);
    let mut sample = || {
        let uniform = |_| random.below(PARTS) as f64 / PARTS as f64;
        centre + sd * ((0..12).map(uniform).sum::<f64>() - 6.0)
    };
    (0..count).map(|_| format!("{:.4}\n", sample())).collect()
}

/// 1, 1.1, … 500.
fn steps() -> String {
    (10..=5000).map(|tenths| format!("{}\n", f64::from(tenths) / 10.0)).collect()
}

/// Records of these samples, in a directory with the samples; and the last of them.
fn records(samples: &str, stat: &str) -> (TempDir, Record) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("samples"), samples).unwrap();
    let script = format!("stat {stat} < samples > records");
    Program::bash(&script).dir(&dir).finish().exits(0);
    let text = fs::read_to_string(dir.path().join("records")).unwrap();
    let last = Record::parse(text.lines().last().unwrap().as_bytes()).unwrap();
    (dir, last)
}

/// The cases: a frequency of 10 MHz ± 0.05 Hz, an air pressure of 101325 Pa ± 3 Pa with more distinct
/// values than are counted one by one, and a ramp with all figures.
fn cases() -> Vec<(&'static str, TempDir, Record)> {
    let with_name = |name, (dir, record)| (name, dir, record);
    vec![
        with_name(
            "frequency",
            records(&bell(2, 5000, 10_000_000.2, 0.05), "--every 100 --histogram 20"),
        ),
        with_name("pressure", records(&bell(1, 200_000, 101_325.0, 3.0), "--every 20000")),
        with_name("ramp", records(&steps(), "--more --every 100 --histogram 20")),
    ]
}

/// Every figure of a record, exactly.
fn exact(record: &Record) -> Figures<Decimal> {
    let count = |count: u64| Some(Decimal::from_big(count.into(), 0));
    let always = [
        ("samples", count(record.n)),
        ("rejected", count(record.rejected)),
        ("mean", record.mean.clone()),
        ("sd", record.sd.clone()),
        ("min", record.min.clone()),
        ("max", record.max.clone()),
        ("last", record.last.clone()),
    ];
    let always = always.into_iter().map(|(name, value)| (name.to_owned(), value));
    let more = record.quantiles.iter().chain(&record.more);
    let more = more.map(|it| (it.name.clone(), it.value.clone()));
    always.chain(more).filter_map(|(name, value)| Some((name, value?))).collect()
}

/// What follows each label on a screen; a label may be cut.
fn on_screen(rows: &[String], labels: &[&String]) -> Figures<String> {
    let words: Vec<&str> = rows.iter().flat_map(|row| row.split_whitespace()).collect();
    let is_label = |word: &str, label: &str| match word.strip_suffix('…') {
        Some(start) => start.len() > 4 && label.starts_with(start),
        None => word == label,
    };
    let value = |label: &str| {
        let at = words.iter().position(|word| is_label(word, label))?;
        Some((label.to_owned(), (*words.get(at + 1)?).to_owned()))
    };
    labels.iter().filter_map(|label| value(label)).collect()
}

/// A text without what only makes it easier to read.
fn bare(text: &str) -> String {
    text.replace([',', '≈'], "")
}

/// How many digits a text shows.
fn digits(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

/// Whether `text` is `number`, rounded at its last digit; or begins like it, if it is cut.
fn is_right(text: &str, number: &Decimal) -> bool {
    let text = bare(text);
    if let Some(start) = text.strip_suffix('…') {
        return number.to_string().starts_with(start);
    }
    let Ok(shown) = text.parse::<Decimal>() else { return false };
    let off = shown - number;
    let off = if off.is_negative() { -off } else { off };
    // Half a unit of its last place; zeros before the point may be significant, or not.
    let unit = Decimal::new(1, text.split_once('.').map_or(0, |(_, places)| places.len() as u16));
    &off + &off <= unit
}

#[track_caller]
fn check(what: &str, shown: &Figures<String>, exact: &Figures<Decimal>) {
    for (name, text) in shown {
        assert!(is_right(text, &exact[name]), "{what}: {name} {text} is {}", exact[name]);
        for (other, other_text) in shown {
            let is_same = exact[name] == exact[other];
            let is_alike = bare(text) == bare(other_text);
            assert!(is_same || !is_alike, "{what}: {name} and {other} are {text} in {shown:?}");
        }
    }
}

#[test]
fn the_live_view_shows_no_figure_like_another_and_more_room_never_shows_less() {
    for (case, dir, record) in cases() {
        let exact = exact(&record);
        let labels: Vec<&String> = exact.keys().collect();
        let mut before = Figures::<String>::new();
        for columns in WIDTHS {
            let terminal = Terminal::new(columns, 40);
            let script = "report < records; echo done";
            terminal.bash(script, dir.path(), &[]).finish().exits(0);
            terminal.wait_for("done");
            let rows = terminal.rows();
            let what = format!("{case} at {columns} columns:\n{}\n", rows.join("\n"));
            let shown = on_screen(&rows, &labels);
            assert_eq!(shown.len(), exact.len(), "{what}");
            check(&what, &shown, &exact);
            let is_cut = |text: &String| text.ends_with('…');
            assert!(columns == 20 || !shown.values().any(is_cut), "{what}");
            for (name, text) in &before {
                assert!(digits(&shown[name]) >= digits(text), "{what}: {name} was {text}");
            }
            let is_marked = rows.iter().any(|row| row.contains('≈'));
            assert_eq!(is_marked, case == "pressure", "{what}");
            before = shown;
        }
    }
}

#[test]
fn plain_lines_show_no_figure_like_another() {
    for (case, dir, _) in cases() {
        let plain = Program::bash("report < records").dir(&dir).finish().exits(0);
        let records = fs::read_to_string(dir.path().join("records")).unwrap();
        for (line, record) in plain.stdout.lines().zip(records.lines()) {
            let record = Record::parse(record.as_bytes()).unwrap();
            let mut exact = exact(&record);
            exact.remove("samples");
            exact.insert("sum".to_owned(), record.sum.clone().unwrap());
            if record.rejected == 0 {
                exact.remove("rejected");
            }
            let words = line.split("  ").filter_map(|it| it.split_once(' '));
            let words = words.filter(|(name, _)| exact.contains_key(*name));
            let shown: Figures<String> =
                words.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            assert_eq!(shown.len(), exact.len(), "{case}: {line}");
            check(&format!("{case}: {line}"), &shown, &exact);
        }
    }
}

#[test]
fn what_is_shown_of_a_frequency() {
    let (dir, _) = records(&bell(2, 5000, 10_000_000.2, 0.05), "--every 5000");
    let plain = Program::bash("report < records").dir(&dir).finish().exits(0);
    let fields: Vec<&str> = plain.stdout.trim_end().split("  ").collect();
    let begins = |start: &str| fields.iter().any(|field| field.starts_with(start));
    assert!(begins("mean 10000000.19") || begins("mean 10000000.20"), "{plain}");
    assert!(begins("sd 0.049") || begins("sd 0.050"), "{plain}");
}

#[test]
fn a_picture_shows_no_figure_like_another() {
    // The ticks of an axis stand above each other, or beside each other; in the left half those of
    // one plot, if there are two.
    let script = "\
import json, re, sys, xml.etree.ElementTree as tree
from fractions import Fraction
texts = [(it, it.text.strip()) for it in tree.parse('picture.svg').getroot()
         .iter('{http://www.w3.org/2000/svg}text')]
is_number = re.compile(r'≈?-?[0-9,]+([.][0-9]+)?$').match
axes = {}
are_two = any(text.startswith('histogram') for _, text in texts)
for it, text in texts:
    if is_number(text) and it.get('text-anchor') != 'start':
        across = it.get('text-anchor') == 'middle'
        half = are_two and int(it.get('x')) >= 450
        axes.setdefault((half, across, it.get('y' if across else 'x')), []).append(text)
assert len(axes) >= 2, axes
for axis, ticks in axes.items():
    assert len(ticks) > 1 and len(set(ticks)) == len(ticks), (axis, ticks)
    values = [Fraction(tick.replace(',', '')) for tick in ticks]
    steps = {abs(b - a) for a, b in zip(values, values[1:])}
    assert len(steps) == 1, (axis, ticks)
names = [text for _, text in texts]
record = json.loads(open('records').readlines()[-1], parse_float=Fraction, parse_int=Fraction)
shown = {}
for name in ('mean', 'sd', 'min', 'max', 'p50', 'p90', 'p99'):
    text = names[names.index(name) + 1].replace(',', '').lstrip('≈')
    unit = Fraction(1, 10 ** len(text.partition('.')[2]))
    assert abs(Fraction(text) - record[name]) <= unit / 2, (name, text, record[name])
    assert shown.setdefault(text, record[name]) == record[name], (name, text, shown)
";
    for (case, dir, record) in cases() {
        Program::bash("report --svg picture.svg < records").dir(&dir).finish().exits(0);
        let checked = Program::other("python3").args(["-c", script]).dir(&dir).finish();
        assert_eq!(checked.code(), 0, "{case}: {checked}");
        let picture = fs::read_to_string(dir.path().join("picture.svg")).unwrap();
        let is_marked = picture.contains('≈') && picture.contains("\nquantiles\n");
        let is_approximate = record.exactness.is_some_and(|it| it.is_approximate());
        assert_eq!(is_marked, is_approximate, "{case}");
    }
}
