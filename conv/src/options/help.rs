//! What `conv --help` says beside its options.

use stage::process::{exit, progress};

/// Behind the options.
pub(super) fn text() -> String {
    format!("{TEXT}{}{}", progress::HELP, exit::HELP)
}

const TEXT: &str = "\
Examples:
  conv                                       a random integer from 0 to 100 every 0.8 s
  conv --poll /sys/class/thermal/thermal_zone0/temp --scale 0.001 --period 1s
  conv --poll in_temp_raw --poll in_humidity_raw --names temp,hum --stamp --period 10s
  conv --from /dev/ttyUSB0 --baud 115200     numbers from a serial line, one a line
  conv --from station.tsv --time 1 --columns temp,hum --plausible temp=-40..60
  conv --from scope.csv --columns CH2        also ; or blanks between fields, titles, units
  conv --from log.csv --decimal , --columns Temp --time Zeit --time-format '%d.%m.%Y %H:%M'
  arecord -t raw -f S16_LE | conv --from - --format s16le
  conv --rate 1k --signal sine,walk --range ch1=-1.00..1.00

A row is one line, its fields separated by TABs: a time, if there is one, and a sample of each \
channel, or nothing where a reading is missing or rejected. Two columns or more have a header, time \
TAB temp TAB hum; one channel without a name has the header time TAB value, or none. Before a value, \
NAME= gives it to that channel alone: --scale 2 --scale temp=0.1.

Text: one number a line, or fields separated by TABs; LF, CRLF or CR ends it. The first row decides, \
or a header; names that no channel may have are made fit, and that is reported. Times in front (RFC \
3339, behind a header also Unix seconds) are passed on with several channels or a named one; with \
only one number behind them, as log --timestamps records them, they are skipped unless --time asks \
for them. COL counts all columns of the input, the time's as well. Half a line is a sample at \
the clean end of a file or pipe; cut off by a hang-up, an error, a stop or --duration it is \
dropped, and reported. AIFF, instruments' blocks (#8..., #0...), UTF-16 and byte order marks \
are refused, with what to do. Raw words may begin with any bytes: of these only RIFF, FORM and \
blocks of 1000 bytes and more are.

Foreign text is what --columns, --time, --delimiter, --decimal or --comment are given for: its table \
begins with the first line that has the columns. If they are named, what stands before is passed over, \
up to 1000 lines or the first row of numbers, and a commented line may name them; up to 3 lines of \
units may follow the header. Passing over lines is reported. Fields in double quotes end on their line; \
empty lines within a table are passed over. A time without an offset that comes twice, as clocks go \
back, is taken as the first, or as the second once a row was later; one that the clocks skip is \
rejected.

Words: [be|le]:[s|u|f]BITS/STORAGEBITS[XREPEAT][>>SHIFT], as in the scan_elements of an IIO device, up \
to 64 bits; XREPEAT makes each channel so many words. WAV: all channels, integers of 8 (unsigned) to 32 \
bits and floats, also RF64 and data of unknown length, as in a pipe.

Labels: words such as temp:21.5 or temp=21.5 between blanks, commas and semicolons; words without a \
label, such as units, are passed over. JSON: an object a line, of whose top level the numbers are \
channels, and strings if they are asked for. Labels may come in any order; what is absent is missing, \
and a new one begins another part, unless --columns says which are taken.

A serial line, or another terminal that is not conv's own, is locked. What waits in it is dropped, \
and then what comes up to the first line end, since it may be the rest of a number; that is \
reported, as is a hang-up, with status 1. With --baud it is set up, too (8N1, raw, without echo), and left so. \
--reconnect waits for a device or FIFO, at the start and whenever it is gone: half a line is dropped, and \
the rest goes on as before. \
Raw words are not read from a line that is not raw; where a word of several bytes begins on one \
that is, nothing can tell.

Files: beside FILE of --poll, if it ends in _raw, the files that end in _offset and _scale, as the \
kernel's IIO has them.

Checks: after conversion, in the order of their options. What one rejects is missing for those behind \
it; beside a missing value nothing is a spike. Times are those of the rows, or of the ticks, even if \
they are not sent.

Limits: a line of text is looked at up to 64 KiB; a row has at most 1000 columns; a sample has at \
most 400 decimal places and is finite as a double; a value that is no finite decimal is rounded, once, \
to 17 digits; a simulated range has at most 18 digits. A \
reading that is not a number or not plausible is counted and never passed on: its field stays empty, \
and a sample alone on its line is not sent. A line that is not a row is rejected as a whole and \
counted once. A tick at which the output was not taken in time is missed and counted, not made up \
for; a simulated sample may be up to 10 ms late, but has the time of its tick. A row's time is that \
at which its first file was read; of a stream, that at which the line began to arrive, or the words \
did.

";
