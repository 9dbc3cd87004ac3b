//! `--poll`: a file that is read at each tick.

use std::io::Write;
use std::path::PathBuf;

use stage::process::message::quoted_path;
use stage::process::quantity::Rate;

use super::{OpenSource, Opened};
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::Clocked;
use crate::source::polled::{PolledFile, check};
use crate::source::{self, iio};
use crate::ticks::Sampling;
use crate::{Error, pump};

/// A file that can be polled.
struct Polled {
    path: PathBuf,
    /// How often.
    rate: Rate,
}

/// Checks the file, if polling is asked for.
pub(super) fn asked(options: &Options) -> Option<Result<Opened, source::Error>> {
    let path = options.poll.clone()?;
    let rate = options.ticking();
    Some(check(&path).map(|()| Opened::new(Polled { path, rate })))
}

impl OpenSource for Polled {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let Polled { path, rate } = *self;
        let Plan { conversion, checks, duration, stop, .. } = plan;
        let (polled, device) = PolledFile::open(&path)?;
        let conversion = conversion.or(device);
        if conversion.scale.is_none() && iio::is_raw(&path) {
            let name = quoted_path(&path);
            sender
                .notify(&format!("no scale lies beside {name}: its raw readings are the samples"));
        }
        let source = Clocked::new(polled, stop, rate, duration, Sampling::Single);
        pump(source, Processing::new(conversion, checks), sender)
    }
}
