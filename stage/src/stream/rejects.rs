//! Counting what was rejected, and warning of the first few.
//!
//! A converter that is unplugged over a weekend must not fill the terminal, or the disk behind standard
//! error: there are at most `REPORTED` warnings, and one summary at the end.

use crate::process::message::Messages;

/// Warnings before silence: enough to see what is wrong.
pub const REPORTED: u64 = 5;

/// The count of what was rejected.
#[derive(Clone, Debug, Default)]
pub struct Rejects {
    count: u64,
}

impl Rejects {
    /// How many there were.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Counts one more; calls `describe` for which and why, if it is still reported.
    pub fn add(&mut self, messages: &mut dyn Messages, describe: impl FnOnce() -> String) {
        self.count += 1;
        if self.count <= REPORTED {
            messages.tell(&describe());
        }
        if self.count == REPORTED {
            messages.tell("further rejections are counted, and summed up at the end");
        }
    }

    /// Counts `count` more; calls `describe` for those that are still reported, of which the first is
    /// number 0.
    pub fn add_many(
        &mut self,
        count: u64,
        messages: &mut dyn Messages,
        mut describe: impl FnMut(u64) -> String,
    ) {
        let reported = count.min(REPORTED.saturating_sub(self.count));
        (0..reported).for_each(|at| self.add(messages, || describe(at)));
        self.count += count - reported;
    }

    /// The summary, unless every one was reported; `what` names them in the plural.
    pub fn sum_up(&self, messages: &mut dyn Messages, what: &str) {
        if self.count > REPORTED {
            messages.tell(&format!(
                "{} {what} rejected, the first {REPORTED} of them reported above",
                self.count
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_rejects_is_reported_in_seven_lines() {
        let mut rejects = Rejects::default();
        let mut told = Vec::new();
        for line in 1..=1_000_000 {
            rejects.add(&mut told, || format!("line {line}: empty"));
        }
        rejects.sum_up(&mut told, "lines");
        assert_eq!(
            told,
            [
                "line 1: empty",
                "line 2: empty",
                "line 3: empty",
                "line 4: empty",
                "line 5: empty",
                "further rejections are counted, and summed up at the end",
                "1000000 lines rejected, the first 5 of them reported above",
            ]
        );
    }

    #[test]
    fn many_at_once_are_reported_as_if_they_came_one_by_one() {
        let add = |counts: &[u64]| {
            let (mut rejects, mut told) = (Rejects::default(), Vec::new());
            for count in counts {
                let before = rejects.count();
                rejects.add_many(*count, &mut told, |at| format!("line {}", before + at));
            }
            (rejects.count(), told)
        };
        let one_by_one = add(&[1; 8]);
        assert_eq!(one_by_one.1.len(), 6);
        for counts in [&[8][..], &[3, 0, 5], &[5, 3], &[4, 1, 3], &[6, 2]] {
            assert_eq!(add(counts), one_by_one, "{counts:?}");
        }
    }

    #[test]
    fn a_few_need_no_summary() {
        let mut rejects = Rejects::default();
        let mut told = Vec::new();
        rejects.add(&mut told, || "line 1: empty".to_owned());
        rejects.sum_up(&mut told, "lines");
        assert_eq!(told, ["line 1: empty"]);
    }
}
