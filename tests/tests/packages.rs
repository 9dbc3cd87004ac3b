//! The static archive and the Debian package: what each contains, that it installs, runs and is removed
//! in a root of its own.
//!
//! They are packed from the programs of the tests. With `WANDLER_PACKAGES` set, they are also built as
//! their users get them, which takes minutes.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use wandler_tests::installation::{contents, has_the_right_modes, works_beside_coreutils};
use wandler_tests::needs::{has, left_out, runs};
use wandler_tests::packages::{DebianRoot, Unpacked, archive, debian};
use wandler_tests::programs::{root, with_pages};
use wandler_tests::run::Program;

const NOTHING: [&str; 0] = [];

/// The contents of every file that is installed, from a checkout.
fn from_a_checkout() -> BTreeMap<PathBuf, Vec<u8>> {
    let destdir = tempfile::tempdir().unwrap();
    let script =
        Program::other(root().join("scripts/install")).env("WANDLER_PROGRAMS", with_pages());
    script.args(["--prefix=/usr", "--destdir"]).args([destdir.path()]).finish().exits(0);
    files(&destdir.path().join("usr"))
}

/// The contents of every file below a prefix, by its path; of a link, what it leads to.
fn files(prefix: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = contents(prefix).into_keys().filter(|path| !prefix.join(path).is_dir());
    paths.map(|path| (path.clone(), fs::read(prefix.join(path)).unwrap())).collect()
}

/// Checks that an archive installs, runs and is removed where nothing can be built.
fn archive_installs_runs_and_is_removed(archive: &Path) {
    let unpacked = Unpacked::new(archive);
    let prefix = tempfile::tempdir().unwrap();
    unpacked.install(prefix.path()).finish().exits(0).says(&NOTHING);
    has_the_right_modes(prefix.path());
    works_beside_coreutils(prefix.path());
    unpacked.install(prefix.path()).args(["--uninstall"]).finish().exits(0).says(&NOTHING);
    assert_eq!(contents(prefix.path()), BTreeMap::new());
}

/// Checks that a package installs, runs and is removed, with a purge even from what was enabled.
fn package_installs_runs_and_is_removed(package: &Path) {
    let root = DebianRoot::new();
    let wanted = root.path().join("etc/systemd/system/multi-user.target.wants");
    fs::create_dir_all(&wanted).unwrap();
    let before = contents(root.path());

    root.dpkg("--install", package).finish().exits(0);
    has_the_right_modes(&root.prefix());
    works_beside_coreutils(&root.prefix());
    let enabled = wanted.join("wandler@roof.service");
    symlink("/usr/lib/systemd/system/wandler@.service", &enabled).unwrap();
    root.dpkg("--remove", "wandler").finish().exits(0);
    assert!(!root.prefix().exists() && enabled.is_symlink());

    root.dpkg("--purge", "wandler").finish().exits(0);
    let dpkgs_own = |path: &Path| {
        path.starts_with("var/lib/dpkg") && !path.to_string_lossy().contains("wandler")
    };
    let mut left = contents(root.path());
    left.retain(|path, _| !before.contains_key(path) && !dpkgs_own(path));
    assert_eq!(left, BTreeMap::new());
}

#[test]
fn an_archive_holds_an_installer_and_what_a_checkout_installs() {
    let dir = tempfile::tempdir().unwrap();
    let archive = archive(dir.path());
    let list = Program::other("tar").args(["--numeric-owner", "-tvzf"]).args([&archive]);
    let list = list.env("LC_ALL", "C").finish().exits(0);
    let name = archive.file_name().unwrap().to_str().unwrap().trim_end_matches(".tar.gz");
    for line in list.stdout.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        assert!(fields[1] == "0/0" && fields[5].starts_with(&format!("{name}/")), "{line}");
    }
    let expected =
        format!("wandler-{}-{}-linux", env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    assert_eq!(name, expected);

    let unpacked = Unpacked::new(&archive);
    let above = unpacked.tree().parent().unwrap().to_owned();
    let installer = fs::read(root().join("scripts/install")).unwrap();
    assert_eq!(fs::read(above.join("install")).unwrap(), installer);
    let prefix = tempfile::tempdir().unwrap();
    let staged = prefix.path().join("usr");
    let install = unpacked.install(Path::new("/usr"));
    install.args(["--destdir"]).args([prefix.path()]).finish().exits(0).says(&NOTHING);
    assert_same(&files(&staged), &from_a_checkout());
}

/// Checks that the same files have the same contents, without printing those.
#[track_caller]
fn assert_same(found: &BTreeMap<PathBuf, Vec<u8>>, expected: &BTreeMap<PathBuf, Vec<u8>>) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, bytes) in found {
        assert!(*bytes == expected[path], "{} is another", path.display());
    }
}

#[test]
fn an_archive_installs_runs_and_is_removed_where_nothing_can_be_built() {
    let dir = tempfile::tempdir().unwrap();
    archive_installs_runs_and_is_removed(&archive(dir.path()));
}

