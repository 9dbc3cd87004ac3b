//! WAV as other programs write it, against the samples that they read from it.

use std::fs;

use tempfile::TempDir;
use wandler_tests::account::closing;
use wandler_tests::needs::{has, missing, runs};
use wandler_tests::run::Program;

/// Six samples of 16 bits, with nothing else.
const PLAIN: &[u8] =
    b"RIFF\x30\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0\
    data\x0c\0\0\0\x64\0\x9c\xff\xc8\0\x38\xff\x2c\x01\xd4\xfe";

/// What ffmpeg puts behind them.
const TAIL: &[u8] = b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf60.16.100\0";

const SIX: &str = "100\n-100\n200\n-200\n300\n-300\n";

/// Six samples behind a head that a recorder wrote before the first, or the third.
fn left_by_a_recorder(samples: u8) -> Vec<u8> {
    let mut all = PLAIN.to_vec();
    (all[4], all[40]) = (36 + 2 * samples, 2 * samples);
    all
}

fn with_tail() -> Vec<u8> {
    let mut all = [PLAIN, TAIL].concat();
    all[4] += TAIL.len() as u8;
    all
}

#[test]
fn wav_is_read_by_itself_from_a_file_and_a_pipe() {
    let dir = tempfile::tempdir().unwrap();
    for bytes in [PLAIN, &with_tail()] {
        fs::write(dir.path().join("x.wav"), bytes).unwrap();
        for (from, name) in [("x.wav", "\"x.wav\""), ("-", "standard input")] {
            let conv = |options: &str| {
                Program::new("conv")
                    .args(["--from", from])
                    .words(options)
                    .dir(&dir)
                    .input(bytes)
                    .finish()
            };
            let found = format!("conv: {name} is WAV: 1 channel of s16le, 8000 a second");
            conv("").exits(0).writes(SIX).says(&[&found, &closing(6, 0)]);
            conv("--format wav").exits(0).writes(SIX).says(&[closing(6, 0)]);
            let refused = format!(
                "conv: cannot take samples from {name}: it is RIFF (WAV), whose headers are no samples: \
                 conv --from FILE --format wav"
            );
            conv("--format s16le").exits(1).writes("").says(&[&refused]);
            conv("--format text").exits(1).writes("").says(&[&refused]);
            let untimed = format!(
                "conv: cannot take columns of {name}: it is WAV, which has no column of times"
            );
            conv("--time 1").exits(1).writes("").says(&[untimed]);
            for (option, why) in [
                ("--skip 1", "--skip is for text and raw words: WAV says where its data begin"),
                ("--comment #", "--delimiter, --decimal and --comment are for text"),
            ] {
                let why = format!("conv: cannot take columns of {name}: it is WAV: {why}");
                conv(option).exits(1).writes("").says(&[why]);
            }
        }
    }
}

#[test]
fn channels_of_wav_are_rows_and_are_converted_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let mut stereo = PLAIN.to_vec();
    (stereo[22], stereo[32]) = (2, 4);
    fs::write(dir.path().join("x.wav"), stereo).unwrap();
    for (options, output) in [
        ("", "ch1\tch2\n100\t-100\n200\t-200\n300\t-300\n"),
        ("--columns 2", "-100\n-200\n-300\n"),
        ("--names left,right --scale right=0.5", "left\tright\n100\t-50\n200\t-100\n300\t-150\n"),
        ("--columns 2,1 --count 1", "ch2\tch1\n-100\t100\n"),
    ] {
        let run = Program::new("conv").words("--format wav --from x.wav").words(options).dir(&dir);
        run.finish().exits(0).writes(output);
    }
    let run = Program::new("conv").words("--format wav --from x.wav --columns 3").dir(&dir);
    let why = "conv: cannot take columns of \"x.wav\": there is no channel 3 of 2";
    run.finish().exits(1).writes("").says(&[why]);
}

