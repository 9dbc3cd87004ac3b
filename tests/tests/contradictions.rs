//! Options that contradict each other, or that do nothing without another one, are refused.

use wandler_tests::refused::{refuses, refuses_all};

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
fn a_raw_format_is_not_for_a_file_that_is_polled() {
    let reason = "the argument '--poll <FILE>' cannot be used with '--format <FMT>'";
    refuses("conv", &["--poll", "data", "--format", "s16le"], reason);
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
