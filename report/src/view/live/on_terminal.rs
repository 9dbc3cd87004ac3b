//! The live view where it is drawn: on its terminal, with what other stages say above it.
//!
//! It writes only as much as the terminal takes at once, so that one that is paused (Ctrl-S) or hangs
//! keeps the report from nothing: records and messages are read all the same, and the newest are shown
//! once it goes on. Only the last frame waits for it.

use std::time::Instant;

use stage::process::exit::Status;
use stage::process::inherited;
use stage::process::suspension::Request;

use super::others::Others;
use super::{FRAME, Live};
use crate::by_conv::LOOK;
use crate::display::Display;
use crate::error::Error;
use crate::view::{Desk, View};

/// The live view and its terminal.
pub(crate) struct OnTerminal {
    live: Live,
    display: Display,
    others: Option<Others>,
    /// What is not written yet of a frame.
    frame: Vec<u8>,
    /// Whether the terminal took nothing when something was due.
    is_held: bool,
}

impl OnTerminal {
    /// A view that begins now.
    pub(crate) fn new(display: Display, now: Instant) -> Result<OnTerminal, inherited::Error> {
        let others = Others::from_environment()?;
        let live = Live::new(display.abilities, now);
        Ok(OnTerminal { live, display, others, frame: Vec::new(), is_held: false })
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

    /// Stops if Ctrl-Z asks for it, and leaves the shell a terminal without the panel.
    fn obey_suspension(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        let Some(suspension) = &self.display.suspension else { return Ok(()) };
        match suspension.look() {
            Request::Nothing => return Ok(()),
            Request::Redraw => {}
            Request::Stop => {
                if (self.display.is_ours)() {
                    self.live.clear(&mut self.frame);
                    desk.output.offer(&mut self.frame)?;
                }
                suspension.stop();
            }
        }
        self.frame.clear();
        self.live.begin_anew(desk.now);
        Ok(())
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
        if self.is_held {
            return Some(now + FRAME);
        }
        Some(match (self.display.is_ours)() {
            true => self.live.next_frame().min(now + LOOK),
            // Frames are due, and not drawn.
            false => now + LOOK,
        })
    }

    fn draw(&mut self, desk: &mut Desk<'_>) -> Result<(), Error> {
        self.obey_suspension(desk)?;
        self.gather(desk);
        desk.output.offer(&mut self.frame)?;
        self.is_held = false;
        let size = (self.display.size)();
        if self.frame.is_empty() && self.live.is_due(desk.now, size) && (self.display.is_ours)() {
            self.is_held = !desk.output.has_room()?;
            if !self.is_held {
                self.live.draw_if_due(&desk.channels, desk.now, size, &mut self.frame);
                desk.output.offer(&mut self.frame)?;
            }
        }
        self.is_held |= !self.frame.is_empty();
        Ok(())
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
