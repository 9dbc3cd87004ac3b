//! Which files a stage keeps, and where these lie.
//!
//! Landlock knows files and directories, not names: a rule holds for what was there when it was made, and
//! for all that lies below. What takes a file's place later is another file. So a stage that opens a file
//! again and again keeps
//!
//! - the directory of its name, in which files are replaced, made and renamed;
//! - the directory above that, so that one that is removed and made anew is still reached, and a file
//!   system that is mounted there anew;
//! - if the directory lies deeper in a file system, the one in which that is mounted;
//! - if the name is a link's, the same of what it leads to.
//!
//! But it never keeps for that what is above everything ([`TOO_MUCH`]). So nothing that is mounted anew
//! directly below the root directory is reached.
//!
//! Below /sys and /proc, where the kernel makes and removes files, a device that returns has another
//! directory: all of that tree may be read, and nothing in it is ever written. Nor is a file made in /dev. (All of this
//! fails for a file in the root directory itself: for that, everything is kept.)

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use landlock::{AccessFs, BitFlags, make_bitflags};

use crate::stream::files::links;

/// A file, and what a stage is going to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Open the file that is there now for reading.
    Read(PathBuf),
    /// Open whatever has the name for reading, again and again.
    ReadAnew(PathBuf),
    /// Read it, find what lies beside it, and read that.
    ReadBeside(PathBuf),
    /// Open a device or a FIFO for reading whenever it returns, and set it.
    Reconnect(PathBuf),
    /// Make, write, rename and remove it, and what lies beside it.
    Keep(PathBuf),
}

/// Where devices lie.
const DEVICES: &str = "/dev";

/// Trees in which the kernel makes files, and nobody else.
const KERNEL_TREES: [&str; 2] = ["/sys", "/proc"];

/// What is never kept because a directory in it is: everything, and all devices.
const TOO_MUCH: [&str; 2] = ["/", DEVICES];

/// What keeping a file takes. Whatever lies at an old file's name is renamed, even a link or a directory, and
/// to rename something takes the rights to make and to remove it. (The calls that would make anything but
/// a file are given up.)
const KEEP: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    ReadFile | WriteFile | Truncate | ReadDir
        | MakeReg | MakeSym | MakeFifo | MakeSock | MakeDir | RemoveFile | RemoveDir
});

/// Some files or directories, and what may be done with them and with all that is below.
pub(super) type Rights = (BTreeSet<PathBuf>, BitFlags<AccessFs>);

impl Reach {
    /// What is kept for this.
    pub(super) fn rights(&self) -> Rights {
        match self {
            // A directory is opened, too, to find out that it is one.
            Reach::Read(file) => ([file.clone()].into(), AccessFs::ReadFile | AccessFs::ReadDir),
            Reach::ReadAnew(file) => {
                (around(file).map(to_read).collect(), AccessFs::ReadFile.into())
            }
            Reach::ReadBeside(file) => {
                (directories(file).collect(), AccessFs::ReadFile | AccessFs::ReadDir)
            }
            Reach::Reconnect(file) => {
                let devices = PathBuf::from(DEVICES);
                let places = around(file).map(to_read).chain([devices]);
                (places.collect(), AccessFs::ReadFile | AccessFs::IoctlDev)
            }
            // Nothing lies beside a device that is written to.
            Reach::Keep(file) if is_device(file) => {
                ([file.clone()].into(), AccessFs::WriteFile.into())
            }
            Reach::Keep(file) => (around(file).filter(|it| may_be_kept(it)).collect(), KEEP),
        }
    }
}

/// The directories in which a name lies, and those of what it leads to if it is a link.
fn directories(file: &Path) -> impl Iterator<Item = PathBuf> {
    links(file).map(|name| parent(&name).to_owned())
}

/// The directory in which a name lies.
fn parent(name: &Path) -> &Path {
    match name.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => name,
    }
}

