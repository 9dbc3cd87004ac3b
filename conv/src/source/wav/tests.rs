use super::*;
use crate::processing::Processing;
use crate::sender::Sender;
use crate::{Error as Failed, Settings, convert_stream};
use proptest::prelude::*;
use stage::fake::{Chunks as InChunks, FakeClock};
use stage::process::message::chain;

/// A chunk, with the byte that makes it even.
fn chunk(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    let size = (contents.len() as u32).to_le_bytes();
    let pad = &[0][..contents.len() % 2];
    [&kind[..], &size, contents, pad].concat()
}

/// The contents of a `fmt ` chunk: the coding, channels, bytes of a word, and its bits.
fn fmt(coding: u16, channels: u16, bytes: u16, bits: u16) -> Vec<u8> {
    let frame = channels * bytes;
    let (rate, bytes_a_second) = (8000u32, 8000 * u32::from(frame));
    let mut all = [coding.to_le_bytes(), channels.to_le_bytes()].concat();
    all.extend([rate.to_le_bytes(), bytes_a_second.to_le_bytes()].concat());
    all.extend([frame.to_le_bytes(), bits.to_le_bytes()].concat());
    all
}

/// The same as an extensible one: of its bits, this many are used.
fn extensible(coding: u16, channels: u16, bytes: u16, used: u16) -> Vec<u8> {
    let mut all = fmt(0xfffe, channels, bytes, 8 * bytes);
    all.extend([22u16.to_le_bytes(), used.to_le_bytes()].concat());
    all.extend(0u32.to_le_bytes());
    all.extend(coding.to_le_bytes());
    all.extend(b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71");
    all
}

/// A whole with these chunks.
fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    [&b"RIFF"[..], &(4 + chunks.len() as u32).to_le_bytes(), b"WAVE", &chunks].concat()
}

fn plain(data: &[u8]) -> Vec<u8> {
    riff(&[chunk(b"fmt ", &fmt(1, 1, 2, 16)), chunk(b"data", data)])
}

/// The output, and the messages, the last of which may be why it is refused.
fn taken(input: impl Input, format: Option<&str>) -> (String, Vec<String>) {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut sender = Sender::new(&mut output, None, &mut messages);
    let of = Layout::of(format.unwrap_or("text").parse().unwrap());
    let layout = Layout { may_be_wav: format.is_none(), ..of };
    let stream = Stream::whole(input, "x", layout, FakeClock::new());
    let result = convert_stream(stream, Processing::new(Settings::default()), &mut sender);
    sender.close();
    messages.extend(result.err().map(|error: Failed| chain(&error)));
    (String::from_utf8(output).unwrap(), messages)
}

fn wav(bytes: &[u8]) -> (String, Vec<String>) {
    taken(bytes, Some("wav"))
}

const SIX: [u8; 12] = [100, 0, 0x9c, 0xff, 200, 0, 0x38, 0xff, 0x2c, 1, 0xd4, 0xfe];
const OF_SIX: &str = "100\n-100\n200\n-200\n300\n-300\n";

#[test]
fn chunks_before_and_behind_the_data_are_passed_over() {
    let format = chunk(b"fmt ", &fmt(1, 1, 2, 16));
    let (list, odd) = (chunk(b"LIST", b"INFOISFT\x02\0\0\0x\0"), chunk(b"junk", b"odd"));
    let big = chunk(b"bext", &[1; 200_000]);
    let data = chunk(b"data", &SIX);
    for chunks in [
        vec![format.clone(), data.clone()],
        vec![format.clone(), data.clone(), list.clone()],
        vec![
            odd.clone(),
            list.clone(),
            format.clone(),
            odd.clone(),
            big.clone(),
            data.clone(),
            odd,
        ],
        vec![chunk(b"fmt ", &[fmt(1, 1, 2, 16), vec![0, 0]].concat()), data, big],
    ] {
        assert_eq!(wav(&riff(&chunks)), (OF_SIX.to_owned(), vec![]), "{chunks:?}");
    }
}

