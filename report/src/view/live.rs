//! The live view: a panel at the bottom of the terminal that updates in place.
//!
//! | module | owns |
//! |---|---|
//! | here | what is known besides the newest record (the rate, the course), and when a frame is due |
//! | `on_terminal` | the view on its terminal: when it may draw, and what is said above it |
//! | `others` | what other stages say while it is on |
//! | `panel` | what is drawn where, at any size |
//! | `screen` | putting a panel onto the terminal, and other lines above it |
//!
//! The terminal is never queried, its modes are not changed, and the cursor stays visible, so that it
//! is intact however this ends. The cursor rests on an empty row above the panel, where other
//! programs' output does no harm: their line stays there, and the panel moves down.

pub(crate) mod on_terminal;
mod others;
mod panel;
mod screen;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stage::format::record::Record;

use crate::display::Abilities;
use crate::newest::Newest;
use panel::{Panel, Widths};
use screen::Screen;

/// Time between two frames: 20 a second are enough for the eye, and cost next to nothing.
const FRAME: Duration = Duration::from_millis(50);

/// Time between two frames when nothing comes: the clock shows seconds.
const IDLE_FRAME: Duration = Duration::from_secs(1);

/// How long nothing must come before the panel says so, unless records are that rare.
const STALL: Duration = Duration::from_secs(5);

/// The time over which the rate is measured: long enough to be steady, short enough to follow.
const RATE_SPAN: Duration = Duration::from_secs(5);

/// Samples of the course that are kept: more than any terminal has columns.
const COURSE: usize = 1000;

/// The live view.
#[derive(Debug)]
pub(crate) struct Live {
    screen: Screen,
    abilities: Abilities,
    started: Instant,
    /// When the newest record came, and how long after the one before it.
    arrived: Option<Instant>,
    interval: Duration,
    /// Samples counted so far, and when that was known.
    progress: VecDeque<(Instant, u64)>,
    /// The newest sample of each record, and when it came.
    course: VecDeque<(Instant, f64)>,
    widths: Widths,
    next_frame: Instant,
    changed: bool,
    /// Lines to be shown above the panel.
    above: Vec<String>,
}

impl Live {
    /// A view that begins now.
    pub(crate) fn new(abilities: Abilities, now: Instant) -> Live {
        Live {
            screen: Screen::new(abilities.colour),
            abilities,
            started: now,
            arrived: None,
            interval: Duration::ZERO,
            progress: VecDeque::new(),
            course: VecDeque::new(),
            widths: Widths::default(),
            next_frame: now,
            changed: true,
            above: Vec::new(),
        }
    }

    /// Notes that `record` is the newest, after this many `samples` in all.
    pub(crate) fn see(&mut self, record: &Record, samples: u64, now: Instant) {
        let known = self.progress.back().map_or(0, |(_, samples)| *samples);
        // A record may have nothing new but rejected lines, and the last one nothing new at all.
        if samples != known {
            self.note_progress(now, samples);
            if let Some(last) = &record.last {
                self.course.push_back((now, last.to_f64()));
                if self.course.len() > COURSE {
                    self.course.pop_front();
                }
            }
            self.interval =
                self.arrived.map_or(Duration::ZERO, |arrived| now.duration_since(arrived));
            self.arrived = Some(now);
        }
        self.changed = true;
    }

    fn note_progress(&mut self, now: Instant, samples: u64) {
        // One a frame is enough.
        let len = self.progress.len();
        if len > 1 && now.duration_since(self.progress[len - 2].0) < FRAME {
            self.progress.pop_back();
        }
        self.progress.push_back((now, samples));
        // Two are needed for a rate, however old they are.
        while self.progress.len() > 2 && now.duration_since(self.progress[1].0) > RATE_SPAN {
            self.progress.pop_front();
        }
    }

    /// Shows a line above the panel with the next frame.
    pub(crate) fn tell(&mut self, line: &str) {
        // Anything that moves the cursor would tear the panel.
        let line: String =
            line.chars().filter(|char| !char.is_control() || *char == '\t').collect();
        self.above.push(line);
        self.changed = true;
    }

    /// When the next frame is due.
    pub(crate) fn next_frame(&self) -> Instant {
        if self.changed { self.next_frame } else { self.next_frame + IDLE_FRAME - FRAME }
    }

    /// Appends a frame for a terminal of this size to `bytes`, if it is due.
    pub(crate) fn draw_if_due(
        &mut self,
        newest: &Newest,
        now: Instant,
        size: (u16, u16),
        bytes: &mut Vec<u8>,
    ) {
        if now >= self.next_frame() || self.screen.is_new_size(size) {
            self.draw(newest, now, size, bytes);
        }
    }

    /// Appends the last frame, and leaves the cursor below it.
    pub(crate) fn finish(
        &mut self,
        newest: &Newest,
        now: Instant,
        size: (u16, u16),
        bytes: &mut Vec<u8>,
    ) {
        self.screen.is_last = true;
        self.draw(newest, now, size, bytes);
        self.screen.leave(bytes);
    }

    fn draw(&mut self, newest: &Newest, now: Instant, size: (u16, u16), bytes: &mut Vec<u8>) {
        let panel = Panel {
            record: newest.record(),
            samples: newest.samples,
            elapsed: now.duration_since(self.started),
            rate: self.rate(),
            silent: self.silence(newest, now),
            course: self.course.make_contiguous(),
            now,
            unicode: self.abilities.unicode,
        };
        let above = std::mem::take(&mut self.above);
        let room = self.screen.room(size);
        self.screen.show(&panel.draw(room, &mut self.widths), size, &above, bytes);
        (self.next_frame, self.changed) = (now + FRAME, false);
    }

    /// Recent samples a second.
    fn rate(&self) -> Option<f64> {
        let ((start, before), (end, after)) = (self.progress.front()?, self.progress.back()?);
        let time = end.duration_since(*start).as_secs_f64();
        (time > 0.0).then(|| after.saturating_sub(*before) as f64 / time)
    }

    /// How long nothing has come, if that is worth saying.
    fn silence(&self, newest: &Newest, now: Instant) -> Option<Duration> {
        let is_over = newest.record().is_some_and(|record| record.is_final);
        let silent = now.duration_since(self.arrived.unwrap_or(self.started));
        (silent >= STALL.max(2 * self.interval) && !is_over).then_some(silent)
    }
}

#[cfg(test)]
mod tests;
