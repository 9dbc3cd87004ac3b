//! Real input: raw words and text, from a file and piped in, against independent conversions. (What is
//! not taken at all is in `refused`.)

mod refused;

use std::fmt::{Display, LowerExp};
use std::fs;
use std::io::Write;
use std::process::Stdio;

use wandler_tests::account::closing;
use wandler_tests::random::Random;
use wandler_tests::run::{Finished, Program};

/// Every raw format, and the bytes of its word.
const FORMATS: [(&str, usize); 22] = [
    ("u8", 1),
    ("s8", 1),
    ("u16le", 2),
    ("u16be", 2),
    ("s16le", 2),
    ("s16be", 2),
    ("u24le", 3),
    ("u24be", 3),
    ("s24le", 3),
    ("s24be", 3),
    ("u32le", 4),
    ("u32be", 4),
    ("s32le", 4),
    ("s32be", 4),
    ("u64le", 8),
    ("u64be", 8),
    ("s64le", 8),
    ("s64be", 8),
    ("f32le", 4),
    ("f32be", 4),
    ("f64le", 8),
    ("f64be", 8),
];

/// Runs `conv` on `bytes`, from a file and piped in; the results must be the same.
fn conv(options: &str, bytes: &[u8]) -> Finished {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("input"), bytes).unwrap();
    let from_file = Program::new("conv").words("--from input").words(options).dir(&dir).finish();
    let piped = Program::new("conv").words("--from -").words(options).input(bytes).finish();
    let same = (piped.code(), &piped.stdout, &piped.stderr)
        == (from_file.code(), &from_file.stdout, &from_file.stderr);
    assert!(same, "from a file:\n{from_file}\npiped in:\n{piped}");
    piped
}

/// Samples as text, a line each.
fn lines<S: AsRef<str>>(samples: impl IntoIterator<Item = S>) -> String {
    samples.into_iter().map(|sample| format!("{}\n", sample.as_ref())).collect()
}

/// The number in a word, from the name of its format alone: the sign, and the bytes' order.
fn number(format: &str, word: &[u8]) -> String {
    let mut bytes = word.to_vec();
    if format.ends_with("le") {
        bytes.reverse();
    }
    let bits = bytes.iter().fold(0, |bits, &byte| 256 * bits + u128::from(byte));
    let end = 1 << (8 * word.len());
    match (&format[..1], word.len()) {
        ("s", _) if bits >= end / 2 => format!("-{}", end - bits),
        ("u" | "s", _) => bits.to_string(),
        ("f", 4) => shortest(f32::from_bits(bits as u32)),
        _ => shortest(f64::from_bits(bits as u64)),
    }
}

/// A float as the standard library writes it: the fewest digits that read back as the same float.
fn shortest(float: impl Display + LowerExp) -> String {
    match float.to_string() {
        zero if zero == "-0" => "0".to_owned(),
        plain if plain.len() > 40 => format!("{float:e}"),
        plain => plain,
    }
}

/// Bytes that look random, the same in every run.
fn noise(count: usize) -> Vec<u8> {
    let mut random = Random::new(1);
    (0..count).map(|_| random.below(256) as u8).collect()
}

