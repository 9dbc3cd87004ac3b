//! Which source the options ask for, and opening it. This happens before any stage of a pipeline
//! begins, so that `log` never truncates its file when there is nothing to record. Nothing is read
//! here.
//!
//! To add a source: write a file for its kind, and add a line to [`KINDS`].

mod buffered;
mod clocked;
mod polled;
mod reconnecting;
mod simulated;
mod stream;

use std::io::Write;

use crate::options::Options;
use crate::plan::Plan;
use crate::sender::Sender;
use crate::{Error, source};

/// An open source, ready to be read.
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
    /// Converts and sends what the source gives, until it ends, its time is over, or the sender is
    /// done.
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error>;
}

/// Opens a source of one kind, if the options ask for it.
type Kind = fn(&Options) -> Option<Result<Opened, source::Error>>;

/// The sources that must be asked for; with none of them, a converter is simulated.
const KINDS: [Kind; 3] = [stream::asked, polled::asked, buffered::asked];

/// Opens the source that `options` ask for.
pub(crate) fn open(options: &Options) -> Result<Opened, source::Error> {
    KINDS.iter().find_map(|kind| kind(options)).unwrap_or_else(|| simulated::open(options))
}
