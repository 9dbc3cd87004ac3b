//! The pipeline over a clock that is set by hand.

use std::io;
use std::time::{Duration, Instant, SystemTime};

use clap::Parser;
use stage::fake::FakeClock;
use stage::process::clock::{Clock, Timer, Wake};
use stage::process::ledger::Entry;
use stage::process::quantity::Rate;
use stage::stream::size::BLOCK;

use crate::source::clocked::Clocked;
use crate::source::simulated::{Levels, Signal, Simulated};
use crate::ticks::Sampling;
use crate::*;

/// An output that takes this long for each write.
struct Slow<'a>(&'a FakeClock, Duration, Vec<u8>);

impl Write for Slow<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.advance(self.1);
        self.2.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A clock that stands still, and reports a stop when it is waited on for the n-th time.
struct Stopping(FakeClock, u32);

impl Clock for Stopping {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn time_of_day(&self) -> SystemTime {
        self.0.time_of_day()
    }
}

impl Timer for Stopping {
    fn wait_until(&mut self, _deadline: Instant) -> io::Result<Wake> {
        self.1 -= 1;
        Ok(if self.1 == 0 { Wake::Stop } else { Wake::Deadline })
    }
}

/// Runs a simulated converter on `clock`, with an output that is as slow as `slow` says.
fn simulate(words: &str, clock: &FakeClock, slow: Duration) -> (usize, Entry) {
    let options = Options::try_parse_from(format!("conv {words}").split_whitespace()).unwrap();
    let mut messages = Vec::new();
    let mut output = Slow(clock, slow, Vec::new());
    let mut sender = Sender::new(&mut output, options.count, &mut messages);
    let simulated = Simulated::new(Signal::Uniform, &Levels::PERCENT, Some(1)).unwrap();
    let (rate, duration) = (options.ticking(), options.duration);
    let mut source = Clocked::new(simulated, clock.clone(), rate, duration, Sampling::Batched);
    let mut processing = Processing::new(options.settings());
    pump(&mut source, &mut processing, &mut sender).unwrap();
    let entry = sender.close();
    (output.2.iter().filter(|&&byte| byte == b'\n').count(), entry)
}

fn sent(sent: u64, missed: u64) -> (usize, Entry) {
    (sent as usize, Entry::Conv { sent, rejected: 0, missed, table: None })
}

#[test]
fn a_run_is_as_long_as_its_duration_or_its_count() {
    let clock = FakeClock::new();
    assert_eq!(simulate("--rate 1k --duration 2s", &clock, Duration::ZERO), sent(2000, 0));
    let clock = FakeClock::new();
    assert_eq!(simulate("--rate 1k --count 1001", &clock, Duration::ZERO), sent(1001, 0));
    assert_eq!(clock.elapsed(), Duration::from_secs(1), "the first sample comes at once");
}

#[test]
fn readings_that_are_all_rejected_do_not_hide_a_stop() {
    let clock = FakeClock::stopping_at(Duration::ZERO);
    let (lines, entry) = simulate("--rate max --plausible 200..300", &clock, Duration::ZERO);
    assert_eq!((lines, entry), sent(0, 0), "it is noticed before the first reading");
    let stopping = Stopping(FakeClock::new(), 3);
    let options = Options::try_parse_from(["conv", "--plausible", "200..300"]).unwrap();
    let mut messages = Vec::new();
    let mut sender = Sender::new(Vec::new(), None, &mut messages);
    let simulated = Simulated::new(Signal::Uniform, &Levels::PERCENT, Some(1)).unwrap();
    let mut source = Clocked::new(simulated, stopping, Rate::Max, None, Sampling::Batched);
    pump(&mut source, &mut Processing::new(options.settings()), &mut sender).unwrap();
    let rejected = 2 * BLOCK as u64;
    assert_eq!(sender.close(), Entry::Conv { sent: 0, rejected, missed: 0, table: None });
}

#[test]
fn a_stop_ends_the_run_with_what_was_due_before() {
    let clock = FakeClock::stopping_at(Duration::from_millis(2500));
    assert_eq!(simulate("--period 1s", &clock, Duration::ZERO), sent(3, 0));
}

#[test]
fn a_slow_reader_costs_ticks_and_they_are_counted_up_to_the_stop() {
    // Each write takes three and a half periods; ticks 0, 3, 7, 10 and 14 are kept.
    let clock = FakeClock::stopping_at(Duration::from_millis(11_900));
    let slow = Duration::from_millis(3_500);
    assert_eq!(simulate("--period 1s", &clock, slow), sent(5, 10));
}
