//! Messages that lead on: each says which command line, or other way, is probably the right one.

use std::fs;
use std::io::{self, Write};

use wandler_tests::run::Program;

/// Checks that a bash command prints exactly this message, and ends with this status.
#[track_caller]
fn says(script: &str, status: i32, message: &str) {
    let dir = tempfile::tempdir().unwrap();
    Program::bash(script).dir(&dir).finish().exits(status).writes("").says(&[message]);
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "{script} left a file");
}

#[test]
fn samples_where_records_are_due_need_stat_before() {
    let reason = |line| {
        format!("report: line {line}: a sample, not a record (put stat before report): \"{line}\"")
    };
    let finished = Program::bash("seq 3 | report").finish().exits(3).writes("");
    finished.says(&[1, 2, 3].map(reason));
}

#[test]
fn an_invalid_condition_is_reported_as_one() {
    let names = "n, missing, rejected, last, sum, mean, sd, min, max, quantile_error, quantiles such as p50, and with stat \
                 --more var, rms, range, mode, skew, kurtosis, autocorrelation";
    for (condition, reason) in [
        ("value>23", &*format!("records have no number \"value\"; there are {names}")),
        ("last=>3", "write last>=3"),
        ("mean=60", "write mean==60"),
        ("sd ≤ 3.5", "write sd<=3.5"),
        ("mean", "expected a condition such as mean>60, sd>=3.5 or p99!=0"),
    ] {
        let reason = format!(
            "report: invalid value '{condition}' for '--fail-if <COND>': {reason}; try 'report --help'"
        );
        says(&format!("report --fail-if '{condition}'"), 2, &reason);
    }
}

#[test]
fn a_duration_needs_a_unit_and_may_have_days() {
    let reason = "a duration needs a unit, as in 1s";
    for (command, option) in [
        ("conv --period 1", "--period <DUR>"),
        ("conv --duration 1", "--duration <DUR>"),
        ("launcher --grace 1", "--grace <DUR>"),
    ] {
        let program = command.split(' ').next().unwrap();
        let message = format!("{program}: invalid value '1' for '{option}': {reason}");
        says(command, 2, &format!("{message}; try '{program} --help'"));
    }
    Program::new("conv")
        .words("--duration 1d --rate max --range 1..1 --count 1")
        .finish()
        .exits(0)
        .writes("1\n")
        .says(&["conv: 1 samples sent, 0 rejected, 0 ticks missed"]);
}

#[test]
fn options_of_a_stage_are_not_those_of_the_launcher() {
    for (command, unknown) in [
        ("launcher --rate 10", "unexpected argument '--rate' found"),
        ("launcher -p", "unexpected argument '-p' found"),
        (
            "launcher --verbos",
            "unexpected argument '--verbos' found (a similar argument exists: '--verbose')",
        ),
    ] {
        let given = "a stage's options go in one word, as in --conv '--rate 1k'";
        says(command, 2, &format!("launcher: {unknown}; {given}; try 'launcher --help'"));
    }
}

#[test]
fn a_stat_behind_a_log_that_passes_nothing_on_says_that_nothing_came() {
    let dir = tempfile::tempdir().unwrap();
    let count = |log: &str| {
        let script = format!("set -o pipefail; seq 3 | log --truncate {log} | stat --every 3");
        Program::bash(&script).dir(&dir).finish().exits(0)
    };
    let counted = count("run.log").says(&["stat: no samples came"]);
    assert!(counted.stdout.starts_with("{\"n\":0,\"rejected\":0,"), "{counted}");
    let counted = count("--pass run.log").says(&[""; 0]);
    assert!(counted.stdout.starts_with("{\"n\":3,\"rejected\":0,"), "{counted}");
    // What was rejected came.
    let rejected = Program::new("stat").input("x\n").finish().exits(3);
    rejected.says(&["stat: line 1: not a number: \"x\""]);
}

#[test]
fn options_of_a_stage_go_into_one_word() {
    for (command, meant) in [
        ("launcher --conv --rate 10", "--conv takes one word: --conv '--rate 10'"),
        (
            "launcher --log run.log --sync always --via shm",
            "--log takes one word: --log 'run.log --sync always'",
        ),
    ] {
        says(command, 2, &format!("launcher: {meant}; try 'launcher --help'"));
    }
}

#[test]
fn a_dash_is_not_a_file_to_keep() {
    for (command, reason) in [
        ("log -", "log reads standard input, and --pass copies it to standard output"),
        ("log --truncate -", "log reads standard input, and --pass copies it to standard output"),
        ("log --check -", "--check reads files, and not standard input"),
    ] {
        says(command, 2, &format!("log: {reason} (a file called - is ./-); try 'log --help'"));
    }
    for option in ["--svg", "--textfile"] {
        let reason = "--svg and --textfile keep a file, which - is not (one of that name is ./-)";
        says(&format!("report {option} -"), 2, &format!("report: {reason}; try 'report --help'"));
    }
    let dir = tempfile::tempdir().unwrap();
    Program::new("log").words("./-").dir(&dir).input("1\n").finish().exits(0);
    assert_eq!(fs::read(dir.path().join("-")).unwrap(), b"1\n");
}

