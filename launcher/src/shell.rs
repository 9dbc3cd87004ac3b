//! The same pipeline as a bash command, for `--print`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::options::Options;
use crate::process::Process;
use crate::transport::Via;

/// The command, as one or several lines.
pub fn command(directory: &Path, options: &Options) -> OsString {
    let [conv, log, stat, report] = [Process::Conv, Process::Log, Process::Stat, Process::Report]
        .map(|process| {
            let path = directory.join(process.name()).into_os_string();
            let words = options.words(process).into_iter().map(OsString::from);
            let words: Vec<OsString> =
                [path].into_iter().chain(words).map(|it| quoted(&it)).collect();
            words.join(OsStr::new(" "))
        });
    match options.via {
        Via::Fifo => with_named_pipes([&conv, &log, &stat, &report]),
        _ => joined(&[&conv, &" | tee -i >(", &log, &") | ", &stat, &" | ", &report, &"\n"]),
    }
}

fn joined(pieces: &[&dyn AsRef<OsStr>]) -> OsString {
    pieces.iter().map(|piece| piece.as_ref()).collect()
}

/// A word as a shell has to be given it. What it takes for itself outside of quotes is more than can
/// be listed with confidence (braces, `!`, `~`, `=` in zsh, …), so that all is quoted that is not known
/// to be plain.
pub fn quoted(word: &OsStr) -> OsString {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./:@%+".contains(byte);
    if !word.is_empty() && word.as_bytes().iter().all(is_plain) {
        return word.to_owned();
    }
    // Between single quotes there is nothing but the closing one.
    let pieces: Vec<&[u8]> = word.as_bytes().split(|byte| *byte == b'\'').collect();
    OsString::from_vec([b"'", &pieces.join(&b"'\\''"[..])[..], b"'"].concat())
}

/// `conv` alone in the foreground, where Ctrl-C reaches it and standard input is the terminal's:
/// what a shell starts in the background without job control ignores interrupts, and ends with
/// its input. The status is 0, or that of one that failed.
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
