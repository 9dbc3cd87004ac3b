//! When what was written must be on the disk.
//!
//! To add a policy: extend [`SyncPolicy`], [`policy`], which reads it from the command line (and the
//! help of `--sync` in `options`), and [`SyncPolicy::deadline`]. One that counts bytes or lines also
//! needs the recorder to ask it.

use std::time::{Duration, Instant};

use stage::process::quantity;

/// How soon what was received is synced. At the end it always is, since exit status 0
/// promises that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Only at the end.
    Never,
    /// At most this long after it was written.
    Within(Duration),
    /// After every batch.
    Always,
}

/// Reads a policy from the command line.
pub(crate) fn policy(text: &str) -> Result<SyncPolicy, String> {
    match text {
        "never" => Ok(SyncPolicy::Never),
        "always" => Ok(SyncPolicy::Always),
        _ => quantity::duration(text)
            .map(SyncPolicy::Within)
            .map_err(|_| "expected never, always, or a duration such as 1s".to_owned()),
    }
}

impl SyncPolicy {
    /// When to sync, if the oldest bytes that are not synced were written at `oldest`.
    pub fn deadline(self, oldest: Instant) -> Option<Instant> {
        match self {
            SyncPolicy::Never => None,
            SyncPolicy::Within(time) => oldest.checked_add(time),
            SyncPolicy::Always => Some(oldest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_named() {
        assert_eq!(policy("never"), Ok(SyncPolicy::Never));
        assert_eq!(policy("always"), Ok(SyncPolicy::Always));
        assert_eq!(policy("250ms"), Ok(SyncPolicy::Within(Duration::from_millis(250))));
        assert_eq!(policy("5").unwrap_err(), "expected never, always, or a duration such as 1s");
    }

    #[test]
    fn each_policy_has_its_moment() {
        let written = Instant::now();
        let second = Duration::from_secs(1);
        assert_eq!(SyncPolicy::Never.deadline(written), None);
        assert_eq!(SyncPolicy::Always.deadline(written), Some(written));
        assert_eq!(SyncPolicy::Within(second).deadline(written), Some(written + second));
        assert_eq!(SyncPolicy::Within(Duration::MAX).deadline(written), None, "beyond all time");
    }
}
