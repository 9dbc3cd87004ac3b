//! How far along the work is, if it takes long: one line on a terminal, redrawn in place.
//!
//! It is shown once a second has passed without a message or other output, while standard error is a
//! terminal that can be drawn on and this process is in the foreground; not where standard output is a
//! pipe, whose reader shows what there is to see, nor under the launcher. It is removed before any
//! message, before anything is written to a terminal, and at the end. Ctrl-Z leaves it behind: to remove it
//! first, SIGTSTP would have to wait until a read is done, which a slow disk may take long for.
//!
//! | part | owns |
//! |---|---|
//! | [`Progress`] | what inputs, outputs and messages share of it |
//! | `Line` | when the line is drawn and removed |
//! | `meter` | how far along the work is, as text |
//!
//! Counting costs an addition and a look at the clock for each read of a block.

mod meter;

use std::cell::RefCell;
use std::fmt;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use nix::sys::stat::SFlag;
use nix::unistd::{getpgrp, tcgetpgrp};
use terminal_size::terminal_size_of;

use self::meter::Meter;
use crate::process::message::{Messages, StandardError, unwritten};
use crate::process::suspension::Continuation;
use crate::stream::files::kind_of;
use crate::stream::regular::Regular;
use crate::stream::terminal::can_be_drawn_on;

/// What the `--help` of the programs that show it says about it.
pub const HELP: &str = "\
Progress: while a regular file is read for longer than a second, a line on standard error shows how \
far along it is: the share of the bytes, the rate, and the time left. It is there on a terminal only, \
while the program is in the foreground, and gone at the end (Ctrl-Z leaves it behind); not where TERM is \
dumb or not set, where standard output is a pipe, or in a launcher's pipeline. The rate does not count \
the time for which the program was stopped.

";

/// How long nothing else must have been shown. Work that is done sooner needs no explanation, and
/// results that scroll by show for themselves how far along it is.
const LONG: Duration = Duration::from_secs(1);

/// How often the line is redrawn at most: what changes faster cannot be read.
const PACE: Duration = Duration::from_millis(250);

/// Columns that stay free at the end of the line, for the `^C` that a terminal echoes.
const MARGIN: usize = 4;

/// Columns of a terminal that does not report its size.
const USUAL_COLUMNS: usize = 80;

/// Moves to the line's start and removes what is there.
const ERASE: &str = "\r\x1b[K";

/// How far along the work is. Clones share the line.
#[derive(Clone, Debug, Default)]
pub struct Progress(Option<Rc<RefCell<Line>>>);

impl Progress {
    /// Progress of `program`, shown if its standard streams are right for it. To be called before there is
    /// another thread.
    pub(crate) fn of(program: &'static str) -> Progress {
        let is_shown = can_be_drawn_on(io::stderr()) && !is_pipe(io::stdout());
        let line = || Rc::new(RefCell::new(Line::new(program, Box::new(Terminal::prepare()))));
        Progress(is_shown.then(line))
    }

    /// The same, for an output to a terminal, which must remove the line first; none for any other.
    pub(crate) fn below(&self, output: impl IsTerminal) -> Progress {
        if output.is_terminal() { self.clone() } else { Progress::default() }
    }

    /// Adds what is left of `file`, if there is one, to what has to be read.
    pub fn expect_rest_of(&self, file: impl FnOnce() -> Option<Regular>) {
        if self.0.is_some()
            && let Some(file) = file()
        {
            self.expect(file.length().unwrap_or(0).saturating_sub(file.offset()));
        }
    }

    /// Adds `bytes` to what has to be read.
    pub fn expect(&self, bytes: u64) {
        self.with(|line| line.expect(bytes, Instant::now()));
    }

    /// Notes that `bytes` more have been read.
    pub fn advance(&self, bytes: u64) {
        self.with(|line| line.advance(bytes, Instant::now()));
    }

    /// Removes the line, since something else is about to be written.
    pub fn clear(&self) {
        self.with(|line| line.clear(Instant::now()));
    }

    fn with(&self, act: impl FnOnce(&mut Line)) {
        if let Some(line) = &self.0 {
            act(&mut line.borrow_mut());
        }
    }
}

/// Messages that remove the line first.
#[derive(Clone, Debug)]
pub(crate) struct Above {
    /// Where they go.
    pub messages: StandardError,
    /// What is below them.
    pub progress: Progress,
}

impl Messages for Above {
    fn tell(&mut self, text: &str) {
        self.progress.clear();
        self.messages.tell(text);
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Line").field("meter", &self.meter).finish_non_exhaustive()
    }
}

