//! What a process can still do once it has given up files, by trying. It keeps all system calls, so that
//! it is Landlock that refuses. Since nothing can be taken back, each deed is done by a process of its
//! own: this test's executable, told to run [`as_a_child`] alone.
#![allow(unsafe_code, reason = "nothing else gives a descriptor an owner")]

use std::ffi::CString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Write, pipe};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::pty::{OpenptyResult, openpty};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::{Mode, SFlag, makedev, mknod};
use nix::sys::termios::tcgetattr;
use nix::unistd::{Pid, execv, truncate, ttyname};
use tempfile::TempDir;

use super::*;
use crate::process::sandbox::{SandboxOption, landlock};

/// What a process had before it gave up files.
struct Had {
    /// It has the files `file`, `beside`, and `program`, which may be executed but is no program, and the
    /// directory `directory`.
    place: PathBuf,
    /// A process that ends with its standard input.
    other: Child,
    pipe: (PipeReader, PipeWriter),
    terminal: OpenptyResult,
    port: TcpListener,
    /// What listens in the abstract namespace, and under which address.
    socket: (UnixListener, SocketAddr),
}

impl Had {
    fn in_place(place: PathBuf) -> Had {
        let program = place.join("program");
        fs::write(&program, "none").unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let name = format!("wandler-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(name).unwrap();
        Had {
            place,
            other: Command::new("cat").stdin(Stdio::piped()).spawn().unwrap(),
            pipe: pipe().unwrap(),
            terminal: openpty(None, None).unwrap(),
            port: TcpListener::bind("127.0.0.1:0").unwrap(),
            socket: (UnixListener::bind_addr(&address).unwrap(), address),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.join(name)
    }

    fn other(&self) -> Pid {
        Pid::from_raw(self.other.id() as i32)
    }

    fn make(&self, kind: SFlag) -> io::Result<()> {
        Ok(mknod(&self.path("new"), kind, Mode::S_IRUSR, makedev(1, 3))?)
    }
}

/// Something that is tried.
type Deed = fn(Had) -> io::Result<()>;

/// What is tried, and since which version of the interface it is refused.
const DEEDS: [(&str, u32, Deed); 24] = [
    ("read", 1, |had| File::open(had.path("file")).map(drop)),
    ("read beside", 1, |had| File::open(had.path("beside")).map(drop)),
    ("write", 1, |had| OpenOptions::new().write(true).open(had.path("file")).map(drop)),
    ("empty", 3, |had| Ok(truncate(&had.path("file"), 0)?)),
    ("list", 1, |had| fs::read_dir(&had.place).map(drop)),
    ("make", 1, |had| File::create_new(had.path("new")).map(drop)),
    ("rename", 1, |had| fs::rename(had.path("beside"), had.path("renamed"))),
    ("remove", 1, |had| fs::remove_file(had.path("beside"))),
    ("move away", 1, |had| fs::rename(had.path("beside"), had.path("directory/beside"))),
    ("run", 1, run),
    ("make a directory", 1, |had| fs::create_dir(had.path("new"))),
    ("remove a directory", 1, |had| fs::remove_dir(had.path("directory"))),
    ("make a link", 1, |had| symlink("file", had.path("new"))),
    ("make a FIFO", 1, |had| had.make(SFlag::S_IFIFO)),
    ("make a socket", 1, |had| had.make(SFlag::S_IFSOCK)),
    ("make a device", 1, |had| had.make(SFlag::S_IFCHR)),
    ("make a block device", 1, |had| had.make(SFlag::S_IFBLK)),
    ("ask a device", 5, |had| {
        let device = File::open(ttyname(&had.terminal.slave)?)?;
        Ok(tcgetattr(&device).map(drop)?)
    }),
    ("look into a process", 1, |had| File::open(format!("/proc/{}/mem", had.other())).map(drop)),
    ("take a port", 4, |_| TcpListener::bind("127.0.0.1:0").map(drop)),
    ("connect to a port", 4, |had| TcpStream::connect(had.port.local_addr()?).map(drop)),
    ("connect to a socket", 6, |had| UnixStream::connect_addr(&had.socket.1).map(drop)),
    ("signal", 6, |had| Ok(kill(had.other(), None)?)),
    ("have a signal sent", 6, have_a_signal_sent),
];

/// Executes what is no program for the kernel, which says so only where it may be executed. (One that it
/// knew would need others: an interpreter, libraries.)
fn run(had: Had) -> io::Result<()> {
    let program = CString::new(had.path("program").into_os_string().into_encoded_bytes())?;
    match execv(&program, &[&program]) {
        Err(Errno::ENOEXEC) => Ok(()),
        result => Ok(result.map(|never| match never {})?),
    }
}

/// Gives up files with a descriptor for the rules, and none for the file that one is about.
fn with_too_few_descriptors(file: PathBuf) -> io::Result<()> {
    let next = File::open(&file)?.as_raw_fd() as u64;
    setrlimit(Resource::RLIMIT_NOFILE, next + 1, next + 1)?;
    let sandbox = SandboxOption { no_sandbox: false }.granting([]).reaching([Reach::Read(file)]);
    match sandbox.give_up_files() {
        Err(error) if error.raw_os_error() == Some(Errno::EMFILE as i32) => Ok(()),
        other => panic!("{other:?}"),
    }
}

/// Lets the kernel send SIGIO to the other process.
fn have_a_signal_sent(mut had: Had) -> io::Result<()> {
    let (reader, mut writer) = had.pipe;
    // SAFETY: the descriptor is open, and the call takes a number.
    let set = unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_SETOWN, had.other.id()) };
    Errno::result(set)?;
    fcntl(&reader, FcntlArg::F_SETFL(OFlag::O_ASYNC))?;
    writer.write_all(b"1")?;
    drop(had.other.stdin.take());
    match had.other.wait()?.signal() {
        Some(signal) if signal == Signal::SIGIO as i32 => Ok(()),
        _ => Err(ErrorKind::PermissionDenied.into()),
    }
}