/// These directories, as they are really called, and those above them that are kept as well.
fn around(file: &Path) -> impl Iterator<Item = PathBuf> {
    directories(file).flat_map(|named| {
        let own = named.canonicalize().ok();
        // The two differ where the directory itself is a link.
        let above_name = parent(&named).canonicalize().ok();
        let above = own.as_deref().and_then(Path::parent).map(Path::to_owned);
        let above_all = own.as_deref().and_then(mounted_in).map(Path::to_owned);
        let above = [above_name, above, above_all].into_iter().flatten().filter(|it| is_little(it));
        own.clone().into_iter().chain(above).collect::<Vec<_>>()
    })
}

/// The directory in which the file system of `directory` is mounted.
fn mounted_in(directory: &Path) -> Option<&Path> {
    let device = |path: &Path| fs::metadata(path).ok().map(|it| it.dev());
    let pairs = directory.ancestors().zip(directory.ancestors().skip(1));
    pairs.into_iter().find(|(below, above)| device(below) != device(above)).map(|(_, above)| above)
}

/// Whether a directory may be kept for what lies in one of its directories.
fn is_little(directory: &Path) -> bool {
    !TOO_MUCH.iter().any(|it| directory == Path::new(it)) && kernel_tree(directory).is_none()
}

/// Whether files may be made in a directory.
fn may_be_kept(directory: &Path) -> bool {
    kernel_tree(directory).is_none() && directory != Path::new(DEVICES)
}

fn kernel_tree(place: &Path) -> Option<&'static str> {
    KERNEL_TREES.into_iter().find(|tree| place.starts_with(tree))
}

/// What is kept to read what lies in `directory`.
fn to_read(directory: PathBuf) -> PathBuf {
    kernel_tree(&directory).map_or(directory, PathBuf::from)
}

