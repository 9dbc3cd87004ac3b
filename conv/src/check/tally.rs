//! How many values failed each check, by channel, for the summary at the end.

use std::collections::BTreeMap;

use stage::format::columns::MAX_COLUMNS;
use stage::format::name::Name;

use super::OPTIONS;

/// Channels that are named in a line of the summary, at most.
const NAMED: usize = 8;

/// How many values failed each check.
#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<&'static str, Failed>);

/// How many values failed one check.
#[derive(Debug, Default)]
struct Failed {
    /// Those of an only channel, which need not be named.
    only: u64,
    /// Those of each channel, of as many as a row has at most.
    named: BTreeMap<Name, u64>,
    /// Those of further channels, where columns change again and again.
    others: u64,
}

impl Tally {
    /// Counts one of a channel's values.
    pub(crate) fn add(&mut self, option: &'static str, channel: Option<&Name>) {
        let Failed { only, named, others } = self.0.entry(option).or_default();
        let Some(name) = channel else {
            *only += 1;
            return;
        };
        if let Some(count) = named.get_mut(name) {
            *count += 1;
        } else if named.len() < MAX_COLUMNS {
            named.insert(name.clone(), 1);
        } else {
            *others += 1;
        }
    }

    /// A line for each of these checks that some values failed.
    pub(crate) fn lines(&self) -> Vec<String> {
        OPTIONS.iter().filter_map(|option| self.line(option)).collect()
    }

    fn line(&self, option: &str) -> Option<String> {
        let Failed { only, named, others } = self.0.get(option)?;
        let mut named: Vec<(&Name, u64)> =
            named.iter().map(|(name, count)| (name, *count)).collect();
        // Those that fail most come first.
        named.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let (named, rest) = named.split_at(named.len().min(NAMED));
        let others = others + rest.iter().map(|(_, count)| count).sum::<u64>();
        let only = (*only > 0).then(|| only.to_string());
        let named = named.iter().map(|(name, count)| format!("{name} {count}"));
        let others = (others > 0).then(|| format!("others {others}"));
        let parts: Vec<String> = only.into_iter().chain(named).chain(others).collect();
        Some(format!("rejected by --{option}: {}", parts.join(", ")))
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

    #[test]
    fn every_value_is_counted_however_many_channels_there_are() {
        let mut tally = Tally::default();
        for channel in 1..=MAX_COLUMNS + 10 {
            tally.add("step", Some(&Name::numbered(channel)));
        }
        let line = tally.lines().concat();
        let others = MAX_COLUMNS + 10 - NAMED;
        assert!(line.ends_with(&format!(", others {others}")), "{line}");
    }
}
