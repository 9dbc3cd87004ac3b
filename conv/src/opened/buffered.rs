//! `--iio`: the buffer of a device.

use std::io::Write;
use std::path::Path;

use stage::process::clock::Clock as _;

use super::{OpenSource, Opened};
use crate::for_channel::Called;
use crate::options::Options;
use crate::plan::Plan;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::source::clocked::end_of_run;
use crate::source::iio::Buffer;
use crate::source::open_stream::OpenStream;
use crate::source::stream::Stream;
use crate::{Error, convert_frames, source};

/// A buffer that is open, and what its scans are.
struct Buffered {
    buffer: Buffer,
    stream: OpenStream,
}

/// Opens the buffer, if one is asked for.
pub(super) fn asked(options: &Options) -> Option<Result<Opened, source::Error>> {
    let device = options.iio.as_ref()?;
    Some(open(device, options).map(Opened::new))
}

fn open(device: &Path, options: &Options) -> Result<Buffered, source::Error> {
    let layout = options.layout();
    let buffer = Buffer::find(device, &layout.choice)?;
    options.settings().check(buffer.frame.columns())?;
    let stream = OpenStream::open(&buffer.node, layout, None)?;
    Ok(Buffered { buffer, stream })
}

impl OpenSource for Buffered {
    fn convert(
        self: Box<Self>,
        plan: Plan,
        sender: &mut Sender<'_, &mut dyn Write>,
    ) -> Result<(), Error> {
        let Buffered { buffer: Buffer { frame, conversions, notice, .. }, stream } = *self;
        let Plan { mut settings, duration, stop, progress, .. } = plan;
        settings.devices = conversions;
        let columns = frame.columns();
        let unscaled = |index| {
            let called = Called::of(columns, index);
            let is_scaled = settings.conversion(index, called).scale.is_some();
            called.filter(|_| !is_scaled).map(|called| called.name().as_str())
        };
        let unscaled: Vec<&str> = (0..columns.count()).filter_map(unscaled).collect();
        if !unscaled.is_empty() {
            let names = unscaled.join(", ");
            sender.notify(&format!("no scale for {names}: the raw readings are the samples"));
        }
        notice.iter().for_each(|notice| sender.notify(notice));
        let deadline = end_of_run(stop.now(), duration);
        let stream = Stream::begin(stream, deadline, stop, &progress);
        convert_frames(stream, frame, Processing::new(settings), sender)
    }
}
