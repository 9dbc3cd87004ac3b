//! What a record covers: the samples of one channel, or of a window of them, and what came in their place.
//!
//! Where many windows are open at once, samples are only [listed](Few) as long as they are few. Asking for
//! the [accumulator](Covered::accumulator) counts them first.

use stage::format::sample::Sample;

use super::few::Few;
use crate::accumulator::Accumulator;
use crate::exact::sequence::RunPlace;
use crate::plan::Plan;
use crate::ranks::distribution::capacity::Capacity;
use crate::time::extent::Extent;

/// What a record covers.
#[derive(Debug)]
pub(in crate::count) struct Covered {
    /// The samples that are not only listed. At most one of the two has any.
    accumulator: Accumulator,
    few: Few,
    /// Whether the first samples are only listed.
    are_listed: bool,
    pub(super) came: Came,
}

/// When samples were taken, and what came in the place of others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Came {
    /// When they were taken.
    pub(super) extent: Extent,
    /// How many were missing.
    pub(super) missing: u64,
    /// How many were rejected.
    pub(super) rejected: u64,
    /// How many of these were fields of rows that were counted.
    pub(super) rejected_fields: u64,
}

/// What is covered by a window that is open, but not the current one.
#[derive(Debug)]
pub(super) enum Aside {
    /// Samples that were only listed.
    Few(Few, Came),
    /// Others.
    Many(Box<Covered>),
}

impl Covered {
    /// Nothing, where the first sample has this number in its stream.
    pub(super) fn nothing(plan: &Plan, first: u64) -> Covered {
        Covered {
            accumulator: plan.accumulator(first),
            few: Few::default(),
            are_listed: false,
            came: Came::default(),
        }
    }

    /// Holds no more than this from now on; the capacity must not grow. The first samples are only listed
    /// from now on if that is wanted.
    pub(super) fn hold(&mut self, capacity: Capacity, are_listed: bool) {
        self.accumulator.hold(capacity);
        self.are_listed = are_listed;
    }

    /// All samples.
    #[inline]
    pub(in crate::count) fn accumulator(&mut self) -> &mut Accumulator {
        if !self.few.is_empty() {
            self.count_few();
        }
        &mut self.accumulator
    }

    /// Adds those that are only listed to the others.
    #[cold]
    fn count_few(&mut self) {
        self.accumulator.set_places(self.few.places());
        let (numbers, reach) = (self.few.numbers(), self.few.reach());
        self.accumulator.add_numbers(numbers, reach, 0, RunPlace::NOT_KNOWN_YET);
        self.few.clear();
    }

    /// Whether a sample may still be listed.
    #[inline]
    pub(super) fn may_list(&self) -> bool {
        self.are_listed && self.accumulator.count() == 0
    }

    /// How many samples there are.
    pub(in crate::count) fn count(&self) -> u64 {
        self.accumulator.count() + self.few.len()
    }

    /// How many rows had its column.
    pub(super) fn rows(&self) -> u64 {
        self.count() + self.came.missing + self.came.rejected_fields
    }

    /// How many samples may be taken at once. (A course, the only thing that limits it, excludes `--late`, and
    /// so lists.)
    pub(in crate::count) fn room(&self) -> u64 {
        self.accumulator.room()
    }

    /// How many small integers may be counted in tables at once, as [`Accumulator::room_for_small`] has it; none
    /// as long as samples are listed.
    pub(in crate::count) fn room_for_small(&mut self, expected: u64) -> u64 {
        if self.may_list() { 0 } else { self.accumulator().room_for_small(expected) }
    }

    /// The decimal places of the unit in which [numbers](Covered::add_numbers) are taken.
    pub(in crate::count) fn places(&self) -> u16 {
        if self.may_list() { self.few.places() } else { self.accumulator.places() }
    }

    /// Takes a sample.
    #[inline]
    pub(super) fn add(&mut self, sample: &Sample) {
        if !self.may_list() || !self.few.add(sample) {
            self.accumulator().add(sample, RunPlace::NOT_KNOWN_YET);
        }
    }

    /// Takes short numbers, as [`Accumulator::add_numbers`] does.
    pub(in crate::count) fn add_numbers(&mut self, numbers: &[i64], reach: u64, expected: u64) {
        if self.may_list() {
            if self.few.add_all(numbers) {
                return;
            }
            // The numbers are in this unit, too.
            self.count_few();
        }
        self.accumulator.add_numbers(numbers, reach, expected, RunPlace::NOT_KNOWN_YET);
    }

    /// Whether anything came.
    pub(super) fn has_any(&self) -> bool {
        self.count() + self.came.missing + self.came.rejected > 0
    }

    /// Removes everything.
    pub(super) fn clear(&mut self) {
        self.accumulator.clear();
        self.few.clear();
        self.came = self.came.emptied();
    }

    /// Removes everything, and returns it for [`Covered::resume`].
    pub(super) fn set_aside(&mut self, plan: &Plan) -> Aside {
        let came = self.came;
        self.came = came.emptied();
        if self.may_list() {
            return Aside::Few(self.few.take(), came);
        }
        let next = Covered { came: self.came, ..Covered::nothing(plan, 1) };
        let last = std::mem::replace(self, next);
        Aside::Many(Box::new(Covered { came, ..last }))
    }

    /// Takes what was set aside in `other`, and sets aside there what was here.
    pub(super) fn change_places(&mut self, other: &mut Covered) {
        let extent = self.came.extent.emptied();
        std::mem::swap(self, other);
        self.came.extent.join(extent);
    }

    /// Takes what was set aside; there must be no samples. What was rejected meanwhile is kept.
    pub(super) fn resume(&mut self, aside: Aside) {
        let meanwhile = self.came;
        match aside {
            Aside::Few(few, came) => (self.few, self.came) = (few, came),
            Aside::Many(covered) => *self = *covered,
        }
        self.came.extent.join(meanwhile.extent);
        self.came.rejected += meanwhile.rejected;
        self.came.rejected_fields += meanwhile.rejected_fields;
    }
}

impl Came {
    /// The same of nothing.
    fn emptied(self) -> Came {
        Came { extent: self.extent.emptied(), ..Came::default() }
    }
}
