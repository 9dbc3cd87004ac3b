//! A file that is replaced atomically, so that whoever reads it at any time reads one state whole.
//!
//! The order: write a new file beside it, give it the name. Nothing is synced: after a crash of
//! the system the next state is as good as the one that was lost.

use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::Builder;

/// Puts a new file with this text in the place of `path`, or of what a link there leads to. What is
/// there and is no file, such as a FIFO or a device, is written to instead.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let place = match path.metadata() {
        Ok(there) if !there.is_file() => {
            return OpenOptions::new().write(true).open(path)?.write_all(text.as_bytes());
        }
        Ok(_) => path.canonicalize()?,
        Err(_) => path.to_owned(),
    };
    let directory = place.parent().filter(|it| !it.as_os_str().is_empty());
    // Not named like what anybody looks for; readable for whom the umask lets.
    let new = Builder::new()
        .prefix(".wandler-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(directory.unwrap_or(Path::new(".")));
    let mut new = new.map_err(plain)?;
    new.write_all(text.as_bytes())?;
    new.persist(&place).map_err(|error| plain(error.error))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_file_is_replaced_also_behind_a_link_and_what_is_no_file_is_written_to() {
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
