//! What the default pipeline costs while little happens: how often its processes are woken,
//! and the memory that they hold.
//!
//! A process that was woken goes back to sleep, which the kernel counts. (Being displaced by another
//! process is no wake-up, and depends on what else the machine does.)

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::Bench;
use crate::error::Error;
use crate::page::Page;
use crate::pipeline::{Member, Pipeline};
use crate::table::{Side, Table};
use crate::{figures, kernel};

/// Time for the processes to finish what they do once, at their start.
const SETTLING: Duration = Duration::from_secs(1);
/// A second, of all processes together: a sample every 0.8 s that passes five of them, and
/// `log`'s sync.
pub(crate) const MOST_WAKE_UPS: f64 = 8.0;
/// Bytes of resident memory for each of the launcher's children.
const MOST_MEMORY: u64 = 4_000_000;

/// What was seen of a process.
struct Seen {
    member: Member,
    /// A second.
    wake_ups: f64,
    /// Bytes.
    resident: u64,
}

/// Runs the pipeline for a while, then stops it as Ctrl-C would.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    bench.tell("idle: the default pipeline");
    let (seen, end) = run(bench)?;
    let time = figures::time(bench.options.idle_time());
    page.heading(&format!("Idle: the default pipeline, {time}"))?;
    page.table(&table(&seen), &end)
}

/// How often a second any of its processes is woken.
pub(crate) fn wake_ups(bench: &Bench) -> Result<f64, Error> {
    let (seen, _) = run(bench)?;
    Ok(together(&seen))
}

fn together(seen: &[Seen]) -> f64 {
    seen.iter().map(|process| process.wake_ups).sum()
}

/// What was seen, and how it ended.
fn run(bench: &Bench) -> Result<(Vec<Seen>, String), Error> {
    let pipeline = Pipeline::start(bench, &[], Stdio::null())?;
    bench.interrupt.wait(SETTLING)?;
    let seen = watch(bench, &pipeline)?;
    Ok((seen, pipeline.stop(bench)?))
}

fn watch(bench: &Bench, pipeline: &Pipeline) -> Result<Vec<Seen>, Error> {
    let sleeps = || -> Result<Vec<u64>, Error> {
        pipeline.members().iter().map(|member| kernel::sleeps(member.pid)).collect()
    };
    let start = Instant::now();
    let before = sleeps()?;
    bench.interrupt.wait(bench.options.idle_time())?;
    let after = sleeps()?;
    let seconds = start.elapsed().as_secs_f64();
    let counts = before.into_iter().zip(after);
    let seen = pipeline.members().iter().zip(counts).map(|(member, (before, after))| {
        Ok(Seen {
            member: member.clone(),
            wake_ups: after.saturating_sub(before) as f64 / seconds,
            resident: kernel::resident(member.pid)?,
        })
    });
    seen.collect()
}

fn table(seen: &[Seen]) -> Table<4> {
    let mut table = Table::new([
        ("process", Side::Left),
        ("wake-ups/s", Side::Right),
        ("resident", Side::Right),
        ("target", Side::Left),
    ]);
    for process in seen {
        let memory = process.resident as f64;
        let limit = format!("below {}", figures::scaled(MOST_MEMORY as f64, "B"));
        table.row([
            process.member.name.clone(),
            format!("{:.2}", process.wake_ups),
            figures::scaled(memory, "B"),
            match process.member.is_child {
                true => verdict(&limit, process.resident < MOST_MEMORY),
                false => String::new(),
            },
        ]);
    }
    let all = together(seen);
    let target = verdict(&format!("below {MOST_WAKE_UPS}/s"), all < MOST_WAKE_UPS);
    table.row(["all together".to_owned(), format!("{all:.2}"), String::new(), target]);
    table
}

fn verdict(target: &str, is_met: bool) -> String {
    format!("{target}: {}", if is_met { "met" } else { "missed" })
}
