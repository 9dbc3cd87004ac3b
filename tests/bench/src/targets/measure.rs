//! What a row measures: one figure, or several that the same runs give, on one set of samples.

use crate::data::Data;
use crate::inputs::Input;
use crate::job::Job;
use crate::targets::need::Need;
use crate::targets::target::Target;
use crate::transports::Message;
use wandler_launcher::transport::Via;

/// What is measured, and what it is meant to be.
pub(crate) struct Measure {
    /// What ours does, a command between backticks: the README shows it as code.
    pub ours: String,
    /// On what.
    pub data: &'static str,
    /// What it is measured against, likewise.
    pub against: String,
    /// One for each figure.
    pub targets: Vec<Target>,
    /// What must be there.
    pub needs: Vec<Need>,
    /// How it is measured.
    pub method: Method,
}

/// How a figure comes about.
pub(crate) enum Method {
    /// By the times of whole processes.
    Race(Box<Race>),
    /// By what a transport carries, beside the bare object.
    Transport(Via, &'static Message),
    /// By the 99th percentile of the time from a sample to its line, beside bare pipes.
    Latency,
    /// By the times a second at which a process of the default pipeline is woken.
    WakeUps,
}

/// One of our commands, and others that do the same or part of it. The fastest of them counts.
pub(crate) struct Race {
    /// Ours.
    pub ours: Entrant,
    /// The others.
    pub rivals: Vec<Entrant>,
}

/// A command in a race.
#[derive(Clone)]
pub(crate) struct Entrant {
    /// The command.
    pub job: Job,
    /// How many samples it processes.
    pub samples: u64,
    /// The files that it reads.
    pub inputs: Vec<Input>,
    /// A command whose time is subtracted, where a beginning is not to be measured.
    pub less: Option<Job>,
    /// A command whose time is added: it processes the rest of the samples.
    pub rest: Option<Job>,
}

impl Entrant {
    /// One that reads no file of samples, or one that exists already.
    pub(crate) fn new(job: Job, samples: u64) -> Entrant {
        Entrant { job, samples, inputs: Vec::new(), less: None, rest: None }
    }

    /// A program with a file as its standard input.
    pub(crate) fn redirected(job: Job, input: Input) -> Entrant {
        Entrant::naming(job.reading(input.name()), input)
    }

    /// The same, followed by another.
    pub(crate) fn and(mut self, other: Entrant) -> Entrant {
        self.inputs.extend(other.inputs);
        Entrant { samples: self.samples + other.samples, rest: Some(other.job), ..self }
    }

    /// A command that names the file itself.
    pub(crate) fn naming(job: Job, input: Input) -> Entrant {
        Entrant { inputs: vec![input], ..Entrant::new(job, input.samples) }
    }
}

impl Measure {
    /// A race, its rivals still to come; on no particular samples, if it is not told otherwise.
    pub(crate) fn race(ours: impl Into<String>, entrant: Entrant, target: Target) -> Measure {
        let race = Race { ours: entrant, rivals: Vec::new() };
        Measure::by(Method::Race(Box::new(race)), ours, target)
    }

    /// Any other measure.
    pub(crate) fn by(method: Method, ours: impl Into<String>, target: Target) -> Measure {
        Measure {
            ours: ours.into(),
            data: "",
            against: String::new(),
            targets: vec![target],
            needs: Vec::new(),
            method,
        }
    }

    /// The same on these samples.
    pub(crate) fn on(self, data: Data) -> Measure {
        Measure { data: data.name, ..self }
    }

    /// The same, measured against this.
    pub(crate) fn against(self, against: impl Into<String>) -> Measure {
        Measure { against: against.into(), ..self }
    }

    /// The same with one more rival.
    pub(crate) fn rival(mut self, rival: Entrant) -> Measure {
        if let Method::Race(race) = &mut self.method {
            race.rivals.push(rival);
        }
        self
    }

    /// The same, where this must be there.
    pub(crate) fn needing(mut self, need: Need) -> Measure {
        self.needs.push(need);
        self
    }

    /// The files that it reads.
    pub(crate) fn inputs(&self) -> Vec<Input> {
        match &self.method {
            Method::Race(race) => {
                let entrants = [&race.ours].into_iter().chain(&race.rivals);
                entrants.flat_map(|entrant| entrant.inputs.iter().copied()).collect()
            }
            _ => Vec::new(),
        }
    }
}
