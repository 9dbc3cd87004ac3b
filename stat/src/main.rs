//! Exact running statistics of a stream of samples.

use std::path::PathBuf;
use std::process::ExitCode;

use stage::input::{AfterStop, Channel, Input};
use stage::program::Surroundings;
use wandler_stat::files::{Named, open};
use wandler_stat::{Error, Options};

fn main() -> ExitCode {
    stage::program::stage("stat", |options: Options, around| {
        let options = options.reading(around.input_is_regular());
        let inputs = inputs(&options.files, around);
        let (output, clock) = (around.output(), around.stop.clone());
        wandler_stat::run_all(&options, inputs, output, &clock, &mut around.messages)
    })
}

/// The inputs that `files` name, each opened when its turn comes; standard input if there are none.
fn inputs(
    files: &[PathBuf],
    around: &Surroundings,
) -> impl Iterator<Item = Result<Named<Box<dyn Input>>, Error>> + use<> {
    let files = if files.is_empty() { vec![PathBuf::from("-")] } else { files.to_vec() };
    let (mut standard_input, stop) = (Some(around.input()), around.stop.clone());
    files.into_iter().map(move |path| {
        let Named { name, input } = open(&path)?;
        let input: Box<dyn Input> = match (input, standard_input.take_if(|_| name.is_none())) {
            (Some(file), _) => Box::new(Channel::new(file, stop.clone(), AfterStop::End)),
            (None, Some(standard_input)) => Box::new(standard_input),
            // Read to its end before.
            (None, None) => Box::new(&[][..]),
        };
        Ok(Named { name, input })
    })
}
