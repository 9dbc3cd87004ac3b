//! `scripts/install` where something is in its way, or ends it halfway.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use wandler_tests::installation::{
    contents, has_the_right_modes, in_prefix, install, installed, uninstall,
};
use wandler_tests::needs::left_out;
use wandler_tests::packages::{Unpacked, archive};
use wandler_tests::programs::{root, with_pages};
use wandler_tests::run::Program;
use wandler_tests::stand_ins::{commands, path_with};

#[test]
fn an_archive_is_installed_for_all_however_private_it_was_unpacked() {
    let (dir, prefix) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let unpacked = Unpacked::new(&archive(dir.path()));
    Program::other("chmod").words("-R go-rwx").args([unpacked.tree()]).finish().exits(0);
    unpacked.install(prefix.path()).finish().exits(0).says(&[""; 0]);
    has_the_right_modes(prefix.path());
}

#[test]
fn an_installation_that_is_killed_can_be_removed_or_done_again() {
    let fatal = "case ${!#} in *$KILLED_AT) kill -9 $PPID; exit;; esac; exec /bin/mv \"$@\"";
    let commands = commands([("mv", fatal)]);
    for killed_at in ["lib/wandler/log", "man1/wandler.1"] {
        for again in [false, true] {
            let prefix = tempfile::tempdir().unwrap();
            let own = in_prefix(prefix.path());
            if again {
                install(&own).finish().exits(0);
            }
            let killed = install(&own).env("KILLED_AT", killed_at);
            let killed = killed.env("PATH", path_with(commands.path())).finish();
            assert_ne!(killed.code(), 0, "{killed}");
            if again {
                install(&own).finish().exits(0);
                let new = |path: &PathBuf| path.to_str().unwrap().ends_with(".new");
                let left: Vec<PathBuf> = contents(prefix.path()).into_keys().filter(new).collect();
                assert!(left.is_empty(), "{left:#?}\n{killed}");
            }
            uninstall(prefix.path()).finish().exits(0).says(&[""; 0]);
            assert_eq!(contents(prefix.path()), BTreeMap::new(), "{killed}");
        }
    }
}

#[test]
fn what_is_in_the_way_is_reported_before_anything_is_touched() {
    for (path, is_directory, reason) in [
        ("bin/wandler", false, "belongs to no installation here; move it away first"),
        ("bin/wandler", true, "is a directory"),
    ] {
        let prefix = tempfile::tempdir().unwrap();
        let foreign = prefix.path().join(path);
        fs::create_dir_all(foreign.parent().unwrap()).unwrap();
        match is_directory {
            true => fs::create_dir(&foreign).unwrap(),
            false => symlink("elsewhere", &foreign).unwrap(),
        }
        let before = contents(prefix.path());
        let message = format!("install: cannot replace {foreign:?}: it {reason}");
        let finished = install(&in_prefix(prefix.path())).finish();
        finished.exits(1).writes("").says(&[message]);
        assert_eq!(contents(prefix.path()), before);
    }
    for path in ["lib", "lib/wandler", "share/man"] {
        let prefix = tempfile::tempdir().unwrap();
        let foreign = prefix.path().join(path);
        fs::create_dir_all(foreign.parent().unwrap()).unwrap();
        fs::write(&foreign, "").unwrap();
        let before = contents(prefix.path());
        let message = format!("install: cannot install into {foreign:?}: it is not a directory");
        let finished = install(&in_prefix(prefix.path())).finish();
        finished.exits(1).writes("").says(&[message]);
        assert_eq!(contents(prefix.path()), before);
    }
}

#[test]
fn an_uninstallation_that_fails_can_be_repeated() {
    let prefix = installed();
    let failing = "case ${!#} in */bin/wandler) exit 1;; esac; exec /bin/rm \"$@\"";
    let commands = commands([("rm", failing)]);
    uninstall(prefix.path()).env("PATH", path_with(commands.path())).finish().exits(1).writes("");
    assert!(prefix.path().join("bin/wandler").is_symlink());
    uninstall(prefix.path()).finish().exits(0).says(&[""; 0]);
    assert_eq!(contents(prefix.path()), BTreeMap::new());
}

