//! What the live view costs: processor time and frames, at slow, usual and fast input.

use std::fs::File;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::pty::{OpenptyResult, Winsize, openpty};

use crate::Bench;
use crate::error::Error;
use crate::page::Page;
use crate::pipeline::Pipeline;
use crate::table::{Side, Table};
use crate::{figures, kernel};

/// Samples a second.
const RATES: [&str; 3] = ["1", "1k", "1M"];

/// Time for `report` to finish what it does once, at its start.
const SETTLING: Duration = Duration::from_secs(1);

/// The terminal: the usual one.
const SIZE: Winsize = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };

/// Frames a second, at most.
const MOST_FRAMES: f64 = 20.0;

/// The part of a core, at most, at 20 frames a second or fewer.
const MOST_CPU: f64 = 0.02;

const NOTE: &str = "\
report under the launcher on a terminal of 80 columns: the part of a core that it uses, as
/proc/PID/task/*/schedstat tells it, and frames a second. Records come with every sample, but at
most ten a second (stat's --every), so there are no more frames than that; `stat --every 10ms` makes
20 of them.";

/// Measures each rate, and the fastest with as many records as make 20 frames.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    let mut table = Table::new([
        ("samples/s", Side::Right),
        ("stat", Side::Left),
        ("frames/s", Side::Right),
        ("of one core", Side::Right),
        ("target", Side::Left),
    ]);
    let usual = RATES.map(|rate| (rate, ""));
    for (rate, every) in usual.into_iter().chain(RATES.map(|rate| (rate, "--every 10ms"))) {
        bench.tell(&format!("live: at {rate}/s"));
        let (frames, cpu) = watch(bench, rate, every)?;
        let is_met = frames <= MOST_FRAMES + 0.5 && cpu < MOST_CPU;
        table.row([
            rate.to_owned(),
            every.to_owned(),
            figures::significant(frames),
            format!("{:.2} %", cpu * 100.0),
            format!("below 2 %: {}", if is_met { "met" } else { "missed" }),
        ]);
    }
    page.heading("The live view")?;
    page.table(&table, NOTE)
}

/// Frames a second, and the part of a core.
fn watch(bench: &Bench, rate: &str, every: &str) -> Result<(f64, f64), Error> {
    let OpenptyResult { master, slave } = openpty(&SIZE, None).map_err(Error::Terminal)?;
    let frames = count_frames(master.into());
    let conv = format!("--rate {rate}");
    let options = ["--conv", &conv, "--stat", every, "--log", "--truncate --sync never live.txt"];
    let pipeline = Pipeline::start(bench, &options, slave.into())?;
    let report = pipeline.members().iter().find(|member| member.name == "report");
    let report = report.map(|member| member.pid).unwrap_or_default();
    bench.interrupt.wait(SETTLING)?;
    let (start, frames_before, cpu_before) =
        (Instant::now(), frames.load(Ordering::Relaxed), kernel::cpu(report)?);
    bench.interrupt.wait(bench.options.idle_time())?;
    let seconds = start.elapsed().as_secs_f64();
    let frames = (frames.load(Ordering::Relaxed) - frames_before) as f64 / seconds;
    let cpu = kernel::cpu(report)?.saturating_sub(cpu_before).as_secs_f64() / seconds;
    pipeline.stop(bench)?;
    Ok((frames, cpu))
}

/// Counts frames as they come: each moves the cursor up once, to the panel's first row.
fn count_frames(mut terminal: File) -> Arc<AtomicU64> {
    let frames = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&frames);
    thread::spawn(move || {
        let mut buffer = [0; 65536];
        let mut in_sequence = false;
        while let Ok(bytes @ 1..) = terminal.read(&mut buffer) {
            for &byte in &buffer[..bytes] {
                match byte {
                    0x1b => in_sequence = true,
                    b'[' | b'0'..=b'9' | b';' | b'?' => {}
                    _ => {
                        if in_sequence && byte == b'A' {
                            count.fetch_add(1, Ordering::Relaxed);
                        }
                        in_sequence = false;
                    }
                }
            }
        }
    });
    frames
}
