//! The live view where it is drawn: on its terminal, with what other stages say above it.

use std::time::Instant;

use stage::process::exit::Status;
use stage::process::inherited;

use super::Live;
use super::others::Others;
use crate::by_conv::LOOK;
use crate::display::Display;
use crate::error::Error;
use crate::view::{Desk, View};

/// The live view and its terminal.
pub(crate) struct OnTerminal {
    live: Live,
    display: Display,
    others: Option<Others>,
    /// A frame that is not written yet.
    frame: Vec<u8>,
}

impl OnTerminal {
    /// A view that begins now.
    pub(crate) fn new(display: Display, now: Instant) -> Result<OnTerminal, inherited::Error> {
        let others = Others::from_environment()?;
        let live = Live::new(display.abilities, now);
        Ok(OnTerminal { live, display, others, frame: Vec::new() })
    }

    /// Brings what was said to the panel.
    fn gather(&mut self, desk: &mut Desk<'_>) {
        for line in desk.voice.take_above() {
            self.live.tell(&format!("report: {line}"));
        }
        if let Some(others) = &mut self.others {
            others.lines(|line| self.live.tell(line));
        }
    }

    fn write(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        // Records count as shown when they are taken: most are in no frame.
        Ok(desk.output.write(&mut self.frame, |_| 0)?)
    }
}

impl View for OnTerminal {
    fn take(&mut self, _line: &[u8], desk: &mut Desk<'_>) {
        desk.output.shown += 1;
    }

    fn see(&mut self, desk: &mut Desk<'_>) {
        self.live.see(&desk.channels, desk.now);
    }

    fn wakes_at(&self, now: Instant) -> Option<Instant> {
        Some(match (self.display.is_ours)() {
            true => self.live.next_frame().min(now + LOOK),
            // Frames are due, and not drawn.
            false => now + LOOK,
        })
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        self.gather(desk);
        if (self.display.is_ours)() {
            self.live.draw_if_due(&desk.channels, desk.now, (self.display.size)(), &mut self.frame);
        }
        self.write(desk)
    }

    fn finish(&mut self, desk: &mut Desk<'_>) -> Result<Status, Error> {
        self.gather(desk);
        if let Some(others) = &mut self.others {
            others.last_line(|line| self.live.tell(line));
        }
        self.live.finish(&desk.channels, desk.now, (self.display.size)(), &mut self.frame);
        desk.voice.may_be_above(false);
        self.write(desk).map(|()| Status::Done)
    }
}
