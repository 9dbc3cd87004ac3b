//! A by-product: a file that is kept beside the report, and neither ends it nor holds it up.
//!
//! If it cannot be written, that is reported once, and tried again every second with what is newest
//! then. If its last state could not be written either, the status is 1.

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use stage::process::exit::Status;
use stage::process::message::{Messages, chain, quoted_path};

use super::replaced::{Manner, Unsent, replace, write_in_place};

/// Time between two attempts, as `log` has it: soon enough for a person who has made room, and next to
/// no work.
const RETRY: Duration = Duration::from_secs(1);

/// Time until more is sent to a reader that did not take all at once: short, so that a busy reader is
/// not kept waiting.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a reader must take nothing to count as hung.
const HUNG: Duration = Duration::from_secs(1);

/// A file that is kept up to date.
#[derive(Debug)]
pub(crate) struct ByProduct {
    path: PathBuf,
    /// Whether its directory does not let it be replaced.
    is_in_place: bool,
    /// What its reader has not taken yet, and when it last took something.
    unsent: Option<(Unsent, Instant)>,
    /// Why the last attempt failed.
    failure: Option<String>,
    /// When to try again.
    retry: Option<Instant>,
    /// Whether this is the last attempt.
    is_last: bool,
}

impl ByProduct {
    /// A file at `path`, not written yet.
    pub(crate) fn new(path: PathBuf) -> ByProduct {
        ByProduct {
            path,
            is_in_place: false,
            unsent: None,
            failure: None,
            retry: None,
            is_last: false,
        }
    }

    /// When to try again, if there is a reason to.
    pub(crate) fn retry(&self) -> Option<Instant> {
        self.retry
    }

    /// Whether another text may be kept now. Sends what is left of the one before.
    pub(crate) fn is_ready(&mut self, now: Instant, messages: &mut dyn Messages) -> bool {
        if self.retry.is_some_and(|retry| now < retry) {
            return false;
        }
        self.retry = None;
        self.send(now, messages);
        self.unsent.is_none()
    }

    /// Keeps `text`, once it [may](ByProduct::is_ready). Returns whether that has been done, or at least
    /// begun.
    pub(crate) fn keep(
        &mut self,
        text: Result<String, String>,
        now: Instant,
        messages: &mut dyn Messages,
    ) -> bool {
        match text.map(|text| self.write(&text, messages)) {
            Ok(Ok(None)) => self.succeed(messages),
            Ok(Ok(Some(unsent))) => {
                (self.unsent, self.retry) = (Some((unsent, now)), Some(now + PAUSE));
            }
            Ok(Err(error)) => self.fail(chain(&error), now, messages),
            Err(why) => self.fail(why, now, messages),
        }
        self.unsent.is_some() || self.failure.is_none()
    }

    /// Keeps the last text, unless it is kept already. A reader that takes it slowly is waited for.
    pub(crate) fn finish(
        &mut self,
        text: Option<Result<String, String>>,
        messages: &mut dyn Messages,
    ) -> Status {
        self.is_last = true;
        self.send_all(messages);
        if let Some(text) = text {
            self.keep(text, Instant::now(), messages);
            self.send_all(messages);
        }
        if self.failure.is_none() { Status::Done } else { Status::Failed }
    }