#[test]
fn only_what_could_begin_is_printed() {
    for (words, message) in [
        (
            "--conv '--rat 10'",
            "conv: unexpected argument '--rat' found (a similar argument exists: \
          '--rate'); try 'conv --help'",
        ),
        ("--log 'a b'", "log: only one file can be recorded in; try 'log --help'"),
        (
            "--stat '--every x'",
            "stat: invalid value 'x' for '--every <N|DUR>': expected a number of samples, or a duration such as 100ms or 2s; try 'stat --help'",
        ),
        (
            "--report --version",
            "report: a pipeline cannot show a stage's help or version; try 'report --help'",
        ),
        (
            "--stat x",
            "launcher: cannot let stat read \"x\": in a pipeline it reads what conv \
          sends (use --conv '--from FILE', or stat by itself)",
        ),
        (
            "--log >(cat)",
            "launcher: --print cannot hand on descriptor 63 of this command to log: name a \
          file in its place, and put the >(...) or <(...) into what is printed; try 'launcher --help'",
        ),
    ] {
        says(&format!("launcher --print {words}"), 2, message);
    }
    // What it would read may appear later, or be elsewhere.
    let finished = Program::new("launcher").args(["--print", "--conv", "--from later"]).finish();
    assert!(finished.stdout.contains("conv --from later | tee -i >("), "{finished}");
    finished.exits(0).says(&[""; 0]);
}

#[test]
fn nothing_is_emptied_for_an_input_that_cannot_be_opened() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "1\n").unwrap();
    fs::create_dir(dir.path().join("folder")).unwrap();
    for (conv, message) in [
        ("--from missing", "cannot open \"missing\": No such file or directory"),
        ("--poll missing", "cannot open \"missing\": No such file or directory"),
        ("--from folder", "cannot read \"folder\": Is a directory"),
        ("--poll folder", "cannot read \"folder\": Is a directory"),
    ] {
        let words = ["--conv", conv, "--log", "--truncate run.log"];
        let run = Program::new("launcher").args(words).dir(&dir).finish();
        run.exits(1).writes("").says(&[format!("conv: {message}")]);
        assert_eq!(fs::read(dir.path().join("run.log")).unwrap(), b"1\n", "{conv}");
    }
}

#[test]
fn a_stage_of_a_pipeline_reads_what_conv_sends_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a"), "7\n").unwrap();
    for (stage, words, what) in [
        ("stat", "a", "\"a\""),
        ("stat", "missing", "\"missing\""),
        ("stat", "- a", "\"a\""),
        ("stat", "--merge a", "\"a\""),
        ("stat", "--merge", "records (--merge)"),
        ("stat", "/dev/null", "another input"),
        ("log", "--check a", "\"a\""),
    ] {
        let option = format!("--{stage}");
        let words = ["--conv", "--rate max --count 10", &option, words];
        Program::new("launcher").args(words).dir(&dir).finish().exits(2).writes("").says(&[
            format!(
                "launcher: cannot let {stage} read {what}: in a pipeline it reads what conv sends \
                 (use --conv '--from FILE', or {stage} by itself)"
            ),
        ]);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "nothing was made");
    }
    let words = ["--conv", "--rate max --count 10", "--stat", "-"];
    Program::new("launcher").args(words).dir(&dir).finish().exits(0);
}

#[test]
fn what_a_shell_would_take_for_itself_has_its_meaning_or_is_reported() {
    says(
        "launcher --log '#1.log'",
        2,
        "launcher: invalid value '#1.log' for '--log <ARGS>': \"#1.log\" would be a comment: quote it, \
         too; try 'launcher --help'",
    );
    says(
        "launcher --log '~nobody/x.log'",
        2,
        "launcher: invalid value '~nobody/x.log' for '--log <ARGS>': \"~nobody/x.log\" cannot be \
         expanded here: write the directory out; try 'launcher --help'",
    );
    let dir = tempfile::tempdir().unwrap();
    Program::new("launcher")
        .args(["--conv", "--rate max --range 7..7 --count 2", "--log", "~/x.log"])
        .env("HOME", dir.path())
        .finish()
        .exits(0)
        .says(&["launcher: 2 samples sent, 2 recorded, 2 counted, 0 rejected"]);
    assert_eq!(fs::read(dir.path().join("x.log")).unwrap(), b"7\n7\n");
}

#[test]
fn a_record_names_all_that_it_lacks_and_shows_no_more_of_what_it_holds_than_is_good() {
    let missing = "missing fields `rejected`, `last`, `sum`, `mean`, `sd`, `min`, `max`";
    Program::new("report")
        .input("{\"n\":1}\n")
        .finish()
        .exits(3)
        .writes("")
        .says(&[format!("report: line 1: not a record: {missing}: \"{{\\\"n\\\":1}}\"")]);
    for value in ["\u{9b}2J".to_owned(), "7".repeat(1 << 20)] {
        let input = format!("{{\"n\":\"{value}\"}}\n");
        let finished = Program::new("report").input(input).finish().exits(3);
        let line = finished.stderr.trim_end_matches('\n');
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(line.chars().count() < 250 && line.contains(", expected u64"), "{line}");
    }
}

