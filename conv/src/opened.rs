//! Which source the options ask for, and opening it: what is done before any stage of a pipeline
//! begins, so that no `log` has emptied its file when there is nothing to record. Nothing is read
//! here.
//!
//! To add a source: a file with its kind, and its line in [`KINDS`].

mod polled;
mod simulated;
mod stream;

use std::io::Write;

use crate::options::Options;
use crate::plan::Plan;
use crate::sender::Sender;
use crate::{Error, source};

/// A source that is open, and can be read.
pub struct Opened(Box<dyn OpenSource>);

impl Opened {
    fn new(source: impl OpenSource + 'static) -> Opened {
        Opened(Box::new(source))
    }

    /// See [`OpenSource::convert`].
    pub(crate) fn convert(
        self,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        self.0.convert(plan, sender)
    }
}

/// What an open source can do, whatever its kind.
trait OpenSource {
    /// Sends what it gives, until it ends, its time is over, or the sender is done.
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error>;
}

/// Opens a source, if the options ask for it.
type Kind = fn(&Options) -> Option<Result<Opened, source::Error>>;

/// The sources that must be asked for; with none of them, a converter is simulated.
const KINDS: [Kind; 2] = [stream::asked, polled::asked];

/// Opens what `options` ask for.
pub(crate) fn open(options: &Options) -> Result<Opened, source::Error> {
    KINDS.iter().find_map(|kind| kind(options)).unwrap_or_else(|| simulated::open(options))
}
