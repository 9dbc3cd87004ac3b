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
    /// Whether the grid has been handed some of them meanwhile.
    pub(super) are_known_in_part: bool,
}

impl Listed {
    /// No samples since the grid was up to date.
    pub(super) fn new() -> Listed {
        Listed { places: Vec::new(), ranked: 0, are_all: true, are_known_in_part: false }
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

    /// The same list if the ranks are not known any more; `None` if they were needed, or if new ones,
    /// made of what the grid knows, would count some of these samples twice.
    pub(super) fn without_ranks(self) -> Option<Listed> {
        let are_for_new_ones = self.are_all && !self.are_known_in_part;
        are_for_new_ones.then_some(Listed { ranked: 0, ..self })
    }
}
