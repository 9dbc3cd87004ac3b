//! What `stat --help` says below the options.

/// Examples, what holds, and limits.
pub(super) const EXAMPLES: &str = "\
Examples:
  conv | stat                                a record for each sample
  stat samples.log                           the record of a whole file
  stat monday.log tuesday.log                that of both together
  stat --every 1000 < samples.log            a record every 1000 samples
  conv --rate 1k | stat --window 1s          the statistics of each second
  stat --quantiles 5,95,99.9 --more samples.log
  stat --course 500 samples.log | report --svg samples.svg
  stat --columns temp,hum weather.tsv        two columns of a table
  stat --state monday.log > monday.state
  stat --merge *.state                       the record of all days together

Input is rows of numbers, with one TAB between the fields. A line of one number is the classic \
stream; blanks around it are ignored. With several, each column is a channel. A header, a line of at \
least two names, names them: a name is a letter, then letters, digits, blanks and _-/%°µ()[]; a unit may \
stand behind it in square or round brackets. Without a header they are numbered from 1. A time \
(RFC 3339) may stand in the first field; behind a header that begins with \"time\" it may also be in Unix seconds. The \
first row or header decides. The same header again is skipped; another one begins a part with other \
columns, as in files that were put together.

Everything else is rejected: reported (the first few), counted and skipped. A row of another width, \
or with a time that cannot be read, is rejected whole, and counts once for each channel; a field that \
is not a number is rejected alone. An empty field is a missing sample, which is neither: \"missing\" \
counts these. With --window, \"missing\" is that of the window, like \"n\", but \"rejected\" counts all \
since the beginning: what is rejected may belong to no window.

Channels: each has a record of its own, next to each other, with its \"channel\" in front; the \
classic stream and its times (a header time, TAB, value) have a channel without a name. With times, \
\"start\" and \"end\" are those of the oldest and the newest sample. --every N, --window N and the \
pipeline's account count rows. With --columns, some files may lack a channel, in whatever order they \
come; a single input has it in its first row or header, and may lack it in later parts. A name without its \
unit must be that of one channel only.

Records: of regular files only the last one is written, unless --every or --window says otherwise, \
so that the same file always gives the same. A last window without samples has no record, unless \
lines were rejected in it, a course is wanted, or there is no other record.

Slow readers: a record that is due by the time (--every DUR) is put off while the output takes nothing, \
such as a view that is paused, and the newest is written once it does: stat reads on meanwhile. Those \
of --every N and of windows, and the last, are never left out: stat waits until they are taken, and \
so does what writes to it.

Windows: with --window DUR, rows with times are counted in windows of their own time. These begin at \
multiples of DUR, counted from 1970-01-01 00:00 in UTC or in --time-zone (whole weeks from the Monday before, so that they begin \
on Mondays), and each record's \"start\" and \"end\" are those of \
its window (start included, end not), so that windows of several machines agree. Up to an hour long, \
they are those of each UTC offset: where it changes, a window ends early, and the hour that comes \
twice in autumn makes two windows. Longer ones are those of the civil time: days of 23 and 25 hours \
are whole. A window closes with the first row that lies past its end by --late (at most 100 times \
DUR); what comes for it later is rejected as late. So a single row with a time far in the future, as of \
a clock that was set wrong for a moment, closes all windows, and makes all rows before that time late: they \
are reported and counted as rejected, but belong to no window. A stream that falls silent (not a file, and whose \
newest row came within 10 s of its time) closes its window once the clock is past its end by --late, \
that row's delay, and 1 s. Windows without rows have no record.

Exact: sum, min, max, last, range and mode, to the last digit; mean, sd, var, rms, skew, kurtosis \
and autocorrelation are the doubles nearest to the true values. Null is what has no value: every \
number without samples, sd and var below two, skew, kurtosis and autocorrelation of a constant \
series, and what is beyond the largest double.

Quantiles are by nearest rank: p90 is the least sample with at least 90 % of all at or below it. \
They are exact while there are at most 65536 distinct values. Then \"quantiles\" says \
\"approximate\", and \"quantile_error\" by how much any of them may be wrong at most. They are \
within 1 % of that sample's value (samples nearer to zero than 2.2e-308 count as 0), and in the \
same cell of a grid: cells are 1 or 2 times a power of ten wide, as narrow as 65536 of them in use \
allow, which for a bell is about a thousandth of its sd. The histogram's counts are exact as long \
as its limits are those of cells, and else estimates; mode is null.

