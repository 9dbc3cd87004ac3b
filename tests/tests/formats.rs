//! How other programs read the report's formats.

use std::fs;

use stage::format::record::Record;
use tempfile::TempDir;
use wandler_tests::needs::{missing, runs};
use wandler_tests::run::Program;

/// A directory in which records with everything that may be asked for lie, of a walk below and above
/// zero, and a state of none.
fn records() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let script = "conv --signal walk --range -50..50 --rate max --count 10000 --seed 3 2> /dev/null \
                  | stat --every 1000 --more --histogram 20 --quantiles 5,50,99.9 > records";
    Program::bash(script).dir(&dir).finish().exits(0);
    dir
}

#[test]
fn csv_is_read_back_by_python() {
    let dir = records();
    let script = "\
import csv, json
records = [json.loads(line) for line in open('records')]
with open('table.csv', newline='') as file:
    rows = list(csv.DictReader(file, strict=True))
assert len(rows) == len(records) == 11, len(rows)
for row, record in zip(rows, records):
    for name, value in record.items():
        if name == 'histogram': continue
        assert name in row, name
        if name == 'quantiles': assert row[name] == value
        elif name == 'final': assert row[name] == 'true'
        else: assert float(row[name]) == value, (name, row[name], value)
assert set(rows[0]) - set(records[0]) == {'final', 'quantile_error'}
text = open('table.csv', 'rb').read()
assert text.count(b'\\r\\n') == text.count(b'\\n') == 12
";
    Program::bash("report --format csv < records > table.csv").dir(&dir).finish().exits(0);
    Program::other("python3").args(["-c", script]).dir(&dir).finish().exits(0);
}

#[test]
fn csv_is_read_back_by_miller() {
    if !runs("mlr --version") {
        return missing("Miller", "apt-get install miller");
    }
    let dir = records();
    let script = "report --format csv < records | mlr --icsv --ojson cut -f n,sum,p50 \
                  | mlr --ijson --ojsonl cat > by-miller; \
                  mlr --ijsonl --ojsonl cut -f n,sum,p50 records > by-stat; cmp by-miller by-stat";
    Program::bash(script).dir(&dir).finish().exits(0);
}

#[test]
fn json_is_read_by_jq() {
    if !runs("jq --version") {
        return missing("jq", "apt-get install jq");
    }
    let dir = records();
    let script = "report --format json < records | jq -s 'map(.n) | add'";
    Program::bash(script).dir(&dir).finish().exits(0).writes("65000\n");
}

/// Labels as `stat --label` puts them into a record.
const LABELS: &str = r#"{"labels":{"a b":"1,5 \"x\" \\ y\nz","q":"1","site":"SITE"},"n""#;

/// A directory with `records`, and `roof` and `cellar`: the same with labels.
fn records_with_labels() -> TempDir {
    let dir = records();
    let records = fs::read_to_string(dir.path().join("records")).unwrap();
    for site in ["roof", "cellar"] {
        let labels = LABELS.replace("SITE", site);
        fs::write(dir.path().join(site), records.replace("{\"n\"", &labels)).unwrap();
    }
    dir
}

/// What `--format openmetrics` prints and what `--textfile` keeps, of records with and without labels.
const METRICS: &str = "\
for records in records roof cellar; do
    report --format openmetrics --textfile $records.prom < $records > $records.printed
    report --textfile $records.alone.prom < $records > /dev/null
    cmp $records.prom $records.alone.prom
done";

