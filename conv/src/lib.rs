//! An A/D converter, real or simulated, becomes a stream of samples.
//!
//! | module | owns |
//! |---|---|
//! | [`options`] | the command line |
//! | [`source`] | where raw readings come from: [`source::simulated`] (signals; [`source::uniform`] their random integers), [`source::polled`] (a file at each tick; [`source::iio`] its conventions), [`source::stream`] (text or words as they come; [`source::word`] the raw formats; [`source::framing`] input that is refused; [`source::device`] **having a serial line for oneself**) |
//! | [`ticks`] | which tick is due, which was missed |
//! | [`conversion`] | raw reading to value: offset, scale, plausibility |
//! | [`rejected`] | **the reasons for rejecting a reading** |
//! | [`sender`] | counting, rejecting, and writing samples in blocks ([`block`](mod@block)), those that come again from a table of [`texts`] |
//!
//! A source that must be asked ([`source::Converter`]) is asked at each tick or, at
//! `--rate max`, as fast as the output takes it; a stream comes by itself. Either way each
//! reading goes through the one [`sender::Sender`].

#![forbid(unsafe_code)]

pub mod block;
pub mod conversion;
pub mod options;
pub mod rejected;
pub mod sender;
pub mod source;
pub mod texts;
pub mod ticks;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use stage::clock::{Clock as _, Timer, Wake};
use stage::ending::Unread;
use stage::exit::Status;
use stage::input::{AfterStop, Channel};
use stage::message::{Messages, quoted_path};
use stage::program::Ended;
use stage::quantity::Rate;
use stage::size::BLOCK;
use stage::stop::Stop;
use thiserror::Error;

use crate::conversion::Conversion;
pub use crate::options::Options;
use crate::sender::Sender;
use crate::source::Converter;
use crate::source::device::Device;
use crate::source::framing::Framed;
use crate::source::iio;
use crate::source::polled::Polled;
use crate::source::simulated::Simulated;
use crate::source::stream::Beginning;
use crate::ticks::{Manner, Ticks};

