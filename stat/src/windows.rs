//! What is kept of the windows before the one that is counted.

use crate::course::Course;
use crate::histogram::Span;

/// What was in the windows before.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// Samples.
    pub samples: u64,
    /// Lines that were rejected.
    pub rejected: u64,
    /// All of them, so that the limits of a histogram do not jump from window to window.
    pub span: Option<Span>,
    /// Their course, if it is wanted.
    course: Option<Course>,
}

impl Before {
    /// Adds a window that has ended: its samples, what a histogram of them has to cover, and their
    /// course, if these are wanted.
    pub(crate) fn add(&mut self, samples: u64, span: Option<Span>, course: Option<&Course>) {
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

    /// The course of all windows, the one that is counted included.
    pub(crate) fn course_with(&self, own: &Course) -> Course {
        let Some(mut all) = self.course.clone() else { return own.clone() };
        all.absorb(own.contents());
        all
    }
}
