//! What is linked into which program.

use wandler_tests::needs::has;
use wandler_tests::programs::program;
use wandler_tests::run::Program;

/// How many functions of the crates that draw are in a program.
fn that_draw(name: &str) -> usize {
    let nm = Program::other("nm").args(["--demangle"]).args([program(name)]).finish().exits(0);
    let drawing = |line: &&str| line.contains("ratatui") || line.contains("plotters");
    nm.stdout.lines().filter(drawing).count()
}

#[test]
fn what_draws_is_linked_into_report_alone() {
    if !has("nm", "apt-get install binutils") {
        return;
    }
    assert_ne!(that_draw("report"), 0);
    // The launcher knows report's options, and with them depends on all of it.
    assert_eq!(["conv", "log", "stat", "launcher"].map(that_draw), [0; 4]);
}
