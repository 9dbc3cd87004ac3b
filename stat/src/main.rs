//! Exact running statistics of a stream of samples.

use std::process::ExitCode;

fn main() -> ExitCode {
    stage::program::stage("stat", |options: wandler_stat::Options, around| {
        let (input, output, clock) = (around.input(), around.output(), around.stop.clone());
        wandler_stat::run(&options, input, output, &clock, &mut around.messages)
    })
}
