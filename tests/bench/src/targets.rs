//! The table of targets: what is promised about speed, measured, and which promises are missed.
//!
//! | module | owns |
//! |---|---|
//! | [`rows`] | the promises: **a new row goes there** |
//! | [`measure`], [`need`] | what a row consists of, and what must be there for it |
//! | [`target`] | a limit, and the verdict on a figure |
//! | [`run`], [`contest`] | the measuring, and what is made of a race's times |
//! | [`result`] | what came of it, and the table for a terminal |
//! | [`readme`] | the table in the README |

mod contest;
mod measure;
mod need;
mod readme;
mod result;
pub(crate) mod rows;
mod run;
mod target;

use std::collections::BTreeMap;
use std::io::Write;

use crate::Bench;
use crate::error::Error;
use crate::page::Page;
use crate::{inputs, machine};

use measure::Measure;
use need::Need;
use readme::Readme;
use result::{Entry, Outcome};
use rows::{ROWS, Row, Setting};

/// A row's number and the row.
type Numbered = (usize, &'static Row);

/// Measures the rows that were asked for; all of them go into the README, too, if that was.
pub(crate) fn measure(bench: &Bench, page: &mut Page<impl Write>) -> Result<(), Error> {
    // First, so that nothing is measured in vain.
    let readme = bench.options.write.then(Readme::read).transpose()?;
    let setting = Setting {
        samples: bench.options.samples(),
        has_jobs: need::stat_has_jobs(&bench.programs),
    };
    let entries = measure_all(bench, &setting)?;
    let times = if bench.options.cpu { "processor times" } else { "wall times" };
    page.heading(&format!("Targets, {times}, at least {} rounds", bench.options.rounds()))?;
    page.table(&result::table(&entries), &result::summary(&entries))?;
    match readme {
        Some(readme) => readme.write(&machine::description(), &entries),
        None => Ok(()),
    }
}

fn measure_all(bench: &Bench, setting: &Setting) -> Result<Vec<Entry>, Error> {
    inputs::make_programs(&bench.scratch)?;
    let plan = plan(bench, setting);
    let obstacles = obstacles(bench, setting, &plan);
    let mut entries = Vec::new();
    for at in 0..plan.len() {
        let ((number, row), measure) = &plan[at];
        let obstacle = measure.needs.iter().find_map(|need| obstacles.get(need));
        let outcomes = match obstacle {
            Some(obstacle) => vec![Outcome::NotMeasured(obstacle.clone()); measure.targets.len()],
            None => {
                bench.tell(&format!("{}: {}", row.name, result::in_words(measure)));
                run::measure(bench, measure)?.into_iter().map(Outcome::Measured).collect()
            }
        };
        for (target, outcome) in measure.targets.iter().zip(outcomes) {
            let entry = Entry::new((*number, row.name), measure, *target, outcome);
            bench.tell(&format!("{}: {}", row.name, entry.verdict()));
            entries.push(entry);
        }
        make_room(bench, measure, &plan[at + 1..]);
    }
    Ok(entries)
}

/// What is to be measured.
fn plan(bench: &Bench, setting: &Setting) -> Vec<(Numbered, Measure)> {
    let chosen = (1..).zip(&ROWS).filter(|(_, row)| bench.options.includes(row));
    chosen
        .flat_map(|numbered| {
            (numbered.1.measures)(setting).into_iter().map(move |it| (numbered, it))
        })
        .collect()
}

/// Each need that is not met; reported at once, since the rest may take a while.
fn obstacles(
    bench: &Bench,
    setting: &Setting,
    plan: &[(Numbered, Measure)],
) -> BTreeMap<Need, String> {
    let mut obstacles = BTreeMap::new();
    let mut needs: Vec<Need> =
        plan.iter().flat_map(|(_, measure)| measure.needs.iter().copied()).collect();
    needs.sort_unstable();
    needs.dedup();
    for need in needs {
        if let Some(obstacle) = need.obstacle(bench, setting.has_jobs) {
            bench.tell(&format!("not everything can be measured: {obstacle}"));
            obstacles.insert(need, obstacle);
        }
    }
    obstacles
}

/// Removes the files that nothing later reads: all of them together are large.
fn make_room(bench: &Bench, measure: &Measure, later: &[(Numbered, Measure)]) {
    for input in measure.inputs() {
        let is_needed = later
            .iter()
            .flat_map(|(_, measure)| measure.inputs())
            .any(|later| later.name() == input.name());
        if !is_needed {
            input.remove(&bench.scratch);
        }
    }
}
