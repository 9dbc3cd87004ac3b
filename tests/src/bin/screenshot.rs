//! Runs the live view in a pseudo-terminal for a while, and draws what the terminal shows as SVG:
//! `screenshot SECONDS COMMAND > FILE`.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::{Winsize, openpty};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use stage::process::message::{Messages, StandardError, chain};
use vt100::{Color, Parser};

/// The terminal's size: wide enough for the pictures side by side, and no empty rows.
const ROWS: u16 = 9;
const COLUMNS: u16 = 92;

/// Pixels of a character's cell, in a usual monospaced font of 14 pixels.
const CELL: (f64, f64) = (8.43, 18.0);

fn main() -> ExitCode {
    match draw() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            StandardError::of("screenshot").tell(&chain(&*error));
            ExitCode::FAILURE
        }
    }
}

fn draw() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seconds, command] = &arguments[..] else { return Err("expected SECONDS COMMAND".into()) };
    let end = Instant::now() + Duration::from_secs(seconds.parse()?);
    let size = Winsize { ws_row: ROWS, ws_col: COLUMNS, ws_xpixel: 0, ws_ypixel: 0 };
    let terminal = openpty(&size, None)?;
    let stream = || terminal.slave.try_clone();
    let mut child = Command::new("bash")
        .args(["-c", &format!("exec {command}")])
        .env("TERM", "xterm-256color")
        .env("LC_ALL", "C.UTF-8")
        .stdin(std::process::Stdio::null())
        .stdout(stream()?)
        .stderr(stream()?)
        .spawn()?;
    let mut screen = Parser::new(nonzero(ROWS), nonzero(COLUMNS), 0);
    let prompt = format!("$ {command}\r\n");
    screen.process(prompt.as_bytes());
    let mut master = std::fs::File::from(terminal.master);
    let mut buffer = [0; 65536];
    while let Some(left) = end.checked_duration_since(Instant::now()) {
        let timeout = PollTimeout::try_from(left)?;
        if poll(&mut [PollFd::new(master.as_fd(), PollFlags::POLLIN)], timeout)? > 0 {
            let count = master.read(&mut buffer)?;
            screen.process(&buffer[..count]);
        }
    }
    kill(Pid::from_raw(child.id().try_into()?), Signal::SIGTERM)?;
    drop(terminal.slave);
    // It may write a lot before it ends.
    while matches!(master.read(&mut buffer), Ok(1..)) {}
    child.wait()?;
    io::stdout().write_all(svg(&screen).as_bytes())?;
    Ok(())
}

/// The screen as a picture: dark, as most terminals are, whatever surrounds it.
fn svg(screen: &Parser) -> String {
    let (width, height) = (f64::from(COLUMNS) * CELL.0 + 24.0, f64::from(ROWS) * CELL.1 + 24.0);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#16181d\"/>\n"
    );
    for row in 0..ROWS {
        for (column, colour, run) in runs(screen, row) {
            if let Some(bars) = bars(&run, column, row, colour) {
                text.push_str(&bars);
                continue;
            }
            let (x, y) = (12.0 + f64::from(column) * CELL.0, 26.0 + f64::from(row) * CELL.1);
            let length = run.chars().count() as f64 * CELL.0;
            let run = run.replace('&', "&amp;").replace('<', "&lt;");
            let _ = writeln!(
                text,
                "<text x=\"{x:.1}\" y=\"{y:.1}\" fill=\"{colour}\" textLength=\"{length:.1}\" \
                 lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{run}</text>"
            );
        }
    }
    text + "</svg>\n"
}

/// The bars of a picture; `None` if the run is something else. They are drawn, since fonts leave gaps
/// between the blocks of two rows.
fn bars(run: &str, column: u16, row: u16, colour: &str) -> Option<String> {
    let mut text = String::new();
    for (at, char) in run.chars().enumerate() {
        let eighths = u32::from(char).checked_sub(u32::from('▁')).filter(|it| *it < 8)? + 1;
        let height = CELL.1 * f64::from(eighths) / 8.0;
        let x = 12.0 + (f64::from(column) + at as f64) * CELL.0;
        let y = 12.0 + f64::from(row + 1) * CELL.1 - height;
        let width = CELL.0 + 0.3;
        let _ = writeln!(
            text,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>",
            height + 0.3
        );
    }
    Some(text)
}

/// Adjacent characters of a row that have the same colour, with their column.
fn runs(screen: &Parser, row: u16) -> Vec<(u16, &'static str, String)> {
    let mut runs: Vec<(u16, &'static str, String)> = Vec::new();
    let mut next = None;
    for column in 0..COLUMNS {
        let Some(cell) = screen.screen().cell(row, column) else { continue };
        if cell.contents().trim().is_empty() {
            continue;
        }
        let colour = match (cell.fgcolor(), cell.dim()) {
            (Color::Idx(1), _) => "#e06c75",
            (Color::Idx(3), _) => "#e5c07b",
            (Color::Idx(6), _) => "#56b6c2",
            (_, true) => "#8a919e",
            _ => "#dcdfe4",
        };
        match runs.last_mut() {
            Some((_, last, run)) if *last == colour && next == Some(column) => {
                run.push_str(cell.contents());
            }
            _ => runs.push((column, colour, cell.contents().to_owned())),
        }
        next = Some(column + 1);
    }
    runs
}

fn nonzero(number: u16) -> NonZero<u16> {
    NonZero::new(number).unwrap_or(NonZero::<u16>::MIN)
}