#[test]
fn every_width_is_read() {
    for (format, data, samples) in [
        (fmt(1, 1, 1, 8), &[0, 128, 255][..], "0\n128\n255\n"),
        (fmt(1, 1, 2, 12), &[0xf0, 0x7f, 0, 0x80], "32752\n-32768\n"),
        (fmt(1, 1, 3, 24), &[0xff, 0xff, 0x7f, 0, 0, 0x80], "8388607\n-8388608\n"),
        (fmt(1, 1, 4, 32), &[0xff, 0xff, 0xff, 0x7f], "2147483647\n"),
        (fmt(3, 1, 4, 32), &0.1f32.to_le_bytes(), "0.1\n"),
        (fmt(3, 1, 8, 64), &(-0.1f64).to_le_bytes(), "-0.1\n"),
        (extensible(1, 1, 3, 20), &[0xf0, 0xff, 0x7f], "8388592\n"),
        (extensible(1, 1, 4, 24), &[0, 0xff, 0xff, 0x7f], "2147483392\n"),
        (extensible(3, 1, 4, 32), &1.5f32.to_le_bytes(), "1.5\n"),
        // A frame of no bytes: its bits tell.
        ([&fmt(1, 1, 2, 16)[..12], &[0, 0, 16, 0]].concat(), &[1, 0], "1\n"),
        (fmt(1, 2, 2, 16), &[1, 0, 2, 0, 3, 0, 4, 0], "ch1\tch2\n1\t2\n3\t4\n"),
    ] {
        let bytes = riff(&[chunk(b"fmt ", &format), chunk(b"data", data)]);
        assert_eq!(wav(&bytes), (samples.to_owned(), vec![]), "{format:?}");
    }
}

#[test]
fn big_endian_and_long_forms_are_read() {
    let mut rifx =
        b"RIFX\0\0\0\x28WAVEfmt \0\0\0\x10\0\x01\0\x01\0\0\x1f\x40\0\0\x3e\x80\0\x02\0\x10"
            .to_vec();
    rifx.extend(b"data\0\0\0\x04\0\x64\xff\x9c");
    assert_eq!(wav(&rifx), ("100\n-100\n".to_owned(), vec![]));
    for magic in [b"RF64", b"BW64"] {
        let mut long = [&magic[..], &[0xff; 4], b"WAVE"].concat();
        let sizes = [100u64.to_le_bytes(), 12u64.to_le_bytes(), 6u64.to_le_bytes()].concat();
        long.extend(chunk(b"ds64", &[sizes, vec![0; 4]].concat()));
        long.extend(chunk(b"fmt ", &fmt(1, 1, 2, 16)));
        long.extend([&b"data"[..], &[0xff; 4], &SIX, &chunk(b"LIST", b"INFO")].concat());
        assert_eq!(wav(&long), (OF_SIX.to_owned(), vec![]), "{magic:?}");
    }
}

#[test]
fn data_of_unknown_length_end_with_the_input() {
    for (whole, size) in [
        (0xffff_ffff, 0xffff_ffff),
        (0x7fff_f024, 0x7fff_f000u32),
        (0x8000_0024, 0x8000_0000),
        (0, 0),
        (0xffff_ffff, 0),
    ] {
        let mut bytes = plain(&SIX);
        bytes[4..8].copy_from_slice(&u32::to_le_bytes(whole));
        bytes[40..44].copy_from_slice(&size.to_le_bytes());
        assert_eq!(wav(&bytes), (OF_SIX.to_owned(), vec![]), "{whole:x} {size:x}");
    }
    assert_eq!(wav(&plain(b"")), (String::new(), vec![]), "no data at all");
}

#[test]
fn wav_is_found_by_itself_and_reported() {
    let said = vec!["x is WAV: 1 channel of s16le, 8000 a second".to_owned()];
    assert_eq!(taken(&plain(&SIX)[..], None), (OF_SIX.to_owned(), said));
    let refused = "cannot take samples from x: it is RIFF (WAV), whose headers are no samples: \
                   conv --from FILE --format wav";
    for format in ["text", "s16le"] {
        assert_eq!(
            taken(&plain(&SIX)[..], Some(format)),
            (String::new(), vec![refused.to_owned()])
        );
    }
}

#[test]
fn what_is_cut_off_is_reported() {
    let bytes = plain(&SIX);
    let promised = |count| format!("x ends {count} before the end that its header promises");
    assert_eq!(
        wav(&bytes[..bytes.len() - 4]),
        ("100\n-100\n200\n-200\n".to_owned(), vec![promised("4 bytes")])
    );
    let torn = "word 6: torn: the stream ends after 1 of 2 bytes".to_owned();
    assert_eq!(
        wav(&bytes[..bytes.len() - 1]),
        ("100\n-100\n200\n-200\n300\n".to_owned(), vec![torn, promised("1 byte")])
    );
    let within = "cannot take samples from x: it is WAV, but ends within its headers";
    for end in [12, 20, 36, 43] {
        assert_eq!(wav(&bytes[..end]), (String::new(), vec![within.to_owned()]), "{end}");
    }
}

