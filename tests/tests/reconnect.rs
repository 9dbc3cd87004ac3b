//! `conv --reconnect`: serial lines that are unplugged and plugged in again, and FIFOs whose writers come
//! and go.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::sys::signal::Signal;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use wandler_tests::account::closing;
use wandler_tests::random::Random;
use wandler_tests::run::{Program, Running};
use wandler_tests::serial::Serial;
use wandler_tests::via::launcher;

/// Plugs a line in, under the name `line`.
fn plug_in(serial: &Serial, dir: &Path) {
    symlink(&serial.path, dir.join("new")).unwrap();
    fs::rename(dir.join("new"), dir.join("line")).unwrap();
}

/// Unplugs it: it hangs up, and its name is gone.
fn unplug(serial: Serial, dir: &Path) {
    fs::remove_file(dir.join("line")).unwrap();
    serial.hang_up();
}

fn stop(running: Running) -> wandler_tests::run::Finished {
    running.signal(Signal::SIGINT);
    running.finish()
}

const MISSING: &str = "conv: cannot open \"line\": No such file or directory: waiting for it";
const HERE: &str = "conv: \"line\" is there now";
const GONE: &str = "conv: \"line\" hung up: waiting for it to return";

fn dropped(bytes: usize) -> String {
    format!(
        "conv: \"line\" may have been sending before: {bytes} bytes up to the first line end dropped"
    )
}

#[test]
fn a_line_is_waited_for_at_the_start_and_whenever_it_is_unplugged() {
    let dir = tempfile::tempdir().unwrap();
    let running = Program::new("conv").words("--from line --reconnect").dir(&dir).start();
    running.wait_for_message(MISSING);
    for (turn, samples) in [(1, ["1", "2"]), (2, ["3", "4"]), (3, ["5", "6"])] {
        let mut serial = Serial::raw();
        plug_in(&serial, dir.path());
        running.wait_for_messages(HERE, turn);
        let [one, other] = samples;
        serial.send(format!("99\n{one}\n{other}\n77"));
        running.wait_for_line(other);
        serial.send_to(&running, "8");
        unplug(serial, dir.path());
        running.wait_for_messages(GONE, turn);
    }
    let cut = |line| format!("conv: line {line}: cut off by a hang-up: 3 bytes dropped: \"778\"");
    stop(running).exits(0).writes("1\n2\n3\n4\n5\n6\n").says(&[
        MISSING.to_owned(),
        HERE.to_owned(),
        dropped(2),
        cut(3),
        GONE.to_owned(),
        HERE.to_owned(),
        dropped(2),
        cut(5),
        GONE.to_owned(),
        HERE.to_owned(),
        dropped(2),
        cut(7),
        GONE.to_owned(),
        closing(6, 0),
    ]);
}

#[test]
fn a_line_is_set_to_its_rate_each_time() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--from line --reconnect --format u8 --baud 57600";
    let running = Program::new("conv").words(options).dir(&dir).start();
    running.wait_for_message(MISSING);
    for turn in 1..=2 {
        // As the kernel makes a line: it edits, echoes and so on.
        let mut serial = Serial::cooked();
        plug_in(&serial, dir.path());
        running.wait_for_messages(HERE, turn);
        serial.send(b"\x03\x04\r\n\x11");
        running.wait_for_lines(5 * turn);
        unplug(serial, dir.path());
        running.wait_for_messages(GONE, turn);
    }
    let finished = stop(running).exits(0).writes(&"3\n4\n13\n10\n17\n".repeat(2));
    finished.says(&[MISSING, HERE, GONE, HERE, GONE, &closing(10, 0)]);
}

#[test]
fn what_a_table_was_is_known_when_its_line_returns() {
    let dir = tempfile::tempdir().unwrap();
    let running =
        Program::new("conv").words("--from line --reconnect --columns b,a").dir(&dir).start();
    running.wait_for_message(MISSING);
    for (turn, text, row) in
        [(1, "\na\tb\n1\t2\n", "2\t1"), (2, "\n3\t4\n", "4\t3"), (3, "\na\tb\n5\t6\n", "6\t5")]
    {
        let mut serial = Serial::raw();
        plug_in(&serial, dir.path());
        running.wait_for_messages(HERE, turn);
        serial.send(text);
        running.wait_for_line(row);
        unplug(serial, dir.path());
        running.wait_for_messages(GONE, turn);
    }
    stop(running).exits(0).writes("b\ta\n2\t1\n4\t3\n6\t5\n");
}

