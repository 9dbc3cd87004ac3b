//! A regular file that is cut off while it is read, as by logrotate's `copytruncate`, and one of which a
//! stop leaves a part unread. Where a program has come to is known, since it has read one block and hangs
//! writing what it made of it.

use std::fs::{self, File};
use std::io::{PipeReader, Read};
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use stage::process::message::bytes;
use stage::stream::size::BLOCK;
use tempfile::TempDir;
use wandler_tests::abuse::{is_output_full, narrow_pipe};
use wandler_tests::run::{Finished, Program, Running};

/// A line whose length is no divisor of a block's, so that a block ends within one.
const LINE: &str = "12.3450000000000000000000000000000000000000000000000000000\n";

/// Bytes of a raw word, of which the same holds.
const WORD: usize = 3;

/// A program that reads `file`.
#[derive(Clone, Copy)]
struct Reader {
    script: &'static str,
    /// What messages call it, and the unit that they count.
    input: &'static str,
    unit: &'static str,
}

const READERS: [Reader; 7] = [
    Reader { script: "stat --every 1 file", input: "\"file\"", unit: "line" },
    Reader { script: "stat --every 1 < file", input: "standard input", unit: "line" },
    Reader { script: "conv --from file", input: "\"file\"", unit: "line" },
    Reader { script: "conv --from - < file", input: "standard input", unit: "line" },
    Reader { script: "conv --from file --format s24le", input: "\"file\"", unit: "word" },
    Reader { script: "log --pass run.log < file", input: "standard input", unit: "line" },
    Reader { script: "log --cat file", input: "\"file\"", unit: "line" },
];

impl Reader {
    fn name(self) -> &'static str {
        self.script.split(' ').next().unwrap()
    }

    /// Starts it; returns once it hangs.
    fn hung(self, dir: &Path) -> (Running, PipeReader) {
        fs::write(dir.join("file"), LINE.repeat(4 * BLOCK / LINE.len())).unwrap();
        let (reader, writer) = narrow_pipe();
        let script = format!("exec {}", self.script);
        let running = Program::bash(&script).dir(dir).stdout(writer).start();
        running.wait_until("its output is full", || is_output_full(running.pid()));
        running.wait_until_blocked(running.pid());
        (running, reader)
    }

    /// How many lines or words are whole in this many bytes, and what is left behind them.
    fn whole_in(self, length: usize) -> (usize, &'static str) {
        match self.unit {
            "word" => (length / WORD, &LINE[..length % WORD]),
            _ => (length / LINE.len(), &LINE[..length % LINE.len()]),
        }
    }

    /// What it says, at the end, of this many samples.
    fn account(self, samples: usize) -> Option<String> {
        (self.name() == "conv")
            .then(|| format!("{samples} samples sent, 0 rejected, 0 ticks missed"))
    }
}

/// Lets it write all that it has to; returns that, too.
fn finished(running: Running, mut reader: PipeReader) -> (Finished, String) {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    (running.finish(), text)
}

#[test]
fn a_file_that_becomes_shorter_is_an_error_and_half_a_line_of_it_no_sample() {
    for reader in READERS {
        // Before what was read, and behind it.
        for (length, read) in [(0, BLOCK), (BLOCK / 2, BLOCK), (BLOCK + 10, BLOCK + 10)] {
            let dir = tempfile::tempdir().unwrap();
            let (running, output) = reader.hung(dir.path());
            let file = File::options().write(true).open(dir.path().join("file")).unwrap();
            file.set_len(length as u64).unwrap();
            let (finished, text) = finished(running, output);
            let (whole, half) = reader.whole_in(read);
            let quote = if reader.unit == "word" { String::new() } else { format!(": {half:?}") };
            let (at, dropped) = (whole + 1, bytes(half.len() as u64));
            let cut =
                format!("{} {at}: cut off by an error: {dropped} dropped{quote}", reader.unit);
            let cut = match reader.script {
                "stat --every 1 file" => Some(format!("\"file\": {cut}")),
                // It takes the file for one that log itself has written, and still writes.
                "log --cat file" => None,
                _ => Some(cut),
            };
            let failed = format!("cannot read {}: it became shorter meanwhile", reader.input);
            let said = cut.into_iter().chain([failed]).chain(reader.account(whole));
            let said: Vec<_> = said.map(|it| format!("{}: {it}", reader.name())).collect();
            let finished = finished.exits(1).says(&said);
            let lines = text.lines().count();
            assert_eq!(lines, whole, "{}, {length} bytes\n{finished}", reader.script);
            if reader.script.starts_with("log --pass") {
                let recorded = fs::read_to_string(dir.path().join("run.log")).unwrap();
                assert!(recorded == LINE.repeat(whole), "{length} bytes\n{finished}");
            }
        }
    }
}