Histogram: limits are multiples of 1, 2 or 5 times a power of ten; or, where at least 32 distinct \
values lie whole steps apart (a converter's codes times a scale), of such steps. With --window \
they cover all windows so far, so that they stay where they are.

More figures: var, sample variance (n-1); rms, root mean square; range, max - min; mode, the most \
frequent value, the least of several; skew, g1 = m3/m2^1.5; kurtosis, g2 = m4/m2^2 - 3, 0 for a \
normal distribution (m2, m3, m4: central moments over n); autocorrelation, r1 of neighbouring \
samples, as NIST defines it.

Threads: --jobs N counts regular files in N threads, each file in all of them, with the same \
result, byte for byte. By default these are as many as there are processors where the files have \
over 64 MiB in all, and otherwise one. Pipes and the like, and rows of several fields, have one thread \
even so. With --every, --window, --course or --merge there is one, and --jobs is refused. \
Asked to stop, the threads finish what has been handed out to them, about 1 MiB each.

Files that change: what is appended to a file while it is read is counted. A file that becomes shorter \
meanwhile, as with logrotate's copytruncate, is an error: status 1 and no last record, since it may have \
been cut off within a line. If it has grown beyond its former length again by the time its end is reached, \
nothing shows that.

Labels: a name is a letter or _, then letters, digits and _; not that of a field, and none of q, \
quantile, le, job, instance and __..., which have a meaning where metrics are read.

Course: a stretch is a power of two samples long, as short as the number of stretches allows. In \
windows, it is that of the whole stream, in the last record.

Merging: the states of any parts of a stream give the record of the whole, in whatever order they \
come, for each channel by its name; some parts may lack a channel. The records come in the order in \
which their channels first do, whatever the order of the columns; nothing in them depends on that. \
Channels with numbers do not go together with those that have names (--names gives them some). \
What depends on the samples' order (last, autocorrelation) takes the parts in the order in \
which they were counted; if that was not the stream's, say --first for each. It numbers rows as \
--every counts them: in a table also those that lack a channel's sample, or where it is rejected, but \
not headers and lines rejected whole. Then rows that \
were merged already are noticed, and autocorrelation is null if some are in no part; otherwise only \
the same state is noticed. Of parts that were counted at the same time without --first the order \
is not known: both are null, and that is reported. (States made by version 0.1.0 do not say when \
they began.) --more needs parts that were counted with --more; --course needs parts with a course \
of at least as many stretches and, for more than one, --first. A course numbers its channel's own \
samples. Where rows lack a sample, those of later parts turn out to have smaller numbers than they were \
counted with, and may belong to other stretches; this channel's course is then left out, and that is \
reported. It is that of the whole if every part has the channel's column and a stretch for each of its \
rows, and all parts are merged at once, in their order. The merged record keeps the labels \
that all parts have in common.

Limits: a line is looked at up to 64 KiB; a row has at most 1000 columns, and a stream, with all its \
parts, 1000 channels. A sample has at most 400 decimal places and is finite as a double. Asked to \
stop, stat reads standard input on until it ends or is silent for a second; reading files, it ends \
there and reports what it has counted. Half a line that is cut off so, or by a hang-up, is dropped, \
and reported. A FILE that another one replaces before its turn is refused where the kernel has Landlock \
(Permission denied), unless --no-sandbox is given.

Memory: 4 MB; up to 12 MB with 65536 distinct values, 30 MB with more, and 90 MB if they have \
hundreds of digits; with --jobs, as much for each thread. Up to four channels take as much each; more \
share 4 * 65536 distinct values and cells equally (1000 channels: 262 each, up to 75 MB in all, whatever \
they hold). So do their bins: a channel that spans more of them than its share (all of them for 4 \
channels; for 1000, two powers of ten) has quantiles by the grid alone. Windows that --late keeps open \
share likewise (4 channels with 3 windows each count as 12). Where there may be over 64, each takes 200 bytes \
and 8 for each sample, as long as these are at most 512 and need no more than 18 digits together; one with \
more takes up to 13 kB (1000 channels \
with --window 1s --late 60s: 25 MB at 1 Hz, 75 MB at 100 Hz, 800 MB at 1 kHz). A course takes \
up to 700 bytes for each stretch of each channel. A state has at most 2 MB (47 MB with hundreds of digits) and \
up to 1 MB more with a course, and 100 bytes for each part merged that was not numbered with --first; \
making or merging it takes up to 40 MB (170 MB) in all. A record with a state has at most 64 MiB.

";