#[test]
fn no_sample_is_lost_in_silence_where_a_recorder_was_ended() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("FILE"), left_by_a_recorder(0)).unwrap();
    let conv = || Program::bash("conv --format wav --from FILE").dir(&dir).finish();
    conv().exits(0).writes(SIX).says(&[closing(6, 0)]);
    fs::write(dir.path().join("FILE"), left_by_a_recorder(2)).unwrap();
    let command = "tail -c +49 FILE | conv --from - --format s16le";
    conv().exits(3).writes("100\n-100\n").says(&[
        &format!(
            "conv: word 3: 8 bytes behind the data are not read, and are no other chunk; as samples: {command}"
        ),
        &closing(2, 1),
    ]);
    let rest = "200\n-200\n300\n-300\n";
    Program::bash(command).dir(&dir).finish().exits(0).writes(rest).says(&[closing(4, 0)]);
}

/// How a kind of sample is scaled to 32 bits, as other programs print it.
#[derive(Clone, Copy)]
enum Scaled {
    Unsigned8,
    /// Shifted left by this many bits.
    Signed(u32),
    Float,
    Double,
}

impl Scaled {
    fn to_32_bits(self, sample: &str) -> i32 {
        let number = || sample.parse::<i64>().unwrap();
        match self {
            Scaled::Unsigned8 => ((number() - 128) << 24) as i32,
            Scaled::Signed(shift) => (number() << shift) as i32,
            Scaled::Float => full_scale(sample.parse::<f32>().unwrap().into()),
            Scaled::Double => full_scale(sample.parse().unwrap()),
        }
    }
}

/// Of numbers from −1 to 1. Beyond, they are clipped, as an `as` does.
fn full_scale(number: f64) -> i32 {
    (number * 2f64.powi(31)).round() as i32
}

/// Compares what conv reads from the output of `written`, a shell command, with the words of 32 bits
/// that another command prints.
fn agree(dir: &TempDir, written: &str, read: &str, scaled: Scaled) {
    let script = format!("set -o pipefail; {written} | conv --from - --format wav");
    let ours = Program::bash(&script).dir(dir).finish().exits(0);
    assert!(!ours.stderr.contains("header promises"), "{ours}");
    let other = Program::bash(&format!("{read} > other.raw")).dir(dir).finish().exits(0);
    let other =
        fs::read(dir.path().join("other.raw")).unwrap_or_else(|why| panic!("{why}: {other}"));
    let other: Vec<i32> =
        other.as_chunks().0.iter().map(|&word| i32::from_le_bytes(word)).collect();
    let rows = ours.stdout.lines().filter(|line| !line.starts_with("ch"));
    let ours: Vec<i32> =
        rows.flat_map(|row| row.split('\t')).map(|it| scaled.to_32_bits(it)).collect();
    assert!(!other.is_empty(), "{read}");
    let other_at = ours.iter().zip(&other).position(|(one, other)| one != other);
    assert_eq!((ours.len(), other_at), (other.len(), None), "{written} and {read}");
}

fn write_noise(dir: &TempDir, options: &str) {
    let script = format!("sox -R -n -r 8000 {options} x.wav synth 0.1 whitenoise");
    Program::bash(&script).dir(dir).finish().exits(0);
}

#[test]
fn the_samples_of_every_width_are_those_that_sox_prints() {
    if !has("sox", "apt-get install sox") {
        return;
    }
    for (options, scaled) in [
        ("-e unsigned -b 8", Scaled::Unsigned8),
        ("-e signed -b 16", Scaled::Signed(16)),
        ("-e signed -b 24", Scaled::Signed(8)),
        ("-e signed -b 32", Scaled::Signed(0)),
        ("-e float -b 32", Scaled::Float),
        ("-e float -b 64", Scaled::Double),
    ] {
        for channels in [1, 2, 3] {
            for order in ["-L", "-B"] {
                let dir = tempfile::tempdir().unwrap();
                write_noise(&dir, &format!("-c {channels} {options} {order}"));
                let read = "sox x.wav -t raw -e signed -b 32 -L -";
                agree(&dir, "cat x.wav", read, scaled);
                // Where it cannot go back to write how long the data became.
                agree(&dir, "sox x.wav -t wav - | cat", read, scaled);
            }
        }
    }
}

