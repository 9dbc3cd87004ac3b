//! The fault matrix of what is beside the recording: what shows it, what is said of it, and what the disk
//! under it does. Each × full, slow, hung, dead, and there again. (The fault matrix of the processes is in
//! `faults`.)
//!
//! Whatever the fault: what `conv` sent is recorded, byte for byte, and the account says so; only a disk
//! that takes nothing more can keep something from being recorded, and then the account says what. What is
//! said and the status are those of the table, exactly. Each cell is a test of its own; one that is left
//! out of the table does not compile.
//!
//! | module | owns |
//! |---|---|
//! | [`pipeline`] | the pipeline that the fault happens to |
//! | [`ended`] | how it ended, and whether that is what the table says |
//! | [`shown`] | the report's output, and the files that it keeps |
//! | [`views`] | `stat`, the terminal, and standard error |
//! | [`disk`] | the lock, the syncs, the renames, the directory, and the file system |

mod disk;
mod ended;
mod pipeline;
mod shown;
mod views;

use self::Account::*;
use self::Column::*;
use self::Row::*;
use self::ended::Ended;
use wandler_tests::needs::left_out;

/// What the fault does.
#[derive(Clone, Copy, Debug)]
enum Column {
    Full,
    Slow,
    Hangs,
    Dies,
    /// What was full, hung or dead is not any more.
    ComesBack,
}

/// What the account says of the samples that were sent.
#[derive(Clone, Copy, Debug)]
enum Account {
    /// All are recorded and counted.
    All,
    /// All are recorded, and counted up to where the reader of the report left.
    ReaderLeft,
    /// All are recorded; `stat` cannot say how many it counted.
    Uncounted,
    /// Nobody hears it. All are recorded, and counted as the report shows.
    Unheard,
    /// They are recorded up to where the disk took no more, and all are counted.
    InPart,
    /// `log` cannot say how many it recorded: what is on the disk is where they begin. All are counted.
    Unknown,
}

