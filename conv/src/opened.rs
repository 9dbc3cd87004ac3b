//! Which source the options ask for, and opening it: what is done before any stage of a pipeline
//! begins, so that no `log` has emptied its file when there is nothing to record. Nothing is read
//! here.

use std::path::PathBuf;

use stage::process::quantity::Rate;

use crate::options::Options;
use crate::source::open_stream::OpenStream;
use crate::source::simulated::Simulated;
use crate::source::{Error, polled};

/// A source that can be read.
#[derive(Debug)]
pub enum Opened {
    /// A stream that is taken as it comes.
    Stream(OpenStream),
    /// A file that is read at each tick.
    Polled {
        /// The file.
        path: PathBuf,
        /// How often.
        rate: Rate,
    },
    /// A simulated converter.
    Simulated {
        /// The converter. (It draws its seed here, while it still has all system calls: where the C
        /// library is linked statically, looking for the one for random numbers opens files.)
        converter: Box<Simulated>,
        /// How often it is asked.
        rate: Rate,
    },
}

impl Opened {
    /// Opens what `options` ask for.
    pub fn of(options: &Options) -> Result<Opened, Error> {
        let rate = options.ticking();
        match (&options.from, &options.poll) {
            (Some(path), _) => OpenStream::open(path, options.layout()).map(Opened::Stream),
            (None, Some(path)) => {
                polled::check(path)?;
                Ok(Opened::Polled { path: path.clone(), rate })
            }
            (None, None) => {
                let converter = Simulated::new(options.signal, &options.range, options.seed)?;
                Ok(Opened::Simulated { converter: Box::new(converter), rate })
            }
        }
    }
}
