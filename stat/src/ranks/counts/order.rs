//! Putting counted values in order: in chunks, so that a new one moves few others.

use std::hash::Hash;

use super::{CHANGES, Counts, Values};

/// Values in a chunk before it is split: about the root of [`MAX_DISTINCT`], so that there are
/// about as many chunks as values in one. (Few in tests, so that they split often.)
const MAX_CHUNK: usize = if cfg!(test) { 8 } else { 1 << 9 };

/// Values that follow each other in order, at least one.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    /// Their indices in the counts.
    pub order: Vec<u32>,
    /// Their samples.
    pub total: u64,
}

/// The index of the chunk in which `value` is, or would be; beyond the last if it is above all values.
pub(super) fn chunk_of<V: Ord>(chunks: &[Chunk], counts: &Values<V>, value: &V) -> usize {
    chunks.partition_point(|chunk| {
        chunk.order.last().is_some_and(|&last| counts.keys()[last as usize] < *value)
    })
}

impl<V: Clone + Hash + Ord> Counts<V> {
    /// Puts all values in order, and counts the samples of each chunk.
    pub(super) fn bring_up_to_date(&mut self) {
        if self.counts.len() - self.sorted > CHANGES + self.sorted / 8 {
            self.sort_anew();
        }
        for at in self.sorted..self.counts.len() {
            self.sort_in(at);
        }
        self.sorted = self.counts.len();
        if self.has_more_changes {
            for chunk in &mut self.chunks {
                chunk.total = chunk.order.iter().map(|&at| self.counts[at as usize]).sum();
            }
            self.limits.clear();
        } else {
            for &(at, count) in &self.changes {
                let value = &self.counts.keys()[at as usize];
                let place = chunk_of(&self.chunks, &self.counts, value);
                self.chunks[place].total += count;
                let above = self.limits.partition_point(|(limit, _)| limit <= value);
                self.limits[above..].iter_mut().for_each(|(_, below)| *below += count);
            }
        }
        self.changes.clear();
        self.has_more_changes = false;
    }

    /// Puts all values in order, without counting their samples.
    fn sort_anew(&mut self) {
        let keys = self.counts.keys();
        let known = self.chunks.iter().flat_map(|chunk| &chunk.order);
        let mut values: Vec<(V, u32)> = known.map(|at| (keys[*at as usize].clone(), *at)).collect();
        let fresh = (self.sorted..self.counts.len()).map(|at| (keys[at].clone(), at as u32));
        values.extend(fresh);
        values[self.sorted..].sort_unstable();
        if self.sorted > 0 {
            // Two runs, which are merged.
            values.sort();
        }
        let order: Vec<u32> = values.into_iter().map(|(_, at)| at).collect();
        self.take_order(&order);
    }

    pub(super) fn take_order(&mut self, order: &[u32]) {
        let chunk = |order: &[u32]| Chunk { order: order.to_vec(), total: 0 };
        self.chunks = order.chunks(MAX_CHUNK / 2).map(chunk).collect();
        self.sorted = order.len();
        self.has_more_changes = true;
    }

    /// Puts the value at `at` where it belongs, without counting its samples.
    fn sort_in(&mut self, at: usize) {
        let counts = &self.counts;
        let value = &counts.keys()[at];
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::default());
        }
        // A value beyond all others goes to the end of the last chunk.
        let place = chunk_of(&self.chunks, counts, value).min(self.chunks.len() - 1);
        let chunk = &mut self.chunks[place];
        let within = chunk.order.partition_point(|&other| counts.keys()[other as usize] < *value);
        chunk.order.insert(within, at as u32);
        if chunk.order.len() > MAX_CHUNK {
            let order = chunk.order.split_off(MAX_CHUNK / 2);
            self.chunks.insert(place + 1, Chunk { order, total: 0 });
            self.has_more_changes = true;
        }
    }
}
