//! An A/D converter, real or simulated, becomes a stream of samples.
//!
//! A straight pipeline. Each part knows only what it hands on:
//!
//! ```text
//! options ──▶ source, plan
//! source ──readings──▶ conversion ──values──▶ checks ──samples──▶ sender ──▶ output
//! ```
//!
//! In the classic stream, of one channel without a time, readings come by the thousand, and a fast path
//! takes them. Everything else comes in rows, raw words of one channel without codes too: each row with its time,
//! if it has one, and a reading of each channel, which is converted and checked by itself. Rows of text that hold
//! nothing but samples have a fast path as well (`source::taken`).
//!
//! | module | owns | hands on |
//! |---|---|---|
//! | `options` | the command line (`options::serial`: how a serial line is opened; `options::simulation`: what is simulated; [`for_channel`]: values for one channel or for all) | options |
//! | `plan` | what happens to readings | settings, columns, duration |
//! | `opened` | choosing the source, and opening it before any stage begins: **a new source is added there** (`opened::clocked`: one converter, or rows of several; `opened::buffered`: the buffer of an IIO device; `opened::reconnecting`: a stream that is opened whenever it can be) | a source that can be read |
//! | [`source`] | where readings come from, until an end, a deadline or a stop | batches of readings, rows |
//! | [`source::clocked`], `source::clocked_rows` | asking one converter, or several together, at the `source::pace`: at each tick ([`ticks`]: which is due, which was missed) or without a pause | |
//! | [`source::simulated`], `source::polled` | converters: signals (`source::uniform`: random integers); a file (`source::number`: the number in it; [`source::iio`]: the attributes beside it) | a reading |
//! | `streams` | which source reads a stream | |
//! | `source::text`, `source::words`, [`source::wav`] | streams as they come (`source::open_stream`: opening one; [`source::stream`]: what both have in common; [`source::format`], `source::layout`, `source::frame`: what they consist of; [`source::word`]: raw words; `source::device`: **exclusive use of a serial line**; [`source::connection`]: the input and its device, let go of together; `source::reconnecting`: what goes on with another input) | |
//! | [`source::iio`] | what the kernel says of an A/D converter: its attributes, **its buffer and the scans in it** | |
//! | `source::table` | which lines of text are rows and headers, and what stands in their fields (`source::choice`: which columns are taken, and what they are sent as) | |
//! | `source::dialect`, `source::timing` | how foreign text is written, and what its times look like | |
//! | `source::pattern` | lines of labels that differ only in their numbers | |
//! | `source::taken` | rows of columns or labels, by a way as fast as that of the classic stream | |
//! | `reading` | what a source hands on, and **why there is no reading** | |
//! | `chunk` | text examined 64 bytes at a time | |
//! | `canonical` | **lines of text that are canonical already**: recognising and reading them | lines, numbers |
//! | `conversion` | offset and scale, or the map that they are (`fraction`: **exact fractions**) | a value |
//! | `check` | **the checks of values**, and what they remember | a value, or why it is rejected |
//! | [`missing`] | **values that stand for no reading** | |
//! | [`channel`] | what is done to one channel's readings: both, in their order; **the settings of channels** | a value |
//! | [`processing`] | the same for whatever a source gives, skipped for codes and lines seen before (`text_cache`, `line_cache`), and for text to which nothing is to be done; `history`: the row that waits for the next one | samples, rows and rejections |
//! | [`sender`] | limiting, gathering (`gathered`), writing, counting | the output, the account |
//!
//! [`pump`] is the one loop over all of them.

#![forbid(unsafe_code)]

mod canonical;
pub mod channel;
mod check;
mod chunk;
mod conversion;
pub mod for_channel;
mod fraction;
mod gathered;
mod line_cache;
pub mod missing;
mod opened;
mod options;
mod plan;
pub mod processing;
mod reading;
pub mod sender;
pub mod source;
mod streams;
mod text_cache;
pub mod ticks;

use std::io::Write;

use stage::format::columns::Columns;
use stage::process::exit::Status;
use stage::process::ledger::Entry;
use stage::process::message::chain;
use stage::process::program::Ended;
use stage::process::stop::Stop;
use stage::process::surroundings::Surroundings;
use stage::stream::output::Unwritable;
use thiserror::Error;

