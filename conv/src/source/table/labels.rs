//! Lines whose fields carry their labels, in any order: `temp:21.5,hum:48`, or objects of JSON.
//!
//! The labels that have come with numbers so far are the columns, or those that are asked for; what a
//! line lacks of them is missing. If the user names the columns, there are as many from the beginning,
//! in the order in which their labels come. (`line` finds them, unless a line is like the one before.)
//!
//! Labels have no order, so that `time` is the time wherever it stands on a line, if it has the form that times
//! have in rows of ours. It is never a channel, unless another label is asked for as the time.

mod line;

use stage::format::columns::{Columns, MAX_COLUMNS};
use stage::format::row::NotARow;
use stage::process::message::{counted, quoted};
use stage::stream::rejects::REPORTED;

use self::line::Labelled;
use super::super::choice::{Choice, Column, Selection};
use super::super::format::Labelling;
use super::super::pattern::Pattern;
use super::fields::{Fields, trimmed};
use super::header::{Header, begins_a_number};
use super::listed::listed_labels;
use super::part::{Part, TIME};
use super::{Line, Table};
use crate::reading::NoRow;

/// The labels of a stream.
#[derive(Debug)]
pub(super) struct Labels {
    labelling: Labelling,
    /// Those of the columns, in order.
    known: Vec<String>,
    /// How many of these are no channels, but times.
    times: usize,
    /// How many channels the user has named, if any.
    named: Option<usize>,
    /// Whether a time is put in front of them.
    is_stamped: bool,
    /// Whether others become columns.
    is_open: bool,
    /// Whether the label `time` is no channel.
    knows_time: bool,
    /// Whether the first line was checked for all that are asked for.
    is_checked: bool,
    /// Those of which it was reported that they are not taken, and whether that was of numbers without one.
    reported: Vec<String>,
    has_passed_over: bool,
    /// The line that the next ones are compared with.
    pattern: Pattern,
}

impl Labels {
    pub(super) fn new(labelling: Labelling, choice: &Choice) -> Labels {
        let name = |column: &Column| match column {
            Column::Name(name) => Some(name.clone()),
            Column::Number(_) => None,
        };
        let mut known: Vec<String> = choice.time.iter().filter_map(name).collect();
        let times = known.len();
        if let Some(Selection::These(columns)) = &choice.columns {
            known.extend(columns.iter().filter_map(name));
        }
        let is_open = !matches!(choice.columns, Some(Selection::These(_)));
        Labels {
            labelling,
            known,
            times,
            named: choice.names.as_ref().map(Columns::count),
            is_stamped: choice.is_stamped,
            is_open,
            knows_time: is_open && choice.time.is_none(),
            is_checked: false,
            reported: Vec::new(),
            has_passed_over: false,
            pattern: Pattern::default(),
        }
    }

    /// The line that the next ones may be like.
    pub(super) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// How many columns there are, some of which may not have a label yet.
    fn width(&self) -> usize {
        self.known.len().max(self.named.unwrap_or(0) + self.times)
    }

    /// Whether every column has a label, so that no other becomes one.
    fn are_all_known(&self) -> bool {
        !self.is_open || self.named.is_some_and(|named| self.known.len() >= named + self.times)
    }

    fn is_known(&self, label: &String) -> bool {
        self.known.contains(label)
    }

    /// Whether this label is the time, or would be.
    fn is_time(&self, label: &str) -> bool {
        self.knows_time && label == TIME
    }

