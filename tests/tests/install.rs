//! `scripts/install`, in a root of its own: what is there then, what works, and that nothing is left.

use std::fs;
use std::path::{Path, PathBuf};

use wandler_tests::installation::{
    contents, has_the_right_modes, in_prefix, install, installed, uninstall, works_beside_coreutils,
};
use wandler_tests::needs::has;
use wandler_tests::run::Program;
use wandler_tests::terminal::Terminal;

const NAMES: [&str; 5] =
    ["wandler", "wandler-conv", "wandler-log", "wandler-report", "wandler-stat"];

#[test]
fn after_an_installation_wandler_works_from_anywhere_and_stat_is_still_coreutils() {
    let prefix = installed();
    works_beside_coreutils(prefix.path());
}

#[test]
fn files_are_readable_for_all_and_writable_for_nobody_else() {
    let prefix = installed();
    has_the_right_modes(prefix.path());
}

#[test]
fn the_page_to_which_the_help_leads_is_there() {
    let prefix = installed();
    let page = "share/doc/wandler/recipes.md";
    let conv = Program::other(prefix.path().join("bin/wandler-conv"));
    let help = conv.words("--help").finish().exits(0);
    assert!(help.stdout.contains(page), "{help}");
    let text = fs::read_to_string(prefix.path().join(page)).unwrap();
    assert!(text.starts_with("# Recipes") && !text.contains("]("), "no link leads nowhere: {text}");
}

#[test]
fn nothing_is_left_after_an_uninstallation_but_what_was_there_before() {
    let prefix = tempfile::tempdir().unwrap();
    fs::create_dir(prefix.path().join("bin")).unwrap();
    fs::write(prefix.path().join("bin/other"), "").unwrap();
    let own = in_prefix(prefix.path());
    install(&own).finish().exits(0);
    // A second installation over the first, and files of others below a directory of ours.
    install(&own).finish().exits(0);
    let others = prefix.path().join("share/man/man1/other.1");
    fs::write(&others, "").unwrap();
    let said = format!("removed from {}\n", prefix.path().display());
    uninstall(prefix.path()).finish().exits(0).writes(&said).says(&[""; 0]);
    let left: Vec<PathBuf> = contents(prefix.path()).into_keys().collect();
    let man = ["share", "share/man", "share/man/man1", "share/man/man1/other.1"];
    assert_eq!(
        left,
        ["bin", "bin/other"].into_iter().chain(man).map(PathBuf::from).collect::<Vec<_>>()
    );

    fs::remove_file(others).unwrap();
    install(&own).finish().exits(0);
    uninstall(prefix.path()).finish().exits(0);
    let left: Vec<PathBuf> = contents(prefix.path()).into_keys().collect();
    assert_eq!(
        left,
        ["bin", "bin/other", "share", "share/man", "share/man/man1"].map(PathBuf::from)
    );

    let list = prefix.path().join("lib/wandler/installed");
    let reason = format!("install: cannot find what was installed: there is no {list:?}");
    uninstall(prefix.path()).finish().exits(1).says(&[reason]);
}

#[test]
fn files_that_an_earlier_version_had_are_removed_and_foreign_paths_are_not() {
    let prefix = installed();
    let list = prefix.path().join("lib/wandler/installed");
    let beside = prefix.path().join("bin/../beside");
    for (path, line) in [("bin/wandler-old", "bin/wandler-old"), ("beside", "bin/../beside")] {
        fs::write(prefix.path().join(path), "").unwrap();
        let lines = fs::read_to_string(&list).unwrap();
        fs::write(&list, format!("{line}\n{lines}")).unwrap();
    }
    install(&in_prefix(prefix.path())).finish().exits(0);
    assert!(!prefix.path().join("bin/wandler-old").exists());
    assert!(beside.exists());
}

#[test]
fn a_package_is_laid_out_in_another_root_for_its_own_prefix() {
    let stage = tempfile::tempdir().unwrap();
    let destdir = stage.path().to_str().unwrap();
    let said = format!("installed in {destdir} for /usr\n");
    install(&["--prefix=/usr", "--destdir", destdir])
        .finish()
        .exits(0)
        .writes(&said)
        .says(&[""; 0]);
    let unit = stage.path().join("usr/lib/systemd/system/wandler@.service");
    let unit = fs::read_to_string(unit).unwrap();
    assert!(unit.contains("\nExecStart=\"/usr/bin/wandler\" --quiet "), "{unit}");
    assert!(!unit.contains("@PREFIX@"), "{unit}");
    install(&["--prefix=/usr", "--destdir", destdir, "--uninstall"]).finish().exits(0);
    let left: Vec<PathBuf> = contents(stage.path()).into_keys().collect();
    assert_eq!(left, [Path::new("usr")]);
}

