//! The live view: a panel at the bottom of the terminal that updates in place.
//!
//! | module | owns |
//! |---|---|
//! | here | what is known besides the newest records (the rate, the course), and when a frame is due |
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
use stage::process::message::counted;

use crate::channels::Channels;
use crate::display::Abilities;
use panel::{Panel, Table, Taken, Widths};
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

/// The most lines that wait to be shown above the panel, while the terminal takes nothing.
const ABOVE: usize = 100;

/// What is known of a channel besides its newest record.
#[derive(Debug, Default)]
struct Track {
    /// Samples so far.
    samples: u64,
    /// The newest sample of each record, and when it came.
    course: VecDeque<Taken>,
}

/// The live view.
#[derive(Debug)]
pub(crate) struct Live {
    screen: Screen,
    abilities: Abilities,
    started: Instant,
    /// When the newest records came, and how long after those before them.
    arrived: Option<Instant>,
    interval: Duration,
    /// Samples counted so far, of all channels, and when that was known.
    progress: VecDeque<(Instant, u64)>,
    /// What is known of each channel, in their order.
    tracks: Vec<Track>,
    widths: Widths,
    next_frame: Instant,
    changed: bool,
    /// Lines to be shown above the panel, and how many more there were no room for.
    above: Vec<String>,
    lost: u64,
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
            tracks: Vec::new(),
            widths: Widths::default(),
            next_frame: now,
            changed: true,
            above: Vec::new(),
            lost: 0,
        }
    }

    /// Notes the newest records of the channels that have changed.
    pub(crate) fn see(&mut self, channels: &Channels, now: Instant) {
        for (at, record, samples) in channels.changed() {
            self.see_channel(at, record, samples, now);
        }
        self.changed = true;
    }

    /// Notes the newest record of the channel at `at`, after this many `samples`.
    fn see_channel(&mut self, at: usize, record: &Record, samples: u64, now: Instant) {
        if self.tracks.len() <= at {
            self.tracks.resize_with(at + 1, Track::default);
        }
        let track = &mut self.tracks[at];
        let known = std::mem::replace(&mut track.samples, samples);
        // A record may have nothing new but rejected lines, and the last one nothing new at all.
        if samples == known {
            return;
        }
        if let Some(last) = &record.last {
            track.course.push_back((now, last.to_f64()));
            if track.course.len() > COURSE {
                track.course.pop_front();
            }
        }
        let all = self.samples().saturating_sub(known).saturating_add(samples);
        match self.progress.back_mut() {
            // It came together with that of the channel before.
            Some((then, known)) if at > 0 && now.duration_since(*then) < FRAME => *known = all,
            _ => self.note_progress(now, all),
        }
    }

    /// Samples so far, of all channels.
    fn samples(&self) -> u64 {
        self.progress.back().map_or(0, |(_, samples)| *samples)
    }

    /// Notes that records have come, after this many samples of all channels.
    fn note_progress(&mut self, now: Instant, samples: u64) {
        self.interval = self.arrived.map_or(Duration::ZERO, |arrived| now.duration_since(arrived));
        self.arrived = Some(now);
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
        if self.above.len() >= ABOVE {
            self.lost += 1;
            return;
        }
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

    /// Whether a frame is due, for a terminal of this size.
    pub(crate) fn is_due(&self, now: Instant, size: (u16, u16)) -> bool {
        now >= self.next_frame() || self.screen.is_new_size(size)
    }

    /// Appends a frame for a terminal of this size to `bytes`, if it is due.
    pub(crate) fn draw_if_due(
        &mut self,
        channels: &Channels,
        now: Instant,
        size: (u16, u16),
        bytes: &mut Vec<u8>,
    ) {
        if self.is_due(now, size) {
            self.draw(channels, now, size, bytes);
        }
    }

    /// Appends what clears the panel away.
    pub(crate) fn clear(&mut self, bytes: &mut Vec<u8>) {
        self.screen.clear(bytes);
    }

    /// Draws anew where the cursor is then: what is on the terminal is somebody else's.
    pub(crate) fn begin_anew(&mut self, now: Instant) {
        self.screen.forget();
        (self.next_frame, self.changed) = (now, true);
    }

    /// Appends the last frame, and leaves the cursor below it.
    pub(crate) fn finish(
        &mut self,
        channels: &Channels,
        now: Instant,
        size: (u16, u16),
        bytes: &mut Vec<u8>,
    ) {
        self.screen.is_last = true;
        self.draw(channels, now, size, bytes);
        self.screen.leave(bytes);
    }

    fn draw(&mut self, channels: &Channels, now: Instant, size: (u16, u16), bytes: &mut Vec<u8>) {
        for track in &mut self.tracks {
            track.course.make_contiguous();
        }
        let course = |at: usize| self.tracks.get(at).map_or(&[][..], |it| it.course.as_slices().0);
        let records = channels.records().map(|(record, _)| record);
        let panel = Panel {
            record: channels.records().next().map(|(record, _)| record),
            samples: self.samples(),
            elapsed: now.duration_since(self.started),
            rate: self.rate(),
            silent: self.silence(channels, now),
            course: course(0),
            now,
            unicode: self.abilities.unicode,
        };
        let room = self.screen.room(size);
        let drawn = match channels.len() {
            ..2 => panel.draw(room, &mut self.widths),
            _ => Table { panel, channels: records.zip((0..).map(course)).collect() }.draw(room),
        };
        let mut above = std::mem::take(&mut self.above);
        if self.lost > 0 {
            let lost = counted(std::mem::take(&mut self.lost), "message");
            above.push(format!("report: {lost} lost: the terminal took none"));
        }
        self.screen.show(&drawn, size, &above, bytes);
        (self.next_frame, self.changed) = (now + FRAME, false);
    }

    /// Recent samples a second.
    fn rate(&self) -> Option<f64> {
        let ((start, before), (end, after)) = (self.progress.front()?, self.progress.back()?);
        let time = end.duration_since(*start).as_secs_f64();
        (time > 0.0).then(|| after.saturating_sub(*before) as f64 / time)
    }

    /// How long nothing has come, if that is worth saying.
    fn silence(&self, channels: &Channels, now: Instant) -> Option<Duration> {
        let is_over = channels.arrived().is_some_and(|record| record.is_final);
        let silent = now.duration_since(self.arrived.unwrap_or(self.started));
        (silent >= STALL.max(2 * self.interval) && !is_over).then_some(silent)
    }
}

#[cfg(test)]
mod tests;