/// `units` × 10^−`places`, by integer arithmetic.
fn exact(units: i64, places: usize) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>1$}", units.unsigned_abs(), places + 1);
    let (before, behind) = digits.split_at(digits.len() - places);
    format!("{sign}{before}.{behind}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[test]
fn every_word_format_reads_its_extremes() {
    for (format, words, samples) in [
        ("u8", "00 01 7f 80 ff", "0 1 127 128 255"),
        ("s8", "00 01 7f 80 ff", "0 1 127 -128 -1"),
        ("u16le", "0000 0100 ff7f 0080 ffff", "0 1 32767 32768 65535"),
        ("u16be", "0000 0100 7fff 8000 ffff", "0 256 32767 32768 65535"),
        ("s16le", "0000 0100 ff7f 0080 ffff", "0 1 32767 -32768 -1"),
        ("s16be", "0000 0100 7fff 8000 ffff", "0 256 32767 -32768 -1"),
        ("s24le", "000000 010000 ffff7f 000080 ffffff", "0 1 8388607 -8388608 -1"),
        ("s24be", "000000 010000 7fffff 800000 ffffff", "0 65536 8388607 -8388608 -1"),
        ("s32le", "01000000 ffffff7f 00000080 ffffffff", "1 2147483647 -2147483648 -1"),
        ("s32be", "01000000 7fffffff 80000000 ffffffff", "16777216 2147483647 -2147483648 -1"),
        ("f32le", "00000080 cdcccc3d 0000803f", "0 0.1 1"),
        ("f32le", "01000000 ffff7f7f", "1e-45 340282350000000000000000000000000000000"),
        ("f32be", "3dcccccd 3fc00000 c0200000", "0.1 1.5 -2.5"),
        ("u24le", "000000 ffffff 000080", "0 16777215 8388608"),
        ("u32le", "00000000 01000000 00000080 ffffffff", "0 1 2147483648 4294967295"),
        (
            "s64le",
            "0100000000000000 ffffffffffffffff 0100000000002000 ffffffffffffff7f",
            "1 -1 9007199254740993 9223372036854775807",
        ),
        ("le:s12/16>>0", "0000 0100 ff07 0008 ff0f", "0 1 2047 -2048 -1"),
        ("le:s12/16>>4", "0000 1f00 f07f 0080 ffff", "0 1 2047 -2048 -1"),
        ("le:s24/32>>0", "00000000 ffff7f00 00008000 ffffff00", "0 8388607 -8388608 -1"),
        ("be:u24/32>>0", "aa000001 55ffffff", "1 16777215"),
        ("be:u24/32>>8", "000001aa ffffff55", "1 16777215"),
        ("f64le", "0000000000000080 9a9999999999b9bf", "0 -0.1"),
        ("f64le", "0100000000000000 ffffffffffffef7f", "5e-324 1.7976931348623157e308"),
    ] {
        let digits: Vec<u8> = words.bytes().filter(|byte| *byte != b' ').collect();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
        let bytes: Vec<u8> = digits.chunks(2).map(byte).collect();
        let samples: Vec<&str> = samples.split(' ').collect();
        conv(&format!("--format {format}"), &bytes)
            .exits(0)
            .writes(&lines(&samples))
            .says(&[closing(samples.len(), 0)]);
    }
}

#[test]
fn every_word_format_agrees_with_an_independent_conversion() {
    let noise = noise(200_000);
    for (format, width) in FORMATS {
        let is_finite = |word: &&[u8]| !number(format, word).ends_with(['N', 'f']);
        let words: Vec<&[u8]> = noise.chunks_exact(width).filter(is_finite).collect();
        let numbers: Vec<String> = words.iter().map(|word| number(format, word)).collect();
        conv(&format!("--format {format}"), &words.concat())
            .exits(0)
            .writes(&lines(&numbers))
            .says(&[closing(numbers.len(), 0)]);
    }
}

#[test]
fn each_of_several_interleaved_channels_can_be_taken() {
    let noise = noise(5 * 2000);
    for channel in 1..=5 {
        let words = noise.chunks_exact(2).skip(channel - 1).step_by(5);
        conv(&format!("--format s16be --channels 5 --channel {channel}"), &noise)
            .exits(0)
            .writes(&lines(words.map(|word| number("s16be", word))))
            .says(&[closing(1000, 0)]);
    }
}

#[test]
fn a_described_channel_of_several_words_has_them_all() {
    let bytes = [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0];
    let option = "--format le:s12/16X2>>0";
    for (options, output) in [
        ("", "ch1\tch2\n1\t2\n3\t4\n5\t6\n7\t8\n"),
        ("--channels 2", "ch1\tch2\n1\t2\n5\t6\n"),
        ("--channels 2 --columns 4,1", "ch4\tch1\n4\t1\n8\t5\n"),
        ("--columns 2", "2\n4\n6\n8\n"),
    ] {
        conv(&format!("{option} {options}"), &bytes).exits(0).writes(output);
    }
}

#[test]
fn the_pcm_data_of_a_wav_file_become_exact_samples() {
    let frames: Vec<[i16; 2]> = (0..4800i16)
        .map(|at| [at, (f64::from(at) / 48.0).sin().mul_add(32767.0, 0.0) as i16])
        .collect();
    let data: Vec<u8> = frames.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
    let header: [&[u8]; 13] = [
        b"RIFF",
        &(36 + data.len() as u32).to_le_bytes(),
        b"WAVEfmt ",
        &16u32.to_le_bytes(),
        &1u16.to_le_bytes(), // PCM
        &2u16.to_le_bytes(), // channels
        &48_000u32.to_le_bytes(),
        &(4 * 48_000u32).to_le_bytes(),
        &4u16.to_le_bytes(),
        &16u16.to_le_bytes(),
        b"data",
        &(data.len() as u32).to_le_bytes(),
        &data,
    ];
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("tone.wav"), header.concat()).unwrap();
    fs::write(dir.path().join("tone.raw"), &data).unwrap();
    // 1/32768 is 0.000030517578125, so that full scale is ±1.
    let options = "--format s16le --channels 2 --channel 2 --scale 0.000030517578125";
    let samples = lines(frames.iter().map(|frame| exact(i64::from(frame[1]) * 30_517_578_125, 15)));
    for script in ["tail -c +45 tone.wav | conv --from -", "conv --from tone.raw"] {
        Program::bash(&format!("{script} {options}"))
            .dir(&dir)
            .finish()
            .exits(0)
            .writes(&samples)
            .says(&[closing(4800, 0)]);
    }
}

