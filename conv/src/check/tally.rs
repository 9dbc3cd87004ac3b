//! How many values failed each check, by channel, for the summary at the end.

use stage::format::columns::MAX_COLUMNS;
use stage::format::name::Name;

use super::OPTIONS;

/// Channels that are named in a line of the summary, at most.
const NAMED: usize = 8;

/// Pairs of a check and a channel that are counted, at most.
const MOST: usize = OPTIONS.len() * MAX_COLUMNS;

/// How many values failed each check.
#[derive(Debug, Default)]
pub(crate) struct Tally(Vec<Failed>);

/// How many of one channel's values failed one check.
#[derive(Debug)]
struct Failed {
    option: &'static str,
    channel: Option<Name>,
    count: u64,
}

impl Tally {
    /// Counts one of a channel's values. (Where columns change again and again, those of the first streams
    /// only.)
    pub(crate) fn add(&mut self, option: &'static str, channel: Option<&Name>) {
        let is_its = |it: &&mut Failed| it.option == option && it.channel.as_ref() == channel;
        if let Some(failed) = self.0.iter_mut().find(is_its) {
            failed.count += 1;
        } else if self.0.len() < MOST {
            self.0.push(Failed { option, channel: channel.cloned(), count: 1 });
        }
    }

    /// A line for each of these checks that some values failed.
    pub(crate) fn lines(&self) -> Vec<String> {
        OPTIONS.iter().filter_map(|option| self.line(option)).collect()
    }

    fn line(&self, option: &str) -> Option<String> {
        let mut failed: Vec<&Failed> = self.0.iter().filter(|it| it.option == option).collect();
        // Those that fail most come first.
        failed.sort_by_key(|it| std::cmp::Reverse(it.count));
        let (named, others) = failed.split_at(failed.len().min(NAMED));
        let mut parts: Vec<String> = named
            .iter()
            .map(|it| match &it.channel {
                Some(name) => format!("{name} {}", it.count),
                None => it.count.to_string(),
            })
            .collect();
        let others: u64 = others.iter().map(|it| it.count).sum();
        parts.extend((others > 0).then(|| format!("others {others}")));
        (!parts.is_empty()).then(|| format!("rejected by --{option}: {}", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_has_a_line_and_the_channels_that_fail_most_come_first() {
        let mut tally = Tally::default();
        for channel in 1..=10 {
            (0..channel).for_each(|_| tally.add("flat", Some(&Name::numbered(channel))));
        }
        tally.add("spike", None);
        let flat = "ch10 10, ch9 9, ch8 8, ch7 7, ch6 6, ch5 5, ch4 4, ch3 3, others 3";
        let flat = format!("rejected by --flat: {flat}");
        let lines = tally.lines();
        assert_eq!(lines, ["rejected by --spike: 1".to_owned(), flat]);
    }
}
