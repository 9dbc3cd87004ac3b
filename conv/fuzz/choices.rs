//! The bytes of an input as choices; behind their end, every choice is the first.

/// The choices that are left.
pub(crate) struct Choices<'a>(pub &'a [u8]);

impl Choices<'_> {
    /// The next byte.
    pub(crate) fn byte(&mut self) -> u8 {
        match self.0 {
            [byte, rest @ ..] => {
                let byte = *byte;
                self.0 = rest;
                byte
            }
            [] => 0,
        }
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    /// True once in `count` times.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == count - 1
    }

    pub(crate) fn of<'o, T>(&mut self, options: &'o [T]) -> &'o T {
        &options[self.below(options.len())]
    }

    /// A number of four bytes.
    pub(crate) fn number(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    pub(crate) fn are_over(&self) -> bool {
        self.0.is_empty()
    }
}