#[test]
fn what_bash_names_for_a_process_is_handed_on() {
    let dir = tempfile::tempdir().unwrap();
    let conv = "--conv '--rate max --range 7..7 --count 3'";
    // The process ends when its input does: by then every process must have closed that.
    let script = format!("exec 4>&1; launcher {conv} --log >(cat >&4) > /dev/null; exec 4>&-");
    let finished = Program::bash(&script).dir(&dir).finish().exits(0).writes("7\n7\n7\n");
    finished.says(&["launcher: 3 samples sent, 3 recorded, 3 counted, 0 rejected"]);
    let script = "launcher --conv \"--from \"<(seq 3) --log /dev/null | tail -n 1";
    let finished = Program::bash(script).dir(&dir).finish().exits(0);
    assert!(finished.stdout.starts_with("n 3  sum 6 "), "{finished}");
}

#[test]
fn what_the_launcher_hands_on_goes_to_the_stage_that_names_it_alone() {
    let dir = tempfile::tempdir().unwrap();
    let script = "exec launcher --log /dev/fd/7 7> named 8> other";
    let running = Program::bash(script).dir(&dir).start();
    running.wait_for_lines(1);
    // While log syncs its directory, it has that open as well.
    let inside = format!("{}/", dir.path().display());
    for (name, pid) in wandler_tests::proc::children(running.pid()) {
        let open = wandler_tests::proc::descriptors(pid);
        let files: Vec<_> = open.values().filter(|what| what.starts_with(&inside)).collect();
        let is_right = files.iter().all(|file| name == "log" && file.ends_with("/named"));
        assert!(is_right && files.is_empty() == (name != "log"), "{name}: {open:#?}");
    }
    running.signal(nix::sys::signal::Signal::SIGTERM);
    running.finish().exits(0);
}

#[test]
fn a_line_that_comes_in_two_pieces_has_the_time_at_which_it_began() {
    let (input, mut feed) = io::pipe().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let log = Program::new("log").words("--timestamps unix run.log");
    let running = log.dir(&dir).stdin(input).start();
    feed.write_all(b"1\n2").unwrap();
    let recorded = || fs::read_to_string(dir.path().join("run.log")).unwrap_or_default();
    running.wait_until("the first line is recorded", || recorded().ends_with("\t1\n"));
    feed.write_all(b"2\n").unwrap();
    drop(feed);
    running.finish().exits(0);
    let recorded = recorded();
    let rows = recorded.strip_prefix("time\tvalue\n").unwrap().lines();
    let times: Vec<&str> = rows.map(|it| it.split('\t').next().unwrap()).collect();
    assert_eq!(times.len(), 2, "{times:?}");
    assert_eq!(times[0], times[1], "both began in one read");
}

#[test]
fn rejected_lines_are_reported_at_once_even_if_no_sample_comes() {
    let (input, mut feed) = io::pipe().unwrap();
    let running = Program::bash("stat | report --format json").stdin(input).start();
    feed.write_all(b"x\n").unwrap();
    running.wait_for_lines(1);
    feed.write_all(b"y\n").unwrap();
    running.wait_for_lines(2);
    drop(feed);
    let finished = running.finish();
    let rejected: Vec<&str> =
        finished.stdout.lines().map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(rejected, ["\"rejected\":1", "\"rejected\":2", "\"rejected\":2"], "{finished}");
}

#[test]
fn a_stage_that_names_thousands_of_files_is_refused_like_one_that_names_one() {
    let dir = tempfile::tempdir().unwrap();
    let files: String = (0..3000).map(|number| format!(" file{number}")).collect();
    for (stage, options) in [("log", format!("--check{files}")), ("stat", files.clone())] {
        let run = Program::new("launcher").args([format!("--{stage}"), options]);
        run.dir(&dir).finish().exits(2).writes("").says(&[format!(
            "launcher: cannot let {stage} read \"file0\": in a pipeline it reads what conv sends \
             (use --conv '--from FILE', or {stage} by itself)"
        )]);
    }
}

#[test]
fn statistics_of_csv_lead_to_what_reads_it() {
    for (text, delimiter) in [("when,temp\n1,2\n", ','), ("\"Zeit\";Temp (°C)\n1;2,5\n", ';')] {
        let finished = Program::new("stat").input(text).finish().exits(3);
        let told: Vec<&str> = finished.stderr.lines().collect();
        assert!(told[0].starts_with("stat: line 1: not a number: "), "{finished}");
        let hint = format!(
            "stat: line 1: this may be a header whose fields {delimiter:?} separates: conv --columns \
             reads such text"
        );
        assert_eq!(told[1], hint, "{finished}");
    }
    let prose = Program::new("stat").input("1\na,b\n").finish().exits(3);
    prose.says(&["stat: line 2: not a number: \"a,b\""]);
}
