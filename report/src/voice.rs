//! Where our own messages go: to standard error, or, while the live view is on and shares its
//! terminal, above the panel.

use stage::process::message::Messages;

/// Our messages.
pub(crate) struct Voice<'a> {
    /// Standard error.
    pub(crate) error: &'a mut dyn Messages,
    /// Those that are still to be shown above the panel; `None` if they do not go there.
    above: Option<Vec<String>>,
}

impl<'a> Voice<'a> {
    /// Messages go to standard error.
    pub(crate) fn new(error: &'a mut dyn Messages) -> Voice<'a> {
        Voice { error, above: None }
    }

    /// From now on they go above the panel, or, if that is over or elsewhere, to standard error.
    pub(crate) fn may_be_above(&mut self, is_above: bool) {
        self.above = is_above.then(Vec::new);
    }

    /// Takes those that are to be shown above the panel.
    pub(crate) fn take_above(&mut self) -> impl Iterator<Item = String> {
        self.above.iter_mut().flat_map(|above| above.drain(..))
    }
}

impl Messages for Voice<'_> {
    fn tell(&mut self, text: &str) {
        match &mut self.above {
            Some(above) => above.push(text.to_owned()),
            None => self.error.tell(text),
        }
    }
}