#[test]
fn metrics_are_accepted_by_prometheus_own_parsers() {
    if !runs("python3 -c 'import prometheus_client'") {
        return missing("prometheus_client", "pip install prometheus_client");
    }
    let dir = records_with_labels();
    let script = "\
import json
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as textfile
last = json.loads(open('records').readlines()[-1])
series = set()
for records, site in (('records', None), ('roof', 'roof'), ('cellar', 'cellar')):
    labels = {'a_b': '1,5 \\\"x\\\" \\\\ y\\nz', 'exported_q': '1', 'site': site} if site else {}
    for parse, name in ((openmetrics, 'printed'), (textfile, 'prom')):
        families = {it.name: it for it in parse(open(f'{records}.{name}').read())}
        all = [it for family in families.values() for it in family.samples]
        samples = {it.name + it.labels.get('q', ''): it.value for it in all}
        assert samples['wandler_samples_total'] == last['n']
        assert samples['wandler_rejected_lines_total'] == last['rejected']
        assert samples['wandler_sample_quantile0.999'] == last['p99.9']
        assert samples['wandler_sample_quantile_error'] == 0
        assert samples['wandler_sum_of_samples'] == last['sum']
        for figure in ('last', 'mean', 'sd', 'min', 'max', 'skew', 'mode'):
            assert samples['wandler_sample_' + figure] == last[figure]
        for it in all:
            own = {name: it.labels[name] for name in it.labels if name != 'q'}
            assert own == labels, (it, labels)
    # The older format has the counters' type, and two textfiles beside each other share no series.
    assert families['wandler_samples'].type == families['wandler_rejected_lines'].type == 'counter'
    here = {(it.name, *sorted(it.labels.items())) for it in all}
    assert len(here) == len(all) and not here & series, here & series
    series |= here
";
    Program::bash(METRICS).dir(&dir).finish().exits(0);
    Program::other("python3").args(["-c", script]).dir(&dir).finish().exits(0);
    let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 12, "no temporary file is left behind: {left:?}");
}

#[test]
fn promtool_finds_nothing_to_say_about_metrics() {
    if !runs("promtool --version") {
        return missing("promtool", "apt-get install prometheus");
    }
    let dir = records_with_labels();
    Program::bash(METRICS).dir(&dir).finish().exits(0);
    let script = "for file in *.printed *.prom; do \
                  promtool check metrics < $file || echo \"$file: $?\"; done";
    Program::bash(script).dir(&dir).finish().exits(0).writes("").says(&[""; 0]);
}

#[test]
fn labels_are_columns_and_each_record_is_accounted_for() {
    let dir = records_with_labels();
    let script = "\
import csv
with open('table.csv', newline='') as file:
    rows = list(csv.DictReader(file, strict=True))
assert list(rows[0])[:4] == ['a b', 'q', 'site', 'n'], rows[0]
assert len(rows) == 11
for row in rows:
    assert row['a b'] == '1,5 \\\"x\\\" \\\\ y\\nz' and row['site'] == 'roof', row
";
    let report = "report --format csv < roof > table.csv 5> ledger";
    Program::bash(report).env("WANDLER_LEDGER", "5").dir(&dir).finish().exits(0);
    Program::other("python3").args(["-c", script]).dir(&dir).finish().exits(0);
    let ledger = fs::read_to_string(dir.path().join("ledger")).unwrap();
    assert_eq!(ledger, "{\"stage\":\"report\",\"shown\":11}\n");
}

#[test]
fn the_textfile_is_whole_whenever_it_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let script =
        "conv --rate max 2> /dev/null | stat --every 100 | report --textfile now.prom > /dev/null";
    let running = Program::bash(script).dir(&dir).start();
    let path = dir.path().join("now.prom");
    running.wait_until("the file is there", || path.exists());
    for _ in 0..1000 {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# TYPE ") && text.ends_with("# EOF\n"), "{text}");
    }
    running.signal_group(nix::sys::signal::Signal::SIGINT);
    running.finish().exits(0);
}

#[test]
fn the_picture_is_xml_and_shows_what_it_should() {
    let dir = records();
    Program::bash("report --svg picture.svg < records").dir(&dir).finish().exits(0);
    let script = "\
import xml.etree.ElementTree as tree
root = tree.parse('picture.svg').getroot()
assert root.tag == '{http://www.w3.org/2000/svg}svg', root.tag
texts = [(it.text or '').strip() for it in root.iter('{http://www.w3.org/2000/svg}text')]
for text in ('samples', '10,000', 'mean', 'sd', 'p99.9', 'histogram', 'value of a sample'):
    assert text in texts, (text, texts)
colours = [it.get('stroke') for it in root.iter('{http://www.w3.org/2000/svg}polyline')]
assert '#2B7AC4' in colours, 'the mean'
assert list(root.iter('{http://www.w3.org/2000/svg}polygon')), 'its band'
";
    Program::other("python3").args(["-c", script]).dir(&dir).finish().exits(0);
    if !runs("rsvg-convert --version") {
        return missing("rsvg-convert", "apt-get install librsvg2-bin");
    }
    let render = Program::bash("rsvg-convert picture.svg -o picture.png").dir(&dir).finish();
    render.exits(0).says(&[""; 0]);
}

