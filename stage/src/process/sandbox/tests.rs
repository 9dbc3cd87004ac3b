//! What a process can still do within a sandbox, by trying: which calls it has. (`paths::tests` tries which
//! files.) Since a sandbox cannot be left again, each deed is done by a process of its own: this test's
//! executable, told to run [`as_a_child`] alone.
#![allow(unsafe_code, reason = "some deeds need it, and are to be refused")]

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;

use nix::fcntl::{FcntlArg, OFlag, SpliceFFlags, fcntl, tee};
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous};
use nix::sys::signal::{Signal, kill};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::unistd::{ForkResult, Pid, execv, fork, getppid};

use super::*;

/// What a process had before it entered.
struct Had {
    /// With the file `file` in it.
    directory: PathBuf,
    pipe: (PipeReader, PipeWriter),
    other_pipe: (PipeReader, PipeWriter),
    parent: Pid,
}

/// Something that is tried.
type Deed = fn(Had);

/// What is tried. A deed that is not forbidden has to succeed.
const DEEDS: [(&str, Deed); 21] = [
    ("work", work),
    ("abort", |_| std::process::abort()),
    ("open a file", |had| drop(File::open(had.directory.join("file")).unwrap())),
    ("empty a file", |had| {
        let flags = libc::O_TRUNC;
        let path = had.directory.join("file");
        drop(OpenOptions::new().read(true).custom_flags(flags).open(path).unwrap());
    }),
    ("make a file", |had| drop(File::create(had.directory.join("new")).unwrap())),
    ("rename a file", |had| {
        fs::rename(had.directory.join("file"), had.directory.join("other")).unwrap();
    }),
    ("remove a file", |had| fs::remove_file(had.directory.join("file")).unwrap()),
    ("list a directory", |had| assert_eq!(fs::read_dir(had.directory).unwrap().count(), 1)),
    ("splice", |had| {
        let ((reader, mut writer), (_other, to_other)) = (had.pipe, had.other_pipe);
        writer.write_all(b"1\n").unwrap();
        assert_eq!(tee(&reader, &to_other, 2, SpliceFFlags::empty()), Ok(2));
    }),
    ("run a program", |_| match execv(c"/bin/true", &[c"true"]).unwrap() {}),
    ("fork", |_| {
        // SAFETY: the child does nothing but leave.
        if let ForkResult::Child = unsafe { fork() }.unwrap() {
            std::process::exit(0);
        }
    }),
    ("start a thread", |_| drop(thread::Builder::new().spawn(|| {}))),
    ("open a socket", |_| {
        let flags = SockFlag::empty();
        drop(socket(AddressFamily::Unix, SockType::Stream, flags, None).unwrap());
    }),
    ("signal a process", |had| assert!(kill(had.parent, None).is_ok())),
    ("signal a thread of a process", |had| {
        let parent = had.parent.as_raw();
        // SAFETY: no signal is sent: it is only asked whether one could be.
        unsafe { libc::syscall(libc::SYS_tgkill, parent, parent, 0) };
    }),
    ("type into a terminal", |had| {
        // SAFETY: one character is read from the address.
        unsafe { libc::ioctl(had.pipe.0.as_raw_fd(), libc::TIOCSTI, c"x".as_ptr()) };
    }),
    ("shut others out of a terminal", |had| {
        // SAFETY: the call has no argument beyond its number.
        unsafe { libc::ioctl(had.pipe.0.as_raw_fd(), libc::TIOCEXCL) };
    }),
    ("set a terminal", |had| {
        let zeros = [0u8; 128];
        // SAFETY: the modes are read from the address, which the pipe does not even get to.
        unsafe { libc::ioctl(had.pipe.0.as_raw_fd(), libc::TCSETS, zeros.as_ptr()) };
    }),
    ("have a signal sent", |had| {
        let _ = fcntl(&had.pipe.0, FcntlArg::F_SETFL(OFlag::O_ASYNC));
    }),
    ("lock a file", |had| {
        // SAFETY: nothing is read or written but the lock.
        assert_eq!(unsafe { libc::flock(had.pipe.0.as_raw_fd(), libc::LOCK_EX) }, 0);
    }),
    ("map memory for code", |_| {
        let (length, flags) = (4096.try_into().unwrap(), MapFlags::MAP_PRIVATE);
        // SAFETY: it lies where there is no other.
        assert!(unsafe { mmap_anonymous(None, length, ProtFlags::PROT_EXEC, flags) }.is_ok());
    }),
];

/// What every stage does.
fn work(had: Had) {
    assert_eq!(HashMap::from([(1, 2)])[&1], 2, "with a seed from the kernel");
    assert_eq!(vec![1; 1 << 20].iter().sum::<i32>(), 1 << 20, "from memory of its own");
    let (mut reader, mut writer) = had.pipe;
    writer.write_all(b"1\n").unwrap();
    reader.read_exact(&mut [0; 2]).unwrap();
    thread::sleep(std::time::Duration::from_millis(1));
    assert!(had.directory.is_dir());
}

