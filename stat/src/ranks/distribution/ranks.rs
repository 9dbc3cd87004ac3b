//! Which cell of a grid has the sample of a given rank, if some samples are only in the
//! [counters](super::cells) in front of it: records that follow each other closely are made without
//! handing these on.
//!
//! Samples are added up in blocks of cells, and in groups of blocks, so that a rank is found in some
//! 200 steps, whatever the number of cells.
//!
//! Memory: 1 MB.

use super::counters::COUNTERS;
use crate::short::tables::zeros;

/// Cells in a block, and blocks in a group.
const BLOCK: usize = 1 << 6;
const GROUP: usize = 1 << 6;

const BLOCKS: usize = COUNTERS / BLOCK;
const GROUPS: usize = BLOCKS / GROUP;

/// How many samples there are up to each cell that has a counter.
#[derive(Clone, Debug)]
pub(super) struct Ranks {
    /// Samples in cells before the first counter.
    before: u64,
    /// Samples in each cell that the grid knows.
    settled: Box<[u64; COUNTERS]>,
    /// All samples in each block and in each group.
    blocks: Box<[u64; BLOCKS]>,
    groups: [u64; GROUPS],
}

impl Ranks {
    /// Of the cells of a grid, by their places, the first counter's being 0, each with its count.
    pub(super) fn of(cells: impl Iterator<Item = (i64, u64)>) -> Ranks {
        let mut ranks = Ranks { before: 0, settled: zeros(), blocks: zeros(), groups: [0; GROUPS] };
        cells.for_each(|(place, count)| ranks.add_settled(place, count));
        ranks
    }

    /// Adds samples that the grid knows, by the place of their cell, which need not have a counter.
    pub(super) fn add_settled(&mut self, place: i64, count: u64) {
        match usize::try_from(place) {
            Ok(at) if at < COUNTERS => {
                self.add(at, count);
                self.settle(at, count);
            }
            Ok(_) => {}
            Err(_) => self.before += count,
        }
    }

    /// Adds samples of the cell at a place.
    #[inline]
    pub(super) fn add(&mut self, at: usize, count: u64) {
        self.blocks[at / BLOCK] += count;
        self.groups[at / BLOCK / GROUP] += count;
    }

    /// Notes that the grid knows of `count` more of the samples in a cell.
    pub(super) fn settle(&mut self, at: usize, count: u64) {
        self.settled[at] += count;
    }

    /// The place of the cell with the sample at `rank`, from 1, if that has a counter. `fresh` are the
    /// samples of a cell that the grid does not know.
    pub(super) fn at_rank(&self, rank: u64, fresh: impl Fn(usize) -> u64) -> Option<usize> {
        let mut rest = rank.checked_sub(self.before).filter(|rest| *rest > 0)?;
        let mut reaches = |count: u64| {
            let reaches = count >= rest;
            rest -= if reaches { 0 } else { count };
            reaches
        };
        let group = self.groups.iter().position(|count| reaches(*count))?;
        let blocks = group * GROUP..(group + 1) * GROUP;
        let block = blocks.into_iter().find(|block| reaches(self.blocks[*block]))?;
        let mut cells = block * BLOCK..(block + 1) * BLOCK;
        cells.find(|at| reaches(self.settled[*at] + fresh(*at)))
    }
}