#[test]
fn a_picture_is_drawn_even_if_the_reader_leaves() {
    let dir = records();
    let script = "report --svg picture.svg < records | head -n 0; wait; test -s picture.svg";
    Program::bash(script).dir(&dir).finish().exits(0);
}

#[test]
fn a_picture_of_nothing_is_a_picture() {
    let dir = tempfile::tempdir().unwrap();
    Program::new("report").words("--svg picture.svg").dir(&dir).finish().exits(0);
    assert!(fs::read_to_string(dir.path().join("picture.svg")).unwrap().starts_with("<svg"));
}

#[test]
fn a_file_that_cannot_be_written_is_reported() {
    let dir = records();
    for option in ["--textfile", "--svg"] {
        let script = format!("report {option} missing/file < records > /dev/null");
        let finished = Program::bash(&script).dir(&dir).finish().exits(1);
        let why = "No such file or directory: trying again every second";
        finished.says(&[format!("report: cannot write \"missing/file\": {why}")]);
    }
}

#[test]
fn a_condition_that_holds_at_the_end_makes_status_1_and_is_reported_once() {
    let dir = records();
    let run = |conditions: &str| {
        Program::bash(&format!("report {conditions} < records > /dev/null")).dir(&dir).finish()
    };
    run("--fail-if 'mean>1000' --fail-if 'n<1'").exits(0).says(&[""; 0]);
    run("--fail-if 'n>2500'").exits(1).says(&["report: n>2500 now holds: n is 3000 (n 3000)"]);
    // It held only in between.
    let told = [
        "report: n!=10000 now holds: n is 1000 (n 1000)",
        "report: n!=10000 no longer holds: n is 10000 (n 10000)",
    ];
    run("--fail-if 'n!=10000'").exits(0).says(&told);
    Program::bash("report --fail-if 'n>0' < /dev/null")
        .finish()
        .exits(1)
        .says(&["report: cannot check conditions: no record has come"]);
    run("--fail-if 'p75>1'").exits(1).says(&[
        "report: cannot check p75>1: records have no p75 (see stat's --quantiles and --more)",
    ]);
}

/// A directory with records of windows of which each violates `max>23`, and a last one without samples,
/// but with a rejected line.
fn windows() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let record = |rejected: u64, from: &str, n: u64, value: &str, rest: &str| {
        format!(
            "{{\"n\":{n},\"rejected\":{rejected},{from},\"last\":{value},\"sum\":{value},\"mean\":{value},\
             \"sd\":null,\"min\":{value},\"max\":{value},\"p50\":{value},\"quantiles\":\"exact\"{rest}}}\n"
        )
    };
    let records = [
        record(0, "\"from\":1,\"to\":1", 1, "24", ""),
        record(0, "\"from\":2,\"to\":2", 1, "25", ""),
        record(1, "\"from\":null,\"to\":null", 0, "null", ",\"final\":true"),
    ];
    fs::write(dir.path().join("records"), records.concat()).unwrap();
    dir
}

#[test]
fn a_last_record_without_samples_silences_no_alarm_and_empties_nothing() {
    let dir = windows();
    let script = "report --fail-if 'max>23' --fail-if 'rejected>0' --textfile kept.prom \
                  --svg picture.svg --format openmetrics < records > printed";
    Program::bash(script).dir(&dir).finish().exits(1).says(&[
        "report: max>23 now holds: max is 24 (n 1 in the window from 1 to 1)",
        "report: rejected>0 now holds: rejected is 1 (n 1 in the window from 2 to 2)",
    ]);
    for file in ["kept.prom", "printed"] {
        let text = fs::read_to_string(dir.path().join(file)).unwrap();
        for line in
            ["wandler_samples_total 2", "wandler_rejected_lines_total 1", "wandler_sample_max 25.0"]
        {
            assert!(text.lines().any(|it| it == line), "{line}: {text}");
        }
    }
    let picture = fs::read_to_string(dir.path().join("picture.svg")).unwrap();
    let texts: Vec<&str> = picture.lines().filter(|line| !line.starts_with('<')).collect();
    let figures = ["samples", "2", "in window", "1", "rejected", "1", "mean", "25", "sd", "-"];
    assert_eq!(texts[..figures.len()], figures, "{picture}");
}