#[test]
fn a_stream_that_ends_within_a_word_is_reported() {
    for (format, width) in FORMATS {
        for rest in 1..width {
            conv(&format!("--format {format}"), &vec![0; 2 * width + rest])
                .exits(3)
                .writes("0\n0\n")
                .says(&[
                    format!("conv: word 3: torn: the stream ends after {rest} of {width} bytes"),
                    closing(2, 1),
                ]);
        }
    }
    conv("--format s16le --channels 2", &[1, 0, 2, 0, 3, 0]).exits(3).writes("1\n").says(&[
        "conv: word 2: torn: the stream ends after 2 of 4 bytes".to_owned(),
        closing(1, 1),
    ]);
}

#[test]
fn a_word_that_comes_in_two_pieces_is_put_together() {
    let mut running =
        Program::new("conv").words("--from - --format s32be").stdin(Stdio::piped()).start();
    let mut input = running.stdin();
    input.write_all(&[0, 0, 0, 1, 0, 0, 1]).unwrap();
    running.wait_for_lines(1);
    input.write_all(&[4]).unwrap();
    running.wait_for_lines(2);
    drop(input);
    running.finish().exits(0).writes("1\n260\n").says(&[closing(2, 0)]);
}

#[test]
fn a_word_that_is_not_a_number_is_reported() {
    let floats = [f32::NAN, 1.5, f32::INFINITY, f32::NEG_INFINITY];
    let bytes: Vec<u8> = floats.iter().flat_map(|float| float.to_le_bytes()).collect();
    conv("--format f32le", &bytes).exits(3).writes("1.5\n").says(&[
        "conv: word 1: not a number".to_owned(),
        "conv: word 3: not a number".to_owned(),
        "conv: word 4: not a number".to_owned(),
        closing(1, 3),
    ]);
}

#[test]
fn text_is_made_canonical() {
    let text = "57\r\n \t-3.25\t \r\n+007\n.5\n1.\n1e-3\n-0\n2.50\n1E2\n1e300\n1e-40\n3";
    let samples =
        ["57", "-3.25", "7", "0.5", "1", "0.001", "0", "2.5", "100", "1e300", "1e-40", "3"];
    conv("", text.as_bytes()).exits(0).writes(&lines(samples)).says(&[closing(12, 0)]);
}

#[test]
fn text_that_is_not_a_number_is_reported_and_skipped() {
    conv("--format text", b"\xef\xbb1\n2\n\n1 2\n0x10\n12abc\n1,5\n3\n# 4\nNaN")
        .exits(3)
        .writes("2\n3\n")
        .says(&[
            r#"conv: line 1: not a number: "\xef\xbb1""#,
            "conv: line 3: empty",
            r#"conv: line 4: not a number: "1 2""#,
            r#"conv: line 5: not a number: "0x10""#,
            r#"conv: line 6: not a number: "12abc""#,
            "conv: further rejections are counted, and summed up at the end",
            "conv: 8 readings rejected, the first 5 of them reported above",
            "conv: 2 samples sent, 8 rejected, 0 ticks missed",
        ]);
}

