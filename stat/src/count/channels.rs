//! The channels of a stream, and which column is whose. (What is known of one is up to [`channel`].)
//!
//! A stream may have several parts with different columns, as files that were put together have: their
//! columns belong to the channels of their names. Before the first row or header nothing is known; what
//! is rejected there counts for every channel of the first part.

pub(super) mod channel;

use std::collections::BTreeMap;

use stage::format::columns::Columns;

use self::channel::Channel;
use crate::plan::Plan;
use crate::plan::selection::{Found, MAX_CHANNELS, Selection, Unknown};
use crate::ranks::distribution::capacity::Capacity;
use crate::time::open_windows::OpenWindows;

/// A field of each row that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its index among the fields.
    pub field: usize,
    /// The index of its channel.
    pub channel: usize,
}

/// The channels.
#[derive(Debug)]
pub(super) struct Channels {
    /// In the order in which they first came; never empty.
    all: Vec<Channel>,
    /// The place of each among those that are asked for, and so of its records; equal if all are counted.
    ranks: Vec<usize>,
    /// Where each is, by its name or number.
    places: BTreeMap<Option<String>, usize>,
    selection: Selection,
    /// The fields that are counted in the current part.
    taken: Vec<Taken>,
    /// Whether the current part would need more channels than [`MAX_CHANNELS`].
    is_refused: bool,
    /// Whether no part has begun, so that the only channel stands for all that may come.
    is_provisional: bool,
    /// Rows rejected whole that are still to be counted for each channel.
    rejected: u64,
    /// How many windows of each may be open at the same time.
    windows: usize,
}

impl Channels {
    /// Those of a stream of which nothing is known.
    pub(super) fn new(plan: &Plan) -> Channels {
        Channels {
            all: vec![Channel::new(plan, None)],
            ranks: vec![0],
            places: BTreeMap::from([(None, 0)]),
            selection: plan.selection.clone(),
            taken: vec![Taken { field: 0, channel: 0 }],
            is_refused: false,
            is_provisional: true,
            rejected: 0,
            windows: 1,
        }
    }

    /// Begins a part with these columns. It is [refused](Channels::are_refused) if there would be too
    /// many channels. What it lacks of those that are asked for is an error, unless another input `may_have`
    /// it.
    pub(super) fn begin(
        &mut self,
        columns: &Columns,
        plan: &Plan,
        may_have: bool,
    ) -> Result<(), Unknown> {
        self.settle();
        let found = self.selection.find_in(columns, may_have)?;
        if found.is_empty() {
            // Nothing is counted, and nothing known of the channels that are.
            self.is_refused = false;
            self.taken.clear();
            return Ok(());
        }
        let labels: Vec<_> = found.iter().map(|it| columns.label(it.at)).collect();
        let known = if self.is_provisional { &BTreeMap::new() } else { &self.places };
        let new = labels.iter().filter(|label| !known.contains_key(*label)).count();
        self.is_refused = known.len() + new > MAX_CHANNELS;
        self.taken.clear();
        if self.is_refused {
            return Ok(());
        }
        let rejected = self.leave_provisional();
        for (Found { rank, at: field }, label) in found.into_iter().zip(labels) {
            let channel = self.place_of(label, rank, rejected, plan);
            self.all[channel].begin_part(columns);
            self.taken.push(Taken { field, channel });
        }
        let windows = plan.windows.as_ref().filter(|_| columns.have_time());
        self.windows = self.windows.max(windows.map_or(1, OpenWindows::most));
        let capacity = Capacity::of_each(self.all.len().saturating_mul(self.windows));
        let are_many = self.windows > 1 && !capacity.is_ample();
        self.all.iter_mut().for_each(|channel| channel.hold(capacity, are_many));
        Ok(())
    }

    /// Removes the channel that stands for all, once there are others; returns how much was rejected
    /// before them.
    fn leave_provisional(&mut self) -> u64 {
        if !std::mem::take(&mut self.is_provisional) {
            return 0;
        }
        self.places.clear();
        self.ranks.clear();
        self.all.drain(..).map(|channel| channel.rejected()).sum()
    }