    /// Writes `text` in whatever manner is possible; returns what its reader did not take.
    fn write(&mut self, text: &str, messages: &mut dyn Messages) -> io::Result<Option<Unsent>> {
        if self.is_in_place {
            match write_in_place(&self.path, text) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.is_in_place = false,
                result => return result.map(|()| None),
            }
        }
        match replace(&self.path, text)? {
            Manner::Whole => Ok(None),
            Manner::InPart(unsent) => Ok(Some(unsent)),
            Manner::InPlace(why) => {
                self.is_in_place = true;
                let name = quoted_path(&self.path);
                messages
                    .tell(&format!("cannot replace {name}: {}: writing it in place", chain(&why)));
                Ok(None)
            }
        }
    }

    /// Sends as much of the rest as its reader takes now.
    fn send(&mut self, now: Instant, messages: &mut dyn Messages) {
        let Some((unsent, since)) = &mut self.unsent else { return };
        match unsent.send() {
            Ok(_) if unsent.is_empty() => {
                self.unsent = None;
                self.succeed(messages);
            }
            Ok(sent) => {
                *since = if sent > 0 { now } else { *since };
                let is_hung = now.saturating_duration_since(*since) >= HUNG;
                self.retry = Some(now + PAUSE);
                if is_hung {
                    self.fail("its reader takes nothing".to_owned(), now, messages);
                }
            }
            Err(error) => {
                self.unsent = None;
                self.fail(chain(&error), now, messages);
            }
        }
    }

    /// Sends the rest, for as long as its reader takes something.
    fn send_all(&mut self, messages: &mut dyn Messages) {
        while let Some((unsent, since)) = &self.unsent {
            let left = HUNG.saturating_sub(since.elapsed());
            unsent.wait(left);
            self.send(Instant::now(), messages);
            if left.is_zero() {
                return;
            }
        }
    }

    fn succeed(&mut self, messages: &mut dyn Messages) {
        self.retry = None;
        if self.failure.take().is_some() {
            messages.tell(&format!("can write {} again", quoted_path(&self.path)));
        }
    }

    /// Reports the reason once, and again if it changes.
    fn fail(&mut self, why: String, now: Instant, messages: &mut dyn Messages) {
        self.retry = Some(now + RETRY);
        if self.failure.as_ref() != Some(&why) {
            let name = quoted_path(&self.path);
            let more = if self.is_last { "" } else { ": trying again every second" };
            messages.tell(&format!("cannot write {name}: {why}{more}"));
            self.failure = Some(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File, OpenOptions};
    use std::io::Read;
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::Path;

    use nix::fcntl::OFlag;
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    fn fifo(dir: &Path) -> PathBuf {
        let path = dir.join("fifo");
        mkfifo(&path, Mode::S_IRWXU).unwrap();
        path
    }

    fn reader(path: &Path) -> File {
        let flags = OFlag::O_NONBLOCK.bits();
        OpenOptions::new().read(true).custom_flags(flags).open(path).unwrap()
    }

    #[test]
    fn what_cannot_be_written_is_reported_once_and_tried_again_every_second() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing");
        let mut file = ByProduct::new(missing.join("x.prom"));
        let (mut told, start) = (Vec::new(), Instant::now());
        for second in 0..3 {
            let now = start + second * RETRY;
            assert!(file.is_ready(now, &mut told), "{second}");
            assert!(!file.keep(Ok("1".to_owned()), now, &mut told));
            assert!(
                !file.is_ready(now + RETRY / 2, &mut told) && file.retry() == Some(now + RETRY)
            );
        }
        assert_eq!(file.finish(Some(Ok("1".to_owned())), &mut told), Status::Failed);
        fs::create_dir(&missing).unwrap();
        assert_eq!(file.finish(Some(Ok("2".to_owned())), &mut told), Status::Done);
        let name = quoted_path(&missing.join("x.prom"));
        let why = "No such file or directory: trying again every second";
        assert_eq!(
            told,
            [format!("cannot write {name}: {why}"), format!("can write {name} again")]
        );
        assert_eq!(fs::read_to_string(missing.join("x.prom")).unwrap(), "2");
    }

    #[test]
    fn a_fifo_without_a_reader_holds_nothing_up_and_is_written_to_once_there_is_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = fifo(dir.path());
        let mut file = ByProduct::new(path.clone());
        let (mut told, start) = (Vec::new(), Instant::now());
        assert!(!file.keep(Ok("1".to_owned()), start, &mut told));
        let mut reader = reader(&path);
        assert!(file.is_ready(start + RETRY, &mut told));
        assert!(file.keep(Ok("2".to_owned()), start + RETRY, &mut told));
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        let name = quoted_path(&path);
        let why = "it has no reader: trying again every second";
        assert_eq!(
            told,
            [format!("cannot write {name}: {why}"), format!("can write {name} again")]
        );
        assert_eq!(text, "2");
    }

    #[test]
    fn a_reader_that_hangs_is_reported_and_gets_each_text_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = fifo(dir.path());
        let (mut file, mut reader) = (ByProduct::new(path.clone()), reader(&path));
        let (mut told, start) = (Vec::new(), Instant::now());
        let text = "1".repeat(100_000);
        assert!(file.keep(Ok(text.clone()), start, &mut told), "it was begun");
        assert!(!file.is_ready(start + HUNG / 2, &mut told) && told.is_empty());
        assert!(!file.is_ready(start + HUNG, &mut told));
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains(": its reader takes nothing: trying again"), "{told:?}");
        let mut read = vec![0; text.len()];
        let first = reader.read(&mut read).unwrap();
        assert_eq!(file.finish(None, &mut told), Status::Done);
        reader.read_exact(&mut read[first..]).unwrap();
        assert!(read == text.as_bytes());
        assert!(told[1].starts_with("can write "), "{told:?}");
    }

    #[test]
    fn a_drawing_that_fails_is_reported_like_a_file_that_cannot_be_written() {
        let mut file = ByProduct::new("unused".into());
        let mut told = Vec::new();
        assert_eq!(file.finish(Some(Err("too large".to_owned())), &mut told), Status::Failed);
        assert_eq!(told, ["cannot write \"unused\": too large"], "it is not tried again");
    }
}