#[test]
fn an_installation_that_is_interrupted_says_what_to_do_and_leaves_no_half_of_a_file() {
    let asking = "case ${!#} in */bin/wandler) kill -TERM $PPID;; esac; exec /bin/mv \"$@\"";
    let commands = commands([("mv", asking)]);
    let prefix = tempfile::tempdir().unwrap();
    let install = install(&in_prefix(prefix.path())).env("PATH", path_with(commands.path()));
    let finished = install.finish().writes("");
    assert_ne!(finished.code(), 0, "{finished}");
    finished.says(&["install: not finished: install again, or remove with --uninstall"]);
    let left = contents(prefix.path());
    assert!(!left.keys().any(|path| path.to_str().unwrap().ends_with(".new")), "{left:#?}");
    uninstall(prefix.path()).finish().exits(0).says(&[""; 0]);
    assert_eq!(contents(prefix.path()), BTreeMap::new());
}

#[test]
fn what_others_have_put_in_the_place_of_a_file_is_neither_replaced_nor_removed() {
    let prefix = installed();
    let [command, page, unit] =
        ["bin/wandler", "share/man/man1/wandler.1", "lib/systemd/system/wandler@.service"]
            .map(|path| prefix.path().join(path));
    fs::remove_file(&command).unwrap();
    fs::write(&command, "another").unwrap();
    let refused = |path: &PathBuf, why| {
        let message = format!("install: cannot replace {path:?}: it {why}; move it away first");
        install(&in_prefix(prefix.path())).finish().exits(1).writes("").says(&[message]);
    };
    refused(&command, "was changed since it was installed");
    fs::rename(&command, prefix.path().join("aside")).unwrap();
    fs::remove_file(&page).unwrap();
    symlink("elsewhere", &page).unwrap();
    refused(&page, "was changed since it was installed");
    fs::rename(prefix.path().join("aside"), &command).unwrap();
    let left =
        |path: &PathBuf| format!("install: left {path:?}: it was changed since it was installed");
    fs::remove_file(&unit).unwrap();
    fs::create_dir(&unit).unwrap();
    let finished = uninstall(prefix.path()).finish().exits(0);
    finished.says(&[left(&command), left(&unit), left(&page)]);
    fs::remove_dir(&unit).unwrap();
    assert_eq!(fs::read_to_string(command).unwrap(), "another");
    let files: Vec<PathBuf> = contents(prefix.path()).into_keys().collect();
    let system = ["lib", "lib/systemd", "lib/systemd/system"];
    let man = ["share", "share/man", "share/man/man1", "share/man/man1/wandler.1"];
    let expected = ["bin", "bin/wandler"].into_iter().chain(system).chain(man);
    assert_eq!(files, expected.map(PathBuf::from).collect::<Vec<_>>());
    // What is left belongs to no installation any more.
    fs::remove_file(prefix.path().join("bin/wandler")).unwrap();
    refused(&page, "belongs to no installation here");
}

#[test]
fn commands_are_found_where_their_directory_is_a_link() {
    let dir = tempfile::tempdir().unwrap();
    let (prefix, bin) = (dir.path().join("prefix"), dir.path().join("a/b/bin"));
    fs::create_dir_all(&prefix).unwrap();
    fs::create_dir_all(&bin).unwrap();
    symlink("../a/b/bin", prefix.join("bin")).unwrap();
    for _ in ["once", "again"] {
        install(&in_prefix(&prefix)).finish().exits(0).says(&[""; 0]);
        let version = format!("wandler-stat {}\n", env!("CARGO_PKG_VERSION"));
        let call = Program::other(prefix.join("bin/wandler-stat")).words("--version");
        call.finish().exits(0).writes(&version);
    }
    uninstall(&prefix).finish().exits(0).says(&[""; 0]);
    assert_eq!(contents(&prefix).into_keys().collect::<Vec<_>>(), [PathBuf::from("bin")]);
    assert_eq!(contents(&bin), BTreeMap::new());
}

#[test]
fn what_systemd_cannot_start_is_not_installed() {
    for name in ["it's", "a\"b", "a\\b", "a\nb"] {
        let dir = tempfile::tempdir().unwrap();
        let prefix = dir.path().join(name);
        let finished = install(&in_prefix(&prefix)).finish().exits(1).writes("");
        let reason = "systemd takes no quotes, backslashes or control characters\n";
        let is_said = finished.stderr.ends_with(reason) && finished.stderr.lines().count() == 1;
        assert!(is_said, "{finished}");
        assert_eq!(contents(dir.path()), BTreeMap::new());
    }
}

#[test]
fn the_script_may_be_called_through_a_link_but_is_not_enough_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let (link, copy) = (dir.path().join("link"), dir.path().join("copy"));
    symlink(root().join("scripts/install"), &link).unwrap();
    fs::copy(root().join("scripts/install"), &copy).unwrap();
    let prefix = dir.path().join("prefix");
    let call = |script| {
        let call = Program::other("bash").args([script]).args(in_prefix(&prefix));
        call.env("WANDLER_PROGRAMS", with_pages()).finish()
    };
    let here = dir.path().canonicalize().unwrap();
    call(&copy).exits(1).writes("").says(&[format!(
        "install: cannot find what to install beside {here:?}: call the script of a checkout or an \
         unpacked archive"
    )]);
    assert!(!prefix.exists());
    call(&link).exits(0).says(&[""; 0]);
}