/// Passes a child the deed, what is kept, the directory for which that is meant, and the one in which the
/// deed is to be done.
const VARIABLES: [&str; 4] = ["WANDLER_DEED", "WANDLER_KEPT", "WANDLER_DIRECTORY", "WANDLER_PLACE"];

/// The exit status of a child whose deed was refused.
const REFUSED: i32 = 77;

#[test]
#[ignore = "run by the others, as a process of its own"]
fn as_a_child() {
    let [deed, kept, directory, place] = VARIABLES.map(|name| std::env::var(name).unwrap());
    let had = Had::in_place(place.into());
    let file = Path::new(&directory).join("file");
    let kept = match kept.as_str() {
        "Read" => Some(Reach::Read(file)),
        "ReadAnew" => Some(Reach::ReadAnew(file)),
        "ReadBeside" => Some(Reach::ReadBeside(file)),
        "Reconnect" => Some(Reach::Reconnect(file)),
        "Keep" => Some(Reach::Keep(file)),
        "/proc" => Some(Reach::ReadAnew("/proc/loadavg".into())),
        "/dev/pts" => Some(Reach::Keep("/dev/pts/file".into())),
        "nothing" => None,
        "too few descriptors" => return end(with_too_few_descriptors(file)),
        // The sandbox is switched off.
        _ => return end(do_it(&deed, had)),
    };
    let sandbox = SandboxOption { no_sandbox: false }.granting([]).reaching(kept);
    sandbox.give_up_files().unwrap();
    // By a thread that begins only then, as the helpers do.
    end(thread::spawn(move || do_it(&deed, had)).join().unwrap());
}

fn do_it(name: &str, had: Had) -> io::Result<()> {
    let (.., deed) = DEEDS.into_iter().find(|(it, ..)| *it == name).unwrap();
    deed(had)
}

fn end(result: io::Result<()>) {
    use ErrorKind::{CrossesDevices, PermissionDenied};
    std::process::exit(match result {
        Ok(()) => 0,
        Err(error) if matches!(error.kind(), PermissionDenied | CrossesDevices) => REFUSED,
        Err(error) => panic!("{error}"),
    });
}

/// A directory with what a deed needs, below one of its own.
fn directory() -> (TempDir, PathBuf) {
    let above = tempfile::tempdir().unwrap();
    let directory = above.path().join("directory");
    fs::create_dir_all(directory.join("directory")).unwrap();
    fs::write(directory.join("file"), "1\n").unwrap();
    fs::write(directory.join("beside"), "2\n").unwrap();
    (above, directory)
}

/// Does a deed in a process that keeps this for `directory`, in there or elsewhere; returns whether it was
/// refused.
fn is_refused(deed: &str, kept: &str, inside: bool) -> bool {
    let ((_above, directory), (_other, elsewhere)) = (directory(), directory());
    let place = if inside { &directory } else { &elsewhere };
    let values = [deed.as_ref(), kept.as_ref(), directory.as_os_str(), place.as_os_str()];
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "process::sandbox::paths::tests::as_a_child", "--ignored", "--nocapture"])
        .envs(VARIABLES.into_iter().zip(values))
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => false,
        Some(REFUSED) => true,
        _ => panic!("{deed} with {kept}: {output:?}"),
    }
}

