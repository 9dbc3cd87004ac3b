//! Converters that are asked at the pace of a clock: a single one without times by the thousand, all others
//! in rows.

use std::io::Write;

use stage::process::quantity::Rate;

use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::{Clocked, Converter};
use crate::source::clocked_rows::ClockedRows;
use crate::ticks::Sampling;
use crate::{Error, begin, pump};

/// Converts what `converters` give, one for each channel. Messages call a row `what`.
pub(super) fn convert<C: Converter>(
    mut converters: Vec<C>,
    what: &'static str,
    (rate, sampling): (Rate, Sampling),
    plan: Plan,
    sender: &mut Sender<'_, &mut dyn Write>,
) -> Result<(), Error> {
    let Plan { settings, columns, duration, stop, .. } = plan;
    let use_times = settings.use_times();
    let mut processing = Processing::new(settings);
    begin(&columns, &mut processing, sender)?;
    if columns.width() == 1
        && !use_times
        && let Some(converter) = converters.pop()
    {
        let mut source = Clocked::new(converter, stop, rate, duration, sampling);
        return pump(&mut source, &mut processing, sender);
    }
    let timed = columns.have_time() || use_times;
    let mut source = ClockedRows::new(converters, timed, what, stop, rate, duration, sampling);
    pump(&mut source, &mut processing, sender)
}