pub use crate::channel::Settings;
pub use crate::check::CheckOptions;
pub use crate::conversion::ConversionOptions;
use crate::for_channel::WrongChannel;
pub use crate::fraction::Fraction;
use crate::opened::Opened;
pub use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::{Given, Source};
pub use crate::streams::{convert_frames, convert_stream};

/// Why conversion ended early.
#[derive(Debug, Error)]
pub enum Error {
    /// The source could not be set up, or not read to its end.
    #[error(transparent)]
    Source(#[from] source::Error),
    /// Options do not fit the channels that the input has.
    #[error(transparent)]
    WrongChannel(#[from] WrongChannel),
    /// A check measures time, of which the readings have none.
    #[error(
        "cannot check --flat for a duration: the readings have no times (--time COL takes them from \
         the text, --stamp from the clock; --flat N counts readings)"
    )]
    NoTimes,
    /// The samples could not be written.
    #[error(transparent)]
    Write(#[from] Unwritable),
}

/// Opens the source. To be called before a pipeline begins.
pub fn open(options: &Options) -> Result<Opened, Ended<Error>> {
    opened::open(options).map_err(|error| {
        let entry = Entry::Conv { sent: 0, rejected: 0, missed: 0, table: None };
        Ended { entry, result: Err(error.into()) }
    })
}

/// Converts until the source ends, a limit is reached, the reader goes away, or a stop is
/// requested.
pub fn run(options: &Options, around: Surroundings<'_, Opened, impl Write, Stop>) -> Ended<Error> {
    let Surroundings {
        input: opened, mut output, clock: stop, messages, rejections, progress, ..
    } = around;
    let output: &mut dyn Write = &mut output;
    let mut sender = Sender::new(output, options.count, messages).counting_in(rejections);
    let result = opened.convert(Plan::of(options, stop, progress), &mut sender);
    let entry = sender.close();
    Ended { result: result.map(|()| Status::of_rejected(sender.rejected())), entry }
}

/// Goes on to rows of `columns`. A source that knows them beforehand need not give them.
fn begin(
    columns: &Columns,
    processing: &mut Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    processing.begin(columns, sender)?;
    // What waited may have been rejected.
    sender.count_rejections();
    Ok(sender.begin(columns)?)
}

/// Converts what `source` gives, until it ends or the sender is done; then reports the rest.
pub fn pump(
    source: &mut impl Source,
    processing: &mut Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    let result = pump_all(source, processing, sender);
    processing.finish(sender);
    sender.count_rejections();
    let result = ended(result, sender);
    report_notices(source, sender);
    sender.miss(source.missed());
    result
}

/// How it ended, once the rest has been written. That it cannot be is what stops the program, even if the
/// source failed as well, and may return.
fn ended(result: Result<(), Error>, sender: &mut Sender<impl Write>) -> Result<(), Error> {
    match (result, sender.flush()) {
        (Err(why @ Error::Source(_)), Err(unwritable)) => {
            sender.notify(&chain(&why));
            Err(unwritable.into())
        }
        (result, flushed) => result.and(flushed.map_err(Error::from)),
    }
}

fn pump_all(
    source: &mut impl Source,
    processing: &mut Processing,
    sender: &mut Sender<impl Write>,
) -> Result<(), Error> {
    while !sender.is_done() {
        report_notices(source, sender);
        match source.next(sender.gathered())? {
            Given::Codes(codes) => processing.take_codes(codes, sender),
            Given::Text(text) => processing.take_text(text, sender),
            Given::Readings(readings) => processing.take(readings, sender),
            Given::Rows(rows) => processing.take_rows(rows, sender),
            Given::Columns(columns) => begin(columns, processing, sender)?,
            Given::One(reading) => processing.take([reading], sender),
            Given::Nothing => sender.flush()?,
            Given::End => break,
        }
        if processing.lacks_times() {
            return Err(Error::NoTimes);
        }
        sender.count_rejections();
    }
    Ok(())
}

fn report_notices(source: &mut impl Source, sender: &mut Sender<impl Write>) {
    while let Some(notice) = source.notice() {
        sender.notify(&notice);
    }
}

#[cfg(test)]
mod tests;
