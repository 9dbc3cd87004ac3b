//! What an outer sandbox, or an old kernel, does not let the programs do.

use super::*;

/// The same program, to which these calls answer `errno`.
pub(super) fn denying(errno: &str, calls: &str, program: Program) -> Program {
    program.wrapped(&[env!("CARGO_BIN_EXE_denying"), errno, calls])
}

/// Its columns have names, which stages keep in tables.
const ROWS: &str = "time\ttemp\thum\n2026-11-25T18:26:05Z\t1.5\t2\n2026-11-25T18:26:06Z\t2.5\t\n";

#[test]
fn without_random_numbers_from_the_kernel_every_program_does_what_it_does_with_them() {
    if !is_sandboxed() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let state = Program::new("stat").words("--state").input(ROWS).finish().exits(0).stdout;
    std::fs::write(dir.path().join("state"), state).unwrap();
    std::fs::write(dir.path().join("data"), "1\n2\n".repeat(1 << 20)).unwrap();
    for (command, input) in [
        ("conv --count 3 --rate max", ""),
        ("conv --signal walk,sine --count 3 --rate max", ""),
        ("conv --from - --columns temp,hum", ROWS),
        ("log --pass run.log", ROWS),
        ("log --rotate 20 --timestamps iso small.log", "1\n2\n3\n"),
        ("log --check run.log", ""),
        ("stat --histogram 9 --more", ROWS),
        ("stat --window 1s --state", ROWS),
        ("stat --merge state", ""),
        ("stat --jobs 2 data", ""),
        ("report --svg x.svg --textfile x.prom --fail-if mean>1e9", RECORD),
        ("report --format csv", RECORD),
        ("report --format json", RECORD),
        ("report --format openmetrics", RECORD),
        ("launcher --conv=--count=1 --log run2.log", ""),
    ] {
        let (program, words) = command.split_once(' ').unwrap_or((command, ""));
        for errno in ["EPERM", "ENOSYS"] {
            let run = denying(errno, "getrandom", Program::new(program).words(words));
            let finished = run.dir(&dir).input(input).finish();
            assert_eq!(finished.code(), 0, "{errno}: {finished}");
        }
    }
}
