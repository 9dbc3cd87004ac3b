//! The whole pipeline, by the launcher and by the shell.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nix::sys::signal::Signal;
use wandler_tests::programs::{directory, program, root};
use wandler_tests::run::{Finished, Program};
use wandler_tests::turns::FULL_SPEED;
use wandler_tests::via::{is_end, launcher, turn};
use wandler_tests::{over_every_transport, proc, rounds};

over_every_transport!(
    the_classic_system_shows_and_records_each_sample_until_ctrl_c,
    five_million_samples_are_recorded_and_counted_and_the_shell_form_gives_the_same,
    ps_shows_the_launcher_and_its_five_children_with_no_descriptors_but_their_own,
    a_report_whose_reader_leaves_ends_the_pipeline_in_order,
    a_stage_that_cannot_be_executed_is_named_and_nothing_begins,
    a_stage_with_a_wrong_option_ends_the_launcher_before_any_stage_begins,
    rejected_input_makes_status_3_and_is_in_the_account,
    a_quiet_launcher_shows_only_the_account_but_keeps_what_it_is_to_keep,
);

/// The sum of the integers in a file, by an independent program.
fn awk_sum(path: &Path) -> String {
    let done =
        Program::other("awk").args(["{ sum += $1 } END { print sum }"]).args([path]).finish();
    done.exits(0).stdout.trim().to_owned()
}

fn last_line(finished: &Finished) -> &str {
    finished.stdout.lines().last().unwrap_or_default()
}

fn the_classic_system_shows_and_records_each_sample_until_ctrl_c(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let running = launcher(via).dir(&dir).start();
    running.wait_for_lines(3);
    running.signal_group(Signal::SIGINT);
    let finished = running.finish().exits(0);

    let log = fs::read_to_string(dir.path().join("samples.log")).unwrap();
    let count = log.lines().count();
    assert_eq!(count, 3, "{finished}");
    let sum: i64 = log.lines().map(|line| line.parse::<i64>().unwrap()).sum();
    assert!(log.lines().all(|line| (0..=100).contains(&line.parse::<i64>().unwrap())), "{log}");
    let shown = last_line(&finished).to_owned();
    assert!(shown.starts_with(&format!("n {count}  sum {sum}  mean ")), "{finished}");
    // A line for each sample, and the last record, which is always shown.
    assert_eq!(finished.stdout.lines().count(), count + 1);
    finished.says(&[format!(
        "launcher: {count} samples sent, {count} recorded, {count} counted, 0 rejected"
    )]);
}

fn five_million_samples_are_recorded_and_counted_and_the_shell_form_gives_the_same(via: &str) {
    let (_turn, dir) = (FULL_SPEED.take(), tempfile::tempdir().unwrap());
    let conv = "--rate max --count 5000000 --seed 1";
    let launched = launcher(via)
        .args(["--conv", conv, "--log", "--truncate run.log", "--report", "--format json"])
        .dir(&dir)
        .finish()
        .exits(0)
        .says(&["launcher: 5000000 samples sent, 5000000 recorded, 5000000 counted, 0 rejected"]);
    let log = fs::read(dir.path().join("run.log")).unwrap();
    assert_eq!(log.iter().filter(|&&byte| byte == b'\n').count(), 5_000_000);
    let sum = awk_sum(&dir.path().join("run.log"));
    let expected = "{\"n\":5000000,\"rejected\":0,\"last\":";
    assert!(last_line(&launched).starts_with(expected), "{launched}");
    assert!(last_line(&launched).contains(&format!("\"sum\":{sum},")), "{sum} {launched}");

    let piped = Program::other(root().join("scripts/pipeline"))
        .env("WANDLER_PROGRAMS", directory())
        .args(["--conv", conv, "--log", "--truncate shell.log", "--report", "--format json"])
        .dir(&dir)
        .finish()
        .exits(0);
    assert!(fs::read(dir.path().join("shell.log")).unwrap() == log, "{piped}");
    assert_eq!(last_line(&piped), last_line(&launched));
}

