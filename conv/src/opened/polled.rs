//! `--poll`: files that are read at each tick.

use std::io::Write;
use std::path::PathBuf;

use stage::process::message::quoted_path;
use stage::process::quantity::Rate;

use super::{OpenSource, Opened};
use crate::channel::name;
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::Clocked;
use crate::source::clocked_rows::ClockedRows;
use crate::source::polled::{PolledFile, check};
use crate::source::{self, iio};
use crate::ticks::Sampling;
use crate::{Error, begin, pump};

/// Files that can be polled.
struct Polled {
    paths: Vec<PathBuf>,
    /// How often.
    rate: Rate,
}

/// Checks the files, if polling is asked for.
pub(super) fn asked(options: &Options) -> Option<Result<Opened, source::Error>> {
    let (paths, rate) = (options.poll.clone(), options.ticking());
    if paths.is_empty() {
        return None;
    }
    let checked = paths.iter().try_for_each(|path| check(path));
    Some(checked.map(|()| Opened::new(Polled { paths, rate })))
}

impl OpenSource for Polled {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let Polled { paths, rate } = *self;
        let Plan { mut settings, columns, duration, stop, .. } = plan;
        let mut files = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            let (file, device) = PolledFile::open(path)?;
            let name = name(&columns, index);
            files.push(file.with_missing(settings.missing.of(name)));
            settings.devices.push(device);
            let scale = settings.conversion(index, name).scale;
            if scale.is_none() && iio::is_raw(path) {
                let name = quoted_path(path);
                sender.notify(&format!(
                    "no scale lies beside {name}: its raw readings are the samples"
                ));
            }
        }
        let use_times = settings.use_times();
        let mut processing = Processing::new(settings);
        begin(&columns, &mut processing, sender)?;
        match (files.pop(), files.is_empty()) {
            (Some(file), true) if columns.width() == 1 && !use_times => {
                let mut source = Clocked::new(file, stop, rate, duration, Sampling::Single);
                pump(&mut source, &mut processing, sender)
            }
            (last, _) => {
                files.extend(last);
                let (timed, single) = (columns.have_time() || use_times, Sampling::Single);
                let mut source =
                    ClockedRows::new(files, timed, "reading", stop, rate, duration, single);
                pump(&mut source, &mut processing, sender)
            }
        }
    }
}