#[test]
fn the_writers_of_a_fifo_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    let running = Program::new("conv").words("--from fifo --reconnect").dir(&dir).start();
    let gone = "conv: \"fifo\" has no writer any more: waiting for another";
    // One that dies within a line leaves half a number.
    for (turn, text) in [(1, "1\n101"), (2, "x\n3\n"), (3, "4\n")] {
        let mut writer = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
        drop(writer);
        running.wait_for_messages(gone, turn);
    }
    // One that is made anew is found as well.
    fs::remove_file(&fifo).unwrap();
    mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    fs::write(&fifo, "5\n").unwrap();
    running.wait_for_line("5");
    running.wait_for_messages(gone, 4);
    let returned = "conv: \"fifo\" has a writer again";
    stop(running).exits(3).writes("1\n3\n4\n5\n").says(&[
        "conv: line 2: cut off by the end of its writer: 3 bytes dropped: \"101\"",
        gone,
        returned,
        "conv: line 2: not a number: \"x\"",
        gone,
        returned,
        gone,
        returned,
        gone,
        &closing(4, 1),
    ]);
}

#[test]
fn writers_that_come_and_go_for_ever_are_summed_up() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    mkfifo(&fifo, Mode::S_IRWXU).unwrap();
    let running = Program::new("conv").words("--from fifo --reconnect").dir(&dir).start();
    for turn in 1..=7 {
        fs::write(&fifo, format!("{turn}\n8")).unwrap();
        running.wait_for_line(&turn.to_string());
        // It sleeps until the next one comes.
        running.wait_until_blocked(running.pid());
    }
    let finished = stop(running).exits(0).writes("1\n2\n3\n4\n5\n6\n7\n");
    let said: Vec<&str> = finished.stderr.lines().collect();
    let [gone, returned] = ["has no writer any more: waiting for another", "has a writer again"]
        .map(|what| format!("conv: \"fifo\" {what}"));
    let count = |what: &str| said.iter().filter(|line| **line == what).count();
    assert_eq!((count(&gone), count(&returned)), (5, 5), "{finished}");
    let cut = |line: &&&str| line.contains(": cut off by the end of its writer: 1 byte dropped");
    assert_eq!(said.iter().filter(cut).count(), 5, "{finished}");
    let end = [
        "conv: further changes are counted, and summed up at the end",
        "conv: \"fifo\" ended within a line or word 7 times, the first 5 of them reported above",
        "conv: \"fifo\" was waited for 7 times, the first 5 of them reported above",
        &closing(7, 0),
    ];
    assert_eq!(said[said.len() - end.len()..], end, "{finished}");
}

#[test]
fn a_device_that_ends_is_opened_again_after_a_pause() {
    let running = Program::new("conv").words("--from /dev/null --reconnect").start();
    let ended = "conv: \"/dev/null\" has ended: waiting for it to return";
    let there = "conv: \"/dev/null\" is there now";
    running.wait_for_messages(ended, 2);
    let finished = stop(running).exits(0).writes("");
    let said: Vec<&str> = finished.stderr.lines().collect();
    // By the second time it may have come to a third.
    assert!(said.starts_with(&[ended, there, ended]) && said.len() < 9, "{finished}");
}

#[test]
fn what_waits_for_its_neighbour_may_be_all_that_is_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--from line --reconnect --spike 5 --count 1";
    let running = Program::new("conv").words(options).dir(&dir).start();
    running.wait_for_message(MISSING);
    let mut serial = Serial::raw();
    plug_in(&serial, dir.path());
    running.wait_for_message(HERE);
    serial.send_to(&running, "99\n1\n");
    unplug(serial, dir.path());
    let finished = running.finish().exits(0).writes("1\n");
    finished.says(&[MISSING.to_owned(), HERE.to_owned(), dropped(2), closing(1, 0)]);
}

#[test]
fn values_on_both_sides_of_a_gap_are_no_neighbours() {
    let dir = tempfile::tempdir().unwrap();
    let options = "--from line --reconnect --spike 4 --step 5";
    let running = Program::new("conv").words(options).dir(&dir).start();
    running.wait_for_message(MISSING);
    for (turn, text, last) in [(1, "\n2\n1\n", "2"), (2, "\n20\n15\n", "20")] {
        let mut serial = Serial::raw();
        plug_in(&serial, dir.path());
        running.wait_for_messages(HERE, turn);
        serial.send_to(&running, text);
        running.wait_for_line(last);
        unplug(serial, dir.path());
        running.wait_for_messages(GONE, turn);
    }
    stop(running).exits(0).writes("2\n1\n20\n15\n");
}

#[test]
fn a_count_and_a_duration_end_the_wait() {
    let dir = tempfile::tempdir().unwrap();
    let conv =
        |words: &str| Program::new("conv").words("--reconnect --from line").words(words).dir(&dir);
    conv("--duration 30ms").finish().exits(0).writes("").says(&[MISSING, &closing(0, 0)]);
    mkfifo(&dir.path().join("line"), Mode::S_IRWXU).unwrap();
    let running = conv("--count 1").start();
    fs::write(dir.path().join("line"), "1\n2\n").unwrap();
    running.finish().exits(0).writes("1\n").says(&[closing(1, 0)]);
}