#[test]
fn the_printed_shell_forms_do_what_the_launcher_does() {
    for via in ["pipe", "fifo"] {
        let dir = tempfile::tempdir().unwrap();
        let arguments = ["--conv", "--rate max --count 1000 --seed 7", "--log", "'my run.log'"];
        let printed = launcher(via).args(arguments).args(["--print"]).finish().exits(0);
        assert!(!dir.path().join("my run.log").exists(), "nothing is run");
        let by_shell = Program::bash(&printed.stdout).dir(&dir).env("TMPDIR", dir.path());
        let by_shell = by_shell.finish().exits(0);
        let recorded = fs::read(dir.path().join("my run.log")).unwrap();
        fs::remove_file(dir.path().join("my run.log")).unwrap();
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 0, "it cleans up");
        let launched = launcher(via).args(arguments).dir(&dir).finish().exits(0);
        assert!(fs::read(dir.path().join("my run.log")).unwrap() == recorded);
        assert_eq!(last_line(&launched), last_line(&by_shell));
    }
}

#[test]
fn ctrl_c_ends_the_shell_form_with_named_pipes_in_order() {
    for _ in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let arguments = ["--print", "--conv", "--rate max", "--log", "run.log"];
        let printed = launcher("fifo").args(arguments).finish().exits(0);
        let running = Program::bash(&printed.stdout).dir(&dir).env("TMPDIR", dir.path()).start();
        running.wait_for_lines(2);
        running.signal_group(Signal::SIGINT);
        let finished = running.finish().exits(0);
        let log = fs::read(dir.path().join("run.log")).unwrap();
        let lines = log.iter().filter(|&&byte| byte == b'\n').count();
        assert!(last_line(&finished).starts_with(&format!("n {lines}  ")), "{finished}");
        finished.says(&[format!("conv: {lines} samples sent, 0 rejected, 0 ticks missed")]);
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "it cleans up");
    }
}

fn ps_shows_the_launcher_and_its_five_children_with_no_descriptors_but_their_own(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    // Descriptor 7 stands for what a careless parent leaves open.
    let script = format!("exec {} --via {via} 7</dev/null", program("launcher").display());
    let running = Program::bash(&script).dir(&dir).start();
    running.wait_for_lines(1);
    let children = proc::children(running.pid());
    let names: BTreeSet<&str> = children.keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["conv", "log", "report", "stat", "tee"]), "{running}");
    let launcher = proc::all().into_iter().find(|it| it.pid == running.pid()).unwrap();
    assert_eq!(launcher.name, "launcher");
    let directory = dir.path().to_str().unwrap();
    for (name, pid) in children {
        // The first line does not wait for log to begin; and while that syncs the directory of its new
        // file, it has it open as well.
        running.wait_until("log has its file, and has synced its directory", || {
            let open = proc::descriptors(pid);
            let has = |path: &str| open.values().any(|what| what == path);
            !has(directory) && (name != "log" || has(&format!("{directory}/samples.log")))
        });
        let mut open = proc::descriptors(pid);
        open.retain(|_, what| what != directory);
        let numbers: Vec<u32> = open.keys().copied().filter(|&number| number < 3).collect();
        assert_eq!(numbers, [0, 1, 2], "{name}: {open:#?}");
        let standard: &[u32] = match name.as_str() {
            "conv" => &[1],
            "tee" | "stat" => &[0, 1],
            _ => &[0],
        };
        assert!(standard.iter().all(|number| is_end(via, &open[number])), "{name}: {open:#?}");
        let mut others: Vec<&String> =
            open.iter().filter(|(number, _)| **number > 2).map(|(_, what)| what).collect();
        let ledger = others.iter().position(|what| what.starts_with("pipe:["));
        others.remove(ledger.unwrap_or_else(|| panic!("{name}: {open:#?}")));
        // Besides the ledger: the count of rejections, the second output of tee, and the file of log.
        let log = dir.path().join("samples.log");
        let as_it_should_be = match (name.as_str(), &others[..]) {
            ("tee", [second]) => is_end(via, second),
            ("log", [file]) => Path::new(file) == log,
            ("conv" | "report", [count]) => *count == "anon_inode:[eventfd]",
            (_, others) => others.is_empty(),
        };
        assert!(as_it_should_be, "{name}: {open:#?}");
    }
    running.signal(Signal::SIGTERM);
    running.finish().exits(0);
}