/// What the line is drawn on.
trait Screen {
    /// Its columns, if it may be drawn on now.
    fn columns(&self) -> Option<usize>;

    /// Writes to it, if it takes that now: nothing waits for it.
    fn write(&mut self, text: &str);

    /// Whether the program was stopped and continued, as by Ctrl-Z and `fg`, since this was last asked.
    fn was_stopped(&mut self) -> bool;
}

/// The line, and when it is drawn.
struct Line {
    program: &'static str,
    screen: Box<dyn Screen>,
    /// `None` until something is expected.
    meter: Option<Meter>,
    /// When it is drawn next.
    next: Option<Instant>,
    is_drawn: bool,
}

impl Line {
    fn new(program: &'static str, screen: Box<dyn Screen>) -> Line {
        Line { program, screen, meter: None, next: None, is_drawn: false }
    }

    fn expect(&mut self, bytes: u64, now: Instant) {
        self.meter.get_or_insert_with(|| Meter::new(now)).expect(bytes);
        self.next = self.next.or(now.checked_add(LONG));
    }

    fn advance(&mut self, bytes: u64, now: Instant) {
        let Some(meter) = &mut self.meter else { return };
        let is_due = self.next.is_some_and(|next| now >= next);
        let silence = meter.silence(now);
        // Also asked when the line is due, so that a short stop does not excuse a later wait.
        let was_stopped = (silence > PACE || is_due) && self.screen.was_stopped();
        // What is shorter hardly shows.
        if was_stopped && silence > PACE {
            meter.leave_out(silence);
        }
        meter.advance(bytes, now);
        if is_due {
            self.next = now.checked_add(PACE);
            self.draw(now);
        }
    }

    fn draw(&mut self, now: Instant) {
        let Some((meter, columns)) = self.meter.as_ref().zip(self.screen.columns()) else {
            // In the background the shell has taken the cursor elsewhere.
            self.is_drawn = false;
            return;
        };
        let text = meter.text(self.program, now, columns.saturating_sub(MARGIN));
        self.screen.write(&format!("{ERASE}{text}"));
        self.is_drawn = true;
    }

    fn clear(&mut self, now: Instant) {
        self.next = self.next.and_then(|_| now.checked_add(LONG));
        if std::mem::take(&mut self.is_drawn) && self.screen.columns().is_some() {
            self.screen.write(ERASE);
        }
    }
}

/// Standard error, a terminal.
struct Terminal {
    /// `None` where that cannot be heard.
    continuation: Option<Continuation>,
}

impl Terminal {
    fn prepare() -> Terminal {
        Terminal { continuation: Continuation::prepare().ok() }
    }
}

impl Screen for Terminal {
    fn columns(&self) -> Option<usize> {
        // On a terminal that is not our controlling one, there is no background to be in.
        let is_ours = tcgetpgrp(io::stderr()).map_or(true, |group| group == getpgrp());
        let size = || terminal_size_of(io::stderr());
        is_ours.then(|| size().map_or(USUAL_COLUMNS, |(columns, _)| columns.0.into()))
    }

    fn write(&mut self, text: &str) {
        unwritten::show(text);
    }

    fn was_stopped(&mut self) -> bool {
        self.continuation.as_ref().is_some_and(Continuation::has_come)
    }
}

