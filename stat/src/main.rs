//! Exact running statistics of a stream of samples.

use std::process::ExitCode;

use wandler_stat::{Options, files};

fn main() -> ExitCode {
    stage::process::program::stage("stat", |options: Options, host| {
        let standard_input = host.input();
        let options = options.reading(standard_input.is_regular());
        let inputs = files::inputs(&options.files, standard_input, host.stop.clone());
        wandler_stat::run(&options, host.around(inputs))
    })
}
