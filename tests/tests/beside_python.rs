//! CSV and times, beside Python's own `csv`, `datetime` and `zoneinfo`.

use tempfile::TempDir;
use wandler_tests::needs::{missing, runs};
use wandler_tests::run::{Finished, Program};

/// Writes `x.csv`, and prints what is to be sent of it.
const CSV: &str = r#"
import csv, decimal, random, re, sys
delimiter, seed = sys.argv[1], int(sys.argv[2])
random.seed(seed)

def field():
    # No letters: three words that may be names are another header.
    kind = random.randrange(10)
    if kind < 5:
        text = f'{random.uniform(-1000, 1000):.{random.randrange(4)}f}'
    else:
        text = ''.join(random.choice('0123"~ ' + delimiter) for _ in range(random.randrange(4)))
    if random.random() < 0.4 or delimiter in text:
        return '"' + text.replace('"', '""') + '"'
    return text if not text.startswith('"') else 'x' + text

with open('x.csv', 'w', newline='') as file:
    file.write(delimiter.join('"%s"' % name for name in 'abc') + random.choice(['\n', '\r\n']))
    for _ in range(500):
        width = random.choice([3] * 9 + [2])
        file.write(delimiter.join(field() for _ in range(width)) + random.choice(['\n', '\r\n']))

def sample(text):
    text = text.strip(' \t')
    if not re.fullmatch(r'[-+]?(\d+\.?\d*|\.\d+)', text):
        return ''
    plain = format(decimal.Decimal(text), 'f')
    plain = plain.rstrip('0').rstrip('.') if '.' in plain else plain
    return '0' if plain == '-0' else plain

print('a\tb\tc')
with open('x.csv', newline='') as file:
    for row in list(csv.reader(file, delimiter=delimiter))[1:]:
        if len(row) == 3:
            print('\t'.join(map(sample, row)))
"#;

/// Writes `x.csv`, and prints what is to be sent of it.
const TIMES: &str = r#"
import random, sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo
pattern, zone, seed = sys.argv[1], ZoneInfo(sys.argv[2]), int(sys.argv[3])
random.seed(seed)
# Around the days on which clocks change, and anywhere.
around = [datetime(2023, 3, 26), datetime(2023, 10, 29), datetime(2024, 3, 10), datetime(2024, 11, 3)]
civil = [random.choice(around) + timedelta(seconds=random.randrange(-7200, 21600)) for _ in range(300)]
civil += [datetime(1980, 1, 1) + timedelta(seconds=random.randrange(2 * 10**9)) for _ in range(300)]
last = None
print('time\tv')
with open('x.csv', 'w') as file:
    file.write('t,v\n')
    for number, it in enumerate(civil):
        text = it.strftime(pattern)
        file.write(f'"{text}",{number}\n')
        it = datetime.strptime(text, pattern)
        first, second = (it.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        first, second = first.astimezone(timezone.utc), second.astimezone(timezone.utc)
        if first.astimezone(zone).replace(tzinfo=None, fold=0) != it:
            continue # The clocks skipped it.
        utc = second if last and first < last <= second else first
        last = utc
        print(utc.strftime('%Y-%m-%dT%H:%M:%S.%fZ'), number, sep='\t')
"#;

/// Whether Python's output is `conv`'s.
fn agree(dir: &TempDir, script: &str, arguments: &[&str], options: &[&str]) -> Finished {
    let python = Program::other("python3").args(["-c", script]).args(arguments).dir(dir);
    let theirs = python.finish().exits(0);
    let ours = Program::new("conv").words("--from x.csv").args(options).dir(dir).finish();
    assert_eq!(ours.stdout, theirs.stdout, "{arguments:?} {options:?}: {ours}");
    ours
}

#[test]
fn fields_are_those_of_pythons_csv() {
    if !runs("python3 -c 'import csv, decimal'") {
        return missing("python3", "apt-get install python3");
    }
    for (delimiter, seeds) in [(",", 0..16), (";", 16..24), ("|", 24..30)] {
        for seed in seeds {
            let dir = tempfile::tempdir().unwrap();
            let options = ["--delimiter", delimiter];
            agree(&dir, CSV, &[delimiter, &seed.to_string()], &options).exits(3);
        }
    }
}

#[test]
fn times_are_those_of_pythons_datetime_and_zoneinfo() {
    if !runs("python3 -c 'import zoneinfo; zoneinfo.ZoneInfo(\"Europe/Berlin\")'") {
        return missing("python3 with zoneinfo", "apt-get install python3 tzdata");
    }
    let patterns = [
        "%Y-%m-%d %H:%M:%S",
        "%d.%m.%y %H:%M",
        "%m/%d/%Y %I:%M:%S %p",
        "%d %b %Y %H%M%S",
        "%Y%jT%H:%M",
    ];
    let zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];
    for (seed, pattern) in (0..).zip(patterns) {
        for zone in zones {
            let dir = tempfile::tempdir().unwrap();
            let options = ["--time", "t", "--time-format", pattern, "--time-zone", zone];
            agree(&dir, TIMES, &[pattern, zone, &format!("{seed}")], &options);
        }
    }
    // Without a format, ISO 8601 is understood.
    let dir = tempfile::tempdir().unwrap();
    let options = ["--time", "t", "--time-zone", "Europe/Berlin"];
    agree(&dir, TIMES, &["%Y-%m-%dT%H:%M:%S", "Europe/Berlin", "7"], &options);
}
