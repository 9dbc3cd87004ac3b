//! The command line of `stat`.

use std::time::Duration;

use clap::Parser;
use stage::program::CommandLine;
use stage::quantity;

use crate::schedule::Every;

const EXAMPLES: &str = "\
Examples:
  conv | stat                          a record for each sample
  stat --every 1000 < samples.log      a record every 1000 samples
  stat < samples.log | tail -n 1       the record of the whole file

Input: one decimal number a line; blanks around it and a CR are ignored. Every other line is
rejected: told (the first few), counted, and left out. sum, min and max are exact; mean and sd
are the doubles nearest to the exact values; sd is null below two samples and beyond the
largest double.

Limits: a line is looked at up to 64 KiB; a sample has at most 400 decimal places and is finite
as a double. Memory: 2 MB, and less than 1 MB more for samples of over 18 digits.

";

/// Exact running statistics of a stream of samples.
#[derive(Clone, Debug, Parser)]
#[command(name = "stat", version, after_help = format!("{EXAMPLES}{}", stage::exit::HELP))]
pub struct Options {
    /// A record every N samples, or when a sample has come and this time (100ms, 2s) has
    /// passed since the last record
    #[arg(short, long, value_name = "N|DUR", value_parser = every, allow_hyphen_values = true, default_value = "100ms")]
    #[arg(help_heading = "Records")]
    pub every: Every,
    /// Stop at the first line that is not a sample, with status 1
    #[arg(long, help_heading = "Records")]
    pub strict: bool,
}

impl CommandLine for Options {}

fn every(text: &str) -> Result<Every, String> {
    match (text.parse(), quantity::duration(text)) {
        (Ok(0), _) => Err("a record cannot come every 0 samples".to_owned()),
        (Ok(count), _) => Ok(Every::Samples(count)),
        (_, Ok(time)) if time > Duration::ZERO => Ok(Every::Time(time)),
        _ => Err("expected a number of samples, or a duration such as 100ms or 2s".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_by_number_or_by_time() {
        assert_eq!(every("10"), Ok(Every::Samples(10)));
        assert_eq!(every("2s"), Ok(Every::Time(Duration::from_secs(2))));
        assert_eq!(every("0").unwrap_err(), "a record cannot come every 0 samples");
        for wrong in ["", "-1", "1.5", "0s", "often"] {
            let told = every(wrong).unwrap_err();
            assert_eq!(told, "expected a number of samples, or a duration such as 100ms or 2s");
        }
    }
}
