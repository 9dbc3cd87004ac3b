//! No command line makes a program panic, or report an error in more than one line, and what is
//! accepted works. (The same checks run in the fuzzer, in `fuzz`; here on options that are nearly
//! right, and on its corpus.)

#[path = "../fuzz/check.rs"]
mod check;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use clap::CommandFactory;
use proptest::prelude::*;

/// The long names of all options of the five programs, as clap knows them.
static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let commands = [
        wandler_conv::Options::command(),
        wandler_log::Options::command(),
        wandler_stat::Options::command(),
        wandler_report::Options::command(),
        wandler_launcher::Options::command(),
    ];
    let names = commands.into_iter().flat_map(|mut command| {
        // Which adds --help and --version.
        command.build();
        let names = command.get_arguments().filter_map(|it| it.get_long().map(str::to_owned));
        names.collect::<Vec<_>>()
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
});

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,20}(\\.[0-9]{0,12})?(e-?[0-9]{1,3})?[kM]?",
        "[0-9]{1,20}(ns|us|ms|s|min|h|d)( ?[0-9]{1,3}ms)?",
        "-?[0-9]{0,19}\\.?[0-9]{0,3}\\.\\.-?[0-9]{0,19}\\.?[0-9]{0,3}",
        "(max|always|never|unix|iso|sine|walk|s16le|u8|live|json|pipe|fifo|shm|-)",
        "(mean|p50|sd|skew|p99\\.9) ?(>|<|>=|<=|==|!=) ?-?[0-9]{0,3}(\\.[0-9]{1,3})?",
        "[0-9]{1,3}(,[0-9]{1,3}(\\.[0-9]{1,16})?){0,3}",
        "'(--[a-z]{1,9} [0-9a-z.]{0,9} ?){0,3}'",
        "\\PC{0,5}",
    ]
}

fn option() -> impl Strategy<Value = String> {
    (proptest::sample::select(&NAMES[..]), value(), 0..4).prop_map(|(name, value, form)| match form
    {
        0 => format!("--{name}"),
        1 => value,
        2 => format!("--{name}='{value}'"),
        _ => format!("--{name} {value}"),
    })
}

proptest! {
    #[test]
    fn nearly_right_options(
        program in 0u8..5, options in proptest::collection::vec(option(), 0..4),
    ) {
        check::options(&[&[program], options.join(" ").as_bytes()].concat());
    }

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..50)) {
        check::options(&data);
    }
}

#[test]
fn the_fuzzers_corpus() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/options");
    let mut inputs = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        check::options(&std::fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs > 0, "{corpus} is empty");
}
