//! Replacing a file atomically, so that a reader always sees one complete state.
//!
//! The order: write a new file beside it, then rename it. Nothing is synced: if the system crashes,
//! the next state is as good as the one that was lost.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::Builder;

/// Replaces the file at `path`, or the one that a link there leads to, with a new one that has this
/// text. Anything else that is there, such as a FIFO or a device, is written to.
pub(crate) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let place = match path.metadata() {
        Ok(there) if !there.is_file() => {
            return OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes());
        }
        Ok(_) => path.canonicalize()?,
        Err(_) => path.to_owned(),
    };
    let directory = place.parent().filter(|it| !it.as_os_str().is_empty());
    // A name that no collector looks for; the umask decides who may read it.
    let new = Builder::new()
        .prefix(".wandler-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(directory.unwrap_or(Path::new(".")));
    let mut new = new.map_err(plain)?;
    new.write_all(text.as_bytes())?;
    new.persist(&place).map_err(|error| plain(error.error))?;
    Ok(())
}

/// The system's reason alone, without the name of the temporary file that tempfile adds.
fn plain(error: io::Error) -> io::Error {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => io::Error::new(error.kind(), reason),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_file_is_replaced_even_behind_a_link_and_anything_else_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let [file, link] = ["file", "link"].map(|name| dir.path().join(name));
        replace(&file, "1").unwrap();
        symlink("file", &link).unwrap();
        replace(&link, "2").unwrap();
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "2");

        let (mut reader, writer) = io::pipe().unwrap();
        let number = std::os::fd::AsRawFd::as_raw_fd(&writer);
        replace(Path::new(&format!("/proc/self/fd/{number}")), "3").unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "3");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing is left behind");
    }
}