/// Whether `fd` leads to another process.
fn is_pipe(fd: impl AsFd) -> bool {
    matches!(kind_of(fd), Some(SFlag::S_IFIFO | SFlag::S_IFSOCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal that is not there.
    #[derive(Clone, Default)]
    struct Paper(Rc<RefCell<Sheet>>);

    #[derive(Default)]
    struct Sheet {
        /// What was written.
        text: String,
        /// 0 while another program has it.
        columns: usize,
        was_stopped: bool,
    }

    impl Screen for Paper {
        fn columns(&self) -> Option<usize> {
            Some(self.0.borrow().columns).filter(|columns| *columns > 0)
        }

        fn write(&mut self, text: &str) {
            self.0.borrow_mut().text += text;
        }

        fn was_stopped(&mut self) -> bool {
            std::mem::take(&mut self.0.borrow_mut().was_stopped)
        }
    }

    impl Paper {
        fn line(&self) -> Line {
            self.0.borrow_mut().columns = 80;
            Line::new("stat", Box::new(self.clone()))
        }

        fn taken(&self) -> String {
            std::mem::take(&mut self.0.borrow_mut().text)
        }
    }

    #[test]
    fn it_is_drawn_after_a_second_and_at_most_four_times_a_second() {
        let (paper, start) = (Paper::default(), Instant::now());
        let mut line = paper.line();
        line.expect(100_000, start);
        let mut drawn = Vec::new();
        for tenth in 1..=20 {
            line.advance(1000, start + tenth * Duration::from_millis(100));
            if !paper.taken().is_empty() {
                drawn.push(tenth);
            }
        }
        assert_eq!(drawn, [10, 13, 16, 19]);
    }

    #[test]
    fn it_is_one_line_that_is_removed_once() {
        let (paper, start) = (Paper::default(), Instant::now());
        let mut line = paper.line();
        line.clear(start);
        assert_eq!(paper.taken(), "", "nothing has been drawn");
        line.expect(1000, start);
        line.advance(500, start + LONG);
        assert_eq!(paper.taken(), "\r\x1b[Kstat: 50 %, 500 of 1000 B, 500 B/s, 1 s left");
        line.clear(start + LONG);
        line.clear(start + LONG);
        assert_eq!(paper.taken(), "\r\x1b[K");
    }

    #[test]
    fn it_comes_back_a_second_after_what_took_its_place() {
        let (paper, start) = (Paper::default(), Instant::now());
        let mut line = paper.line();
        line.expect(100_000, start);
        line.clear(start + LONG / 2);
        let mut drawn = Vec::new();
        for tenth in 1..=30 {
            let now = start + tenth * Duration::from_millis(100);
            line.advance(1000, now);
            if !paper.taken().is_empty() {
                drawn.push(tenth);
            }
            if tenth == 18 {
                line.clear(now);
                paper.taken();
            }
        }
        assert_eq!(drawn, [15, 18, 28]);
    }

    #[test]
    fn in_the_background_nothing_is_drawn_or_removed() {
        let (paper, start) = (Paper::default(), Instant::now());
        let mut line = paper.line();
        line.expect(1000, start);
        line.advance(500, start + LONG);
        paper.taken();
        paper.0.borrow_mut().columns = 0;
        line.advance(100, start + 2 * LONG);
        line.clear(start + 2 * LONG);
        assert_eq!(paper.taken(), "");
        paper.0.borrow_mut().columns = 20;
        line.advance(100, start + 3 * LONG);
        assert_eq!(paper.taken(), "\r\x1b[Kstat: 70 %");
    }

    #[test]
    fn the_time_for_which_the_program_was_stopped_does_not_count() {
        for (was_stopped, told) in [
            (true, "40 %, 400 of 1000 B, 200 B/s, 3 s left"),
            (false, "40 %, 400 of 1000 B, 50 B/s, 12 s left"),
        ] {
            let (paper, start) = (Paper::default(), Instant::now());
            let mut line = paper.line();
            line.expect(1000, start);
            line.advance(200, start + LONG);
            assert_eq!(paper.taken(), "\r\x1b[Kstat: 20 %, 200 of 1000 B, 200 B/s, 4 s left");
            paper.0.borrow_mut().was_stopped = was_stopped;
            line.advance(0, start + 7 * LONG);
            line.advance(200, start + 8 * LONG);
            let shown = paper.taken();
            assert!(shown.ends_with(&format!("\r\x1b[Kstat: {told}")), "{shown:?}");
        }
    }

    #[test]
    fn a_stop_too_short_to_show_excuses_no_later_wait() {
        let shown = [true, false].map(|was_stopped| {
            let (paper, start) = (Paper::default(), Instant::now());
            let mut line = paper.line();
            line.expect(1000, start);
            line.advance(200, start + LONG);
            paper.0.borrow_mut().was_stopped = was_stopped;
            line.advance(0, start + LONG + PACE);
            line.advance(200, start + 7 * LONG);
            paper.taken()
        });
        assert_eq!(shown[0], shown[1]);
    }

    #[test]
    fn of_what_is_not_expected_nothing_is_shown() {
        let (paper, start) = (Paper::default(), Instant::now());
        let mut line = paper.line();
        line.advance(500, start + 10 * LONG);
        assert_eq!(paper.taken(), "");
    }

    #[test]
    fn pipes_and_sockets_lead_to_other_processes() {
        let (pipe, _writer) = io::pipe().unwrap();
        let (socket, _peer) = std::os::unix::net::UnixStream::pair().unwrap();
        assert!(is_pipe(pipe) && is_pipe(socket));
        assert!(!is_pipe(tempfile::tempfile().unwrap()));
        assert!(!is_pipe(std::fs::File::open("/dev/null").unwrap()));
    }
}