#[test]
fn a_wrong_option_is_refused() {
    for (options, reason) in [
        (&["--prefix"][..], "--prefix needs a directory"),
        (&["--prefix", "--uninstall"], "--prefix needs a directory"),
        (&["--destdir", ""], "--destdir needs a directory"),
        (&["--destdir=-x"], "--destdir needs a directory"),
        (&["--prefix=~me/x"], "cannot expand \"~me/x\": write the directory out"),
        (&["--frefix", "x"], "unexpected argument '--frefix'; try 'install --help'"),
    ] {
        install(options).finish().exits(2).writes("").says(&[format!("install: {reason}")]);
    }
}

#[test]
fn each_program_has_a_manual_page_in_which_nothing_is_wrong() {
    let prefix = installed();
    for name in NAMES {
        let page = prefix.path().join(format!("share/man/man1/{name}.1"));
        let text = fs::read_to_string(&page).unwrap();
        let sections = ["NAME", "SYNOPSIS", "OPTIONS", "LIMITS", "\"EXIT STATUS\"", "EXAMPLES"];
        for section in sections {
            assert!(text.contains(&format!("\n.SH {section}\n")), "{section} of {name}\n{text}");
        }
        if has("mandoc", "apt-get install mandoc") {
            Program::other("mandoc")
                .args(["-T", "lint"])
                .args([&page])
                .finish()
                .exits(0)
                .writes("");
        }
    }
    if has("man", "apt-get install man-db") {
        let manual = prefix.path().join("share/man");
        let page =
            Program::other("man").args(["-w", "-M", manual.to_str().unwrap(), "wandler-stat"]);
        page.finish().exits(0).writes(&format!("{}/man1/wandler-stat.1\n", manual.display()));
    }
}

#[test]
fn the_manual_page_of_stat_says_what_is_read_before_what_is_rejected() {
    let prefix = installed();
    let page = fs::read_to_string(prefix.path().join("share/man/man1/wandler-stat.1")).unwrap();
    let description = page.split("\n.SH ").find(|it| it.starts_with("DESCRIPTION\n")).unwrap();
    let (read, rejected) = (description.find("Input is"), description.find("Everything else"));
    assert!(read.is_some() && read < rejected, "{description}");
}

#[test]
fn bash_completes_stages_and_their_options() {
    let prefix = installed();
    let scripts = prefix.path().join("share/bash-completion/completions");
    let load = |name| format!(". {}/{name}\n", scripts.display());
    let mut terminal = Terminal::new(100, 10);
    let shell = "PS1='> ' exec bash --norc --noprofile -i";
    let running = terminal.bash(shell, prefix.path(), &[]);
    terminal.wait("there is a prompt", |rows| rows == [">"]);
    terminal.types(&(load("wandler") + &load("wandler-log") + "clear\n"));
    completes(&mut terminal);
    terminal.types("\x04");
    running.finish();
}

#[test]
fn zsh_completes_stages_and_their_options() {
    if !has("zsh", "apt-get install zsh") {
        return;
    }
    let prefix = installed();
    let functions = prefix.path().join("share/zsh/site-functions");
    let mut terminal = Terminal::new(100, 10);
    let running = terminal.bash("PS1='> ' exec zsh -f -i", prefix.path(), &[]);
    terminal.wait("there is a prompt", |rows| rows == [">"]);
    let load = "autoload -U compinit && compinit -u -D";
    terminal.types(&format!("fpath=({} $fpath); {load}; clear\n", functions.display()));
    completes(&mut terminal);
    terminal.types("\x04");
    running.finish();
}

/// The beginning of the last word of a command line, and what TAB makes of it where `share` is a
/// directory: `X` is the next key, so that a beginning of nothing is seen to stay as it is.
const COMPLETED: [(&str, &str); 15] = [
    ("wandler st", "stat"),
    ("wandler stat --quan", "--quantiles"),
    ("wandler help rep", "report"),
    // Only the first word names a stage, and no other is a file.
    ("wandler --quiet st", "st"),
    ("wandler --via shm hel", "hel"),
    ("wandler --quiet sha", "sha"),
    ("wandler --via sock", "socket"),
    ("wandler-log --trunc", "--truncate"),
    ("wandler --via=m", "--via=mqueue"),
    ("wandler conv --format=s16l", "--format=s16le"),
    ("wandler conv --rate m", "max"),
    // Where files belong, and where they do not.
    ("wandler stat sha", "share/"),
    ("wandler-log --truncate sha", "share/"),
    ("wandler report --svg sha", "share/"),
    ("wandler stat --label sha", "sha"),
];

