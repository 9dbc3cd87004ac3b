//! A file on the disk that loses its power: what of it is synced, and what is not.

#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub(super) synced: Vec<u8>,
    pub(super) now: Vec<u8>,
    /// What was done since it was synced.
    pub(super) pending: Vec<Change>,
}

#[derive(Clone, Debug)]
pub(super) enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate { length: usize },
}

impl File {
    pub(super) fn sync(&mut self) {
        self.synced.clone_from(&self.now);
        self.pending.clear();
    }

    pub(super) fn steps(&self) -> usize {
        self.pending.iter().map(Change::steps).sum()
    }

    /// What a crash leaves of it; see [`super::Choice`].
    pub(super) fn after(&self, left: u64) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        let mut steps = (left / 2) as usize;
        for change in &self.pending {
            change.apply(&mut bytes, steps);
            steps = steps.saturating_sub(change.steps());
        }
        if left % 2 == 1 && bytes.len() < self.now.len() {
            bytes.resize(self.now.len(), 0);
        }
        bytes
    }
}

impl Change {
    pub(super) fn steps(&self) -> usize {
        match self {
            Change::Write { bytes, .. } => bytes.len(),
            Change::Truncate { .. } => 1,
        }
    }

    /// Takes this many steps of it.
    pub(super) fn apply(&self, file: &mut Vec<u8>, steps: usize) {
        match self {
            _ if steps == 0 => {}
            Change::Write { at, bytes } => {
                let bytes = &bytes[..bytes.len().min(steps)];
                let end = at + bytes.len();
                if file.len() < end {
                    file.resize(end, 0);
                }
                file[*at..end].copy_from_slice(bytes);
            }
            Change::Truncate { length } => file.resize(*length, 0),
        }
    }
}