    /// The index of the channel of this name or number, which may be new.
    fn place_of(
        &mut self,
        label: Option<String>,
        rank: usize,
        rejected: u64,
        plan: &Plan,
    ) -> usize {
        *self.places.entry(label).or_insert_with_key(|label| {
            let mut channel = Channel::new(plan, label.clone());
            channel.reject(rejected);
            self.all.push(channel);
            self.ranks.push(rank);
            self.all.len() - 1
        })
    }

    /// Whether none of those that are asked for has come so far, though other parts have.
    pub(super) fn are_awaited(&self) -> bool {
        self.is_provisional && self.selection.check_found().is_err()
    }

    /// Fails, once the stream has ended, if one that is asked for has not come.
    pub(super) fn check_found(&self) -> Result<(), Unknown> {
        self.selection.check_found()
    }

    /// How many windows of each channel may be open at the same time.
    pub(super) fn windows(&self) -> usize {
        self.windows
    }

    /// Whether the rows of the current part are refused.
    pub(super) fn are_refused(&self) -> bool {
        self.is_refused
    }

    /// The fields of the current part's rows that are counted; none if these are refused.
    pub(super) fn taken(&self) -> &[Taken] {
        &self.taken
    }

    /// The channel at an index that is [taken](Channels::taken).
    #[inline]
    pub(super) fn at(&mut self, index: usize) -> &mut Channel {
        &mut self.all[index]
    }

    /// How many samples each channel of the current part may take at once.
    pub(super) fn rooms(&self) -> impl Iterator<Item = u64> {
        self.taken.iter().map(|taken| self.all[taken.channel].current.room())
    }

    /// The channels whose fields are counted, with the index of each one's field.
    pub(super) fn with_fields(&mut self) -> Vec<(usize, &mut Channel)> {
        let mut channels: Vec<_> = self.all.iter_mut().map(Some).collect();
        let of = |taken: &Taken| Some((taken.field, channels[taken.channel].take()?));
        self.taken.iter().filter_map(of).collect()
    }

    /// The channel of the first field, if only that is counted.
    #[inline]
    pub(super) fn single_mut(&mut self) -> Option<&mut Channel> {
        match self.taken[..] {
            [Taken { field: 0, channel }] => self.all.get_mut(channel),
            _ => None,
        }
    }

    /// All of them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Channel> {
        self.all.iter_mut()
    }

    /// Those that have a record: all, or of a window those of the current part, and those of which
    /// anything came; all of them if there are no others. In the order in which they are asked for, or came.
    pub(super) fn recorded(&mut self, are_all: bool) -> impl Iterator<Item = &mut Channel> {
        let mut recorded: Vec<bool> = self.all.iter().map(|it| are_all || it.has_any()).collect();
        self.taken.iter().for_each(|taken| recorded[taken.channel] = true);
        if !recorded.contains(&true) {
            recorded.fill(true);
        }
        let channels = self.ranks.iter().zip(&mut self.all).zip(recorded);
        let mut channels: Vec<_> = channels.filter(|(_, is_recorded)| *is_recorded).collect();
        channels.sort_by_key(|((rank, _), _)| **rank);
        channels.into_iter().map(|((_, channel), _)| channel)
    }

    /// Notes that rows were rejected whole.
    pub(super) fn reject(&mut self, rows: u64) {
        self.rejected += rows;
    }

    /// Counts what was rejected whole for each channel of the current part; of one that is
    /// refused, for all of them, so that it is seen.
    pub(super) fn settle(&mut self) {
        let rejected = std::mem::take(&mut self.rejected);
        if rejected == 0 {
            return;
        }
        match self.is_refused {
            true => self.all.iter_mut().for_each(|channel| channel.reject(rejected)),
            false => self.taken.iter().for_each(|it| self.all[it.channel].reject(rejected)),
        }
    }

    /// Whether anything was rejected in the current window.
    pub(super) fn has_rejected(&self) -> bool {
        self.rejected > 0 || self.all.iter().any(Channel::has_rejected)
    }
}
