//! Where our programs and the competitors are.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::iter;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Our programs, and the benchmark's own, all of which must be there.
const OURS: [&str; 8] = [
    "conv",
    "log",
    "stat",
    "report",
    "launcher",
    "bench-transport",
    "bench-fan-out",
    "bench-relay",
];

/// The programs that can be run.
pub(crate) struct Programs {
    ours: PathBuf,
    /// The directories in the user's PATH.
    users: Vec<PathBuf>,
    path: OsString,
}

impl Programs {
    /// Ours beside this executable, and the competitors in the PATH.
    pub(crate) fn beside_this_one() -> Result<Programs, Error> {
        let executable = env::current_exe().map_err(Error::Directory)?;
        let ours = executable.parent().map(PathBuf::from).unwrap_or_default();
        for name in OURS {
            let path = ours.join(name);
            if !is_executable(&path) {
                return Err(Error::Program(path));
            }
        }
        let users = env::var_os("PATH").unwrap_or_default();
        let users = env::split_paths(&users).collect::<Vec<_>>();
        // A colon in our directory's name would cut it in two.
        let path = env::join_paths(iter::once(&ours).chain(&users))
            .map_err(|error| Error::Directory(io::Error::other(error)))?;
        Ok(Programs { ours, users, path })
    }

    /// The file of one of ours.
    pub(crate) fn ours(&self, name: &str) -> PathBuf {
        self.ours.join(name)
    }

    /// A program's file; one of ours wins over a namesake (coreutils has a `stat` too).
    pub(crate) fn find(&self, name: &str) -> Option<PathBuf> {
        let directories = iter::once(&self.ours).chain(&self.users);
        directories.map(|directory| directory.join(name)).find(|path| is_executable(path))
    }

    /// A PATH in which a shell finds the same programs.
    pub(crate) fn path(&self) -> &OsStr {
        &self.path
    }
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
