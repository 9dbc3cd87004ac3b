//! Numbers of files that change, as on file systems that make them up.

use std::ffi::c_int;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::fault::{Call, How, due};
use crate::kernel;

/// Descriptors of which it is known under which name they were opened: more than `log` needs.
const DESCRIPTORS: usize = 64;

/// What each was opened as.
static OPENED: [AtomicU64; DESCRIPTORS] = [const { AtomicU64::new(0) }; DESCRIPTORS];

/// How often a name was looked at.
static LOOKS: AtomicU64 = AtomicU64::new(0);

/// Which file's number is asked for.
#[derive(Clone, Copy)]
pub enum Asked<'a> {
    /// That of an open file.
    File(c_int),
    /// That of the file with this name.
    Name(&'a dyn Fn() -> Option<PathBuf>),
}

/// Notes under which name a file was opened.
pub fn opened(fd: c_int, name: Option<PathBuf>) {
    if let Some(opened) = usize::try_from(fd).ok().and_then(|fd| OPENED.get(fd)) {
        opened.store(name.map_or(0, hashed), Ordering::Relaxed);
    }
}

/// Changes a regular file's number, if that is asked for.
pub fn change(found: &mut libc::statx, asked: Asked<'_>) {
    if u32::from(found.stx_mode) & libc::S_IFMT != libc::S_IFREG {
        return;
    }
    let name = || match asked {
        Asked::File(fd) => kernel::name(fd),
        Asked::Name(name) => name(),
    };
    let other = match (due(Call::Inode, name), asked) {
        (Some(How::ByName), Asked::File(fd)) => {
            let opened = usize::try_from(fd).ok().and_then(|fd| OPENED.get(fd));
            opened.map_or(0, |opened| opened.load(Ordering::Relaxed))
        }
        (Some(How::ByName), Asked::Name(name)) => name().map_or(0, hashed),
        (Some(How::EachTime), Asked::Name(_)) => LOOKS.fetch_add(1, Ordering::Relaxed) + 1,
        _ => 0,
    };
    found.stx_ino ^= other << 32;
}

fn hashed(name: PathBuf) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
