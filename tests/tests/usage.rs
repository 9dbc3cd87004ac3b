//! Command lines: a wrong one gets one clear line, status 2, and nothing is done.

use wandler_tests::refused::{refuses, refuses_all};
use wandler_tests::run::Program;

#[test]
fn an_option_that_does_not_exist_is_refused() {
    for program in ["conv", "report"] {
        refuses(program, &["--xyz"], "unexpected argument '--xyz' found");
        refuses(program, &["-X"], "unexpected argument '-X' found");
    }
    for program in ["log", "stat"] {
        refuses(
            program,
            &["--xyz"],
            "unexpected argument '--xyz' found (to pass '--xyz' as a value, use '-- --xyz')",
        );
    }
    for (program, wrong, right) in [
        ("conv", "--rat", "--rate"),
        ("log", "--synk", "--sync"),
        ("stat", "--evry", "--every"),
        ("report", "--fromat", "--format"),
    ] {
        let tip = format!("(a similar argument exists: '{right}')");
        refuses(program, &[wrong, "1"], &format!("unexpected argument '{wrong}' found {tip}"));
    }
}

#[test]
fn an_argument_too_many_is_refused() {
    refuses_all(&[
        ("conv data", "unexpected argument 'data' found"),
        ("log run.log more.log", "only one file can be recorded in"),
        ("report data", "unexpected argument 'data' found"),
        ("launcher data", "there is no stage \"data\": the stages are conv, log, stat and report"),
        ("stat --strict=yes", "unexpected value 'yes' for '--strict' found; no more were expected"),
        ("conv --rate 5 --rate 6", "the argument '--rate <HZ|max>' cannot be used multiple times"),
    ]);
}

#[test]
fn a_value_that_is_missing_is_named() {
    for (program, option, value) in [
        ("conv", "--rate", "<HZ|max>"),
        ("conv", "--period", "<DUR>"),
        ("conv", "--count", "<N>"),
        ("conv", "--range", "<MIN..MAX>"),
        ("conv", "--from", "<FILE|->"),
        ("conv", "--poll", "<FILE>"),
        ("log", "--sync", "<never|DUR|always>"),
        ("stat", "--every", "<N|DUR>"),
        ("launcher", "--conv", "<ARGS>"),
        ("launcher", "--grace", "<DUR>"),
    ] {
        let reason = format!("a value is required for '{option} {value}' but none was supplied");
        refuses(program, &[option], &reason);
    }
    refuses("log", &[""], "a value is required for '[FILE]...' but none was supplied");
    refuses(
        "conv",
        &["--from", ""],
        "a value is required for '--from <FILE|->' but none was supplied",
    );
}

#[test]
fn strange_arguments_are_still_reported_in_one_line() {
    refuses("conv", &["--a\nb"], "unexpected argument '--a b' found");
    let tip = "(to pass '--a b' as a value, use '-- --a b')";
    refuses("stat", &["--a\nb"], &format!("unexpected argument '--a b' found {tip}"));
    refuses(
        "conv",
        &["--rate", "5\n6"],
        "invalid value '5 6' for '--rate <HZ|max>': expected a rate such as 10, 2.5k, 1M or max",
    );
    refuses("report", &[""], "unexpected argument '' found");
}

#[test]
fn control_characters_in_an_argument_do_not_reach_the_terminal() {
    for (program, argument) in
        [("stat", "--\u{1b}[2J"), ("conv", "--rate=\u{7}"), ("log", "--\u{9b}2J")]
    {
        let finished = Program::new(program).args([argument]).finish().exits(2);
        let said = finished.stderr.trim_end_matches('\n');
        assert!(!said.contains(char::is_control), "{said:?}");
    }
}