#[test]
fn a_debian_package_holds_what_a_checkout_installs_in_debians_places() {
    let dir = tempfile::tempdir().unwrap();
    let Some(package) = debian(dir.path()) else { return };
    let field = |name| {
        let dpkg = Program::other("dpkg-deb").args(["--field"]).args([&package]).args([name]);
        dpkg.finish().exits(0).stdout.trim_end().to_owned()
    };
    assert_eq!(field("Package"), "wandler");
    assert_eq!(field("Version"), format!("{}-1", env!("CARGO_PKG_VERSION")));
    lintian_finds_no_error(&package);

    let root = DebianRoot::new();
    root.dpkg("--install", &package).finish().exits(0);
    let found: Vec<PathBuf> = files(&root.prefix()).into_keys().collect();
    let mut expected: Vec<PathBuf> =
        from_a_checkout().into_keys().filter_map(|path| debians_place(&path)).collect();
    let documents = Path::new("share/doc/wandler");
    expected.extend(["changelog.Debian.gz", "copyright"].map(|name| documents.join(name)));
    expected.sort();
    assert_eq!(found, expected);
    let unit = fs::read_to_string(root.prefix().join("lib/systemd/system/wandler@.service"));
    assert!(unit.unwrap().contains("\nExecStart=\"/usr/bin/wandler\" --quiet "));
}

/// Where Debian has a file that a checkout installs; nowhere for what Debian has in its own form.
fn debians_place(path: &Path) -> Option<PathBuf> {
    let text = path.to_str().unwrap();
    match text {
        "lib/wandler/installed" => None,
        _ if text.contains("/LICENSE-") => None,
        _ if text.starts_with("share/man/") => Some(format!("{text}.gz").into()),
        _ => Some(text.replace("site-functions", "vendor-completions").into()),
    }
}

#[test]
fn a_debian_package_installs_runs_and_is_removed() {
    let dir = tempfile::tempdir().unwrap();
    let Some(package) = debian(dir.path()) else { return };
    package_installs_runs_and_is_removed(&package);
}

fn lintian_finds_no_error(package: &Path) {
    if has("lintian", "apt-get install lintian") {
        Program::other("lintian").args(["--fail-on", "error"]).args([package]).finish().exits(0);
    }
}

/// What `sh` does in a root of its own, which is `$0`: there are a kernel's files, and nothing else.
const INSIDE: &str = "mount --rbind /dev \"$0/dev\" && \
                      exec chroot \"$0\" /bin/wandler --quiet --conv \"--rate max --count 1000\"";

/// Checks that the programs of an archive run where there is nothing else.
fn needs_nothing_but_a_kernel(archive: &Path) {
    let unpacked = Unpacked::new(archive);
    for name in ["dev", "proc"] {
        fs::create_dir(unpacked.tree().join(name)).unwrap();
    }
    let enter = ["", "--map-root-user"].map(|user| format!("unshare {user} --mount --pid --fork"));
    let Some(enter) = enter.iter().find(|enter| runs(&format!("{enter} true"))) else {
        return left_out("namespaces of its own are needed, which this user may not have");
    };
    let script = format!("exec {enter} --mount-proc=\"$0/proc\" sh -c '{INSIDE}' \"$0\"");
    let inside = Program::other("sh").args(["-c", &script]).args([unpacked.tree()]);
    let account = "launcher: 1000 samples sent, 1000 recorded, 1000 counted, 0 rejected";
    inside.finish().exits(0).writes("").says(&[account]);
}

/// Checks that the programs of an archive, with another build of the C library in them, make no call that
/// they have given up: by the tests of what comes late, which this program runs with them.
fn make_no_call_that_they_have_given_up(archive: &Path) {
    let unpacked = Unpacked::new(archive);
    let programs = unpacked.tree().join("lib/wandler");
    let tests = ["first_uses::", "live::", "reconnect::", "by_products::", "stop::"];
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(tests).env("WANDLER_PROGRAMS", programs).env_remove("WANDLER_PACKAGES");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains(" 0 passed"), "{said}");
}

/// What a script builds, however long that takes.
fn built(script: &str, options: &[&str]) -> PathBuf {
    let mut command = Command::new(root().join("scripts").join(script));
    let output = command.args(options).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", output.status);
    let stdout = String::from_utf8(output.stdout).unwrap();
    PathBuf::from(stdout.lines().last().unwrap())
}

// (One test, since build-deb --static also makes the archive.)
#[test]
fn what_users_get_installs_runs_and_is_removed() {
    if std::env::var_os("WANDLER_PACKAGES").is_none() {
        let what = "the packages as users get them, which take minutes to build";
        return left_out(&format!("{what} (WANDLER_PACKAGES=1)"));
    }
    let archive = built("build-static", &[]);
    archive_installs_runs_and_is_removed(&archive);
    needs_nothing_but_a_kernel(&archive);
    make_no_call_that_they_have_given_up(&archive);
    if !has("cargo-deb", "cargo install cargo-deb") {
        return;
    }
    for options in [&[][..], &["--static"]] {
        let package = built("build-deb", options);
        package_installs_runs_and_is_removed(&package);
        lintian_finds_no_error(&package);
    }
}
