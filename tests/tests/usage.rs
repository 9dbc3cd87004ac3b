//! Command lines: a wrong one gets one clear line, status 2, and nothing is done.

use std::fs;

use wandler_tests::run::Program;

/// Checks that a command line is refused for this reason, before anything is done.
#[track_caller]
fn refuses(program: &str, arguments: &[&str], reason: &str) {
    let dir = tempfile::tempdir().unwrap();
    Program::new(program)
        .args(arguments)
        .dir(&dir)
        .finish()
        .exits(2)
        .writes("")
        .says(&[format!("{program}: {reason}; try '{program} --help'")]);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "{program} {arguments:?} left a file");
}

/// Checks the same of many: each a program and its arguments, separated by white space.
#[track_caller]
fn refuses_all(cases: &[(&str, &str)]) {
    for (command, reason) in cases {
        let words: Vec<&str> = command.split_whitespace().collect();
        refuses(words[0], &words[1..], reason);
    }
}

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
fn options_that_contradict_each_other_are_refused() {
    for (words, one, other) in [
        ("--rate 5 --period 1s", "--rate <HZ|max>", "--period <DUR>"),
        ("--from data --rate 5", "--from <FILE|->", "--rate <HZ|max>"),
        ("--from data --period 1s", "--from <FILE|->", "--period <DUR>"),
        ("--from data --seed 1", "--from <FILE|->", "--seed <N>"),
        ("--poll data --from data", "--poll <FILE>", "--from <FILE|->"),
        ("--poll data --signal sine", "--poll <FILE>", "--signal <SIGNAL>"),
        ("--poll data --range 0..1", "--poll <FILE>", "--range <MIN..MAX>"),
        ("--from data --time 1 --stamp", "--time <COL>", "--stamp"),
        ("--poll data --columns 1", "--poll <FILE>", "--columns <COL,…|all>"),
        ("--poll data --channels 2", "--poll <FILE>", "--channels <K>"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        refuses("conv", &words, &format!("the argument '{one}' cannot be used with '{other}'"));
    }
    for (words, one, other) in [
        ("--window 5 --every 5", "--window <N|DUR>", "--every <N|DUR>"),
        ("--merge --window 5", "--merge", "--window <N|DUR>"),
        ("--merge --strict", "--merge", "--strict"),
        ("--merge --first 5", "--merge", "--first <N>"),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        refuses("stat", &words, &format!("the argument '{one}' cannot be used with '{other}'"));
    }
    refuses("stat", &["--quantiles", "50,50.0"], "the quantile p50 is asked for twice");
    for option in ["--grace 1s", "-v"] {
        let arguments: Vec<&str> = ["--print"].into_iter().chain(option.split(' ')).collect();
        let option = if option == "-v" { "--verbose" } else { "--grace <DUR>" };
        let reason = format!("the argument '--print' cannot be used with '{option}'");
        refuses("launcher", &arguments, &reason);
    }
    refuses_all(&[
        ("conv --signal sine --seed 1", "--seed is for random signals: a sine is always the same"),
        ("report --svg x --textfile x", "--svg and --textfile name the same file"),
        ("conv --from data --channels 2", "--channels needs a raw --format"),
        ("conv --from data --format u8 --channels 2 --channel 3", "there is no channel 3 of 2"),
        (
            "conv --from data --format u8 --columns left",
            "--columns of raw words are numbers, since nothing names them: \"left\"",
        ),
        (
            "conv --from data --columns 00",
            "invalid value '00' for '--columns <COL,…|all>': columns are counted from 1",
        ),
        (
            "conv --from data --format le:u64/64X65535 --channels 65535 --columns 1",
            "a frame of raw words has at most 1048576 bytes, not 34358689800",
        ),
        (
            "conv --from data --format wav --skip 44",
            "--skip is for text and raw words: WAV says where its data begin",
        ),
        (
            "conv --from data --format u8 --time 1",
            "--time is a column of text; --stamp puts the time in front",
        ),
        ("conv --names time,a", "--names names channels; --stamp puts a time in front"),
        ("conv --names a,b", "--names has 2 names for 1 channel"),
        ("conv --signal sine,walk --names a", "--names has 1 name for 2 channels"),
        ("conv --from data --columns 1,2 --names a", "--names has 1 name for 2 channels"),
        (
            "conv --from data --columns 1,2,1",
            "invalid value '1,2,1' for '--columns <COL,…|all>': column 1 is taken twice",
        ),
        ("conv --scale 1 --scale 2", "--scale is given twice"),
        (
            "conv --signal sine,walk --scale ch1=1 --scale ch1=2",
            "--scale is given twice for \"ch1\"",
        ),
        (
            "conv --signal sine,walk --plausible c=0..1",
            "--plausible is given for a channel \"c\", but there are ch1, ch2",
        ),
        (
            "conv --seed a=1",
            "--seed is given for a channel \"a\", but the only one has no name (--names gives it one)",
        ),
    ]);
}

#[test]
fn an_option_that_needs_another_is_refused_without_it_whatever_else_is_given() {
    for others in ["", " --rate 8k", " --period 1s", " --seed 1", " --range 0..1", " --count 1"] {
        for (option, needed) in [
            ("--format s16le", "--from"),
            ("--channels 2", "--from"),
            ("--columns 1", "--from or --iio"),
            ("--time 1", "--from"),
        ] {
            let name = option.split(' ').next().unwrap();
            let reason = format!("{name} needs {needed}");
            refuses_all(&[(&format!("conv {option}{others}"), &reason)]);
        }
    }
    refuses_all(&[
        ("log --keep 3", "--keep needs --rotate"),
        ("log --keep 3 --pass --sync never run.log", "--keep needs --rotate"),
        ("stat --first 5", "--first needs --state or --window"),
        ("stat --first 5 --every 3", "--first needs --state or --window"),
    ]);
}

#[test]
fn a_wrong_number_is_refused_with_what_was_expected() {
    let duration = "expected a duration such as 800ms, 1.5s or 2min";
    let rate = "expected a rate such as 10, 2.5k, 1M or max";
    let most = "a rate can be 1000M at the most; for as much as possible say max";
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

#[test]
fn a_raw_format_is_not_for_a_file_that_is_polled() {
    let reason = "the argument '--poll <FILE>' cannot be used with '--format <FMT>'";
    refuses("conv", &["--poll", "data", "--format", "s16le"], reason);
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
