//! Where our programs and the competitors are.

use std::env;
use std::env::consts::ARCH;
use std::ffi::OsString;
use std::fs;
use std::io;
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

/// A build of our programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Build {
    /// The one beside this executable.
    Usual,
    /// The one of `scripts/build-static`, which may not be there.
    Static,
}

/// The programs that can be run.
pub(crate) struct Programs {
    ours: PathBuf,
    statically_linked: PathBuf,
    /// The directories in the user's PATH.
    users: Vec<PathBuf>,
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
        let target = format!("../{ARCH}-unknown-linux-gnu/release");
        let programs = Programs { statically_linked: ours.join(target), ours, users };
        // A colon in our directory's name would cut it in two.
        env::join_paths(programs.directories(Build::Static))
            .map_err(|error| Error::Directory(io::Error::other(error)))?;
        Ok(programs)
    }

    /// The file of one of ours.
    pub(crate) fn ours(&self, name: &str) -> PathBuf {
        self.ours.join(name)
    }

    /// A program's file; one of ours wins over a namesake (coreutils has a `stat` too).
    pub(crate) fn find(&self, name: &str, build: Build) -> Option<PathBuf> {
        self.directories(build)
            .map(|directory| directory.join(name))
            .find(|path| is_executable(path))
    }

    /// A PATH in which a shell finds the same programs.
    pub(crate) fn path(&self, build: Build) -> OsString {
        env::join_paths(self.directories(build)).unwrap_or_default()
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target_directory(&self) -> &Path {
        self.ours.parent().unwrap_or(&self.ours)
    }

    fn directories(&self, build: Build) -> impl Iterator<Item = &PathBuf> {
        let first = (build == Build::Static).then_some(&self.statically_linked);
        first.into_iter().chain([&self.ours]).chain(&self.users)
    }
}

fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}
