//! Counting what was rejected, and warning of the first few.
//!
//! A converter that is unplugged over a weekend must not fill the terminal, or the disk behind standard
//! error: there are at most `REPORTED` warnings, and one summary at the end.

use crate::process::message::Messages;

/// Warnings before silence: enough to see what is wrong.
const REPORTED: u64 = 5;

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

    /// The summary, unless every one was reported; `what` names them in the plural.
    pub fn sum_up(&self, messages: &mut dyn Messages, what: &str) {
        if self.count > REPORTED {
            messages.tell(&format!(
                "{} {what} rejected, the first {REPORTED} of them told above",
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
                "1000000 lines rejected, the first 5 of them told above",
            ]
        );
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
