//! The places of the samples that came last, so that handing their counts on, and finding ranks, takes
//! time for them alone.

/// Beyond this many samples the counters in use are not listed: going through all is as fast.
const FEW: usize = 1 << 14;

/// The places of samples.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) places: Vec<u32>,
    /// How many of them the ranks know.
    pub(super) ranked: usize,
    /// Whether they are all since the grid was up to date.
    pub(super) are_all: bool,
}

impl Listed {
    /// No samples since the grid was up to date.
    pub(super) fn new() -> Listed {
        Listed { places: Vec::new(), ranked: 0, are_all: true }
    }

    /// The list with room for more samples, without those that the ranks know if it takes that; `None`
    /// if there is no room.
    #[inline]
    pub(super) fn with_room_for(mut self, samples: usize) -> Option<Listed> {
        if self.places.len() + samples > FEW {
            self.are_all &= self.ranked == 0;
            self.places.drain(..self.ranked);
            self.ranked = 0;
        }
        (self.places.len() + samples <= FEW).then_some(self)
    }

    /// The same list if the ranks are not known any more; `None` if they were needed.
    pub(super) fn without_ranks(self) -> Option<Listed> {
        self.are_all.then_some(Listed { ranked: 0, ..self })
    }
}
