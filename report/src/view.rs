//! How records are shown: as lines, or by the live view on its terminal.

use std::time::Instant;

use stage::process::inherited;
use stage::process::message::Messages;

use crate::by_conv::LOOK;
use crate::format::{Format, Lines};
use crate::live::Live;
use crate::options::Options;
use crate::others::Others;
use crate::terminal::Terminal;

/// How records are shown.
pub enum View {
    /// As text, one after another.
    Lines(Lines),
    /// In place.
    Live(Box<OnTerminal>),
}

/// The live view where it is drawn.
pub struct OnTerminal {
    /// What is drawn.
    pub live: Live,
    terminal: Terminal,
    others: Option<Others>,
    /// What we have to say ourselves, to be shown above the panel; `None` if standard error is
    /// elsewhere.
    said: Option<Vec<String>>,
}

impl View {
    /// The live view, if it is wanted and there is a `terminal` that can show it.
    pub fn new(
        options: &Options,
        terminal: Option<Terminal>,
        messages_are_shown: bool,
        now: Instant,
    ) -> Result<View, inherited::Error> {
        let Some(terminal) = terminal.filter(|_| options.wants_live()) else {
            return Ok(View::Lines(Lines::of(options.format.unwrap_or(Format::Plain))));
        };
        let others = Others::from_environment()?;
        let live = Live::new(terminal.abilities, now);
        let said = messages_are_shown.then(Vec::new);
        Ok(View::Live(Box::new(OnTerminal { live, terminal, others, said })))
    }

    /// Where messages go: above the panel, if they would be shown on its terminal.
    pub fn voice<'a>(&'a mut self, elsewhere: &'a mut dyn Messages) -> &'a mut dyn Messages {
        match self {
            View::Live(on) => match &mut on.said {
                Some(said) => said,
                None => elsewhere,
            },
            View::Lines(_) => elsewhere,
        }
    }
}

impl OnTerminal {
    /// When to wake up although no record has come.
    pub fn deadline(&self, now: Instant) -> Instant {
        match (self.terminal.is_ours)() {
            true => self.live.next_frame().min(now + LOOK),
            // Frames are due, and not drawn.
            false => now + LOOK,
        }
    }

    /// Appends a frame, if one is due and the terminal is ours to write to.
    pub fn draw_if_due(&mut self, now: Instant, bytes: &mut Vec<u8>) {
        self.gather();
        if (self.terminal.is_ours)() {
            self.live.draw_if_due(now, (self.terminal.size)(), bytes);
        }
    }

    /// Appends the last frame.
    pub fn finish(&mut self, now: Instant, bytes: &mut Vec<u8>) {
        self.gather();
        if let Some(others) = &mut self.others {
            others.last_line(|line| self.live.tell(line));
        }
        self.live.finish(now, (self.terminal.size)(), bytes);
    }

    /// Brings what was said to the panel.
    fn gather(&mut self) {
        for line in self.said.iter_mut().flat_map(|said| said.drain(..)) {
            self.live.tell(&format!("report: {line}"));
        }
        if let Some(others) = &mut self.others {
            others.lines(|line| self.live.tell(line));
        }
    }
}