#[test]
fn a_line_without_an_end_is_reported_by_its_start() {
    let endless = "7".repeat(10_000_000);
    let told = format!("conv: line 2: longer than 65536 bytes: \"{}…\"", "7".repeat(40));
    let dropped = "conv: line 2: without a line end: 10000000 bytes dropped".to_owned();
    let unended = [told.clone(), dropped, closing(1, 1)];
    conv("", format!("1\n{endless}").as_bytes()).exits(3).writes("1\n").says(&unended);
    let ended = [told, closing(2, 1)];
    conv("", format!("1\n{endless}\n2").as_bytes()).exits(3).writes("1\n2\n").says(&ended);
}

#[test]
fn lf_crlf_and_cr_end_a_line() {
    for text in ["21.5\r22.0\r22.5\r", "21.5\r\n22.0\r22.5", "21.5\n22.0\r\n22.5\n"] {
        let finished = conv("", text.as_bytes()).exits(0).writes("21.5\n22\n22.5\n");
        finished.says(&[closing(3, 0)]);
    }
}

#[test]
fn conversion_is_exact() {
    let tenths: Vec<i64> = (-1000..=1000).collect();
    let text = lines(tenths.iter().map(i64::to_string));
    let samples = lines(tenths.iter().map(|&tenth| exact(tenth, 1)));
    conv("--scale 0.1", text.as_bytes()).exits(0).writes(&samples).says(&[closing(2001, 0)]);
    let celsius = lines(tenths.iter().map(|&tenth| exact(10 * tenth + 27_315, 2)));
    conv("--offset 2731.5 --scale 0.1", text.as_bytes()).exits(0).writes(&celsius);
}

#[test]
fn fractions_and_maps_are_exact_and_only_what_is_no_finite_decimal_is_rounded_once() {
    let celsius = b"0\n20\n100\n-40\n";
    let fahrenheit = lines(["32", "68", "212", "-40"]);
    for words in ["--scale 9/5 --offset 160/9", "--map 0..100=32..212", "--map 100..-40=212..-40"] {
        conv(words, celsius).exits(0).writes(&fahrenheit).says(&[closing(4, 0)]);
    }
    let codes = b"0\n341\n1023\n512\n123456789012345678901\n";
    let volts = ["0", "1.6666666666666667", "5", "2.5024437927663734", "603405615896117690"];
    conv("--scale 5/1023", codes).exits(0).writes(&lines(volts));
    // The last one is 3/1023 × 341.
    let table = b"a\tb\tc\n341\t341\t341\n";
    conv("--map a=0..1023=-40..125 --scale 2 --scale c=3/1023", table)
        .exits(0)
        .writes("a\tb\tc\n15\t682\t1\n");
}

#[test]
fn a_map_replaces_the_conversion_that_lies_beside_a_polled_file() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [("in_voltage0_raw", "5"), ("in_voltage0_scale", "7")] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let poll = "--poll in_voltage0_raw --rate max --count 1";
    for (words, sample) in
        [("", "35\n"), ("--map 0..10=0..1", "0.5\n"), ("--scale 1/3", "1.6666666666666667\n")]
    {
        let conv = Program::new("conv").words(poll).words(words).dir(&dir).finish();
        conv.exits(0).writes(sample).says(&[closing(1, 0)]);
    }
}

#[test]
fn a_long_value_is_printed_without_a_useless_exponent() {
    conv("--scale 0.00488758553274682306940371456500488758553", b"512\n")
        .exits(0)
        .writes("2.50244379276637341153470185728250244379136\n")
        .says(&[closing(1, 0)]);
}

#[test]
fn a_plausible_range_may_be_open_at_one_end() {
    let numbers = b"-7e30\n2\n1.5\n";
    let said = ["conv: line 2: outside ..1.5: 2", &closing(2, 1)];
    let writes = format!("{}\n1.5\n", exact(-7, 0) + &"0".repeat(30));
    conv("--plausible ..1.5", numbers).exits(3).writes(&writes).says(&said);
    let long = format!("conv: line 1: outside -2..: {}", &writes[..32]);
    conv("--plausible -2..", numbers).exits(3).writes("2\n1.5\n").says(&[long, closing(2, 1)]);
}

#[test]
fn what_is_not_plausible_after_the_conversion_is_reported_and_skipped() {
    conv("--scale 0.1 --plausible -5..50", b"500\n501\n-50\n-50.1\n0\n")
        .exits(3)
        .writes("50\n-5\n0\n")
        .says(&[
            "conv: line 2: outside -5..50: 50.1",
            "conv: line 4: outside -5..50: -5.01",
            "conv: 3 samples sent, 2 rejected, 0 ticks missed",
        ]);
}