#[test]
fn the_verbose_tables_show_the_wiring_and_the_endings() {
    for (via, one, several, made_of) in [
        ("pipe", "pipe", "pipes", "pipe, up to "),
        ("fifo", "named pipe", "named pipes", "named pipe, up to "),
        ("socket", "socket", "sockets", "socket, AF_UNIX, SOCK_STREAM"),
        ("mqueue", "message queue", "message queues", "message queue, up to "),
        ("shm", "shared memory", "shared memory", "shared memory, 16 slots of "),
    ] {
        let (_turn, dir) = (turn(via), tempfile::tempdir().unwrap());
        let finished = launcher(via)
            .args(["-v", "--conv", "--rate max --count 10"])
            .dir(&dir)
            .finish()
            .exits(0);
        let lines: Vec<Vec<&str>> =
            finished.stderr.lines().map(|line| line.split_whitespace().skip(1).collect()).collect();
        assert_eq!(lines[0], ["PID", "STAGE", "INPUT", "OUTPUT"], "{finished}");
        let wiring: Vec<String> = lines[1..6].iter().map(|words| words[1..].join(" ")).collect();
        assert_eq!(
            wiring,
            [
                format!("conv standard input {one} to tee"),
                format!("tee {one} from conv {several} to log and stat"),
                format!("log {one} from tee its file"),
                format!("stat {one} from tee {one} to report"),
                format!("report {one} from stat standard output"),
            ]
        );
        assert_eq!(lines[6], ["TRANSPORT", "MADE", "OF"]);
        let links = ["conv to tee", "tee to log", "tee to stat", "stat to report"];
        for (words, link) in lines[7..11].iter().zip(links) {
            let line = words.join(" ");
            assert!(line.starts_with(&format!("{link} {made_of}")), "{finished}");
        }
        for (words, kind) in lines[11..13].iter().zip(["call", "file"]) {
            let line = words.join(" ");
            assert!(line.contains(" stage gives up ") && line.contains(kind), "{finished}");
        }
        assert_eq!(lines[13], ["STAGE", "CPU", "PEAK", "ENDING"]);
        for (words, name) in lines[14..19].iter().zip(["conv", "tee", "log", "stat", "report"]) {
            assert_eq!((words[0], words[5]), (name, "ended"), "{finished}");
        }
        assert_eq!(lines.len(), 20, "{finished}");
    }
}

fn a_quiet_launcher_shows_only_the_account_but_keeps_what_it_is_to_keep(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    let finished = launcher(via)
        .args(["--quiet", "--conv", "--rate max --count 7 --range 3..3"])
        .args(["--report", "--textfile metrics --fail-if 'max>2'"])
        .dir(&dir)
        .finish()
        .exits(1)
        .writes("");
    let account = "launcher: 7 samples sent, 7 recorded, 7 counted, 0 rejected";
    assert_eq!(finished.stderr.lines().last(), Some(account), "{finished}");
    assert!(finished.stderr.starts_with("report: max>2 "), "{finished}");
    assert_eq!(fs::read_to_string(dir.path().join("samples.log")).unwrap(), "3\n".repeat(7));
    let metrics = fs::read_to_string(dir.path().join("metrics")).unwrap();
    assert!(metrics.contains("wandler_samples_total 7\n"), "{metrics}");
}

#[test]
fn a_quiet_launcher_is_verbose_where_that_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let finished = launcher("pipe")
        .args(["--quiet", "-v", "--conv", "--rate max --count 7"])
        .dir(&dir)
        .finish()
        .exits(0)
        .writes("");
    let first_words: Vec<&str> =
        finished.stderr.lines().filter_map(|line| line.split_whitespace().nth(1)).collect();
    for table in ["PID", "TRANSPORT", "STAGE"] {
        assert!(first_words.contains(&table), "no table that begins with {table}\n{finished}");
    }
    let account = "launcher: 7 samples sent, 7 recorded, 7 counted, 0 rejected";
    assert!(finished.stderr.lines().any(|line| line == account), "{finished}");
}

