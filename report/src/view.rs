//! What is made of the records: **a new view is a module, and a line in [`all`]**.
//!
//! | module | owns |
//! |---|---|
//! | here | what a view is, what all of them share, and which there are |
//! | `text` | standard output as text, in one of the [formats](crate::format) |
//! | `live` | the live view on a terminal |
//! | `textfile` | a file of metrics |
//! | [`svg`] | a picture |
//! | `watched` | conditions: which of them hold |
//! | `by_product` | a file that is kept beside the report, and neither ends it nor holds it up |
//! | `replaced` | a file that is replaced atomically |
//!
//! A view is given each record, says when it wants to be woken although none comes, draws what is
//! due, and finishes at the end.

mod by_product;
mod live;
mod replaced;
pub mod svg;
mod text;
mod textfile;
mod watched;

use std::time::Instant;

use stage::format::record::Record;
use stage::process::exit::Status;
use stage::process::inherited;

use crate::channels::Channels;
use crate::display::Display;
use crate::error::Error;
use crate::format::LIVE;
use crate::options::Options;
use crate::standard_output::StandardOutput;
use crate::voice::Voice;
use live::on_terminal::OnTerminal;
use svg::Picture;
use text::Text;
use textfile::Textfile;
use watched::Watched;

/// Something that is made of the records.
pub(crate) trait View {
    /// Whether it has a place for `record`; why not. Then no view takes it.
    fn check(&self, _record: &Record) -> Result<(), Refusal> {
        Ok(())
    }

    /// Takes a record, which was read from `line` and lies on the desk already.
    fn take(&mut self, _line: &[u8], _desk: &mut Desk<'_>) {}

    /// Looks at the newest records on the desk, some of which have changed: with a record that came, or because
    /// `conv` has rejected something.
    fn see(&mut self, _desk: &mut Desk<'_>) {}

    /// Whether it shows such changes between two records.
    fn follows_the_newest(&self) -> bool {
        true
    }

    /// When to be drawn although no record comes, if ever.
    fn wakes_at(&self, _now: Instant) -> Option<Instant> {
        None
    }

    /// Draws what is due: called after the records that came together, and at the time above.
    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error>;

    /// Draws what comes last, whatever went wrong before; [`Status::Failed`] if what it saw is a
    /// reason for that.
    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error>;
}

/// Why a view does not take a record.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It has no place for this one.
    Record(String),
    /// It will have none for any.
    All(Error),
}

/// What the views share.
pub(crate) struct Desk<'a> {
    /// Standard output.
    pub(crate) output: StandardOutput<'a>,
    /// Standard error.
    pub(crate) voice: Voice<'a>,
    /// The newest records so far.
    pub(crate) channels: Channels,
    /// The time.
    pub(crate) now: Instant,
}

/// The views that `options` ask for, in the order in which they draw and finish: standard output
/// first, so that neither a record nor a terminal in disorder waits for a file.
pub(crate) fn all(
    options: &Options,
    display: Option<Display>,
    messages_are_shown: bool,
    desk: &mut Desk<'_>,
) -> Result<Vec<Box<dyn View>>, inherited::Error> {
    let now = desk.now;
    let mut views = Vec::new();
    match display.filter(|_| options.wants_live()) {
        Some(display) => {
            views.extend(boxed(Some(OnTerminal::new(display, now)?)));
            desk.voice.may_be_above(messages_are_shown);
        }
        None => views.extend(boxed(Some(Text::new(options.format.unwrap_or(LIVE))))),
    }
    views.extend(boxed(options.textfile.clone().map(Textfile::new)));
    views.extend(boxed(options.svg.as_deref().map(|path| Picture::new(path, now))));
    views.extend(boxed(Watched::new(&options.fail_if)));
    Ok(views)
}

fn boxed(view: Option<impl View + 'static>) -> Option<Box<dyn View>> {
    view.map(|view| Box::new(view) as Box<dyn View>)
}