/// A fault, and what comes of it.
enum Cell {
    Exists {
        status: i32,
        account: Account,
        /// Runs a pipeline that this happens to; `None` if it cannot be brought about on this machine.
        happens: fn() -> Option<Ended>,
        /// What is said besides the account; `#` stands for a number.
        said: Vec<String>,
    },
    /// There is no such fault, for this reason.
    No(&'static str),
}

fn cell<const N: usize>(
    status: i32,
    account: Account,
    happens: fn() -> Option<Ended>,
    said: [&str; N],
) -> Cell {
    Cell::Exists { status, account, happens, said: said.map(str::to_owned).to_vec() }
}

#[rustfmt::skip]
fn matrix(row: Row, column: Column) -> Cell {
    match (row, column) {
        (Output, Full)           => cell(1, All,        shown::full_output, [OUTPUT_FULL, GOES_ON]),
        (Output, Slow)           => cell(0, All,        shown::slow_output, []),
        (Output, Hangs)          => cell(1, All,        shown::hung_output, [REPORT_KILLED]),
        (Output, Dies)           => cell(0, ReaderLeft, shown::output_without_reader, []),
        (Output, ComesBack)      => cell(0, All,        shown::output_read_again, []),

        (Textfile, Full)         => cell(1, All, || shown::full_disk("--textfile"), [FILE_TOO_LARGE, REPORT_ENDED]),
        (Textfile, Slow)         => cell(0, All, || shown::slow_fifo("--textfile", "wandler_samples_total "), []),
        (Textfile, Hangs)        => cell(1, All, || shown::hung_fifo("--textfile"), [READER_HANGS, REPORT_ENDED]),
        (Textfile, Dies)         => cell(1, All, || shown::directory_gone("--textfile"), [FILE_GONE, REPORT_ENDED]),
        (Textfile, ComesBack)    => cell(0, All, || shown::directory_back("--textfile"), [FILE_GONE, FILE_AGAIN]),

        (Picture, Full)          => cell(1, All, || shown::full_device("--svg"), [FULL_DEVICE, REPORT_ENDED]),
        (Picture, Slow)          => cell(0, All, || shown::slow_fifo("--svg", "</svg>"), []),
        (Picture, Hangs)         => cell(1, All, || shown::fifo_without_reader("--svg"), [NO_READER, REPORT_ENDED]),
        (Picture, Dies)          => cell(1, All, || shown::directory_gone_at_the_end("--svg"), [PICTURE_GONE, REPORT_ENDED]),
        (Picture, ComesBack)     => cell(0, All, || shown::fifo_read_again("--svg", "</svg>"), [NO_READER, FIFO_AGAIN]),

        (Stat, Full)             => cell(0, All,       views::full_stat, []),
        (Stat, Slow)             => cell(0, All,       views::slow_stat, []),
        (Stat, Hangs)            => cell(1, Uncounted, views::hung_stat, [STAT_KILLED]),
        (Stat, Dies)             => cell(1, Uncounted, views::dead_stat, [STAT_DIED]),
        (Stat, ComesBack)        => cell(0, All,       views::stat_again, []),

        (Terminal, Full)         => Cell::No("it keeps nothing: one that takes nothing hangs"),
        (Terminal, Slow)         => cell(0, All,        views::slow_terminal, []),
        (Terminal, Hangs)        => cell(1, All,        views::held_terminal, [REPORT_KILLED]),
        (Terminal, Dies)         => cell(0, ReaderLeft, views::closed_terminal, []),
        (Terminal, ComesBack)    => cell(0, All,        views::terminal_again, []),

        (StandardError, Full)      => cell(3, Unheard, views::full_standard_error, []),
        (StandardError, Slow)      => cell(3, All,     views::slow_standard_error, REJECTIONS),
        (StandardError, Hangs)     => cell(3, Unheard, views::hung_standard_error, []),
        (StandardError, Dies)      => cell(3, Unheard, views::standard_error_without_reader, []),
        (StandardError, ComesBack) => cell(3, All,     views::standard_error_read_again, REJECTIONS),

        (Lock, Full)             => cell(0, All,     || disk::fails("lock:1-:ENOLCK"), [NO_LOCKS]),
        (Lock, Slow)             => cell(0, All,     || disk::is_slow("lock:1-:slow=20"), []),
        (Lock, Hangs)            => cell(1, Unknown, || disk::hangs("lock:1-:hang"), [LOG_KILLED]),
        (Lock, Dies)             => cell(0, All,     || disk::fails("lock:1-:EIO"), [CANNOT_LOCK]),
        (Lock, ComesBack)        => cell(0, All,     || disk::fails_for_a_while("lock:1-:EIO"), [CANNOT_LOCK, CAN_ROTATE]),

        (Sync, Full)             => cell(1, InPart,  || disk::fails_for_good("sync:1-:ENOSPC"), [NO_ROOM_TO_SYNC, LOG_ENDED]),
        (Sync, Slow)             => cell(0, All,     || disk::is_slow("sync:1-:slow=20"), []),
        (Sync, Hangs)            => cell(1, Unknown, || disk::hangs("sync:1-:hang"), [LOG_KILLED]),
        (Sync, Dies)             => cell(1, InPart,  || disk::fails_for_good("sync:1-:EIO"), [CANNOT_SYNC, LOG_ENDED]),
        (Sync, ComesBack)        => cell(0, All,     || disk::hangs_for_a_while("sync:1-:hang"), []),

        (Rename, Full)           => given_up(CANNOT_RENAME_FULL, || disk::takes_nothing("rename@run.log:1-:ENOSPC")),
        (Rename, Slow)           => cell(0, All,     || disk::is_slow("rename@run.log:1-:slow=20"), []),
        (Rename, Hangs)          => cell(1, Unknown, || disk::hangs("rename@run.log:1-:hang"), [LOG_KILLED]),
        (Rename, Dies)           => cell(0, All,     || disk::fails("rename@run.log:1-:EROFS"), [CANNOT_RENAME]),
        (Rename, ComesBack)      => cell(0, All,     || disk::fails_for_a_while("rename@run.log:1-:EROFS"), [CANNOT_RENAME, CAN_ROTATE]),

        (Directory, Full)        => given_up(CANNOT_OPEN_FULL, || disk::takes_nothing("open@run.log:1-:ENOSPC")),
        (Directory, Slow)        => cell(0, All,     || disk::is_slow("syncdir:1-:slow=20"), []),
        (Directory, Hangs)       => cell(1, Unknown, || disk::hangs("syncdir:1-:hang"), [LOG_KILLED]),
        (Directory, Dies)        => moved(given_up(CANNOT_OPEN_GONE, disk::directory_gone)),
        (Directory, ComesBack)   => cell(0, All,     disk::directory_again, [MOVED, CANNOT_OPEN_GONE_YET, CAN_WRITE_THERE]),

        (FileSystem, Full)       => given_up(CANNOT_WRITE_FULL, disk::full),
        (FileSystem, Slow)       => cell(0, All,     || disk::is_slow("write@run.log:1-:slow=5"), []),
        (FileSystem, Hangs)      => cell(1, Unknown, || disk::hangs("write@run.log:1-:hang"), [LOG_KILLED]),
        (FileSystem, Dies)       => given_up(CANNOT_WRITE, || disk::takes_nothing("write@run.log:1-:EIO")),
        (FileSystem, ComesBack)  => cell(0, All,     disk::mounted_again, [MOVED]),
    }
}

/// A disk that takes nothing more, for this reason, until the pipeline is stopped.
fn given_up(why: &str, happens: fn() -> Option<Ended>) -> Cell {
    let waits = format!("log: {why}: trying again every second");
    let missing = format!("log: cannot record # samples: {why}");
    cell(1, InPart, happens, [&*waits, NOT_RECORDED, &*missing, LOG_ENDED])
}

/// The same where the file has gone before.
fn moved(mut cell: Cell) -> Cell {
    if let Cell::Exists { said, .. } = &mut cell {
        said.insert(0, MOVED.to_owned());
    }
    cell
}

const OUTPUT_FULL: &str = "report: cannot write standard output: No space left on device";
const GOES_ON: &str = "launcher: report ended with status 1: the recording goes on without it";
const REPORT_ENDED: &str = "launcher: report ended with status 1";
const REPORT_KILLED: &str = "launcher: report did not end within 1s, and was killed";
const STAT_KILLED: &str = "launcher: stat did not end within 1s, and was killed";
const STAT_DIED: &str = "launcher: stat was killed by SIGKILL: the recording goes on without it";

const FULL_DEVICE: &str =
    "report: cannot write \"/dev/full\": No space left on device: trying again every second";
const FILE_TOO_LARGE: &str =
    "report: cannot write \"there/file\": File too large: trying again every second";
const FILE_GONE: &str =
    "report: cannot write \"there/file\": No such file or directory: trying again every second";
// It is drawn once a minute, and at the end.
const PICTURE_GONE: &str = "report: cannot write \"there/file\": No such file or directory";
const FILE_AGAIN: &str = "report: can write \"there/file\" again";
const READER_HANGS: &str =
    "report: cannot write \"fifo\": its reader takes nothing: trying again every second";
const NO_READER: &str =
    "report: cannot write \"fifo\": it has no reader: trying again every second";
const FIFO_AGAIN: &str = "report: can write \"fifo\" again";

const NOT_PLAUSIBLE: &str = "conv: sample #: outside 100000..900000: #";
/// What `conv` says of many such samples.
const REJECTIONS: [&str; 8] = [
    NOT_PLAUSIBLE,
    NOT_PLAUSIBLE,
    NOT_PLAUSIBLE,
    NOT_PLAUSIBLE,
    NOT_PLAUSIBLE,
    "conv: further rejections are counted, and summed up at the end",
    "conv: # readings rejected, the first 5 of them reported above",
    "conv: rejected by --plausible: #",
];

const LOG_ENDED: &str = "launcher: log ended with status 1";
const LOG_KILLED: &str = "launcher: log did not end within 1s, and was killed";
const NOT_RECORDED: &str = "log: what comes from here on is counted, and not recorded";
const NO_LOCKS: &str = "log: cannot lock \"run.log\": No locks available: recording all the same, but \
                        another log would not be noticed";
const CANNOT_LOCK: &str = "log: cannot lock \"run.log\": Input/output error: going on in the same file, and \
                           trying again every second";
const CAN_ROTATE: &str = "log: can rotate \"run.log\" again";
const NO_ROOM_TO_SYNC: &str = "log: cannot sync \"run.log\": No space left on device";
const CANNOT_SYNC: &str = "log: cannot sync \"run.log\": Input/output error";
const CANNOT_RENAME_FULL: &str =
    "cannot rename \"run.log\" to \"run.log.1\": No space left on device";
const CANNOT_RENAME: &str = "log: cannot rename \"run.log\" to \"run.log.1\": Read-only file system: going \
                             on in the same file, and trying again every second";
const CANNOT_OPEN_FULL: &str = "cannot open \"run.log\": No space left on device";
const CANNOT_OPEN_GONE: &str = "cannot open \"there/run.log\": No such file or directory";
const CANNOT_OPEN_GONE_YET: &str = "log: cannot open \"there/run.log\": No such file or directory: trying \
                                    again every second";
const CAN_WRITE_THERE: &str = "log: can write \"there/run.log\" again";
const MOVED: &str = "log: \"there/run.log\" was moved: going on in a new file of that name";
const CANNOT_WRITE_FULL: &str = "cannot write \"run.log\": File too large";
const CANNOT_WRITE: &str = "cannot write \"run.log\": Input/output error";

/// Lets it happen, and checks what comes of it.
fn check(row: Row, column: Column) {
    match matrix(row, column) {
        Cell::Exists { status, account, happens, said } => {
            if let Some(ended) = happens() {
                ended.check(status, account, &said);
            }
        }
        Cell::No(why) => left_out(&format!("{row:?} × {column:?} does not exist: {why}")),
    }
}

/// The rows, and a test of each cell.
macro_rules! rows {
    ($($test:ident $row:ident),+ $(,)?) => {
        /// What the fault happens to.
        #[derive(Clone, Copy, Debug)]
        enum Row { $($row),+ }

        $(mod $test {
            use super::{Column, Row, check};

            #[test]
            fn full() {
                check(Row::$row, Column::Full);
            }

            #[test]
            fn slow() {
                check(Row::$row, Column::Slow);
            }

            #[test]
            fn hangs() {
                check(Row::$row, Column::Hangs);
            }

            #[test]
            fn dies() {
                check(Row::$row, Column::Dies);
            }

            #[test]
            fn comes_back() {
                check(Row::$row, Column::ComesBack);
            }
        })+
    };
}

rows! {
    output Output,
    textfile Textfile,
    picture Picture,
    stat Stat,
    terminal Terminal,
    standard_error StandardError,
    lock Lock,
    sync Sync,
    rename Rename,
    directory Directory,
    file_system FileSystem,
}
