//! The options of the checks.

use clap::Args;
use stage::process::quantity::{self, Bounds};

use crate::for_channel::{self, ForChannel, check_once};

/// Which values are rejected.
#[derive(Args, Clone, Debug, Default)]
pub struct CheckOptions {
    /// Reject values outside of this range, its bounds included: 0..50, -40.., ..100
    #[arg(long, value_name = "[NAME=]MIN..MAX", value_parser = bounds, allow_hyphen_values = true, help_heading = "Conversion")]
    pub plausible: Vec<ForChannel<Bounds>>,
}

impl CheckOptions {
    /// Whether each is given at most once for a channel.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_once("plausible", &self.plausible)
    }
}

fn bounds(text: &str) -> Result<ForChannel<Bounds>, String> {
    for_channel::parse(text, quantity::bounds)
}
