//! The options of the checks.

use clap::Args;
use stage::process::quantity::{self, Range};

use crate::for_channel::{self, ForChannel, check_once};

/// Which values are rejected.
#[derive(Args, Clone, Debug, Default)]
pub struct CheckOptions {
    /// Reject values outside of this range, its bounds included
    #[arg(long, value_name = "[NAME=]MIN..MAX", value_parser = range, allow_hyphen_values = true, help_heading = "Conversion")]
    pub plausible: Vec<ForChannel<Range>>,
}

impl CheckOptions {
    /// Whether each is given at most once for a channel.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_once("plausible", &self.plausible)
    }
}

fn range(text: &str) -> Result<ForChannel<Range>, String> {
    for_channel::parse(text, quantity::range)
}
