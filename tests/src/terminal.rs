//! A pseudo-terminal, and what a person would see on it.
//!
//! A bash runs in it as a session of its own, as in a terminal window: Ctrl-C reaches the foreground
//! processes, and the programs find a controlling terminal.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::fcntl::OFlag;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::termios::{Termios, tcgetattr};
use vt100::Parser;

use crate::PATIENCE;
use crate::abuse::{LITTLE, PAUSE};
use crate::run::{Program, Running};

/// A terminal window.
pub struct Terminal {
    master: PtyMaster,
    line: File,
    path: String,
    screen: Arc<Mutex<Parser>>,
    received: Arc<Mutex<Vec<u8>>>,
    /// Whether the window is being closed, whether it is slow, and the thread that reads what is written to it.
    is_closing: Arc<AtomicBool>,
    is_slow: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

/// How often the reader checks whether the window is being closed.
const CHECK: u8 = 10;

impl Terminal {
    /// A window with this many columns and rows.
    pub fn new(columns: u16, rows: u16) -> Terminal {
        let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)
            .expect("a pseudo-terminal");
        grantpt(&master).expect("its other side");
        unlockpt(&master).expect("its other side");
        let path = ptsname_r(&master).expect("its name");
        let mut options = OpenOptions::new();
        options.read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits());
        let line = options.open(&path).expect("its other side");
        let screen = Parser::new(nonzero(rows), nonzero(columns), 1000);
        let (screen, received) = (Arc::new(Mutex::new(screen)), Arc::default());
        let (is_closing, is_slow) = (Arc::default(), Arc::default());
        let mut terminal =
            Terminal { master, line, path, screen, received, is_closing, is_slow, reader: None };
        terminal.resize(columns, rows);
        terminal.reader = Some(terminal.read());
        terminal
    }

    /// Closes the window: the programs in it lose their terminal.
    pub fn close(mut self) {
        self.is_closing.store(true, Ordering::SeqCst);
        let reader = self.reader.take().expect("it is closed once");
        reader.join().expect("the reader ends");
    }

    /// Shows what is written to it, from now on.
    fn read(&self) -> JoinHandle<()> {
        let fd = self.master.as_fd().try_clone_to_owned().expect("a copy");
        let (mut master, screen) = (File::from(fd), Arc::clone(&self.screen));
        let received = Arc::clone(&self.received);
        let [is_closing, is_slow] = [&self.is_closing, &self.is_slow].map(Arc::clone);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while !is_closing.load(Ordering::SeqCst) {
                let mut interest = [PollFd::new(master.as_fd(), PollFlags::POLLIN)];
                if matches!(poll(&mut interest, CHECK), Ok(0)) {
                    continue;
                }
                let is_slow = is_slow.load(Ordering::SeqCst);
                let most = if is_slow { LITTLE } else { buffer.len() };
                // Reading fails once no process has the other side open.
                let Ok(count @ 1..) = master.read(&mut buffer[..most]) else { return };
                received.lock().unwrap().extend_from_slice(&buffer[..count]);
                screen.lock().unwrap().process(&buffer[..count]);
                if is_slow {
                    thread::sleep(PAUSE);
                }
            }
        })
    }

    /// Takes little at a time from now on, like a slow connection.
    pub fn slow_down(&self) {
        self.is_slow.store(true, Ordering::SeqCst);
    }

    /// Resizes the window, and notifies the programs in it.
    pub fn resize(&self, columns: u16, rows: u16) {
        // No frame for the new size may reach a screen of the old size.
        let mut screen = self.screen.lock().unwrap();
        let size = ["cols", &columns.to_string(), "rows", &rows.to_string()].map(str::to_owned);
        let stty = Command::new("stty").args(["-F", &self.path]).args(size).status();
        assert!(stty.expect("stty can be run").success());
        screen.screen_mut().set_size(nonzero(rows), nonzero(columns));
    }

    /// Runs a bash script that finds our programs; `set` are environment variables.
    pub fn bash(&self, script: &str, dir: &Path, set: &[(&str, &str)]) -> Running {
        self.program(script, dir, set).start()
    }

    /// The same, to be started.
    pub fn program(&self, script: &str, dir: &Path, set: &[(&str, &str)]) -> Program {
        let mut program = Program::bash(script).wrapped(&["setsid", "--ctty", "--wait"]).dir(dir);
        let usual = [("TERM", "xterm-256color"), ("LC_ALL", "C.UTF-8")];
        for (name, value) in usual.iter().chain(set) {
            program = program.env(name, value);
        }
        let line = || self.line.try_clone().expect("a copy");
        program.stdin(line()).stdout(line()).stderr(line())
    }

    /// Presses keys.
    pub fn types(&mut self, keys: &str) {
        self.master.write_all(keys.as_bytes()).expect("the terminal takes it");
    }

    /// The rows, without the empty ones at the end.
    pub fn rows(&self) -> Vec<String> {
        let parser = self.screen.lock().unwrap();
        let (_, columns) = parser.screen().size();
        let rows = parser.screen().rows(0, columns.get());
        let mut rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
        while rows.pop_if(|row| row.is_empty()).is_some() {}
        rows
    }

    /// All that was ever written to it.
    pub fn received(&self) -> String {
        String::from_utf8_lossy(&self.received.lock().unwrap()).into_owned()
    }

    /// Whether anything on it has a colour.
    pub fn has_colours(&self) -> bool {
        let parser = self.screen.lock().unwrap();
        let (rows, columns) = parser.screen().size();
        let cell = |row, column| parser.screen().cell(row, column);
        (0..rows.get()).any(|row| {
            (0..columns.get()).any(|column| {
                cell(row, column).is_some_and(|it| it.fgcolor() != vt100::Color::Default)
            })
        })
    }

    /// The cursor's row and column, if it is shown.
    pub fn cursor(&self) -> Option<(u16, u16)> {
        let parser = self.screen.lock().unwrap();
        (!parser.screen().hide_cursor()).then(|| parser.screen().cursor_position())
    }

    /// Whether it takes nothing now, as after Ctrl-S.
    pub fn is_held(&self) -> bool {
        let mut interest = [PollFd::new(self.line.as_fd(), PollFlags::POLLOUT)];
        matches!(poll(&mut interest, PollTimeout::ZERO), Ok(0))
    }

    /// How the line is set: echo, line editing and so on.
    pub fn modes(&self) -> Termios {
        tcgetattr(&self.line).expect("a terminal has modes")
    }

    /// Waits until the rows are as they should be.
    pub fn wait(&self, what: &str, mut event: impl FnMut(&[String]) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let rows = self.rows();
            if event(&rows) {
                return;
            }
            let seen = rows.join("\n");
            assert!(
                Instant::now() < deadline,
                "waited in vain until {what}; the screen is\n{seen}"
            );
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until some row contains `text`.
    pub fn wait_for(&self, text: &str) {
        self.wait(&format!("it shows {text:?}"), |rows| rows.iter().any(|row| row.contains(text)));
    }
}

fn nonzero(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a window has a size")
}