#[test]
fn what_cannot_return_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("line"), "1\n").unwrap();
    let run = Program::new("conv").words("--reconnect --from line").dir(&dir).finish();
    let why = "conv: cannot wait for \"line\" to return: it is neither a device nor a FIFO";
    run.exits(1).writes("").says(&[why]);
    for (options, why) in [
        ("--from - --reconnect", "--reconnect needs a name: standard input cannot be opened again"),
        (
            "--from x --reconnect --format wav",
            "--reconnect is for what has no end, and WAV has one",
        ),
        ("--reconnect", "--reconnect needs --from"),
        ("--baud 9600", "--baud needs --from"),
    ] {
        let run = Program::new("conv").words(options).finish().exits(2).writes("");
        run.says(&[format!("conv: {why}; try 'conv --help'")]);
    }
    let serial = Serial::raw();
    let run = Program::new("conv").words("--format u8 --reconnect --from");
    let run = run.args([&serial.path]).finish();
    run.exits(1).writes("").says(&[format!(
        "conv: cannot wait for {:?} to return without --baud: a line that is plugged in is not raw, \
         and raw words need one that is",
        serial.path
    )]);
    let run = Program::new("conv").words("--baud 9600 --from line").dir(&dir).finish();
    let why = "conv: cannot set \"line\" to 9600 baud: it is not a serial line";
    run.exits(1).writes("").says(&[why]);
}

#[test]
fn a_pipeline_runs_while_its_line_is_gone_and_its_account_is_settled() {
    let dir = tempfile::tempdir().unwrap();
    let run = launcher("pipe").args(["--conv", "--from line --reconnect", "--log", "run.log"]);
    let running = run.dir(&dir).start();
    running.wait_for_message(MISSING);
    for (turn, sample) in [(1, "1"), (2, "2")] {
        let mut serial = Serial::raw();
        plug_in(&serial, dir.path());
        running.wait_for_messages(HERE, turn);
        serial.send(format!("\n{sample}\n"));
        running.wait_until("it is recorded", || {
            fs::read_to_string(dir.path().join("run.log"))
                .is_ok_and(|text| text.lines().last() == Some(sample))
        });
        unplug(serial, dir.path());
        running.wait_for_messages(GONE, turn);
    }
    running.signal_group(Signal::SIGINT);
    let finished = running.finish().exits(0);
    let account = "launcher: 2 samples sent, 2 recorded, 2 counted, 0 rejected";
    assert_eq!(finished.stderr.lines().last(), Some(account), "{finished}");
}

/// Rows with numbers of six digits, which no part of one has.
fn rows(first: u64, count: u64) -> Vec<String> {
    (first..first + count).map(|number| (100_000 + number).to_string()).collect()
}

#[test]
fn every_whole_row_is_sent_once_and_none_is_invented_whenever_the_line_is_unplugged() {
    let dir = tempfile::tempdir().unwrap();
    let mut random = Random::new(2);
    let running = Program::new("conv").words("--from line --reconnect").dir(&dir).start();
    running.wait_for_message(MISSING);
    // What each turn may send, and whether it is all to be sent.
    let mut turns = Vec::new();
    let mut first = 0;
    for turn in 1..=100 {
        let mut serial = Serial::raw();
        plug_in(&serial, dir.path());
        running.wait_for_messages(HERE, turn);
        let all = rows(first, random.below(30));
        first += all.len() as u64;
        let text: String = all.iter().map(|row| format!("{row}\n")).collect();
        // From within a line to within a line.
        let start = random.below(8).min(text.len() as u64) as usize;
        let end = text.len().saturating_sub(random.below(8) as usize).max(start);
        let sent = &text[start..end];
        let whole = sent.split_once('\n').and_then(|(_, rest)| rest.rsplit_once('\n'));
        let whole: Vec<String> =
            whole.map_or("", |(whole, _)| whole).lines().map(str::to_owned).collect();
        serial.send(sent);
        let is_seen = turn % 2 == 0;
        if let Some(last) = whole.last().filter(|_| is_seen) {
            running.wait_for_line(last);
        }
        unplug(serial, dir.path());
        running.wait_for_messages(GONE, turn);
        turns.push((whole, is_seen));
    }
    let finished = stop(running).exits(0);
    let mut given = finished.stdout.lines().peekable();
    for (turn, (whole, is_seen)) in turns.iter().enumerate() {
        for row in whole {
            let is_next = given.next_if(|line| line == row).is_some();
            assert!(is_next || !is_seen, "turn {turn}: {row} is missing\n{finished}");
            if !is_next {
                // The line took with it what was not read yet.
                break;
            }
        }
    }
    assert_eq!(given.next(), None, "{finished}");
    let sent = finished.stdout.lines().count();
    assert_eq!(finished.stderr.lines().last(), Some(&closing(sent, 0)[..]), "{finished}");
}
