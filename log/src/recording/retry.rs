//! What the loop does while the disk does not take what it is given: it may be full, and somebody may
//! make room.
//!
//! 1. Report the reason once, and again if it changes.
//! 2. Try again every [`AGAIN`]. Meanwhile nothing is read, so that the pipeline waits and nothing
//!    grows; but what was written is synced in time.
//! 3. Report that it is over; or, when asked to stop, try a last time and give up.
//!
//! A final error is not tried again ([`Error::is_final`]).

use std::io;
use std::time::Duration;

use stage::process::clock::{Timer, Wake};
use stage::process::message::{Messages, chain};

use super::report;
use crate::batch::Batch;
use crate::error::Error;
use crate::file::Named;
use crate::recorder::Recorder;

/// Time between two attempts: short for a person who makes room, long for the disk.
const AGAIN: Duration = Duration::from_secs(1);

/// Why a batch was not written.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// It is useless to try again.
    Final(Error),
    /// A stop was requested before it could be done.
    GivenUp(Error),
    /// Waiting for the next attempt failed.
    Wait(io::Error),
}

/// Writes all of `batch`, however long that takes.
pub(super) fn write(
    recorder: &mut Recorder<impl Named>,
    batch: &mut Batch<'_>,
    timer: &mut impl Timer,
    messages: &mut dyn Messages,
) -> Result<(), Unwritten> {
    let mut reported = None;
    let mut is_last = false;
    loop {
        recorder.set_time(timer.time_of_day());
        let result = recorder.write(batch, timer.now());
        report(recorder.take_notices(), messages);
        let error = match result {
            Ok(()) => break,
            Err(error) if error.is_final() => return Err(Unwritten::Final(error)),
            Err(error) if is_last => return Err(Unwritten::GivenUp(error)),
            Err(error) => error,
        };
        let reason = chain(&error);
        if reported.as_ref() != Some(&reason) {
            messages.tell(&format!("{reason}: trying again every second"));
            reported = Some(reason);
        }
        is_last = wait(recorder, timer)? == Wake::Stop;
    }
    if reported.is_some() {
        messages.tell(&format!("can write {} again", recorder.name()));
    }
    Ok(())
}

/// Waits for the next attempt, and syncs in between when that is due.
fn wait(recorder: &mut Recorder<impl Named>, timer: &mut impl Timer) -> Result<Wake, Unwritten> {
    let again = timer.now() + AGAIN;
    loop {
        recorder.sync_if_due(timer.now()).map_err(Unwritten::Final)?;
        let next = recorder.deadline().map_or(again, |deadline| deadline.min(again));
        let wake = timer.wait_until(next).map_err(Unwritten::Wait)?;
        if wake == Wake::Stop || next == again {
            return Ok(wake);
        }
    }
}
