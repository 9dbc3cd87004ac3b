//! Checks with memory: spikes, steps and flat lines, as a user sees them. (`qartod` compares them with
//! an independent implementation.)

mod qartod;

use nix::sys::signal::Signal;
use wandler_tests::account::{closing, closing_table};
use wandler_tests::run::{Finished, Program};

fn conv(words: &str, input: &str) -> Finished {
    Program::new("conv").words("--from -").words(words).input(input).finish()
}

#[test]
fn a_spike_is_rejected_once_the_next_reading_has_come() {
    conv("--spike 5", "1\n2\n9\n3\n4\n")
        .exits(3)
        .writes("1\n2\n3\n4\n")
        .says(&["conv: line 3: spike between 2 and 3: 9".to_owned(), closing(4, 1)]);
    // Raw words, of which many would come from a cache.
    let words = Program::new("conv").words("--from - --format u8 --spike 0.5 --scale 1/2");
    words.input([4, 4, 9, 4, 4, 9, 4]).finish().exits(3).writes("2\n2\n2\n2\n2\n").says(&[
        "conv: word 3: spike between 2 and 2: 4.5",
        "conv: word 6: spike between 2 and 2: 4.5",
        "conv: 5 samples sent, 2 rejected, 0 ticks missed",
    ]);
}

#[test]
fn a_step_is_measured_by_the_rows_times_and_accepted_when_it_lasts() {
    let row =
        |(minute, a, b): (u32, &str, &str)| format!("2026-11-25T18:{minute:02}:00Z\t{a}\t{b}\n");
    let rows = [
        (0, "20", "5"),
        (1, "25", "5"),
        (2, "80", ""),
        (3, "26", "90"),
        (9, "56", "91"),
        (10, "57", "92"),
    ];
    let table = "time\ta\tb\n".to_owned() + &rows.map(row).concat();
    let sent = table.replace(":00Z", ":00.000000Z");
    let sent = sent.replace("\t80\t", "\t\t").replace("\t90\n", "\t\n").replace("\t91\n", "\t\n");
    conv("--step 5/60 --step-patience b=2", &table).exits(3).writes(&sent).says(&[
        "conv: line 4: a: step from 25 within 60s: 80".to_owned(),
        "conv: line 5: b: step from 5 within 120s: 90".to_owned(),
        "conv: line 6: b: step from 5 within 480s: 91".to_owned(),
        closing_table(6, 2, 3, 1),
    ]);
    // Without times, from one reading to the next.
    conv("--step 5 --step-patience 1", "0\n6\n6\n7\n")
        .exits(3)
        .writes("0\n6\n7\n")
        .says(&["conv: line 2: step from 0 within 1 reading: 6".to_owned(), closing(3, 1)]);
}

#[test]
fn lines_that_come_together_have_one_stamp_and_are_no_steps() {
    let finished = conv("--stamp --step 0.5", "20\n25\n30\n25\n").exits(0);
    let values = finished.stdout.lines().filter_map(|row| row.split('\t').nth(1));
    assert_eq!(values.collect::<Vec<_>>(), ["value", "20", "25", "30", "25"], "{finished}");
}

#[test]
fn a_sensor_that_is_stuck_is_noticed_by_readings_or_by_time() {
    conv("--flat 2", "5\n5\n5\n5.0\n6\n").exits(3).writes("5\n5\n6\n").says(&[
        "conv: line 3: flat for 2 readings: 5".to_owned(),
        "conv: line 4: flat for 2 readings: 5".to_owned(),
        closing(3, 2),
    ]);
    let none = "conv: cannot check --flat for a duration: the readings have no times (--time COL takes \
                them from the text, --stamp from the clock; --flat N counts readings)";
    let finished = conv("--flat 10min", "5\n5\n").exits(1).writes("");
    finished.says(&[none]);
    // A converter that is asked at ticks has times, even if they are not sent.
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("stuck"), "7\n").unwrap();
    for source in ["--poll stuck", "--range 7..7"] {
        let words = format!("{source} --period 10ms --flat 1us");
        let running = Program::new("conv").words(&words).dir(&dir).start();
        running.wait_for_message(" 2: flat for 1us: 7\n");
        running.signal(Signal::SIGINT);
        running.finish().exits(3).writes("7\n");
    }
}

#[test]
fn rejections_are_summed_up_by_check_and_channel() {
    let rows = "1\t1\n9\t1\n1\t9\n9\t1\n1\t1\n99\t1\n1\t1\n";
    let finished = conv("--spike 2 --plausible a=..50 --flat b=2", &format!("a\tb\n{rows}"));
    let said: Vec<&str> = finished.stderr.lines().rev().take(5).collect();
    let expected = [
        &closing_table(7, 2, 9, 0),
        "conv: rejected by --flat: b 4",
        "conv: rejected by --spike: a 3, b 1",
        "conv: rejected by --plausible: a 1",
        "conv: 9 readings rejected, the first 5 of them reported above",
    ];
    assert_eq!(said, expected, "{finished}");
}
