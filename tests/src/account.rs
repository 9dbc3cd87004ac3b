//! The account at the end: a pipeline's, as the launcher prints it, and that of `conv` alone.

use crate::run::Finished;

/// The number before a word in the account: `1200` before ` recorded`; `None` if it is unknown.
pub fn count(finished: &Finished, what: &str) -> Option<u64> {
    count_in(&finished.stderr, what)
}

/// The same, where this was said.
pub fn count_in(said: &str, what: &str) -> Option<u64> {
    let account = said.lines().last()?.strip_prefix("launcher: ")?;
    let (before, _) = account.split_once(&format!(" {what}"))?;
    before.rsplit(' ').next()?.parse().ok()
}

/// What `conv` says at the end of a run in which no tick was missed.
pub fn closing(sent: usize, rejected: usize) -> String {
    format!("conv: {sent} samples sent, {rejected} rejected, 0 ticks missed")
}

/// The same for rows of several channels, or with missing readings.
pub fn closing_table(rows: usize, channels: usize, rejected: usize, missing: usize) -> String {
    let of = |count, noun| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let (rows, channels) = (of(rows, "row"), of(channels, "channel"));
    let readings = of(rejected, "reading");
    format!(
        "conv: {rows} of {channels} sent, {readings} rejected, {missing} missing, 0 ticks missed"
    )
}
