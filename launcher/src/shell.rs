//! The same pipeline as a bash command, for `--print`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::calls::Calls;
use crate::process::Process;
use crate::transport::Via;
use crate::words::for_a_shell;

/// The command, in one or several lines. Without `shows_report`, the report goes to `/dev/null`.
pub fn command(directory: &Path, via: Via, shows_report: bool, calls: &Calls) -> OsString {
    let [conv, log, stat, mut report] = Process::STAGES.map(|process| {
        let path = directory.join(process.name()).into_os_string();
        let words = calls.words(process).into_iter().map(OsString::from);
        let words: Vec<OsString> =
            [path].into_iter().chain(words).map(|it| for_a_shell(&it)).collect();
        words.join(OsStr::new(" "))
    });
    if !shows_report {
        report.push(" > /dev/null");
    }
    match via {
        Via::Fifo => with_named_pipes([&conv, &log, &stat, &report]),
        _ => joined(&[&conv, &" | tee -i >(", &log, &") | ", &stat, &" | ", &report, &"\n"]),
    }
}

fn joined(pieces: &[&dyn AsRef<OsStr>]) -> OsString {
    pieces.iter().map(|piece| piece.as_ref()).collect()
}

/// `conv` alone in the foreground, where Ctrl-C reaches it and standard input is the terminal's:
/// what a shell starts in the background without job control ignores interrupts, and ends when its
/// input ends. The status is 0, or that of a program that failed.
fn with_named_pipes([conv, log, stat, report]: [&OsString; 4]) -> OsString {
    joined(&[
        &"(d=$(mktemp -d) && trap 'rm -r \"$d\"' EXIT && mkfifo \"$d\"/{samples,log,stat,records} || exit\n",
        &"tee -i \"$d/log\" < \"$d/samples\" > \"$d/stat\" & jobs=$!\n",
        log,
        &" < \"$d/log\" & jobs=\"$jobs $!\"\n",
        stat,
        &" < \"$d/stat\" > \"$d/records\" & jobs=\"$jobs $!\"\n",
        report,
        &" < \"$d/records\" & jobs=\"$jobs $!\"\n",
        conv,
        &" > \"$d/samples\"; status=$?\n",
        &"for job in $jobs; do wait $job || status=$?; done; exit $status)\n",
    ])
}
