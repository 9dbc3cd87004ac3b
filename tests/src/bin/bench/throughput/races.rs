//! Who runs against whom: **a new competitor goes here**.

use crate::job::Job;
use crate::scratch::{SAMPLES, STATISTICS, TENTH, TENTH_OF_WORDS, WORDS};

/// One of our commands, and others that do the same or part of it.
pub struct Race {
    /// Ours.
    pub ours: Entrant,
    /// The others.
    pub rivals: Vec<Entrant>,
}

/// A command in a race.
pub struct Entrant {
    /// The command.
    pub job: Job,
    /// How many samples it deals with.
    pub samples: u64,
    /// The package that its program comes in.
    pub package: &'static str,
}

impl Entrant {
    fn new(job: Job, samples: u64, package: &'static str) -> Entrant {
        Entrant { job, samples, package }
    }

    fn ours(job: Job, samples: u64) -> Entrant {
        Entrant::new(job, samples, "wandler")
    }
}

/// Every race; competitors that are slow deal with a tenth of `samples`.
pub fn all(samples: u64) -> Vec<Race> {
    vec![
        statistics(samples),
        simulation(samples),
        raw_words(samples),
        recording(samples),
        the_whole(samples),
    ]
}

fn statistics(samples: u64) -> Race {
    let datamash = "count 1 sum 1 mean 1 sstdev 1 min 1 max 1".split(' ').collect::<Vec<_>>();
    Race {
        ours: Entrant::ours(Job::program("stat", &[]).reading(SAMPLES), samples),
        rivals: vec![
            Entrant::new(Job::program("wc", &["-l"]).reading(SAMPLES), samples, "coreutils"),
            Entrant::new(
                Job::program("datamash", &datamash).reading(TENTH),
                samples / 10,
                "datamash",
            ),
            Entrant::new(
                Job::program("mawk", &["-f", STATISTICS]).reading(TENTH),
                samples / 10,
                "mawk",
            ),
        ],
    }
}

fn simulation(samples: u64) -> Race {
    let tenth = samples / 10;
    let count = samples.to_string();
    Race {
        ours: Entrant::ours(Job::program("conv", &["--rate", "max", "--count", &count]), samples),
        rivals: vec![Entrant::new(
            Job::program("shuf", &["-r", "-i", "0-100", "-n", &tenth.to_string()]),
            tenth,
            "coreutils",
        )],
    }
}

fn raw_words(samples: u64) -> Race {
    Race {
        ours: Entrant::ours(Job::program("conv", &["--from", WORDS, "--format", "s16le"]), samples),
        rivals: vec![Entrant::new(
            Job::program("od", &["-An", "-v", "-w2", "-td2", TENTH_OF_WORDS]),
            samples / 10,
            "coreutils",
        )],
    }
}

fn recording(samples: u64) -> Race {
    let ours = format!("cat {SAMPLES} | log --truncate --sync never recorded.txt");
    let theirs = format!("cat {SAMPLES} | cat > recorded.txt");
    Race {
        ours: Entrant::ours(Job::shell(&ours), samples),
        rivals: vec![Entrant::new(Job::shell(&theirs), samples, "bash")],
    }
}

/// The rival converts with our `conv` too, and then only moves the samples: nothing counts them.
fn the_whole(samples: u64) -> Race {
    let conv = format!("--rate max --count {samples}");
    let ours = format!("launcher --conv \"{conv}\" --log \"--truncate --sync never recorded.txt\"");
    let theirs = format!("conv {conv} | tee >(cat > recorded.txt) | cat > /dev/null");
    Race {
        ours: Entrant::ours(Job::shell(&ours), samples),
        rivals: vec![Entrant::new(Job::shell(&theirs), samples, "bash")],
    }
}
