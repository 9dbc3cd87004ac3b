//! The measuring: each method's figures, one for each target of a measure.

use crate::Bench;
use crate::error::Error;
use crate::job::{Job, Run};
use crate::targets::contest::{Contest, Figure, Side};
use crate::targets::measure::{Entrant, Measure, Method, Race};
use crate::timing::interleave;
use crate::{idle, latency, transports};

/// Measures it; one figure for each of its targets.
pub(crate) fn measure(bench: &Bench, measure: &Measure) -> Result<Vec<Figure>, Error> {
    match &measure.method {
        Method::Race(race) => {
            for input in measure.inputs() {
                bench.interrupt.check()?;
                input.make(&bench.scratch)?;
            }
            let contest = run(bench, race)?;
            Ok(measure.targets.iter().map(|target| contest.figure(target.kind)).collect())
        }
        Method::Transport(via, message) => {
            Ok(vec![Figure::alone(transports::relative_throughput(bench, *via, message)?)])
        }
        Method::Latency => Ok(vec![Figure::alone(latency::relative(bench)?)]),
        Method::WakeUps => Ok(vec![Figure::alone(idle::wake_ups(bench)?)]),
    }
}

/// Lets all take turns; the fastest rival is the one that ours is compared with.
fn run(bench: &Bench, race: &Race) -> Result<Contest, Error> {
    let entrants: Vec<&Entrant> = [&race.ours].into_iter().chain(&race.rivals).collect();
    let runs = interleave(bench.options.patience(), &entrants, |entrant| {
        bench.interrupt.check()?;
        entrant.run(bench)
    })?;
    let sides = entrants.iter().zip(&runs).map(|(entrant, runs)| Side::new(runs, entrant.samples));
    Ok(Contest::new(sides))
}

impl Entrant {
    /// Runs it, and what its time is to be reduced by, or what is to be added.
    fn run(&self, bench: &Bench) -> Result<Run, Error> {
        let mut run = run_job(bench, &self.job)?;
        if let Some(less) = &self.less {
            run.time = run.time.saturating_sub(run_job(bench, less)?.time);
        }
        if let Some(rest) = &self.rest {
            let Run { time, cpu, peak } = run_job(bench, rest)?;
            run = Run { time: run.time + time, cpu: run.cpu + cpu, peak: run.peak.max(peak) };
        }
        Ok(run)
    }
}

/// Its time is what was asked for: of the clock on the wall, or of the processors.
fn run_job(bench: &Bench, job: &Job) -> Result<Run, Error> {
    let run = job.run(&bench.programs, &bench.scratch)?;
    Ok(if bench.options.cpu { Run { time: run.cpu, ..run } } else { run })
}
