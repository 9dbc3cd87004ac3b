//! The packages that install wandler: made, and installed in a root of their own.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::needs::{has, left_out, runs};
use crate::programs::{root, with_pages};
use crate::run::Program;

/// The archive of `scripts/build-static`, made in a directory of the programs under test.
pub fn archive(directory: &Path) -> PathBuf {
    let architecture = std::env::consts::ARCH;
    let script = Program::other(root().join("scripts/packaging/archive"));
    let made = script.args([with_pages(), Path::new(architecture), directory]).finish().exits(0);
    PathBuf::from(made.says(&[""; 0]).stdout.trim_end())
}

/// An archive that has been unpacked.
#[derive(Debug)]
pub struct Unpacked {
    directory: TempDir,
    name: String,
}

impl Unpacked {
    /// Unpacks an archive.
    pub fn new(archive: &Path) -> Unpacked {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let tar = Program::other("tar").args(["-xzf"]).args([archive]);
        tar.dir(&directory).finish().exits(0).says(&[""; 0]);
        let name = archive.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
        Unpacked { directory, name: name.trim_end_matches(".tar.gz").to_owned() }
    }

    /// What is installed, as it lies below a prefix.
    pub fn tree(&self) -> PathBuf {
        self.directory.path().join(&self.name).join("tree")
    }

    /// Its `install`, called from elsewhere, on a machine on which nothing can be built.
    pub fn install(&self, prefix: &Path) -> Program {
        let tools = self.directory.path().join("tools");
        fs::create_dir_all(&tools).expect("a directory of its own");
        for tool in ["cargo", "rustc", "cc"] {
            std::os::unix::fs::symlink("/bin/false", tools.join(tool)).ok();
        }
        let script = Program::other(self.directory.path().join(&self.name).join("install"));
        let path = format!("{}:/usr/bin:/bin", tools.display());
        script.args([Path::new("--prefix"), prefix]).env("PATH", path).dir("/")
    }
}

/// The package of `scripts/build-deb`, made in a directory of the programs under test. Where it cannot
/// be made, `None`, and a message.
pub fn debian(directory: &Path) -> Option<PathBuf> {
    let can_be_made = has("cargo-deb", "cargo install cargo-deb")
        && has("strip", "apt-get install binutils")
        && has("dpkg-shlibdeps", "apt-get install dpkg-dev");
    if !can_be_made || !has_debians_libraries() {
        return None;
    }
    let script = Program::other(root().join("scripts/packaging/deb"));
    let target = directory.join("target");
    let made = script.args([with_pages(), directory]).env("CARGO_TARGET_DIR", target);
    Some(PathBuf::from(made.finish().exits(0).stdout.trim_end()))
}

/// Whether the programs' dependencies are packages here; says so if not.
fn has_debians_libraries() -> bool {
    let there = runs("dpkg-query --status libc6");
    if !there {
        left_out("the Debian package depends on Debian's C library, which is not here");
    }
    there
}

/// A root of its own with `dpkg`'s files, in which nothing is installed but the C library, by name.
/// It needs no privileges.
#[derive(Debug)]
pub struct DebianRoot {
    directory: TempDir,
}

impl DebianRoot {
    /// An empty one.
    pub fn new() -> DebianRoot {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let files = directory.path().join("var/lib/dpkg");
        for name in ["info", "updates"] {
            fs::create_dir_all(files.join(name)).expect("a directory of its own");
        }
        let known = Program::other("dpkg-query").words("--status libc6").finish().exits(0).stdout;
        fs::write(files.join("status"), known).expect("a file of its own");
        DebianRoot { directory }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Where the package's files lie.
    pub fn prefix(&self) -> PathBuf {
        self.path().join("usr")
    }

    /// `dpkg` at work in it.
    pub fn dpkg(&self, action: &str, package: impl AsRef<Path>) -> Program {
        // (Its log would be the machine's.)
        let options = "--force-not-root --force-script-chrootless --log=/dev/null --root";
        let dpkg = Program::other("dpkg").words(options).args([self.path()]);
        let path = std::env::var("PATH").unwrap_or_default();
        let sbin = format!("{path}:/usr/sbin:/sbin"); // where dpkg wants to find ldconfig
        dpkg.args([Path::new(action), package.as_ref()]).env("PATH", sbin)
    }
}

impl Default for DebianRoot {
    fn default() -> DebianRoot {
        DebianRoot::new()
    }
}