#[test]
fn what_is_not_wav_is_refused_with_what_it_is() {
    let refused = |bytes: &[u8], why: &str| {
        let why = format!("cannot take samples from x: {why}");
        assert_eq!(wav(bytes), (String::new(), vec![why]));
    };
    refused(b"", "it is not WAV: it begins with \"\"");
    refused(b"1\n2\n", "it is not WAV: it begins with \"1\\n2\\n\"");
    refused(b"RIFF\x04\0\0\0AVI LIST", "it is not WAV: it begins with \"RIFF\\u{4}\\0\\0\\0AVI \"");
    refused(&riff(&[chunk(b"data", &SIX)]), "it is WAV, but has no fmt chunk before its data");
    let coded = |format: Vec<u8>, what: &str| {
        let bytes = riff(&[chunk(b"fmt ", &format), chunk(b"data", &SIX)]);
        let sox = "sox FILE -t wav -e signed - | conv --from - --format wav";
        refused(&bytes, &format!("it is WAV, but its samples are {what}: {sox}"));
    };
    coded(fmt(7, 1, 1, 8), "mu-law");
    coded(extensible(6, 1, 1, 8), "A-law");
    coded(fmt(1, 1, 5, 40), "integers of 40 bits");
    coded(fmt(3, 1, 2, 16), "floats of 16 bits");
    coded(fmt(9999, 1, 2, 16), "coded in a way that has the number 9999");
    let no_channels = riff(&[chunk(b"fmt ", &fmt(1, 0, 2, 16)), chunk(b"data", &SIX)]);
    refused(&no_channels, "it is WAV, but its header says that it has no channels");
    let contradictory = |channels: u16, frame: u8, bits: u16| {
        let mut format = fmt(1, channels, 2, bits);
        format[12] = frame;
        let bytes = riff(&[chunk(b"fmt ", &format), chunk(b"data", &SIX)]);
        let what = format!("{channels} times {bits} bits in {frame} bytes");
        refused(&bytes, &format!("it is WAV, but its header contradicts itself: {what}"));
    };
    contradictory(2, 5, 16);
    contradictory(3, 2, 16);
    contradictory(1, 2, 24);
    contradictory(2, 2, 16);
    contradictory(1, 4, 16);
    contradictory(1, 4, 24);
}

#[test]
fn what_a_recorder_left_that_was_ended_is_read() {
    // What it wrote before the first sample; the second promises more than a head, but no chunk follows.
    for whole in [36, 12 + 36] {
        let mut bytes = plain(&SIX);
        bytes[4..8].copy_from_slice(&u32::to_le_bytes(whole));
        bytes[40..44].copy_from_slice(&[0; 4]);
        assert_eq!(wav(&bytes), (OF_SIX.to_owned(), vec![]), "{whole}");
    }
    let format = chunk(b"fmt ", &fmt(1, 1, 2, 16));
    let (list, odd) = (chunk(b"LIST", b"INFO"), chunk(b"xxxx", b"odd"));
    let unpadded = odd[..odd.len() - 1].to_vec();
    for others in [vec![list.clone()], vec![odd.clone()], vec![unpadded], vec![odd, list]] {
        let chunks = [vec![format.clone(), chunk(b"data", b"")], others].concat();
        assert_eq!(wav(&riff(&chunks)), (String::new(), vec![]), "no data, but {chunks:?}");
    }
}

