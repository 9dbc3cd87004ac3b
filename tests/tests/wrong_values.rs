//! Values of options: a wrong one is refused with what was expected, and an extreme one is taken.

use wandler_tests::refused::{refuses, refuses_all};
use wandler_tests::run::Program;

#[test]
fn a_wrong_number_is_refused_with_what_was_expected() {
    let duration = "expected a duration such as 800ms, 1.5s or 2min";
    let rate = "expected a rate such as 10, 2.5k, 1M or max";
    let most = "a rate is at most 1000M; max is as fast as possible";
    let range = "expected a range such as 0..100 or -1.5..1.5";
    let bounds = "expected a range such as 0..100, -1.5.. or ..100";
    let fraction = "expected a number or a fraction, such as 0.5 or 5/60";
    let every = "expected a number of samples, or a duration such as 100ms or 2s";
    let sync = "expected never, always, or a duration such as 1s";
    for (program, option, value, name, expected) in [
        ("conv", "--rate", "fast", "<HZ|max>", rate),
        ("conv", "--rate", "10G", "<HZ|max>", rate),
        ("conv", "--rate", "1e-30", "<HZ|max>", rate),
        ("conv", "--rate", "0", "<HZ|max>", "a rate must be above zero"),
        ("conv", "--rate", "-1", "<HZ|max>", "a rate must be above zero"),
        ("conv", "--rate", "1001M", "<HZ|max>", most),
        ("conv", "--period", "5", "<DUR>", "a duration needs a unit, as in 5s"),
        ("conv", "--period", "1 parsec", "<DUR>", duration),
        ("conv", "--period", "0s", "<DUR>", "a period must be longer than zero"),
        ("conv", "--duration", "999999999999999999h", "<DUR>", duration),
        ("conv", "--range", "5", "<MIN..MAX>", range),
        ("conv", "--range", "a..b", "<MIN..MAX>", range),
        ("conv", "--range", "0..1..2", "<MIN..MAX>", range),
        ("conv", "--range", "5..1", "<MIN..MAX>", "the range's minimum 5 is above its maximum 1"),
        ("conv", "--range", "1..-1", "<MIN..MAX>", "the range's minimum 1 is above its maximum -1"),
        ("conv", "--range", "0..1e18", "<MIN..MAX>", "a simulated range has at most 18 digits"),
        ("conv", "--plausible", "5", "<MIN..MAX>", bounds),
        ("conv", "--plausible", "..", "<MIN..MAX>", bounds),
        ("conv", "--offset", "1,5", "<OFFSET>", "expected a number such as 1.5"),
        ("conv", "--scale", "NaN", "<SCALE>", fraction),
        ("conv", "--step", "0.5/s", "<R>", fraction),
        ("conv", "--spike", "1/3", "<T>", "expected a number such as 0.5"),
        ("conv", "--skip", "x", "<N>", "expected a whole number up to 18446744073709551615"),
        ("conv", "--channels", "0", "<K>", "expected a whole number from 1 to 65535"),
        ("conv", "--baud", "fast", "<N>", "expected bits a second, such as 9600 or 115200"),
        ("conv", "--scale", "5/0", "<SCALE>", "cannot divide by zero"),
        ("conv", "--offset", "a=1/2/3", "<OFFSET>", fraction),
        (
            "conv",
            "--map",
            "0..1023",
            "<A..B=C..D>",
            "expected two readings and their values, as 0..1023=-40..125",
        ),
        (
            "conv",
            "--map",
            "t=0..1=2..2.0",
            "<A..B=C..D>",
            "a map needs two different readings and two different values",
        ),
        ("conv", "--scale", "1e999", "<SCALE>", "too large for a double"),
        ("conv", "--scale", "1e-401", "<SCALE>", "more than 400 decimal places"),
        ("log", "--sync", "5", "<never|DUR|always>", sync),
        ("log", "--sync", "often", "<never|DUR|always>", sync),
        ("stat", "--every", "0", "<N|DUR>", "a record cannot come every 0 samples"),
        ("stat", "--every", "0s", "<N|DUR>", every),
        ("stat", "--every", "1.5", "<N|DUR>", every),
        ("stat", "--window", "-1", "<N|DUR>", every),
        (
            "stat",
            "--quantiles",
            "101",
            "<P,P,…>",
            "a quantile is a percentage from 0 to 100, not 101",
        ),
        (
            "stat",
            "--quantiles",
            "-1",
            "<P,P,…>",
            "a quantile is a percentage from 0 to 100, not -1",
        ),
        ("stat", "--quantiles", "p50", "<P,P,…>", "expected percentages such as 50,99.9"),
        ("stat", "--histogram", "1", "<BINS>", "expected a number of bins from 2 to 1000"),
        ("stat", "--histogram", "many", "<BINS>", "expected a number of bins from 2 to 1000"),
        (
            "stat",
            "--first",
            "0",
            "<N>",
            "expected the number of a sample, from 1 to 9223372036854775807",
        ),
        ("launcher", "--grace", "2.5", "<DUR>", "a duration needs a unit, as in 2.5s"),
        ("launcher", "--grace", "five", "<DUR>", duration),
        ("launcher", "--log", "'run.log", "<ARGS>", "a quote is not closed"),
        ("launcher", "--conv", "\"", "<ARGS>", "a quote is not closed"),
    ] {
        let reason = format!("invalid value '{value}' for '{option} {name}': {expected}");
        refuses(program, &[option, value], &reason);
    }
}