/// Why conversion ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The source could not be set up.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// The stream could not be read to its end.
    #[error(transparent)]
    Read(#[from] Unread),
    /// The stream is framed in a way that is not read.
    #[error("cannot take samples from {name}")]
    Framed {
        /// The stream; a file's name in quotes.
        name: String,
        /// How.
        source: Framed,
    },
    /// The samples could not be written.
    #[error("cannot write standard output")]
    Write(#[source] io::Error),
    /// The clock could not be waited on.
    #[error("cannot wait for the next tick")]
    Wait(#[source] io::Error),
}

/// Converts until the source ends, a limit is reached, the reader goes away, or a stop is
/// requested.
pub fn run(
    options: &Options,
    stop: Stop,
    messages: &mut dyn Messages,
    output: impl Write,
) -> Ended<Error> {
    let mut sender = Sender::new(output, options.count, messages);
    let result = convert(options, stop, &mut sender);
    let entry = sender.close();
    Ended { result: result.map(|()| Status::of_rejected(sender.rejected())), entry }
}

fn convert(
    options: &Options,
    mut stop: Stop,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    if let Some(path) = &options.from {
        let (name, file) = source::open_stream(path)?;
        sender.convert_with(Conversion::new(options, None));
        let end = end_of_run(stop.now(), options.duration);
        return match file {
            Some(file) => take_stream(options, name, file, stop, end, sender),
            None => take_stream(options, name, io::stdin(), stop, end, sender),
        };
    }
    if let Some(path) = &options.poll {
        let (mut polled, attributes) = Polled::open(path)?;
        if attributes.scale.is_none() && options.scale.is_none() && iio::is_raw(path) {
            let name = quoted_path(path);
            sender.tell(&format!("no scale lies beside {name}: its raw readings are the samples"));
        }
        sender.convert_with(Conversion::new(options, Some(attributes)));
        return pace(
            &mut polled,
            options.ticking(),
            options.duration,
            Manner::Single,
            &mut stop,
            sender,
        );
    }
    let mut simulated = Simulated::new(options.signal, &options.range, options.seed)?;
    sender.convert_with(Conversion::new(options, None));
    pace(&mut simulated, options.ticking(), options.duration, Manner::Batched, &mut stop, sender)
}

/// `None`, never, also for a duration beyond all time.
fn end_of_run(start: Instant, duration: Option<Duration>) -> Option<Instant> {
    duration.and_then(|duration| start.checked_add(duration))
}

fn take_stream<F: std::os::fd::AsFd>(
    options: &Options,
    name: String,
    fd: F,
    stop: Stop,
    end: Option<Instant>,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let device = Device::take(&fd, &name, options.format).map_err(source::Error::from)?;
    if let Some(not_raw) = device.as_ref().and_then(|device| device.not_raw.as_ref()) {
        sender.tell(&format!("{name} {}", not_raw.told()));
    }
    let beginning = match device {
        Some(_) => Beginning::Anywhere(&name),
        None => Beginning::Whole,
    };
    let input = Channel::new(fd, stop, AfterStop::End);
    let taken = source::stream::take(input, &options.layout(), beginning, end, sender);
    taken.map_err(|error| match error {
        source::stream::Error::Read(error) => match Framed::of(&error) {
            Some(source) => Error::Framed { name, source },
            None => Unread::new(name, error).into(),
        },
        source::stream::Error::Write(source) => Error::Write(source),
    })
}

/// Asks `converter` at each tick, or without a pause, until a limit is reached or `timer` says stop.
fn pace(
    converter: &mut dyn Converter,
    rate: Rate,
    duration: Option<Duration>,
    manner: Manner,
    timer: &mut impl Timer,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    match rate {
        Rate::Every(period) => {
            let ticks = Ticks::new(timer.now(), period, duration, manner);
            keep_time(converter, ticks, timer, sender)
        }
        Rate::Max => {
            let at_a_time = match manner {
                Manner::Single => 1,
                Manner::Batched => BLOCK,
            };
            flood(converter, at_a_time, end_of_run(timer.now(), duration), timer, sender)
        }
    }
}

fn keep_time(
    converter: &mut dyn Converter,
    mut ticks: Ticks,
    timer: &mut impl Timer,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    while let Some(deadline) = ticks.deadline() {
        let wake = timer.wait_until(deadline).map_err(Error::Wait)?;
        // Also when asked to stop: what was due before is still sent, or counted as missed.
        let due = ticks.take(timer.now());
        sender.miss(due.missed);
        for _ in 0..due.taken {
            sender.take(converter);
        }
        sender.flush().map_err(Error::Write)?;
        if wake == Wake::Stop || sender.is_done() {
            break;
        }
    }
    Ok(())
}

fn flood(
    converter: &mut dyn Converter,
    at_a_time: usize,
    end: Option<Instant>,
    timer: &mut impl Timer,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    loop {
        let now = timer.now();
        let over = end.is_some_and(|end| now >= end);
        if over || timer.wait_until(now).map_err(Error::Wait)? == Wake::Stop {
            return Ok(());
        }
        sender.fill(converter, at_a_time);
        sender.flush().map_err(Error::Write)?;
        if sender.is_done() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use stage::fake::FakeClock;
    use stage::ledger::Entry;

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

    /// Runs a simulated converter on `clock`, with an output that is as slow as told.
    fn simulate(words: &str, clock: &mut FakeClock, slow: Duration) -> (usize, Entry) {
        let options = Options::try_parse_from(format!("conv {words}").split_whitespace()).unwrap();
        let (mut messages, timer) = (Vec::new(), clock.clone());
        let mut output = Slow(&timer, slow, Vec::new());
        let mut sender = Sender::new(&mut output, options.count, &mut messages);
        let mut simulated = Simulated::new(options.signal, &options.range, Some(1)).unwrap();
        pace(
            &mut simulated,
            options.ticking(),
            options.duration,
            Manner::Batched,
            clock,
            &mut sender,
        )
        .unwrap();
        let entry = sender.close();
        (output.2.iter().filter(|&&byte| byte == b'\n').count(), entry)
    }

    fn sent(sent: u64, missed: u64) -> (usize, Entry) {
        (sent as usize, Entry::Conv { sent, rejected: 0, missed })
    }

    #[test]
    fn a_run_is_as_long_as_its_duration_or_its_count() {
        let mut clock = FakeClock::new();
        assert_eq!(simulate("--rate 1k --duration 2s", &mut clock, Duration::ZERO), sent(2000, 0));
        let mut clock = FakeClock::new();
        assert_eq!(simulate("--rate 1k --count 1001", &mut clock, Duration::ZERO), sent(1001, 0));
        assert_eq!(clock.elapsed(), Duration::from_secs(1), "the first sample comes at once");
    }

    #[test]
    fn readings_that_are_all_rejected_do_not_hide_a_stop() {
        let options = Options::try_parse_from(["conv", "--plausible", "200..300"]).unwrap();
        let mut timer = FakeClock::stopping_at(Duration::ZERO);
        let mut messages = Vec::new();
        let mut sender = Sender::new(Vec::new(), None, &mut messages);
        sender.convert_with(Conversion::new(&options, None));
        let mut simulated = Simulated::new(options.signal, &options.range, Some(1)).unwrap();
        sender.fill(&mut simulated, 10_000);
        let rejected = sender.rejected();
        assert!((10_000..20_000).contains(&rejected), "{rejected}");
        flood(&mut simulated, 10_000, None, &mut timer, &mut sender).unwrap();
        assert_eq!(sender.close(), Entry::Conv { sent: 0, rejected, missed: 0 });
    }

    #[test]
    fn a_stop_ends_the_run_with_what_was_due_before() {
        let mut clock = FakeClock::stopping_at(Duration::from_millis(2500));
        assert_eq!(simulate("--period 1s", &mut clock, Duration::ZERO), sent(3, 0));
    }

    #[test]
    fn a_slow_reader_costs_ticks_and_they_are_counted_up_to_the_stop() {
        // Each write takes three and a half periods; ticks 0, 3, 7, 10 and 14 are kept.
        let mut clock = FakeClock::stopping_at(Duration::from_millis(11_900));
        let slow = Duration::from_millis(3_500);
        assert_eq!(simulate("--period 1s", &mut clock, slow), sent(5, 10));
    }
}
