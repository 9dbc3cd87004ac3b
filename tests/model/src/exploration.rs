//! Every order of events, and every place where a process can be killed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use loom::model::Builder;

use crate::execution::{Ended, Outcome, Run};
use crate::stream::transport::peer::End;

/// How often, in one run, a process is interrupted that could go on; a death is such an interruption.
/// (One that has to wait lets others go on without that.) Few mistakes need more than two to show, and
/// each one more takes thirty times as long: `LOOM_MAX_PREEMPTIONS` sets another number, without deaths.
const INTERRUPTIONS: usize = 2;

/// Runs both processes of `run` in every order of events, and has each outcome checked.
pub fn in_every_order(run: Run, check: impl Fn(&Outcome) + Send + Sync + 'static) {
    let mut model = Builder::new();
    let deaths = usize::from(run.killed.is_some());
    model.preemption_bound.get_or_insert(INTERRUPTIONS - deaths);
    model.check(move || check(&run.once()));
}

/// The same with the process at `end` killed: at one place in all orders, then at the next place, until
/// it no longer comes so far. Returns how many places there are.
pub fn killed_everywhere(
    run: Run,
    end: End,
    check: impl Fn(&Outcome) + Send + Sync + 'static,
) -> usize {
    let check = Arc::new(check);
    let is_reached = |&place: &usize| {
        let is_reached = Arc::new(AtomicBool::new(false));
        let (reached, check) = (Arc::clone(&is_reached), Arc::clone(&check));
        in_every_order(Run { killed: Some((end, place)), ..run }, move |outcome| {
            if ended(outcome, end).is_none() {
                reached.store(true, Ordering::Relaxed);
            }
            check(outcome);
        });
        is_reached.load(Ordering::Relaxed)
    };
    (0..).take_while(is_reached).count()
}

fn ended(outcome: &Outcome, end: End) -> Ended {
    match end {
        End::Writer => outcome.writer,
        End::Reader => outcome.reader,
    }
}
