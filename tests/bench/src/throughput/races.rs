//! Which commands race against each other: **a new competitor goes here**.

use crate::inputs::{DECIMALS, POLARS, SAMPLES, STATISTICS, TENTH, TENTH_OF_WORDS, WORDS};
use crate::job::Job;

/// One of our commands, and others that do the same or part of it.
pub(super) struct Race {
    /// Ours.
    pub ours: Entrant,
    /// The others.
    pub rivals: Vec<Entrant>,
}

/// A command in a race.
pub(super) struct Entrant {
    /// The command.
    pub job: Job,
    /// How many samples it processes.
    pub samples: u64,
    /// The package that its program comes in.
    pub package: &'static str,
    /// How many times as fast as this one ours should be.
    pub target: Option<f64>,
}

impl Entrant {
    fn new(job: Job, samples: u64, package: &'static str) -> Entrant {
        Entrant { job, samples, package, target: None }
    }

    fn ours(job: Job, samples: u64) -> Entrant {
        Entrant::new(job, samples, "wandler")
    }

    /// One that ours is to beat by this factor (or, below 1, to come near).
    fn beaten_by(self, target: f64) -> Entrant {
        Entrant { target: Some(target), ..self }
    }
}

/// Every race; slow competitors process a tenth of `samples`.
pub(super) fn all(samples: u64) -> Vec<Race> {
    vec![
        statistics(samples),
        decimals(samples),
        simulation(samples),
        raw_words(samples),
        recording(samples),
        fan_out(samples),
        the_whole(samples),
        start(),
        the_long_run(samples),
    ]
}

fn statistics(samples: u64) -> Race {
    let figures = "count 1 sum 1 mean 1 sstdev 1 min 1 max 1 median 1 perc:90 1 perc:99 1";
    let datamash = figures.split(' ').collect::<Vec<_>>();
    let tenth = samples / 10;
    Race {
        ours: Entrant::ours(Job::program("stat", &[]).reading(SAMPLES), samples),
        rivals: vec![
            Entrant::new(Job::program("wc", &["-l"]).reading(SAMPLES), samples, "coreutils")
                .beaten_by(1.0 / 4.0),
            Entrant::new(Job::program("datamash", &datamash).reading(TENTH), tenth, "datamash")
                .beaten_by(500.0),
            Entrant::new(
                Job::program("python3", &[POLARS]).needing("polars"),
                samples,
                "polars (from PyPI)",
            )
            .beaten_by(15.0),
            Entrant::new(Job::program("mawk", &["-f", STATISTICS]).reading(TENTH), tenth, "mawk"),
        ],
    }
}

fn decimals(samples: u64) -> Race {
    Race {
        ours: Entrant::ours(Job::program("stat", &[]).reading(DECIMALS), samples),
        rivals: vec![
            Entrant::new(Job::program("wc", &["-l"]).reading(DECIMALS), samples, "coreutils")
                .beaten_by(1.0 / 10.0),
        ],
    }
}

fn simulation(samples: u64) -> Race {
    let tenth = samples / 10;
    let count = samples.to_string();
    Race {
        ours: Entrant::ours(Job::program("conv", &["--rate", "max", "--count", &count]), samples),
        rivals: vec![
            Entrant::new(
                Job::program("shuf", &["-r", "-i", "0-100", "-n", &tenth.to_string()]),
                tenth,
                "coreutils",
            )
            .beaten_by(80.0),
        ],
    }
}

fn raw_words(samples: u64) -> Race {
    Race {
        ours: Entrant::ours(Job::program("conv", &["--from", WORDS, "--format", "s16le"]), samples),
        rivals: vec![
            Entrant::new(
                Job::program("od", &["-An", "-v", "-w2", "-td2", TENTH_OF_WORDS]),
                samples / 10,
                "coreutils",
            )
            .beaten_by(50.0),
        ],
    }
}

fn recording(samples: u64) -> Race {
    let ours = format!("cat {SAMPLES} | log --truncate --sync never recorded.txt");
    let theirs = format!("cat {SAMPLES} | cat > recorded.txt");
    Race {
        ours: Entrant::ours(Job::shell(&ours), samples),
        rivals: vec![Entrant::new(Job::shell(&theirs), samples, "bash").beaten_by(1.0 / 1.1)],
    }
}

/// The launcher's fan-out, as a program of its own, in place of coreutils' tee. It makes its pipes as
/// large as the launcher does, which tee does not; and since it feeds pipes only, a process more
/// writes the file, as `log` does. The second rival has to feed one as well.
fn fan_out(samples: u64) -> Race {
    let between = |tee: &str| Job::shell(&format!("cat {SAMPLES} | {tee} | cat > /dev/null"));
    let tee = |tee| Entrant::new(between(tee), samples, "coreutils");
    Race {
        ours: Entrant::ours(between("bench-fan-out 3> >(cat > copy.txt)"), samples),
        rivals: vec![tee("tee copy.txt").beaten_by(2.0), tee("tee >(cat > copy.txt)")],
    }
}

/// The rival converts with our `conv` too, and then only moves the samples: nothing counts them.
fn the_whole(samples: u64) -> Race {
    let conv = format!("--rate max --count {samples}");
    let ours = format!("launcher --conv \"{conv}\" --log \"--truncate --sync never recorded.txt\"");
    let theirs = format!("conv {conv} | tee >(cat > recorded.txt) | cat > /dev/null");
    Race {
        ours: Entrant::ours(Job::shell(&ours), samples),
        rivals: vec![Entrant::new(Job::shell(&theirs), samples, "bash").beaten_by(1.0 / 0.7)],
    }
}

/// From the start to the first line of the report.
fn start() -> Race {
    let one = "--rate max --count 1";
    let ours = format!("launcher --conv \"{one}\" --log \"--truncate one.txt\"");
    let theirs = format!("conv {one} | tee -i >(log --truncate one.txt) | stat | report");
    let job = |script: &str| Job::shell(script).until_its_first_line();
    Race {
        ours: Entrant::ours(job(&ours), 1),
        rivals: vec![Entrant::new(job(&theirs), 1, "bash").beaten_by(1.0)],
    }
}

/// Cost does not grow with time.
fn the_long_run(samples: u64) -> Race {
    let run = |samples: u64| Job::shell(&format!("conv --rate max --count {samples} | stat"));
    Race {
        ours: Entrant::ours(run(10 * samples), 10 * samples),
        rivals: vec![Entrant::new(run(samples), samples, "wandler").beaten_by(0.95)],
    }
}
