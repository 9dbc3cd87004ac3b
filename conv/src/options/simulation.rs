//! The options of the simulated converter.

use clap::{ArgAction, Args};
use stage::format::columns::Columns;
use stage::process::quantity;

use crate::for_channel::{self, ForChannel, WrongChannel, check_known_once, check_once};
use crate::source::simulated::{Levels, Signal};

/// What a simulated converter gives.
#[derive(Args, Clone, Debug)]
pub struct SimulationOptions {
    /// uniform, sine (period: 100 samples), walk (steps up to 1/50 of range); several: sine,walk
    #[arg(long, value_enum, default_value = "uniform", hide_possible_values = true, value_delimiter = ',', action = ArgAction::Set)]
    #[arg(help_heading = "Simulated converter", conflicts_with_all = ["poll", "from", "iio"])]
    pub signal: Vec<Signal>,
    /// The values, or NAME=MIN..MAX; the decimal places are the resolution [default: 0..100]
    #[arg(long, value_name = "MIN..MAX", value_parser = levels, allow_hyphen_values = true)]
    #[arg(help_heading = "Simulated converter", conflicts_with_all = ["poll", "from", "iio"])]
    pub range: Vec<ForChannel<Levels>>,
    /// The same samples for the same N, or NAME=N; channels have N, N + 1, …
    #[arg(long, value_name = "N", value_parser = seed, allow_hyphen_values = true)]
    #[arg(help_heading = "Simulated converter", conflicts_with_all = ["poll", "from", "iio"])]
    pub seed: Vec<ForChannel<u64>>,
}

impl SimulationOptions {
    /// Whether a seed has something to do, and each is given at most once for a channel.
    pub(super) fn check(&self) -> Result<(), String> {
        if !self.seed.is_empty() && self.signal.iter().all(|signal| *signal == Signal::Sine) {
            return Err("--seed is for random signals: a sine is always the same".to_owned());
        }
        check_once("range", &self.range)?;
        check_once("seed", &self.seed)
    }

    /// Whether every channel that something is given for exists.
    pub(super) fn check_known(&self, columns: &Columns) -> Result<(), WrongChannel> {
        check_known_once("range", &self.range, columns)?;
        check_known_once("seed", &self.seed, columns)
    }
}

fn seed(text: &str) -> Result<ForChannel<u64>, String> {
    for_channel::parse(text, quantity::count)
}

fn levels(text: &str) -> Result<ForChannel<Levels>, String> {
    for_channel::parse(text, Levels::parse)
}
