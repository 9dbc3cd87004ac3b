//! Exact running statistics of a stream of samples.

use std::io::Stdin;
use std::path::PathBuf;
use std::process::ExitCode;

use stage::process::stop::Stop;
use stage::stream::input::{AfterStop, Input, Stoppable};
use wandler_stat::files::{NamedInput, open};
use wandler_stat::{Error, Options};

fn main() -> ExitCode {
    stage::process::program::stage("stat", |options: Options, around| {
        let (standard_input, output, clock) =
            (around.input(), around.output(), around.stop.clone());
        let options = options.reading(standard_input.is_regular());
        let inputs = inputs(&options.files, standard_input, around.stop.clone());
        wandler_stat::run_all(&options, inputs, output, &clock, &mut around.messages)
    })
}

/// The inputs that `files` name, each opened when its turn comes; standard input if there are none.
fn inputs(
    files: &[PathBuf],
    standard_input: Stoppable<Stdin>,
    stop: Stop,
) -> impl Iterator<Item = Result<NamedInput<Box<dyn Input>>, Error>> + use<> {
    let files = if files.is_empty() { vec![PathBuf::from("-")] } else { files.to_vec() };
    let mut standard_input = Some(standard_input);
    files.into_iter().map(move |path| {
        let NamedInput { name, input } = open(&path)?;
        let input: Box<dyn Input> = match (input, standard_input.take_if(|_| name.is_none())) {
            (Some(file), _) => Box::new(Stoppable::new(file, stop.clone(), AfterStop::End)),
            (None, Some(standard_input)) => Box::new(standard_input),
            // Read to its end before.
            (None, None) => Box::new(&[][..]),
        };
        Ok(NamedInput { name, input })
    })
}
