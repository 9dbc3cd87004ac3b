//! The README's commands do what it says.

use std::fs;

use wandler_tests::programs::root;
use wandler_tests::run::Program;

/// The fenced blocks of this language in the README.
fn blocks(language: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let fence = format!("```{language}\n");
    let starts = text.match_indices(&fence).map(|(at, _)| at + fence.len());
    starts.map(|start| text[start..].split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_shell_command_runs_and_says_nothing_of_failure() {
    let blocks = blocks("sh");
    assert!(blocks.len() >= 4, "the blocks are found");
    // One directory, in the README's order: later commands use earlier files.
    let dir = tempfile::tempdir().unwrap();
    for block in blocks {
        let script = format!("set -euo pipefail\n{block}");
        let finished = Program::bash(&script).dir(&dir).finish().exits(0);
        for line in finished.stderr.lines() {
            // A busy machine may miss ticks, which is reported but is no failure.
            let is_none = line.contains(" 0 rejected") || line.contains(" 0 readings rejected");
            let fine = is_none && !line.contains("not settled");
            assert!(fine, "{line:?} in\n{finished}");
        }
        assert!(!finished.stdout.is_empty(), "{finished}");
    }
}

#[test]
fn the_record_shown_is_what_stat_writes() {
    let [record] = &blocks("json")[..] else { panic!("there is one") };
    Program::new("stat").input("1\n2\n4\n").words("--every 1000").finish().exits(0).writes(record);
}

#[test]
fn each_programs_sentence_is_the_same_everywhere() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    for name in ["conv", "log", "stat", "report", "launcher"] {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{name}` | "))).unwrap();
        let sentence = row.split(" | ").nth(1).unwrap().trim_end_matches(" |");
        let help = Program::new(name).words("--help").finish().exits(0).stdout;
        assert_eq!(help.lines().next().unwrap(), sentence, "{name} --help");
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("description = \"{sentence}\"\n")), "{name}/Cargo.toml");
        for file in ["main.rs", "lib.rs"] {
            let head = fs::read_to_string(root().join(name).join("src").join(file)).unwrap();
            assert_eq!(
                head.lines().next().unwrap(),
                format!("//! {sentence}."),
                "{name}/src/{file}"
            );
        }
    }
}
