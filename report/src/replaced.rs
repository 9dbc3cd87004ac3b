//! A file that is replaced atomically, so that whoever reads it at any time reads one state whole.
//!
//! The order: write a new file beside it, give it the name. Nothing is synced: after a crash of
//! the system the next state is as good as the one that was lost.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::Builder;

/// Puts a new file, which `write` fills, in the place of `path`.
pub fn replace(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let directory = path.parent().filter(|it| !it.as_os_str().is_empty());
    // Not named like what anybody looks for; readable for whom the umask lets.
    let new = Builder::new()
        .prefix(".wandler-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(directory.unwrap_or(Path::new(".")));
    let mut new = new.map_err(plain)?;
    write(new.as_file_mut())?;
    new.persist(path).map_err(|error| plain(error.error))?;
    Ok(())
}

/// The system's reason alone: behind it, tempfile names its own temporary file.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => io::Error::new(error.kind(), reason),
        None => error,
    }
}
