//! Exact running statistics of a stream of samples.

use std::process::ExitCode;

use wandler_stat::{Options, files};

fn main() -> ExitCode {
    stage::process::program::stage("stat", |options: Options, host| {
        let standard_input = host.samples();
        let options = options.reading(standard_input.is_regular());
        if options.input_is_regular {
            host.progress().expect(files::bytes_in(&options.files));
        }
        let (stop, progress) = (host.stop.clone(), host.progress());
        let inputs = files::inputs(&options.files, standard_input, stop, progress);
        wandler_stat::run(&options, host.around(inputs))
    })
}
