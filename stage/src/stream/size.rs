//! How much is moved at a time: sizes that fit each other, so that a full block is one call, and a pipe
//! has room for more blocks while one is being processed.

use std::os::fd::AsFd;

use nix::fcntl::{FcntlArg, fcntl};

/// Bytes that a pipe for samples holds, sixteen times the kernel's default: fewer switches
/// between processes at full speed, and room for what arrives while `log` syncs. (A user's pipes may be
/// limited to less, which is harmless.)
pub const PIPE: usize = 1 << 20;

/// Bytes that a pipe, or the like, takes without blocking if it takes any (PIPE_BUF).
pub(crate) const PIECE: usize = 4096;

/// Bytes read or written in one call.
pub const BLOCK: usize = PIPE / 4;

/// Bytes of a pipe whose size nobody has chosen: 16 pages, as the kernel makes it for a shell.
const UNCHOSEN: i32 = 64 * 1024;

/// Gives a pipe for samples that a shell has made as much room as one that the launcher makes. A pipe of
/// another size has been given that by somebody, and keeps it; whatever else `fd` is has no size. (Where a
/// user's pipes are limited to less, this one stays as it is.)
pub(crate) fn widen(fd: impl AsFd) {
    if fcntl(&fd, FcntlArg::F_GETPIPE_SZ) == Ok(UNCHOSEN) {
        let _ = fcntl(&fd, FcntlArg::F_SETPIPE_SZ(PIPE as i32));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pipe_whose_size_nobody_has_chosen_is_widened() {
        for (before, after) in [(UNCHOSEN, PIPE as i32), (4096, 4096), (128 * 1024, 128 * 1024)] {
            let (reader, writer) = std::io::pipe().unwrap();
            fcntl(&writer, FcntlArg::F_SETPIPE_SZ(before)).unwrap();
            widen(&reader);
            assert_eq!(fcntl(&writer, FcntlArg::F_GETPIPE_SZ), Ok(after));
        }
        widen(tempfile::tempfile().unwrap());
    }
}
