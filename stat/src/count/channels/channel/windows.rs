//! What is kept of the windows that ended before the current one.

use crate::exact::course::Course;
use crate::ranks::histogram::Span;

/// The windows that ended before the current one.
#[derive(Debug, Default)]
pub(super) struct EarlierWindows {
    /// Samples in them.
    pub samples: u64,
    /// Rows in them that had the samples' column.
    pub rows: u64,
    /// Lines rejected in them.
    pub rejected: u64,
    /// What a histogram of all of them covers, so that its limits do not jump from window to window.
    pub span: Option<Span>,
    /// Their course, if it is wanted.
    course: Option<Course>,
}

impl EarlierWindows {
    /// Adds a window that has ended: how many samples it has and, if they are wanted, what a
    /// histogram of them has to cover, and their course.
    pub(super) fn add(&mut self, samples: u64, span: Option<Span>, course: Option<&Course>) {
        self.samples += samples;
        self.span = match (self.span.take(), span) {
            (Some(before), Some(own)) => Some(own.joined(&before)),
            (before, own) => before.or(own),
        };
        match (&mut self.course, course) {
            (Some(before), Some(own)) => before.absorb(own.contents()),
            (before, own) => *before = before.take().or_else(|| own.cloned()),
        }
    }

    /// The course of all windows including the current one, whose course is `own`.
    pub(super) fn course_with(&self, own: &Course) -> Course {
        let Some(mut all) = self.course.clone() else { return own.clone() };
        all.absorb(own.contents());
        all
    }
}