/// Passes a child the deed, the grants and the directory.
const VARIABLES: [&str; 3] = ["WANDLER_DEED", "WANDLER_GRANTS", "WANDLER_DIRECTORY"];

#[test]
#[ignore = "run by the others, as a process of its own"]
fn as_a_child() {
    let [deed, grants, directory] = VARIABLES.map(|name| std::env::var(name).unwrap());
    let had = Had {
        directory: directory.clone().into(),
        pipe: pipe().unwrap(),
        other_pipe: pipe().unwrap(),
        parent: getppid(),
    };
    let all = [
        Grant::ReadFiles,
        Grant::ListDirectories,
        Grant::KeepFiles,
        Grant::Splice,
        Grant::TakeTerminal,
        Grant::SetTerminal,
    ];
    let granted = all.into_iter().filter(|grant| grants.contains(&format!("{grant:?}")));
    let (_, deed) = DEEDS.into_iter().find(|(name, _)| *name == deed).unwrap();
    let file = Path::new(&directory).join("file");
    let option = SandboxOption { no_sandbox: grants == "everything" };
    let sandbox = option.granting(granted).reaching([Reach::Keep(file)]);
    sandbox.give_up_files().unwrap();
    // As the thread of `ctrlc` may have, this one has just begun when the filter is set.
    let thread = thread::spawn(|| drop(vec![1; 1 << 20]));
    sandbox.give_up_calls().unwrap();
    thread.join().unwrap();
    deed(had);
    std::process::exit(0);
}

/// Does a deed in a process with these grants.
fn attempt(deed: &str, grants: &str) -> (ExitStatus, String) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), "1\n").unwrap();
    let values = [deed.as_ref(), grants.as_ref(), directory.path().as_os_str()];
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::sandbox::tests::as_a_child", "--ignored", "--nocapture"])
        .envs(VARIABLES.into_iter().zip(values))
        .output()
        .unwrap();
    (output.status, format!("{deed} with {grants}: {output:?}"))
}

/// Checks that with these grants just these deeds can be done, beside what every stage does.
#[track_caller]
fn allows(grants: &str, deeds: &[&str]) {
    if let Some(why) = obstacle() {
        let _ = writeln!(io::stderr(), "left out: {why}");
        return;
    }
    for (deed, _) in DEEDS {
        let (status, told) = attempt(deed, grants);
        if deed == "abort" {
            assert_eq!(status.signal(), Some(Signal::SIGABRT as i32), "{told}");
        } else if deed == "work" || deeds.contains(&deed) {
            assert_eq!(status.code(), Some(0), "{told}");
        } else {
            assert_eq!(status.signal(), Some(Signal::SIGSYS as i32), "{told}");
        }
    }
}

#[test]
fn without_a_grant_a_process_can_do_nothing_but_its_work() {
    allows("nothing", &[]);
}

#[test]
fn a_stage_that_may_read_files_cannot_make_change_or_find_them() {
    allows("ReadFiles", &["open a file"]);
}

#[test]
fn a_stage_that_may_find_files_as_well_can_do_nothing_beyond_that() {
    allows("ReadFiles and ListDirectories", &["open a file", "list a directory"]);
}

#[test]
fn a_stage_that_may_keep_files_can_do_nothing_beyond_that() {
    let deeds = [
        "open a file",
        "empty a file",
        "make a file",
        "rename a file",
        "remove a file",
        "list a directory",
        "lock a file",
    ];
    allows("KeepFiles", &deeds);
    allows("ReadFiles and KeepFiles", &deeds);
}

#[test]
fn a_stage_that_may_splice_can_do_nothing_beyond_that() {
    allows("Splice", &["splice"]);
}

#[test]
fn a_stage_that_may_take_a_terminal_can_do_nothing_beyond_that() {
    let deeds = ["shut others out of a terminal", "lock a file"];
    allows("TakeTerminal", &deeds);
    allows("TakeTerminal and ReadFiles", &["open a file", deeds[0], deeds[1]]);
}

#[test]
fn a_stage_that_may_set_a_terminal_can_do_nothing_beyond_that() {
    let deeds = ["set a terminal", "shut others out of a terminal", "lock a file"];
    allows("SetTerminal", &deeds);
}

#[test]
fn a_sandbox_that_is_switched_off_forbids_nothing() {
    for (deed, _) in DEEDS.into_iter().filter(|(deed, _)| *deed != "abort") {
        let (status, told) = attempt(deed, "everything");
        assert_eq!(status.code(), Some(0), "{told}");
    }
}