#[test]
fn a_wrong_count_or_a_negative_time_is_refused_with_what_was_expected() {
    let count = "expected a whole number up to 18446744073709551615";
    let duration = "expected a duration such as 800ms, 1.5s or 2min";
    for (program, option, value, name, expected) in [
        ("conv", "--count", "1.5", "<N>", count),
        ("conv", "--count", "99999999999999999999", "<N>", count),
        ("conv", "--count", "-1", "<N>", count),
        ("conv", "--seed", "x", "<N>", count),
        ("conv", "--period", "-1s", "<DUR>", duration),
        ("launcher", "--grace", "-1s", "<DUR>", duration),
    ] {
        let reason = format!("invalid value '{value}' for '{option} {name}': {expected}");
        refuses(program, &[option, value], &reason);
    }
}

#[test]
fn numbers_on_the_command_line_have_nothing_around_them() {
    for (option, value, told) in [
        ("--offset", "1\r", "expected a number or a fraction"),
        ("--scale", " 1", "expected a number or a fraction"),
        ("--scale", "1\t", "expected a number or a fraction"),
        ("--scale", "", "expected a number or a fraction"),
        ("--range", "0 .. 100", "expected a range such as 0..100 or -1.5..1.5"),
        ("--plausible", "0..100\n", "expected a range such as 0..100, -1.5.. or ..100"),
        ("--rate", " 10", "expected a rate such as 10, 2.5k, 1M or max"),
    ] {
        let conv = Program::new("conv").args([option, value]).finish().exits(2).writes("");
        assert!(conv.stderr.contains(told), "{option} {value:?}: {conv}");
    }
    let stat = Program::new("stat").args(["--quantiles", "50, 90"]).input("").finish().exits(2);
    assert!(stat.stderr.contains("expected percentages such as 50,99.9"), "{stat}");
}

#[test]
fn a_wrong_choice_is_refused_with_the_right_ones() {
    let choice = |value, of, values| {
        format!("invalid value '{value}' for '{of}' [possible values: {values}]")
    };
    let no_shell_form =
        |what| format!("a shell has no {what}: --print goes with --via pipe or fifo");
    let format = |value: &str| {
        let why = "expected text, labels, json, wav, u8, s8, u16le, u16be, s16le, s16be, u24le, u24be, s24le, s24be, u32le, \
                   u32be, s32le, s32be, u64le, u64be, s64le, s64be, f32le, f32be, f64le, f64be, \
                   or a word as the kernel describes it: le:s12/16>>4";
        format!("invalid value '{value}' for '--format <FMT>': {why}")
    };
    for (command, reason) in [
        ("conv --signal square", choice("square", "--signal <SIGNAL>", "uniform, sine, walk")),
        ("conv --from data --format mp3", format("mp3")),
        (
            "conv --from data --format s16",
            "invalid value 's16' for '--format <FMT>': perhaps s16le or s16be is meant".to_owned(),
        ),
        (
            "conv --from data --format le:s12/16>>5",
            "invalid value 'le:s12/16>>5' for '--format <FMT>': 12 bits above 5 others are more than 16"
                .to_owned(),
        ),
        ("log --timestamps rfc", choice("rfc", "--timestamps <FORM>", "unix, iso")),
        ("launcher --via x", choice("x", "--via <VIA>", "pipe, fifo, socket, mqueue, shm")),
        ("launcher --via shm --print", no_shell_form("shared memory")),
    ] {
        refuses_all(&[(command, &reason)]);
    }
}

#[test]
fn a_negative_number_may_begin_with_its_point() {
    let run = Program::new("conv").words("--from - --offset -.5").input("1\n").finish();
    run.exits(0).writes("0.5\n").says(&["conv: 1 samples sent, 0 rejected, 0 ticks missed"]);
}

#[test]
fn a_duration_of_ages_does_not_end() {
    for words in ["--from -", "--rate max --range 1..1 --count 1"] {
        let run = Program::new("conv").words(words).words("--duration 18446744073709551615s");
        let finished = run.input("1\n").finish().exits(0).writes("1\n");
        finished.says(&["conv: 1 samples sent, 0 rejected, 0 ticks missed"]);
    }
}

#[test]
fn a_rate_beyond_reach_is_as_fast_as_can_be() {
    let words = "--rate 1000M --range 1..1 --count 3";
    Program::new("conv").words(words).finish().exits(0).writes("1\n1\n1\n").accounts_for(0);
}
