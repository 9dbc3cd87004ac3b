//! The options for serial lines, and for other sources that may go and return.

use clap::Args;

/// How a source that comes by itself is opened.
#[derive(Args, Clone, Copy, Debug)]
pub struct SerialOptions {
    /// Set the serial line to this rate, 8N1, raw and without echo; it stays so afterwards
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = "Real converter")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "poll")]
    pub baud: Option<u32>,
}
