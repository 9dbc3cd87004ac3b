//! `--poll`: files that are read at each tick.

use std::io::Write;
use std::path::PathBuf;

use stage::process::message::quoted_path;
use stage::process::quantity::Rate;

use super::{OpenSource, Opened, clocked};
use crate::Error;
use crate::for_channel::Called;
use crate::options::Options;
use crate::plan::Plan;
use crate::sender::Sender;
use crate::source::polled::{PolledFile, check};
use crate::source::{self, iio};
use crate::ticks::Sampling;

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
        let mut plan = plan;
        let Plan { settings, columns, .. } = &mut plan;
        let mut files = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            let (file, device) = PolledFile::open(path)?;
            let called = Called::of(columns, index);
            files.push(file.with_missing(settings.missing.of(called)));
            settings.devices.push(device);
            let scale = settings.conversion(index, called).scale;
            if scale.is_none() && iio::is_raw(path) {
                let name = quoted_path(path);
                sender.notify(&format!(
                    "no scale lies beside {name}: its raw readings are the samples"
                ));
            }
        }
        clocked::convert(files, "reading", (rate, Sampling::Single), plan, sender)
    }
}
