//! The account at a pipeline's end, as the launcher prints it.

use crate::run::Finished;

/// The number before a word in the account: `1200` before ` recorded`; `None` if it is unknown.
pub fn count(finished: &Finished, what: &str) -> Option<u64> {
    let account = finished.stderr.lines().last()?.strip_prefix("launcher: ")?;
    let (before, _) = account.split_once(&format!(" {what}"))?;
    before.rsplit(' ').next()?.parse().ok()
}