#[test]
fn samples_behind_a_length_of_0_that_look_like_letters_are_samples() {
    let letters = [b'@'; 8];
    let quiet = [b'@', b'@', b'@', b'@', 8, 0, 0, 0, 1, 0];
    let unfinished = |data: &[u8], promised: u32| {
        let mut bytes = plain(data);
        bytes[4..8].copy_from_slice(&(36 + promised).to_le_bytes());
        bytes[40..44].copy_from_slice(&[0; 4]);
        wav(&bytes)
    };
    for (data, promised, samples) in [
        (&letters[..], 8, "16448\n16448\n16448\n16448\n"),
        (&letters, 1 << 20, "16448\n16448\n16448\n16448\n"),
        (&letters[..4], 4, "16448\n16448\n"),
        // A chunk of 8 bytes would go beyond the whole, or leave half the head of another.
        (&quiet, 10, "16448\n16448\n8\n0\n1\n"),
        (&quiet, 20, "16448\n16448\n8\n0\n1\n"),
    ] {
        let expected = (samples.to_owned(), vec![]);
        assert_eq!(unfinished(data, promised), expected, "{data:?} of {promised}");
    }
    // Where it would not, it is not passed over in silence: it goes beyond the input.
    let said = "word 1: 10 bytes behind the data are not read, and are no other chunk; as samples: \
                tail -c +45 FILE | conv --from - --format s16le";
    assert_eq!(unfinished(&quiet, 100), (String::new(), vec![said.to_owned()]));
}

#[test]
fn what_may_be_samples_behind_the_data_is_rejected_as_one_and_the_command_named() {
    let told = |place, count, first, options| {
        format!(
            "word {place}: {count} bytes behind the data are not read, and are no other chunk; as samples: \
             tail -c +{first} FILE | conv --from - --format {options}"
        )
    };
    let two = [plain(&SIX[..4]), SIX[4..].to_vec()].concat();
    let said = vec![told(3, 8, 49, "s16le")];
    assert_eq!(wav(&two), ("100\n-100\n".to_owned(), said));
    let stereo = riff(&[chunk(b"fmt ", &fmt(1, 2, 2, 16)), chunk(b"data", &SIX[..4])]);
    let said = vec![told(2, 8, 49, "s16le --channels 2 --columns all")];
    let rows = "ch1\tch2\n100\t-100\n".to_owned();
    assert_eq!(wav(&[stereo, SIX[4..].to_vec()].concat()), (rows, said));
    // Samples that look like the letters of a chunk.
    let even = riff(&[chunk(b"fmt ", &fmt(1, 1, 1, 8)), chunk(b"data", b"\x80\x80")]);
    let letters = [even, b"@@@@@@@@".to_vec()].concat();
    assert_eq!(wav(&letters), ("128\n128\n".to_owned(), vec![told(3, 8, 47, "u8")]));
    let odd = riff(&[chunk(b"fmt ", &fmt(1, 1, 1, 8)), chunk(b"data", b"\x80")]);
    let unpadded = odd[..odd.len() - 1].to_vec();
    for tail in [&b"id3 \x01\0\0\0x"[..], b"TAGtitle", &[0; 600], b""] {
        for (before, samples) in
            [(plain(&SIX), OF_SIX), (odd.clone(), "128\n"), (unpadded.clone(), "128\n")]
        {
            let all = [&before[..], tail].concat();
            assert_eq!(wav(&all), (samples.to_owned(), vec![]), "{all:?}");
        }
    }
}

#[test]
fn an_unknown_length_may_be_cut_to_whole_frames() {
    let data = [1, 0, 0, 2, 0, 0];
    let mut bytes = riff(&[chunk(b"fmt ", &fmt(1, 2, 3, 24)), chunk(b"data", &data)]);
    bytes[40..44].copy_from_slice(&(0x7fff_f000u32 / 6 * 6).to_le_bytes());
    assert_eq!(wav(&bytes), ("ch1\tch2\n1\t2\n".to_owned(), vec![]));
}

proptest! {
    #[test]
    fn any_chunking_gives_the_same_samples(
        head in 0usize..4, bytes in proptest::collection::vec(any::<u8>(), 0..100),
        at in 0usize..200, new in any::<u8>(), size in 1usize..10, is_said in any::<bool>(),
    ) {
        let mut all = match head {
            0 => plain(&bytes),
            1 => riff(&[chunk(b"fmt ", &extensible(1, 3, 3, 24)), chunk(b"data", &bytes)]),
            2 => riff(&[chunk(b"LIST", &bytes), chunk(b"fmt ", &fmt(3, 1, 4, 32)), chunk(b"data", &bytes)]),
            _ => bytes,
        };
        if let Some(byte) = all.get_mut(at) {
            *byte = new;
        }
        let format = is_said.then_some("wav");
        prop_assert_eq!(taken(InChunks::of(&all, size), format), taken(&all[..], format));
    }
}