fn a_report_whose_reader_leaves_ends_the_pipeline_in_order(via: &str) {
    for _ in 0..rounds() {
        let dir = tempfile::tempdir().unwrap();
        let script =
            format!("launcher --via {via} --conv '--rate 1k' | head -n 1; exit ${{PIPESTATUS[0]}}");
        let finished = Program::bash(&script).dir(&dir).finish().exits(0);
        assert_eq!(finished.stdout.lines().count(), 1, "{finished}");
        let log = fs::read_to_string(dir.path().join("samples.log")).unwrap();
        let recorded = log.lines().count();
        let told = finished.stderr.trim_end();
        let counts = format!("launcher: {recorded} samples sent, {recorded} recorded, ");
        assert!(told.starts_with(&counts) && !told.contains("not settled"), "{finished}");
    }
}

fn a_stage_that_cannot_be_executed_is_named_and_nothing_begins(via: &str) {
    for refused in ["conv", "log", "stat", "report"] {
        // Linked, not copied: a file that is being written cannot be executed, and a process
        // that another test forks just then may hold it open for writing.
        let dir = tempfile::tempdir_in(directory()).unwrap();
        for name in ["launcher", "conv", "log", "stat", "report"] {
            if name != refused {
                fs::hard_link(program(name), dir.path().join(name)).unwrap();
            }
        }
        let path = dir.path().join(refused);
        // No user may execute it, not even root.
        fs::write(&path, "").unwrap();
        let finished = Program::other(dir.path().join("launcher"))
            .args(["--via", via])
            .dir(&dir)
            .finish()
            .exits(1);
        let path = path.display();
        finished.says(&[format!("launcher: cannot execute \"{path}\": Permission denied")]);
        let recorded = dir.path().join("samples.log");
        assert!(!recorded.exists(), "nothing is begun without {refused}");
    }
}

fn a_stage_with_a_wrong_option_ends_the_launcher_before_any_stage_begins(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("run.log"), "7\n").unwrap();
    for (stage, wrong, reason) in [
        (
            "conv",
            "--rate fast",
            "invalid value 'fast' for '--rate <HZ|max>': expected a rate such as \
                                 10, 2.5k, 1M or max",
        ),
        ("log", "run.log more.log", "only one file can be recorded in"),
        (
            "stat",
            "--evry 5",
            "unexpected argument '--evry' found (a similar argument exists: \
                              '--every')",
        ),
        ("report", "--svg x --textfile x", "--svg and --textfile name the same file"),
        ("report", "--help", "a pipeline cannot show a stage's help or version"),
    ] {
        // Nothing happens to files or inputs, whatever the other stages would do to them.
        let others =
            [("--conv", "--from -"), ("--log", "--truncate run.log"), ("--report", "--svg y")];
        let others = others.into_iter().filter(|(option, _)| option[2..] != *stage);
        let (input, mut feed) = std::io::pipe().unwrap();
        std::io::Write::write_all(&mut feed, b"1\n").unwrap();
        launcher(via)
            .args(others.flat_map(|(option, words)| [option, words]))
            .args([&format!("--{stage}"), wrong])
            .dir(&dir)
            .stdin(input.try_clone().unwrap())
            .finish()
            .exits(2)
            .writes("")
            .says(&[format!("{stage}: {reason}; try '{stage} --help'")]);
        assert_eq!(fs::read(dir.path().join("run.log")).unwrap(), b"7\n", "{stage}");
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 1, "{stage}");
        drop(feed);
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut &input, &mut rest).unwrap();
        assert_eq!(rest, "1\n", "nothing was read by {stage}'s pipeline");
    }
}

fn rejected_input_makes_status_3_and_is_in_the_account(via: &str) {
    let dir = tempfile::tempdir().unwrap();
    launcher(via)
        .args(["--conv", "--from -"])
        .input("1\ntwo\n3\n")
        .dir(&dir)
        .finish()
        .exits(3)
        .says(&[
            "conv: line 2: not a number: \"two\"",
            "launcher: 2 samples sent, 2 recorded, 2 counted, 1 rejected",
        ]);
}
