//! What came of a measure: an entry of the table, with its verdict, and the table for a terminal.

use crate::figures;
use crate::table::{Side, Table};
use crate::targets::contest::Figure;
use crate::targets::measure::Measure;
use crate::targets::target::{Target, Verdict};

/// A figure, or why there is none.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The figure.
    Measured(Figure),
    /// What is missing, and how to get it.
    NotMeasured(String),
}

/// A line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The row's number and name.
    pub row: (usize, &'static str),
    /// What ours does, as its measure says it.
    pub ours: String,
    /// On what.
    pub data: &'static str,
    /// What it is measured against, likewise.
    pub against: String,
    /// What the figure is meant to be.
    pub target: Target,
    /// What it is.
    pub outcome: Outcome,
}

const NOTE: &str = "\
figure: of the medians of the rounds, which were run in turns, and of the times of whole processes
(with --every 1: of the records over approximate quantiles alone); at most: our time a sample divided
by the other's; at least: the reverse; rounds: our time divided by the other's, in the round where
that was least and in the one where it was greatest; memory: the most that the process, or the
greatest of the pipeline, held, ours and the other's.";

impl Entry {
    /// The entry of one of the measure's targets.
    pub(crate) fn new(
        row: (usize, &'static str),
        measure: &Measure,
        target: Target,
        outcome: Outcome,
    ) -> Entry {
        let (ours, against) = (measure.ours.clone(), measure.against.clone());
        Entry { row, ours, data: measure.data, against, target, outcome }
    }

    /// Whether it was measured and is worse than its target.
    pub(crate) fn is_missed(&self) -> bool {
        self.judged().is_some_and(|(_, verdict)| verdict.is_missed())
    }

    /// Figure, target and verdict, in words.
    pub(crate) fn verdict(&self) -> String {
        match (&self.outcome, self.judged()) {
            (Outcome::NotMeasured(reason), _) => format!("not measured: {reason}"),
            (_, Some((figure, verdict))) => {
                format!("{figure} ({}): {}", self.target.text(), verdict.text())
            }
            _ => String::new(),
        }
    }

    fn judged(&self) -> Option<(String, Verdict)> {
        match &self.outcome {
            Outcome::Measured(figure) => {
                Some((self.target.figure(figure.value), self.target.judge(figure.value)))
            }
            Outcome::NotMeasured(_) => None,
        }
    }

    /// Which one it is.
    fn name(&self) -> String {
        let (number, name) = self.row;
        let ours = plain(&self.ours);
        match self.data {
            "" => format!("{number} {name}: {ours}"),
            data => format!("{number} {name}: {ours}, {data}"),
        }
    }
}

/// What is measured, in words.
pub(crate) fn in_words(measure: &Measure) -> String {
    let data = if measure.data.is_empty() { "" } else { ", " };
    let against = if measure.against.is_empty() { "" } else { ", beside " };
    plain(&format!("{}{data}{}{against}{}", measure.ours, measure.data, measure.against))
}

/// Without the marks of code, which a terminal does not show.
fn plain(text: &str) -> String {
    text.replace('`', "")
}

/// A line for each entry.
pub(crate) fn table(entries: &[Entry]) -> Table<10> {
    let mut table = Table::new([
        ("row", Side::Left),
        ("ours", Side::Left),
        ("of", Side::Left),
        ("beside", Side::Left),
        ("figure", Side::Right),
        ("target", Side::Left),
        ("", Side::Left),
        ("rounds", Side::Left),
        ("ours, a sample", Side::Right),
        ("memory", Side::Left),
    ]);
    entries.iter().for_each(|entry| table.row(line(entry)));
    table
}

fn line(entry: &Entry) -> [String; 10] {
    let (number, name) = entry.row;
    let (shown, verdict, rounds, per_sample, memory) = match &entry.outcome {
        Outcome::Measured(figure) => (
            entry.target.figure(figure.value),
            entry.target.judge(figure.value).text(),
            figure.rounds.map(rounds).unwrap_or_default(),
            figure.per_sample.map(|time| figures::scaled(time, "s")).unwrap_or_default(),
            figure.memory.map(memory).unwrap_or_default(),
        ),
        Outcome::NotMeasured(_) => {
            let [shown, rounds, per_sample, memory] = Default::default();
            (shown, "not measured".to_owned(), rounds, per_sample, memory)
        }
    };
    [
        format!("{number} {name}"),
        plain(&entry.ours),
        entry.data.to_owned(),
        plain(&entry.against),
        shown,
        entry.target.text(),
        verdict,
        rounds,
        per_sample,
        memory,
    ]
}

fn rounds((least, most): (f64, f64)) -> String {
    format!("{} to {}", figures::significant(least), figures::significant(most))
}

fn memory((ours, rivals): (u64, u64)) -> String {
    let [ours, rivals] = [ours, rivals].map(|bytes| figures::scaled(bytes as f64, "B"));
    format!("{ours}, {rivals}")
}

/// How many targets are held, which are missed, and what is not measured.
pub(crate) fn summary(entries: &[Entry]) -> String {
    let count = count(entries);
    let missed = entries.iter().filter(|entry| entry.is_missed());
    let missed = missed.map(|entry| format!("\nmissed: {}: {}", entry.name(), entry.verdict()));
    let absent = entries.iter().filter_map(|entry| match &entry.outcome {
        Outcome::NotMeasured(reason) => Some(format!("\nnot measured: {}: {reason}", entry.name())),
        Outcome::Measured(_) => None,
    });
    format!("{NOTE}\n\n{count}{}", missed.chain(absent).collect::<String>())
}

/// How many targets are held, missed and not measured.
pub(crate) fn count(entries: &[Entry]) -> String {
    let measured = entries.iter().filter(|entry| matches!(entry.outcome, Outcome::Measured(_)));
    let measured = measured.count();
    let missed = entries.iter().filter(|entry| entry.is_missed()).count();
    let targets = if entries.len() == 1 { "target" } else { "targets" };
    let held = measured - missed;
    let mut text = format!("Of {} {targets}, {held} held and {missed} missed", entries.len());
    if measured < entries.len() {
        text.push_str(&format!("; {} not measured", entries.len() - measured));
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An entry of the row `threads`.
    pub(crate) fn entry(data: &'static str, target: Target, outcome: Outcome) -> Entry {
        let [ours, against] = ["`stat --jobs 2 FILE`", "`wc -l`"].map(str::to_owned);
        Entry { row: (2, "threads"), ours, data, against, target, outcome }
    }

    pub(crate) fn measured(value: f64) -> Outcome {
        Outcome::Measured(Figure::alone(value))
    }

    fn three() -> [Entry; 3] {
        let reason = "this stat has no --jobs".to_owned();
        [
            entry("integers", Target::times(2.0), measured(1.5)),
            entry("floats", Target::times(2.0), measured(2.5)),
            entry("codes", Target::times(2.0), Outcome::NotMeasured(reason)),
        ]
    }

    #[test]
    fn what_is_missed_and_what_is_not_measured_is_named() {
        let summary = summary(&three());
        let expected = "\
Of 3 targets, 1 held and 1 missed; 1 not measured
missed: 2 threads: stat --jobs 2 FILE, floats: 2.50 × (at most 2 ×): missed by 25 %
not measured: 2 threads: stat --jobs 2 FILE, codes: this stat has no --jobs";
        assert!(summary.ends_with(expected), "{summary}");
    }

    #[test]
    fn each_entry_has_its_target_beside_it() {
        let full = Figure {
            value: 1.5,
            rounds: Some((1.25, 1.75)),
            per_sample: Some(1.4e-9),
            memory: Some((4_200_000, 884_000_000)),
        };
        let cells = line(&entry("integers", Target::times(2.0), Outcome::Measured(full)));
        let expected = [
            "2 threads",
            "stat --jobs 2 FILE",
            "integers",
            "wc -l",
            "1.50 ×",
            "at most 2 ×",
            "held",
            "1.25 to 1.75",
            "1.40 ns",
            "4.20 MB, 884 MB",
        ];
        assert_eq!(cells, expected);
        let [.., not_measured] = &three();
        assert_eq!(line(not_measured)[4..8], ["", "at most 2 ×", "not measured", ""]);
    }

    #[test]
    fn nothing_is_said_of_missing_programs_where_all_are_there() {
        assert_eq!(count(&three()[..2]), "Of 2 targets, 1 held and 1 missed");
        assert_eq!(count(&three()[..1]), "Of 1 target, 1 held and 0 missed");
    }
}
