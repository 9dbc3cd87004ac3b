//! A disk that fails when told to, and a trace of what is done to it.
//!
//! The library `wandler-faults`, preloaded into a program, does both; its documentation explains its
//! variables. Where there can be no such library, the tests that need it are skipped, and say so.

use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::disk::Call;
use crate::needs::left_out;
use crate::programs::cargo_build;
use crate::run::Program;

/// The variable that says what fails, such as `write:3-:EIO sync:1:EIO`.
pub const FAULTS: &str = "WANDLER_FAULTS";
/// The variable that names the switch: only while this file exists does anything fail.
pub const WHILE: &str = "WANDLER_FAULTS_WHILE";
/// The variable that names the file with the trace.
pub const TRACE: &str = "WANDLER_FAULTS_TRACE";

/// The library to preload.
#[derive(Debug)]
pub struct Library(PathBuf);

impl Library {
    /// The library, built once per process; or none, with a message that says why.
    pub fn built() -> Option<&'static Library> {
        static LIBRARY: OnceLock<Library> = OnceLock::new();
        let is_possible =
            cfg!(all(target_os = "linux", target_env = "gnu", target_pointer_width = "64"));
        if !is_possible {
            left_out(
                "only on 64-bit Linux with the GNU C library can a program be given a disk that fails",
            );
            return None;
        }
        Some(LIBRARY.get_or_init(|| {
            let arguments = ["--lib", "--package", "wandler-faults"];
            Library(cargo_build(arguments, "wandler-faults").join("libwandler_faults.so"))
        }))
    }

    /// The program with the library in it; its variables are set with [`Program::env`].
    pub fn preloaded(&self, program: Program) -> Program {
        program.env("LD_PRELOAD", &self.0)
    }
}

/// A directory for `log` to record in, and a disk under it that fails.
#[derive(Debug)]
pub struct FailingDisk {
    library: &'static Library,
    dir: TempDir,
    /// Holds the trace and the switch, which are not on the failing disk.
    beside: TempDir,
}

impl FailingDisk {
    /// One that works so far; or none, where there can be no such library.
    pub fn new() -> Option<FailingDisk> {
        let dir = || tempfile::tempdir().expect("a temporary directory");
        Some(FailingDisk { library: Library::built()?, dir: dir(), beside: dir() })
    }

    /// A `log` that records in `run.log`; the disk fails like this until it is mended.
    pub fn log(&self, faults: &str, words: &str) -> Program {
        self.fail();
        let log = Program::new("log").words(words).args(["run.log"]);
        self.under(log, faults).env(TRACE, self.trace())
    }

    /// A program in the directory, and what it starts; the disk fails like this, but only once it is told to.
    pub fn under(&self, program: Program, faults: &str) -> Program {
        let program = self.library.preloaded(program.dir(&self.dir)).env(FAULTS, faults);
        program.env(WHILE, self.switch())
    }

    /// Lets it fail from now on.
    pub fn fail(&self) {
        fs::write(self.switch(), "").expect("the switch can be made");
    }

    fn switch(&self) -> PathBuf {
        self.beside.path().join("switch")
    }

    /// Repairs the disk.
    pub fn mend(&self) {
        fs::remove_file(self.switch()).expect("the switch is there");
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// A file's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What a file holds.
    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("it can be read")
    }

    /// The trace.
    pub fn trace(&self) -> PathBuf {
        self.beside.path().join("trace")
    }

    /// The calls in the trace.
    pub fn calls(&self) -> Vec<Call> {
        trace(&self.trace(), self.dir.path())
    }
}

/// The calls in a trace, all of which were made in `dir`.
pub fn trace(trace: &Path, dir: &Path) -> Vec<Call> {
    let dir = dir.canonicalize().expect("the directory is there");
    let text = fs::read_to_string(trace).expect("there is a trace");
    let read = |line: &str| {
        call(line, &dir).unwrap_or_else(|| panic!("not a call in {}: {line}", dir.display()))
    };
    text.lines().map(read).collect()
}

fn call(line: &str, dir: &Path) -> Option<Call> {
    let mut words = line.split(' ');
    let name = |word: Option<&str>| {
        let name = unescaped(word?)?;
        Some(name.strip_prefix(dir).ok()?.to_str()?.to_owned())
    };
    let number = |word: Option<&str>| word?.parse().ok();
    let call = match words.next()? {
        "create" => Call::Create { file: number(words.next())?, name: name(words.next())? },
        "open" => Call::Open {
            file: number(words.next())?,
            length: number(words.next())?,
            name: name(words.next())?,
        },
        "write" => Call::Write {
            file: number(words.next())?,
            at: number(words.next())?,
            bytes: bytes(words.next()?)?,
        },
        "truncate" => Call::Truncate { file: number(words.next())?, length: number(words.next())? },
        "sync" => Call::Sync { file: number(words.next())? },
        "syncdir" => name(words.next())?.is_empty().then_some(Call::SyncDirectory)?,
        "rename" => Call::Rename { from: name(words.next())?, to: name(words.next())? },
        "unlink" => Call::Unlink { name: name(words.next())? },
        "out" => Call::Out { bytes: bytes(words.next()?)? },
        _ => return None,
    };
    words.next().is_none().then_some(call)
}

/// Bytes from hexadecimal digits, two a byte.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.as_bytes().chunks(2).map(byte).collect()
}

/// A name from its form in the trace.
fn unescaped(text: &str) -> Option<PathBuf> {
    let (start, rest) = text.split_once('%').map_or((text, None), |(it, rest)| (it, Some(rest)));
    let mut name = start.as_bytes().to_vec();
    for part in rest.into_iter().flat_map(|rest| rest.split('%')) {
        name.extend(bytes(part.get(..2)?)?);
        name.extend_from_slice(&part.as_bytes()[2..]);
    }
    Some(std::ffi::OsString::from_vec(name).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_calls() {
        let read = |line| call(line, Path::new("/a b"));
        let name = "run.log".to_owned();
        assert_eq!(read("create 7 /a%20b/run.log"), Some(Call::Create { file: 7, name }));
        let bytes = b"1\n".to_vec();
        assert_eq!(read("write 7 12 310a"), Some(Call::Write { file: 7, at: 12, bytes }));
        assert_eq!(read("syncdir /a%20b"), Some(Call::SyncDirectory));
        let (from, to) = ("50%".to_owned(), "\n".to_owned());
        assert_eq!(read("rename /a%20b/50%25 /a%20b/%0a"), Some(Call::Rename { from, to }));
    }

    #[test]
    fn calls_elsewhere_and_lines_that_are_not_calls_are_not_accepted() {
        for line in ["", "sync", "sync x", "sync 7 8", "syncdir /", "unlink /tmp/x", "read 7"] {
            assert_eq!(call(line, Path::new("/a")), None, "{line:?}");
        }
    }
}