#[test]
fn a_coding_that_is_not_read_is_made_readable_by_what_the_message_says() {
    if !has("sox", "apt-get install sox") {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    Program::bash("sox -R -n -r 8000 -e mu-law FILE.wav synth 0.01 sine 440; mv FILE.wav FILE")
        .dir(&dir)
        .finish()
        .exits(0);
    let run = Program::bash("conv --from FILE").dir(&dir).finish().exits(1).writes("");
    let command = "sox FILE -t wav -e signed - | conv --from - --format wav";
    let why = format!("it is WAV, but its samples are mu-law: {command}");
    run.says(&[format!("conv: cannot take samples from \"FILE\": {why}")]);
    let command = command.replace("sox FILE", "sox -t wav FILE");
    let made = Program::bash(&command).dir(&dir).finish().exits(0);
    assert_eq!(made.stdout.lines().count(), 80, "{made}");
}

#[test]
fn the_samples_are_those_that_ffmpeg_reads_from_its_files() {
    if !has("ffmpeg", "apt-get install ffmpeg") {
        return;
    }
    for (coding, scaled) in [
        ("pcm_u8", Scaled::Unsigned8),
        ("pcm_s16le", Scaled::Signed(16)),
        ("pcm_s24le", Scaled::Signed(8)),
        ("pcm_s32le", Scaled::Signed(0)),
    ] {
        for options in ["", "-ac 6", "-rf64 always", "-rf64 always -ac 2", "-rf64 auto -bitexact"] {
            let dir = tempfile::tempdir().unwrap();
            let ffmpeg = "ffmpeg -nostdin -loglevel error";
            let source = "-f lavfi -i sine=frequency=440:sample_rate=8000:duration=0.1";
            let written = format!("{ffmpeg} {source} -c:a {coding} {options}");
            Program::bash(&format!("{written} x.wav")).dir(&dir).finish().exits(0);
            let read = format!("{ffmpeg} -i x.wav -f s32le -c:a pcm_s32le -");
            agree(&dir, "cat x.wav", &read, scaled);
            agree(&dir, &format!("{written} -f wav -"), &read, scaled);
        }
    }
}

#[test]
fn the_samples_are_those_that_python_writes() {
    if !runs("python3 -c 'import wave'") {
        return missing("python3", "apt-get install python3");
    }
    let script = "\
import random, sys, wave
width, channels = map(int, sys.argv[1:])
random.seed(1)
samples = [random.randrange(256 ** width) - (0 if width == 1 else 256 ** width // 2)
           for _ in range(100 * channels)]
with wave.open('x.wav', 'wb') as file:
    file.setparams((channels, width, 8000, 0, 'NONE', ''))
    file.writeframes(b''.join(it.to_bytes(width, 'little', signed=width > 1) for it in samples))
for at in range(0, len(samples), channels):
    print(*samples[at:at + channels], sep='\\t')
";
    for width in 1..=4 {
        for channels in [1, 2, 5] {
            let dir = tempfile::tempdir().unwrap();
            let (width, channels) = (width.to_string(), channels.to_string());
            let python = Program::other("python3").args(["-c", script, &width, &channels]);
            let python = python.dir(&dir).finish().exits(0);
            let ours = Program::new("conv").words("--format wav --from x.wav").dir(&dir).finish();
            let header = usize::from(channels != "1");
            let rows: Vec<&str> = ours.stdout.lines().skip(header).collect();
            let theirs: Vec<&str> = python.stdout.lines().collect();
            assert_eq!(rows, theirs, "{width} bytes, {channels} channels: {ours}");
            ours.exits(0);
        }
    }
}

#[test]
fn stat_says_what_reads_wav_and_that_works() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("FILE"), with_tail()).unwrap();
    let refused = Program::bash("stat FILE").dir(&dir).finish().exits(1).writes("");
    let command = "conv --from FILE --format wav";
    refused.says(&[format!(
        "stat: cannot take samples from \"FILE\": it is RIFF (WAV), whose headers are no samples: {command}"
    )]);
    Program::bash(command).dir(&dir).finish().exits(0).writes(SIX);
}
