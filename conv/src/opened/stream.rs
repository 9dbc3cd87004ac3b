//! `--from`: a stream of text or of raw words.

use std::io::Write;

use stage::process::clock::Clock as _;

use super::reconnecting::ReconnectingStream;
use super::{OpenSource, Opened};
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::end_of_run;
use crate::source::open_stream::OpenStream;
use crate::source::stream::Stream;
use crate::{Error, convert_stream, source};

/// Opens the stream, if one is asked for.
pub(super) fn asked(options: &Options) -> Option<Result<Opened, source::Error>> {
    let path = options.from.as_ref()?;
    if options.serial.reconnect {
        return Some(ReconnectingStream::open(path.clone(), options).map(Opened::new));
    }
    let stream = OpenStream::open(path, options.layout(), options.serial.baud);
    Some(stream.map(Opened::new))
}

impl OpenSource for OpenStream {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let Plan { settings, duration, stop, progress, .. } = plan;
        let deadline = end_of_run(stop.now(), duration);
        let stream = Stream::begin(*self, deadline, stop, &progress);
        convert_stream(stream, Processing::new(settings), sender)
    }
}