#[test]
fn a_picture_shows_each_peak_of_a_course() {
    let dir = tempfile::tempdir().unwrap();
    // One sample in ten million, in one stretch of a thousand.
    let stretch = |at: u64| {
        let max = if at == 700 { 99 } else { 12 };
        format!("[{},8,10,{max}]", at * 10_000 + 1)
    };
    let course = (0..1000).map(stretch).collect::<Vec<_>>().join(",");
    let record = format!(
        "{{\"n\":10000000,\"rejected\":0,\"last\":10,\"sum\":100000087,\"mean\":10.0000087,\"sd\":1,\
         \"min\":8,\"max\":99,\"course\":[{course}],\"final\":true}}\n"
    );
    fs::write(dir.path().join("records"), record).unwrap();
    Program::bash("report --svg picture.svg < records").dir(&dir).finish().exits(0);
    let script = "\
import xml.etree.ElementTree as tree
name = '{http://www.w3.org/2000/svg}'
root = tree.parse('picture.svg').getroot()
texts = [(it.text or '').strip() for it in root.iter(name + 'text')]
for text in ('samples: least to greatest (band), and mean (line)', 'number of the sample'):
    assert text in texts, (text, texts)
points = lambda it: [tuple(map(int, point.split(','))) for point in it.get('points').split()]
lines = [points(it) for it in root.iter(name + 'polyline') if it.get('stroke') == '#2B7AC4']
mean, = [line for line in lines if len({y for _, y in line}) == 1 and len(line) == 1002]
upper, lower = [line for line in lines if len(line) == 2000]
heights = sorted(y for _, y in upper)
assert len(set(heights)) == 2 and heights[1] < heights[2], 'a peak of one stretch'
(left, top), (right, _) = [point for point in upper if point[1] == heights[0]]
begin, end = upper[0][0], upper[-1][0]
assert abs((left - begin) / (end - begin) - 0.7) < 0.01, (left, begin, end)
assert len({y for _, y in lower}) == 1 and lower[0][1] > mean[0][1] > heights[-1]
band, = [points(it) for it in root.iter(name + 'polygon')]
assert (left, top) in band
";
    Program::other("python3").args(["-c", script]).dir(&dir).finish().exits(0);
}

#[test]
fn the_launchers_picture_shows_the_samples_without_being_asked_to() {
    let dir = tempfile::tempdir().unwrap();
    let conv = "--rate max --count 5000 --signal walk --seed 3";
    let words = ["--conv", conv, "--report", "--svg picture.svg --format json"];
    let finished = Program::new("launcher").args(words).dir(&dir).finish().exits(0);
    let picture = fs::read_to_string(dir.path().join("picture.svg")).unwrap();
    for caption in ["samples: least to greatest (band), and mean (line)", "histogram"] {
        assert!(picture.contains(caption), "no {caption} in {picture}");
    }
    let last = Record::parse(finished.stdout.lines().last().unwrap().as_bytes()).unwrap();
    let stretches = last.course.map(|it| it.len());
    assert!(stretches.is_some_and(|it| (500..=1000).contains(&it)), "{stretches:?}");
    // The shell form is the same pipeline.
    let printed = Program::new("launcher").args(words).args(["--print"]).finish().exits(0);
    assert!(printed.stdout.contains(" --histogram 50 --course 1000 | "), "{printed}");
}

#[test]
fn each_format_accounts_for_the_records_that_it_shows() {
    let dir = records();
    for (format, shown) in [("plain", 11), ("json", 11), ("csv", 11), ("openmetrics", 1)] {
        let script = format!("report --format {format} < records > /dev/null 5> ledger");
        Program::bash(&script).env("WANDLER_LEDGER", "5").dir(&dir).finish().exits(0);
        let ledger = fs::read_to_string(dir.path().join("ledger")).unwrap();
        assert_eq!(ledger, format!("{{\"stage\":\"report\",\"shown\":{shown}}}\n"), "{format}");
    }
}

#[test]
fn the_launcher_fails_with_the_condition() {
    let dir = tempfile::tempdir().unwrap();
    let finished = Program::new("launcher")
        .args(["--conv", "--rate max --count 10 --range 5..5", "--report", "--fail-if 'mean>4'"])
        .dir(&dir)
        .finish()
        .exits(1);
    finished.mentions("launcher: report ended with status 1");
}
