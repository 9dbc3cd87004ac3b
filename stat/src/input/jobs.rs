//! In how many threads regular files are counted, and how much each takes at a time.

use std::path::PathBuf;
use std::thread;

use stage::stream::size::BLOCK;

use super::files;

/// Bytes that a thread takes at a time: few calls and messages, and yet they stay in a processor's
/// second cache from the read to the last line. (Tests use small pieces.)
pub(crate) const PIECE: usize = if cfg!(test) { 32 } else { BLOCK };

/// Files of more bytes than this, all together, are counted in as many threads as there are
/// processors, unless the user says otherwise. One thread takes about 50 ms.
pub(crate) const MANY_BYTES: u64 = 64 << 20;

/// The most threads. More processors than this do not share a memory that is fast enough.
pub(crate) const MAX_JOBS: u16 = 256;

/// How many threads are worth while for `files`, if `wanted` are wanted.
pub(crate) fn threads_for(files: &[PathBuf], wanted: Option<u16>) -> usize {
    let bytes = files::bytes_in(files);
    let wanted = match wanted {
        Some(wanted) => wanted.into(),
        None if bytes > MANY_BYTES => thread::available_parallelism().map_or(1, Into::into),
        None => 1,
    };
    let pieces = usize::try_from(bytes / PIECE as u64).unwrap_or(usize::MAX);
    wanted.min(MAX_JOBS.into()).clamp(1, pieces.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn threads_are_as_many_as_are_worth_while() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: u64| {
            let path = dir.path().join(name);
            File::create(&path).unwrap().set_len(bytes).unwrap();
            path
        };
        let (small, large) = (file("small", 3 * PIECE as u64), file("large", MANY_BYTES));
        let processors = thread::available_parallelism().unwrap().get();
        let threads = |files: &[&PathBuf], wanted| {
            threads_for(&files.iter().map(|it| (*it).clone()).collect::<Vec<_>>(), wanted)
        };
        assert_eq!(threads(&[&small], Some(200)), 3);
        assert_eq!(threads(&[&large], Some(200)), 200);
        assert_eq!(threads(&[&large], None), 1, "no more than 64 MiB");
        assert_eq!(threads(&[&small, &large], None), processors);
        assert_eq!(threads(&[&small, &large], Some(1)), 1);
        assert_eq!(threads(&[&dir.path().to_owned(), &dir.path().join("none")], Some(7)), 1);
    }
}
