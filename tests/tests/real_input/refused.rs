//! What is not taken for samples, and that the command in the message makes samples of it.

use nix::sys::stat::Mode;
use nix::unistd::mkfifo;
use wandler_tests::serial::Serial;

use super::*;

#[test]
fn foreign_framing_is_refused_with_what_to_do() {
    let wav =
        b"RIFF\x30\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data";
    let riff = "it is RIFF (WAV), whose headers are no samples: conv --from FILE --format wav";
    let form = "it is FORM (AIFF), whose headers are no samples: \
                sox FILE -t wav - | conv --from - --format wav";
    let block = "it is an instrument's block with a header of 10 bytes: leave that out, \
                 tail -c +11 FILE | conv --from -, with the --format of its data";
    let mark = "it begins with a byte order mark: leave that out, tail -c +4 FILE | conv --from -";
    let utf_16 = |name: &str| {
        format!(
            "it is UTF-16: iconv -f {name} -t UTF-8 FILE | conv --from -, \
             unless it is raw words, which conv reads with --format"
        )
    };
    for (bytes, options, why) in [
        (&wav[..], "--format s16le", riff.to_owned()),
        (b"FORM\0\0\0\x2eAIFFCOMM", "--format s16be", form.to_owned()),
        (b"#800000004\x01\0\x02\0\n", "--format s16le", block.to_owned()),
        (b"#8000000041,2\n", "", block.to_owned()),
        (b"#0\x01,2\n", "", block.replace("10 bytes", "2 bytes").replace("+11", "+3")),
        (b"\xef\xbb\xbf1\n2\n", "", mark.to_owned()),
        (b"\xff\xfe1\0\n\0", "", utf_16("UTF-16")),
        (b"1\0\n\x002\0\n\0", "", utf_16("UTF-16LE")),
        (b"1\0\0\0\n\0\0\0", "", utf_16("UTF-32LE").replace("is UTF-16", "is UTF-32")),
        (b"fLaC\0\0\0\x22", "", form.replace("FORM (AIFF)", "FLAC")),
    ] {
        let finished = Program::new("conv").words("--from -").words(options).input(bytes).finish();
        let refused = format!("conv: cannot take samples from standard input: {why}");
        finished.exits(1).writes("").says(&[refused]);
    }
    // As words, a byte order mark and the beginning of a block are like any other.
    conv("--format s16le", b"\xff\xfe#1").exits(0).writes("-257\n12579\n").says(&[closing(2, 0)]);
}

#[test]
fn stat_refuses_the_same_and_a_check_of_what_was_recorded_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let conv = "it is RIFF (WAV), whose headers are no samples: conv --from FILE --format wav";
    let mark = "it begins with a byte order mark: leave that out, tail -c +4 FILE |";
    let utf_16 = |reader: &str| {
        format!(
            "it is UTF-16: iconv -f UTF-16 -t UTF-8 FILE | {reader}, \
             unless it is raw words, which conv reads with --format"
        )
    };
    for (bytes, to_stat, to_log) in [
        (&b"RIFF\x30\0\0\0WAVEfmt \n"[..], conv.to_owned(), conv.to_owned()),
        (b"\xef\xbb\xbf1\n2\n", format!("{mark} stat"), format!("{mark} log NEW")),
        (b"\xff\xfe1\0\n\0", utf_16("stat"), utf_16("log NEW")),
    ] {
        fs::write(dir.path().join("x"), bytes).unwrap();
        let refused = |name| [format!("stat: cannot take samples from {name}: {to_stat}")];
        let run = Program::new("stat").input(bytes).finish();
        run.exits(1).writes("").says(&refused("standard input"));
        let run = Program::new("stat").words("x").dir(&dir).finish();
        run.exits(1).writes("").says(&refused("\"x\""));
        let run = Program::new("log").words("--check x").dir(&dir).finish().exits(3);
        assert_eq!(run.stderr.lines().next().unwrap(), format!("log: \"x\": {to_log}"), "{run}");
    }
}

#[test]
fn what_sends_by_itself_is_not_polled() {
    let (dir, serial) = (tempfile::tempdir().unwrap(), Serial::raw());
    mkfifo(&dir.path().join("fifo"), Mode::S_IRWXU).unwrap();
    for (file, what) in [("fifo", "a FIFO"), (serial.path.as_str(), "a terminal")] {
        let reason = format!("it is {what}, which sends by itself (use --from)");
        Program::new("conv")
            .args(["--poll", file])
            .dir(&dir)
            .finish()
            .exits(1)
            .writes("")
            .says(&[format!("conv: cannot poll \"{file}\": {reason}")]);
    }
    let reason = "--poll reads a file at each tick; standard input is --from -";
    let reason = format!("conv: {reason}; try 'conv --help'");
    Program::new("conv").words("--poll -").finish().exits(2).writes("").says(&[reason]);
}

#[test]
fn what_the_messages_of_refusal_say_to_do_works() {
    let script = "printf '\\xff\\xfe1\\0\\n\\0' > FILE; iconv -f UTF-16 -t UTF-8 FILE | conv --from -
                  printf '1\\0\\0\\0\\n\\0\\0\\0' > FILE; iconv -f UTF-32LE -t UTF-8 FILE | conv --from -
                  printf '\\xef\\xbb\\xbf2\\n' > FILE; tail -c +4 FILE | conv --from -
                  printf '#800000002\\3\\0' > FILE; tail -c +11 FILE | conv --from - --format s16le";
    let dir = tempfile::tempdir().unwrap();
    let finished = Program::bash(script).dir(&dir).finish().exits(0).writes("1\n1\n2\n3\n");
    finished.says(&[closing(1, 0), closing(1, 0), closing(1, 0), closing(1, 0)]);
}
