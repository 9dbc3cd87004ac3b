//! Making the cells of a grid wider.

use std::mem::take;

use num_bigint::BigInt;

use super::width::{Index, Width};
use super::words::Words;
use super::{Grid, far_room, room_for};
use crate::short::ascending::Ascending;

impl Grid {
    /// Makes the cells as wide as necessary, and no wider.
    pub(super) fn make_room(&mut self) {
        if self.used() <= self.most {
            return;
        }
        let own = self.width;
        let words = self.cells.ordered();
        let far = |(index, _): (&BigInt, &u64)| Index::Far(index.clone());
        let cells = |width| {
            if let Some(times) = own.times(width).filter(|_| self.far.is_empty()) {
                return words.quotients(times);
            }
            let words = words.as_slice().iter().map(|(index, _)| Index::Word(*index));
            let below = self.far.range(..BigInt::ZERO).map(far);
            let above = self.far.range(BigInt::ZERO..).map(far);
            let times = own.all_times(width);
            let cells = below.chain(words).chain(above).map(|index| times.index(&index));
            Width::room(cells, far_room(self.most))
        };
        let (low, high) = words.ends();
        let between_ends = |width| match own.times(width) {
            Some(times) => high.div_euclid(times).abs_diff(low.div_euclid(times)).saturating_add(1),
            None => 1,
        };
        let finest = own.coarser(1);
        let width = match self.far.is_empty() {
            true => finest.coarse_enough_from(self.most, between_ends, cells),
            false => finest.coarse_enough(self.most, cells),
        };
        self.coarsen(width);
    }

    /// Has at most this many cells from now on.
    pub(crate) fn hold(&mut self, most: usize) {
        self.most = most;
        self.cells = Words::of(self.cells.take_ordered(), room_for(most));
        self.make_room();
    }

    /// Makes the cells wider.
    pub(super) fn coarsen(&mut self, width: Width) {
        let (own, words, far) = (self.width, self.cells.take_ordered(), take(&mut self.far));
        let (words, others) = match own.times(width) {
            Some(times) => (words.divided(times), Ascending::default()),
            None => (Ascending::default(), words),
        };
        *self = Grid::new(width, words, self.most);
        let times = own.all_times(width);
        let others = others.as_slice().iter().map(|(index, count)| (Index::Word(*index), *count));
        let far = far.into_iter().map(|(index, count)| (Index::Far(index), count));
        for (index, count) in others.chain(far) {
            // There are no more of them.
            let _ = self.add_at(times.index(&index), count);
        }
    }
}
