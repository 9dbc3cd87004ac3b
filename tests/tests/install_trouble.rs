//! `scripts/install` where something is in its way, or ends it halfway.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use wandler_tests::installation::{
    contents, has_the_right_modes, in_prefix, install, installed, uninstall,
};
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
        ("bin/wandler", false, "is not from an earlier installation; move it away first"),
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
    let command = prefix.path().join("bin/wandler");
    fs::remove_file(&command).unwrap();
    fs::create_dir(&command).unwrap();
    let finished = uninstall(prefix.path()).finish().exits(1).writes("");
    assert!(finished.stderr.contains(command.to_str().unwrap()), "{finished}");
    fs::remove_dir(command).unwrap();
    uninstall(prefix.path()).finish().exits(0).says(&[""; 0]);
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