    /// What may be the time of the rows from here on, on a line that has a channel.
    fn time<'f>(&self, found: &'f [Labelled]) -> Option<&'f str> {
        let is_wanted = self.knows_time && self.times == 0 && !self.is_stamped;
        let is_channel = |it: &Labelled| it.may_begin && !self.is_time(&it.label);
        let has_channels = || !self.known.is_empty() || found.iter().any(is_channel);
        let time = found.iter().find(|it| it.label == TIME).filter(|_| is_wanted)?;
        has_channels().then_some(&time.text)
    }

    /// Puts the fields of a line into the places of their labels, the first of which is `time` from here on if
    /// it `has_time`; returns the other labels that are new. A line that is rejected adds none.
    fn place(
        &mut self,
        fields: &mut Fields,
        found: &[Labelled],
        has_time: bool,
    ) -> Result<Vec<String>, NoRow> {
        let times = self.times;
        if has_time {
            self.known.insert(0, TIME.to_owned());
            self.times = 1;
        }
        let first = self.known.len();
        for Labelled { label, .. } in found.iter().filter(|field| field.may_begin) {
            if !self.are_all_known() && !self.is_known(label) && !self.is_time(label) {
                self.known.push(label.clone());
            }
        }
        let placed = self.put(fields, found);
        if placed.is_err() {
            self.known.truncate(first);
            if has_time {
                self.known.remove(0);
                self.times = times;
            }
        }
        placed.map(|()| self.known[first..].to_vec())
    }

    fn put(&self, fields: &mut Fields, found: &[Labelled]) -> Result<(), NoRow> {
        if self.width() + usize::from(self.is_stamped) > MAX_COLUMNS {
            return Err(NotARow::TooManyColumns.into());
        }
        fields.begin(self.width());
        let mut has_come = vec![false; self.known.len()];
        for Labelled { label, text, .. } in found {
            let Some(at) = self.known.iter().position(|known| known == label) else { continue };
            if std::mem::replace(&mut has_come[at], true) {
                return Err(NoRow::LabelTwice);
            }
            fields.put(at, text.as_bytes());
        }
        Ok(())
    }

    /// Has the next lines compared with this one, in which `found` stands, unless a number there might make
    /// its label a column, or the time.
    fn learn(&mut self, line: &[u8], found: &[Labelled]) {
        let column = |it: &Labelled| self.known.iter().position(|known| *known == it.label);
        let is_settled = |it: &Labelled| {
            let is_no_column = self.are_all_known() || !it.may_begin;
            column(it).is_some() || is_no_column && !self.is_time(&it.label)
        };
        if found.iter().all(is_settled) {
            let placed = found.iter().map(|it| (it.place.clone(), column(it)));
            self.pattern.learn(line, placed);
        }
    }

    /// Whether `line` differs from the one before only in its numbers, which are its `fields` then.
    fn is_like_the_last(&self, line: &[u8], fields: &mut Fields) -> bool {
        fields.begin_in_line(self.width());
        self.pattern.fits(line, |column, place| fields.put_in_line(column, place))
    }

    /// Why a line without any of them is rejected.
    fn none(&self) -> NoRow {
        match self.labelling {
            Labelling::Labels => NoRow::NoLabels,
            Labelling::Json => NoRow::NoNumbers,
        }
    }

    /// What the first line lacks of what is asked for, to be reported; it may still come.
    fn lacking(&mut self, found: &[Labelled]) -> Option<String> {
        if std::mem::replace(&mut self.is_checked, true) {
            return None;
        }
        let is_absent = |known: &&String| found.iter().all(|it| it.label != **known);
        let absent: Vec<&String> = self.known.iter().filter(is_absent).collect();
        if absent.is_empty() {
            return None;
        }
        let what = if absent.len() == 1 { "label" } else { "labels" };
        let (absent, there) =
            (listed_labels(absent), listed_labels(found.iter().map(|it| &it.label)));
        Some(format!("no {what} {absent} in this line; it has {there}"))
    }

    /// Which labels are not taken although they may be meant to be, each to be reported once: that they are
    /// more than the names, that what stands there only begins like a number, or is no time.
    fn not_taken(&mut self, found: &[Labelled]) -> Vec<String> {
        if !self.is_open {
            return Vec::new();
        }
        let is_text = self.labelling == Labelling::Labels;
        let mut notices = Vec::new();
        for Labelled { label, text, may_begin, .. } in found {
            let is_new = !self.is_known(label) && !self.reported.contains(label);
            if !is_new || self.reported.len() == REPORTED as usize {
                continue;
            }
            let why = match (*may_begin, self.named) {
                _ if self.is_time(label) && (self.is_stamped || text.is_empty()) => continue,
                _ if self.is_time(label) => {
                    let text = quoted(text.as_bytes());
                    format!("not in RFC 3339 or Unix seconds (see --time, --time-format): {text}")
                }
                (true, Some(named)) => format!("--names has {}", counted(named as u64, "name")),
                (false, _) if is_text && begins_a_number(text.as_bytes()) => {
                    format!("not a number: {}", quoted(text.as_bytes()))
                }
                _ => continue,
            };
            self.reported.push(label.clone());
            notices.push(format!("label {} is not taken: {why}", quoted(label.as_bytes())));
        }
        notices
    }

    /// Reports, once, a number without a label.
    fn passed_over(&mut self, bare: Option<String>) -> Option<String> {
        let bare = bare.filter(|_| !self.has_passed_over)?;
        self.has_passed_over = true;
        Some(format!("a number without a label is passed over: {}", quoted(bare.as_bytes())))
    }
}

impl Table {
    /// Reads a line whose fields carry their labels.
    pub(super) fn labelled(
        &mut self,
        labels: &mut Labels,
        fields: &mut Fields,
        line: &[u8],
    ) -> Result<Line, NoRow> {
        if labels.is_like_the_last(line, fields) {
            return self.row(fields, line);
        }
        labels.pattern.clear();
        if trimmed(line).is_empty() {
            return Ok(Line::Other);
        }
        let (found, bare) = match labels.labelling {
            Labelling::Labels => self.of_labels(line)?,
            Labelling::Json => (self.of_json(line)?, None),
        };
        let has_time = labels.time(&found).is_some_and(|text| self.times.is_time(text.as_bytes()));
        let added = labels.place(fields, &found, has_time)?;
        // An object may lack all that is asked for, even if it has nothing else.
        let is_none = found.is_empty() && labels.labelling == Labelling::Labels;
        if is_none || labels.known.len() == labels.times {
            return Err(labels.none());
        }
        if has_time || !added.is_empty() || self.part.is_none() {
            self.begin_labelled(labels, has_time, &added);
        }
        self.notices.extend(labels.lacking(&found));
        self.notices.extend(labels.not_taken(&found));
        self.notices.extend(labels.passed_over(bare));
        if !self.has_notice() && !self.has_begun && !self.dialect.has_comma() {
            labels.learn(line, &found);
        }
        self.row(fields, line)
    }

    /// Begins rows of the labels so far, to which a time or others were `added`.
    fn begin_labelled(&mut self, labels: &Labels, has_time: bool, added: &[String]) {
        let is_first = self.part.is_none();
        let mut texts: Vec<&[u8]> = labels.known.iter().map(|label| label.as_bytes()).collect();
        texts.resize(labels.width(), b"");
        let header = Header::of(&texts);
        // Nothing that `log` writes is dropped: it writes no labels.
        match Part::behind(&header, &self.choice, true) {
            Ok(part) => self.begin_behind(&header, b"", part),
            Err(why) => self.lacking = Some(why),
        }
        if has_time && !is_first {
            self.notify("times from here on".to_owned());
        }
        if !added.is_empty() && !is_first {
            self.notify(format!("another channel: {}", listed_labels(added)));
        }
    }
}
