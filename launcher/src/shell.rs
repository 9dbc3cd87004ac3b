//! The same pipeline as a bash command, for `--print`.

use std::path::Path;

use crate::options::Options;
use crate::process::Process;

/// The command, on one line.
pub fn command(directory: &Path, options: &Options) -> String {
    let stage = |process: Process| {
        let path = directory.join(process.name());
        let words = std::iter::once(path.to_string_lossy().into_owned());
        shell_words::join(words.chain(options.words(process).iter().cloned()))
    };
    let [conv, log, stat, report] =
        [Process::Conv, Process::Log, Process::Stat, Process::Report].map(stage);
    format!("{conv} | tee -i >({log}) | {stat} | {report}")
}
