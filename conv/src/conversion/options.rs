//! The options of the conversion.

use clap::Args;
use stage::format::decimal::Decimal;
use stage::process::quantity;

use crate::for_channel::{self, ForChannel, check_once};

/// How raw readings become values.
#[derive(Args, Clone, Debug, Default)]
pub struct ConversionOptions {
    /// Add this to each raw value, before --scale, in exact decimal arithmetic
    #[arg(long, value_name = "[NAME=]OFFSET", value_parser = decimal, allow_hyphen_values = true, help_heading = "Conversion")]
    pub offset: Vec<ForChannel<Decimal>>,
    /// Multiply by this, after --offset: (raw + OFFSET) × SCALE, in exact decimal arithmetic
    #[arg(long, value_name = "[NAME=]SCALE", value_parser = decimal, allow_hyphen_values = true, help_heading = "Conversion")]
    pub scale: Vec<ForChannel<Decimal>>,
}

impl ConversionOptions {
    /// Whether each is given at most once for a channel.
    pub(crate) fn check(&self) -> Result<(), String> {
        check_once("offset", &self.offset)?;
        check_once("scale", &self.scale)
    }
}

fn decimal(text: &str) -> Result<ForChannel<Decimal>, String> {
    for_channel::parse(text, quantity::decimal)
}
