//! The options for serial lines, and for other sources that may go and return.

use clap::Args;
use stage::process::sandbox::Grant;

use crate::source::format::Format;

/// How a source that comes by itself is opened.
#[derive(Args, Clone, Copy, Debug)]
pub struct SerialOptions {
    /// Set the serial line: this rate, 8N1, raw, no echo
    #[arg(long, value_name = "N", allow_hyphen_values = true, help_heading = "Real converter")]
    #[arg(value_parser = rate, conflicts_with = "poll")]
    pub baud: Option<u32>,
    /// Wait for a device or FIFO whenever it is gone
    #[arg(long, help_heading = "Real converter", conflicts_with = "poll")]
    pub reconnect: bool,
}

fn rate(text: &str) -> Result<u32, String> {
    let rate = text.parse().ok().filter(|rate| *rate > 0);
    rate.ok_or_else(|| "expected bits a second, such as 9600 or 115200".to_owned())
}

impl SerialOptions {
    /// Which calls it takes to open a source again.
    pub(super) fn grants(&self) -> impl Iterator<Item = Grant> {
        let open = self.reconnect.then_some(Grant::ReadFiles);
        open.into_iter().chain(open.and(self.baud).map(|_| Grant::SetTerminal))
    }

    /// Checks what is said of a source with this format, which may have a name.
    pub(super) fn check(&self, has_name: bool, format: Format) -> Result<(), String> {
        if self.reconnect && !has_name {
            return Err(
                "--reconnect needs a name: standard input cannot be opened again".to_owned()
            );
        }
        if self.reconnect && format == Format::Wav {
            return Err("--reconnect is for what has no end, and WAV has one".to_owned());
        }
        Ok(())
    }
}