/// The deeds that this kernel refuses a process that keeps nothing; says so if it cannot refuse them all.
fn deeds() -> impl Iterator<Item = &'static str> {
    let version = landlock();
    let refused =
        DEEDS.into_iter().filter(move |(_, since, _)| version.as_ref().is_ok_and(|it| it >= since));
    if refused.clone().count() < DEEDS.len() {
        let has = landlock().map_or_else(|why| why, |version| format!("this kernel has {version}"));
        let needs = "left out: what is refused by later versions of Landlock only";
        let _ = writeln!(io::stderr(), "{needs}: {has}");
    }
    refused.map(|(name, ..)| name)
}

/// Checks that a process that keeps this can do just these deeds, and none of them elsewhere.
#[track_caller]
fn allows(kept: &str, allowed: &[&str]) {
    for deed in deeds() {
        assert_eq!(is_refused(deed, kept, true), !allowed.contains(&deed), "{deed} with {kept}");
        // Terminals lie at the same place everywhere.
        if deed != "ask a device" {
            assert!(is_refused(deed, kept, false), "{deed} elsewhere with {kept}");
        }
    }
}

#[test]
fn a_process_that_has_given_up_nothing_can_do_it_all() {
    let (_above, directory) = directory();
    let device = directory.join("device");
    let can_make_devices = mknod(&device, SFlag::S_IFCHR, Mode::empty(), makedev(1, 3)).is_ok();
    let makes_one = |deed: &str| deed.starts_with("make") && deed.ends_with("device");
    for (deed, ..) in DEEDS.into_iter().filter(|it| can_make_devices || !makes_one(it.0)) {
        assert!(!is_refused(deed, "everything", false), "{deed}");
    }
}

#[test]
fn a_stage_that_needs_no_file_can_reach_nothing() {
    allows("nothing", &[]);
}

#[test]
fn a_file_that_is_read_is_all_that_can_be_read() {
    allows("Read", &["read"]);
}

#[test]
fn a_file_that_is_read_again_and_again_is_so_with_those_in_its_directory() {
    allows("ReadAnew", &["read", "read beside"]);
}

#[test]
fn a_file_that_is_read_with_those_beside_it_is_found_with_them() {
    allows("ReadBeside", &["read", "read beside", "list"]);
}

#[test]
fn a_device_that_may_return_can_be_asked_and_read() {
    allows("Reconnect", &["read", "read beside", "ask a device"]);
}

#[test]
fn a_file_that_is_kept_can_be_replaced_in_its_directory_and_no_other() {
    let files = ["read", "read beside", "write", "empty", "list", "make", "rename", "remove"];
    let to_rename =
        ["make a directory", "remove a directory", "make a link", "make a FIFO", "make a socket"];
    allows("Keep", &[&files[..], &to_rename].concat());
}

#[test]
fn a_process_cannot_be_looked_into_even_by_one_that_may_read_below_proc() {
    for deed in deeds().filter(|deed| *deed == "look into a process") {
        assert!(is_refused(deed, "/proc", true));
    }
}

#[test]
fn a_device_cannot_be_asked_even_where_files_are_kept() {
    for deed in deeds().filter(|deed| *deed == "ask a device") {
        assert!(is_refused(deed, "/dev/pts", true));
    }
}

#[test]
fn a_file_that_cannot_be_kept_for_want_of_a_descriptor_is_not_left_out() {
    assert!(landlock().is_err() || !is_refused("read", "too few descriptors", true));
}

#[test]
fn as_many_sandboxes_around_each_other_as_can_be_are_no_obstacle() {
    // More than Landlock's 16. In a thread of its own, which alone gives up files.
    let given_up = thread::spawn(|| {
        let sandbox = SandboxOption { no_sandbox: false }.granting([]);
        (0..20).try_for_each(|_| sandbox.give_up_files())
    });
    given_up.join().unwrap().unwrap();
}

#[test]
fn what_lies_nowhere_is_no_obstacle() {
    let (reader, _writer) = pipe().unwrap();
    let name = format!("/proc/self/fd/{}", reader.as_raw_fd());
    // In a thread of its own, which alone gives up files.
    let given_up = thread::spawn(move || {
        let sandbox = SandboxOption { no_sandbox: false }.granting([]);
        sandbox.reaching([Reach::Read(name.clone().into())]).give_up_files().unwrap();
        File::open(name).map(drop)
    });
    given_up.join().unwrap().unwrap();
}
