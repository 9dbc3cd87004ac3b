//! When what was written must be on the disk.
//!
//! Another sync policy: add it to [`Policy`], to [`policy`], which reads it from the command line
//! (and to the help of `--sync` in `options`), and to [`Policy::deadline`]. One that counts
//! bytes or lines needs to be asked by [`crate::recorder`] as well.

use std::time::{Duration, Instant};

use stage::process::quantity;

/// How soon what was received is synced. At the end it always is, since exit status 0
/// promises that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Only at the end.
    Never,
    /// So long after it was written, at the latest.
    Within(Duration),
    /// After every batch.
    Always,
}

/// Reads a policy from the command line.
pub fn policy(text: &str) -> Result<Policy, String> {
    match text {
        "never" => Ok(Policy::Never),
        "always" => Ok(Policy::Always),
        _ => quantity::duration(text)
            .map(Policy::Within)
            .map_err(|_| "expected never, always, or a duration such as 1s".to_owned()),
    }
}

impl Policy {
    /// When to sync, if the oldest bytes that are not synced were written at `oldest`.
    pub fn deadline(self, oldest: Instant) -> Option<Instant> {
        match self {
            Policy::Never => None,
            Policy::Within(time) => oldest.checked_add(time),
            Policy::Always => Some(oldest),
        }
    }

    /// Whether to sync at `now`.
    pub fn is_due(self, oldest: Instant, now: Instant) -> bool {
        self.deadline(oldest).is_some_and(|deadline| now >= deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_named() {
        assert_eq!(policy("never"), Ok(Policy::Never));
        assert_eq!(policy("always"), Ok(Policy::Always));
        assert_eq!(policy("250ms"), Ok(Policy::Within(Duration::from_millis(250))));
        assert_eq!(policy("5").unwrap_err(), "expected never, always, or a duration such as 1s");
    }

    #[test]
    fn each_policy_has_its_moment() {
        let written = Instant::now();
        let later = written + Duration::from_secs(1);
        assert!(!Policy::Never.is_due(written, later));
        assert!(Policy::Always.is_due(written, written));
        let within = Policy::Within(Duration::from_secs(1));
        assert!(!within.is_due(written, written) && within.is_due(written, later));
    }
}
