//! What `--print` prints, read by bash, gives each program the arguments that the launcher would.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use clap::Parser;
use proptest::prelude::*;
use wandler_launcher::process::Process;
use wandler_launcher::{Options, shell};

/// How long a test that has failed may hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// Stands in for every program: writes its arguments, each ended by a zero, to a file named like it.
const STAND_IN: &str = "#!/bin/sh\nprintf '%s\\0' \"$@\" > \"$0.arguments\"\ncat > /dev/null\n";

/// What a shell may treat specially.
#[rustfmt::skip]
const SPECIAL: [&str; 42] = [
    "{a,b}", "{1..3}", "\n^a^b^", "!", "!!", "!-1", "^a^b^", "~", "~/x", "~root", "#", "=ls", "a=b", "*", "?",
    "[a-z]", "$HOME", "${x}", "$(echo x)", "`echo x`", "\\", "'", "\"", ";", "&", "|", "<", ">",
    "(", ")", " ", "\t", "\n", "+(a|b)", "@(x)", "%1", "-", ",", "ü", "a", "\r", ":",
];

fn word() -> impl Strategy<Value = String> {
    let special = proptest::sample::select(&SPECIAL[..]);
    prop_oneof![
        proptest::collection::vec(special, 0..4).prop_map(|pieces| pieces.concat()),
        "[^\0]{0,8}",
    ]
}

fn options(via: &str, words: &[Vec<String>]) -> Options {
    let mut line = vec!["launcher".to_owned(), format!("--via={via}")];
    for (process, words) in Process::STAGES.iter().zip(words) {
        line.push(format!("--{process}={}", shell_words::join(words)));
    }
    Options::try_parse_from(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

/// Lets bash read `command` as a script, or line by line as a person would type it, with history.
fn run(command: &[u8], options: &[&str], directory: &Path) -> String {
    // A program that is not run leaves behind named pipes that no process opens.
    let mut bash = Command::new("timeout");
    bash.args(["60", "bash", "--norc", "-O", "extglob"]).args(options).current_dir(directory);
    bash.env("HISTFILE", "/dev/null").env("TMPDIR", directory);
    bash.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = bash.spawn().unwrap();
    child.stdin.take().unwrap().write_all(&[b"true a b\n", command].concat()).unwrap();
    String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn bash_gives_each_program_its_arguments(
        words in proptest::collection::vec(proptest::collection::vec(word(), 0..6), 4),
        via in proptest::sample::select(vec!["pipe", "fifo"]),
        history in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        // A directory that has to be quoted as well.
        let programs = dir.path().join("it's {a,b}!");
        fs::create_dir(&programs).unwrap();
        for process in Process::STAGES {
            let path = programs.join(process.name());
            fs::write(&path, STAND_IN).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let options = options(via, &words);
        let command = shell::command(&programs, options.via, true, &options.calls());
        let mode: &[&str] = if history { &["-o", "history", "-o", "histexpand"] } else { &[] };
        let said = run(command.as_encoded_bytes(), mode, dir.path());
        for (process, words) in Process::STAGES.iter().zip(&words) {
            let path = programs.join(format!("{process}.arguments"));
            let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
            // printf without arguments writes one zero.
            let expected = if words.is_empty() { "\0".to_owned() } else { expected };
            // bash does not wait for the process in >(…).
            let written = || fs::read(&path).unwrap_or_default();
            let end = Instant::now() + PATIENCE;
            while written() != expected.as_bytes() && Instant::now() < end {
                thread::sleep(Duration::from_millis(1));
            }
            prop_assert_eq!(
                String::from_utf8(written()).unwrap(), expected,
                "{} of {:?} in {}", process, command, said
            );
        }
    }
}
