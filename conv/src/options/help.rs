//! What `conv --help` says beside its options: two screens with them. docs/recipes.md says the rest.

use stage::process::exit;

/// Behind the options.
pub(super) fn text() -> String {
    format!("{TEXT}{}", exit::HELP)
}

const TEXT: &str = "\
Examples:
  conv                                   a random integer every 0.8 s
  conv --poll temp1_input --scale 0.001 --period 1s
  conv --from /dev/ttyUSB0 --baud 115200
  conv --from station.tsv --time 1 --columns temp,hum --plausible temp=-40..60
  conv --from log.csv --columns Temp --decimal ,
  arecord -t raw -f S16_LE | conv --from - --format s16le
  conv --rate 1k --signal sine,walk --range ch1=-1.00..1.00

A row is a line whose fields TABs separate: a time, if any, and a sample of each channel, or nothing if \
it is missing or rejected. Several columns have a header.

Limits: lines up to 64 KiB, 1000 columns, numbers finite as a double with at most 400 decimal places. \
Conversion is exact; only what is no finite decimal is rounded, to 17 digits. What is no number, or \
fails a check, is counted and not sent. A tick that the reader was late for is counted, and not made up for. \
Under Landlock, FILE is found again only below its directory, the one above, or /dev. \
share/doc/wandler/recipes.md has commands and limits for all input.

";
