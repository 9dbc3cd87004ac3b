//! What is done while the disk does not take what it is given: it may be full, and somebody may
//! make room.
//!
//! 1. Tell the reason, once; another one is told as well.
//! 2. Every [`AGAIN`], try again. Meanwhile nothing is read, so that the pipeline waits and nothing
//!    grows; but what was written is synced in time.
//! 3. Tell that it is over; or, when asked to stop, try a last time and give up.
//!
//! What is final is not tried again ([`Error::is_final`]).

use std::io;
use std::time::Duration;

use stage::process::clock::{Timer, Wake};
use stage::process::message::{Messages, chain};

use crate::batch::Batch;
use crate::error::Error;
use crate::recorder::{Disk, Recorder};

/// Time between two attempts: short for a person who makes room, long for the disk.
pub const AGAIN: Duration = Duration::from_secs(1);

/// Why a batch was not written.
#[derive(Debug)]
pub enum Unwritten {
    /// It is useless to try again.
    Final(Error),
    /// A stop was asked for before it could be done.
    GivenUp(Error),
    /// There was no waiting for the next attempt.
    Wait(io::Error),
}

/// Writes all of `batch`, however long that takes.
pub fn write(
    recorder: &mut Recorder<impl Disk>,
    batch: &mut Batch<'_>,
    timer: &mut impl Timer,
    messages: &mut dyn Messages,
) -> Result<(), Unwritten> {
    let mut told = None;
    let mut is_last = false;
    loop {
        let error = match recorder.write(batch, timer.now(), messages) {
            Ok(()) => break,
            Err(error) if error.is_final() => return Err(Unwritten::Final(error)),
            Err(error) if is_last => return Err(Unwritten::GivenUp(error)),
            Err(error) => error,
        };
        let reason = chain(&error);
        if told.as_ref() != Some(&reason) {
            messages.tell(&format!("{reason}: trying again every second"));
            told = Some(reason);
        }
        is_last = wait(recorder, timer)? == Wake::Stop;
    }
    if told.is_some() {
        messages.tell(&format!("can write {} again", recorder.disk().name()));
    }
    Ok(())
}

/// Waits until it is time to try again; what is to be synced before is.
fn wait(recorder: &mut Recorder<impl Disk>, timer: &mut impl Timer) -> Result<Wake, Unwritten> {
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
