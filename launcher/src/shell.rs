//! The same pipeline as a bash command, for `--print`.

use std::path::Path;

use crate::channel::Via;
use crate::options::Options;
use crate::process::Process;

/// The command.
pub fn command(directory: &Path, options: &Options) -> String {
    let stage = |process: Process| {
        let path = directory.join(process.name());
        let words = std::iter::once(path.to_string_lossy().into_owned());
        shell_words::join(words.chain(options.words(process).into_iter().map(str::to_owned)))
    };
    let [conv, log, stat, report] =
        [Process::Conv, Process::Log, Process::Stat, Process::Report].map(stage);
    match options.via {
        Via::Fifo => with_named_pipes([&conv, &log, &stat, &report]),
        _ => format!("{conv} | tee -i >({log}) | {stat} | {report}"),
    }
}

/// `conv` alone in the foreground, where Ctrl-C reaches it and standard input is the terminal's:
/// what a shell starts in the background without job control ignores interrupts, and ends with
/// its input. The status is 0, or that of one that failed.
fn with_named_pipes([conv, log, stat, report]: [&str; 4]) -> String {
    [
        "(d=$(mktemp -d) && trap 'rm -r \"$d\"' EXIT && mkfifo \"$d\"/{samples,log,stat,records} || exit",
        "tee -i \"$d/log\" < \"$d/samples\" > \"$d/stat\" & jobs=$!",
        &format!("{log} < \"$d/log\" & jobs=\"$jobs $!\""),
        &format!("{stat} < \"$d/stat\" > \"$d/records\" & jobs=\"$jobs $!\""),
        &format!("{report} < \"$d/records\" & jobs=\"$jobs $!\""),
        &format!("{conv} > \"$d/samples\"; status=$?"),
        "for job in $jobs; do wait $job || status=$?; done; exit $status)",
    ]
    .join("\n")
}