#[test]
fn a_stop_drops_nothing_of_a_file_and_counts_the_lines_before_it() {
    for reader in READERS.into_iter().filter(|it| it.input != "standard input") {
        let dir = tempfile::tempdir().unwrap();
        let (running, output) = reader.hung(dir.path());
        running.signal(Signal::SIGINT);
        let (finished, text) = finished(running, output);
        let (whole, _) = reader.whole_in(BLOCK);
        let (said, status) = match reader.name() {
            "stat" => (format!("\"file\": stopped after line {whole}: the rest is not counted"), 0),
            "conv" => (reader.account(whole).unwrap(), 0),
            _ => ("stopped before the end".to_owned(), 1),
        };
        let finished = finished.exits(status).says(&[format!("{}: {said}", reader.name())]);
        let lines = text.lines().count();
        match reader.name() {
            // The last record says that it is the last.
            "stat" => {
                let last = text.lines().last().unwrap_or_default();
                assert!(last.starts_with(&format!("{{\"n\":{whole},")), "{last}\n{finished}");
            }
            _ => assert_eq!(lines, whole, "{}\n{finished}", reader.script),
        }
    }
}

#[test]
fn a_stop_in_the_middle_of_a_line_of_a_fifo_names_the_last_line_that_was_counted() {
    let dir = tempfile::tempdir().unwrap();
    mkfifo(&dir.path().join("fifo"), Mode::S_IRWXU).unwrap();
    let running = Program::new("stat").words("--every 2 fifo").dir(&dir).start();
    // Opened for reading as well, so as not to wait for the other end.
    let mut fifo = File::options().read(true).write(true).open(dir.path().join("fifo")).unwrap();
    std::io::Write::write_all(&mut fifo, b"1\n2\n10").unwrap();
    running.wait_for_lines(1);
    running.signal(Signal::SIGINT);
    running.finish().exits(0).says(&[
        "stat: \"fifo\": line 3: cut off by the stop: 2 bytes dropped: \"10\"",
        "stat: \"fifo\": stopped after line 2: the rest is not counted",
    ]);
}

/// A directory with a file of one number.
fn with_a_number() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "4711\n").unwrap();
    dir
}

#[test]
fn a_file_whose_length_says_nothing_or_that_was_read_to_its_end_before_is_whole() {
    let dir = with_a_number();
    // A file of /proc seems to be empty, one of /sys to have a page.
    let attributes = ["/proc/sys/kernel/pid_max", "/sys/kernel/fscaps"];
    for path in attributes.into_iter().filter(|path| Path::new(path).exists()) {
        for script in [format!("stat {path}"), format!("stat < {path}")] {
            let finished = Program::bash(&script).dir(&dir).finish().exits(0).says(&[""; 0]);
            assert!(finished.stdout.starts_with("{\"n\":1,"), "{finished}");
        }
        let told = ["conv: 1 samples sent, 0 rejected, 0 ticks missed"];
        Program::bash(&format!("conv --from {path}")).dir(&dir).finish().exits(0).says(&told);
    }
    for script in ["(cat > /dev/null; stat) < file", "(cat > /dev/null; : > file; stat) < file"] {
        let finished = Program::bash(script).dir(&dir).finish().exits(0);
        let finished = finished.says(&["stat: no samples came"]);
        assert!(finished.stdout.starts_with("{\"n\":0,"), "{finished}");
    }
}
