//! Help and version: what they say, even to a reader that leaves.

use std::fs;

use wandler_tests::abuse::left_pipe;
use wandler_tests::programs::root;
use wandler_tests::run::Program;

const PROGRAMS: [&str; 5] = ["conv", "log", "stat", "report", "launcher"];

#[test]
fn help_begins_with_the_programs_one_sentence_and_ends_with_the_exit_statuses() {
    for program in PROGRAMS {
        let manifest = fs::read_to_string(root().join(program).join("Cargo.toml")).unwrap();
        let description = manifest
            .lines()
            .find_map(|line| line.strip_prefix("description = \"")?.strip_suffix('"'))
            .unwrap();
        let help = Program::new(program).words("--help").finish().exits(0).says(&[""; 0]);
        assert_eq!(help.stdout.lines().next(), Some(description), "{help}");
        // Where its lines are broken depends on the terminal.
        let text = help.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let (usage, rest) = text.split_once(" Examples: ").unwrap_or_else(|| panic!("{help}"));
        assert!(usage.contains(&format!("Usage: {program} [OPTIONS]")), "{help}");
        let (_, statuses) = rest.split_once(" Exit status: ").unwrap_or_else(|| panic!("{help}"));
        for status in
            ["0 ", "; 1 failed", "; 2 wrong usage; ", "; 3 done, but some input was rejected."]
        {
            assert!(statuses.contains(status) || statuses.starts_with(status), "{help}");
        }
    }
}

#[test]
fn a_paragraph_fills_whatever_width_the_terminal_has() {
    for program in PROGRAMS {
        for width in [60, 80, 100] {
            let program = Program::new(program).words("--help").env("COLUMNS", width.to_string());
            let help = program.finish().exits(0);
            let (_, text) = help.stdout.split_once("\nExamples:\n").unwrap();
            let paragraphs = text.split_once("\n\n").unwrap().1;
            for paragraph in paragraphs.split("\n\n") {
                let lines: Vec<&str> = paragraph.trim_end().lines().collect();
                for pair in lines.windows(2) {
                    let next = pair[1].split(' ').next().unwrap();
                    let [line, next] = [pair[0], next].map(|text| text.chars().count());
                    let needed = line + 1 + next;
                    assert!(line <= width && needed > width, "{width}: {pair:#?}\n{help}");
                }
            }
        }
    }
}

#[test]
fn the_help_of_conv_fits_on_two_screens() {
    for option in ["-h", "--help"] {
        let program = Program::new("conv").words(option).env("COLUMNS", "80");
        let help = program.finish().exits(0);
        // Each of 48 lines.
        assert!(help.stdout.lines().count() <= 96, "{help}");
        assert!(help.stdout.lines().all(|line| line.chars().count() <= 80), "{help}");
    }
}

#[test]
fn the_option_least_needed_comes_last() {
    for program in PROGRAMS {
        let help = Program::new(program).words("--help").finish().exits(0).stdout;
        let (options, _) = help.split_once("Examples:").unwrap_or_else(|| panic!("{help}"));
        let mut options = options.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let last = options.next_back().and_then(|line| line.split_whitespace().next());
        assert_eq!(last, Some("--no-sandbox"), "{help}");
    }
}

#[test]
fn the_launcher_shows_what_the_stages_take_before_its_own_options() {
    for option in ["-h", "--help"] {
        let help = Program::new("launcher").words(option).finish().exits(0).stdout;
        let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
        let options: Vec<&str> = lines.take(3).collect();
        assert!(options[0].starts_with("-h, --help") && options[1].starts_with("-V"), "{help}");
        assert!(options[2].starts_with("--conv <ARGS>"), "{help}");
    }
}

#[test]
fn every_program_prints_its_version() {
    let version = env!("CARGO_PKG_VERSION");
    for program in PROGRAMS {
        for option in ["--version", "-V"] {
            Program::new(program)
                .words(option)
                .finish()
                .exits(0)
                .writes(&format!("{program} {version}\n"))
                .says(&[""; 0]);
        }
    }
}

#[test]
fn help_for_a_reader_that_leaves_is_quiet() {
    for program in PROGRAMS {
        for option in ["--help", "--version"] {
            let finished = Program::new(program).words(option).stdout(left_pipe()).finish();
            finished.exits(0).says(&[""; 0]);
        }
        let script = format!("{program} --help | head -n 1; exit ${{PIPESTATUS[0]}}");
        let finished = Program::bash(&script).finish().exits(0).says(&[""; 0]);
        assert_eq!(finished.stdout.lines().count(), 1, "{finished}");
    }
}