fn is_device(file: &Path) -> bool {
    fs::metadata(file)
        .is_ok_and(|it| it.file_type().is_char_device() || it.file_type().is_block_device())
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;
    use std::os::unix::fs::symlink;

    /// What is kept for this, those in `dir` by their names in it; except what is above it.
    fn kept(reach: Reach, dir: &Path) -> Vec<String> {
        let dir = dir.canonicalize().unwrap();
        let name = |place: &PathBuf| match place.strip_prefix(&dir) {
            Ok(inside) => Some(inside.display().to_string()),
            Err(_) if dir.starts_with(place) => None,
            Err(_) => Some(place.display().to_string()),
        };
        reach.rights().0.iter().filter_map(name).collect()
    }

    /// A directory with directories and links in it, below a directory of its own.
    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        for name in ["a/b/c", "x/y/z"] {
            fs::create_dir_all(path(name)).unwrap();
        }
        symlink(path("x/y/z/file"), path("a/b/c/link")).unwrap();
        symlink("../../x/y", path("a/b/other")).unwrap();
        dir
    }

    #[test]
    fn a_file_that_is_kept_has_its_directory_and_the_one_above() {
        let dir = tree();
        let keep = |name: &str| kept(Reach::Keep(dir.path().join(name)), dir.path());
        assert_eq!(keep("a/b/c/file"), ["a/b", "a/b/c"]);
        assert_eq!(keep("a/b/c/file"), keep("a/./b/c/../c/file"));
        assert_eq!(keep("a/b/gone/file"), ["a/b"]);
    }

    #[test]
    fn a_link_has_those_of_what_it_leads_to_even_if_nothing_is_there() {
        let dir = tree();
        let keep = |name: &str| kept(Reach::Keep(dir.path().join(name)), dir.path());
        assert_eq!(keep("a/b/c/link"), ["a/b", "a/b/c", "x/y", "x/y/z"]);
        assert_eq!(keep("a/b/other/file"), ["a/b", "x", "x/y"]);
    }

    #[test]
    fn what_is_above_everything_is_not_kept_for_what_lies_in_it() {
        let keep = |name: &str| kept(Reach::Keep(name.into()), Path::new("/"));
        assert_eq!(keep("/usr/file"), ["usr"]);
        assert_eq!(keep("/dev/shm/file").iter().filter(|it| *it == "dev").count(), 0);
        assert_eq!(keep("/file"), [""], "there is no smaller one");
        let read = |name: &str| kept(Reach::ReadAnew(name.into()), Path::new("/"));
        assert_eq!(read("/dev/pts/file"), ["dev/pts"]);
    }

    #[test]
    fn a_device_is_kept_alone_and_nothing_of_the_kernel_is() {
        let keep = |name: &str| kept(Reach::Keep(name.into()), Path::new("/"));
        assert_eq!(keep("/dev/null"), ["dev/null"]);
        assert_eq!(Reach::Keep("/dev/null".into()).rights().1, AccessFs::WriteFile);
        assert_eq!(keep("/dev/none"), [""; 0]);
        assert_eq!(keep("/sys/file"), [""; 0]);
        assert_eq!(keep("/proc/self/fd/999999"), [""; 0]);
        let devices = fs::read_dir(DEVICES).unwrap().map(|entry| entry.unwrap().path());
        let is_disk =
            |path: &PathBuf| fs::metadata(path).is_ok_and(|it| it.file_type().is_block_device());
        for disk in devices.filter(is_disk) {
            assert_eq!(
                Reach::Keep(disk.clone()).rights(),
                ([disk].into(), AccessFs::WriteFile.into())
            );
        }
    }

    #[test]
    fn a_fifo_that_is_kept_may_be_replaced_like_any_other_file() {
        let dir = tree();
        let fifo = dir.path().join("a/b/c/fifo");
        mkfifo(&fifo, Mode::S_IRWXU).unwrap();
        assert_eq!(kept(Reach::Keep(fifo), dir.path()), ["a/b", "a/b/c"]);
    }

    #[test]
    fn a_mount_is_found_in_the_directory_in_which_it_is() {
        assert_eq!(mounted_in(Path::new("/dev/pts")), Some(Path::new("/dev")));
        assert_eq!(mounted_in(Path::new("/")), None);
    }

    #[test]
    fn a_file_that_is_read_again_and_again_has_its_directory_and_the_one_above() {
        let dir = tree();
        let read = |name: &str| kept(Reach::ReadAnew(dir.path().join(name)), dir.path());
        assert_eq!(read("a/b/c/file"), ["a/b", "a/b/c"]);
        assert_eq!(read("a/b/c/link"), ["a/b", "a/b/c", "x/y", "x/y/z"]);
        assert_eq!(read("a/b/gone/file"), ["a/b"]);
    }

    #[test]
    fn what_the_kernel_makes_is_read_in_all_of_its_tree() {
        let read = |name: &str| kept(Reach::ReadAnew(name.into()), Path::new("/"));
        assert_eq!(read("/proc/self/loadavg"), ["proc"]);
        assert_eq!(read("/proc/loadavg"), ["proc"]);
        let elsewhere = read("/proc/self/cwd/file");
        assert!(!elsewhere.iter().any(|it| it.starts_with("proc")), "{elsewhere:?}");
    }

    #[test]
    fn what_is_only_read_needs_nothing_above_it() {
        let dir = tree();
        let name = dir.path().join("a/b/c/link");
        assert_eq!(kept(Reach::Read(name.clone()), dir.path()), ["a/b/c/link"]);
        assert_eq!(kept(Reach::ReadBeside(name), dir.path()), ["a/b/c", "x/y/z"]);
        assert_eq!(kept(Reach::ReadBeside("file".into()), dir.path()), ["."]);
    }

    #[test]
    fn a_device_may_return_under_any_name() {
        let dir = tree();
        let name = dir.path().join("a/b/c/file");
        assert_eq!(kept(Reach::Reconnect(name), dir.path()), ["/dev", "a/b", "a/b/c"]);
        let of_kernel = Reach::Reconnect("/proc/self/loadavg".into());
        assert_eq!(kept(of_kernel, Path::new("/")), ["dev", "proc"]);
    }
}