#[test]
fn what_is_incomplete_is_not_installed() {
    let (dir, prefix) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let unpacked = Unpacked::new(&archive(dir.path()));
    fs::remove_file(unpacked.tree().join("lib/wandler/log")).unwrap();
    let above = unpacked.tree().parent().unwrap().canonicalize().unwrap();
    let missing =
        format!("install: cannot find \"../lib/wandler/log\" beside {above:?}: it is incomplete");
    unpacked.install(prefix.path()).finish().exits(1).writes("").says(&[missing]);

    let own = in_prefix(prefix.path());
    let finished = install(&own).env("WANDLER_PROGRAMS", dir.path()).finish().exits(1).writes("");
    let program = dir.path().join("launcher");
    finished.says(&[format!("tree: cannot find {program:?}, which a build makes")]);
    assert_eq!(contents(prefix.path()), BTreeMap::new());
}

#[test]
fn the_prefix_may_begin_with_a_tilde_and_have_blanks() {
    let home = tempfile::tempdir().unwrap();
    // CDPATH would send a script's own "cd" elsewhere.
    let script = Program::other("scripts/install").args(["--prefix=~/a b%c"]).dir(root());
    let script = script.env("WANDLER_PROGRAMS", with_pages()).env("CDPATH", ".");
    script.env("HOME", home.path()).finish().exits(0).says(&[""; 0]);
    let prefix = home.path().join("a b%c");
    let unit = prefix.join("lib/systemd/system/wandler@.service");
    let text = fs::read_to_string(unit).unwrap();
    let start = format!("\nExecStart=\"{}/a b%%c/bin/wandler\" ", home.path().display());
    assert!(text.contains(&start), "{text}");
}

#[test]
fn behind_sudo_the_caller_builds_with_the_callers_compiler() {
    let home = tempfile::tempdir().unwrap();
    let bin = home.path().join(".cargo/bin");
    fs::create_dir_all(&bin).unwrap();
    let target = home.path().join("target");
    let build = format!(
        "mkdir -p \"$CARGO_TARGET_DIR\"; ln -sfn '{}' \"$CARGO_TARGET_DIR/release\"",
        with_pages().display()
    );
    let cargo = commands([("cargo", &build)]);
    symlink(cargo.path().join("cargo"), bin.join("cargo")).unwrap();
    let sudo = format!(
        "[ \"$*\" = \"-H -u someone -- ${{*:5}}\" ] && HOME='{}' exec \"${{@:5}}\"",
        home.path().display()
    );
    let commands =
        commands([("id", "echo 0"), ("stat", "echo someone"), ("sudo", &sudo), ("cc", "exit 1")]);
    let prefix = home.path().join("prefix");
    let install = Program::other(root().join("scripts/install")).args(["--prefix"]).args([&prefix]);
    let install = install.env("SUDO_USER", "someone").env("CARGO_TARGET_DIR", &target);
    let path = format!("{}:/usr/bin:/bin", commands.path().display());
    install.env("PATH", path).finish().exits(0).says(&[""; 0]);
    assert!(prefix.join("lib/wandler/stat").exists());
}

#[test]
fn without_a_compiler_what_was_built_before_is_installed() {
    if Path::new("/usr/bin/cargo").exists() {
        return left_out("an installation without a compiler: this machine has one in /usr/bin");
    }
    let (target, prefix) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Whoever owns the sources, and would be asked by root.
    let commands = commands([("stat", "echo root")]);
    let path = format!("{}:/usr/bin:/bin", commands.path().display());
    let install = || {
        let script = Program::other(root().join("scripts/install")).args(in_prefix(prefix.path()));
        script.env("CARGO_TARGET_DIR", target.path()).env("PATH", &path)
    };
    let missing = "install: cargo is missing: install Rust from https://rustup.rs";
    install().finish().exits(1).writes("").says(&[missing]);
    assert_eq!(contents(prefix.path()), BTreeMap::new());
    symlink(with_pages(), target.path().join("release")).unwrap();
    let said = "install: cargo is missing: installing what was built before";
    install().finish().exits(0).says(&[said]);
    assert!(prefix.path().join("lib/wandler/stat").exists());
}
