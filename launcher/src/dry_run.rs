//! For `--print`, which runs no stage: whether each would accept its options, and whether they fit
//! together.
//!
//! A stage checks its own options when the pipeline starts. Here the same code runs within the
//! launcher, so that a command is printed only if it can begin. The contents of the files that it names
//! are not checked: they may differ when, or where, the command is run.

use std::ffi::OsString;

use stage::process::command_line::{StageOptions, parse};
use stage::process::message::{Messages, StandardError};
use stage::process::start::Ready;

use crate::calls::Calls;
use crate::gates::other_input;
use crate::process::Process;

/// Whether the pipeline could begin; reports why not, in the words of the program that would.
pub(crate) fn could_begin(calls: &Calls, own: &mut StandardError) -> bool {
    let stages = [
        (Process::Conv, ready::<wandler_conv::Options>(Process::Conv, calls)),
        (Process::Log, ready::<wandler_log::Options>(Process::Log, calls)),
        (Process::Stat, ready::<wandler_stat::Options>(Process::Stat, calls)),
        (Process::Report, ready::<wandler_report::Options>(Process::Report, calls)),
    ];
    // Each has reported by now what is wrong with it.
    let ready = stages.into_iter().map(|(who, ready)| Some((who, ready?)));
    let Some(ready) = ready.collect::<Option<Vec<_>>>() else { return false };
    let reason = other_input(ready.iter().map(|(who, ready)| (*who, ready)));
    reason.iter().for_each(|reason| own.tell(reason));
    reason.is_none()
}

/// What the stage would announce at its gate; `None` after reporting what is wrong with its options.
fn ready<O: StageOptions>(process: Process, calls: &Calls) -> Option<Ready> {
    let called = calls.name(process);
    let words = [called.as_str()].into_iter().chain(calls.words(process));
    match parse::<O>(words.map(OsString::from)) {
        Ok(options) => Some(Ready::with(&options)),
        Err(none) => {
            StandardError::of(process.name()).tell(&none.in_a_pipeline(&called));
            None
        }
    }
}