/// Types the beginning of a word, TAB, and `X`.
fn completes(terminal: &mut Terminal) {
    for (typed, completed) in COMPLETED {
        let (before, _) = typed.rsplit_once(' ').unwrap();
        terminal.wait("the line is empty", |rows| rows == [">"]);
        terminal.types(&format!("{typed}\tX"));
        let expected = [" X", "=X", "X"].map(|end| format!("> {before} {completed}{end}"));
        terminal.wait(completed, |rows| rows.first().is_some_and(|row| expected.contains(row)));
        // Back to an empty line, on an empty screen.
        terminal.types("\x15\x0c");
    }
    terminal.wait("the line is empty", |rows| rows == [">"]);
}

#[test]
fn bash_offers_a_stage_as_the_first_word_only_and_an_options_value_behind_an_equals_sign() {
    let prefix = installed();
    let script = prefix.path().join("share/bash-completion/completions/wandler");
    // As bash calls it, with what it would make of the line.
    let offered = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [.., option, word] = &words[..] else { panic!("{line}") };
        let call = format!(
            "compopt() {{ :; }}; . {}; COMP_WORDS=({}) COMP_CWORD={}; _wandler wandler '{word}' '{option}'; \
             echo \"${{COMPREPLY[*]}}\"",
            script.display(),
            words.iter().map(|word| format!("'{word}' ")).collect::<String>(),
            words.len() - 1,
        );
        Program::bash(&call).finish().exits(0).stdout.trim_end().to_owned()
    };
    assert_eq!(offered("wandler --quiet st"), "");
    assert_eq!(offered("wandler --quiet --qu"), "--quiet");
    assert_eq!(offered("wandler --via=s"), "--via=socket --via=shm");
    assert_eq!(offered("wandler --via = s"), "socket shm");
    assert_eq!(offered("wandler help "), "conv log stat report");
    assert_eq!(offered("wandler stat "), "");
    assert_eq!(offered("wandler stat x.log "), "");
}

#[test]
fn fish_completes_stages_and_their_options() {
    if !has("fish", "apt-get install fish") {
        return;
    }
    let prefix = installed();
    let scripts = prefix.path().join("share/fish/vendor_completions.d");
    for (typed, completed) in COMPLETED {
        let load =
            format!("source {}/{}.fish", scripts.display(), typed.split(' ').next().unwrap());
        let script = format!("{load}; complete -C '{typed}'");
        let fish = Program::other("fish").args(["-N", "-c", &script]).dir(&prefix);
        let finished = fish.env("HOME", prefix.path()).finish();
        let offered: Vec<&str> =
            finished.stdout.lines().filter_map(|line| line.split('\t').next()).collect();
        let expected = if typed.ends_with(completed) { vec![] } else { vec![completed] };
        assert_eq!(offered, expected, "{finished}");
    }
}

#[test]
fn the_unit_is_in_order_and_lets_the_service_do_little() {
    if !has("systemd-analyze", "apt-get install systemd") {
        return;
    }
    let prefix = installed();
    let unit = prefix.path().join("lib/systemd/system/wandler@.service");
    let analyze = |words: &str| {
        let program = Program::other("systemd-analyze").words(words).args([&unit]);
        program.env("SYSTEMD_PAGER", "cat").finish().exits(0)
    };
    let verified = analyze("verify --man=no");
    assert!(!verified.stderr.contains("wandler"), "{verified}");
    // Tenths of what systemd calls exposure, from 0 to 100.
    analyze("security --offline=true --threshold=30");
}

/// The value that the unit gives to a variable which the file of options does not set.
fn value_in_the_unit(prefix: &Path, variable: &str) -> String {
    let unit = fs::read_to_string(prefix.join("lib/systemd/system/wandler@.service")).unwrap();
    let settings = unit.lines().filter_map(|line| line.strip_prefix("Environment=\""));
    let mut values = settings.flat_map(|line| line.trim_end_matches('"').split("\" \""));
    let value = values.find_map(|it| it.strip_prefix(&format!("{variable}=")));
    value.unwrap_or_else(|| panic!("{variable} in\n{unit}")).replace("%i", "roof")
}

#[test]
fn an_instance_that_names_no_source_is_refused_and_records_nothing() {
    let (prefix, dir) = (installed(), tempfile::tempdir().unwrap());
    let [conv, log, more] =
        ["CONV", "LOG", "MORE"].map(|name| value_in_the_unit(prefix.path(), name));
    assert_eq!((log.as_str(), more.as_str()), ("", ""));
    let wandler = Program::other(prefix.path().join("bin/wandler")).dir(&dir);
    let finished = wandler.args(["--quiet", "--conv", &conv, "--log", &log]).finish();
    let message = "conv: unexpected argument 'CONV is missing in /etc/wandler/roof.env' found; \
                   try 'wandler conv --help'";
    assert_eq!(finished.exits(2).writes("").says(&[message]).stderr.lines().count(), 1);
    assert_eq!(contents(dir.path()).len(), 0);
}
